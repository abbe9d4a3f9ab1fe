"""Pages that explain: what a number means, and the words of the map."""

from dataclasses import dataclass

from layers import messages, units
from layers.messages import review
from layers.model import LayerDefinition, StyleDefinition
from mapserver.documents import figures, page_config
from mapserver.documents.assets import Assets
from mapserver.documents.sheet import Sheet
from mapserver.documents.style_table import style_table

QUANTITY = "ambient_dose_rate"
UNITS = ("uSv/h", "nSv/h", "uR/h")
HOURS_A_YEAR = 8766
FLIGHT_NSV_H = (2_000.0, 8_000.0)
"""At 9 to 12 km, from the equator to temperate latitudes: UNSCEAR 2000, annex B."""
QUESTIONS = ("what", "differs", "rain", "raised", "between", "relative", "gap", "do")
TERMS = (
    "dose_rate",
    "h10",
    "sievert",
    "roentgen",
    "background",
    "usual",
    "radon",
    "station",
    "alarm",
    "surface",
    "interval",
    "unknown",
    "checked",
    "simulated",
    "msk",
    "magnitude",
    "pm",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A number that somebody asks about, as it was typed; ``value`` in nSv/h, None where none."""

    text: str = ""
    unit: str = UNITS[0]
    value: float | None = None


def meaning(
    sheet: Sheet,
    asked: Asked,
    limits: tuple[float, float],
    classes: tuple[LayerDefinition, StyleDefinition] | None,
) -> str:
    """Return the page that says what a number means.

    Parameters
    ----------
    limits : (float, float)
        End of the natural range and alarm level, nSv/h.
    classes : (LayerDefinition, StyleDefinition) or None
        The style whose classes the map shows.
    """
    language = sheet.language
    filled = {
        name: page_config.value_text(limit, "nSv/h", language)
        for name, limit in zip(("limit", "alarm"), limits, strict=True)
    }
    table = style_table(*classes, language, sheet.assets, UNITS[0]) if classes else None
    answer: list[str] = []
    if asked.value is not None:
        answer = _answer(asked.value, language, classes, sheet.assets)
    return sheet.rendered(
        "meaning.html",
        asked=asked,
        answer=answer,
        failed=bool(asked.text) and asked.value is None,
        units=[(unit, _unit(unit, language)) for unit in UNITS],
        questions=[
            (sheet.say(f"learn.{each}"), sheet.say(f"learn.{each}.text", **filled))
            for each in QUESTIONS
        ],
        legend=table,
        draft=language in review.READERS,
    )


def words(sheet: Sheet) -> str:
    """Return the glossary."""
    terms = [
        (
            each,
            sheet.say(f"learn.term.{each}"),
            sheet.say(f"learn.term.{each}.text"),
            _is_read(each, sheet.language),
        )
        for each in TERMS
    ]
    return sheet.rendered(
        "words.html", terms=terms, draft=not all(is_read for *_, is_read in terms)
    )


def _is_read(term: str, language: str) -> bool:
    ids = (f"learn.term.{term}", f"learn.term.{term}.text")
    return all(review.is_read(each, language) for each in ids)


def _answer(
    value: float,
    language: str,
    classes: tuple[LayerDefinition, StyleDefinition] | None,
    assets: Assets,
) -> list[str]:
    def say(message: str, **values: object) -> str:
        return messages.text(f"learn.{message}", language, **values)

    written = [_written(value, unit, language) for unit in UNITS]
    said = []
    if classes:
        block = page_config.style_block(*classes, language, assets)
        of = sum(value >= limit for limit in classes[1].breaks)
        if block["classes"][of]["words"]:
            said.append(say("class", value=written[0], words=block["classes"][of]["words"]))
    said.append(say("same", values=" = ".join(written)))
    yearly = figures.rounded(value * HOURS_A_YEAR / 1e6, language, 2)
    said.append(say("year", dose=figures.with_unit(yearly, say("unit.mSv"))))
    low, high = (_written(each, UNITS[0], language) for each in FLIGHT_NSV_H)
    said += [say("flight", low=low, high=high), say("check")]
    return said


def _written(value: float, unit: str, language: str) -> str:
    """Return a value of nSv/h in a unit, with four digits at most and no zero that says nothing."""
    shown = float(f"{units.from_canonical(value, unit, QUANTITY):.4g}")
    return figures.with_unit(figures.edge(shown, language), _unit(unit, language))


def _unit(unit: str, language: str) -> str:
    return messages.catalogue(language).get(f"learn.unit.{unit}") or figures.unit(unit, language)
