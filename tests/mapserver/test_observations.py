"""The contract of deliveries by HTTP: who may, what is taken, and the account of every row."""

import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ADDRESS = "/api/v1/observations"
HEADER = "station_code,time_start_utc,time_end_utc,quantity,value,unit"
TABLES = ("observation", "observation_revision", "quarantine", "batch", "feature", "station")


@pytest.fixture(scope="module")
def tokens(own: Any) -> dict[str, str]:
    made = {}
    for organisation in ("kz", "uz"):
        done = own.command("token", "create", organisation)
        assert done.exit_code == 0, done.output
        made[organisation] = done.output.strip()
    return made


def row(code: str, hour: int, value: Any, unit: str = "nSv/h", day: int = 1) -> str:
    begin, end = (f"2026-11-{day:02}T{h:02}:00:00Z" for h in (hour, hour + 1))
    return f"{code},{begin},{end},ambient_dose_rate,{value},{unit}"


def table(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


class Post:
    """Posts as one organisation."""

    def __init__(self, house: Any, token: str) -> None:
        self.house, self.token = house, token

    def __call__(self, body: bytes, query: str = "", **headers: str) -> Any:
        said = {"Authorization": f"Bearer {self.token}", "Content-Type": "text/csv", **headers}
        return self.house.client.post(f"{ADDRESS}?{query}", data=body, headers=said)


@pytest.fixture
def post(own: Any, tokens: dict[str, str]) -> Post:
    return Post(own, tokens["kz"])


def stored(house: Any) -> dict[str, int]:
    counts = house.counts()
    return {name: counts[name] for name in TABLES}


def accounted(answer: Any) -> dict[str, Any]:
    """The account in an answer, whose four counts always add up."""
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json
    assert said.keys() == {
        "batch_id", "accepted", "duplicate", "corrected", "rejected", "sum", "repeated",
    }  # fmt: skip
    taken = said["accepted"] + said["duplicate"] + said["corrected"]
    assert taken + len(said["rejected"]) == said["sum"]
    for refused in said["rejected"]:
        assert refused.keys() == {"row", "code", "reason"}
        assert refused["code"].replace("_", "").isalpha()
        assert len(refused["reason"].split()) > 2
    return said


def refused(answer: Any, status: int, *words: str) -> str:
    """The sentence of a refusal, in the dialect of this address."""
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert answer.headers["Cache-Control"] == "no-store"
    sentence: str = answer.json["detail"]
    assert len(sentence.split()) > 2
    assert "Traceback" not in answer.text
    for word in words:
        assert word in sentence
    return sentence


def test_every_row_is_accepted_duplicate_corrected_or_rejected(own: Any, post: Post) -> None:
    before = stored(own)
    first = accounted(post(table(row("KZ0", 1, 100), row("KZ1", 1, 110), row("KZ2", 1, 120))))
    assert (first["accepted"], first["sum"]) == (3, 3)
    body = table(
        row("KZ0", 1, 100),  # the same value: nothing new
        row("KZ1", 1, 115),  # another value: a correction
        row("KZ3", 1, 130),  # new
        row("KZ4", 1, -1),
        row("KZ4", 1, "NaN"),
        row("KZ4", 1, "abc"),
        row("XX9", 1, 100),
        row("KZ4", 1, 100, unit="furlong"),
        "KZ4,2026-11-01T01:00:00,2026-11-01T02:00:00,ambient_dose_rate,100,nSv/h",
        "KZ4,2026-11-01T01:00:00Z",
        row("UZ1", 1, 100),
        row("KZ4", 1, 100, day=29),
    )
    said = accounted(post(body))
    assert (said["accepted"], said["duplicate"], said["corrected"], said["sum"]) == (1, 1, 1, 12)
    assert {each["row"]: each["code"] for each in said["rejected"]} == {
        5: "negative",
        6: "value",
        7: "value",
        8: "unknown_station",
        9: "unit",
        10: "time",
        11: "columns",
        12: "forbidden_station",
        13: "future",
    }
    after = stored(own)
    assert after["observation"] - before["observation"] == 4
    assert after["observation_revision"] - before["observation_revision"] == 1
    assert after["quarantine"] - before["quarantine"] == 9
    assert after["batch"] - before["batch"] == 2


def test_the_same_bytes_again_are_answered_as_before_and_change_nothing(
    own: Any, post: Post
) -> None:
    body = table(row("KZ0", 2, 100), row("KZ1", 2, -5))
    first = accounted(post(body))
    before = stored(own)
    again = accounted(post(body))
    assert (first["repeated"], again["repeated"]) == (False, True)
    assert {**again, "repeated": False} == first
    assert stored(own) == before


def test_the_same_values_in_another_batch_are_duplicates(own: Any, post: Post) -> None:
    body = table(row("KZ0", 3, 100), row("KZ1", 3, 101))
    accounted(post(body, "batch_id=one"))
    before = stored(own)
    said = accounted(post(body, "batch_id=two"))
    assert (said["batch_id"], said["duplicate"], said["sum"]) == ("two", 2, 2)
    assert stored(own)["observation"] == before["observation"]
    assert stored(own)["observation_revision"] == before["observation_revision"]


def test_a_batch_id_stands_for_one_content(own: Any, post: Post) -> None:
    accounted(post(table(row("KZ0", 4, 100)), "batch_id=fixed"))
    before = stored(own)
    refused(post(table(row("KZ0", 4, 105)), "batch_id=fixed"), 409, "fixed", "other content")
    assert stored(own) == before


def test_a_batch_id_of_one_organisation_means_nothing_to_another(
    own: Any, post: Post, tokens: dict[str, str]
) -> None:
    body = table(row("UZ0", 4, 100), row("KZ0", 4, 107))
    theirs = accounted(post(body, "batch_id=shared"))
    assert [each["code"] for each in theirs["rejected"]] == ["forbidden_station"]
    ours = accounted(Post(own, tokens["uz"])(body, "batch_id=shared"))
    assert (ours["batch_id"], ours["repeated"], ours["accepted"]) == ("shared", False, 1)
    assert [(e["row"], e["code"]) for e in ours["rejected"]] == [(3, "forbidden_station")]


def test_a_token_writes_for_the_stations_of_its_organisation_alone(
    own: Any, tokens: dict[str, str]
) -> None:
    body = table(*(row(f"{c}{i}", 5, 100 + i) for c in ("KZ", "UZ") for i in range(5)))
    for organisation, other in (("kz", "UZ"), ("uz", "KZ")):
        said = accounted(Post(own, tokens[organisation])(body))
        assert said["accepted"] == 5
        assert {each["code"] for each in said["rejected"]} == {"forbidden_station"}
        assert all(other in each["reason"] for each in said["rejected"])


def test_a_token_registers_no_station_in_a_network_of_others(own: Any, post: Post) -> None:
    before = stored(own)
    body = b"code,name_en,lon,lat,network\nNEW1,New,70.0,43.0,uz-net\n"
    refused(post(body, "format=stations-csv"), 403, "another organisation")
    assert stored(own) == before
    accounted(post(body.replace(b"uz-net", b"kz-net"), "format=stations-csv"))
    assert stored(own)["station"] == before["station"] + 1


QUAKES = b"time,lon,lat,depth_km,mag,id\n2001-02-03T04:05:06Z,70,43,12,6.5,FAKE\n"
USGS = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": "fake",
                "properties": {"mag": 8.9, "time": 981173106000, "magType": "mw"},
                "geometry": {"type": "Point", "coordinates": [70, 43, 10]},
            }
        ],
    }
).encode()  # fmt: skip


