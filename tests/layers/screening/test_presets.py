"""Presets: thresholds are data, each with its source and how it was come by."""

import tomllib

import pytest

from layers.errors import BadParameterError
from layers.screening import PRESETS, Verdict, preset
from layers.screening.presets import FILE

EVERY = [(each.id, rule) for each in PRESETS.values() for rule in each.criteria]


@pytest.mark.parametrize(("name", "rule"), EVERY, ids=[f"{n} {r.id}" for n, r in EVERY])
def test_a_threshold_has_a_unit_a_source_and_a_mark_unless_it_is_our_own(name, rule):
    table = tomllib.loads(FILE.read_text("utf-8"))
    assert rule.unit == table["units"][rule.evidence]
    ours = rule.source == table["sources"]["ours"]
    assert rule.check_before_use is not ours
    if rule.verdict is Verdict.SUITABILITY:
        assert rule.worst != rule.best
        assert rule.weight > 0
    else:
        assert rule.weight == 0


def test_the_weights_of_a_preset_are_shares():
    for each in PRESETS.values():
        assert sum(c.weight for c in each.suitabilities) == pytest.approx(1)


def test_what_a_preset_has_otherwise_takes_the_place_of_what_is_usual():
    worst = {name: {c.evidence: c.worst for c in p.suitabilities} for name, p in PRESETS.items()}
    assert worst["iaea-like"]["sl2"] == 0.5
    assert worst["or-sage-large"]["sl2"] == 0.3
    assert worst["np-032"]["density_30km"] == 100
    assert worst["np-032"]["border_distance"] == worst["iaea-like"]["border_distance"]


def test_a_preset_that_is_none_is_answered_with_the_nearest():
    with pytest.raises(BadParameterError, match="or-sage-large"):
        preset("or-sage-larg")
