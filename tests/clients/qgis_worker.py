"""QGIS at work, under the Python it was built for: a line of JSON in, a line of JSON out.

It runs by itself (``python3 qgis_worker.py``), because PyQGIS lives outside of the environment of
the tests. What it is asked for is what a person does: open a layer, look at it, click on it.
"""

import json
import os
import sys
from typing import Any

from qgis import core
from qgis.PyQt import QtCore

APP = core.QgsApplication([], False)
"""Without windows."""


def opened(asked: dict[str, Any]) -> Any:
    kinds = {"wms": core.QgsRasterLayer, "gdal": core.QgsRasterLayer}
    if asked["provider"] == "vectortile":
        layer = core.QgsVectorTileLayer(asked["uri"], "layer")
    else:
        make = kinds.get(asked["provider"], core.QgsVectorLayer)
        layer = make(asked["uri"], "layer", asked["provider"])
    if not layer.isValid():
        # Asking an empty error for its summary ends the process.
        error = layer.error()
        raise ValueError(error.summary() if not error.isEmpty() else "the layer is not valid")
    return layer


def picture(asked: dict[str, Any]) -> str:
    """Draw a layer as the map window does; give the PNG in base 64."""
    layer = opened(asked)
    settings = core.QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(core.QgsCoordinateReferenceSystem(asked["crs"]))
    settings.setExtent(core.QgsRectangle(*asked["box"]))
    settings.setOutputSize(QtCore.QSize(*asked["size"]))
    settings.setBackgroundColor(QtCore.Qt.transparent)
    if "time" in asked:
        begin = QtCore.QDateTime.fromString(asked["time"], QtCore.Qt.ISODate)
        settings.setIsTemporal(True)
        settings.setTemporalRange(core.QgsDateTimeRange(begin, begin.addSecs(3_600), True, False))
        layer.temporalProperties().setIsActive(True)
    job = core.QgsMapRendererSequentialJob(settings)
    wait = QtCore.QEventLoop()
    job.finished.connect(wait.quit)
    job.start()
    wait.exec_()
    if job.errors():
        raise ValueError("; ".join(error.message for error in job.errors()))
    return _png(job.renderedImage())


def _png(image: Any) -> str:
    data = QtCore.QByteArray()
    buffer = QtCore.QBuffer(data)
    buffer.open(QtCore.QIODevice.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.toBase64()).decode()


def click(asked: dict[str, Any]) -> list[Any]:
    """Identify what lies at a point; give texts, or attributes of features."""
    layer = opened(asked)
    forms = {
        "text": core.QgsRaster.IdentifyFormatText,
        "html": core.QgsRaster.IdentifyFormatHtml,
        "feature": core.QgsRaster.IdentifyFormatFeature,
    }
    box = core.QgsRectangle(*asked["box"])
    place = core.QgsPointXY(*asked["point"])
    found = layer.dataProvider().identify(place, forms[asked["form"]], box, *asked["size"])
    if not found.isValid():
        raise ValueError(found.error().summary())
    said: list[Any] = []
    for value in found.results().values():
        if isinstance(value, list):
            for store in value:
                said += [_attributes(each) for each in store.features()]
        else:
            said.append(value)
    return said


def _attributes(feature: Any) -> dict[str, Any]:
    names = [field.name() for field in feature.fields()]
    return {name: _plain(feature[name]) for name in names}


def _plain(value: Any) -> Any:
    return value if isinstance(value, (str, int, float, bool, type(None))) else str(value)


def legend(asked: dict[str, Any]) -> str:
    """Fetch the legend of a layer as the layer tree does."""
    layer = opened(asked)
    fetcher = layer.dataProvider().getLegendGraphicFetcher(core.QgsMapSettings())
    wait, got = QtCore.QEventLoop(), []
    fetcher.finish.connect(lambda image: (got.append(image), wait.quit()))
    fetcher.error.connect(lambda text: (got.append(text), wait.quit()))
    fetcher.start()
    wait.exec_()
    if isinstance(got[0], str):
        raise ValueError(got[0])
    return _png(got[0])


def about(asked: dict[str, Any]) -> dict[str, Any]:
    """Say what the window of a layer's properties shows."""
    layer = opened(asked)
    box = layer.extent()
    said = {
        "crs": layer.crs().authid(),
        "box": [box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()],
        "html": layer.htmlMetadata(),
    }
    if hasattr(layer, "bandCount"):
        said["bands"] = layer.bandCount()
        said["time"] = layer.dataProvider().temporalCapabilities().hasTemporalCapabilities()
    return said


def features(asked: dict[str, Any]) -> list[dict[str, Any]]:
    """Read every feature: its attributes and its geometry as WKT."""
    layer = opened(asked)
    request = core.QgsFeatureRequest()
    if "box" in asked:
        request.setFilterRect(core.QgsRectangle(*asked["box"]))
    if "where" in asked and not layer.setSubsetString(asked["where"]):
        raise ValueError(f"the filter is not taken: {asked['where']}")
    return [
        {**_attributes(each), "wkt": each.geometry().asWkt(9)}
        for each in layer.getFeatures(request)
    ]


def sample(asked: dict[str, Any]) -> list[float]:
    """Read every band of a raster at a point."""
    layer = opened(asked)
    place = core.QgsPointXY(*asked["point"])
    values = [layer.dataProvider().sample(place, n + 1) for n in range(layer.bandCount())]
    return [value if known else None for value, known in values]


def rules(asked: dict[str, Any]) -> list[list[str]]:
    """Say what the style of a layer tells apart: label and colour of each of its rules."""
    layer = opened(asked)  # its rules are gone with it
    found = layer.renderer().rootRule().children()
    return [[rule.label(), rule.symbol().color().name()] for rule in found]


DO = {act.__name__: act for act in (picture, click, legend, about, features, sample, rules)}


def main() -> None:
    APP.initQgis()
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what QGIS itself prints is no answer
    print(json.dumps({"version": core.Qgis.QGIS_VERSION}), file=answers)
    for line in sys.stdin:
        asked = json.loads(line)
        try:
            answer = {"ok": DO[asked["do"]](asked)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers)
    os._exit(0)  # QGIS may fall over its own feet on the way out


if __name__ == "__main__":
    main()