@pytest.mark.parametrize(("body", "format_"), [(QUAKES, "quakes-csv"), (USGS, "usgs-geojson")])
def test_a_token_of_observations_adds_no_features(
    own: Any, post: Post, body: bytes, format_: str
) -> None:
    before = stored(own)
    refused(post(body, f"format={format_}"), 415, "features")
    assert stored(own) == before


def test_context_event_belongs_to_real_data_and_other_contexts_do_not(own: Any, post: Post) -> None:
    body = table(row("KZ0", 6, 1000))
    before = stored(own)
    for context in ("simulated", "exercise"):
        refused(post(body, f"context={context}"), 409, context, "folder of their own")
    refused(post(body, "context=drill"), 400, "drill", "routine")
    assert stored(own) == before
    accounted(post(body, "context=event"))


def test_what_the_table_leaves_out_may_stand_in_the_address(own: Any, post: Post) -> None:
    body = b"station_code,value\nKZ0,0.12\nKZ1,0.13\n"
    query = "quantity=ambient_dose_rate&unit=uSv/h&time=2026-11-01T07:00:00Z&averaging=PT1H"
    assert accounted(post(body, query))["accepted"] == 2
    file = own.json("/files/stations/latest/2026-11-01T07:00:00Z.geojson")
    values = {f["properties"]["code"]: f["properties"]["value"] for f in file["features"]}
    assert (values["KZ0"], values["KZ1"]) == (120.0, 130.0)


def test_a_value_above_all_alarms_is_never_rejected(own: Any, post: Post) -> None:
    said = accounted(post(table(row("KZ0", 8, 5_000_000), row("KZ1", 8, 0))))
    assert said["accepted"] == 2
    file = own.json("/files/stations/latest/2026-11-01T08:00:00Z.geojson")
    assert 5_000_000 in [f["properties"]["value"] for f in file["features"]]


