"""Drawings of a sheet: the site with its circles, and its hazard curves."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from layers.siting import Lines
from mapserver.documents import figures
from mapserver.documents.drawing import DASHES, SERIES, Circle, Drawing, Label, Line, within

SIDE = 340.0
REACH_KM = 310.0
CURVE = (430.0, 250.0)
HISTORY = (430.0, 170.0)
ROSE = 180.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 12.0, 14.0, 34.0
PGA_G = (0.01, 1.0)
PERIODS_Y = (300.0, 15_000.0)


def around(sheet: dict[str, Any], lines: Lines, language: str) -> Drawing:
    """Return the site as the circle that it may be anywhere in, and what lies within 300 km."""
    scale, middle = SIDE / 2 / REACH_KM, SIDE / 2

    def placed(part: Iterable[Any]) -> list[tuple[float, float]]:
        return [(middle + float(x) * scale, middle - float(y) * scale) for x, y in part]

    shapes: list[Line | Circle | Label] = []
    for parts, colour, width, dash in (
        (lines.waters, "water", 0.8, ()),
        (lines.borders, "ink", 1.1, (5.0, 2.0)),
        (lines.faults, "fault", 1.0, ()),
    ):
        for part in parts:
            for piece in within(placed(part), SIDE, SIDE):
                shapes.append(Line(tuple(piece), colour, width, dash))
    for zone in sheet["network"]["zones"]:
        radius = zone["outer_km"] * scale
        shapes.append(Circle(middle, middle, radius, "quiet", 0.7, dash=(2.0, 2.0)))
        shapes.append(
            Label(middle, middle - radius - 2, f"{zone['outer_km']:g}", 7, "middle", "quiet")
        )
    for event in sheet["events"]["listed"]:
        if event["azimuth_deg"] is None or event["magnitude"] is None:
            continue
        angle = math.radians(event["azimuth_deg"])
        x = middle + event["distance_km"] * math.sin(angle) * scale
        y = middle - event["distance_km"] * math.cos(angle) * scale
        shapes.append(Circle(x, y, max(1.2, 1.6 * (event["magnitude"] - 4.5)), "other", 0.9))
    for x, y in placed(lines.stations):
        corners = ((x - 2, y + 2), (x, y - 2.2), (x + 2, y + 2))
        shapes.append(Line(corners, "part", 1.2, closed=True))
    exact = max(1.5, sheet["site"]["accuracy_m"] / 1000 * scale)
    shapes.append(Circle(middle, middle, exact, "mark", 1.6))
    shapes.append(Line(((8, SIDE - 8), (8 + 100 * scale, SIDE - 8)), "ink", 1.5))
    shapes.append(Label(8, SIDE - 12, f"100 {figures.unit('km', language)}", 8))
    return Drawing(SIDE, SIDE, tuple(shapes))


def curves(sheet: dict[str, Any], language: str) -> Drawing | None:
    """Return acceleration by return period of every model, both axes logarithmic."""
    models = [m for m in sheet["hazard"]["models"] if m["curve"]]
    if not models:
        return None
    width, height = CURVE

    def x_of(period: float) -> float:
        share = math.log(period / PERIODS_Y[0]) / math.log(PERIODS_Y[1] / PERIODS_Y[0])
        return LEFT + share * (width - LEFT - RIGHT)

    def y_of(pga: float) -> float:
        share = math.log(max(pga, PGA_G[0]) / PGA_G[0]) / math.log(PGA_G[1] / PGA_G[0])
        return height - BOTTOM - min(1.0, share) * (height - TOP - BOTTOM)

    shapes: list[Line | Circle | Label] = []
    for pga in (0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0):
        y = y_of(pga)
        design = pga in sheet["hazard"]["envelopes_g"]
        dash: tuple[float, ...] = () if design else (1.0, 3.0)
        shapes.append(Line(((LEFT, y), (width - RIGHT, y)), "line", 1.0 if design else 0.7, dash))
        shapes.append(Label(LEFT - 5, y + 3, figures.edge(pga, language), 8, "end", "quiet"))
    for period in sheet["hazard"]["periods_y"]:
        x = x_of(period)
        shapes.append(Line(((x, TOP), (x, height - BOTTOM)), "line", 0.7))
        shapes.append(
            Label(x, height - BOTTOM + 12, figures.count(period, language), 8, "middle", "quiet")
        )
    for i, model in enumerate(models):
        colour, strokes = SERIES[i % len(SERIES)], DASHES[i % len(DASHES)]
        points = [
            (x_of(period), y_of(pga))
            for period, pga in zip(model["curve"]["period_y"], model["curve"]["pga_g"], strict=True)
            if PERIODS_Y[0] <= period <= PERIODS_Y[1]
        ]
        shapes.append(Line(tuple(points), colour, 1.8, strokes))
        shapes += [Circle(x, y, 2.2, colour, 1.0, filled=True) for x, y in points]
        y = TOP + 10 + 12 * i
        shapes.append(Line(((LEFT + 6, y - 3), (LEFT + 26, y - 3)), colour, 1.8, strokes))
        shapes.append(Label(LEFT + 31, y, model["title"][:60], 8))
    return Drawing(width, height, tuple(shapes))


def history(sheet: dict[str, Any], language: str) -> Drawing | None:
    """Return magnitudes by year, and since when the catalogue is complete for each."""
    events = [(int(year), float(m)) for year, m in sheet["events"]["history"]]
    if len(events) < 2:
        return None
    width, height = HISTORY
    years, sizes = zip(*events, strict=True)
    first, last = min(years) - 5, max(years) + 5
    least, most = math.floor(min(sizes)), math.ceil(max(sizes) + 0.1)

    def x_of(year: float) -> float:
        return float(LEFT + (year - first) / (last - first) * (width - LEFT - RIGHT))

    def y_of(size: float) -> float:
        return float(height - BOTTOM - (size - least) / (most - least) * (height - TOP - BOTTOM))

    shapes: list[Line | Circle | Label] = []
    for size in range(least, most + 1):
        y = y_of(size)
        shapes.append(Line(((LEFT, y), (width - RIGHT, y)), "line", 0.7))
        shapes.append(Label(LEFT - 5, y + 3, figures.edge(size, language), 8, "end", "quiet"))
    step = next(s for s in (10, 20, 50, 100, 500) if (last - first) / s <= 9)
    for year in range(-(-first // step) * step, last, step):
        shapes.append(Line(((x_of(year), TOP), (x_of(year), height - BOTTOM)), "line", 0.7))
        shapes.append(Label(x_of(year), height - BOTTOM + 12, f"{year}", 8, "middle", "quiet"))
    shapes += [Circle(x_of(year), y_of(size), 2.4, "other", 1.0) for year, size in events]
    complete = sheet["events"]["recurrence"].get("complete", [])
    for i, each in enumerate(complete):
        upper = complete[i + 1]["magnitude"] if i + 1 < len(complete) else most
        x = max(LEFT, x_of(each["year"]))
        steps = ((x, y_of(max(least, each["magnitude"]))), (x, y_of(min(most, upper))))
        shapes.append(Line(steps, "mark", 1.6))
    return Drawing(width, height, tuple(shapes))


def rose(shares: Sequence[float], words: Sequence[str]) -> Drawing:
    """Return a wind rose: how often the wind comes from each sector, the first one from north."""
    middle, most = ROSE / 2, ROSE / 2 - 24
    half = math.pi / len(shares)

    def at(angle: float, radius: float) -> tuple[float, float]:
        return middle + radius * math.sin(angle), middle - radius * math.cos(angle)

    shapes: list[Line | Circle | Label] = [
        Circle(middle, middle, most * part, "line", 0.7) for part in (0.5, 1.0)
    ]
    for i, share in enumerate(shares):
        angle, radius = 2 * half * i, most * share / max(shares)
        arc = [at(angle + half * 0.9 * step / 4, radius) for step in range(-4, 5)]
        shapes.append(Line(((middle, middle), *arc), "part", 1.2, closed=True))
        if i % (len(shares) // 4) == 0:
            x, y = at(angle, most + 10)
            shapes.append(Label(x, y + 3, words[i], 8, "middle", "quiet"))
    return Drawing(ROSE, ROSE, tuple(shapes))
