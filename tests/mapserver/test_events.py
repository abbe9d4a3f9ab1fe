"""The event stream: what is told, to how many, and for how long."""

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from layers.model import Context
from mapserver.app import create_app
from mapserver.runtime import events
from mapserver.runtime.events import Streams

ADDRESS = "/api/v1/events"
EVENT = re.compile(r"id: (\w+)\nevent: current\ndata: (.+)\n\n")


@pytest.fixture
def listener(house: Any) -> Iterator[Any]:
    """Open streams of an application that has two of them; all are closed at the end."""
    streams = Streams(2)
    client = create_app(replace(house.site, open_stream=streams.open)).test_client()
    opened: list[Any] = []

    def listen(seen: str | None = None, method: str = "GET") -> Any:
        headers = {} if seen is None else {"Last-Event-ID": seen}
        answer = client.open(ADDRESS, method=method, headers=headers)
        opened.append(answer)
        return answer

    listen.streams = streams  # type: ignore[attr-defined]
    yield listen
    streams.stop()
    for answer in opened:
        answer.close()


def told(answer: Any) -> tuple[str, Any]:
    """The next event of a stream: its id and what it says."""
    for piece in answer.response:
        if found := EVENT.fullmatch(piece.decode()):
            return found[1], json.loads(found[2])
    raise AssertionError("the stream ended")


def test_a_stream_begins_with_the_newest_of_each_layer_under_the_tag_of_current_json(
    house: Any, listener: Any
) -> None:
    answer = listener()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    tag, said = told(answer)
    current = house.get("/current.json")
    assert current.headers["ETag"] == f'"{tag}"'
    layers = {each["id"]: each["times"] for each in current.json["layers"] if each["times"]}
    assert {each.pop("id"): each for each in said["newest"]} == {
        layer: times[-1] for layer, times in layers.items()
    }


def test_who_has_seen_the_newest_is_told_nothing_but_that_the_stream_lives(
    listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "HEARTBEAT_S", 0.05)
    tag, _ = told(listener())
    pieces = iter(listener(seen=tag).response)
    assert [next(pieces) for _ in range(4)] == [b"retry: 5000\n\n", *[b":\n\n"] * 3]


def test_beyond_the_bound_a_stream_is_refused_with_a_time_and_a_way(listener: Any) -> None:
    first, second = listener(), listener()
    refused = listener()
    assert refused.status_code == 503
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert int(refused.headers["Retry-After"]) > 0
    assert "/current.json" in refused.json["detail"]
    first.close()
    first.close()  # a place is given back once
    assert listener().status_code == 200
    assert listener().status_code == 503
    second.close()


def test_a_question_without_a_body_takes_no_place(listener: Any) -> None:
    for _ in range(5):
        assert listener(method="HEAD").status_code == 200
    assert listener().status_code == 200


def test_a_stream_ends_after_its_time_and_when_the_worker_does(
    listener: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = listener(seen="old")
    told(waiting)
    monkeypatch.setattr(events, "LIFETIME_S", 0.0)
    assert list(listener().response) == [b"retry: 5000\n\n"]
    listener.streams.stop()
    assert list(waiting.response) == []
    assert listener().status_code == 503


def test_an_unknown_query_is_refused(house: Any) -> None:
    assert house.get(f"{ADDRESS}?layer=dose-rate").status_code == 400


def test_what_is_published_is_told_to_all_and_looked_for_by_one(
    own: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "TOGETHER_S", 0.1)
    askers: set[int] = set()
    streams = Streams(8)

    def open_stream(news: Any, seen: str | None) -> Any:
        def counted() -> Any:
            askers.add(threading.get_ident())
            return news()

        return streams.open(counted, seen)

    client = create_app(replace(own.site, open_stream=open_stream)).test_client()
    answers = [client.get(ADDRESS) for _ in range(8)]
    before = {told(answer)[0] for answer in answers}
    assert len(before) == 1
    rows = ["station_code,time,averaging,quantity,value,unit"]
    rows += [f"KZ{i},2026-11-20T10:00:00Z,PT1H,ambient_dose_rate,{100 + i},nSv/h" for i in range(5)]
    own.ingest("hour.csv", "\n".join(rows).encode(), context=Context.ROUTINE)
    for answer in answers:
        while "dose-rate" not in (shown := {e["id"]: e for e in told(answer)[1]["newest"]}):
            pass
        assert shown["dose-rate"]["time"] == "2026-11-20T10:00:00Z"
        address = f"/tiles/dose-rate/mean/{shown['dose-rate']['versions']['mean']}"
        assert own.get(f"{address}/2026-11-20T10:00:00Z/5/22/11.png").status_code == 200
    assert len(askers) == 1  # one watcher looks for all eight
    streams.stop()
    for answer in answers:
        answer.close()
