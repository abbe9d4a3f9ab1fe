import itertools

import numpy as np
import pytest

from layers.errors import BadParameterError
from layers.screening import PRESETS, Evidence, Lifted, Status, Verdict, judge, preset

GOOD = {
    "sl2": Evidence("sl2", "g", 0.1, 0.08, 0.12),
    "fault_distance": Evidence("fault_distance", "km", 45.0),
    "historic_msk": Evidence("historic_msk", "MSK-64", 5.0, 4.0, 6.0),
    "density_30km": Evidence("density_30km", "1/km2", 0.0, lower_bound=True),
    "open_water": Evidence("open_water", "1", 0.0),
    "border_distance": Evidence("border_distance", "km", 200.0),
}


def changed(**values: Evidence | None) -> dict[str, Evidence]:
    return {k: v for k, v in (GOOD | values).items() if v is not None}


def statuses(evidence: dict[str, Evidence], name: str = "iaea-like", **more) -> dict[str, Status]:
    found = judge(preset(name), evidence, **more)
    return {f.criterion.id: f.status for f in found.findings}


def test_every_threshold_names_its_source_and_memory_is_marked_to_be_checked() -> None:
    for chosen in PRESETS.values():
        ids = [c.id for c in chosen.criteria]
        assert len(ids) == len(set(ids))
        for criterion in chosen.criteria:
            assert criterion.source
            assert criterion.check_before_use == (criterion.basis == "memory")
            assert criterion.verdict is Verdict.SUITABILITY or not criterion.weight
        assert sum(c.weight for c in chosen.suitabilities) == pytest.approx(1)
        assert any(c.verdict is Verdict.EXCLUSION for c in chosen.criteria)


def test_an_exclusion_stands_whatever_the_score_and_weights_are() -> None:
    wet = changed(open_water=Evidence("open_water", "1", 1.0))
    chosen = preset("iaea-like")
    best = judge(chosen, wet)
    assert best.excluded
    assert best.score is not None
    assert best.score > 0.9
    for c in range(len(chosen.suitabilities)):
        weights = np.eye(len(chosen.suitabilities))[c]
        assert judge(chosen, wet, weights=weights).excluded


def test_an_exclusion_cannot_be_lifted_and_an_avoidance_only_with_a_name_and_a_reason() -> None:
    near = changed(fault_distance=Evidence("fault_distance", "km", 3.0))
    rule = "avoidance.fault_distance"
    assert statuses(near)[rule] is Status.HIT
    aside = {rule: Lifted("N. N.", "trenched in 2025: no offset in 100,000 years")}
    found = judge(preset("iaea-like"), near, lifted=aside)
    assert rule not in [f.criterion.id for f in found.of(Verdict.AVOIDANCE, Status.HIT)]
    assert next(f for f in found.findings if f.criterion.id == rule).lifted == aside[rule]
    with pytest.raises(BadParameterError, match="cannot be lifted"):
        judge(preset("iaea-like"), near, lifted={"exclusion.open_water": Lifted("a", "b")})
    with pytest.raises(BadParameterError, match="who does it and why"):
        judge(preset("iaea-like"), near, lifted={rule: Lifted("N. N.", " ")})


def test_a_limit_within_the_uncertainty_is_possible_and_on_the_limit_is_not_beyond() -> None:
    rule = "avoidance.sl2"
    assert statuses(changed(sl2=Evidence("sl2", "g", 0.3)))[rule] is Status.CLEAR
    assert statuses(changed(sl2=Evidence("sl2", "g", 0.28, 0.2, 0.36)))[rule] is Status.POSSIBLE
    assert statuses(changed(sl2=Evidence("sl2", "g", 0.31)))[rule] is Status.HIT
    assert statuses(changed(sl2=None))[rule] is Status.MISSING


def test_a_lower_bound_is_sure_only_where_all_that_it_may_be_is_on_one_side() -> None:
    def sure(per_km2: float) -> bool:
        told = Evidence("density_32km", "1/km2", per_km2, per_km2, per_km2, lower_bound=True)
        found = judge(preset("or-sage-large"), {"density_32km": told})
        finding = next(f for f in found.findings if f.evidence is told)
        assert (finding.status is Status.HIT) == (per_km2 > 193)
        return finding.sure

    # It may be three times as much: 60 is then 180 still below the limit of 193, and 100 is not.
    assert [sure(each) for each in (60.0, 100.0, 193.5)] == [True, False, True]


def test_missing_evidence_lowers_the_coverage_and_never_the_score_to_zero() -> None:
    whole, less = judge(preset("iaea-like"), GOOD), judge(
        preset("iaea-like"), changed(border_distance=None)
    )  # fmt: skip
    assert less.coverage < whole.coverage < 1
    assert less.weight_known == pytest.approx(whole.weight_known - 0.10)
    assert less.score == pytest.approx(1.0)
    empty = Evidence("border_distance", "km", missing="not_loaded")
    assert judge(preset("iaea-like"), changed(border_distance=empty)).coverage == less.coverage


@pytest.mark.parametrize("needed", ["sl2", "fault_distance", "density_30km"])
def test_the_score_is_withheld_where_what_it_needs_is_missing(needed: str) -> None:
    found = judge(preset("iaea-like"), changed(**{needed: None}))
    assert found.score is None
    assert found.withheld == (needed,)


def test_a_lower_bound_of_people_reaches_up_in_the_utility() -> None:
    found = judge(
        preset("iaea-like"),
        changed(density_30km=Evidence("density_30km", "1/km2", 60.0, lower_bound=True)),
    )
    at = [c.evidence for c in preset("iaea-like").suitabilities].index("density_30km")
    assert found.utility[at] == pytest.approx(1 - 60 / 193)
    assert found.low[at] == pytest.approx(1 - 180 / 193)
    assert found.high[at] == found.utility[at]


def test_presets_differ_in_what_they_exclude() -> None:
    strong = {"pga_2475": Evidence("pga_2475", "g", 0.4)}
    found = {name: statuses(strong, name) for name in PRESETS}
    assert found["or-sage-large"]["exclusion.pga_2475"] is Status.HIT
    assert found["or-sage-small"]["exclusion.pga_2475"] is Status.CLEAR
    for a, b in itertools.combinations(PRESETS.values(), 2):
        assert a.criteria != b.criteria


def test_an_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(BadParameterError, match='did you mean "np-032"'):
        preset("np032")
    with pytest.raises(BadParameterError, match="weights were given"):
        judge(preset("np-032"), GOOD, weights=np.ones(2))
