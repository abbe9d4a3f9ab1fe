from collections.abc import Callable
from pathlib import Path
from typing import Any

Command = Callable[..., Any]

STATIONS = "code,lon,lat\nA1,70.0,43.0\nA2,71.0,43.5\n"
HOUR = (
    "station_code,time_start_utc,quantity,value,unit\n"
    "A1,2026-11-01T00:00:00Z,ambient_dose_rate,100,nSv/h\n"
)


def test_what_a_folder_is_for_is_said_once(tmp_path: Path, mapserver: Command) -> None:
    folder, register, hour = tmp_path / "data", tmp_path / "stations.csv", tmp_path / "hour.csv"
    register.write_text(STATIONS)
    hour.write_text(HOUR)
    made = mapserver("ingest", str(register), "--data-dir", str(folder), "--no-demo")
    assert made.returncode == 0, made.stderr
    later = mapserver("ingest", str(hour), "--data-dir", str(folder))
    assert "1 rows = 1 accepted" in later.stdout, later.stderr
    token = mapserver("token", "create", "own", "--data-dir", str(folder))
    assert token.returncode == 0, token.stderr
    wrong = mapserver("ingest", str(hour), "--data-dir", str(folder), "--context", "simulated")
    assert wrong.returncode == 1
    assert "Traceback" not in wrong.stderr
