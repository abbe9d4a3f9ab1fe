"""What runs the suites is tried with suites of our own, and what judges them with bad results."""

import io
import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import numpy as np
import pyogrio.raw
import pytest
import shapely
from PIL import Image

from layers.catalog import read
from mapserver.documents import assets
from tests import schemas
from tests.conformance.cite import bluelake, running
from tests.conformance.cite.results import Outcome, objections, of_ctl, of_testng
from tests.conformance.cite.suites import SUITES, Subject, Suite
from tests.servers import Server

TESTNG = b"""<?xml version="1.0"?>
<testng-results skipped="1" failed="1" passed="2"><suite name="s"><test name="t">
 <class name="org.example.LandingPage">
  <test-method status="PASS" name="prepares" is-config="true"/>
  <test-method status="PASS" name="answers"/>
  <test-method status="PASS" name="links"/>
  <test-method status="FAIL" name="validates"><exception class="E"><message>
   <![CDATA[ no  schema ]]></message></exception></test-method>
 </class>
 <class name="org.example.Items">
  <test-method status="FAIL" name="finds" is-config="true"><exception><message>none</message>
  </exception></test-method>
  <test-method status="FAIL" name="asked" is-config="true"><exception><message>
   Conformance level 2 will not be checked since ics = 1</message></exception></test-method>
  <test-method status="SKIP" name="pages"><exception><message>nothing to page</message></exception>
  </test-method>
 </class></test></suite></testng-results>"""
CTL = b"""<execution>
 <log><starttest local-name="main" path="1"/><log><starttest local-name="basic" path="1/2"/>
  <message>m</message><endtest result="1"/></log><endtest result="5"/></log>
 <log><starttest local-name="time" path="1/3"/><message>no layer</message>
  <endtest result="3"/></log>
 <log><starttest local-name="raster" path="1/4"/><message>wrong colour</message>
  <endtest result="6"/></log>
 <log><starttest local-name="unended" path="1/5"/></log>
</execution>"""


def test_results_of_testng_are_counted_without_what_prepares() -> None:
    found = of_testng(TESTNG)
    assert found.passed == 2
    assert found.failed == {"LandingPage.validates": "no schema", "Items.finds": "none"}
    unasked = "Conformance level 2 will not be checked since ics = 1"
    assert found.skipped == {"Items.pages": "nothing to page", "Items.asked": unasked}
    assert str(found) == "2 passed, 2 failed, 2 skipped"


def test_results_of_ctl_are_counted_by_their_test() -> None:
    found = of_ctl(CTL)
    assert found.passed == 1
    assert set(found.failed) == {"main", "raster"}
    assert found.failed["raster"] == "wrong colour"
    assert found.skipped == {"time": "no layer"}


def test_nothing_new_nothing_gone_and_nothing_unexplained_may_stand() -> None:
    fine = Outcome(3, {"a": "x"}, {"b": "because", "c": ""})
    known = {
        "floor": 3,
        "failed": [{"name": "a", "issue": "i"}],
        "skipped": [{"name": "c", "reason": "r"}],
    }
    assert list(objections(fine, known)) == []
    for outcome, said in (
        (Outcome(2, fine.failed, fine.skipped), "at least 3"),
        (Outcome(3, {"a": "x", "new": "y"}, {}), "new failed: y"),
        (Outcome(3, {}, {}), "did not fail: take it out"),
        (Outcome(3, fine.failed, {"d": ""}), "without a reason"),
    ):
        (told,) = objections(outcome, known)
        assert said in told
    assert list(objections(Outcome(), {})) == ["0 tests passed; at least 1 were expected"]


def test_the_newest_jar_of_a_folder_is_taken(tmp_path: Path) -> None:
    suite = SUITES[0]
    assert suite.jar(tmp_path) is None
    for version in ("1.9", "1.10", "1.8"):
        (tmp_path / f"{suite.id}-{version}-aio.jar").touch()
    (tmp_path / f"{suite.id}-2.0.jar").touch()
    found = suite.jar(tmp_path)
    assert found is not None
    assert found.name == f"{suite.id}-1.10-aio.jar"


