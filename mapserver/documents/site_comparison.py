"""Sites side by side as a document in one language: what stands before their sheets on paper."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

from layers import messages
from mapserver.documents import figures
from mapserver.documents.blocks import (
    MARKS,
    Block,
    Cell,
    Document,
    Figure,
    Section,
    Text,
    Tone,
    table,
)
from mapserver.documents.comparison_drawings import plot
from mapserver.documents.site_sheet import Sheet
from mapserver.documents.site_words import Rows

ABREAST = 6
"""Sites in one table: more would leave no room for their numbers."""
VERDICTS = ("exclusion", "avoidance")
GRAVEST: tuple[Tone, ...] = ("hit", "possible", "missing")
ORDER = (0.08, 0.17, 0.12, 0.15, 0.11, 0.12, 0.08, 0.08, 0.11)


class Comparison:
    """Says a comparison in the language of its sheets."""

    def __init__(self, comparison: dict[str, Any], sheets: Sequence[Sheet]) -> None:
        self.comparison = comparison
        self.sheets = sheets
        self.said = sheets[0]
        self.names = {each.sheet["site"]["id"]: each.sheet["site"]["name"] for each in sheets}

    def document(self) -> Document:
        """Return the whole comparison."""
        say, language = self.said.say, self.said.language
        mark = messages.catalogue(language).get(f"context.{self.said.context}")
        same = [
            say("same_place", names=", ".join(self.names[each] for each in ids))
            for ids in self.comparison["same_place"]
        ]
        return Document(
            language,
            say("compare"),
            f"{say('preset')}: {self.said.preset()}",
            tuple(filter(None, (mark, say("notice"), *same))),
            (
                Section(say("order"), tuple(self._order())),
                Section(say("verdict"), tuple(self.verdicts())),
                Section(say("suitability"), tuple(self._suitability())),
                Section(say("flips"), tuple(self._flips())),
                Section(say("utility"), (Figure(plot(self.comparison, language), say("plot")),)),
                Section(say("sites"), (self._sites(),)),
            ),
            f"{say('compare')} · {', '.join(self.names.values())}"[:110],
        )

    def verdicts(self) -> Iterator[Block]:
        """Yield what excludes and what is better avoided, each kind in tables of its own."""
        say = self.said.say
        for verdict in VERDICTS:
            listed = [each.sheet["verdicts"][verdict] for each in self.sheets]
            rows = [
                (self._rule(of_all[0]), list(map(self._finding, self.sheets, of_all)))
                for of_all in zip(*listed, strict=True)
            ]
            yield from self._tables(say("rule"), rows, say(verdict))
        origins = (self.said.origin(f)[0] for v in VERDICTS for f in self.said.sheet["verdicts"][v])
        yield Text(f"{say('source')}: {'; '.join(dict.fromkeys(origins))}", "note")

    def _order(self) -> Iterator[Block]:
        say, number, percent = self.said.say, self.said.number, self._percent
        sheets = {each.sheet["site"]["id"]: each.sheet for each in self.sheets}
        rows: Rows = []
        for site in sorted(self.comparison["sites"], key=lambda s: s["rank"] or math.inf):
            chance, verdicts = site["chance_of_rank"], sheets[site["id"]]["verdicts"]
            first = percent(chance and round(chance[0], 2))
            # A score beside an exclusion would read as if it could buy it back.
            score = say("unranked") if site["withheld"] else figures.DASH
            band = ""
            if chance is not None:
                score, band = (
                    number(site["score"]),
                    f"{number(site['low'], 2)}–{number(site['high'], 2)}",
                )
            rows.append((
                str(site["rank"] or figures.DASH), site["name"],
                *(self._count(verdicts[each]) for each in VERDICTS),
                Cell(score, small=band), first, self._ranks(chance),
                number(site["topsis"]),
                Cell(percent(site["coverage"]), small=percent(site["weight_known"])),
            ))  # fmt: skip
        header = [say(w) for w in ("rank", "site", *VERDICTS, "score_short", "first", "ranks")]
        yield table([*header, "TOPSIS", say("coverage")], rows, "nttt" + "n" * 5, "", ORDER)
        marks = "   ".join(f"{MARKS[tone]} {say(f'status.{tone}')}" for tone in MARKS)
        yield Text(f"{say('order_note')}\n{marks}", "note")
        yield from self._chances()

    def _count(self, findings: Sequence[dict[str, Any]]) -> Cell:
        """Return how many rules of a kind are hit, and how many may be or are not known."""
        tones = [self.said.tone(finding)[0] for finding in findings]
        counts = {tone: tones.count(tone) for tone in MARKS}
        gravest: Tone = next((tone for tone in GRAVEST if counts[tone]), "clear")
        small = "   ".join(f"{MARKS[t]} {counts[t]}" for t in GRAVEST[1:] if counts[t])
        return Cell(str(counts["hit"]), gravest, small)

    def _ranks(self, chance: Sequence[float] | None) -> str:
        """Return between which ranks a site comes with 90 %."""
        if chance is None:
            return figures.DASH
        sums = list(itertools.accumulate(chance))
        first, last = (
            next(k for k, s in enumerate(sums, start=1) if s >= share - 1e-9 or k == len(sums))
            for share in (0.05, 0.95)
        )
        return str(first) if first == last else f"{first}–{last}"

    def _chances(self) -> Iterator[Block]:
        ranked = [s for s in self.comparison["sites"] if s["chance_of_rank"]]
        if len(ranked) < 2:
            return
        ranked.sort(key=lambda s: s["rank"])
        count = len(ranked)
        rows = [
            (s["name"], *(figures.count(100 * p, self.said.language) for p in s["chance_of_rank"]))
            for s in ranked
        ]
        yield table(
            (self.said.say("site"), *map(str, range(1, count + 1))), rows, "t" + "n" * count,
            self.said.say("chance_of_ranks"), (max(0.2, 1 - 0.13 * count), *(0.06,) * count),
        )  # fmt: skip

    def _suitability(self) -> Iterator[Block]:
        say = self.said.say
        found = self.comparison["ahp"]
        if found:
            ratio = say("ratio", ratio=self.said.number(found["ratio"]))
            words = ratio if found["consistent"] else f"{ratio}: {say('inconsistent')}"
            yield Text(f"{say('ahp')}. {words}", "clear" if found["consistent"] else "hit")
        told = [each.sheet["verdicts"]["suitability"]["criteria"] for each in self.sheets]
        rows = [
            (
                Cell(f"{i + 1} {self.said.evidence(c['evidence'])}", small=self._line(c)),
                [self._weighed(s, of_all[i]) for s, of_all in zip(self.sheets, told, strict=True)],
            )
            for i, c in enumerate(self.comparison["criteria"])
        ]
        weights = [self._percent(c["weight"]) for c in self.comparison["criteria"]]
        yield from self._tables(say("rule"), rows, "", (say("weight"), weights))
        yield Text(say("weights_note"), "note")

    def _line(self, criterion: dict[str, Any]) -> str:
        worst, best = (self.said.unit(criterion[k], criterion["unit"]) for k in ("worst", "best"))
        return f"{worst} → {best}"

    def _weighed(self, sheet: Sheet, c: dict[str, Any]) -> Cell:
        utility = "" if c["utility"] is None else f"→ {sheet.number(c['utility'], 2)}"
        return Cell(sheet.value(c["evidence"], c["value"], c["unit"]), small=utility)

    def _rule(self, finding: dict[str, Any]) -> Cell:
        return Cell(self.said.rule(finding), small=self.said.origin(finding)[1])

    def _finding(self, sheet: Sheet, finding: dict[str, Any]) -> Cell:
        tone, small = sheet.tone(finding)
        if tone == "possible":
            small = sheet.say("status.possible")  # a value within the limit says too little
        return Cell(
            sheet.value(finding["evidence"], finding["value"], finding["unit"]), tone, small
        )

    def _flips(self) -> Iterator[Block]:
        for f in self.comparison["flips"]:
            yield Text(
                self.said.say(
                    "flip", from_site=self.names[f["from"]], to_site=self.names[f["to"]],
                    evidence=self.said.evidence(f["evidence"]),
                    now=self._percent(f["weight_now"]), then=self._percent(f["weight_then"]),
                )
            )  # fmt: skip
        if not self.comparison["flips"]:
            yield Text(self.said.say("no_flip"))

    def _sites(self) -> Block:
        say = self.said.say
        rows = [
            (
                site["name"], f"{site['lon']:.5f}, {site['lat']:.5f}",
                sheet.accuracy(),
                sheet.country(site["country"]), sheet.sheet["replay"]["inputs_sha256"][:16],
            )
            for sheet in self.sheets for site in [sheet.sheet["site"]]
        ]  # fmt: skip
        header = [say(w) for w in ("site", "coordinates", "accuracy", "country", "inputs")]
        return table(header, rows, "ttntt", "", (0.24, 0.24, 0.16, 0.16, 0.2))

    def _tables(
        self, first: str, rows: Sequence[tuple[Cell, Sequence[Cell]]], caption: str,
        beside: tuple[str, Sequence[str]] | None = None,
    ) -> Iterator[Block]:  # fmt: skip
        """Yield tables with a column for each site, ``ABREAST`` of them in one."""
        names = list(self.names.values())
        if not rows:
            return
        abreast = math.ceil(len(names) / math.ceil(len(names) / ABREAST))
        for begin in range(0, len(names), abreast):
            part = slice(begin, begin + abreast)
            more = (beside[0],) if beside else ()
            header = (first, *more, *names[part])
            body = [
                (rule, *((beside[1][i],) if beside else ()), *of_all[part])
                for i, (rule, of_all) in enumerate(rows)
            ]
            narrow = (0.09,) * len(more)
            each = (0.7 - sum(narrow)) / max(3, len(names[part]))
            widths = (0.3, *narrow, *(each,) * len(names[part]))
            yield table(header, body, "t" + "n" * (len(header) - 1), caption, widths)

    def _percent(self, share: float | None) -> str:
        return figures.percent(share, self.said.language, 2)
