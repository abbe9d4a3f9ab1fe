"""What is installed is pinned and hashed, and no lock names where it comes from."""

import json
import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPO = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))
ASKED = {
    "run": PROJECT["project"]["dependencies"],
    "test": PROJECT["dependency-groups"]["test"],
    "bench": PROJECT["dependency-groups"]["bench"],
    "bench-servers": PROJECT["dependency-groups"]["bench-servers"],
    "build": PROJECT["build-system"]["requires"],
}
PLACES = re.compile(
    r"://|--(extra-)?index|--find-links|--trusted-host| @ |(^|\s)[~.]?/", re.MULTILINE
)


def text(lock: str) -> str:
    return (REPO / "requirements" / f"{lock}.txt").read_text(encoding="utf-8")


def pins(lock: str) -> list[Requirement]:
    lines = text(lock).splitlines()
    return [Requirement(line.rstrip(" \\")) for line in lines if re.match(r"\w", line)]


def version(pin: Requirement) -> str:
    (only,) = pin.specifier
    assert only.operator == "=="
    return only.version


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_is_exact_and_hashed(lock: str) -> None:
    blocks = re.split(r"\n(?=\w)", text(lock))
    assert len(blocks) == len(pins(lock)) >= len(ASKED[lock])
    for block, pin in zip(blocks, pins(lock), strict=True):
        assert version(pin)
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), pin.name


@pytest.mark.parametrize("lock", ASKED)
def test_no_lock_names_an_index_a_host_or_a_path(lock: str) -> None:
    assert not PLACES.search(re.sub(r"# via.*", "", text(lock)))


@pytest.mark.parametrize("lock", ASKED)
def test_a_lock_pins_all_that_was_asked_for_and_within_its_bounds(lock: str) -> None:
    pinned = {canonicalize_name(pin.name): version(pin) for pin in pins(lock)}
    for asked in map(Requirement, ASKED[lock]):
        assert asked.specifier.contains(pinned[canonicalize_name(asked.name)]), asked


def test_all_locks_agree_on_one_version_of_each_package() -> None:
    seen: dict[str, set[str]] = {}
    for lock in ASKED:
        for pin in pins(lock):
            seen.setdefault(pin.name, set()).add(version(pin))
    assert not {name: versions for name, versions in seen.items() if len(versions) > 1}


def test_these_tests_run_with_the_pinned_versions() -> None:
    # The peers are installed by `make bench` alone.
    for lock in ASKED.keys() - {"bench", "bench-servers"}:
        for pin in pins(lock):
            if pin.marker is None or pin.marker.evaluate():
                assert metadata.version(pin.name) == version(pin), pin.name


def test_the_npm_lock_has_a_hash_for_every_package_and_no_address() -> None:
    lock = json.loads((REPO / "static" / "package-lock.json").read_text(encoding="utf-8"))
    asked = json.loads((REPO / "static" / "package.json").read_text(encoding="utf-8"))
    root = lock["packages"].pop("")
    for kind in ("dependencies", "devDependencies"):
        assert root.get(kind, {}) == asked.get(kind, {})
    assert lock["packages"]
    for name, entry in lock["packages"].items():
        assert entry["integrity"].startswith("sha512-"), name
        assert "resolved" not in entry, name
