"""Published surfaces: written aside, renamed, and named in the database last."""

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection, func, insert, select, update

from layers import temporal
from layers.errors import GoneError, NoSurfaceError
from layers.geo import CellGrid
from layers.model import Context, Surface, SurfaceInfo
from layers.store import geotiff, working_copy
from layers.store.cells import GEOTIFF, WORKING, stem
from layers.store.paths import Paths
from layers.store.schema import SURFACE

SOFTWARE = "Kyzylkum"


def token_of(surface: Surface) -> str:
    """Return the data part of the version: a hash of what the surface is and of its cells."""
    digest = hashlib.blake2b(digest_size=5)
    words = (surface.layer_id, temporal.word(surface.valid_time), surface.revision)
    digest.update("|".join(map(str, (*words, surface.input_hash))).encode())
    digest.update(np.ascontiguousarray(surface.bands, dtype="<f4").tobytes())
    return digest.hexdigest()


def write_files(paths: Paths, surface: Surface) -> str:
    """Write both files of a surface under their final names; return its token.

    Nobody sees them before ``publish``: files without a row are swept away.
    """
    token = token_of(surface)
    base = stem(paths, surface.layer_id, surface.valid_time, token)
    base.parent.mkdir(parents=True, exist_ok=True)
    tags: dict[str, Any] = {
        "TIFFTAG_SOFTWARE": SOFTWARE,
        "TIFFTAG_IMAGEDESCRIPTION": f"{surface.quantity}, {surface.context}",
        "quantity": surface.quantity,
        "valid_time": temporal.word(surface.valid_time),
        "revision": str(surface.revision),
        "version": token,
        "context": str(surface.context),
        "transform": surface.transform,
        "noise_sigma": repr(surface.noise_sigma),
        "input_hash": surface.input_hash,
        **surface.tags,
    }
    working, whole = (base.with_name(base.name + suffix) for suffix in (WORKING, GEOTIFF))
    aside = base.with_name(base.name + ".part")
    working_copy.write(aside, surface.grid, surface.bands)
    aside.replace(working)
    geotiff.write_geotiff(aside, surface.grid, surface.bands, tags)
    aside.replace(whole)
    folder = os.open(base.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return token


def publish(
    connection: Connection, surface: Surface, token: str, published_at: datetime
) -> SurfaceInfo:
    """Name a surface whose files are written: the publication itself."""
    grid = surface.grid
    connection.execute(
        insert(SURFACE).values(
            layer_id=surface.layer_id,
            valid_time=temporal.epoch_s(surface.valid_time),
            revision=surface.revision,
            quantity=surface.quantity,
            context=str(surface.context),
            zoom=grid.zoom,
            col=grid.col,
            row=grid.row,
            width=grid.width,
            height=grid.height,
            transform=surface.transform,
            noise_sigma=surface.noise_sigma,
            input_hash=surface.input_hash,
            input_revision=surface.input_revision,
            token=token,
            published_at=temporal.epoch_s(published_at),
            tags=json.dumps(dict(surface.tags), ensure_ascii=False),
        )
    )
    return surface_at(connection, surface.layer_id, surface.valid_time, token)


def _info(row: Any) -> SurfaceInfo:
    return SurfaceInfo(
        layer_id=row.layer_id,
        quantity=row.quantity,
        valid_time=temporal.from_epoch_s(row.valid_time),
        revision=row.revision,
        context=Context(row.context),
        grid=CellGrid(row.zoom, row.col, row.row, row.width, row.height),
        transform=row.transform,
        noise_sigma=row.noise_sigma,
        input_hash=row.input_hash,
        input_revision=row.input_revision,
        token=row.token,
        published_at=temporal.from_epoch_s(row.published_at),
        tags=json.loads(row.tags),
    )


Listed = Mapping[tuple[Any, ...], SurfaceInfo]
"""Surfaces by their rows: reading the tags again is most of the cost of a list."""


def surfaces(connection: Connection, layer_id: str, known: Listed | None = None) -> Listed:
    """Return the newest revision of every valid time, oldest first; ``known``: an older answer."""
    newest = (
        select(SURFACE.c.valid_time, func.max(SURFACE.c.revision).label("revision"))
        .where(SURFACE.c.layer_id == layer_id, SURFACE.c.kept == 1)
        .group_by(SURFACE.c.valid_time)
        .subquery()
    )
    query = (
        select(SURFACE)
        .join(
            newest,
            (newest.c.valid_time == SURFACE.c.valid_time)
            & (newest.c.revision == SURFACE.c.revision),
        )
        .where(SURFACE.c.layer_id == layer_id)
        .order_by(SURFACE.c.valid_time)
    )
    known = known or {}
    return {
        key: known.get(key) or _info(row)
        for row in connection.execute(query)
        for key in [tuple(row)]
    }


def surface_at(
    connection: Connection, layer_id: str, valid_time: datetime | None, token: str | None
) -> SurfaceInfo:
    """Return the surface of a valid time (None: the newest) and version (None: the newest).

    Raises
    ------
    NoSurfaceError
        Where there is none for that time, or none of that version ever was.
    GoneError
        Where that version is no longer kept.
    """
    query = select(SURFACE).where(SURFACE.c.layer_id == layer_id)
    if valid_time is not None:
        query = query.where(SURFACE.c.valid_time == temporal.epoch_s(valid_time))
    if token is not None:
        query = query.where(SURFACE.c.token == token)
    else:
        query = query.where(SURFACE.c.kept == 1)
    query = query.order_by(SURFACE.c.valid_time.desc(), SURFACE.c.revision.desc()).limit(1)
    row = connection.execute(query).one_or_none()
    if row is None:
        when = "" if valid_time is None else f" of {temporal.word(valid_time)}"
        which = "" if token is None else f' with version "{token}"'
        raise NoSurfaceError(f'layer "{layer_id}" has no surface{when}{which}')
    if not row.kept:
        raise GoneError(f'version "{token}" of layer "{layer_id}" is no longer kept')
    return _info(row)


def next_revision(connection: Connection, layer_id: str, valid_time: datetime) -> int:
    """Return the revision that the next surface of that hour gets."""
    query = select(func.max(SURFACE.c.revision)).where(
        SURFACE.c.layer_id == layer_id, SURFACE.c.valid_time == temporal.epoch_s(valid_time)
    )
    return int(connection.execute(query).scalar() or 0) + 1


def retire(
    connection: Connection, layer_id: str, *, keep_hours: int, keep_revisions: int
) -> list[SurfaceInfo]:
    """Mark what is beyond the retention as no longer kept, and return it for deletion."""
    standing = (SURFACE.c.layer_id == layer_id) & (SURFACE.c.kept == 1)
    times = select(SURFACE.c.valid_time).where(standing).distinct()
    kept_times = set(
        connection.execute(times.order_by(SURFACE.c.valid_time.desc()).limit(keep_hours)).scalars()
    )
    query = (
        select(SURFACE).where(standing).order_by(SURFACE.c.valid_time, SURFACE.c.revision.desc())
    )
    seen: dict[int, int] = {}
    gone = []
    for row in connection.execute(query).all():
        seen[row.valid_time] = seen.get(row.valid_time, 0) + 1
        if row.valid_time in kept_times and seen[row.valid_time] <= keep_revisions:
            continue
        gone.append(_info(row))
        connection.execute(
            update(SURFACE)
            .where(
                SURFACE.c.layer_id == layer_id,
                SURFACE.c.valid_time == row.valid_time,
                SURFACE.c.revision == row.revision,
            )
            .values(kept=0)
        )
    return gone


def withdraw(connection: Connection, layer_id: str, valid_time: datetime) -> list[SurfaceInfo]:
    """Mark all surfaces of an hour as no longer kept, and return them for deletion."""
    of_hour = (SURFACE.c.layer_id == layer_id) & (
        SURFACE.c.valid_time == temporal.epoch_s(valid_time)
    )
    query = select(SURFACE).where(of_hour, SURFACE.c.kept == 1)
    gone = [_info(row) for row in connection.execute(query)]
    connection.execute(update(SURFACE).where(of_hour).values(kept=0))
    return gone


def withdraw_hours(connection: Connection, hours: Iterable[tuple[str, int]]) -> None:
    """Take back all surfaces of some (quantity, hour): others may see them now than before."""
    for quantity, hour in hours:
        connection.execute(
            update(SURFACE)
            .where(SURFACE.c.quantity == quantity, SURFACE.c.valid_time == hour * 3600)
            .values(kept=0)
        )


def standing(connection: Connection) -> int:
    """Return how many surfaces are kept."""
    query = select(func.count()).select_from(SURFACE).where(SURFACE.c.kept == 1)
    return int(connection.execute(query).scalar_one())


def sweep(paths: Paths, connection: Connection) -> int:
    """Bring names and files together again. Return how many files were deleted.

    Files that no kept surface names were left by a killed keeper, and go. A surface whose file is
    missing (a restored copy of the store came without it) is no longer kept, so it is made anew.
    """
    named = set()
    for row in connection.execute(select(SURFACE).where(SURFACE.c.kept == 1)).all():
        base = stem(paths, row.layer_id, temporal.from_epoch_s(row.valid_time), row.token)
        if base.with_name(base.name + GEOTIFF).is_file():
            named.add(base)
        else:
            lost = (SURFACE.c.layer_id == row.layer_id) & (SURFACE.c.token == row.token)
            connection.execute(update(SURFACE).where(lost).values(kept=0))
    stray = [path for path in _files(paths.surfaces) if path.with_suffix("") not in named]
    for path in stray:
        path.unlink(missing_ok=True)
    return len(stray)


def _files(root: Path) -> Iterator[Path]:
    if root.is_dir():
        yield from (path for path in root.rglob("*") if path.is_file())