UNAUTHORISED = [
    {},
    {"Authorization": "Basic dXNlcjpwYXNz"},
    {"Authorization": "Bearer"},
    {"Authorization": "Bearer "},
    {"Authorization": "Bearer " + "x" * 500},
    {"Authorization": "Bearer kz\u00e9"},
    {"Authorization": "Bearer a\tb"},
]
FORBIDDEN = [
    {"Authorization": "Bearer kz00000000.secret"},
    {"Authorization": "Bearer ."},
    {"Authorization": "Bearer '; drop table token; --"},
]


@pytest.mark.parametrize("headers", UNAUTHORISED, ids=str)
def test_without_a_usable_token_nothing_is_read(own: Any, headers: dict[str, str]) -> None:
    before = stored(own)
    answer = own.client.post(ADDRESS, data=table(row("KZ0", 9, 1)), headers=headers)
    refused(answer, 401, "token")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert stored(own) == before


@pytest.mark.parametrize("headers", FORBIDDEN, ids=str)
def test_a_token_that_nobody_gave_is_refused(own: Any, headers: dict[str, str]) -> None:
    before = stored(own)
    refused(own.client.post(ADDRESS, data=table(row("KZ0", 9, 1)), headers=headers), 403, "token")
    assert stored(own) == before


def test_half_a_token_a_revoked_one_and_one_in_the_address_are_refused(
    own: Any, tokens: dict[str, str]
) -> None:
    prefix, _, secret = tokens["kz"].partition(".")
    body = table(row("KZ0", 9, 1))
    for wrong in (prefix, f"{prefix}.", f"{prefix}.{secret[:-1]}", f".{secret}"):
        refused(Post(own, wrong)(body), 403, "token")
    spent = own.command("token", "create", "kz").output.strip()
    assert own.command("token", "revoke", spent.partition(".")[0]).exit_code == 0
    refused(Post(own, spent)(body), 403, "token")
    header = {"op": "create_token", "organisation_id": "kz", "days": -1, "writer": "test"}
    expired = own.keeper.answer(header, b"")["ok"]["token"]
    refused(Post(own, expired)(body), 403, "token")
    for key in ("token", "access_token"):
        answer = Post(own, tokens["kz"])(body, f"{key}={tokens['kz']}")
        sentence = refused(answer, 401, "logs")
        assert secret not in sentence


def test_the_checks_come_in_one_order(own: Any, tokens: dict[str, str]) -> None:
    """Who asks, then the question, then the size, then the kind of body, then what is in it."""
    large, good = b"x" * 3_000_001, tokens["kz"]
    client = own.client
    zipped = {"Content-Type": "application/zip"}

    def asked(body: bytes, query: str, **headers: str) -> int:
        return int(client.post(f"{ADDRESS}?{query}", data=body, headers=headers).status_code)

    known = {"Authorization": f"Bearer {good}"}
    assert asked(large, "colour=red", **zipped) == 401
    assert asked(large, "colour=red", **zipped, Authorization="Bearer a.b") == 403
    assert asked(large, "colour=red", **zipped, **known) == 400
    assert asked(large, "", **zipped, **known) == 413
    assert asked(b"PK\x03\x04....", "", **zipped, **known) == 415
    assert asked(b"station_code,value\nKZ0,1\n", "", **{**zipped, **known}) == 415
    assert asked(b"a,b\n1,2\n", "format=csv-table", **known) == 422


