"""OGC's own suites against the real server, from the jars that are at hand.

A suite without its jar is not run, and never counts as passed.
"""

import os
import shutil
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.cite import bluelake, running
from tests.conformance.cite.results import Outcome, objections
from tests.conformance.cite.suites import SUITES, Subject, Suite
from tests.servers import Server

pytestmark = pytest.mark.conformance
KNOWN: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("cite").joinpath("known.toml").read_text()
)
JARS = "KYZYLKUM_CITE_JARS"


def jar_of(suite: Suite) -> Path:
    folder = os.environ.get(JARS)
    if not folder:
        pytest.skip(f"not run: {suite.id} {suite.version}; name a folder of jars in {JARS}")
    jar = suite.jar(Path(folder))
    if jar is None:
        pytest.skip(f"not run: no {suite.id}-*-aio.jar in the folder that {JARS} names")
    if shutil.which("java") is None:
        pytest.skip(f"not run: {suite.id}; there is no Java")
    return jar


@pytest.mark.parametrize("suite", SUITES, ids=lambda suite: suite.id)
def test_a_suite_finds_nothing_new(
    suite: Suite, server: Server, tmp_path: Path, record_property: Any
) -> None:
    jar = jar_of(suite)
    if suite.id == "ets-wms13":
        unpacked = running.unpack(jar, tmp_path / "data of the suite")
        with bluelake.serving_blue_lake(unpacked, tmp_path) as lakes:
            outcome = _run(suite, jar, lakes, tmp_path)
    else:
        outcome = _run(suite, jar, server, tmp_path)
    record_property("cite", [suite.id, str(outcome)])
    assert not list(objections(outcome, KNOWN[suite.id])), str(outcome)


def _run(suite: Suite, jar: Path, server: Server, folder: Path) -> Outcome:
    if server.get(suite.needs)[0] != 200:
        pytest.skip(f"not run: {suite.id}; the server does not offer {suite.needs}")
    made = folder / "run"
    made.mkdir()
    return running.run(suite, jar, suite.told(Subject(server, folder)), made)


def test_every_suite_has_its_entry_and_every_entry_its_reason() -> None:
    assert set(KNOWN) == {suite.id for suite in SUITES}
    for suite, entry in KNOWN.items():
        assert set(entry) <= {"floor", "failed", "skipped"}, suite
        assert entry["floor"] >= 1
        for failed in entry.get("failed", ()):
            assert failed["name"]
            assert failed["issue"].startswith("https://github.com/")
        for skipped in entry.get("skipped", ()):
            assert skipped["name"]
            assert len(skipped["reason"].split()) > 2
