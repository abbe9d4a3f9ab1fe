import io
import zlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from layers.render import png, webp


def decoded(body):
    with Image.open(io.BytesIO(body)) as image:
        image.load()
        return image.mode, np.asarray(image.convert("RGBA"))


def colours(count, seed=0):
    table = np.random.default_rng(seed).integers(0, 256, (count, 4), np.uint8)
    table[0] = 0
    table[1:, 3] = 255
    return table


@given(
    st.integers(1, 256),
    st.integers(1, 9),
    st.integers(1, 9),
    st.integers(0, 2**32 - 1),
)
def test_a_paletted_png_decodes_to_the_colours_of_its_classes(count, height, width, seed):
    table = colours(count, seed)
    classes = np.random.default_rng(seed).integers(0, count, (height, width)).astype(np.uint8)
    mode, pixels = decoded(png.indexed(classes, table))
    assert mode == "P"
    np.testing.assert_array_equal(pixels, table[classes])


def test_fifteen_classes_and_unknown_take_four_bits_and_sixteen_take_eight():
    classes = np.zeros((2, 2), np.uint8)
    depth = slice(24, 25)
    assert png.indexed(classes, colours(16))[depth] == b"\x04"
    assert png.indexed(classes, colours(17))[depth] == b"\x08"


def test_every_chunk_carries_its_checksum():
    body = png.indexed(np.eye(4, dtype=np.uint8), colours(3))
    at, names = 8, []
    while at < len(body):
        size = int.from_bytes(body[at : at + 4])
        block = body[at + 4 : at + 8 + size]
        names.append(block[:4])
        assert int.from_bytes(body[at + 8 + size : at + 12 + size]) == zlib.crc32(block)
        at += 12 + size
    assert names == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]


def pictures():
    generator = np.random.default_rng(5)
    noise = generator.integers(0, 256, (33, 20, 4), np.uint8)
    opaque = noise.copy()
    opaque[:, :, 3] = 255
    return {"noise": (noise, "RGBA"), "opaque": (opaque, "RGB")}


@pytest.mark.parametrize("name", ["noise", "opaque"])
def test_a_truecolour_png_gives_back_every_byte(name):
    rgba, expected = pictures()[name]
    mode, pixels = decoded(png.picture(rgba))
    assert mode == expected
    np.testing.assert_array_equal(pixels, rgba)


@pytest.mark.parametrize("name", ["noise", "opaque"])
def test_webp_gives_back_every_byte(name):
    rgba, _ = pictures()[name]
    _, pixels = decoded(webp.picture(rgba))
    np.testing.assert_array_equal(pixels, rgba)


@pytest.mark.parametrize("form", [png, webp])
@pytest.mark.parametrize("size_px", [256, 512])
def test_the_empty_tile_is_transparent_small_and_made_once(form, size_px):
    _, pixels = decoded(form.empty(size_px))
    assert pixels.shape == (size_px, size_px, 4)
    assert not pixels.any()
    assert len(form.empty(size_px)) < 600
    assert form.empty(size_px) is form.empty(size_px)