LONG = "x" * 100_000
BAD_BODIES = {
    "nothing": (b"", 411, "Content-Length"),
    "blank": (b" \n \n", 415, "empty"),
    "zeros": (b"\0" * 1000, 415, "format"),
    "UTF-16": ("station_code,value\n".encode("utf-16"), 415, "UTF-16"),
    "zip": (b"PK\x03\x04" + b"\0" * 100, 415, "ZIP"),
    "gzip": (gzip.compress(b"a" * 100), 415, "gzip"),
    "XML": (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>", 415, "XML"),
    "header only": (f"{HEADER}\n".encode(), 200, ""),
    "no value": (b"station_code,time,quantity,unit\nKZ0,1,2,3\n", 422, "value"),
    "column twice": (f"{HEADER},value\n".encode(), 422, "twice"),
    "cut in a letter": (f"{HEADER}\nKZ0,".encode() + b"\xd0", 422, "UTF-8"),
    "deep JSON": (b'{"type":"Feature",' + b'"a":[' * 50_000, 4, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD_BODIES)
def test_a_body_that_is_no_table_is_refused_whole(own: Any, post: Post, name: str) -> None:
    body, status, word = BAD_BODIES[name]
    before = stored(own)
    answer = post(body)
    if status == 200:
        assert accounted(answer)["sum"] == 0
        return
    if status == 4:
        status = answer.status_code
        assert status in (400, 413, 415, 422)
    refused(answer, status, word)
    assert stored(own) == before


def test_a_body_of_no_bytes_is_told_to_be_empty(own: Any, tokens: dict[str, str]) -> None:
    answer = own.client.post(
        ADDRESS,
        headers={"Authorization": f"Bearer {tokens['kz']}"},
        environ_overrides={"CONTENT_LENGTH": "0"},
    )
    refused(answer, 400, "empty")


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "nonsense"])
def test_a_packed_body_is_refused_without_unpacking(own: Any, post: Post, encoding: str) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    before = stored(own)
    refused(post(bomb, **{"Content-Encoding": encoding}), 415, encoding)
    assert stored(own) == before


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("format=cvs-table", 'did you mean "csv-table"'),
        ("format=geotiff", "raster"),
        ("colour=red", "colour"),
        ("quantity=dose", "quantity"),
        ("unit=parsec", "unit"),
        ("time=2026-11-01T07:00:00", "zone"),
        ("time=yesterday", "time"),
        ("averaging=long", "averaging"),
        ("batch_id=", "batch_id"),
        ("batch_id=" + "x" * 300, "batch_id"),
        ("batch_id=a%00b", "batch_id"),
        ("unit=nSv/h&unit=uSv/h", "unit"),
    ],
)
def test_a_wrong_parameter_is_told_and_nothing_is_stored(
    own: Any, post: Post, query: str, word: str
) -> None:
    before = stored(own)
    missing = [c for c in ("quantity", "unit", "time", "averaging") if f"{c}=" in query]
    kept = {"quantity": "ambient_dose_rate", "unit": "nSv/h", "averaging": "PT1H",
            "time": "2026-11-01T07:00:00Z"}  # fmt: skip
    words = {k: v for k, v in kept.items() if k not in missing}
    body = (
        ",".join(["station_code", "value", *words]) + "\n" + ",".join(["KZ0", "1", *words.values()])
    )
    answer = post(body.encode(), query)
    if answer.status_code == 200:
        said = accounted(answer)
        assert (said["accepted"], said["sum"]) == (0, 1)
        assert word in said["rejected"][0]["reason"] + said["rejected"][0]["code"]
        assert stored(own)["observation"] == before["observation"]
    else:
        assert answer.status_code in (400, 415, 422)
        refused(answer, answer.status_code, word)
        assert stored(own) == before


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete", "head"])
def test_deliveries_come_by_post_alone(own: Any, method: str) -> None:
    answer = getattr(own.client, method)(ADDRESS)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_another_website_may_not_post(own: Any, post: Post) -> None:
    answer = post(table(row("KZ0", 10, 50)), Origin="https://elsewhere.example")
    assert "Access-Control-Allow-Origin" not in answer.headers
    preflight = own.client.options(
        ADDRESS,
        headers={
            "Origin": "https://elsewhere.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization",
        },
    )
    assert "POST" not in preflight.headers["Access-Control-Allow-Methods"]
    assert "authorization" not in preflight.headers["Access-Control-Allow-Headers"].lower()


def test_a_demonstration_takes_no_real_data(house: Any) -> None:
    token = house.command("token", "create", "kz-demo").output.strip()
    if "." not in token:
        known = [each.id for each in house.site.store.organisations()]
        token = house.command("token", "create", known[0]).output.strip()
    before = house.counts()
    answer = Post(house, token)(table(row("KZATY", 1, 100)))
    refused(answer, 409, "simulated", "folder of their own")
    assert house.counts() == before


cell = st.one_of(
    st.text(max_size=12),
    st.sampled_from(["KZ0", "UZ0", "2026-11-01T01:00:00Z", "ambient_dose_rate", "nSv/h", "1e999"]),
    st.floats().map(str),
)
lines = st.lists(st.lists(cell, min_size=1, max_size=8).map(",".join), max_size=6)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(lines=lines, noise=st.binary(max_size=200), header=st.booleans())
def test_no_body_is_answered_with_a_failure_of_the_server(
    post: Post, lines: list[str], noise: bytes, header: bool
) -> None:
    text = "\n".join([HEADER, *lines] if header else lines).encode("utf-8", "surrogatepass")
    answer = post(text + noise)
    assert answer.status_code < 500, answer.text
    if answer.status_code == 200:
        accounted(answer)
    else:
        refused(answer, answer.status_code)


def test_of_a_body_without_a_length_nothing_is_read(own: Any, tokens: dict[str, str]) -> None:
    class Endless:
        taken = 0

        def read(self, size: int = -1) -> bytes:
            self.taken += 1
            return b"x" * max(0, size)

    body = Endless()
    answer = own.client.post(
        ADDRESS,
        headers={"Authorization": f"Bearer {tokens['kz']}", "Content-Type": "text/csv"},
        environ_overrides={"wsgi.input": body, "wsgi.input_terminated": True},
    )
    refused(answer, 411, "Content-Length")
    assert body.taken == 0
