"""What the checks with foreign clients share: one real server, and the worlds in front of it.

A check is a test with the argument ``world``. It is run with the server as it is, and must pass; it
is run again with the server down, and in each wrong world that its mark ``sees`` names, and must
fail there.
"""

import collections
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.clients import desk, worlds
from tests.clients.floors import FLOORS, short
from tests.clients.worlds import DOWN, STRAIGHT, World
from tests.servers import Server, showing_hours

_passed: collections.Counter[str] = collections.Counter()
_caught: collections.Counter[str] = collections.Counter()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--floors", action="store_true", help="fail where a client passed fewer checks than it must"
    )
    parser.addoption("--server", help="read the server at this address, not one of the tests")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "world" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("sees")
        names = (STRAIGHT, DOWN, *(mark.args if mark else ()))
        metafunc.parametrize("world", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """A server of a day of the demonstration network, or the one that was named."""
    if url := request.config.getoption("server", default=None):
        yield Server(None, Path(), url.rstrip("/"), Path())
        return
    with showing_hours(tmp_path_factory.mktemp("clients"), 7) as server:
        yield server


@pytest.fixture(scope="session")
def world(request: pytest.FixtureRequest, running: Server) -> Iterator[World]:
    with worlds.world(request.param, running) as found:
        yield found


@pytest.fixture(scope="module")
def qgis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[desk.Qgis]:
    """A QGIS that does what it is asked for."""
    with desk.started(tmp_path_factory.mktemp("qgis")) as found:
        yield found


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
    found = pyfuncitem.funcargs.get("world")
    if not isinstance(found, World) or found.name == STRAIGHT:
        return (yield)
    try:
        yield
    except (Exception, pytest.fail.Exception):
        return True
    pytest.fail(f"this check passes though the server is {found.name}: it proves nothing")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("clients"):
        name = item.callspec.params.get("world", STRAIGHT) if hasattr(item, "callspec") else ""
        client = item.path.stem.split("_")[1]
        item.user_properties.append(("client", [client, name in ("", STRAIGHT)]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    told = dict(report.user_properties).get("client")
    if told and report.when == "call" and report.passed:
        client, is_straight = told
        (_passed if is_straight else _caught)[client] += 1


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if _passed:
        terminalreporter.section("checks passed, and wrong servers caught, by client")
        for client in sorted(_passed):
            floor = f"  (at least {FLOORS[client]})" if client in FLOORS else ""
            line = f"{client:12} {_passed[client]:4} {_caught[client]:4}{floor}"
            terminalreporter.write_line(line)


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    if config.getoption("floors", default=False) and not hasattr(config, "workerinput"):
        for text in short(_passed):
            print(f"\n{text}")
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
