"""What a worker opens."""

import dataclasses
from typing import Any

from mapserver.app import create_app
from mapserver.runtime import opening

TILE = "/tiles/dose-rate/mean/latest/latest/6/43/23.png"


def test_without_room_for_a_cache_every_tile_is_drawn_and_none_is_kept(house: Any) -> None:
    bare = dataclasses.replace(house.site.settings, cache_mb=0, memory_cache_mb=0)
    site = opening.open_site(bare)
    try:
        folder = site.store.paths.cache
        before = sorted(folder.rglob("*"))
        drawn = [create_app(site).test_client().get(TILE) for _ in range(2)]
        assert sorted(folder.rglob("*")) == before
    finally:
        site.store.close()
    # With a disk alone it is there, whatever was drawn or swept away before.
    other = opening.open_site(dataclasses.replace(house.site.settings, memory_cache_mb=0))
    try:
        kept = create_app(other).test_client().get(TILE)
    finally:
        other.store.close()
    assert kept.status_code == 200
    assert [answer.data for answer in drawn] == [kept.data, kept.data]
    assert any(path.is_file() for path in (folder / "tiles" / "dose-rate").rglob("23.png"))
