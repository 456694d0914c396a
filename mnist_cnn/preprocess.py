"""From a drawing to the network's input, the way MNIST itself was made.

LeCun, Bottou, Bengio and Haffner 1998 describe it in two sentences: the digit
is scaled to fit a 20x20 box with its aspect ratio kept, and placed in a 28x28
field by its centre of mass. Yadav and Bottou 2019 ("Cold case: the lost MNIST
digits", QMNIST) reconstruct the rest: the scaling averages areas, the darkest
ink becomes 255, and the shift is a whole number of pixels.

Everything here is NumPy arrays, rows first; "ink" is uint8 with 0 for paper.
"""

from functools import reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

SIDE = 28
BOX = 20
CENTER = SIDE // 2

# Fainter than this (of 255) the whole canvas counts as empty: paper and JPEG noise.
FAINTEST_INK = 8
# Ink under this share of the darkest does not set the size of the digit. A larger share
# brings fewer of MNIST's own images back unchanged: 9,996 of 10,000 at 1/16, 9,982 at 1/8.
FRINGE = 1 / 16
# A separate piece is a stray speck when its area, as a share of the largest piece,
# is under this times the square of its distance (in sides of the largest piece).
SPECK = 0.02


class BoundingBox(NamedTuple):
    """Half-open pixel ranges: rows ``top`` to ``bottom``, columns ``left`` to ``right``."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def longer_side(self) -> int:
        """The larger of height and width, in pixels."""
        return max(self.bottom - self.top, self.right - self.left)

    @property
    def area(self) -> int:
        """The number of its pixels."""
        return (self.bottom - self.top) * (self.right - self.left)

    @property
    def slices(self) -> tuple[slice, slice]:
        """What cuts the box out of an array (H, W, ...)."""
        return slice(self.top, self.bottom), slice(self.left, self.right)

    def moved(self, rows: int, columns: int) -> "BoundingBox":
        """Return the box so many pixels further down and to the right."""
        return BoundingBox(
            self.top + rows, self.bottom + rows, self.left + columns, self.right + columns
        )


def preprocess(canvas: Image.Image | NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Turn a drawing into the tensor that a network trained on MNIST expects.

    Args:
        canvas: a PIL image of any mode, or a uint8 array of shape (H, W), (H, W, 1),
            (H, W, 3) or (H, W, 4) with at least one pixel. Dark strokes on light or
            transparent ground, or light strokes on dark ground, in any colour.

    Returns:
        float32 (28, 28, 1) in [0, 1], ink 1 on background 0, with the ink's
        bounding box scaled to 20 pixels and its centre of mass at index 14;
        ``None`` when nothing is drawn.

    Raises:
        TypeError: when an array is not uint8.
        ValueError: when an array has another shape or no pixels.
    """
    patch = _find_ink(_as_channels(canvas))
    return None if patch is None else ink_to_tensor(without_specks(patch.ink))


def ink_to_tensor(ink: NDArray[np.uint8]) -> NDArray[np.float32] | None:
    """Scale, center and normalise ink that is already separated from its paper.

    Args:
        ink: uint8 (H, W), 0 for paper.

    Returns:
        As :func:`preprocess`.
    """
    box = bounding_box(ink)
    return None if box is None else to_tensor(center(scale_to_box(ink, box)))


