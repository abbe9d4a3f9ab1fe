"""Feeds of the catalogue and the watched folder: bytes that arrive become deliveries."""

import dataclasses
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from layers.errors import LayersError, UnavailableError
from layers.feeds import folder, url
from layers.model import BatchAnswer, Context, FeedDefinition
from layers.refresh import Delivery
from layers.store import PASSING
from mapserver.settings import Settings

LOG = logging.getLogger("mapserver.inbox")
EVERY = timedelta(seconds=2)

Deliver = Callable[[Delivery], BatchAnswer]


class Inbox:
    """Looks where data may arrive, as often as each feed says."""

    def __init__(
        self, settings: Settings, feeds: tuple[FeedDefinition, ...], deliver: Deliver
    ) -> None:
        self._settings = settings
        self._feeds = feeds
        self._deliver = deliver
        self._due: dict[str, datetime] = {}
        self._state: dict[str, url.UrlState] = {}

    def look(self, now: datetime) -> None:
        """Take in what has arrived; what is refused is set aside with the reason beside it."""
        if self._is_due("", now, EVERY):
            try:
                self._look_into(self._settings.data_dir / self._settings.incoming, "*", None, now)
            except LayersError as error:
                LOG.warning("incoming: %s", error)
        for feed in self._feeds:
            if self._is_due(feed.id, now, timedelta(seconds=feed.every_s)):
                try:
                    self._look_at(feed, now)
                except LayersError as error:
                    LOG.warning("feed %s: %s", feed.id, error)
                except Exception:  # one feed must not keep all others waiting
                    LOG.exception("feed %s failed", feed.id)

    def _is_due(self, name: str, now: datetime, every: timedelta) -> bool:
        if now < self._due.get(name, now):
            return False
        self._due[name] = now + every
        return True

    def _look_at(self, feed: FeedDefinition, now: datetime) -> None:
        parts = urlsplit(feed.location)
        if parts.scheme not in ("http", "https"):
            place = self._settings.data_dir / feed.location
            self._look_into(place.parent, place.name, feed, now)
            return
        source = url.UrlFeed(
            feed.location, (parts.hostname or "",), max_bytes=self._settings.max_upload_bytes
        )
        found = url.fetch(source, self._state.get(feed.id, url.UrlState()))
        if isinstance(found, url.Fetched):
            self._deliver(self._delivery(found.body, feed.location, feed, now, found.media_type))
            self._state[feed.id] = found.state

    def _look_into(
        self, place: Path, pattern: str, feed: FeedDefinition | None, now: datetime
    ) -> None:
        place.mkdir(parents=True, exist_ok=True)
        for file in folder.scan(place, now_s=now.timestamp(), pattern=pattern):
            if feed is None and self._belongs_to_a_feed(file.path):
                continue
            try:
                self._take(file, feed, now)
            except UnavailableError as error:
                LOG.info("%s waits: %s", file.name, error)

    def _take(self, file: folder.Arrived, feed: FeedDefinition | None, now: datetime) -> None:
        """Deliver a file and set it aside; UnavailableError leaves it for the next look."""
        try:
            with folder.opened(file, max_bytes=self._settings.max_upload_bytes) as stream:
                body = stream.read()
            answer = self._deliver(self._delivery(body, file.name, feed, now))
        except UnavailableError:
            raise
        except LayersError as error:
            LOG.warning("%s was refused: %s", file.name, error)
            folder.finish(file, "refused", str(error))
        except Exception as error:  # one file must not keep all others waiting
            LOG.exception("%s could not be taken", file.name)
            if isinstance(error.__cause__ or error, PASSING):
                raise UnavailableError(str(error)) from error
            folder.finish(file, "refused", "the server failed on this file; its log says how")
        else:
            nothing = answer.rows > 0 and answer.rows == len(answer.rejected)
            folder.finish(file, "refused" if nothing else "done", accounted(answer))

    def _belongs_to_a_feed(self, path: Path) -> bool:
        """Tell whether a feed of the catalogue takes this file, with what it knows of it."""
        places = (self._settings.data_dir / feed.location for feed in self._feeds)
        return any(
            path.parent == place.parent and folder.matches(path.name, place.name)
            for place in places
        )

    def _delivery(
        self,
        body: bytes,
        name: str,
        feed: FeedDefinition | None,
        now: datetime,
        media_type: str = "",
    ) -> Delivery:
        defaults = dict(feed.defaults) if feed else {}
        if feed and feed.collection:
            defaults["collection"] = feed.collection
        return Delivery(
            body=body,
            name=name,
            writer=f"feed {feed.id}" if feed else "incoming folder",
            received_at=now,
            context=Context(defaults.pop("context", Context.ROUTINE)),
            format=feed.format if feed else None,
            media_type=media_type,
            defaults=defaults,
            organisation_id=feed.organisation if feed else None,
        )


def accounted(answer: BatchAnswer) -> str:
    """Return the account of a batch as text, one refused row a line."""
    counts = dataclasses.asdict(answer)
    head = (
        f"batch {answer.batch_id}: {counts['rows']} rows = {answer.accepted} accepted + "
        f"{answer.duplicate} duplicate + {answer.corrected} corrected + "
        f"{len(answer.rejected)} rejected"
    )
    refused = [f"line {r.line}: {r.code}: {r.reason}" for r in answer.rejected]
    return "\n".join([head, *refused]) + "\n"
