"""Presets of criteria. Thresholds are data; each names its source and how it was come by.

They help to see where to look first. None of them is a licence, and none replaces the rules of the
two states. Whether a fault is capable is never read off a map, so that no fault excludes here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from layers.errors import BadParameterError, nearest
from layers.screening.criteria import Basis, Criterion, Preset, Verdict

_OURS = "convention of this server"
_OR_SAGE = "ORNL/TM-2011/157, ORNL/TM-2012/403 (OR-SAGE)"
_SSG_35 = "IAEA SSG-35 (2015)"
_SSG_9 = "IAEA SSG-9 (Rev. 1)"
_SSG_79 = "IAEA SSG-79 / NS-G-3.1"
_PPA = "IAEA EPR-NPP-PPA 2013"
_NP_032 = "NP-032-19"
_NP_031 = "NP-031-01"
_RG_4_7 = "US NRC RG 4.7"
_APPENDIX_A = "10 CFR 100 Appendix A"


def _rule(
    verdict: Verdict, evidence: str, unit: str, relation: str, limit: float, source: str,
    basis: Basis = "memory",
) -> Criterion:  # fmt: skip
    return Criterion(
        f"{verdict}.{evidence}", verdict, evidence, unit, source, basis,
        above=relation == ">", limit=limit,
    )  # fmt: skip


def _excluded(
    evidence: str, unit: str, relation: str, limit: float, source: str, basis: Basis = "memory"
) -> Criterion:
    return _rule(Verdict.EXCLUSION, evidence, unit, relation, limit, source, basis)


def _avoided(
    evidence: str, unit: str, relation: str, limit: float, source: str, basis: Basis = "memory"
) -> Criterion:
    return _rule(Verdict.AVOIDANCE, evidence, unit, relation, limit, source, basis)


def _weighed(
    evidence: str, unit: str, worst: float, best: float, weight: float, *, needed: bool = False
) -> Criterion:
    return Criterion(
        f"{Verdict.SUITABILITY}.{evidence}", Verdict.SUITABILITY, evidence, unit, _OURS,
        "convention", worst=worst, best=best, weight=weight, needed=needed,
    )  # fmt: skip


def _suitability(pga_worst: float, density_worst: float) -> tuple[Criterion, ...]:
    return (
        _weighed("sl2", "g", pga_worst, 0.1, 0.30, needed=True),
        _weighed("fault_distance", "km", 5, 40, 0.15, needed=True),
        _weighed("historic_msk", "MSK-64", 9, 5, 0.10),
        _weighed("density_30km", "1/km2", density_worst, 0, 0.15, needed=True),
        _weighed("town_100000_distance", "km", 10, 100, 0.05),
        _weighed("border_distance", "km", 5, 100, 0.10),
        _weighed("water_distance", "km", 32, 0, 0.05),
        _weighed("slope", "%", 12, 0, 0.05),
        _weighed("empty_sectors_epd", "1", 16, 0, 0.05),
    )


_OPEN_WATER = _excluded("open_water", "1", ">", 0, _OR_SAGE)
_PROTECTED = _excluded("protected_distance", "km", "<", 0.001, _OR_SAGE)

IAEA_LIKE = Preset(
    "iaea-like",
    f"{_SSG_35}, {_SSG_9}, {_SSG_79}, {_PPA}",
    (
        _excluded("open_water", "1", ">", 0, _SSG_35),
        _avoided("fault_distance", "km", "<", 5, _SSG_9),
        _avoided("sl2", "g", ">", 0.3, _OURS, "convention"),
        _avoided("airport_distance", "km", "<", 10, _SSG_79),
        _avoided("hazard_facility_distance", "km", "<", 10, _SSG_79),
        _avoided("town_25000_distance", "km", "<", 5, _PPA),
        _avoided("border_distance", "km", "<", 30, _PPA),
        _avoided("protected_distance", "km", "<", 0.001, _SSG_35),
        _avoided("flood_zone", "1", ">", 0, _SSG_35),
        *_suitability(0.5, 193),
    ),
)

OR_SAGE_LARGE = Preset(
    "or-sage-large",
    f"{_OR_SAGE}, {_RG_4_7}, {_APPENDIX_A}",
    (
        _excluded("density_32km", "1/km2", ">", 193, f"{_OR_SAGE}, {_RG_4_7}"),
        _excluded("pga_2475", "g", ">", 0.3, _OR_SAGE),
        _excluded("slope", "%", ">", 12, _OR_SAGE),
        _avoided("fault_margin", "km", "<", 0, _APPENDIX_A),
        _OPEN_WATER,
        _PROTECTED,
        _excluded("flood_zone", "1", ">", 0, _OR_SAGE),
        _avoided("water_distance", "km", ">", 32, _OR_SAGE),
        _avoided("airport_distance", "km", "<", 16, _OR_SAGE),
        _avoided("hazard_facility_distance", "km", "<", 8, _OR_SAGE),
        *_suitability(0.3, 193),
    ),
)

OR_SAGE_SMALL = Preset(
    "or-sage-small",
    f"{_OR_SAGE}, {_APPENDIX_A}",
    (
        _excluded("density_16km", "1/km2", ">", 193, _OR_SAGE),
        _excluded("pga_2475", "g", ">", 0.5, _OR_SAGE),
        _excluded("slope", "%", ">", 18, _OR_SAGE),
        _avoided("fault_margin", "km", "<", 0, _APPENDIX_A),
        _OPEN_WATER,
        _PROTECTED,
        _excluded("flood_zone", "1", ">", 0, _OR_SAGE),
        _avoided("water_distance", "km", ">", 32, _OR_SAGE),
        _avoided("airport_distance", "km", "<", 8, _OR_SAGE),
        _avoided("hazard_facility_distance", "km", "<", 1.6, _OR_SAGE),
        *_suitability(0.5, 193),
    ),
)

NP_032 = Preset(
    "np-032",
    f"{_NP_032}, {_NP_031}",
    (
        _excluded("msk_sl2", "MSK-64", ">", 9, _NP_032),
        _excluded("density_25km", "1/km2", ">", 100, _NP_032),
        _excluded("open_water", "1", ">", 0, _OURS, "convention"),
        _avoided("fault_distance", "km", "<", 5, f"{_NP_032} (an active fault excludes)"),
        _avoided("msk_zone", "MSK-64", ">", 8, _OURS, "convention"),
        _avoided("town_100000_distance", "km", "<", 25, _NP_032),
        _avoided("airport_distance", "km", "<", 10, _NP_032),
        _avoided("protected_distance", "km", "<", 0.001, _NP_032),
        *_suitability(0.4, 100),
    ),
)

PRESETS: Mapping[str, Preset] = MappingProxyType(
    {preset.id: preset for preset in (IAEA_LIKE, OR_SAGE_LARGE, OR_SAGE_SMALL, NP_032)}
)
DEFAULT = IAEA_LIKE.id


def preset(preset_id: str) -> Preset:
    """Return a preset, or raise BadParameterError with the nearest name."""
    if preset_id not in PRESETS:
        raise BadParameterError(
            f'no preset "{preset_id}"; known are {", ".join(PRESETS)}{nearest(preset_id, PRESETS)}'
        )
    return PRESETS[preset_id]
