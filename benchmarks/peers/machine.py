"""Which machine this was, and how busy it is."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def described() -> str:
    """Return processor, cores, memory, system and Python in one sentence."""
    facts = dict(_pairs(Path("/proc/cpuinfo")))
    model = facts.get("model name", platform.processor())
    memory = int(dict(_pairs(Path("/proc/meminfo"))).get("MemTotal", "0").split()[0]) / 2**20
    system = dict(_pairs(Path("/etc/os-release"), "=")).get("PRETTY_NAME", platform.system())
    return (
        f"{os.cpu_count()} cores of {model} (model {facts.get('model', '?')}, "
        f"{float(facts.get('cpu MHz', 0)):.0f} MHz), {memory:.0f} GiB, "
        f"{system.strip(chr(34))}, Python {platform.python_version()}"
    )


def today() -> str:
    """Return the date and the minute, UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def busy_s() -> tuple[float, float]:
    """Return CPU seconds that all cores worked, and that they idled, since the start."""
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, idle, iowait, irq, softirq, steal = (int(w) for w in words[:8])
    ticks = os.sysconf("SC_CLK_TCK")
    return (user + nice + system + irq + softirq + steal) / ticks, (idle + iowait) / ticks


def _pairs(path: Path, sign: str = ":") -> list[tuple[str, str]]:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return []
    split = (line.partition(sign) for line in lines)
    return [(name.strip(), value.strip()) for name, _, value in split]
