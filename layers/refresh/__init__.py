"""From new observations to new surfaces, one step at a time."""

from layers.refresh.ingest import Delivery, ingest
from layers.refresh.standing import Standing
from layers.refresh.steps import Task, build, outdated
from layers.refresh.surfaces import SURFACE_METHOD

__all__ = ["SURFACE_METHOD", "Delivery", "Standing", "Task", "build", "ingest", "outdated"]
