"""Drawings come back as MNIST would have had them."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_cnn.data import load_mnist
from mnist_cnn.preprocess import (
    bounding_box,
    center,
    center_of_mass,
    extract_ink,
    preprocess,
    scale_to_box,
    to_tensor,
)

ONE_LEVEL = 1.01 / 255
TWO_LEVELS = 2.01 / 255
CANVAS = 200

Ink = NDArray[np.uint8]
Tensor = NDArray[np.float32]


@pytest.fixture(scope="module")
def mnist_digits() -> Ink:
    _, (x_test, _) = load_mnist()
    return x_test


def crisp_seven() -> Ink:
    """Ink of a 7, only 0 and 255, 70 rows by 50 columns, that touches all four sides."""
    image = Image.new("L", (50, 70), 0)
    ImageDraw.Draw(image).polygon(
        [(0, 0), (49, 0), (49, 9), (24, 69), (13, 69), (36, 9), (0, 9)], 255
    )
    return np.asarray(image)


def soft_seven() -> Ink:
    """Ink of the 7 with anti-aliased edges, in the middle of a canvas of 120 by 120.

    No level is near the share of the darkest ink that sets the size: rounding on coloured
    paper would move such a pixel to the other side of it.
    """
    large = Image.new("L", (480, 480), 0)
    ImageDraw.Draw(large).line([(140, 100), (330, 100), (210, 390)], 255, 34, "curve")
    ink = np.asarray(large.reduce(4))
    return np.where(ink < 32, 0, ink).astype(np.uint8)


def on_canvas(ink: Ink, top: int = 60, left: int = 60, size: int = CANVAS) -> Ink:
    """Paste ink on a white square canvas."""
    canvas = np.full((size, size), 255, np.uint8)
    canvas[top : top + ink.shape[0], left : left + ink.shape[1]] = 255 - ink
    return canvas


def paint(ink: Ink, brush: tuple[int, int, int], paper: tuple[int, int, int]) -> Ink:
    """Paint with an opaque brush on opaque paper: (H, W, 3)."""
    share = ink[..., np.newaxis] / 255
    return np.rint(np.array(paper) * (1 - share) + np.array(brush) * share).astype(np.uint8)


def layer(ink: Ink, brush: tuple[int, int, int]) -> Ink:
    """Paint on a transparent layer: (H, W, 4)."""
    colour = np.broadcast_to(np.array(brush, np.uint8), (*ink.shape, 3))
    return np.dstack([colour, ink])


def tensor_of(canvas: Image.Image | Ink) -> Tensor:
    """Preprocess a canvas that has a drawing on it."""
    tensor = preprocess(canvas)
    assert tensor is not None
    return tensor


def extent(tensor: Tensor, above: float = 0) -> tuple[int, int]:
    """Height and width of what is inked more strongly than a level."""
    box = bounding_box(np.where(tensor[..., 0] > above, 255, 0).astype(np.uint8))
    assert box is not None
    return box.bottom - box.top, box.right - box.left


def assert_defined(tensor: Tensor | None) -> None:
    """Check what holds for the result of any canvas with a drawing on it."""
    assert tensor is not None
    assert tensor.dtype == np.float32
    assert tensor.shape == (28, 28, 1)
    assert tensor.min() >= 0
    assert tensor.max() == 1


# MNIST's own images


def test_mnist_test_images_come_back_within_one_grey_level(mnist_digits: Ink) -> None:
    corners = np.random.default_rng(0).integers(0, CANVAS - 27, (len(mnist_digits), 2))
    n_returned = 0
    for ink, (top, left) in zip(mnist_digits, corners, strict=True):
        tensor = tensor_of(on_canvas(ink, top, left))
        n_returned += np.abs(tensor - to_tensor(ink)).max() <= ONE_LEVEL
    assert n_returned >= 9_990


def test_mnist_images_with_every_pixel_ten_times_as_large_come_back_the_same(
    mnist_digits: Ink,
) -> None:
    distances = [
        np.abs(tensor_of(255 - ink.repeat(10, 0).repeat(10, 1)) - to_tensor(ink)).max()
        for ink in mnist_digits[:300]
    ]
    assert np.median(distances) == 0


def test_smoothly_enlarged_mnist_images_come_back_close(mnist_digits: Ink) -> None:
    distances = []
    for ink in mnist_digits[:300]:
        enlarged = Image.fromarray(255 - ink).resize((280, 280), Image.Resampling.BICUBIC)
        distances.append(np.abs(tensor_of(enlarged) - to_tensor(ink)).mean())
    assert np.median(distances) < 8 / 255


# One drawing on many grounds


@pytest.mark.parametrize(
    "canvas",
    [
        pytest.param(255 - soft_seven(), id="black on white, grey"),
        pytest.param((255 - soft_seven())[..., np.newaxis], id="black on white, one channel"),
        pytest.param(soft_seven(), id="white on black"),
        pytest.param(paint(soft_seven(), (0, 0, 0), (232, 232, 232)), id="light grey paper"),
        pytest.param(paint(soft_seven(), (20, 20, 20), (250, 240, 215)), id="cream paper"),
        pytest.param(paint(soft_seven(), (255, 0, 0), (255, 255, 255)), id="red brush"),
        pytest.param(paint(soft_seven(), (255, 255, 0), (255, 255, 255)), id="yellow brush"),
        pytest.param(paint(soft_seven(), (0, 60, 200), (255, 255, 255)), id="blue brush"),
        pytest.param(paint(soft_seven(), (255, 220, 0), (0, 0, 0)), id="yellow on black"),
        pytest.param(layer(soft_seven(), (0, 0, 0)), id="black on transparent"),
        pytest.param(layer(soft_seven(), (255, 255, 255)), id="white on transparent"),
        pytest.param(layer(soft_seven(), (0, 160, 90)), id="green on transparent"),
    ],
)
def test_the_same_drawing_on_any_ground_gives_the_same_tensor(canvas: Ink) -> None:
    expected = to_tensor(center_scaled(soft_seven()))
    np.testing.assert_allclose(tensor_of(canvas), expected, atol=TWO_LEVELS)


def center_scaled(ink: Ink) -> Ink:
    """Go the public steps after the ink is known."""
    box = bounding_box(ink)
    assert box is not None
    return center(scale_to_box(ink, box))


def in_mode(grey: Ink, mode: str) -> Image.Image:
    """Convert a black and white canvas to a mode, along the way that Pillow has for it."""
    image = Image.fromarray(grey)
    if mode.startswith("I;16"):
        order = {"I;16B": ">", "I;16N": "="}.get(mode, "<")
        data = (grey.astype(np.uint16) * 257).astype(f"{order}u2").tobytes()
        return Image.frombytes(mode, image.size, data)
    if mode == "LAB":
        neutral = Image.new("L", image.size, 128)
        return Image.merge("LAB", (image, neutral, neutral))
    between = {"PA": ["RGBA", "PA"], "La": ["LA", "La"], "RGBa": ["RGBA", "RGBa"]}
    for step in between.get(mode, ["RGB", mode]) if mode not in ("I", "F") else [mode]:
        image = image.convert(step)
    assert image.mode == mode
    return image


@pytest.mark.parametrize("mode", Image.MODES)
def test_every_mode_of_pillow_gives_the_same_tensor(mode: str) -> None:
    canvas = on_canvas(crisp_seven())
    np.testing.assert_allclose(tensor_of(in_mode(canvas, mode)), tensor_of(canvas), atol=TWO_LEVELS)


def test_a_palette_with_a_transparent_colour_gives_the_same_tensor() -> None:
    ink = on_canvas(crisp_seven()) == 0
    image = Image.fromarray(ink.astype(np.uint8)).convert("P")
    # Both colours are black: only the transparency of the first tells them apart.
    image.putpalette([0, 0, 0, 0, 0, 0])
    image.info["transparency"] = 0
    np.testing.assert_array_equal(tensor_of(image), tensor_of(on_canvas(crisp_seven())))


def test_grey_levels_as_fractions_give_the_same_tensor() -> None:
    canvas = on_canvas(soft_seven(), 0, 0)
    fractions = Image.fromarray(canvas.astype(np.float32) / 255)
    np.testing.assert_allclose(tensor_of(fractions), tensor_of(canvas), atol=ONE_LEVEL)


@given(st.integers(0, CANVAS - 70), st.integers(0, CANVAS - 50))
@settings(deadline=None)
def test_shifting_a_drawing_on_its_canvas_changes_nothing(top: int, left: int) -> None:
    shifted = tensor_of(on_canvas(crisp_seven(), top, left))
    np.testing.assert_array_equal(shifted, tensor_of(on_canvas(crisp_seven())))


def test_a_faint_pencil_gives_the_same_tensor_as_ink() -> None:
    pencil = np.where(crisp_seven() == 255, 40, 0).astype(np.uint8)
    np.testing.assert_array_equal(tensor_of(on_canvas(pencil)), tensor_of(on_canvas(crisp_seven())))


# What is not part of the digit


def test_a_faint_fringe_does_not_shrink_the_digit() -> None:
    fringed = np.full((110, 90), 10, np.uint8)
    fringed[20:90, 20:70] = np.maximum(crisp_seven(), 10)
    assert extent(tensor_of(on_canvas(fringed)), above=0.1)[0] == 20


@pytest.mark.parametrize("side", [1, 3])
def test_a_stray_speck_far_away_changes_nothing(side: int) -> None:
    canvas = on_canvas(crisp_seven(), 10, 10)
    speckled = canvas.copy()
    speckled[190 : 190 + side, 190 : 190 + side] = 0
    np.testing.assert_array_equal(tensor_of(speckled), tensor_of(canvas))


def test_a_small_mark_close_by_belongs_to_the_digit() -> None:
    canvas = on_canvas(crisp_seven(), 10, 10)
    canvas[40:43, 15:18] = 0
    assert np.array_equal(extract_ink(canvas), 255 - canvas)


def test_the_detached_flag_of_a_five_belongs_to_the_digit() -> None:
    image = Image.new("L", (CANVAS, CANVAS), 255)
    pen = ImageDraw.Draw(image)
    pen.arc((50, 80, 110, 150), 200, 120, 0, 8)
    pen.line([(75, 50), (125, 44)], 0, 8)
    canvas = np.asarray(image)
    assert np.array_equal(extract_ink(canvas), 255 - canvas)


def test_paper_grain_is_not_a_drawing() -> None:
    grain = np.random.default_rng(0).integers(246, 253, (100, 100, 3)).astype(np.uint8)
    assert preprocess(grain) is None


# Size and place in the field


@pytest.mark.parametrize(
    "shape", [(90, 30), (30, 90), (7, 5), (20, 20), (3, 3), (190, 140), (21, 20)]
)
def test_the_longer_side_becomes_20_pixels(shape: tuple[int, int]) -> None:
    assert max(extent(tensor_of(on_canvas(np.full(shape, 255, np.uint8), 2, 3)))) == 20


@pytest.mark.parametrize(
    ("shape", "expected"), [((90, 45), (20, 10)), ((30, 47), (13, 20)), ((100, 33), (20, 7))]
)
def test_the_aspect_ratio_is_kept_to_the_nearest_pixel(
    shape: tuple[int, int], expected: tuple[int, int]
) -> None:
    assert extent(tensor_of(on_canvas(np.full(shape, 255, np.uint8)))) == expected


@given(st.integers(1, 19), st.booleans(), st.integers(0, 2**32 - 1))
@settings(deadline=None)
def test_the_centre_of_mass_lies_on_index_14_unless_the_digit_is_at_the_edge(
    shorter: int, upright: bool, seed: int
) -> None:
    shape = (22, shorter + 2) if upright else (shorter + 2, 22)
    digit = np.zeros(shape, np.float32)
    inner = digit[1:-1, 1:-1]
    inner[:] = np.random.default_rng(seed).integers(1, 256, inner.shape)
    field = center(digit)
    for axis, position in enumerate(center_of_mass(field)):
        inked = np.flatnonzero(field.any(axis=1 - axis))
        at_edge = inked[0] == 0 or inked[-1] == 27
        assert 13.5 <= position < 14.5 or at_edge


@given(st.integers(0, 19), st.integers(0, 19))
@settings(deadline=None)
def test_a_lopsided_digit_is_moved_to_the_edge_and_not_cut_off(row: int, column: int) -> None:
    digit = np.zeros((22, 22), np.float32)
    digit[1:-1, 1:-1] = 1
    digit[1 + row, 1 + column] = 255 * 100
    digit = np.minimum(digit, 255)
    field = center(digit)
    assert np.array_equal(np.sort(field[field > 0]), np.sort(digit[digit > 0]))


# Extreme canvases


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (50, 50), (50, 50, 1), (50, 50, 3), (50, 50, 4)])
@pytest.mark.parametrize("level", [0, 90, 255])
def test_a_canvas_of_one_colour_is_blank(shape: tuple[int, ...], level: int) -> None:
    assert preprocess(np.full(shape, level, np.uint8)) is None


def test_an_opaque_black_layer_is_blank() -> None:
    black = np.zeros((40, 40, 4), np.uint8)
    black[..., 3] = 255
    assert preprocess(black) is None


@pytest.mark.parametrize(
    ("rows", "columns", "expected"),
    [
        pytest.param(slice(9, 12), slice(5, 195), (1, 20), id="very wide"),
        pytest.param(slice(5, 195), slice(9, 12), (20, 1), id="very tall"),
        pytest.param(slice(50, 51), slice(0, 200), (1, 20), id="from border to border"),
        pytest.param(slice(77, 78), slice(33, 34), (20, 20), id="single dot"),
        pytest.param(slice(0, 1), slice(0, 1), (20, 20), id="dot in the corner"),
        pytest.param(slice(8, 192), slice(8, 192), (20, 20), id="nearly all of the canvas"),
    ],
)
def test_an_extreme_block_of_ink_fills_the_box(
    rows: slice, columns: slice, expected: tuple[int, int]
) -> None:
    canvas = np.full((CANVAS, CANVAS), 255, np.uint8)
    canvas[rows, columns] = 0
    tensor = tensor_of(canvas)
    assert extent(tensor) == expected
    assert tensor.sum() == expected[0] * expected[1]


def test_a_drawing_that_fills_its_canvas_is_the_same_as_one_with_room_around_it() -> None:
    np.testing.assert_array_equal(
        tensor_of(255 - crisp_seven()), tensor_of(on_canvas(crisp_seven()))
    )


def test_a_frame_along_the_whole_border_stays_a_hollow_frame() -> None:
    canvas = np.full((60, 60), 255, np.uint8)
    canvas[[0, -1]] = 0
    canvas[:, [0, -1]] = 0
    tensor = tensor_of(canvas)
    assert extent(tensor) == (20, 20)
    assert tensor[6:22, 6:22].max() == 0


def test_a_thick_scribble_over_most_of_the_canvas_is_ink_and_not_paper() -> None:
    canvas = np.full((100, 100), 255, np.uint8)
    rows, columns = np.mgrid[:100, :100]
    canvas[np.hypot(rows - 50, columns - 50) < 47] = 0
    tensor = tensor_of(canvas)[..., 0]
    assert tensor[14, 14] == 1
    assert tensor[5, 5] == 0


@given(
    st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
        lambda size: st.sampled_from([size, (*size, 3), (*size, 4)]).flatmap(
            lambda shape: arrays(np.uint8, shape)
        )
    )
)
@settings(deadline=None, max_examples=300)
def test_any_canvas_is_blank_or_becomes_a_tensor_with_full_ink(canvas: Ink) -> None:
    tensor = preprocess(canvas)
    if tensor is not None:
        assert_defined(tensor)


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 4), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=200)
def test_any_noise_becomes_a_tensor_with_full_ink(
    height: int, width: int, n_channels: int, seed: int
) -> None:
    shape = (height, width, n_channels) if n_channels in (1, 3, 4) else (height, width)
    noise = np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)
    tensor = preprocess(noise)
    if tensor is not None:
        assert_defined(tensor)


# The contract


@pytest.mark.parametrize("dtype", [np.float32, np.int64, np.bool_, np.uint16])
def test_an_array_of_another_type_is_refused_by_name(dtype: type) -> None:
    with pytest.raises(TypeError, match=np.dtype(dtype).name):
        preprocess(np.zeros((28, 28), dtype))


@pytest.mark.parametrize(
    "shape", [(), (784,), (28, 28, 2), (28, 28, 5), (1, 28, 28, 1), (0, 28), (28, 0, 3), (0, 0, 4)]
)
def test_an_array_of_another_shape_is_refused_by_its_shape(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=re.escape(f"not {shape}")):
        preprocess(np.zeros(shape, np.uint8))


def test_an_image_without_pixels_is_refused() -> None:
    with pytest.raises(ValueError, match=re.escape("not (5, 0)")):
        preprocess(Image.new("L", (0, 5)))


@pytest.mark.parametrize("canvas", [on_canvas(crisp_seven()), layer(soft_seven(), (255, 255, 255))])
def test_the_canvas_is_left_as_it_was(canvas: Ink) -> None:
    before = canvas.copy()
    preprocess(canvas)
    np.testing.assert_array_equal(canvas, before)


def test_the_result_does_not_share_memory_with_the_canvas() -> None:
    canvas = on_canvas(crisp_seven())
    assert not np.shares_memory(tensor_of(canvas), canvas)
