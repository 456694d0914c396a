"""Ink is found on photographed paper."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import bounding_box

STROKE = [(300, 150), (300, 450)]  # columns and rows, as Pillow draws


def sheet(ruling: int | None = None, ink: int | None = 40) -> NDArray[np.float64]:
    """Return a grey sheet (600, 600) with an upright stroke, perhaps on ruled lines."""
    image = Image.new("L", (600, 600), 230)
    pen = ImageDraw.Draw(image)
    if ruling is not None:
        for row in range(30, 600, 60):
            pen.line([(0, row), (600, row)], fill=ruling, width=3)
    if ink is not None:
        pen.line(STROKE, fill=ink, width=20)
    return np.asarray(image, np.float64)


def ink_box(pixels: NDArray[np.float64]) -> tuple[int, int, int, int]:
    box = bounding_box(photo_to_ink(Image.fromarray(pixels.clip(0, 255).astype(np.uint8))))
    assert box is not None
    return box


def assert_is_the_stroke(box: tuple[int, int, int, int]) -> None:
    np.testing.assert_allclose(box, (150, 450, 290, 310), atol=8)


def test_ink_on_plain_paper_is_found() -> None:
    assert_is_the_stroke(ink_box(sheet()))


def test_a_gradient_of_light_does_not_matter() -> None:
    assert_is_the_stroke(ink_box(sheet() * np.linspace(1, 0.4, 600)))


def test_the_edge_of_a_shadow_is_not_ink() -> None:
    shadow = np.where(np.arange(600) < 400, 1, 0.65)
    assert_is_the_stroke(ink_box(sheet() * shadow))


@pytest.mark.parametrize("ruling", [190, 60])
def test_rulings_pale_or_dark_are_not_ink(ruling: int) -> None:
    assert_is_the_stroke(ink_box(sheet(ruling)))


def test_noise_is_not_ink() -> None:
    noise = np.random.default_rng(0).normal(0, 6, (600, 600))
    assert_is_the_stroke(ink_box(sheet() + noise))


@pytest.mark.parametrize(("tall", "inked"), [(300, 2), (40, 1)])
def test_what_touches_the_edge_is_ink_where_it_is_as_tall_as_what_does_not(
    tall: int, inked: int
) -> None:
    pixels = sheet()
    pixels[300 - tall // 2 : 300 + tall // 2, :20] = 40
    ink = photo_to_ink(Image.fromarray(pixels.astype(np.uint8)))
    assert ndimage.label(ink > 128)[1] == inked


def test_an_empty_sheet_has_no_ink() -> None:
    pixels = sheet(ruling=None, ink=None)
    assert not photo_to_ink(Image.fromarray(pixels.astype(np.uint8))).any()


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (4000, 30)])
def test_any_size_is_taken(size: tuple[int, int]) -> None:
    assert max(photo_to_ink(Image.new("RGBA", size, (9, 9, 9, 99))).shape) <= 640
