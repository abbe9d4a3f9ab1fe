"""CPU time of one 256 px tile, from values to PNG, beside the peers' ways, in one run.

    python -m benchmarks.tiles_render

The field is smooth with noise and a fifth of unknown cells; twelve classes, as the dose layer has.
Figures of one run compare, those of two do not.
"""

import io
import statistics
import time
import warnings
from collections.abc import Callable

import mapbox_vector_tile
import numpy as np
import shapely
from PIL import Image
from rasterio.errors import NotGeoreferencedWarning
from rasterio.io import MemoryFile
from scipy.ndimage import gaussian_filter

from layers.geo import Window, mercator
from layers.model import Features, Palette, Raster, StyleDefinition
from layers.render import draw, mvt, png, ramp, surface, webp

ROUNDS = 7
SIZE_PX = 256
DOSE = (
    "#E6F1F1", "#CBE4E8", "#B4D8E4", "#9FCCE2", "#8CBEE2", "#F18F63",
    "#E86F55", "#D64D54", "#B8315D", "#8D1E63", "#5F185A", "#321040",
)  # fmt: skip
STYLE = StyleDefinition(
    "mean",
    palette=Palette("dose", DOSE),
    breaks=(60, 80, 100, 120, 140, 160, 180, 200, 220, 240, 260),
)
COLOURS = ramp.colours(STYLE)


def field(generator: np.random.Generator) -> np.ndarray:
    """Return 258 x 258 values with a margin of one, a fifth unknown."""
    smooth = gaussian_filter(generator.normal(size=(258, 258)), 24)
    value = 160 + 60 * smooth / smooth.std() + generator.normal(0, 2, (258, 258))
    value[smooth < np.quantile(smooth, 0.2)] = np.nan
    return value.astype(np.float32)


def ours(value: np.ndarray) -> bytes:
    """Classes by comparison, paletted PNG by own chunks."""
    return png.indexed(surface.classes(Raster({"value": value}, 1), STYLE, SIZE_PX), COLOURS)


def ours_webp(value: np.ndarray) -> bytes:
    """The same as WebP without loss."""
    return webp.indexed(surface.classes(Raster({"value": value}, 1), STYLE, SIZE_PX), COLOURS)


def digitized(value: np.ndarray) -> np.ndarray:
    """Classes as numpy's own function finds them."""
    inner = value[1:-1, 1:-1]
    found = np.digitize(inner, STYLE.breaks) + 1
    found[np.isnan(inner)] = 0
    return found.astype(np.uint8)


def gdal(value: np.ndarray) -> bytes:
    """What servers on GDAL do: RGBA through its PNG driver at level 1."""
    rgba = np.moveaxis(COLOURS[digitized(value)], 2, 0)
    with MemoryFile() as memory:
        profile = {"driver": "PNG", "width": SIZE_PX, "height": SIZE_PX, "count": 4, "zlevel": 1}
        with memory.open(dtype="uint8", **profile) as dataset:
            dataset.write(rgba)
        return bytes(memory.getbuffer())


