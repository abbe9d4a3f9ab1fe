"""The map as a picture, and what links and frames make of it."""

from datetime import timedelta
from io import BytesIO

import numpy as np
import pytest
from PIL import Image
from werkzeug.datastructures import MultiDict

from layers import messages
from layers.errors import BadExtentError
from layers.geo import Bounds, lonlat
from mapserver import settings
from mapserver.documents import captions
from mapserver.services import shared
from tests.mapserver.conftest import NOW, House

SMALL = "width=300&height=200&legend=0&with=stations"


def pixels(house: House, query: str) -> np.ndarray:
    answer = house.get(f"/map.png?{query}")
    assert answer.status_code == 200, answer.text
    return np.asarray(Image.open(BytesIO(answer.data)).convert("RGB"), int)


def test_every_format_shows_the_same_view(house: House) -> None:
    shown = []
    for image, media in (("png", "image/png"), ("webp", "image/webp"), ("jpeg", "image/jpeg")):
        answer = house.get(f"/map.{image}?{SMALL}")
        assert answer.mimetype == media
        picture = Image.open(BytesIO(answer.data)).convert("RGB")
        assert picture.size == (300, 200)
        shown.append(np.asarray(picture, float))
    for other in shown[1:]:
        assert np.abs(other - shown[0]).mean() < 9  # few colours, or a little lost


def test_a_picture_that_has_not_changed_is_not_sent_again(house: House) -> None:
    first = house.get(f"/map.png?{SMALL}")
    assert "max-age=60" in first.headers["Cache-Control"]
    again = house.get(f"/map.png?{SMALL}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert first.data == house.get(f"/map.png?{SMALL}").data
    other = house.get(f"/map.png?{SMALL}&lang=kk")
    assert other.headers["ETag"] != first.headers["ETag"]


def test_the_hour_that_is_asked_for_is_drawn_and_named(house: House) -> None:
    newest = house.get(f"/map.png?{SMALL}")
    hour = (NOW - timedelta(hours=2)).strftime("%Y-%m-%dT%H:00:00Z")
    earlier = house.get(f"/map.png?{SMALL}&time={hour}")
    assert earlier.headers["X-Data-Time"] == hour != newest.headers["X-Data-Time"]
    assert earlier.headers["ETag"] != newest.headers["ETag"]


def test_a_surface_ends_at_the_border_of_the_two_states(house: House) -> None:
    at = "map=5/48.0/66.0&width=300&height=200&legend=0&with="
    far = "map=5/60.0/50.0&width=300&height=200&legend=0&with="
    with_surface = np.abs(pixels(house, at) - pixels(house, f"{at}&layer=none")).sum(axis=2)
    beyond = np.abs(pixels(house, far) - pixels(house, f"{far}&layer=none")).sum(axis=2)
    assert 0.6 < (with_surface > 15).mean() < 0.8  # a part of it lies beyond the border
    assert not (beyond > 15).any()


def test_themes_units_and_styles_are_other_pictures(house: House) -> None:
    base = pixels(house, SMALL)
    for more in ("&theme=dark", "&unit=nSv/h", "&layer=dose-rate.sd", "&lang=ru"):
        assert np.abs(pixels(house, SMALL + more) - base).sum() > 0, more


def test_every_layer_of_the_catalogue_can_stand_in_a_picture(house: House, layer_id: str) -> None:
    layer = house.site.catalog.layer(layer_id)
    key = "layer" if shared.is_filled(layer) else "with"
    if layer.kind == "basemap":
        pytest.skip("the land is below every picture")
    answer = house.get(f"/map.jpeg?width=200&height=150&legend=0&{key}={layer_id}")
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_simulated_data_say_so_at_the_foot_of_every_picture(house: House, language: str) -> None:
    credit = captions.credit(house.site.credited_catalog(language), house.site.assets, language)
    assert credit.startswith(messages.text("context.simulated", language))
    notice = house.site.assets.land["notices"][language]
    assert credit.endswith(notice.partition(".")[0])
    assert messages.text("public.shipped.values", language) in credit
    assert credit.count("Natural Earth") == 1


def state(house: House, query: dict[str, str]) -> shared.Shared:
    return shared.read(house.site, MultiDict(query))


def test_a_place_of_a_link_is_the_middle_of_its_picture(house: House) -> None:
    view = state(house, {"map": "6/41.3/69.2"}).view(400, 300, Bounds(0, 0, 1, 1), (9, 9, 9, 9))
    lon, lat = lonlat((view.west + view.east) / 2, (view.south + view.north) / 2)
    assert (round(float(lon), 6), round(float(lat), 6)) == (69.2, 41.3)
    assert view.pixel_m == pytest.approx(156543.0339 / 64, rel=1e-6)


def test_a_box_is_seen_whole_and_covered_edges_are_kept_free(house: House) -> None:
    box = Bounds(60, 40, 70, 50)
    open_view = state(house, {"bbox": "60,40,70,50"}).view(400, 200, AREA, (0, 0, 200, 0))
    assert open_view.bounds.west <= 60
    assert open_view.bounds.east >= 70
    covered = state(house, {}).view(400, 200, box, (0, 0, 200, 0))
    across, _ = covered.size
    x_m = 70 / 180 * 20037508.342789244
    assert (x_m - covered.west) / across <= 200.01


AREA = Bounds(46.4, 37.1, 87.4, 55.6)


def test_a_picture_of_more_than_the_world_is_refused(house: House) -> None:
    with pytest.raises(BadExtentError, match="wider than the world"):
        state(house, {"map": "0/0/0"}).view(2400, 300, AREA, (0, 0, 0, 0))


def test_a_link_names_the_same_state_again(house: House) -> None:
    words = {"map": "5/48/66", "layer": "dose-rate.sd", "with": "stations,faults"}
    found = state(house, words)
    assert found.query == "map=5/48/66&layer=dose-rate.sd&with=stations,faults"
    assert [layer.id for layer in found.overlays] == ["faults", "stations"]


def test_a_page_opens_whatever_other_programs_have_added_to_its_link(house: House) -> None:
    answer = house.get("/en?fbclid=x&time=yesterday&layer=dose-rate.sd")
    assert answer.status_code == 200
    assert 'property="og:image" content="http://localhost/map.png?lang=en"' in answer.text
    clean = house.get("/en?fbclid=x&layer=dose-rate.sd")
    assert "/map.png?layer=dose-rate.sd&amp;lang=en" in clean.text


def test_a_hostile_host_and_link_stay_text(house: House) -> None:
    answer = house.get('/en?station="><script>alert(1)</script>')
    assert "<script>alert" not in answer.text


def test_only_the_embedded_map_may_stand_in_frames_of_others(house: House) -> None:
    def ancestors(path: str) -> str:
        policy = house.get(path).headers["Content-Security-Policy"]
        return policy.split("frame-ancestors ")[1].split(";")[0]

    assert ancestors("/embed?lang=kk") == "*"
    assert {ancestors(path) for path in ("/", "/kk", "/kk/lite", "/kk/meaning", "/map.png")} == {
        "'self'"
    }
    assert house.get("/embed?lang=kk").headers["Content-Language"] == "kk"


def test_an_operator_says_who_may_embed() -> None:
    found = settings.read({}, embed="https://news.example https://a.example:8443")
    assert found.embed == "https://news.example https://a.example:8443"
    for wrong in ("*; script-src *", "news.example", "", "https://a.example,https://b.example"):
        with pytest.raises(settings.SettingError, match="EMBED"):
            settings.read({}, embed=wrong)
