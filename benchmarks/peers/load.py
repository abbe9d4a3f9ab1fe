"""The load: wrk asks for a list of addresses, in order, as fast as the answers come."""

import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

_SCRIPT = """
local paths, at, ours = {}, %d, nil
refused, away = 0, 0
for line in io.lines("%s") do paths[#paths + 1] = line end
setup = function(thread) ours = thread end
request = function()
  at = at %% #paths + 1
  return wrk.format("GET", paths[at])
end
%s
done = function(summary, latency, requests)
  local e = summary.errors
  io.stderr:write(string.format(
    '{"requests":%%d,"bytes":%%d,"us":%%d,"p50":%%d,"p99":%%d,"refused":%%d,"lost":%%d,"failed":%%d,"away":%%d}',
    summary.requests, summary.bytes, summary.duration, latency:percentile(50),
    latency:percentile(99), e.status, e.connect + e.read + e.write + e.timeout,
    ours:get("refused"), ours:get("away")))
end
"""
_COUNTED = """
response = function(status)
  if status == 503 then away = away + 1 elseif status >= 500 then refused = refused + 1 end
end
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What came back: answers, seconds, milliseconds at two ranks, bytes with headers.

    ``refused`` counts the answers of status 400 and above, ``lost`` the broken connections; where
    statuses are counted, ``away`` those that are 503 and ``failed`` those above 499 that are not.
    """

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    bytes: int
    refused: int
    lost: int
    failed: int = 0
    away: int = 0


def missing() -> str:
    """Return why there can be no load, or nothing."""
    return "" if shutil.which("wrk") else "wrk is missing: apt-get install wrk"


def load(
    port: int,
    paths: list[str],
    clients: int,
    seconds: float,
    folder: Path,
    at: int,
    *,
    counted: bool = False,
) -> Load:
    """Ask for ``paths`` from number ``at`` on, round and round, over kept connections."""
    listed, script = folder / "paths.txt", folder / "load.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(_SCRIPT % (at % len(paths), listed, _COUNTED if counted else ""))
    done = subprocess.run(
        [
            "wrk", "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--timeout", "30s",
            "-s", str(script), f"http://127.0.0.1:{port}",
        ],
        capture_output=True, text=True, check=True, timeout=seconds + 60,
    )  # fmt: skip
    said = json.loads(done.stderr)
    return Load(
        said["requests"], said["us"] / 1e6, said["p50"] / 1e3, said["p99"] / 1e3,
        said["bytes"], said["refused"], said["lost"], said["failed"], said["away"],
    )  # fmt: skip
