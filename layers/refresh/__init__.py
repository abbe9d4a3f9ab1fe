"""From new observations to new surfaces, one step at a time."""

from layers.refresh.ingest import Delivery, ingest
from layers.refresh.standing import Standing
from layers.refresh.steps import Task, build, look_ahead, outdated
from layers.refresh.surfaces import SURFACE_METHOD

__all__ = [
    "SURFACE_METHOD",
    "Delivery",
    "Standing",
    "Task",
    "build",
    "ingest",
    "look_ahead",
    "outdated",
]
