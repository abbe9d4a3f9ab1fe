"""What is asked of candidate sites: in a query, in a posted file, or in a posted question."""

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from math import isfinite
from typing import Any

from werkzeug.datastructures import MultiDict

from layers import temporal
from layers.errors import BadExtentError, BadFileError, BadParameterError
from layers.exchange import documents, sites
from layers.model import CandidateSite
from layers.screening import DEFAULT, PRESETS, Lifted, Preset, preset
from layers.siting import DEFAULT_MWTH, MOST_SITES, Options, told_pairs
from mapserver import params

KEYS = (
    "sites",
    "preset",
    "thermal_mw",
    "weights",
    "pairs",
    "lifted",
    "time",
    "crs",
    "lang",
    "format",
)
QUESTION = ("sites", "preset", "thermal_mw", "weights", "pairs", "lifted", "time")
Presets = Mapping[str, Preset]
MOST_PAIRS = 45
"""Of ten criteria, which is as many as pairwise comparisons take."""
LINKED_NAME_CHARS = 24
"""Of a name in a link; the query of fourteen sites stays below its limit."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Sites and what a planner set; surfaces are those of ``time`` (None: the newest)."""

    sites: tuple[CandidateSite, ...]
    options: Options
    time: datetime | None
    language: str = "en"


def of_query(query: MultiDict[str, str], presets: Presets = PRESETS) -> Asked:
    """Return what a query asks; ``sites`` may be missing and is empty then."""
    found = places(query["sites"]) if query.get("sites") else []
    return Asked(
        tuple(found),
        _set_aside(options(query, presets), query, found) if found else options(query, presets),
        params.instant_or_latest(query.get("time")),
        params.language(query),
    )


def of_body(
    body: bytes, query: MultiDict[str, str], name: str = "", presets: Presets = PRESETS
) -> Asked:
    """Return what a posted file of sites asks with its query, or a posted question by itself."""
    asked = of_query(query, presets)
    if asked.sites:
        raise BadParameterError("sites were sent both in the query and in the body")
    if body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"sites"' in body[:100_000]:
        document = documents.parsed(io.BytesIO(body[: sites.MAX_BYTES + 1]))
        if isinstance(document, dict) and "sites" in document and "type" not in document:
            return _question(document, asked, presets)
    found = sites.read(body, name, query.get("crs", ""))
    chosen = _set_aside(asked.options, query, found)
    return Asked(tuple(found), chosen, asked.time, asked.language)


def _question(document: Mapping[str, Any], asked: Asked, presets: Presets) -> Asked:
    for key in document:
        if key not in QUESTION:
            raise BadParameterError(f'unknown member "{key}"; known are {", ".join(QUESTION)}')
    listed = document["sites"]
    found = sites.read(json.dumps(listed).encode()) if isinstance(listed, dict) else None
    if found is None:
        raise BadParameterError('"sites" is no GeoJSON FeatureCollection')
    weights, pairs = document.get("weights", {}), document.get("pairs", {})
    if not (isinstance(weights, dict) and isinstance(pairs, dict)):
        raise BadParameterError('"weights" and "pairs" map evidence to numbers')
    at = document.get("time")
    return Asked(
        tuple(found),
        Options(
            preset(str(document.get("preset", asked.options.preset.id)), presets),
            _number(document.get("thermal_mw", asked.options.thermal_mw), "thermal_mw"),
            {str(k): _number(v, "weights") for k, v in weights.items()},
            _lifted(document.get("lifted", {}), found),
            split_pairs({str(k): _number(v, "pairs") for k, v in pairs.items()}),
        ),
        asked.time if at is None else temporal.instant(str(at)),
        asked.language,
    )


def _number(value: Any, name: str) -> float:
    try:
        if isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value):
            return float(value)
    except OverflowError:
        pass  # a whole number of more digits than a float holds
    raise BadParameterError(f'"{name}" has what is no number')


def _set_aside(chosen: Options, query: Mapping[str, str], found: list[CandidateSite]) -> Options:
    """Return options with what ``lifted=`` sets aside: the JSON of a posted question."""
    if not query.get("lifted"):
        return chosen
    return replace(chosen, lifted=_lifted(_json(query["lifted"]), found))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise BadParameterError("lifted is no JSON") from None


def _lifted(value: Any, found: list[CandidateSite]) -> dict[str, dict[str, Lifted]]:
    """Return who set which avoidance of which site aside: site, rule, {"by", "why"}."""
    known = {site.id for site in found}
    lifted: dict[str, dict[str, Lifted]] = {}
    try:
        for site, rules in value.items():
            if site not in known:
                raise BadParameterError(f'"lifted" names no site "{str(site)[:40]}"')
            lifted[site] = {
                str(rule): Lifted(str(words["by"])[:80], str(words["why"])[:400])
                for rule, words in rules.items()
            }
    except (AttributeError, KeyError, TypeError):
        raise BadParameterError('"lifted" maps site and rule to {"by": ..., "why": ...}') from None
    return lifted


