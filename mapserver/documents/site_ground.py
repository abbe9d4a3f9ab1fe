"""The sections of a sheet on the ground: hazard, faults, earthquakes."""

from typing import Any

from layers import messages
from mapserver.documents import figures
from mapserver.documents.blocks import Block, Cell, Figure, Section, Text, table
from mapserver.documents.site_drawings import curves, history
from mapserver.documents.site_words import SHOWN, Rows, Words


class Ground(Words):
    """Sections on the ground."""

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
                falls = m["curve_missing"] == "falling_curve"
                about = ", ".join(
                    filter(None, (self.say(f"hazard.{m['status']}"), m["vintage"], m["source"],
                                  self.country(m["state"]) if m["state"] else "",
                                  self.missing("falling_curve") if falls else ""))
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
                     small=self.say("fold") if f["fold"] else self.fault_type(str(f["type"]))),
                self.number(f["length_km"]),
                self.number(f["distance_km"], 4),
                self.direction(f["azimuth_deg"]),
                self.number(f["accuracy_km"]),
                self._slip(f),
                figures.percent(f["chance_within"]["5"], self.language, 2)
                if not f["fold"] else figures.DASH,
                self.say("yes") if f["consider"] else figures.DASH,
            )
            for f in sorted(faults["listed"], key=lambda f: f["fold"])[:SHOWN]
        ]  # fmt: skip
        header = [self.say(w) for w in ("fault", "length", "distance", "direction", "trace", "slip",
                                        "within5", "consider")]  # fmt: skip
        blocks: list[Block] = [
            table(header, rows, "tnntnnnt", "", (0.21, 0.1, 0.12, 0.13, 0.08, 0.13, 0.12, 0.11))
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
                " ".join(
                    filter(
                        None,
                        (
                            self.number(e["magnitude"], 2),
                            self.magnitude_type(str(e["magnitude_type"])),
                        ),
                    )
                ),
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
            table(header, rows, "ttnnntn", "", (0.13, 0.25, 0.13, 0.11, 0.13, 0.14, 0.11))
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
