"""The sheet of a site as a document in one language, for a page and for paper."""

from typing import Any

from layers import messages
from mapserver.documents import figures
from mapserver.documents.blocks import (
    Block,
    Cell,
    Document,
    Facts,
    Figure,
    Section,
    Text,
    Tone,
    table,
)
from mapserver.documents.site_around import Around
from mapserver.documents.site_drawings import around
from mapserver.documents.site_ground import Ground


class Sheet(Ground, Around):
    """Says a sheet in a language."""

    def document(self) -> Document:
        """Return the whole sheet."""
        notices = [self.say("notice")]
        words = messages.catalogue(self.language)
        if mark := words.get(f"context.{self.context}"):
            notices.insert(0, mark)
        if self.sheet["hazard"]["models"] and self._only_demonstration():
            notices.append(self.say("only_demonstration"))
        sections = (
            self._header(),
            self._verdicts(),
            self._hazard(),
            self._faults(),
            self._events(),
            self._people(),
            self._zones(),
            self._cross_border(),
            self._ground(),
            self._dose(),
            self._provenance(),
        )
        return Document(
            self.language,
            self.sheet["site"]["name"],
            self.say("sheet"),
            tuple(notices),
            sections,
            f"{self.say('title')} · {self.sheet['site']['name']} · "
            f"{self.sheet['replay']['inputs_sha256'][:16]}",
        )

    def _only_demonstration(self) -> bool:
        models = self.sheet["hazard"]["models"]
        return all(m["status"] == "demonstration" for m in models)

    def _header(self) -> Section:
        site, v = self.sheet["site"], self.sheet["verdicts"]
        border = self.sheet["cross_border"]["land_border"]
        reactor = self.sheet["reactor"]
        pairs = [
            (self.say("coordinates"), f"{site['lon']:.5f}, {site['lat']:.5f}"),
            (self.say("accuracy"), self.accuracy()),
            (
                self.say("country"),
                self.country(site["country"]) if site["country"] else self.say("no_country"),
            ),
            (
                self.say("elevation"),
                self.unit(site["elevation_m"], "m") if site["elevation_m"] is not None
                else self.missing(self.sheet["evidence"]["elevation"]["missing"]),
            ),
            (
                self.say("border"),
                self.missing("outside") if border is None
                else self.say(
                    "border_value",
                    distance=self.number(border["distance_km"], 4),
                    direction=self.direction(border["azimuth_deg"]),
                    pair=" – ".join(self.country(c) for c in border["between"]),
                    accuracy=self.number(border["accuracy_km"]),
                ),
            ),
            (
                self.say("reactor"),
                self.say(f"reactor.{reactor['class']}", power=self.count(reactor["thermal_mw"])),
            ),
            (self.say("preset"), self.preset()),
            (
                self.say("coverage"),
                self.say(
                    "coverage_value",
                    share=figures.percent(v["coverage"], self.language),
                    weight=figures.percent(v["weight_known"], self.language),
                ),
            ),
        ]  # fmt: skip
        drawing = around(self.sheet, self.lines, self.language)
        return Section("", (Facts(tuple(pairs)), Figure(drawing, self.say("map"))))

    def accuracy(self) -> str:
        """Return how exact the coordinates are said, or taken, to be."""
        site = self.sheet["site"]
        if site["accuracy_stated"]:
            return f"± {self.unit(site['accuracy_m'], 'm')}"
        return self.say("accuracy_assumed", value=self.count(site["accuracy_m"]))

    def _verdicts(self) -> Section:
        v = self.sheet["verdicts"]
        hit = [self.rule(f) for f in v["exclusion"] if f["status"] == "hit"]
        near = [self.rule(f) for f in v["avoidance"] if f["status"] == "hit" and not f["lifted"]]
        score, weighed = v["suitability"]["score"], v["suitability"]
        blocks: list[Block] = [
            Text(self.say("excluded", rules="; ".join(hit)), "hit")
            if hit else Text(self.say("not_excluded"), "clear"),
            Text(self.say("avoided", rules="; ".join(near)), "possible")
            if near else Text(self.say("not_avoided"), "clear"),
            Text(
                self.say("withheld", names=", ".join(map(self.evidence, weighed["withheld"]))),
                "missing",
            )
            if score is None
            else Text(
                self.say("score", score=self.number(score), low=self.number(weighed["low"]),
                         high=self.number(weighed["high"])),
                "strong",
            ),
        ]  # fmt: skip
        for verdict in ("exclusion", "avoidance"):
            rows = [self._rule_row(f) for f in v[verdict]]
            header = [self.say(w) for w in ("rule", "value", "status", "source")]
            blocks.append(table(header, rows, "tntt", self.say(verdict), (0.36, 0.14, 0.22, 0.28)))
        rows = [
            (
                self.evidence(c["evidence"]),
                self.value(c["evidence"], c["value"], c["unit"]),
                self.number(c["utility"], 2),
                figures.percent(c["weight"], self.language),
            )
            for c in weighed["criteria"]
        ]
        header = [self.say(w) for w in ("rule", "value", "utility", "weight")]
        blocks.append(
            table(header, rows, "tnnn", self.say("suitability"), (0.46, 0.22, 0.16, 0.16))
        )
        return Section(self.say("verdict"), tuple(blocks))

    def rule(self, finding: dict[str, Any]) -> str:
        """Return an exclusion or avoidance in words."""
        word = "" if finding["unit"] in ("1", "1/km2") else finding["unit"]
        edge = figures.edge(finding["limit"], self.language)
        limit = figures.with_unit(edge, figures.unit(word, self.language))
        if finding["evidence"] in ("open_water", "flood_zone"):
            return self.evidence(finding["evidence"])
        if finding["evidence"] == "protected_distance":
            return self.evidence(finding["evidence"])
        return f"{self.evidence(finding['evidence'])} {self.say(finding['relation'], limit=limit)}"

    def tone(self, finding: dict[str, Any]) -> tuple[Tone, str]:
        """Return how a finding is meant, and what is to be said below it."""
        if finding["lifted"]:
            return "note", self.say("lifted", **finding["lifted"])
        tone: Tone = finding["status"]
        return tone, self.say("unsure") if tone == "hit" and not finding["sure"] else ""

    def origin(self, rule: dict[str, Any]) -> tuple[str, str]:
        """Return who says a rule, and the mark of what is to be checked before use."""
        source = self.say("convention") if rule["basis"] == "convention" else rule["source"]
        return source, self.say("check") if rule["check_before_use"] else ""

    def _rule_row(self, f: dict[str, Any]) -> tuple[str | Cell, ...]:
        source, check = self.origin(f)
        return (
            self.rule(f),
            self.value(f["evidence"], f["value"], f["unit"]),
            Cell(self.say(f"status.{f['status']}"), *self.tone(f)),
            Cell(source, small=check),
        )