def pillow(value: np.ndarray) -> bytes:
    """A paletted PNG through Pillow at level 1."""
    image = Image.fromarray(digitized(value))
    image.putpalette(COLOURS.tobytes(), "RGBA")
    stream = io.BytesIO()
    image.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Return the mean CPU milliseconds of a call."""
    begin = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begin) / times * 1000


def compared(ways: dict[str, Callable[[], bytes]], times: int) -> None:
    """Print the median of interleaved rounds of each way, and its ratio to the first."""
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for work in ways.values():
        work()
    for _ in range(ROUNDS):
        for name, work in ways.items():
            taken[name].append(cpu_ms(work, times))
    medians = {name: statistics.median(each) for name, each in taken.items()}
    first = next(iter(medians.values()))
    for name, work in ways.items():
        print(
            f"{name:42} {medians[name]:8.3f} ms  {medians[name] / first:6.1f} x  {len(work()):7} B"
        )


def stations(count: int, generator: np.random.Generator) -> Features:
    """Return stations spread over both states."""
    x, y = mercator(generator.uniform(46, 88, count), generator.uniform(37, 56, count))
    value = generator.uniform(40, 260, count).round(1).tolist()
    return Features(
        np.asarray(shapely.points(x, y), dtype=object),
        [f"KZ-{i}" for i in range(count)],
        {
            "value": value,
            "label": [f"{v / 1000:.2f}" for v in value],
            "mark": ["normal"] * count,
            "name": [f"Station {i}" for i in range(count)],
        },
    )


def zones(count: int, generator: np.random.Generator) -> Features:
    """Return star-shaped polygons of sixty corners."""
    angle = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    shapes = np.empty(count, dtype=object)
    for i in range(count):
        radius = generator.uniform(0.2, 1.0) * generator.uniform(0.8, 1.0, 60)
        lon, lat = generator.uniform((46, 37), (88, 56))
        ring = np.column_stack(mercator(lon + radius * np.cos(angle), lat + radius * np.sin(angle)))
        shapes[i] = shapely.Polygon(ring)
    msk = generator.integers(6, 10, count).tolist()
    return Features(shapes, [str(i) for i in range(count)], {"msk": msk})


def foreign(features: Features, box: tuple[float, float, float, float]) -> bytes:
    """The same points through the encoder that tests decode with."""
    listed = [
        {
            "geometry": geometry,
            "properties": {name: column[i] for name, column in features.properties.items()},
            "id": i,
        }
        for i, geometry in enumerate(features.geometry)
    ]
    layer = {"name": "layer", "features": listed}
    encoded: bytes = mapbox_vector_tile.encode([layer], default_options={"quantize_bounds": box})
    return encoded


def main() -> None:
    """Print the tables."""
    warnings.simplefilter("ignore", NotGeoreferencedWarning)
    generator = np.random.default_rng(20261123)
    value = field(generator)
    with Image.open(io.BytesIO(ours(value))) as a, Image.open(io.BytesIO(gdal(value))) as b:
        if (np.asarray(a.convert("RGBA")) != np.asarray(b.convert("RGBA"))).any():
            raise SystemExit("the pictures differ: nothing to compare")
    print("values to picture, 256 px, 12 classes")
    compared(
        {
            "own: compare, 4-bit PNG, isal 1": lambda: ours(value),
            "Pillow: digitize, 8-bit PNG, level 1": lambda: pillow(value),
            "GDAL: digitize, RGBA PNG, zlevel 1": lambda: gdal(value),
            "own: compare, WebP without loss": lambda: ours_webp(value),
        },
        20,
    )
    print("\nvector tiles, z4 over the middle of both states")
    window = Window(4, 11, 5)
    points, polygons = stations(100_000, generator), zones(2_000, generator)
    for name, features in (("100,000 points", points), ("2,000 polygons", polygons)):
        compared({name: lambda features=features: mvt.encode(features, window, "layer")}, 1)
    west, south, east, north = Window(6, 44, 22).bounds_m
    x, y = shapely.get_coordinates(points.geometry).T
    near = np.flatnonzero((x > west) & (x < east) & (y > south) & (y < north))
    few = Features(
        points.geometry[near],
        [points.ids[i] for i in near],
        {name: [column[i] for i in near] for name, column in points.properties.items()},
    )
    print(f"\nvector tile, z6, {len(few):,} points")
    compared(
        {
            "own: columns": lambda: mvt.encode(few, Window(6, 44, 22), "layer"),
            "mapbox-vector-tile: features": lambda: foreign(few, (west, south, east, north)),
        },
        1,
    )
    print("\ndrawn tiles, z5, 100 stations, RGBA only")
    hundred = stations(100, generator)
    style = StyleDefinition("default", palette=STYLE.palette, breaks=STYLE.breaks, symbol="station")
    for size_px in (256, 512):
        place = Window(5, 22, 11, size_px)
        compared(
            {f"{size_px} px": lambda place=place: draw.picture(hundred, style, place).tobytes()}, 5
        )


if __name__ == "__main__":
    main()
