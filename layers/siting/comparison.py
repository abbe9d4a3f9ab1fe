"""Sites side by side: which is best in what, which comes first, and how sure that is."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadParameterError
from layers.model.site import MOST_SITES
from layers.screening import CONSISTENT, Criterion, ranks, stability, topsis, weighted_sum
from layers.screening.ranking import flips
from layers.siting.sheet import SEED, Options, told_pairs

FloatArray = NDArray[np.float64]


def compare(sheets: Sequence[dict[str, Any]], options: Options) -> dict[str, Any]:
    """Return the comparison of the sheets of several sites, made with these options.

    Excluded sites and those whose score is withheld have no rank: nothing buys back an exclusion,
    and what is not known is not ranked. TOPSIS takes the criteria that have evidence at every
    ranked site; the others are named.

    Raises
    ------
    BadParameterError
        For fewer than two sites or more than ``MOST_SITES``.
    """
    if not 2 <= len(sheets) <= MOST_SITES:
        raise BadParameterError(f"{len(sheets)} sites; 2 to {MOST_SITES} can be compared")
    weights = options.weight()
    weighed = options.preset.suitabilities
    value, utility, low, high = (
        np.array([_column(s, key) for s in sheets])
        for key in ("value", "utility", "utility_low", "utility_high")
    )
    ranked = [
        i for i, s in enumerate(sheets)
        if not s["verdicts"]["excluded"] and not s["verdicts"]["suitability"]["withheld"]
    ]  # fmt: skip
    score = weighted_sum(utility, weights)
    order = np.full(len(sheets), np.nan)
    order[ranked] = score[ranked]
    rank = ranks(order)
    draws = stability(low[ranked], high[ranked], weights, np.random.default_rng(SEED))
    known = ~np.isnan(value[ranked]).any(axis=0) if ranked else np.zeros(len(weighed), bool)
    larger = np.array([c.larger_is_better for c in weighed])
    closeness = np.full(len(sheets), np.nan)
    if ranked and (known & (weights > 0)).any():
        closeness[ranked] = topsis(value[ranked][:, known], weights[known], larger[known])
    names = [c.evidence for c in weighed]
    place = {site: at for at, site in enumerate(ranked)}
    return {
        "preset": options.preset.id,
        "ahp": _pairwise(options),
        "criteria": [
            {
                **_criterion(c),
                "weight": round(float(w), 6),
                "best_site": _extreme(utility[:, i], sheets, np.nanargmax),
                "worst_site": _extreme(utility[:, i], sheets, np.nanargmin),
                "in_topsis": bool(known[i]),
            }
            for i, (c, w) in enumerate(zip(weighed, weights, strict=True))
        ],
        "sites": [
            {
                **_verdict(s),
                "rank": int(rank[i]) or None,
                "low": round(float(draws.low[place[i]]), 4) if i in place else None,
                "high": round(float(draws.high[place[i]]), 4) if i in place else None,
                "chance_of_rank": [round(float(p), 4) for p in draws.chance[place[i]]]
                if i in place else None,
                "topsis": None if np.isnan(closeness[i]) else round(float(closeness[i]), 4),
                "utility": _told(utility[i]),
                "utility_low": _told(low[i]),
                "utility_high": _told(high[i]),
                "value": _told(value[i]),
            }
            for i, s in enumerate(sheets)
        ],
        "flips": _flips(sheets, ranked, utility, weights, names),
        "same_place": _same_place(sheets),
    }  # fmt: skip


def _pairwise(options: Options) -> dict[str, Any] | None:
    found = options.ahp()
    if found is None:
        return None
    ratio = round(found.ratio, 4)
    return {
        "pairs": told_pairs(options), "ratio": ratio, "consistent": found.ratio <= CONSISTENT,
    }  # fmt: skip


def _flips(
    sheets: Sequence[dict[str, Any]],
    ranked: list[int],
    utility: FloatArray,
    weights: FloatArray,
    names: Sequence[str],
) -> list[dict[str, Any]]:
    """Return where another site takes the lead, of the sites as they are known.

    What is missing at one of them is left out.
    """
    used = ~np.isnan(utility[ranked]).any(axis=0)
    if len(ranked) < 2 or not (weights[used] > 0).any():
        return []
    left = [names[i] for i in np.flatnonzero(used).tolist()]
    now = weights[used] / weights[used].sum()
    leader = int(np.argmax(weighted_sum(utility[ranked][:, used], now)))
    return [
        {
            "evidence": left[flip.criterion],
            "weight_now": round(float(now[flip.criterion]), 4),
            "weight_then": round(flip.share, 4),
            "from": sheets[ranked[leader]]["site"]["id"],
            "to": sheets[ranked[flip.by]]["site"]["id"],
        }
        for flip in flips(utility[ranked][:, used], now)
    ]


def _criterion(criterion: Criterion) -> dict[str, Any]:
    return {
        "id": criterion.id,
        "evidence": criterion.evidence,
        "unit": criterion.unit,
        "worst": criterion.worst,
        "best": criterion.best,
        "larger_is_better": criterion.larger_is_better,
        "needed": criterion.needed,
        "basis": criterion.basis,
        "source": criterion.source,
    }


def _verdict(sheet: dict[str, Any]) -> dict[str, Any]:
    verdicts = sheet["verdicts"]
    return {
        "id": sheet["site"]["id"],
        "name": sheet["site"]["name"],
        "excluded": verdicts["excluded"],
        "withheld": verdicts["suitability"]["withheld"],
        "coverage": verdicts["coverage"],
        "weight_known": verdicts["weight_known"],
        "score": verdicts["suitability"]["score"],
    }


def _told(numbers: FloatArray) -> list[float | None]:
    return [None if np.isnan(each) else round(float(each), 4) for each in numbers]


def _column(sheet: dict[str, Any], key: str) -> list[float]:
    return [
        np.nan if c[key] is None else float(c[key])
        for c in sheet["verdicts"]["suitability"]["criteria"]
    ]


def _extreme(column: FloatArray, sheets: Sequence[dict[str, Any]], pick: Any) -> list[str]:
    """Return the sites that share the best or worst of a column; none where all are alike."""
    known = column[~np.isnan(column)]
    if len(known) < 2 or known.min() == known.max():
        return []
    chosen = column[pick(column)]
    return [s["site"]["id"] for s, u in zip(sheets, column, strict=True) if u == chosen]


def _same_place(sheets: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return the sites that cannot be told apart: their coordinates are the same."""
    by_place: dict[tuple[float, float], list[str]] = {}
    for s in sheets:
        by_place.setdefault((s["site"]["lon"], s["site"]["lat"]), []).append(s["site"]["id"])
    return [ids for ids in by_place.values() if len(ids) > 1]
