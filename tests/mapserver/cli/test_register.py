"""Organisations and networks come from the operator, and hold at every door."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

ADDRESS = "/api/v1/observations"
HOUR = "2026-11-20T09:00:00Z,2026-11-20T10:00:00Z,ambient_dose_rate"
HEADER = "station_code,time_start_utc,time_end_utc,quantity,value,unit"
TOLD = [
    ("organisation", "add", "kazhydromet", "--name", "Kazhydromet", "--country", "KZ"),
    ("organisation", "add", "uzhydromet", "--name", "Uzhydromet", "--country", "UZ"),
    ("network", "add", "kz-net", "--organisation", "kazhydromet", "--name", "KZ network"),
    ("network", "add", "uz-net", "--organisation", "uzhydromet", "--name", "UZ network",
     "--licence", "CC-BY-4.0", "--attribution", "Uzhydromet, 2026", "--release", "partner"),
]  # fmt: skip


@pytest.fixture(scope="module")
def joint(
    open_house: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, dict[str, str]]:
    """Two organisations of two states with a network, a station and a token each."""
    own = open_house(tmp_path_factory.mktemp("joint") / "data", demo=False)
    for words in TOLD:
        done = own.command(*words)
        assert (done.exit_code, done.output) == (
            0,
            f'{words[0]} "{words[2]}" is registered\n',
        )
    rows = ["code,lon,lat,network", "ALM,76.9,43.2,kz-net", "TAS,69.2,41.3,uz-net"]
    assert own.ingest("stations.csv", "\n".join(rows).encode())["accepted"] == 2
    tokens = {}
    for organisation in ("kazhydromet", "uzhydromet"):
        done = own.command("token", "create", organisation)
        assert done.exit_code == 0, done.output
        tokens[organisation] = done.output.strip()
    return own, tokens


def post(own: Any, token: str, code: str, value: int) -> Any:
    body = f"{HEADER}\n{code},{HOUR},{value},nSv/h\n"
    answer = own.client.post(
        ADDRESS, data=body, headers={"Authorization": f"Bearer {token}", "Content-Type": "text/csv"}
    )
    assert answer.status_code in (200, 201), answer.text
    return answer.json


def test_each_organisation_writes_for_its_own_stations_alone(
    joint: tuple[Any, dict[str, str]],
) -> None:
    own, tokens = joint
    assert post(own, tokens["kazhydromet"], "ALM", 120)["accepted"] == 1
    assert post(own, tokens["uzhydromet"], "TAS", 130)["accepted"] == 1
    wrong = post(own, tokens["kazhydromet"], "TAS", 999)
    assert [row["code"] for row in wrong["rejected"]] == ["forbidden_station"]


def test_a_network_for_partners_is_not_on_the_public_map_until_it_is_released(
    joint: tuple[Any, dict[str, str]],
) -> None:
    own, tokens = joint
    post(own, tokens["kazhydromet"], "ALM", 121)
    post(own, tokens["uzhydromet"], "TAS", 131)

    def shown() -> set[str]:
        found = own.json("/files/stations/latest/latest.geojson")["features"]
        return {each["properties"]["code"] for each in found}

    assert shown() == {"ALM"}
    assert own.command("network", "add", "uz-net", "--release", "public").exit_code == 0
    assert shown() == {"ALM", "TAS"}
    listed = own.command("network", "list").output
    assert "uz-net  uzhydromet  public  UZ network" in listed
    held = {each.id: each for each in own.site.store.networks()}["uz-net"]
    assert (held.licence, held.attribution) == ("CC-BY-4.0", "Uzhydromet, 2026")
    assert own.command("network", "add", "uz-net", "--release", "partner").exit_code == 0
    assert shown() == {"ALM"}


def test_what_is_told_again_stays_and_what_is_told_otherwise_is_changed(
    joint: tuple[Any, dict[str, str]],
) -> None:
    own, _ = joint
    same = own.command("organisation", "add", "uzhydromet", "--country", "UZ")
    assert same.output == 'organisation "uzhydromet" stays as it was\n'
    other = own.command("organisation", "add", "uzhydromet", "--name", "Uzhydromet Agency")
    assert other.output == 'organisation "uzhydromet" is changed\n'
    assert "uzhydromet  UZ  Uzhydromet Agency" in own.command("organisation", "list").output


WRONG = {
    "no name": (("organisation", "add", "x"), "needs a name"),
    "no id": (("organisation", "add", "a b", "--name", "X"), "is no id"),
    "nobody's": (("network", "add", "x", "--name", "X"), "needs an organisation"),
    "unknown owner": (
        ("network", "add", "x", "--name", "X", "--organisation", "uzhydromat"),
        'did you mean "uzhydromet"',
    ),
    "endless": (("network", "add", "kz-net", "--release", "embargo"), "needs its end"),
    "no zone": (
        ("network", "add", "kz-net", "--release", "embargo", "--embargo-until", "2027-01-01T00:00"),
        "time zone",
    ),
    "an end of nothing": (
        ("network", "add", "kz-net", "--embargo-until", "2027-01-01T00:00:00Z"),
        "an end of the embargo",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_registered_is_told(joint: tuple[Any, dict[str, str]], name: str) -> None:
    words, said = WRONG[name]
    before = joint[0].command("network", "list").output
    done = joint[0].command(*words)
    assert done.exit_code == 1
    assert done.output.startswith("mapserver: ")
    assert said in done.output
    assert joint[0].command("network", "list").output == before


def test_an_unknown_release_is_a_usage_error(joint: tuple[Any, dict[str, str]]) -> None:
    done = joint[0].command("network", "add", "kz-net", "--release", "secret")
    assert done.exit_code == 2
    assert "public" in done.output


def test_a_new_folder_of_an_organisation_holds_no_demonstration(
    mapserver: Callable[..., Any], tmp_path: Path
) -> None:
    folder = str(tmp_path / "new")
    done = mapserver("organisation", "add", "kz", "--name", "KZ", "--data-dir", folder)
    assert (done.returncode, done.stdout) == (0, 'organisation "kz" is registered\n'), done.stderr
    listed = mapserver("organisation", "list", "--data-dir", folder)
    assert listed.stdout == "kz  -  KZ\n"


def test_a_register_says_who_may_see_each_station(joint: tuple[Any, dict[str, str]]) -> None:
    own, _ = joint
    head = b"code,lon,lat,network,release,embargo_until\n"
    rows = [
        b"A1,70,44,kz-net,partner,",
        b"A2,70,45,kz-net,embargo,2027-01-01T00:00:00Z",
        b"A3,70,46,kz-net,secret,",
        b"A4,70,47,kz-net,embargo,",
        b"A5,70,48,kz-net,,2027-01-01T00:00:00Z",
    ]
    answer = own.ingest("released.csv", head + b"\n".join(rows))
    assert (answer["accepted"], len(answer["rejected"])) == (2, 3)
    assert [row["line"] for row in answer["rejected"]] == [4, 5, 6]
    assert {row["code"] for row in answer["rejected"]} == {"release"}
