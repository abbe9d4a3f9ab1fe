"""Aligns the rasters of a catalogue beside the keeper's work, and those that come later."""

import contextlib
import logging
import os
import threading

from layers.kinds import Sources
from layers.model import LayerDefinition
from layers.refresh import aligning

LOG = logging.getLogger("mapserver.aligner")
EVERY_S = 10.0
_NICE = 10


class Aligner:
    """A thread that gives way to all others; it lives from ``start`` to ``stop``."""

    def __init__(self, layers: tuple[LayerDefinition, ...], sources: Sources) -> None:
        self._layers = aligning.layers_to_align(layers)
        self._sources = sources
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="aligner")

    def start(self) -> None:
        """Begin, where any layer asks for it."""
        if self._layers:
            self._thread.start()

    def stop(self) -> None:
        """End after the tile that is being read."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # where it is forbidden, at full priority
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
        kinds = [(layer, aligning.kind_of(layer, self._sources)) for layer in self._layers]
        failed: set[tuple[str, str, str]] = set()
        while True:
            for layer, kind in kinds:
                try:
                    for time, error in aligning.align(
                        layer, kind, self._sources, self._stopping.is_set
                    ):
                        if error and (layer.id, time, error) not in failed:
                            failed.add((layer.id, time, error))
                            LOG.warning('layer "%s", %s: %s', layer.id, time, error)
                except OSError as reason:
                    LOG.warning('layer "%s" is not aligned: %s', layer.id, reason)
            if self._stopping.wait(EVERY_S):
                return
