"""Schemathesis asks what the OpenAPI document of the OGC APIs allows, and what it does not."""

import contextlib
import json
import urllib.request
from typing import Any

import openapi_spec_validator
import pytest

schemathesis = pytest.importorskip("schemathesis")

from hypothesis import HealthCheck, Phase, given, settings  # noqa: E402
from hypothesis.errors import Unsatisfiable  # noqa: E402
from schemathesis.checks import not_a_server_error  # noqa: E402
from schemathesis.generation import GenerationMode  # noqa: E402
from schemathesis.specs.openapi.checks import (  # noqa: E402
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.clients.worlds import World  # noqa: E402

pytestmark = pytest.mark.clients
# A text for a filter or a time may be any: that one is refused is no mistake, so that "valid data
# are taken" is not asked.
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]


@pytest.fixture
def api(world: World) -> Any:
    document = world.json("/ogcapi/api?f=json")
    # Clients take the page size from it; more than that is cut, as the standard wants, not refused.
    del document["components"]["parameters"]["limit"]["schema"]["maximum"]
    return schemathesis.openapi.from_dict(document)


MODES = {mode.value: mode for mode in GenerationMode}


@pytest.mark.parametrize("mode", sorted(MODES))
def test_what_is_generated_is_answered_as_the_document_says(
    world: World, api: Any, mode: str
) -> None:
    asked = 0
    for found in api.get_all_operations():
        operation = found.ok()

        @settings(
            max_examples=10,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            deadline=None,
            derandomize=True,
        )
        @given(case=operation.as_strategy(generation_mode=MODES[mode]))
        def answered(case: Any) -> None:
            nonlocal asked
            response = case.call(base_url=f"{world.url}/ogcapi", timeout=60)
            asked += 1
            # More pictures than may wait are refused, as the document says, and a query that is too
            # long before anybody looks at it.
            if response.status_code not in (414, 503):
                case.validate_response(response, checks=CHECKS)

        with contextlib.suppress(Unsatisfiable):  # an address without keys has no wrong ones
            answered()
    assert asked > 200


def test_the_document_is_openapi_and_refers_to_nothing_outside_of_itself(world: World) -> None:
    with urllib.request.urlopen(f"{world.url}/ogcapi/api?f=json") as answer:
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    assert kind == "application/vnd.oai.openapi+json;version=3.0"
    document = json.loads(text)
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.0.")
    assert len(document["paths"]) >= 30
    assert text.count('"$ref"') == text.count('"$ref":"#/')
