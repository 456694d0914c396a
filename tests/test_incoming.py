"""Of an image from outside, Pillow sees what its pixels are decoded from, and within bounds."""

import io
import struct
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from strangers import (
    as_bytes,
    burdened_images,
    encoded,
    endless_images,
    jpeg_of_many_scans,
    jpeg_with,
    png_that_says,
    segment,
    seven,
)

from mnist_cnn.page.incoming import MOST_SCANS, open_image, strip

TURNED = [
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.ROTATE_180,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_90,
    Image.Transpose.TRANSVERSE,
    Image.Transpose.ROTATE_270,
]


def exif(orientation: int, order: str = "<", n_before: int = 0) -> bytes:
    """Write EXIF that turns an image, after some other tags."""
    tags = b"".join(struct.pack(f"{order}HHII", 0x100, 4, 1, 9) for _ in range(n_before))
    tags += struct.pack(f"{order}HHIH2x", 0x0112, 3, 1, orientation)
    head = b"II*\0" if order == "<" else b"MM\0*"
    return b"Exif\0\0" + head + struct.pack(f"{order}IH", 8, n_before + 1) + tags + bytes(4)


def pixels(image: Image.Image) -> Any:
    return np.asarray(image.convert("L"))


@pytest.mark.parametrize("name", burdened_images())
def test_of_a_burdened_image_the_pixels_are_left(name: str) -> None:
    burdened = burdened_images()[name]
    plain = as_bytes(seven(), "PNG" if burdened.startswith(b"\x89PNG") else "JPEG")
    assert strip(burdened) == strip(plain)
    np.testing.assert_array_equal(
        pixels(open_image(encoded(burdened))), pixels(Image.open(io.BytesIO(plain)))
    )


@pytest.mark.parametrize("name", endless_images())
def test_an_image_in_endless_parts_is_refused_before_it_is_decoded(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "open", lambda *_, **__: pytest.fail("it is decoded"))
    with pytest.raises(gr.Error, match="drawing"):
        open_image(encoded(endless_images()[name]))


def test_of_a_png_only_what_is_pixels_is_left() -> None:
    bare, _ = strip(as_bytes(seven("P"), transparency=0, dpi=(90, 90)))
    kinds, start = [], 8
    while start < len(bare):
        length, kind = struct.unpack_from(">I4s", bare, start)
        kinds.append(kind)
        start += length + 12
    assert kinds == [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]


def test_a_jpeg_may_have_as_many_scans_as_honest_ones_have() -> None:
    assert open_image(encoded(jpeg_of_many_scans(MOST_SCANS - 12))).size == (1024, 1024)
    with pytest.raises(gr.Error, match="scans"):
        open_image(encoded(jpeg_of_many_scans(MOST_SCANS)))


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_every_mode_is_decoded_as_by_pillow_alone(mode: str) -> None:
    file = as_bytes(seven(mode))
    opened, alone = open_image(encoded(file)), Image.open(io.BytesIO(file))
    assert opened.mode == alone.mode
    np.testing.assert_array_equal(np.asarray(opened), np.asarray(alone))


@pytest.mark.parametrize("transparency", [0, bytes([0, 128, 255, 255])], ids=["one", "each"])
def test_what_a_palette_makes_transparent_is(transparency: Any) -> None:
    file = as_bytes(seven("P"), transparency=transparency)
    alone = Image.open(io.BytesIO(file)).convert("RGBA")
    np.testing.assert_array_equal(np.asarray(open_image(encoded(file))), np.asarray(alone))


@pytest.mark.parametrize("mode", ["L", "RGB", "CMYK"])
@pytest.mark.parametrize("progressive", [False, True])
def test_a_jpeg_of_every_mode_is_decoded_as_by_pillow_alone(mode: str, progressive: bool) -> None:
    file = as_bytes(seven(mode), "JPEG", progressive=progressive)
    alone = Image.open(io.BytesIO(file))
    np.testing.assert_array_equal(np.asarray(open_image(encoded(file))), np.asarray(alone))


def test_colors_that_are_stored_as_they_are_stay() -> None:
    file = as_bytes(Image.new("RGB", (16, 16), (200, 30, 90)), "JPEG", keep_rgb=True, quality=95)
    assert np.abs(np.asarray(open_image(encoded(file)), int) - (200, 30, 90)).max() <= 2


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_photo_is_turned_upright(order: str, orientation: int) -> None:
    turned = seven().transpose(TURNED[orientation - 2])
    whole = as_bytes(turned, "JPEG", quality=95)
    file = whole[:2] + segment(0xFFE1, exif(orientation, order)) + whole[2:]
    difference = pixels(open_image(encoded(file))).astype(int) - pixels(seven())
    assert np.abs(difference).mean() < 4


@pytest.mark.parametrize(
    "data",
    [exif(0), exif(9), exif(65535), exif(6, n_before=64), b"Exif\0\0", exif(6)[:20], exif(6)[:9]],
    ids=["0", "9", "65535", "after 64 others", "empty", "cut off", "without a directory"],
)
def test_an_orientation_that_is_none_leaves_a_photo_as_it_is(data: bytes) -> None:
    file = jpeg_with(segment(0xFFE1, data))
    np.testing.assert_array_equal(
        pixels(open_image(encoded(file))), pixels(open_image(encoded(jpeg_with())))
    )


def test_a_small_file_of_a_large_image_is_refused_by_what_it_says() -> None:
    with pytest.raises(gr.Error, match="at most 1024 a side"):
        open_image(encoded(png_that_says(2000, 20)))