def to_tensor(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Scale uint8 images (..., 28, 28) in [0, 255] to float32 (..., 28, 28, 1) in [0, 1]."""
    return (images[..., np.newaxis] / np.float32(255)).astype(np.float32, copy=False)


def to_grey(tensor: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Scale a tensor (28, 28, 1) in [0, 1] back to grey levels (28, 28) in [0, 255]."""
    return np.rint(tensor[..., 0] * 255).astype(np.uint8)


def extract_ink(
    canvas: Image.Image | NDArray[np.uint8], *, with_specks: bool = False
) -> NDArray[np.uint8]:
    """Separate ink from paper: how far each pixel is from the paper's colour.

    The distance is the largest over the channels, so that a yellow stroke on white
    counts as fully as a black one. Only one direction counts, darker or lighter than
    the paper, whichever holds more ink. Specks far from the digit are removed.

    Args:
        canvas: as for :func:`preprocess`.
        with_specks: leave them, as where there may be several digits.

    Returns:
        uint8 (H, W), 0 for paper; all 0 when nothing is drawn.

    Raises:
        TypeError, ValueError: as for :func:`preprocess`.
    """
    pixels = _as_channels(canvas)
    ink = np.zeros(pixels.shape[:2], np.uint8)
    patch = _find_ink(pixels)
    if patch is not None:
        ink[patch.box.slices] = patch.ink if with_specks else without_specks(patch.ink)
    return ink


def bounding_box(ink: NDArray[np.uint8]) -> BoundingBox | None:
    """Find the smallest box around all ink darker than the fringe.

    Args:
        ink: uint8 (H, W), 0 for paper.

    Returns:
        The box, or ``None`` when there is no ink.
    """
    strong = strong_ink(ink)
    return _span(np.flatnonzero(strong.any(axis=1)), np.flatnonzero(strong.any(axis=0)))


def scale_to_box(ink: NDArray[np.uint8], box: BoundingBox) -> NDArray[np.float32]:
    """Scale the ink in a box so that its longer side is 20 pixels, by averaging areas.

    Args:
        ink: uint8 (H, W), 0 for paper.
        box: where the digit is; see :func:`bounding_box`.

    Returns:
        float32 (h + 2, w + 2) with max(h, w) = 20, in [0, 255] with a darkest value
        of 255: the digit, and around it one pixel that holds its faint fringe.
    """
    height, width = box.bottom - box.top, box.right - box.left
    scale = BOX / box.longer_side
    h, w = max(1, round(height * scale)), max(1, round(width * scale))
    fringe_rows, fringe_columns = height / h, width / w  # one output pixel, in source pixels
    margin = int(np.ceil(max(fringe_rows, fringe_columns)))
    source = Image.fromarray(_crop_with_margin(ink, box, margin)).convert("F")
    scaled = source.resize(
        (w + 2, h + 2),
        Image.Resampling.BOX,
        box=(
            margin - fringe_columns,
            margin - fringe_rows,
            margin + width + fringe_columns,
            margin + height + fringe_rows,
        ),
    )
    grey = np.asarray(scaled)
    return grey * (np.float32(255) / grey.max())


def center(digit: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Place a scaled digit by its centre of mass, shifted by whole pixels.

    Args:
        digit: float32 (h + 2, w + 2) from :func:`scale_to_box`, in [0, 255], 0 for background.

    Returns:
        uint8 (28, 28), background 0, centre of mass within [13.5, 14.5) on both axes
        unless the digit would then leave the field: it is never cut off.
    """
    h, w = digit.shape
    row, column = center_of_mass(digit)
    # A fringe pixel may fall off the field, the h - 2 by w - 2 pixels inside it may not.
    top = int(np.clip(np.ceil(CENTER - 0.5 - row), -1, SIDE - h + 1))
    left = int(np.clip(np.ceil(CENTER - 0.5 - column), -1, SIDE - w + 1))
    field = np.zeros((SIDE + 2, SIDE + 2), np.uint8)
    field[top + 1 : top + 1 + h, left + 1 : left + 1 + w] = np.rint(digit)
    return field[1:-1, 1:-1]


def center_of_mass(grey: NDArray[Any]) -> tuple[float, float]:
    """Return the row and column of the centre of mass of grey levels (H, W), in pixel indices."""
    weights = grey.astype(np.float64)
    row = weights.sum(axis=1) @ np.arange(grey.shape[0]) / weights.sum()
    column = weights.sum(axis=0) @ np.arange(grey.shape[1]) / weights.sum()
    return float(row), float(column)


def strong_ink(ink: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Mask ink, uint8 (H, W), that is darker than the fringe: bool (H, W)."""
    # A whole number, or NumPy would compare as float64, five times as slowly.
    return ink > int(ink.max() * FRINGE)


def _span(rows: NDArray[np.intp], columns: NDArray[np.intp]) -> BoundingBox | None:
    """Bound ascending indices of rows and columns; ``None`` when there are none."""
    if rows.size == 0:
        return None
    return BoundingBox(int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1)


def _as_channels(canvas: Image.Image | NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring any canvas to uint8 (H, W, 1), (H, W, 3) or (H, W, 4)."""
    pixels = _image_to_array(canvas) if isinstance(canvas, Image.Image) else np.asarray(canvas)
    if pixels.dtype != np.uint8:
        raise TypeError(f"canvas must be a PIL image or a uint8 array, not {pixels.dtype}")
    shape = pixels.shape
    if pixels.ndim == 2:
        pixels = pixels[..., np.newaxis]
    if pixels.ndim != 3 or pixels.shape[2] not in (1, 3, 4) or pixels.size == 0:
        raise ValueError(f"canvas must be (H, W), (H, W, 3) or (H, W, 4), not {shape}")
    return pixels


def _image_to_array(image: Image.Image) -> NDArray[np.uint8]:
    """Decode a PIL image of any mode to uint8 grey, RGB or RGBA."""
    if image.mode in ("I", "F") or image.mode.startswith("I;16"):
        values = np.nan_to_num(np.asarray(image, dtype=np.float64))
        # No mode says where white is: 1 for fractions, 255 for bytes, else 16 bits.
        white = next((top for top in (1, 255) if values.max(initial=0) <= top), 65535)
        return np.clip(np.rint(values * (255 / white)), 0, 255).astype(np.uint8)
    if image.mode == "La":  # Pillow converts it to nothing but LA
        image = image.convert("LA")
    if image.mode == "LAB":  # Pillow converts it to nothing else without colour profiles
        return np.asarray(image.getchannel("L"))
    if "A" in image.getbands() or "a" in image.getbands() or "transparency" in image.info:
        return np.asarray(image.convert("RGBA"))
    return np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"))


def _is_opaque(pixels: NDArray[np.uint8]) -> bool:
    """Tell whether RGBA (H, W, 4) has no transparency."""
    # As whole pixels: twice as fast as looking at every fourth byte.
    common = np.bitwise_and.reduce(np.ascontiguousarray(pixels).view(np.uint32), axis=None)
    return bool(np.frombuffer(common.tobytes(), np.uint8)[3] == 255)


def _flatten(pixels: NDArray[np.uint8], ground: int) -> NDArray[np.uint8]:
    """Lay RGBA (H, W, 4) on a grey ground: uint8 (H, W, 3)."""
    over = Image.fromarray(pixels)
    under = Image.new("RGBA", over.size, (ground, ground, ground, 255))
    return np.asarray(Image.alpha_composite(under, over))[..., :3]


class _Patch(NamedTuple):
    """The part of a canvas outside of which there is only paper."""

    box: BoundingBox
    ink: NDArray[np.uint8]
    """uint8 (h, w) in the box, 0 for paper."""


def _find_ink(pixels: NDArray[np.uint8]) -> _Patch | None:
    """Separate ink from paper in pixels (H, W, C); ``None`` when nothing is drawn."""
    if pixels.shape[2] < 4 or _is_opaque(pixels):
        return _contrast(pixels)
    # White ink on a transparent layer shows only on black.
    return _contrast(_flatten(pixels, ground=255)) or _contrast(_flatten(pixels, ground=0))


def _contrast(pixels: NDArray[np.uint8]) -> _Patch | None:
    """Measure the distance from the paper, where pixels (H, W, C) differ from it at all.

    Of four channels the last one is not looked at.
    """
    paper = _paper(pixels)
    box = _marked(pixels, paper)
    if box is None:
        return None
    marked = pixels[box.slices]
    # Channel by channel: ten times as fast as a maximum over the short last axis.
    pairs = [(p, np.ascontiguousarray(marked[..., k])) for k, p in enumerate(paper[:3])]
    ink = reduce(np.maximum, [_darker(p, c) for p, c in pairs])
    if any(c.max() > p for p, c in pairs):
        ink = max(ink, reduce(np.maximum, [_darker(~p, ~c) for p, c in pairs]), key=np.sum)
    return _Patch(box, ink) if ink.max() >= FAINTEST_INK else None


def _darker(paper: np.uint8, channel: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Measure how much darker than the paper a channel (H, W) is: 0 where it is not."""
    # Most often no pixel is lighter than the paper: that is ten times as fast.
    return paper - (channel if channel.max() <= paper else np.minimum(channel, paper))


def _marked(pixels: NDArray[np.uint8], paper: NDArray[np.uint8]) -> BoundingBox | None:
    """Find the box around all pixels (H, W, C) that are not exactly the paper's colour."""
    height, width, n_channels = pixels.shape
    differs = pixels.reshape(height, width * n_channels) != np.tile(paper, width)
    columns = np.flatnonzero(differs.any(axis=0)) // n_channels
    return _span(np.flatnonzero(differs.any(axis=1)), columns)


def _paper(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Estimate the colour of the paper, uint8 (C,): the lighter of two medians.

    The border's median is right when much of the canvas is inked, that of the whole
    canvas when the border is.
    """
    border = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    rows, columns = (1 + size // 64 for size in pixels.shape[:2])
    whole = pixels[::rows, ::columns].reshape(-1, pixels.shape[2])  # a sample is enough
    candidates = [np.median(sample, axis=0).astype(np.uint8) for sample in (border, whole)]
    return max(candidates, key=lambda color: int(color.sum()))


def without_specks(ink: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Blank out pieces of ink, uint8 (H, W), that are small and far from the largest piece."""
    box = bounding_box(ink)
    if box is None:
        return ink
    step = 1 + box.longer_side // 128  # pieces are told apart on a coarse grid, for speed
    counts = block_counts(strong_ink(ink[box.slices]), step)
    labels, n_pieces = ndimage.label(counts, structure=np.ones((3, 3)))
    if n_pieces == 1:
        return ink
    specks = _specks(labels, np.bincount(labels.ravel(), weights=counts.ravel())[1:])
    if not specks.any():
        return ink
    is_speck = np.concatenate([[False], specks])[labels].repeat(step, 0).repeat(step, 1)
    cleaned = ink.copy()
    cleaned[box.slices][is_speck[: box.bottom - box.top, : box.right - box.left]] = 0
    return cleaned


def _specks(labels: NDArray[np.int32], areas: NDArray[np.number]) -> NDArray[np.bool_]:
    """Tell which of n labelled pieces are stray specks: bool (n,)."""
    extents = np.array(
        [[(s.start, s.stop) for s in piece] for piece in ndimage.find_objects(labels)]
    )
    largest = extents[areas.argmax()]
    # Distance between the boxes of two pieces: 0 where they overlap.
    gaps = np.maximum(extents[..., 0] - largest[:, 1], largest[:, 0] - extents[..., 1])
    distance = gaps.max(axis=1).clip(0) / (largest[:, 1] - largest[:, 0]).max()
    return areas < SPECK * distance**2 * areas.max()


def block_counts(mask: NDArray[np.bool_], step: int) -> NDArray[np.int64]:
    """Count True in blocks of step x step of a mask (H, W), the last ones padded with False."""
    height, width = (-(-size // step) * step for size in mask.shape)
    padded = np.zeros((height, width), np.uint8)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    # Along contiguous memory and in the narrowest type: several times as fast as both at once.
    narrow = np.uint8 if step < 256 else np.int64
    bands = padded.reshape(height // step, step, width).sum(axis=1, dtype=narrow)
    return reduce(np.add, [bands[:, k::step].astype(np.int64) for k in range(step)])


def _crop_with_margin(ink: NDArray[np.uint8], box: BoundingBox, margin: int) -> NDArray[np.uint8]:
    """Cut out a box and a margin around it, 0 where that leaves the canvas."""
    top, left = max(0, box.top - margin), max(0, box.left - margin)
    crop = ink[top : box.bottom + margin, left : box.right + margin]
    before = (margin - box.top + top, margin - box.left + left)
    full = (box.bottom - box.top + 2 * margin, box.right - box.left + 2 * margin)
    out = np.zeros(full, np.uint8)
    out[before[0] : before[0] + crop.shape[0], before[1] : before[1] + crop.shape[1]] = crop
    return out
