"""The sheet of a site as a document in one language, for a page and for paper."""

from typing import Any

from layers import messages
from layers.siting import Lines
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
from mapserver.documents.site_drawings import around, curves, history

Rows = list[tuple[str | Cell, ...]]
SHOWN = 15
"""Faults and earthquakes that a sheet lists; JSON has more."""
GROUND = ("open_water", "water_distance", "flood_zone", "slope", "airport_distance",
          "hazard_facility_distance", "protected_distance")  # fmt: skip


class Sheet:
    """Says a sheet in a language."""

    def __init__(self, sheet: dict[str, Any], lines: Lines, language: str, context: str) -> None:
        self.sheet = sheet
        self.lines = lines
        self.language = language
        self.context = context

    def say(self, message: str, **values: object) -> str:
        """Return a text of ``site.``."""
        return messages.text(f"site.{message}", self.language, **values)

    def number(self, value: float | None, digits: int = figures.DIGITS) -> str:
        """Return a number as the language writes it."""
        return figures.rounded(value, self.language, digits)

    def count(self, value: float | None) -> str:
        """Return a whole number as the language writes it."""
        return figures.count(value, self.language)

    def unit(self, value: float | None, unit: str) -> str:
        """Return a number with its unit."""
        if unit == "1/km2":
            unit = ""
        word = "" if unit == "1" else figures.unit(unit, self.language)
        return figures.with_unit(self.number(value), word)

    def country(self, code: str) -> str:
        """Return the name of a state."""
        return messages.catalogue(self.language).get(f"site.country.{code}", code or figures.DASH)

    def direction(self, azimuth: float | None) -> str:
        """Return the nearest of sixteen directions."""
        if azimuth is None:
            return figures.DASH
        return self.directions[int((azimuth + 11.25) % 360 // 22.5)]

    @property
    def directions(self) -> list[str]:
        """The sixteen directions from north on."""
        return self.say("directions").split("|")

    def evidence(self, name: str) -> str:
        """Return what an evidence is called."""
        return self.say(f"evidence.{name}")

    def missing(self, why: str) -> str:
        """Return why nothing is known."""
        return messages.catalogue(self.language).get(f"site.missing.{why}", figures.DASH)

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
        metres = self.unit(site["accuracy_m"], "m")
        border = self.sheet["cross_border"]["land_border"]
        reactor = self.sheet["reactor"]
        pairs = [
            (self.say("coordinates"), f"{site['lon']:.5f}, {site['lat']:.5f}"),
            (
                self.say("accuracy"),
                f"± {metres}" if site["accuracy_stated"]
                else self.say("accuracy_assumed", value=self.count(site["accuracy_m"])),
            ),
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
            (self.say("preset"), self.say(f"preset.{v['preset']['id']}")),
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
                self._value(c["evidence"], c["value"], c["unit"]),
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

    def _rule_row(self, f: dict[str, Any]) -> tuple[str | Cell, ...]:
        aside = f["lifted"]
        tone: Tone = f["status"]
        words = self.say(f"status.{f['status']}")
        small = ""
        if aside:
            tone, small = "note", self.say("lifted", **aside)
        elif f["status"] == "hit" and not f["sure"]:
            small = self.say("unsure")
        check = self.say("check") if f["check_before_use"] else (
            self.say("convention") if f["basis"] == "convention" else ""
        )  # fmt: skip
        return (
            self.rule(f),
            self._value(f["evidence"], f["value"], f["unit"]),
            Cell(words, tone, small),
            Cell(f["source"], small=check),
        )

    def _value(self, name: str, value: float | None, unit: str) -> str:
        if value is None:
            return self.missing(self.sheet["evidence"].get(name, {}).get("missing", ""))
        if name in ("open_water", "flood_zone"):
            return self.say("yes") if value else self.say("none")
        sign = "≥ " if self.sheet["evidence"][name]["lower_bound"] else ""
        return sign + self.unit(value, unit)

    def _hazard(self) -> Section:
        hazard = self.sheet["hazard"]
        blocks: list[Block] = []
        if not any(v["value"] is not None for m in hazard["models"] for v in m["values"]):
            blocks.append(Text(self.say("no_hazard"), "missing"))
        if hazard["models"]:
            rows: Rows = []
            for m in hazard["models"]:
                values = [
                    self.unit(v["value"], v["unit"]) if v["value"] is not None
                    else self.missing(v["missing"])
                    for v in m["values"]
                ]  # fmt: skip
                about = ", ".join(
                    filter(None, (self.say(f"hazard.{m['status']}"), m["vintage"], m["source"],
                                  self.country(m["state"]) if m["state"] else ""))
                )  # fmt: skip
                ground = figures.DASH if m["vs30_m_s"] is None else self.count(m["vs30_m_s"])
                rows.append((Cell(m["title"], small=about), *values, ground))
            header = [self.say("model"), *(self.say("years", years=self.count(p))
                      for p in hazard["periods_y"]), self.say("ground")]  # fmt: skip
            blocks.append(
                table(header, rows, "t" + "n" * (len(header) - 1), "",
                      (0.32, *(0.136,) * (len(header) - 1)))
            )  # fmt: skip
        if sl2 := hazard["sl2"]:
            words = {
                "value": sl2["value_g"], "floor": sl2["floor_g"], "mean": sl2["mean_g"],
                "least": sl2["least_g"], "most": sl2["most_g"],
            }  # fmt: skip
            said = self.say("sl2_value", models=sl2["models"],
                            **{k: self.number(v) for k, v in words.items()})  # fmt: skip
            blocks.append(Text(f"{self.say('sl2')}: {said}", "strong"))
            margins = [
                self.say("envelope", envelope=self.number(e, 2),
                         margin=f"{self.number(e / sl2['value_g'])}×")
                for e in hazard["envelopes_g"]
            ]  # fmt: skip
            blocks.append(Text("; ".join(margins)))
            blocks.append(Text(self.say("sl2_note"), "note"))
        ratios = [s["ratio"] for s in hazard["spread"] if s["ratio"] and s["models"] > 1]
        if ratios:
            blocks.append(Text(self.say("spread", ratio=self.number(max(ratios)))))
        drawing = curves(self.sheet, self.language)
        if drawing is not None:
            blocks.append(Figure(drawing, self.say("curve")))
        for zone in self.sheet["seismic_zones"]:
            mark = messages.catalogue(self.language).get(f"notice.{zone['notice']}", "")
            held = f"{self.say('seismic_zone')}: {self.number(zone['msk'])} MSK-64"
            blocks.append(Text(f"{held}. {mark}".strip(), "note"))
        return Section(self.say("hazard"), tuple(blocks))

    def name(self, names: dict[str, str]) -> str:
        """Return a name in the language, else in one that there is."""
        return names.get(self.language) or names.get("en") or next(iter(names.values()), "")

    def zone(self, name: str) -> str:
        """Return the short word of an emergency zone."""
        return self.say(f"zone.{name}").partition(",")[0]

    def title(self, row: dict[str, Any]) -> str:
        """Return the title of a layer in the language."""
        return str(row.get("titles", {}).get(self.language) or row["title"])

    def _faults(self) -> Section:
        faults = self.sheet["faults"]
        reach = self.count(faults["within_km"])
        if not faults["listed"]:
            return Section(
                self.say("faults", reach=reach), (Text(self.say("no_faults", reach=reach)),)
            )
        rows: Rows = [
            (
                Cell(self.name(f["names"]) or self.say("unnamed"),
                     small=self.say("fold") if f["fold"] else str(f["type"])),
                self.number(f["length_km"]),
                self.number(f["distance_km"], 4),
                self.direction(f["azimuth_deg"]),
                self.number(f["accuracy_km"]),
                self._slip(f),
                figures.percent(f["chance_within"]["5"], self.language, 2)
                if not f["fold"] else figures.DASH,
                self.say("yes") if f["consider"] else figures.DASH,
            )
            for f in faults["listed"][:SHOWN]
        ]  # fmt: skip
        header = [self.say(w) for w in ("fault", "length", "distance", "direction", "trace", "slip",
                                        "within5", "consider")]  # fmt: skip
        blocks: list[Block] = [
            table(header, rows, "tnntnnnt", "", (0.24, 0.1, 0.12, 0.11, 0.09, 0.1, 0.13, 0.11))
        ]
        if faults["count"] > SHOWN:
            blocks.append(Text(self.say("more", count=self.count(faults["count"] - SHOWN))))
        blocks.append(Text(self.say("faults_note"), "note"))
        return Section(self.say("faults", reach=reach), tuple(blocks))

    def _slip(self, fault: dict[str, Any]) -> str:
        least, most = fault["slip_rate_min_mm_y"], fault["slip_rate_max_mm_y"]
        span = "" if least is None else f" ({self.number(least, 2)}–{self.number(most, 2)})"
        return self.number(fault["slip_rate_mm_y"], 2) + span

    def _events(self) -> Section:
        events = self.sheet["events"]
        reach = self.count(events["within_km"])
        if not events["listed"]:
            return Section(
                self.say("events", reach=reach), (Text(self.say("no_events", reach=reach)),)
            )
        rows: Rows = [
            (
                str(e["time"])[:10] or figures.DASH,
                Cell(str(e["place"] or e["id"]), small=str(e["source"])),
                " ".join(filter(None, (self.number(e["magnitude"], 2), str(e["magnitude_type"])))),
                self.number(e["depth_km"]),
                self.number(e["distance_km"]),
                self.direction(e["azimuth_deg"]),
                self.number(e["msk"], 2),
            )
            for e in events["listed"][:SHOWN]
        ]
        header = [self.say(w) for w in ("date", "event", "magnitude", "depth", "distance",
                                        "direction", "here")]  # fmt: skip
        blocks: list[Block] = [
            table(header, rows, "ttnnntn", "", (0.13, 0.27, 0.14, 0.11, 0.13, 0.11, 0.11))
        ]
        if events["count"] > SHOWN:
            blocks.append(Text(self.say("more", count=self.count(events["count"] - SHOWN))))
        note = self.say("events_note", relation=events["relation"],
                        sigma=self.number(events["sigma_msk"]))  # fmt: skip
        blocks.append(Text(note, "note"))
        found = events["recurrence"]
        if found.get("missing"):
            independent = self.count(found.get("independent", 0))
            blocks.append(Text(self.say("no_recurrence", count=independent), "missing"))
        else:
            words = {
                "b": self.number(found["b"], 2), "b_sd": self.number(found["b_sd"], 2),
                "count": self.count(found["count"]), "least": self.number(found["least"], 2),
                "rate": self.number(found["rate"], 2),
            }  # fmt: skip
            blocks.append(Text(self.say("recurrence", **words)))
        drawing = history(self.sheet, self.language)
        if drawing is not None:
            blocks.append(Figure(drawing, self.say("history")))
        return Section(self.say("events", reach=reach), tuple(blocks))

    def _people(self) -> Section:
        people = self.sheet["people"]
        rows: Rows = []
        for ring in people["rings"]:
            by_state = ", ".join(
                f"{self.country(code)} {self.count(number)}"
                for code, number in (ring["people"] or {}).items()
            )
            span = figures.DASH
            if ring["total"] is not None and ring["least"] != ring["most"]:
                span = f"{self.count(ring['least'])}–{self.count(ring['most'])}"
            rows.append(
                (
                    self.unit(ring["radius_km"], "km"),
                    by_state or self.missing(ring["missing"]),
                    self.missing(ring["missing"]) if ring["total"] is None
                    else self.count(ring["total"]),
                    span,
                    self.number(ring["density_per_km2"]),
                )
            )  # fmt: skip
        header = [self.say(w) for w in ("circle", "by_state", "at_least", "elsewhere", "density")]
        limits = " / ".join(self.count(limit) for limit in people["limits_per_km2"])
        header[-1] = f"{header[-1]} ({limits})"
        towns = []
        for town in people["towns"]:
            if town["name"] is None:
                continue
            words = {
                "name": town["name"], "country": self.country(town["country"]),
                "people": self.count(town["population"]),
                "distance": self.number(town["distance_km"], 4),
                "direction": self.direction(town["azimuth_deg"]),
            }  # fmt: skip
            size = self.count(town["at_least"])
            towns.append((self.say("town", people=size), self.say("town_value", **words)))
        note = self.say("people_note", least=self.count(people["least_inhabitants"]),
                        unknown=self.count(people["rings"][-1]["unknown"]))  # fmt: skip
        return Section(
            self.say("people"),
            (
                table(header, rows, "ntnnn", "", (0.1, 0.4, 0.14, 0.2, 0.16)),
                Facts(tuple(towns)),
                Text(note, "note"),
            ),
        )

    def _zones(self) -> Section:
        network, rows = self.sheet["network"], []
        for zone in network["zones"]:
            empty = ", ".join(self.directions[i] for i in zone["empty_sectors"])
            if len(zone["empty_sectors"]) == network["sectors"]:
                empty = self.say("all_directions")
            inner, outer = zone["inner_km"], zone["outer_km"]
            radius = self.number(outer) if inner == outer else (
                f"{self.number(inner)}–{self.number(outer)}"
            )  # fmt: skip
            by_state = ", ".join(
                f"{self.country(code)} {self.count(n)}" for code, n in zone["by_country"].items()
            )
            rows.append(
                (
                    self.say(f"zone.{zone['id']}"),
                    radius,
                    Cell(self.count(zone["stations"]), small=by_state),
                    empty or self.say("none"),
                )
            )
        header = [self.say(w) for w in ("zone", "radius", "stations", "empty")]
        note = self.say("zones_note", source=network["source"])
        listed = "; ".join(
            f"{self.name(s['names']) or s['code']} {self.unit(s['distance_km'], 'km')} "
            f"{self.direction(s['azimuth_deg'])}"
            for s in network["stations"][:SHOWN]
        )
        blocks: list[Block] = [table(header, rows, "tnnt", "", (0.3, 0.12, 0.18, 0.4))]
        if listed:
            blocks.append(Text(f"{self.say('stations')}: {listed}"))
        return Section(self.say("zones"), (*blocks, Text(note, "note")))

    def _cross_border(self) -> Section:
        cross = self.sheet["cross_border"]
        if not cross["abroad"]:
            return Section(self.say("cross"), (Text(self.say("alone")),))
        rows: Rows = []
        rings = {ring["radius_km"]: ring["people"] or {} for ring in self.sheet["people"]["rings"]}
        for each in cross["abroad"]:
            sure = ", ".join(map(self.zone, each["zones"]))
            if each["zones_possible"]:
                words = ", ".join(map(self.zone, each["zones_possible"]))
                sure = ", ".join(filter(None, (sure, self.say("perhaps", zones=words))))
            people = "; ".join(
                f"{self.unit(km, 'km')}: {self.count(inside[each['country']])}"
                for km, inside in rings.items()
                if each["country"] in inside
            )
            rows.append(
                (
                    self.country(each["country"]),
                    self.number(each["distance_km"], 4),
                    self.direction(each["azimuth_deg"]),
                    sure,
                    people or figures.DASH,
                )
            )
        header = [self.say(w) for w in ("country", "distance", "direction", "reached", "people")]
        names = ", ".join(map(self.evidence, cross["not_loaded"]))
        return Section(
            self.say("cross"),
            (
                table(header, rows, "tnttt", "", (0.2, 0.14, 0.12, 0.24, 0.3)),
                Text(self.say("cross_note"), "note"),
                Text(self.say("not_loaded", names=names), "missing"),
            ),
        )

    def _ground(self) -> Section:
        evidence = self.sheet["evidence"]
        rows = [
            (
                self.evidence(name),
                self._value(name, evidence[name]["value"], evidence[name]["unit"]),
                evidence[name]["source"] or figures.DASH,
            )
            for name in GROUND
        ]
        header = [self.say(w) for w in ("rule", "value", "source")]
        return Section(self.say("evidence"), (table(header, rows, "tnt", "", (0.36, 0.22, 0.42)),))

    def _dose(self) -> Section:
        rows: Rows = []
        for each in self.sheet["dose"]:
            mark = messages.catalogue(self.language).get(f"context.{self.context}", "")
            known = {v["name"]: v for v in each["values"] if v.get("value") is not None}
            values = ""
            if mean := known.get("mean"):
                values = self.unit(mean["value"], mean.get("unit") or "")
            if values and "p05" in known and "p95" in known:
                low, high = (self.number(known[p]["value"]) for p in ("p05", "p95"))
                values += f" (5–95 %: {low}–{high})"
            rows.append(
                (
                    Cell(self.title(each), small=mark),
                    each["time"] or figures.DASH,
                    values if each["known"] and values else messages.catalogue(self.language).get(
                        f"reason.{each['reason']}", self.say("status.missing")
                    ),
                )
            )  # fmt: skip
        header = [self.say(w) for w in ("layer", "time", "value")]
        return Section(self.say("dose"), (table(header, rows, "ttt", "", (0.4, 0.22, 0.38)),))

    def _provenance(self) -> Section:
        replay = self.sheet["replay"]
        words = messages.catalogue(self.language)
        rows = [
            (
                Cell(self.title(p), small=words.get(f"notice.{p['notice']}", "")),
                p["version"] or figures.DASH,
                p["vintage"] or figures.DASH,
                "; ".join(filter(None, (p["licence"], p["attribution"]))) or figures.DASH,
            )
            for p in self.sheet["provenance"]
        ]
        header = [self.say(w) for w in ("source", "version", "vintage", "licence")]
        blocks: list[Block] = [table(header, rows, "tttt", "", (0.4, 0.22, 0.13, 0.25))]
        if self.sheet["not_loaded"]:
            names = ", ".join(map(self.evidence, self.sheet["not_loaded"]))
            blocks.append(Text(self.say("not_loaded", names=names), "missing"))
        blocks.append(
            Text(
                self.say(
                    "replay", inputs=replay["inputs_sha256"][:16],
                    results=replay["results_sha256"][:16], software=replay["software"],
                ),
                "note",
            )
        )  # fmt: skip
        return Section(self.say("provenance"), tuple(blocks))
