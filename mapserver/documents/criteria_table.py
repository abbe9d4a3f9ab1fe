"""The criteria of a preset as tables for people: limits and lines, weights, sources and marks."""

from typing import Any

from layers import messages
from layers.model import LayerDefinition
from layers.screening import Criterion, Verdict
from mapserver.documents import figures


def criteria(layer: LayerDefinition, language: str) -> list[dict[str, Any]]:
    """Return the presets that the styles of a layer show, each with its rules; none for others."""
    return [
        {
            "title": style.titles.get(language, style.title),
            "source": style.preset.source,
            "rules": [
                _rule(each, language)
                for each in style.preset.criteria
                # What is better avoided is told by the sheet of a site, and by no pixel.
                if each.verdict is not Verdict.AVOIDANCE
            ],
        }
        for style in layer.styles
        if style.preset
    ]


def _rule(rule: Criterion, language: str) -> dict[str, str]:
    def say(name: str, **values: str) -> str:
        return messages.text(f"site.{name}", language, **values)

    def told(value: float) -> str:
        unit = "" if rule.unit in ("1", "1/km2") else figures.unit(rule.unit, language)
        return figures.with_unit(figures.rounded(value, language), unit)

    weighed = rule.verdict is Verdict.SUITABILITY
    return {
        "verdict": say(rule.verdict),
        "name": say(f"evidence.{rule.evidence}"),
        "says": f"{told(rule.worst)} → {told(rule.best)}"
        if weighed
        else say("above" if rule.above else "below", limit=told(rule.limit)),
        "weight": figures.percent(rule.weight, language, 2) if weighed else "–",
        "source": say("convention") if rule.basis == "convention" else rule.source,
        "mark": say("check") if rule.check_before_use else "",
    }
