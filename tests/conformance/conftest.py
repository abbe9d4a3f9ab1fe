"""What the tests of conformance share: one real server of the demonstration network."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.servers import Server, showing_hours


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with showing_hours(tmp_path_factory.mktemp("conformance"), 4) as running:
        yield running


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say of each suite of OGC what it found, or that it was not run."""
    reports = [r for kind in ("passed", "failed") for r in terminalreporter.stats.get(kind, ())]
    found = [v for report in reports for k, v in report.user_properties if k == "cite"]
    skipped = [str(r.longrepr[2]) for r in terminalreporter.stats.get("skipped", ())]
    lines = [f"{name:24} {said}" for name, said in found]
    lines += [text.removeprefix("Skipped: ") for text in skipped if "not run: " in text]
    if lines:
        terminalreporter.section("suites of OGC CITE")
        for line in lines:
            terminalreporter.write_line(line)
