"""What the server itself draws of a box, and whether a client shows the same."""

import base64
import io
from typing import Any

import numpy as np
from PIL import Image

from tests.clients.worlds import World


def pixels(body: bytes) -> np.ndarray:
    """RGBA of an encoded picture, shape (height, width, 4)."""
    return np.asarray(Image.open(io.BytesIO(body)).convert("RGBA"))


def rgba(text: str) -> np.ndarray:
    """The same of a picture in base 64, as it comes out of QGIS or of a page."""
    return pixels(base64.b64decode(text.removeprefix("data:image/png;base64,")))


def own(world: World, **words: str) -> np.ndarray:
    """A map without any client: the region at 20 pixels a degree, unless it is said otherwise."""
    given = {
        "VERSION": "1.3.0", "REQUEST": "GetMap", "LAYERS": "dose-rate", "STYLES": "",
        "CRS": "CRS:84", "BBOX": "60,40,80,50", "WIDTH": "400", "HEIGHT": "200",
        "FORMAT": "image/png", "TRANSPARENT": "TRUE", **words,
    }  # fmt: skip
    path = "/wms?" + "&".join(f"{key}={value}" for key, value in given.items())
    return pixels(world.get(path)[2])


def alike(found: np.ndarray, expected: np.ndarray, share: float = 1.0) -> None:
    """Two pictures have the same colours, to a step of rounding, in a share of their pixels."""
    assert found.shape == expected.shape
    assert (expected[..., 3] > 0).mean() > 0.5
    near = (np.abs(found.astype(int) - expected.astype(int)) <= 3).all(axis=-1)
    assert near.mean() >= share, near.mean()


def surface(point: Any) -> Any:
    """What ``/api/v1/point`` says of the dose rate."""
    return next(each for each in point["layers"] if each["layer"] == "dose-rate")


FINE = ",".join(str(n) for n in range(80, 190, 10))
"""Classes that are fine enough for two hours to differ."""
