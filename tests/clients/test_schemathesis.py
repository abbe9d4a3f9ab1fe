"""Schemathesis asks what the OpenAPI document of the OGC API allows, and holds it to its word."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from openapi_spec_validator import validate

from tests.clients.worlds import World

pytestmark = pytest.mark.clients


def test_the_document_is_openapi_and_refers_to_nothing_outside_of_itself(world: World) -> None:
    with urllib.request.urlopen(f"{world.url}/ogcapi/api?f=json") as answer:
        kind, text = answer.headers["Content-Type"], answer.read().decode()
    assert kind == "application/vnd.oai.openapi+json;version=3.0"
    document = json.loads(text)
    validate(document)
    assert document["openapi"].startswith("3.0.")
    refers = text.count('"$ref"')
    assert refers == text.count('"$ref":"#/') + text.count('"$ref": "#/')


def test_whatever_the_document_allows_is_answered_as_it_says(world: World, tmp_path: Path) -> None:
    """Generated requests: no failure of the server, nothing that the document does not tell."""
    words = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{world.url}/ogcapi/api?f=json",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
        "response_schema_conformance",
        "--phases", "examples,fuzzing", "--max-examples", "4", "--workers", "1",
        "--generation-deterministic", "--url", f"{world.url}/ogcapi", "--request-timeout", "60",
    ]  # fmt: skip
    done = subprocess.run(
        words, cwd=tmp_path, capture_output=True, text=True, timeout=900, check=False,
        env={**os.environ, "HOME": str(tmp_path), "NO_COLOR": "1"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
