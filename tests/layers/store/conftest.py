"""A store of three organisations, and words to write to it."""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from layers.model import (
    BatchAnswer,
    Context,
    Network,
    Observation,
    Organisation,
    RejectedRecord,
    Release,
    Station,
)
from layers.store import Batch, Reader, Writer

HOUR = timedelta(hours=1)
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
QUANTITY = "ambient_dose_rate"


def observation(
    code: str, value: float | None, begin: datetime = NINE, **more: object
) -> Observation:
    return Observation(code, QUANTITY, begin, begin + HOUR, value, **more)  # type: ignore[arg-type]


class Store:
    """One folder with its writer and a reader."""

    def __init__(self, root: Path, context: Context = Context.ROUTINE) -> None:
        self.root = root
        self.writer = Writer(root, context)
        self.context = context
        self._numbers = itertools.count()
        self.writer.put_organisations(
            [Organisation("kz", "Kazakhstan", "KZ"), Organisation("uz", "Uzbekistan", "UZ")],
            writer="test",
            at=NINE,
        )
        self.writer.put_networks(
            [
                Network("kz-public", "kz", "KZ public"),
                Network("kz-partner", "kz", "KZ partner", release=Release.PARTNER),
                Network(
                    "uz-embargo", "uz", "UZ later", release=Release.EMBARGO, embargo_until=NOON
                ),
            ],
            writer="test",
            at=NINE,
        )
        self.writer.put_stations(
            [
                Station("KP", "kz-public", 70, 50),
                Station("KQ", "kz-public", 71, 50),
                Station("KH", "kz-public", 72, 50, release=Release.PARTNER),
                Station("KO", "kz-partner", 73, 50),
                Station("KS", "kz-partner", 74, 50, release=Release.PUBLIC),
                Station("UE", "uz-embargo", 66, 41),
            ],
            writer="test",
            at=NINE,
        )
        self.reader = Reader(root)

    def send(
        self,
        *rows: Observation | RejectedRecord,
        at: datetime = NINE,
        id: str | None = None,
        organisation_id: str | None = None,
        content: str = "",
        context: Context | None = None,
    ) -> BatchAnswer:
        name = id or f"batch-{next(self._numbers)}"
        batch = Batch(
            name, content or name, "test", organisation_id, context or self.context, at, "test"
        )
        return self.writer.append_observations(batch, rows)

    def close(self) -> None:
        self.reader.close()
        self.writer.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "data")
    yield made
    made.close()


@pytest.fixture(name="observation")
def observing() -> Callable[..., Observation]:
    return observation


@pytest.fixture(name="open_store")
def opening(tmp_path: Path) -> Iterator[Callable[..., Store]]:
    made: list[Store] = []

    def begin(name: str, context: Context = Context.ROUTINE) -> Store:
        made.append(Store(tmp_path / name, context))
        return made[-1]

    yield begin
    for each in made:
        each.close()
