"""Pages for people: features in a table, and one feature with all that is known of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import shapely

from layers import temporal
from layers.filtering import GEOMETRY, ID, Rows
from layers.geo import Bounds
from mapserver.documents.ogcapi import collection as described
from mapserver.documents.ogcapi.links import word
from mapserver.documents.ogcapi.page import Cell, Page, Section
from mapserver.services.ogcapi.asked import Asked
from mapserver.services.ogcapi.collections import pictured
from mapserver.services.ogcapi.described import title
from mapserver.services.ogcapi.items import Found

_SHOWN = 8
"""Properties in the table of a page; an item has a page with all of them."""


def items_page(asked: Asked, found: Found, members: Mapping[str, Any]) -> Page:
    """Return the page of many features: a table, with a page for each."""
    say, name = asked.say, asked.collection.id
    shown, ids = _values(found), found.rows.table.ids
    names = _names(found.rows, asked.language)
    lang = {"lang": asked.query["lang"]} if "lang" in asked.query else {}
    lines: list[list[Cell]] = []
    for place, row in enumerate(found.chosen.tolist()):
        at = {} if found.at is None else {"datetime": temporal.word(found.at)}
        href = asked.address(f"/collections/{name}/items/{word(ids[row])}", **at, **lang)
        lines.append([{"text": ids[row], "href": href}, *(_text(shown[n][place]) for n in names)])
    steps = [each for each in members["links"] if each["rel"] in ("next", "prev")]
    count = say("ogcapi.count", shown=len(lines), all=members.get("numberMatched", "?"))
    return Page(
        title=f"{title(asked, asked.collection)} · {say('ogcapi.items')}",
        lead=count,
        notice=_notice(asked, members),
        picture=_picture(asked, found),
        sections=[
            Section(say("ogcapi.items"), columns=[ID, *names], rows=lines, links=steps),
            _from(asked, members),
        ],
    )


def item_page(asked: Asked, found: Found, members: Mapping[str, Any]) -> Page:
    """Return the page of one feature: all its properties and where it is."""
    shown = _values(found)
    row = int(found.chosen[0])
    pairs = [(name, _text(values[0])) for name, values in shown.items()]
    where = shapely.to_wkt(found.rows.geometry(found.chosen)[0], rounding_precision=6)
    return Page(
        title=f"{title(asked, asked.collection)} · {found.rows.table.ids[row]}",
        notice=_notice(asked, members),
        picture=_picture(asked, found),
        sections=[
            Section(asked.say("ogcapi.properties"), facts=pairs),
            Section(GEOMETRY, text=where if len(where) < 2000 else f"{where[:2000]} …"),
            _from(asked, members),
        ],
    )


def _from(asked: Asked, members: Mapping[str, Any]) -> Section:
    keys = ("attribution", "licence", "time", "version")
    pairs = [(key, str(members[key])) for key in keys if members.get(key)]
    return Section(asked.say("ogcapi.about_collection"), facts=pairs)


def _notice(asked: Asked, members: Mapping[str, Any]) -> str:
    mark = members.get("notice") or (members["context"] if asked.collection.layer is None else "")
    return described.notice_of(str(mark), asked.language)


def _values(found: Found) -> dict[str, Sequence[Any]]:
    table = found.rows.table
    codes = table.codes[found.chosen]
    known = {code: table.values[code - 1] for code in set(codes.ravel().tolist()) if code}
    return {
        name: [known.get(code) for code in codes[:, k].tolist()]
        for k, name in enumerate(table.names)
    }


def _names(rows: Rows, language: str) -> list[str]:
    """Return the properties that a table shows: of names in languages that of the reader."""
    other = [f"name_{each}" for each in ("kk", "uz", "ru", "en") if each != language]
    return [name for name in rows.names if name not in (*other, "code")][:_SHOWN]


def _text(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _picture(asked: Asked, found: Found) -> str:
    """Return the address of a picture of the features that are shown."""
    if not len(found.chosen):
        return ""
    box = found.rows.boxes[found.chosen]
    west, south = (float(v) for v in box[:, :2].min(axis=0))
    east, north = (float(v) for v in box[:, 2:].max(axis=0))
    bounds = Bounds(
        max(-180.0, west - 0.2),
        max(-90.0, south - 0.2),
        min(180.0, east + 0.2),
        min(90.0, north + 0.2),
    )
    when = {} if found.at is None else {"TIME": temporal.word(found.at)}
    base = asked.site.base_url(asked.request)
    names = pictured(asked.site, asked.collection)
    return described.picture_address(base, names, bounds, LANGUAGE=asked.language, **when)
