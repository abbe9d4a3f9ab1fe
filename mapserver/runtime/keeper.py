"""The keeper: the one process that writes.

It takes deliveries, keeps surfaces fresh, and leaves nothing half done, however it ends.
"""

import dataclasses
import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from layers import refresh, store, temporal
from layers.errors import LayersError
from layers.kinds import Sources
from layers.model import BatchAnswer, Context, FeedDefinition, LayerDefinition
from layers.refresh.classing import classify
from layers.store import PUBLIC, FolderLock, Reader, Writer
from mapserver.runtime import memory, metrics, registering
from mapserver.runtime.channel import Server
from mapserver.runtime.demonstration import Demonstration
from mapserver.runtime.inbox import Inbox
from mapserver.settings import Settings

LOG = logging.getLogger("mapserver.keeper")
TICK_S = 1.0
RETIRE_EVERY = 24
FAILED_S = 30.0
"""How long a surface that could not be made waits, while the others are."""
Named = tuple[str, datetime, int]


def _named(task: refresh.Task) -> Named:
    return task.layer.id, task.hour, task.input_revision


class Keeper:
    """Owns the lock, the writing connection, the feeds, the refresh and the clock of one folder.

    Raises
    ------
    StoreLockedError
        Where another process is the keeper of the folder.
    """

    def __init__(
        self,
        settings: Settings,
        layers: tuple[LayerDefinition, ...],
        feeds: tuple[FeedDefinition, ...],
        context: Context,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.settings = settings
        self._layers = layers
        self._now = now
        self._lock = FolderLock(settings.data_dir)
        self._writer = Writer(settings.data_dir, context)
        self._writing = threading.RLock()
        self.reader = Reader(settings.data_dir)
        self._sources = Sources(self.reader, PUBLIC, now)
        self._changed = threading.Event()
        self._stopping = threading.Event()
        self._fresh = threading.Event()
        self.news = threading.Event()
        """Set when something else may be shown than before."""
        self._standing = refresh.Standing()
        self._gaps: set[Named] = set()
        self._failed: dict[Named, float] = {}
        self._waiting = 0
        self._published = 0
        self.demonstration = Demonstration(settings, self._writer, self._writing)
        self.inbox = Inbox(settings, feeds, self._deliver)

    @property
    def context(self) -> Context:
        """The context of the folder."""
        return self._writer.context

    def now(self) -> datetime:
        """Return the keeper's present moment."""
        return self._now()

    def listen(self) -> Server:
        """Answer other processes on the folder's socket."""
        limit = self.settings.max_upload_bytes + 1_000
        return Server(self._writer.paths.socket, self.answer, limit)

    def answer(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        """Answer one call; an error goes back by the name of its class."""
        try:
            work = {
                "status": self._status,
                "ingest": self._ingest,
                "create_token": self._create_token,
                "revoke_token": self._revoke_token,
                "put_organisation": self._register(registering.organisation),
                "put_network": self._register(registering.network),
                "reprocess": self._reprocess,
                "backup": self._backup,
            }[str(header.get("op"))]
            return {"ok": work(header, payload)}
        except LayersError as error:
            return {"error": type(error).__name__, "text": str(error)}
        except Exception:  # the caller is told, and the keeper stands
            LOG.exception("a call of the keeper failed")
            return {"error": "LayersError", "text": "the keeper failed; see its log"}

    def _status(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        return {
            "ready": self._fresh.is_set(),
            "waiting": self._waiting,
            "context": str(self.context),
        }

    def _ingest(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        delivery = refresh.Delivery(
            body=payload,
            name=str(header.get("name", "")),
            writer=str(header.get("writer", "")),
            received_at=self._now(),
            context=Context(header.get("context") or Context.ROUTINE),
            format=header.get("format"),
            media_type=str(header.get("media_type", "")),
            defaults=dict(header.get("defaults", {})),
            batch_id=header.get("batch_id"),
            organisation_id=header.get("organisation_id"),
        )
        return dataclasses.asdict(self._deliver(delivery))

    def _deliver(self, delivery: refresh.Delivery) -> BatchAnswer:
        with self._writing:
            answer = refresh.ingest(
                self._writer, self.reader, delivery, self.settings.max_upload_bytes
            )
        self.news.set()
        self._changed.set()
        metrics.delivered(answer)
        return answer

    def _register(self, put: registering.Put) -> Callable[..., dict[str, Any]]:
        def work(header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
            with self._writing:
                done = put(self._writer, self.reader, header, self._now())
            self.news.set()
            self._changed.set()
            return done

        return work

    def _create_token(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        days = header.get("days")
        now = self._now()
        with self._writing:
            token = self._writer.create_token(
                str(header["organisation_id"]),
                writer=str(header["writer"]),
                at=now,
                expires_at=None if days is None else now + timedelta(days=float(days)),
                note=str(header.get("note", "")),
            )
        return {"token": token}

    def _revoke_token(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        with self._writing:
            self._writer.revoke_token(
                str(header["prefix"]), writer=str(header["writer"]), at=self._now()
            )
        return {}

    def _reprocess(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        now = self._now()
        batch = store.Batch(
            id=f"reprocess-{temporal.word(now)}",
            content_hash="",
            writer=str(header["writer"]),
            organisation_id=None,
            context=self.context,
            received_at=now,
            source="quarantine",
        )
        with self._writing:
            answer = self._writer.reprocess_quarantine(batch)
        self.news.set()
        self._changed.set()
        return dataclasses.asdict(answer)

    def _backup(self, header: Mapping[str, Any], payload: bytes) -> dict[str, Any]:
        with self._writing:
            self._writer.backup(Path(str(header["target"])), self._now(), str(header["writer"]))
        return {}

    def run(self) -> None:
        """Work until ``stop``: refresh on a thread of its own, feeds and clock on this one."""
        refresher = threading.Thread(target=self._refresh, name="refresh", daemon=True)
        self.demonstration.begin(self._now())
        refresher.start()
        # The newest hour first: what comes after would compete with it for the one writer.
        while not (self._fresh.wait(TICK_S) or self._stopping.is_set()):
            pass
        while not self._stopping.is_set():
            try:
                if self.demonstration.catch_up(self._now()):
                    self.news.set()
                    self._changed.set()
                self.inbox.look(self._now())
            except Exception:  # the one process that writes must not end
                LOG.exception("the keeper goes on after an error")
            self._stopping.wait(TICK_S)
        refresher.join(timeout=30)

    def stop(self) -> None:
        """Ask the keeper to end."""
        self._stopping.set()
        self._changed.set()

    def close(self) -> None:
        """Give the folder back."""
        self.reader.close()
        self._writer.close()
        self._lock.release()

    def _refresh(self) -> None:
        while not self._stopping.is_set():
            self._changed.clear()
            try:
                made = self._refresh_all()
                classify(self._writer, self._sources, self._layers, self._interrupted)
                if not self._interrupted():
                    refresh.look_ahead(
                        self.reader, self._layers, self._now(), self._standing, self._interrupted
                    )
                if made:
                    memory.give_back()
            except Exception:  # it is tried again, and said
                LOG.error("refresh goes on after an error:\n%s", traceback.format_exc())
                self._stopping.wait(TICK_S)
            # The clock lifts embargoes without a word from anybody: look again in a while.
            if not self._stopping.is_set():
                self._changed.wait(10.0)

    def _interrupted(self) -> bool:
        return self._stopping.is_set() or self._changed.is_set()

    def _refresh_all(self) -> bool:
        """Make surfaces until none is outdated; tell whether any was to be made."""
        made = False
        while not self._stopping.is_set():
            outdated = refresh.outdated(
                self.reader, self._layers, self._now(), self.settings.surface_hours
            )
            self._gaps &= {_named(task) for task in outdated}
            outdated = [task for task in outdated if _named(task) not in self._gaps]
            self._waiting = len(outdated)
            metrics.WAITING.set(self._waiting)
            moment = time.monotonic()
            self._failed = {name: at for name, at in self._failed.items() if at > moment}
            tasks = [task for task in outdated if _named(task) not in self._failed]
            urgent = [task for task in tasks if task.newest]
            if not urgent:
                # The newest hour of every layer stands: older ones follow while people look.
                self._fresh.set()
            if not tasks:
                break
            for task in urgent or tasks[:1]:
                self._try(task)
                made = True
            if self._published >= RETIRE_EVERY:
                self._retire()
        return made

    def _try(self, task: refresh.Task) -> None:
        """Make one surface; one that cannot be made waits a while and keeps nobody else waiting."""
        try:
            self._publish(task)
        except Exception:  # one surface must not keep the others waiting
            LOG.error("%s of %s waits:\n%s", task.layer.id, task.hour, traceback.format_exc())
            self._failed[_named(task)] = time.monotonic() + FAILED_S
            metrics.FAILED.inc()
        else:
            self._failed.pop(_named(task), None)

    def _publish(self, task: refresh.Task) -> None:
        now = self._now()
        with self._writing:
            revision = self._writer.next_surface_revision(task.layer.id, task.hour)
            taken_back = self._writer.taken_back
        surface = refresh.build(self.reader, task, now, revision, self.context, self._standing)
        with self._writing:
            if self._writer.taken_back != taken_back:
                return  # it may show what the public may see no more: it is made again
            if surface is None:
                self._gaps.add(_named(task))
                self._writer.withdraw_surfaces(task.layer.id, task.hour)
                self.news.set()
                return
            self._writer.publish_surface(surface, self._now())
        self.news.set()
        self._published += 1
        metrics.PUBLISHED.inc()

    def _retire(self) -> None:
        self._published = 0
        with self._writing:
            for layer in self._layers:
                if layer.kind == "surface":
                    self._writer.retire_surfaces(
                        layer.id,
                        keep_hours=self.settings.surface_hours,
                        open_hours=self.settings.open_hours,
                    )
