"""The manifest of a hazard data set, in TOML: what it is, and which files hold what.

```toml
id = "national-map"
title = "General seismic zoning, second edition"
status = "official"            # official, model or demonstration
unit = "m/s2"                  # g, m/s2, cm/s2, %g, ln g or MSK-64; no other is read
licence = "by permission"
vintage = "2017"
source = "Institute of Seismology"
vs30_m_s = 760                 # or "unknown"
state = "KZ"                   # where it is the map of one state, and beside it
territory = "border.geojson"   # the areas that it is of: nothing of it counts outside

[[grid]]
return_period_y = 475
path = "pga_475.tif"

[[zones]]
return_period_y = 2475
path = "zones.geojson"
property = "pga"
```
"""

import json
import re
import tomllib
from dataclasses import dataclass
from pathlib import PurePosixPath

from layers.errors import BadFileError, UnknownUnitError
from layers.exchange.fields import Fields
from layers.model import ground_motion
from layers.model.hazard import HazardManifest, HazardStatus

MOST_PARTS = 32
_ID = re.compile(r"[a-z][a-z0-9-]{0,62}")
_STATE = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class HazardFile:
    """A file of a data set: a grid where ``property`` is empty, else zones with that property."""

    period_y: float
    path: str
    band: int = 1
    property: str = ""


@dataclass(frozen=True, slots=True)
class HazardFiles:
    """All files of a data set, return periods rising; ``territory`` is "" where there is none."""

    parts: tuple[HazardFile, ...]
    territory: str = ""

    @property
    def names(self) -> list[str]:
        """The names of all of them, beside the manifest."""
        return [each.path for each in self.parts] + ([self.territory] if self.territory else [])


def parse(text: str, where: str) -> tuple[HazardManifest, HazardFiles]:
    """Check a manifest key by key; its files are not looked at.

    Parameters
    ----------
    text : str
        TOML.
    where : str
        Name of the file, for errors.

    Raises
    ------
    BadFileError
        Naming the key that is missing, unknown or cannot be.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as reason:
        raise BadFileError(f"{where}: {reason}") from reason
    fields = Fields(table, where, BadFileError)
    name = _word(fields, "id")
    if not _ID.fullmatch(name):
        raise fields.error(f'the id "{name}" must be lower-case letters, digits and hyphens')
    try:
        unit = ground_motion.unit(_word(fields, "unit"))
    except UnknownUnitError as reason:
        raise fields.error(str(reason)) from reason
    state = fields.get("state", str, "")
    if state and not _STATE.fullmatch(state):
        raise fields.error(f'"state" is "{state}"; a code such as KZ was expected')
    manifest = HazardManifest(
        id=name,
        title=_word(fields, "title"),
        status=HazardStatus(fields.choice("status", tuple(HazardStatus), None)),
        unit=unit,
        licence=_word(fields, "licence"),
        vintage=_word(fields, "vintage"),
        source=_word(fields, "source"),
        vs30_m_s=_vs30(fields),
        state=state,
    )
    files = tuple(_files(fields, where))
    territory = _beside(fields, "territory") if fields.has("territory") else ""
    fields.done()
    if not 0 < len(files) <= MOST_PARTS:
        raise fields.error(f"{len(files)} [[grid]] and [[zones]] entries; 1 to {MOST_PARTS} can be")
    periods = [file.period_y for file in files]
    for period in periods:
        if periods.count(period) > 1:
            raise fields.error(f"two entries have the return period {period:g}")
    return manifest, HazardFiles(tuple(sorted(files, key=lambda file: file.period_y)), territory)


def _files(fields: Fields, where: str) -> list[HazardFile]:
    found = []
    for what in ("grid", "zones"):
        entries = fields.get(what, list, [])
        for number, entry in enumerate(entries, start=1):
            if not isinstance(entry, dict):
                raise fields.error(f'"{what}" must be written as [[{what}]] entries')
            each = Fields(entry, f"{where}, {what} {number}", BadFileError)
            period = each.number("return_period_y")
            if period is None or not 1 <= period <= 1e8:
                raise each.error(f'"return_period_y" is {period}; 1 to 1e8 years were expected')
            path = _beside(each, "path")
            if what == "grid":
                found.append(HazardFile(period, path, each.get("band", int, 1)))
            else:
                found.append(HazardFile(period, path, property=_word(each, "property")))
            each.done()
    return found


def _word(fields: Fields, key: str) -> str:
    word: str = fields.need(key, str)
    if not word.strip() or not word.isprintable():
        raise fields.error(f'"{key}" is empty or holds what cannot be printed')
    return word.strip()


def _beside(fields: Fields, key: str) -> str:
    path = _word(fields, key)
    # A manifest comes with its files: it cannot name what lies elsewhere on this machine.
    if PurePosixPath(path).is_absolute() or ".." in PurePosixPath(path).parts:
        raise fields.error(f'"{key}" is "{path}"; a file beside the manifest was expected')
    return path


def _vs30(fields: Fields) -> float | None:
    given = fields.need("vs30_m_s", (int, float, str))
    if given == "unknown":
        return None
    if isinstance(given, str) or not 50 <= given <= 4000:
        raise fields.error(f'"vs30_m_s" is {given!r}; 50 to 4000 m/s or "unknown" was expected')
    return float(given)


def written(manifest: HazardManifest, files: HazardFiles) -> str:
    """Return the TOML of a manifest; ``parse`` reads it back."""
    vs30 = "unknown" if manifest.vs30_m_s is None else manifest.vs30_m_s
    facts = {
        "id": manifest.id,
        "title": manifest.title,
        "status": str(manifest.status),
        "unit": manifest.unit,
        "licence": manifest.licence,
        "vintage": manifest.vintage,
        "source": manifest.source,
        "vs30_m_s": vs30,
        "state": manifest.state,
        "territory": files.territory,
    }
    # Texts, as JSON writes them, are texts of TOML too.
    lines = [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in facts.items() if v != ""]
    for file in files.parts:
        lines += ["", "[[zones]]" if file.property else "[[grid]]"]
        lines += [f"return_period_y = {file.period_y:g}", f"path = {json.dumps(file.path)}"]
        if file.property:
            lines.append(f"property = {json.dumps(file.property)}")
        elif file.band != 1:
            lines.append(f"band = {file.band}")
    return "\n".join(lines) + "\n"