def options(query: Mapping[str, str], presets: Presets = PRESETS) -> Options:
    """Return the criteria, thermal power and weights that a query sets.

    Raises
    ------
    BadParameterError
        For what is not understood, or means nothing.
    """
    weights = params.named_weights(query["weights"]) if query.get("weights") else {}
    pairs = query.get("pairs") and params.named_weights(query["pairs"], "pairs", MOST_PAIRS)
    power = DEFAULT_MWTH
    if "thermal_mw" in query:
        power = params.number(query["thermal_mw"], "thermal_mw")
    chosen = preset(query.get("preset", DEFAULT), presets)
    found = Options(chosen, power, weights, pairs=split_pairs(pairs or {}))
    found.weight()  # says what is wrong before anything is measured
    return found


def split_pairs(told: Mapping[str, float]) -> dict[tuple[str, str], float]:
    """Return pairwise comparisons of what names them ``one/other``.

    Raises
    ------
    BadParameterError
        For a name without a stroke.
    """
    found = {}
    for name, times in told.items():
        one, stroke, other = name.partition("/")
        if not stroke:
            raise BadParameterError(f'"{name[:60]}" compares nothing; one/other was expected')
        found[one, other] = times
    return found


def places(text: str) -> list[CandidateSite]:
    """Return the sites of ``lon,lat[,accuracy_m[,name]];...``; an accuracy may be empty."""
    words = [word for word in text.split(";") if word.strip()]
    if not 1 <= len(words) <= MOST_SITES:
        raise BadParameterError(f"sites has {len(words)} places; 1 to {MOST_SITES} were expected")
    found = []
    for at, word in enumerate(words, start=1):
        lon, lat, accuracy, name, *_ = [*word.split(",", 3), "", "", "", ""]
        x = params.number(lon, f"longitude of site {at}")
        y = params.number(lat, f"latitude of site {at}")
        if abs(y) > 90 or abs(x) > 180:
            raise BadExtentError(f"site {at} at {x:g}, {y:g} is no position on Earth")
        metres = params.number(accuracy, f"accuracy of site {at}") if accuracy.strip() else None
        label = " ".join("".join(c if c.isprintable() else " " for c in name).split())
        found.append(
            CandidateSite(f"s{at}", label[: sites.MAX_NAME_CHARS] or str(at), x, y, metres)
        )
    return found


def written(asked: tuple[CandidateSite, ...]) -> str:
    """Return sites as a query has them."""
    return ";".join(
        f"{site.lon:.7g},{site.lat:.7g},"
        f"{'' if site.accuracy_m is None else f'{site.accuracy_m:.0f}'},"
        f"{site.name.replace(';', ' ')[:LINKED_NAME_CHARS]}"
        for site in asked
    )


def linked(asked: Asked, only: CandidateSite | None = None) -> dict[str, str]:
    """Return the query that asks the same again, of all sites or of one."""
    chosen = asked.options
    query = {"sites": written((only,) if only else asked.sites)}
    if chosen.preset.id != DEFAULT:
        query["preset"] = chosen.preset.id
    if chosen.thermal_mw != DEFAULT_MWTH:
        query["thermal_mw"] = f"{chosen.thermal_mw:g}"
    if chosen.weights:
        query["weights"] = ",".join(f"{name}:{value:g}" for name, value in chosen.weights.items())
    if chosen.pairs:
        query["pairs"] = ",".join(f"{name}:{v:g}" for name, v in told_pairs(chosen).items())
    if lifted := _told(asked, only):
        query["lifted"] = json.dumps(lifted, ensure_ascii=False, separators=(",", ":"))
    if asked.time is not None:
        query["time"] = temporal.word(asked.time)
    return query


def _told(asked: Asked, only: CandidateSite | None) -> dict[str, Any]:
    """Return what is set aside, by the ids that the sites of a link have."""
    linked_sites = (only,) if only else asked.sites
    return {
        f"s{at}": {rule: asdict(words) for rule, words in rules.items()}
        for at, site in enumerate(linked_sites, start=1)
        if (rules := asked.options.lifted.get(site.id))
    }


def whole(asked: Asked) -> Asked:
    """Return what was asked, or say that no site was."""
    if not asked.sites:
        raise BadFileError("no site was sent: lon,lat in the query sites=, or a file in the body")
    return asked
