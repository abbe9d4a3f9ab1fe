"""Grids as text: three columns of longitude, latitude and value, or an ESRI ASCII grid.

GSHAP and many national maps travel so. A table needs no header; lines that begin with no number
are passed over until the first that does.
"""

import math
import re
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from layers.errors import BadFileError, TooLargeError
from layers.exchange.limits import MAX_BYTES, limited

FloatArray = NDArray[np.float64]

MOST_CELLS = 25_000_000
_SEPARATOR = re.compile(r"[,;\s]+")
_HEADER_LINES = 100
_ESRI = ("ncols", "nrows", "xllcorner", "xllcenter", "yllcorner", "yllcenter", "cellsize",
         "nodata_value")  # fmt: skip


def read(
    stream: BinaryIO, column: int = 1, max_bytes: int = 4 * MAX_BYTES
) -> tuple[FloatArray, tuple[float, float, float, float]]:
    """Return the cells of a grid and where they lie.

    Parameters
    ----------
    stream : binary stream
    column : int
        Which value of a table, from 1; the first is the third column.

    Returns
    -------
    values : array of float, shape (rows, columns)
        Row 0 in the north, NaN where the file has none.
    place : (west, north, step_lon, step_lat)
        Outer edges of the first cell and its sides, degrees.

    Raises
    ------
    BadFileError
        For what is no such text, or no grid of even steps.
    TooLargeError
        Beyond the limits.
    """
    try:
        lines = limited(stream, max_bytes).read().decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as reason:
        raise BadFileError("the grid is no text in UTF-8") from reason
    if lines and lines[0].lower().split()[:1] == ["ncols"]:
        return _esri(lines)
    return _table(lines, column)


def _table(lines: list[str], column: int) -> tuple[FloatArray, tuple[float, float, float, float]]:
    first = next((i for i, line in enumerate(lines[:_HEADER_LINES]) if _is_row(line)), None)
    if first is None:
        raise BadFileError("no line of the grid begins with a longitude, a latitude and a value")
    rows = []
    for number, line in enumerate(lines[first:], start=first + 1):
        words = [word for word in _SEPARATOR.split(line.strip()) if word]
        if not words:
            continue
        try:
            rows.append((float(words[0]), float(words[1]), float(words[1 + column])))
        except (ValueError, IndexError):
            raise BadFileError(
                f"line {number}: a longitude, a latitude and {column} values were expected"
            ) from None
    lon, lat, value = np.array(rows).T
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        raise BadFileError("a position of the grid is no number")
    step_lon, step_lat = _step(lon, "longitudes"), _step(lat, "latitudes")
    col = np.rint((lon - lon.min()) / step_lon).astype(int)
    row = np.rint((lat.max() - lat) / step_lat).astype(int)
    size = (int(row.max()) + 1, int(col.max()) + 1)
    if size[0] * size[1] > MOST_CELLS:
        raise TooLargeError(f"{size[0]} x {size[1]} cells; {MOST_CELLS:,} are read at most")
    found = np.full(size, np.nan)
    found[row, col] = value
    return found, (
        float(lon.min()) - step_lon / 2, float(lat.max()) + step_lat / 2, step_lon, step_lat
    )  # fmt: skip


def _is_row(line: str) -> bool:
    words = [word for word in _SEPARATOR.split(line.strip()) if word]
    try:
        return len(words) >= 3 and all(math.isfinite(float(word)) for word in words[:2])
    except ValueError:
        return False


def _step(at: FloatArray, what: str) -> float:
    places = np.unique(np.round(at, 6))
    if len(places) < 2:
        raise BadFileError(f"the {what} of the grid are all one")
    steps = np.diff(places)
    step = float(np.median(steps))
    # Written with few digits, positions are beside even steps by half of the last one.
    counted = (places - places[0]) / step
    if np.abs(counted - np.rint(counted)).max() > 0.1:
        raise BadFileError(f"the {what} of the grid are not evenly apart")
    return float((places[-1] - places[0]) / np.rint(counted[-1]))


def _esri(lines: list[str]) -> tuple[FloatArray, tuple[float, float, float, float]]:
    head: dict[str, float] = {}
    begin = 0
    for begin, line in enumerate(lines):
        words = line.split()
        if len(words) != 2 or words[0].lower() not in _ESRI:
            break
        try:
            head[words[0].lower()] = float(words[1])
        except ValueError:
            raise BadFileError(f"line {begin + 1}: {words[0]} is no number") from None
    for name, number in head.items():
        if not math.isfinite(number) and name != "nodata_value":
            raise BadFileError(f"the header of the grid says {name} {number:g}")
    try:
        cols, rows, step = int(head["ncols"]), int(head["nrows"]), head["cellsize"]
        west = head["xllcorner"] if "xllcorner" in head else head["xllcenter"] - step / 2
        south = head["yllcorner"] if "yllcorner" in head else head["yllcenter"] - step / 2
    except KeyError as missing:
        raise BadFileError(f"the header of the grid lacks {missing}") from None
    if not (cols > 0 and rows > 0 and step > 0):
        raise BadFileError("the header of the grid names no cells")
    if cols * rows > MOST_CELLS:
        raise TooLargeError(f"{rows} x {cols} cells; {MOST_CELLS:,} are read at most")
    try:
        cells = np.array(" ".join(lines[begin:]).split(), dtype=float)
    except ValueError:
        raise BadFileError("a cell of the grid is no number") from None
    if cells.size != cols * rows:
        raise BadFileError(f"{cells.size:,} cells; {rows} x {cols} were announced")
    found = cells.reshape(rows, cols)
    found[found == head.get("nodata_value", -9999.0)] = np.nan
    return found, (west, south + rows * step, step, step)
