"""What a suite found, and whether it may stand beside what is known of the suite."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import defusedxml.ElementTree as ET

_UNASKED = "will not be checked since ics"
"""A class that was not asked for ends what would prepare its tests with this."""
# What TEAM Engine writes at the end of each test of a CTL suite.
_PASSED, _SKIPPED, _FAILED = {"0", "1", "4"}, {"2", "3"}, {"5", "6"}


@dataclass
class Outcome:
    """Counts and names: ``failed`` and ``skipped`` map a test to what was said of it."""

    passed: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.passed} passed, {len(self.failed)} failed, {len(self.skipped)} skipped"


def of_testng(document: bytes) -> Outcome:
    """Read ``testng-results.xml``; methods that only prepare others count where they fail."""
    outcome = Outcome()
    for group in ET.fromstring(document).iter("class"):
        for method in group.iter("test-method"):
            name = f"{group.attrib['name'].rpartition('.')[2]}.{method.attrib['name']}"
            said = " ".join((method.findtext(".//message") or "").split())
            match method.attrib["status"], method.get("is-config") == "true":
                case "PASS", False:
                    outcome.passed += 1
                case "FAIL", True if _UNASKED in said:
                    outcome.skipped[name] = said
                case "FAIL", _:
                    outcome.failed[name] = said
                case "SKIP", False:
                    outcome.skipped[name] = said
    return outcome


def of_ctl(document: bytes) -> Outcome:
    """Read ``report_logs.xml``, in which each test has a log of its own."""
    outcome = Outcome()
    for log in ET.fromstring(document).iter("log"):
        start, end = log.find("starttest"), log.find("endtest")
        if start is None or end is None:
            continue
        name = start.get("local-name") or start.get("path") or "?"
        said = " ".join(" ".join(each.itertext()) for each in log.iter("message"))
        result = end.get("result")
        if result in _PASSED:
            outcome.passed += 1
        elif result in _SKIPPED:
            outcome.skipped[name] = said
        else:
            outcome.failed[name] = said
    return outcome


def objections(outcome: Outcome, known: Mapping[str, Any]) -> Iterator[str]:
    """Yield a sentence for all that may not stand.

    Parameters
    ----------
    known : mapping
        ``floor``, how many must pass; ``failed``, a list of ``name`` and ``issue``; ``skipped``, a
        list of ``name`` and ``reason``.
    """
    floor = known.get("floor", 1)
    if outcome.passed < floor:
        yield f"{outcome.passed} tests passed; at least {floor} were expected"
    listed = {entry["name"] for entry in known.get("failed", ())}
    for name, said in outcome.failed.items():
        if name not in listed:
            yield f"{name} failed: {said}"
    for name in sorted(listed - set(outcome.failed)):
        yield f"{name} is listed as a known failure and did not fail: take it out"
    reasons = {entry["name"] for entry in known.get("skipped", ())}
    for name, said in outcome.skipped.items():
        if name not in reasons and not said:
            yield f"{name} was skipped without a reason: look at it and list it"
