from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import BadInputError, BadParameterError
from layers.seismic import bindi_2011, boore_2014, chiou_youngs_2014, models, sadigh_1997
from layers.seismic.motion import Distances, Motion, Source

REFERENCE = Path(__file__).parents[2] / "reference" / "seismic"


def lines(name: str, tmp_path: Path) -> np.ndarray:
    text = (REFERENCE / name).read_text("utf-8").splitlines(keepends=True)
    path = tmp_path / name
    path.write_text("".join(line for line in text if not line.startswith("#")), "utf-8")
    return np.genfromtxt(path, delimiter=",", names=True)


def distances(rjb: float, rrup: float | None = None, rx: float = 0.0) -> Distances:
    return Distances(*(np.array([v]) for v in (rjb, rjb if rrup is None else rrup, rx)))


def test_boore_2014_gives_the_medians_of_its_authors_within_half_a_per_cent(tmp_path: Path) -> None:
    rows = lines("boore_2014.csv", tmp_path)
    assert len(rows) == 17
    for row in rows:
        found = boore_2014.pga(
            Source(row["mw"], row["rake"]), distances(row["rjb_km"]), row["vs30"]
        )
        assert found.median_g[0] == pytest.approx(row["median_pga_g"], rel=0.005)


def test_chiou_youngs_2014_gives_the_medians_of_its_authors_within_half_a_per_cent(
    tmp_path: Path,
) -> None:
    rows = lines("chiou_youngs_2014.csv", tmp_path)
    assert len(rows) == 20
    for row in rows:
        source = Source(row["mw"], row["rake"], row["dip"], row["ztor_km"])
        away = distances(row["rjb_km"], row["rrup_km"], row["rx_km"])
        found = chiou_youngs_2014.pga(source, away, row["vs30_m_s"])
        assert found.median_g[0] == pytest.approx(row["pga_g"], rel=0.005)


def test_an_independent_implementation_says_the_same_row_by_row(tmp_path: Path) -> None:
    rows = lines("openquake_3_26_2.csv", tmp_path)
    assert len(rows) == 972
    for row in rows:
        source = Source(row["mw"], row["rake"], row["dip"], row["ztor_km"])
        away = distances(row["rjb_km"], row["rrup_km"], row["rx_km"])
        boore = boore_2014.pga(source, away, row["vs30_m_s"])
        chiou = chiou_youngs_2014.pga(source, away, row["vs30_m_s"])
        found = {
            "bssa14_ln_g": boore.mean[0],
            "bssa14_tau": boore.tau[0],
            "bssa14_phi": boore.phi[0],
            "cy14_ln_g": chiou.mean[0],
            "cy14_sigma": chiou.sigma[0],
            "bindi11_msk": bindi_2011.intensity(row["mw"], row["rjb_km"]),
            "bindi11_depth_msk": bindi_2011.intensity(row["mw"], row["rjb_km"], row["depth_km"]),
        }
        for name, value in found.items():
            # A difference of 2e-6 in ln(g) is 0.0002 % of the acceleration.
            assert value == pytest.approx(row[name], abs=2e-6), (name, row)


def test_sadigh_1997_on_rock_gives_what_its_equation_gives_by_hand() -> None:
    # M 6, 10 km: -0.624 + 6 - 2.1 ln(10 + e^(1.29649 + 1.5)) = -0.624 + 6 - 2.1 ln(26.384).
    found = sadigh_1997.pga(Source(6.0), distances(10.0))
    assert found.mean[0] == pytest.approx(-0.624 + 6 - 2.1 * np.log(26.3871), abs=1e-4)
    assert found.sigma[0] == pytest.approx(1.39 - 0.14 * 6)
    reverse = sadigh_1997.pga(Source(6.0, 90.0), distances(10.0))
    assert reverse.mean[0] - found.mean[0] == pytest.approx(0.182)


def test_an_intensity_over_the_hypocentre_is_what_its_equation_gives_by_hand() -> None:
    # At the epicentre both terms of distance vanish: 1.049 * 7 + 0.686 and 0.898 * 7 + 1.215.
    assert bindi_2011.intensity(7.0, 0.0) == pytest.approx(8.029)
    assert bindi_2011.intensity(7.0, 0.0, 12.0) == pytest.approx(7.501)
    assert bindi_2011.sigma() == 0.689
    assert bindi_2011.sigma(12.0) == 0.737
    assert bindi_2011.surface_wave_magnitude(5.5) == pytest.approx(5.0)
    assert bindi_2011.surface_wave_magnitude(7.2) == 7.2


def test_a_hypocentre_above_the_ground_is_refused() -> None:
    with pytest.raises(BadInputError, match="below the ground"):
        bindi_2011.intensity(7.0, 10.0, 0.0)


@given(
    st.sampled_from(list(models.MODELS)),
    st.floats(4.5, 8.0),
    st.floats(1, 290),
    st.floats(1.01, 2.0),
    st.sampled_from([180.0, 400.0, 760.0, 1200.0]),
)
def test_motion_falls_with_distance_on_a_vertical_fault(
    name: str, mw: float, km: float, farther: float, vs30: float
) -> None:
    model = models.model(name)
    near, far = (model(Source(mw), distances(r), vs30) for r in (km, km * farther))
    assert far.mean[0] < near.mean[0]
    assert 0.3 < near.sigma[0] < 0.9


@given(st.sampled_from(list(models.MODELS)), st.floats(4.5, 8.0))
def test_sites_asked_together_or_alone_get_the_same(name: str, mw: float) -> None:
    km = np.geomspace(1, 300, 7)
    many = models.model(name)(Source(mw, 90, 45, 2), Distances(km, km + 3, km / 2), 400.0)
    for i, r in enumerate(km):
        one: Motion = models.model(name)(
            Source(mw, 90, 45, 2), distances(r, r + 3, r / 2), np.array([400.0])
        )
        assert one.mean[0] == pytest.approx(many.mean[i])
        assert one.sigma[0] == pytest.approx(many.sigma[i])


def test_a_model_that_is_none_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadParameterError, match='did you mean "boore-2014"'):
        models.model("boore2014")
