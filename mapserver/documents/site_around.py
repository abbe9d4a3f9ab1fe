"""The sections of a sheet on what lies around a site, and on where all of it is from."""

from typing import Any

from layers import messages
from mapserver.documents import figures
from mapserver.documents.blocks import Block, Cell, Facts, Figure, Section, Table, Text, table
from mapserver.documents.site_drawings import rose
from mapserver.documents.site_words import SHOWN, Rows, Words

GROUND = ("open_water", "water_distance", "flood_zone", "slope", "airport_distance",
          "hazard_facility_distance", "protected_distance")  # fmt: skip


class Around(Words):
    """Sections on people, network, other states, water, dose and provenance."""

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
                    else f"{'≥ ' if ring['lower_bound'] else ''}{self.count(ring['total'])}",
                    span,
                    self.number(ring["density_per_km2"]),
                )
            )  # fmt: skip
        header = [self.say(w) for w in ("circle", "by_state", "total", "elsewhere", "density")]
        limits = " / ".join(self.count(limit) for limit in people["limits_per_km2"])
        header[-1] = f"{header[-1]} ({limits})"
        towns = []
        for town in people["towns"]:
            if town["name"] is None:
                continue
            words = {
                "name": self.name(town["names"]) or town["name"],
                "country": self.country(town["country"]),
                "people": self.count(town["population"]),
                "distance": self.number(town["distance_km"], 4),
                "direction": self.direction(town["azimuth_deg"]),
            }  # fmt: skip
            size = self.count(town["at_least"])
            towns.append((self.say("town", people=size), self.say("town_value", **words)))
        notes = []
        if people["raster"]:
            told = {"source": people["raster"]["source"], "reason": people["unread"]}
            notes.append(self.say("people_unread" if people["unread"] else "people_raster", **told))
        if people["lower_bound"]:
            notes.append(self.say("people_note", least=self.count(people["least_inhabitants"]),
                                  unknown=self.count(people["rings"][-1]["unknown"])))  # fmt: skip
        return Section(
            self.say("people"),
            (
                table(header, rows, "ntnnn", "", (0.1, 0.4, 0.14, 0.2, 0.16)),
                Facts(tuple(towns)),
                *(Text(note, "note") for note in notes),
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
        blocks: list[Block] = [Text(self.say("alone"))]
        if cross["abroad"]:
            blocks = [self._abroad(cross["abroad"]), Text(self.say("cross_note"), "note")]
        wind, basins = cross["wind"], cross["basins"]
        facts = [
            (
                self.evidence("wind_rose"),
                self.missing(wind["missing"]) if wind["missing"] else self.say(
                    "wind_value",
                    name=self.name(wind["names"]) or wind["id"],
                    distance=self.number(wind["distance_km"]),
                    period=wind["period"] or figures.DASH,
                    sector=self._sectors(wind)[wind["prevailing"]],
                    share=figures.percent(max(wind["wind_from"]), self.language, 2),
                    calm=figures.percent(wind["calm"], self.language, 2),
                ),
            ),
            *(
                (
                    self.evidence("water_basin"),
                    self.say(
                        "basin_value",
                        name=self.name(each["names"]) or each["id"],
                        area=self.count(each["area_km2"]),
                        shares=", ".join(
                            f"{self.country(code) if code else self.say('basin_rest')} "
                            f"{figures.percent(share, self.language, 2)}"
                            for code, share in each["shares"].items()
                        ),
                    ),
                )
                for each in basins["holding"]
            ),
        ]  # fmt: skip
        if basins["missing"]:
            facts.append((self.evidence("water_basin"), self.missing(basins["missing"])))
        blocks.append(Facts(tuple(facts)))
        if not wind["missing"]:
            caption = ", ".join(
                f"{word} {figures.percent(share, self.language, 2)}"
                for word, share in zip(self._sectors(wind), wind["wind_from"], strict=True)
            )
            blocks.append(Figure(rose(wind["wind_from"], self._sectors(wind)), caption))
            reach = self.count(cross["reach_km"])
            within = self.count(wind["within_km"])
            blocks.append(Text(self.say("wind_note", reach=reach, within=within), "note"))
        if basins["holding"]:
            blocks.append(Text(self.say("basin_note"), "note"))
        return Section(self.say("cross"), tuple(blocks))

    def _sectors(self, wind: dict[str, Any]) -> list[str]:
        count = len(wind["wind_from"])
        if len(self.directions) % count:
            return [f"{360 * i // count}°" for i in range(count)]
        return self.directions[:: len(self.directions) // count]

    def _abroad(self, abroad: list[dict[str, Any]]) -> Table:
        rows: Rows = []
        rings = {ring["radius_km"]: ring["people"] or {} for ring in self.sheet["people"]["rings"]}
        for each in abroad:
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
                    figures.percent(each["wind_share"], self.language, 2),
                )
            )
        header = [
            self.say(w)
            for w in ("country", "distance", "direction", "reached", "people", "wind_to")
        ]
        return table(header, rows, "tntttn", "", (0.18, 0.13, 0.12, 0.2, 0.24, 0.13))

    def _ground(self) -> Section:
        evidence = self.sheet["evidence"]
        rows = [
            (
                self.evidence(name),
                self.value(name, evidence[name]["value"], evidence[name]["unit"]),
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
        if not rows:
            return Section(self.say("dose"), (Text(self.say("missing.not_loaded"), "missing"),))
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
