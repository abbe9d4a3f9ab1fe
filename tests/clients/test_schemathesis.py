"""Schemathesis asks what the OpenAPI document of the OGC APIs allows, and what it does not."""

import contextlib
from collections.abc import Iterator
from typing import Any

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

from tests.servers import Server, serving  # noqa: E402

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


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("schemathesis") / "data"
    with serving(folder, "--demo-days", "1") as running:
        yield running


@pytest.fixture(scope="module")
def api(server: Server) -> Any:
    return schemathesis.openapi.from_dict(server.json("/ogcapi/api?f=json"))


MODES = {mode.value: mode for mode in GenerationMode}


@pytest.mark.parametrize("mode", sorted(MODES))
def test_what_is_generated_is_answered_as_the_document_says(
    server: Server, api: Any, mode: str
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
            response = case.call(base_url=f"{server.url}/ogcapi", timeout=60)
            asked += 1
            # More pictures than may wait are refused, as the document says.
            if response.status_code != 503:
                case.validate_response(response, checks=CHECKS)

        with contextlib.suppress(Unsatisfiable):  # an address without keys has no wrong ones
            answered()
    assert asked > 200


def test_the_document_has_as_many_paths_as_it_is_meant_to(server: Server) -> None:
    paths = server.json("/ogcapi/api")["paths"]
    assert len(paths) >= 30
