"""Presets of the operator: a TOML file in, checked criteria out, beside those that are shipped."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from layers.catalog import checks
from layers.errors import CatalogError, nearest
from layers.exchange.fields import Fields
from layers.model.criteria import Basis, Preset, Verdict
from layers.screening.presets import PRESETS, SHIPPED, parsed

LIMITED = (Verdict.EXCLUSION, Verdict.AVOIDANCE)
LINE = ("worst", "best", "weight")


def presets(path: Path) -> dict[str, Preset]:
    """Return the shipped presets and those of an operator's file, in this order.

    Raises
    ------
    CatalogError
        Naming the file, the preset, what is wrong with it and the nearest known word.
    """
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as reason:
        raise CatalogError(f"{path}: cannot be read ({reason.strerror})") from reason
    except ValueError as reason:  # no UTF-8, or no TOML
        raise CatalogError(f"{path}: {reason}") from reason
    fields = Fields(table, path.name)
    own_sources = fields.texts("sources")
    for name in own_sources:
        if name in SHIPPED["sources"]:
            raise fields.error(f'[sources] "{name}" is one that the server comes with')
    sources = SHIPPED["sources"] | own_sources
    usual = _lines(fields, SHIPPED["weighed"] if "weighed" not in table else {}, sources)
    named = fields.need("preset", dict)
    fields.done()
    found = {}
    for name, entry in named.items():
        own = _table(entry, f'{path.name}, preset "{name}"')
        if checks.word(own, name) in PRESETS:
            raise own.error("is one that the server comes with; another id was expected")
        found[name] = _preset(own, usual, sources)
    whole = {"sources": sources, "units": SHIPPED["units"], "weighed": usual, "preset": found}
    return {**PRESETS, **parsed(whole)}


def _table(entry: Any, where: str) -> Fields:
    if not isinstance(entry, dict):
        raise Fields({}, where).error(f"is {entry!r}; a table of names and values was expected")
    return Fields(entry, where)


def _preset(fields: Fields, usual: Mapping[str, Any], sources: Mapping[str, str]) -> dict[str, Any]:
    title, titles = fields.need("title", str), checks.titles(fields)
    lines = _lines(fields, usual, sources)
    rules = fields.get("rules", list, [])
    checked = [
        _rule(_table(rule, f"{fields.where}, rule {i}"), sources)
        for i, rule in enumerate(rules, start=1)
    ]
    for verdict in LIMITED:
        about = [rule[verdict] for rule in checked if verdict in rule]
        checks.once(fields, about, 'two rules of one kind are about "{}"')
    total = sum(line["weight"] for line in lines.values())
    if total <= 0:
        raise fields.error("nothing is weighed: all weights are 0")
    shared = {name: {**line, "weight": line["weight"] / total} for name, line in lines.items()}
    named = _sources(fields, "sources", sources)
    fields.done()
    return {
        "title": title, "titles": titles, "sources": named, "rules": checked, "weighed": shared,
    }  # fmt: skip


def _lines(
    fields: Fields, usual: Mapping[str, Any], sources: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Return what is weighed: the usual lines with what ``weighed`` of the table says otherwise."""
    lines = {name: dict(line) for name, line in usual.items()}
    for name, said in fields.get("weighed", dict, {}).items():
        own = _table(said, f"{fields.where}, weighed {name}")
        _known(own, name)
        line = lines.setdefault(name, {})
        for key in LINE:
            value = own.number(key, line.get(key))
            if value is None:
                raise own.error(f'"{key}" is missing')
            if not abs(value) < 1e9:
                raise own.error(f'"{key}" is {value:g}; a number of the unit was expected')
            line[key] = value
        if line["worst"] == line["best"]:
            raise own.error(f'"worst" and "best" are both {line["worst"]:g}')
        if line["weight"] < 0:
            raise own.error(f'"weight" is {line["weight"]:g}; 0 or more was expected')
        line["needed"] = own.get("needed", bool, line.get("needed", False))
        line |= _origin(own, sources)
        own.done()
    return lines


def _rule(fields: Fields, sources: Mapping[str, str]) -> dict[str, Any]:
    verdicts = [v for v in LIMITED if fields.has(v)]
    sides = [side for side in ("above", "below") if fields.has(side)]
    if len(verdicts) != 1:
        raise fields.error('one of "exclusion" and "avoidance" was expected, with its evidence')
    if len(sides) != 1:
        raise fields.error('one of "above" and "below" was expected, with its limit')
    evidence, limit = fields.need(verdicts[0], str), fields.number(sides[0])
    _known(fields, evidence)
    if limit is None or not abs(limit) < 1e9:
        raise fields.error(f'"{sides[0]}" is {limit}; a number of the unit was expected')
    found = {str(verdicts[0]): evidence, sides[0]: limit, **_origin(fields, sources)}
    if "source" not in found:
        raise fields.error('"source" is missing: a threshold says where it is from')
    if fields.has("note"):
        found["note"] = fields.need("note", str)
    fields.done()
    return found


def _origin(fields: Fields, sources: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if fields.has("source"):
        found["source"] = _sources(fields, "source", sources)
    if fields.has("basis"):
        found["basis"] = fields.choice("basis", get_args(Basis), None)
    return found


def _sources(fields: Fields, key: str, sources: Mapping[str, str]) -> list[str]:
    names = list(fields.words(key))
    if not names:
        raise fields.error(f'"{key}" names no source; it is a list such as ["own-study"]')
    for name in names:
        if name not in sources:
            raise fields.error(
                f'"{key}" names "{name}", which [sources] has not{nearest(name, sources)}'
            )
    return names


def _known(fields: Fields, evidence: str) -> None:
    units = SHIPPED["units"]
    if evidence not in units:
        known = ", ".join(f"{name} ({unit})" for name, unit in units.items())
        raise fields.error(f'no evidence "{evidence}"; known are {known}{nearest(evidence, units)}')
