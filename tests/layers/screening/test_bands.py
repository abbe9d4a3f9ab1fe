"""Criteria as bytes over cells: what is weighed is the weighted sum, and no weight buys a hatch."""

import dataclasses

import numpy as np
import pytest

from layers.errors import BadParameterError
from layers.screening import (
    PRESETS,
    STEPS,
    UNKNOWN,
    Criterion,
    Layout,
    Verdict,
    preset,
    shares,
    weighed,
    weighted_sum,
    weights_of,
)
from layers.screening.explained import Account

LAYOUT = Layout(tuple(PRESETS.values()))
SHAPE = (40, 50)


def evidence(seed: int = 0, gaps: float = 0.0) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    found = {}
    for rule in (*LAYOUT.lines, *LAYOUT.exclusions):
        ends = (rule.worst, rule.best) if rule.weight else (0.0, 2.0 * rule.limit + 1.0)
        value = rng.uniform(min(ends) - 1, max(ends) + 1, SHAPE)
        found[rule.evidence] = np.where(rng.uniform(size=SHAPE) < gaps, np.nan, value)
    return found


def utilities(chosen, known):
    return np.stack(
        [
            np.clip((known[c.evidence] - c.worst) / (c.best - c.worst), 0, 1)
            for c in chosen.suitabilities
        ],
        axis=-1,
    )


def asked(name: str, known, **given: float):
    chosen = preset(name)
    bands = LAYOUT.made(known, SHAPE)
    needed = np.array([c.needed for c in chosen.suitabilities])
    return chosen, weighed(bands[LAYOUT.bands_of(chosen)], weights_of(chosen, given), needed)


@pytest.mark.parametrize("name", PRESETS)
def test_the_score_of_a_cell_is_the_weighted_sum_to_half_a_step(name):
    known = evidence()
    chosen, (score, is_known) = asked(name, known, sl2=3, border_distance=1, slope=0)
    weights = weights_of(chosen, {"sl2": 3, "border_distance": 1, "slope": 0})
    assert is_known.all()
    assert np.abs(score - weighted_sum(utilities(chosen, known), weights)).max() <= 0.5001 / STEPS


def test_missing_evidence_is_never_zero_and_a_gap_where_it_is_needed():
    known = evidence(1, gaps=0.15)
    chosen, (score, is_known) = asked("np-032", known)
    utility, weights = utilities(chosen, known), weights_of(chosen, {})
    held = ~np.isnan(utility)
    needed = [i for i, c in enumerate(chosen.suitabilities) if c.needed]
    enough = (held * weights).sum(axis=-1) >= 0.5 - 1e-6
    assert (is_known == (held[..., needed].all(axis=-1) & enough)).all()
    assert 0 < is_known.mean() < 1
    off = np.abs(score - weighted_sum(utility, weights))[is_known]
    assert off.max() <= 0.5001 / STEPS


def test_evidence_that_nobody_loaded_leaves_the_others_their_weight():
    known = evidence(2)
    del known["slope"]
    chosen, (score, is_known) = asked("iaea-like", known)
    lines = [c for c in chosen.suitabilities if c.evidence != "slope"]
    weights = shares(np.array([c.weight for c in lines]))
    utility = utilities(dataclasses.replace(chosen, criteria=tuple(lines)), known)
    assert is_known.all()
    assert np.abs(score - weighted_sum(utility, weights)).max() <= 0.5001 / STEPS


def test_where_less_than_half_of_the_weight_is_known_there_is_a_gap():
    known = evidence(3)
    del known["border_distance"]
    assert asked("np-032", known, border_distance=0.89)[1][1].all()
    assert not asked("np-032", known, border_distance=0.91)[1][1].any()


@pytest.mark.parametrize("name", PRESETS)
def test_an_exclusion_is_a_bit_of_every_cell_beyond_its_limit(name):
    known, chosen = evidence(4, gaps=0.1), preset(name)
    bands = LAYOUT.made(known, SHAPE)
    low, high = LAYOUT.bits_of(chosen)
    found = ((bands[-2] & low) | (bands[-1] & high)) != 0
    expected = np.zeros(SHAPE, bool)
    for rule in chosen.criteria:
        if rule.verdict is Verdict.EXCLUSION:
            value = known[rule.evidence]
            expected |= value > rule.limit if rule.above else value < rule.limit
    assert (found == expected).all()
    assert 0 < found.mean() <= 1


def test_what_several_presets_share_is_held_once():
    assert len(LAYOUT.lines) == 12
    assert len({(c.evidence, c.worst, c.best) for c in LAYOUT.lines}) == 12
    assert LAYOUT.token != Layout((preset("np-032"),)).token


def test_more_exclusions_than_bits_are_refused():
    rules = tuple(
        Criterion(f"x{i}", Verdict.EXCLUSION, "slope", "%", "a test", "published", limit=i)
        for i in range(17)
    )
    with pytest.raises(BadParameterError, match="17 exclusions"):
        Layout((dataclasses.replace(preset("np-032"), criteria=rules),))


def test_the_account_of_a_cell_adds_up_to_its_score():
    known = evidence(5, gaps=0.1)
    chosen, (score, is_known) = asked("or-sage-large", known)
    bands = LAYOUT.made(known, SHAPE)
    low, high = LAYOUT.bits_of(chosen)
    account = Account(LAYOUT, chosen)
    for row, col in np.argwhere(np.ones((6, 6))):
        here = {k: None if np.isnan(v[row, col]) else float(v[row, col]) for k, v in known.items()}
        told = account.of(bands[:, row, col], here, {})
        hit = bool((bands[-2, row, col] & low) | (bands[-1, row, col] & high))
        assert told["excluded"] is hit
        assert [e["status"] == "hit" for e in told["exclusions"]].count(True) >= hit
        for part in told["criteria"]:
            assert (part["utility"] is None) == (here[part["evidence"]] is None)
        if not is_known[row, col]:
            assert told["score"] is None
            continue
        parts = [p["contribution"] for p in told["criteria"] if p["contribution"] is not None]
        assert told["score"] == pytest.approx(float(score[row, col]), abs=1e-4)
        assert sum(parts) == pytest.approx(told["score"], abs=5e-4)


def test_an_unknown_cell_is_no_byte_of_a_utility():
    bands = LAYOUT.made({"sl2": np.array([np.nan, 0.1, 9.0])}, (3,))
    own = LAYOUT.bands_of(preset("np-032"))[0]
    assert bands[own].tolist() == [UNKNOWN, STEPS, 0]
    assert (bands[-2:] == 0).all()