@pytest.mark.conformance
def test_each_suite_is_told_words_that_java_can_read(server: Server, tmp_path: Path) -> None:
    for suite in SUITES:
        if server.get(suite.needs)[0] == 200:
            told = suite.told(Subject(server, tmp_path))
            assert told
            assert all(isinstance(value, str) and value for value in told.values())


STAND_IN = """
package org.opengis.cite.wms13;
import java.io.*; import java.net.*; import java.nio.file.*; import java.util.*;
public class CtlController {
  public static void main(String[] words) throws Exception {
    boolean ctl = words.length == 1;
    String file = ctl ? words[0] : words[Arrays.asList(words).indexOf("-h") + 1];
    Properties told = new Properties();
    var reading = javax.xml.parsers.DocumentBuilderFactory.newInstance();
    reading.setFeature("http://apache.org/xml/features/disallow-doctype-decl", ctl);
    reading.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
    var entries = reading.newDocumentBuilder().parse(new File(file)).getElementsByTagName("entry");
    for (int i = 0; i < entries.getLength(); i++) {
      var entry = (org.w3c.dom.Element) entries.item(i);
      told.setProperty(entry.getAttribute("key"), entry.getTextContent());
    }
    String iut = told.getProperty(ctl ? "capabilities-url" : "iut");
    HttpURLConnection asked = (HttpURLConnection) new URL(iut).openConnection();
    boolean good = asked.getResponseCode() == 200;
    Path out = Paths.get(ctl ? System.getProperty("java.io.tmpdir")
      : words[Arrays.asList(words).indexOf("-o") + 1] + "/testng").resolve("a-uuid");
    Files.createDirectories(out);
    boolean unpacked = CtlController.class.getResource("CtlController.class").getProtocol()
      .equals("file");
    String found = ctl
      ? "<execution><log><starttest local-name='asks'/><endtest result='" + (good ? 1 : 6)
        + "'/></log><log><starttest local-name='unpacked'/><endtest result='"
        + (unpacked ? 1 : 6) + "'/></log><log><starttest local-name='schema'/><endtest result='"
        + schema() + "'/></log></execution>"
      : "<testng-results><class name='x.It'><test-method name='asks' status='"
        + (good ? "PASS" : "FAIL") + "'/></class></testng-results>";
    Files.writeString(out.resolve(ctl ? "report_logs.xml" : "testng-results.xml"), found);
  }
  static int schema() {
    String there = "http://schemas.opengis.net/wms/1.3.0/exceptions_1_3_0.xsd";
    try (InputStream in = new URL(there).openStream()) {
      return new String(in.readAllBytes()).contains("ServiceException") ? 1 : 6;
    } catch (IOException reason) { return 3; }
  }
}
"""


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A jar that is started, told and read as the suites are; it asks one thing."""
    if shutil.which("javac") is None:
        pytest.skip("no Java compiler is installed")
    folder = tmp_path_factory.mktemp("java")
    source = folder / "CtlController.java"
    source.write_text(STAND_IN)
    subprocess.run(["javac", "-d", str(folder), str(source)], check=True, timeout=120)
    jar = folder / "ets-wms13-0.1-aio.jar"
    with zipfile.ZipFile(jar, "w") as archive:
        main = "org.opengis.cite.wms13.CtlController"
        archive.writestr("META-INF/MANIFEST.MF", f"Manifest-Version: 1.0\nMain-Class: {main}\n\n")
        place = main.replace(".", "/") + ".class"
        archive.write(folder / place, place)
    return jar


def suite(name: str) -> Suite:
    return next(each for each in SUITES if each.id == name)


@pytest.mark.conformance
def test_a_suite_of_testng_is_started_told_and_read(
    stand_in: Path, server: Server, tmp_path: Path
) -> None:
    for path, passed in (("/healthz", 1), ("/nowhere?a=1&b=2", 0)):
        folder = tmp_path / str(passed)
        folder.mkdir()
        told = {"iut": server.url + path}
        found = running.run(suite("ets-ogcapi-features10"), stand_in, told, folder)
        assert (found.passed, len(found.failed)) == (passed, 1 - passed)


@pytest.mark.conformance
def test_a_suite_of_ctl_is_unpacked_told_and_finds_the_schemas_offline(
    stand_in: Path, server: Server, tmp_path: Path
) -> None:
    told = suite("ets-wms13").told(Subject(server, tmp_path))
    found = running.run(suite("ets-wms13"), stand_in, told, tmp_path)
    assert found.failed == {}
    if schemas.SCHEMAS.is_dir():
        assert found.passed == 3


@pytest.mark.conformance
def test_a_suite_without_results_is_a_failure_with_its_own_words(
    server: Server, tmp_path: Path
) -> None:
    jar = tmp_path / "broken.jar"
    jar.write_text("no jar")
    with pytest.raises(running.SuiteError, match=r"no testng-results\.xml"):
        running.run(suite("ets-geotiff11"), jar, {"iut": "x"}, tmp_path)


@pytest.fixture
def lakes(tmp_path: Path) -> Path:
    """Shapefiles with the names of Blue Lake, and shapes of the kinds they have."""
    folder = tmp_path / "jar" / "data" / "shapefile"
    folder.mkdir(parents=True)
    shapes = {
        "Bridges": shapely.Point(0.0002, 0.0007),
        "NamedPlaces": shapely.box(0, 0, 0.001, 0.001),
        "Streams": shapely.LineString([(0, 0), (0.001, 0.002)]),
        "RoadSegments": shapely.LineString([(0, 0), (0.002, 0.002)]),
        "DividedRoutes": shapely.LineString([(-0.003, 0), (0.002, 0.002)]),
    }
    for name in bluelake.LAYERS:
        shape = shapes.get(name, shapely.box(0.0006, -0.0018, 0.0031, -0.0001))
        pyogrio.raw.write(
            folder / f"{name}.shp",
            geometry=np.array([shapely.to_wkb(shape)], object),
            field_data=[np.array(["101"], object), np.array(["Blue"], object)],
            fields=["FID", "NAME"],
            geometry_type=shape.geom_type,
            crs="EPSG:4326",
        )
    return tmp_path / "jar"


def test_blue_lake_is_a_catalogue_of_ours(lakes: Path, tmp_path: Path) -> None:
    found = read(bluelake.catalogue(lakes, tmp_path), assets.read().palettes)
    assert [layer.wms_name for layer in found.layers] == [f"cite:{n}" for n in bluelake.LAYERS]
    symbols = {layer.id: layer.styles[0].symbol for layer in found.layers}
    assert (symbols["bridges"], symbols["divided-routes"], symbols["lakes"]) == (
        "point", "line", "fill"
    )  # fmt: skip
    document = json.loads((tmp_path / "data/incoming/lakes.geojson").read_text())
    assert document["features"][0]["properties"] == {"FID": "101", "NAME": "Blue"}


def test_a_jar_without_the_data_says_what_is_missing(lakes: Path, tmp_path: Path) -> None:
    next(lakes.rglob("Lakes.shp")).unlink()
    with pytest.raises(bluelake.NoDataError, match="no shapefile of Lakes"):
        bluelake.catalogue(lakes, tmp_path)


@pytest.mark.conformance
def test_the_server_shows_blue_lake_under_the_names_of_the_suite(
    lakes: Path, tmp_path: Path
) -> None:
    with bluelake.serving_blue_lake(lakes, tmp_path) as server:
        told = server.get("/wms?SERVICE=WMS&REQUEST=GetCapabilities")[2].decode()
        for name in bluelake.LAYERS:
            assert f"<Name>cite:{name}</Name>" in told
        words = "VERSION=1.3.0&REQUEST=GetMap&CRS=CRS:84&BBOX=0.0006,-0.0018,0.0031,-0.0001"
        words += "&WIDTH=250&HEIGHT=170&FORMAT=image/png&LAYERS=cite:Lakes&STYLES="
        status, headers, body = server.get(f"/wms?{words}")
        assert (status, headers["Content-Type"]) == (200, "image/png"), body
        picture = np.asarray(Image.open(io.BytesIO(body)).convert("RGB"))
        assert (picture[85, 125] != 255).any()
        told = server.get(
            f"/wms?{words}&QUERY_LAYERS=cite:Lakes&I=125&J=85&INFO_FORMAT=text/plain".replace(
                "GetMap", "GetFeatureInfo"
            )
        )[2].decode()
        assert "101" in told
