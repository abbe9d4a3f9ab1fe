"""Columns of screened sites: texts stay texts and numbers numbers where some are not known."""

from pathlib import Path
from typing import Any

import pyogrio
import pytest

from layers.exchange import site_package


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([None, "KZ"], "object"),
        (["KZ", None, "UZ"], "object"),
        ([None, 2.5], "float64"),
        ([3, None], "int64"),
        ([1, 2.5], "float64"),
        ([None, None], "float64"),
    ],
)
def test_a_column_is_what_its_known_values_are(
    tmp_path: Path, values: list[Any], kind: str
) -> None:
    places = [site_package.circle(69, 41, 100)] * len(values)
    rows = [(place, {"value": value}) for place, value in zip(places, values, strict=True)]
    path = tmp_path / "s.gpkg"
    site_package._layer(path, "sites", rows)
    assert pyogrio.read_info(path)["dtypes"].tolist() == [kind]
    (found,) = pyogrio.raw.read(path)[3]
    known = [value for value in values if value is not None]
    assert [value for value in found.tolist() if value is not None and value == value] == known
