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
    rank = ranks(_spread(weighted_sum(utility, weights)[ranked], ranked, len(sheets)))
    draws = stability(low[ranked], high[ranked], weights, np.random.default_rng(SEED))
    chance = dict(zip(ranked, draws.chance, strict=True))
    known = ~np.isnan(value[ranked]).any(axis=0) if ranked else np.zeros(len(weighed), bool)
    larger = np.array([c.larger_is_better for c in weighed])
    closeness = np.full(len(ranked), np.nan)
    if (known & (weights > 0)).any():
        closeness = topsis(value[ranked][:, known], weights[known], larger[known])
    of_ranked = {"low": draws.low, "high": draws.high, "topsis": closeness}
    spread = {key: _told(_spread(column, ranked, len(sheets))) for key, column in of_ranked.items()}
    return {
        "preset": options.preset.id,
        "ahp": _pairwise(options),
        "criteria": [
            {
                **_criterion(c),
                "weight": round(float(weights[i]), 6),
                **_extremes(utility[:, i], sheets),
                "in_topsis": bool(known[i]),
            }
            for i, c in enumerate(weighed)
        ],
        "sites": [
            {
                **_verdict(s),
                "rank": int(rank[i]) or None,
                "chance_of_rank": _told(chance[i]) if i in chance else None,
                **{key: column[i] for key, column in spread.items()},
                "utility": _told(utility[i]),
                "utility_low": _told(low[i]),
                "utility_high": _told(high[i]),
                "value": _told(value[i]),
            }
            for i, s in enumerate(sheets)
        ],
        "flips": _flips(sheets, ranked, utility, weights, [c.evidence for c in weighed]),
        "same_place": _same_place(sheets),
    }


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


def _spread(numbers: FloatArray, at: Sequence[int], length: int) -> FloatArray:
    """Return numbers of some sites among all, NaN at the others."""
    found = np.full(length, np.nan)
    found[at] = numbers
    return found


def _told(numbers: FloatArray) -> list[float | None]:
    return [None if np.isnan(each) else round(float(each), 4) for each in numbers]


def _column(sheet: dict[str, Any], key: str) -> list[float]:
    return [
        np.nan if c[key] is None else float(c[key])
        for c in sheet["verdicts"]["suitability"]["criteria"]
    ]


def _extremes(column: FloatArray, sheets: Sequence[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the sites that share the best and the worst of a column; none where all are alike."""
    known = column[~np.isnan(column)]
    alike = len(known) < 2 or known.min() == known.max()
    ends = (np.nan, np.nan) if alike else (known.max(), known.min())
    return {
        key: [s["site"]["id"] for s, u in zip(sheets, column, strict=True) if u == end]
        for key, end in zip(("best_site", "worst_site"), ends, strict=True)
    }


def _same_place(sheets: Sequence[dict[str, Any]]) -> list[list[str]]:
    """Return the sites that cannot be told apart: their coordinates are the same."""
    by_place: dict[tuple[float, float], list[str]] = {}
    for s in sheets:
        by_place.setdefault((s["site"]["lon"], s["site"]["lat"]), []).append(s["site"]["id"])
    return [ids for ids in by_place.values() if len(ids) > 1]
