"""Times that a station was raised, and the Atom feed (RFC 4287) that tells of them."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from layers import messages, temporal
from layers.model import StoredObservation
from mapserver.documents import figures, page_config

ATOM = "http://www.w3.org/2005/Atom"
WEEKS = 2
"""Whole weeks before the present one that are told of."""
MOST_ENTRIES = 100
APART = timedelta(hours=6)
"""Hours above with less between them are one time: a value at the edge must not tell hourly."""
_NAMES = uuid.uuid5(uuid.NAMESPACE_DNS, "alarms.kyzylkum.invalid")


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that a station stood above the natural range, within one week (Monday, UTC).

    A longer time goes on as another episode in the next week, so that its name hangs on nothing
    that moves. ``end`` is that of the last hour above; ``updated`` is when it was last heard of.
    """

    station: str
    begin: datetime
    end: datetime
    peak: float
    peak_time: datetime
    alarm: bool
    unchecked: bool
    published: datetime
    updated: datetime

    def name(self, quantity: str, context: str, language: str) -> str:
        """Return a name for ever: the same from every server of these data."""
        words = (context, quantity, self.station, temporal.word(self.begin), language)
        return uuid.uuid5(_NAMES, "/".join(words)).urn


def monday(moment: datetime) -> datetime:
    """Return the beginning of a week, UTC."""
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())


def episodes(found: Iterable[StoredObservation], alarm: float) -> list[Episode]:
    """Return the times that stations were raised, the latest heard of first.

    Parameters
    ----------
    found : iterable of StoredObservation
        All at or above the end of the natural range; of one quantity, in any order.
    alarm : float
        The alarm level in the canonical unit.
    """
    ordered = sorted(found, key=lambda o: (o.observation.station_code, o.observation.begin_time))
    made: list[Episode] = []
    for _, of_station in groupby(ordered, key=lambda o: o.observation.station_code):
        part: list[StoredObservation] = []
        for each in of_station:
            begin = each.observation.begin_time
            if part and (
                begin - part[-1].observation.end_time >= APART
                or monday(begin) != monday(part[0].observation.begin_time)
            ):
                made.append(_episode(part, alarm))
                part = []
            part.append(each)
        made.append(_episode(part, alarm))
    return sorted(made, key=lambda e: (e.updated, e.begin, e.station), reverse=True)


def _episode(part: Sequence[StoredObservation], alarm: float) -> Episode:
    peak = max(part, key=lambda each: each.observation.value or 0.0)
    value = peak.observation.value or 0.0
    return Episode(
        station=part[0].observation.station_code,
        begin=part[0].observation.begin_time,
        end=max(each.observation.end_time for each in part),
        peak=value,
        peak_time=peak.observation.begin_time,
        alarm=value >= alarm,
        unchecked=any(str(each.observation.status) != "validated" for each in part),
        published=min(each.received_at for each in part),
        updated=max(each.received_at for each in part),
    )


@dataclass(frozen=True, slots=True)
class Feed:
    """All that the feed says. ``newest`` is the newest hour; ``limit`` the end of what is natural.

    ``mark`` is what must be said of data that are not real; ``names`` maps codes to names.
    """

    language: str
    title: str
    mark: str
    context: str
    quantity: str
    unit: str
    limit: float
    newest: datetime | None
    names: Mapping[str, str]
    rights: str
    base_url: str
    utc_offset_min: int = 300

    def written(self, found: Sequence[Episode]) -> bytes:
        """Return the document; the same episodes give the same bytes."""
        address = f"{self.base_url}/feeds/alarms.atom?lang={self.language}"
        feed = Element("feed", {"xmlns": ATOM, "xml:lang": self.language})
        _text(feed, "id", uuid.uuid5(uuid.NAMESPACE_URL, address).urn)
        _text(feed, "title", self._marked(f"{self._say('title')} · {self.title}"))
        _text(feed, "subtitle", self._say("subtitle", limit=self._value(self.limit)))
        updated = found[0].updated if found else self.newest or temporal.from_epoch_s(0)
        _text(feed, "updated", temporal.word(updated))
        SubElement(feed, "link", rel="self", type="application/atom+xml", href=address)
        page = f"{self.base_url}/{self.language}"
        SubElement(feed, "link", rel="alternate", type="text/html", href=page)
        for other in messages.LANGUAGES:
            if other != self.language:
                href = f"{self.base_url}/feeds/alarms.atom?lang={other}"
                SubElement(feed, "link", rel="related", hreflang=other, href=href)
        _text(SubElement(feed, "author"), "name", self.title)
        _text(feed, "generator", "Kyzylkum")
        if self.rights:
            _text(feed, "rights", self.rights)
        for each in found[:MOST_ENTRIES]:
            self._entry(feed, each)
        indent(feed)
        written: bytes = tostring(feed, "utf-8", xml_declaration=True)
        return written

    def _entry(self, feed: Element, each: Episode) -> None:
        entry = SubElement(feed, "entry")
        _text(entry, "id", each.name(self.quantity, self.context, self.language))
        level = "alarm" if each.alarm else "raised"
        name = self.names.get(each.station, each.station)
        said = self._say(level, station=name, value=self._value(each.peak))
        _text(entry, "title", self._marked(said))
        _text(entry, "published", temporal.word(each.published))
        _text(entry, "updated", temporal.word(each.updated))
        query = f"station={each.station}&time={temporal.word(each.peak_time)}"
        href = f"{self.base_url}/{self.language}?{query}"
        SubElement(entry, "link", rel="alternate", type="text/html", href=href)
        SubElement(entry, "category", term=level)
        SubElement(entry, "category", term=self.context)
        _text(entry, "summary", self._summary(each))

    def _summary(self, each: Episode) -> str:
        begin, end = (
            figures.moment(at, self.language, self.utc_offset_min) for at in (each.begin, each.end)
        )
        still = self.newest is not None and each.end > self.newest
        when = self._say("open", begin=begin)
        if not still:
            when = self._say("closed", begin=begin, end=end, limit=self._value(self.limit))
        hour = figures.hour(each.peak_time, self.language, self.utc_offset_min)
        said = [
            f"{self.mark}." if self.mark else "",
            self._say("peak", value=self._value(each.peak), when=hour),
            when,
            self._say("unchecked") if each.unchecked else "",
        ]
        return " ".join(filter(None, said))

    def _marked(self, title: str) -> str:
        return f"{self.mark}: {title}" if self.mark else title

    def _value(self, value: float) -> str:
        return page_config.value_text(value, self.unit, self.language)

    def _say(self, message: str, **values: object) -> str:
        return messages.text(f"public.feed.{message}", self.language, **values)


def _text(parent: Element, name: str, text: str) -> None:
    SubElement(parent, name).text = "".join(c for c in text if c.isprintable() or c in "\n\u00a0")
