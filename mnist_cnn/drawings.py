"""Drawings as strokes: read from files, and painted as the page's pad paints them.

Two kinds of file are read, told apart by their content. What the page saves is JSON lines,
a drawing a line::

    {"label": 1, "width": 0.06, "strokes": [[[0.4, 0.3], [0.5, 0.2]], [[0.5, 0.2], [0.5, 0.8]]]}

``label`` is the digit, or ``null`` for what is no digit; ``width`` is the brush's, and each
stroke a list of points ``[x, y]``, x to the right and y down. All lengths are shares of the
pad's height, so that y is from 0 to 1, x from 0 to 2 for a pad that is wide, and the width
from 0.005 to 0.3. A drawing has at most 200 strokes and 5,000 points. Other keys are passed
over.

The other kind is UNIPEN text (Guyon et al. 1994) as in the UCI set "Pen-Based Recognition of
Handwritten Digits" (``pendigits-orig.tra``): ``.SEGMENT DIGIT 0 ? "8"`` opens a digit, points
stand between ``.PEN_DOWN`` and ``.PEN_UP``, and y grows upwards. It names no brush.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_cnn.data import N_CLASSES, DataError
from mnist_cnn.preprocess import SIDE, preprocess, to_grey

Points = NDArray[np.float64]  # (k, 2), rows and columns

# Bounds of a file: UCI's own has 7,494 drawings in 11 MB.
MAX_BYTES = 64_000_000
MAX_DRAWINGS = 20_000
# Of a drawing, as in ``drawings.js``.
MAX_STROKES = 200
MAX_POINTS = 5_000
BRUSHES = (0.005, 0.3)

# The part of a pad's side that a digit covers.
COVERED = (0.3, 0.9)

SHEET = 280  # pixels that a pad's side has when the network sees it
MARGIN = 2  # of paper around the strokes
OVERSAMPLING = 3
# Points that a curve is followed at between two of a stroke.
STEPS = 4


class Drawing(NamedTuple):
    """What somebody drew, and what it was."""

    label: int | None
    """The digit; ``None`` for what is no digit."""
    width: float | None
    """The brush's, as a share of the pad's height; ``None`` when the file does not say."""
    strokes: list[Points]
    """Shares of the pad's height, or any unit when there is no width."""


def read_drawings(paths: Iterable[Path]) -> list[Drawing]:
    """Read drawings from files of either kind, one file after the other.

    Raises:
        DataError: when a file is missing, too large, empty or damaged; names the line.
    """
    return [drawing for path in paths for drawing in _read(path)]


def to_image(drawing: Drawing) -> NDArray[np.uint8]:
    """Turn a drawing with a width into what the network sees of it on the pad.

    Returns:
        uint8 (28, 28), ink 255 on background 0; empty when nothing of it is on the pad.
    """
    tensor = preprocess(255 - paint(drawing))
    if tensor is None:
        return np.zeros((SIDE, SIDE), np.uint8)
    return to_grey(tensor)


def paint(drawing: Drawing) -> NDArray[np.uint8]:
    """Paint a drawing with a width, with a round brush, on the page's sheet of 280 pixels.

    Returns:
        uint8 (H, W), ink 255 on paper 0: the part of the sheet that is around the strokes.
    """
    assert drawing.width is not None
    brush = drawing.width * SHEET
    strokes = [smooth(stroke * SHEET) for stroke in drawing.strokes]
    points = np.concatenate(strokes)
    sheet = SHEET, SHEET if points[:, 1].max() <= SHEET else 2 * SHEET
    low = np.floor(points.min(axis=0) - brush / 2 - MARGIN).clip(0)
    high = np.ceil(points.max(axis=0) + brush / 2 + MARGIN).clip(max=sheet)
    height, width = ((high - low) * OVERSAMPLING).astype(int).tolist()
    picture = Image.new("L", (width, height))
    canvas = ImageDraw.Draw(picture)
    for stroke in strokes:
        draw_stroke(canvas, (stroke - low) * OVERSAMPLING, brush * OVERSAMPLING)
    return np.asarray(picture.reduce(OVERSAMPLING))


def draw_stroke(
    canvas: ImageDraw.ImageDraw, points: Points, brush: float, fill: int | str = 255
) -> None:
    """Draw lines of a brush's width through points (k, 2), and discs over their ends."""
    xy, radius = points[:, ::-1], brush / 2
    canvas.line(xy.ravel().tolist(), fill, round(brush))
    for disc in np.hstack([xy - radius, xy + radius]).tolist():
        canvas.ellipse(disc, fill)


def smooth(points: Points) -> Points:
    """Follow the curve that the pad draws through the points of a stroke.

    As in ``strokes.js``: quadratic curves from midpoint to midpoint, which hide the corners.

    Args:
        points: (k, 2).

    Returns:
        (4 k - 3, 2), from the first point to the last.
    """
    handles = points[1:]
    ends = np.concatenate([(handles[:-1] + handles[1:]) / 2, handles[-1:]])
    starts = np.concatenate([points[:1], ends[:-1]])[: len(handles)]
    t = np.arange(1, STEPS + 1)[:, np.newaxis, np.newaxis] / STEPS
    curves = (1 - t) ** 2 * starts + 2 * t * (1 - t) * handles + t**2 * ends
    return np.concatenate([points[:1], curves.swapaxes(0, 1).reshape(-1, 2)])


def put_anywhere(drawing: Drawing, width: float, rng: np.random.Generator) -> Drawing:
    """Put a drawing anywhere on a square pad, covering 30 % to 90 % of its side.

    Args:
        drawing: of any size.
        width: the brush's, as a share of the pad's side.
        rng: says where, and how large.
    """
    points = np.concatenate(drawing.strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    scale = (rng.uniform(*COVERED) - width) / max(extent.max(), 1e-9)
    corner = width / 2 + (1 - width - extent * scale) * rng.uniform(size=2)
    strokes = [(stroke - low) * scale + corner for stroke in drawing.strokes]
    return Drawing(drawing.label, width, strokes)


class _Fault(Exception):
    """What is wrong with a line, by its number."""

    def __init__(self, number: int, reason: object) -> None:
        super().__init__(f"line {number}: {reason}")


def _read(path: Path) -> Iterator[Drawing]:
    """Read one file."""
    lines = _lines(path)
    if not lines:
        raise DataError(f"{path} is empty. Save drawings on the page, or give another file.")
    parse = _parse_unipen if lines[0][1].startswith(b".") else _parse_json_lines
    n_drawings = 0
    try:
        for number, drawing in parse(lines):
            n_drawings += 1
            if n_drawings > MAX_DRAWINGS:
                raise _Fault(number, f"more than {MAX_DRAWINGS:,} drawings; split the file")
            if len(drawing.strokes) > MAX_STROKES:
                raise _Fault(number, f"a drawing has more than {MAX_STROKES:,} strokes")
            if sum(map(len, drawing.strokes)) > MAX_POINTS:
                raise _Fault(number, f"a drawing has more than {MAX_POINTS:,} points")
            yield drawing
    except _Fault as fault:
        raise DataError(f"{path}, {fault}. Mend or remove it.") from None
    if not n_drawings:
        raise DataError(f"{path} has no drawings. Give another file.")


def _lines(path: Path) -> list[tuple[int, bytes]]:
    """Read the lines of a file that are not blank, with their numbers from 1."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    if len(content) > MAX_BYTES:
        raise DataError(f"{path} has more than {MAX_BYTES:,} bytes. Split it.")
    lines = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return [(n, line.strip()) for n, line in enumerate(lines, 1) if line.strip()]


def _parse_json_lines(lines: list[tuple[int, bytes]]) -> Iterator[tuple[int, Drawing]]:
    for number, line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise _Fault(number, "no JSON") from None
        try:
            yield number, _check_row(row)
        except ValueError as error:
            raise _Fault(number, error) from None


def _check_row(row: Any) -> Drawing:
    """Make a drawing of what a line of JSON holds, or raise a ValueError that says why not."""
    if not isinstance(row, dict) or not {"label", "width", "strokes"} <= row.keys():
        raise ValueError('no object with "label", "width" and "strokes"')
    label, width, strokes = row["label"], row["width"], row["strokes"]
    # Not isinstance(): it takes true for 1. 1.0 is 1, as it is to the page.
    if label is not None and not (type(label) in (int, float) and label in range(N_CLASSES)):
        raise ValueError(f'"label" is {_quote(label)}, not a digit from 0 to 9 or null')
    if not (type(width) in (int, float) and BRUSHES[0] <= width <= BRUSHES[1]):
        bounds = f"from {BRUSHES[0]} to {BRUSHES[1]}"
        raise ValueError(f'"width" is {_quote(width)}, not a share of the pad {bounds}')
    if not isinstance(strokes, list) or not strokes:
        raise ValueError(f'"strokes" is {_quote(strokes)}, not a list of strokes')
    digit = None if label is None else int(label)
    return Drawing(digit, float(width), [_check_stroke(stroke) for stroke in strokes])


def _check_stroke(stroke: Any) -> Points:
    if not isinstance(stroke, list) or not stroke:
        raise ValueError(f"a stroke is {_quote(stroke)}, not a list of points")
    for point in stroke:
        numbers = isinstance(point, list) and [type(n) in (int, float) for n in point]
        # Written so that nan, which is in no range, is refused too.
        if numbers != [True, True] or not (0 <= point[0] <= 2 and 0 <= point[1] <= 1):
            raise ValueError(f"a point is {_quote(point)}, not [x, y] with x to 2 and y to 1")
    return np.array(stroke, np.float64)[:, ::-1]


def _quote(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


def _parse_unipen(lines: list[tuple[int, bytes]]) -> Iterator[tuple[int, Drawing]]:
    """Gather what stands between one ``.SEGMENT`` and the next."""
    begun: tuple[int, int] | None = None  # the line and the digit
    strokes: list[list[tuple[float, float]]] = []
    is_down = False
    for number, line in lines:
        keyword, *rest = line.split()
        if keyword == b".SEGMENT":
            if begun:
                yield begun[0], _end_segment(*begun, strokes)
            begun, strokes, is_down = (number, _segment_label(number, rest)), [], False
        elif keyword == b".PEN_DOWN":
            strokes.append([])
            is_down = True
        elif keyword == b".PEN_UP":
            is_down = False
        elif not keyword.startswith(b"."):
            if not (begun and is_down):
                raise _Fault(number, "a point outside .PEN_DOWN and .PEN_UP of a .SEGMENT")
            strokes[-1].append(_unipen_point(number, line))
    if begun:
        yield begun[0], _end_segment(*begun, strokes)


def _segment_label(number: int, words: list[bytes]) -> int:
    label = words[-1].strip(b'"') if words else b""
    if words[:1] != [b"DIGIT"] or not (label.isdigit() and len(label) == 1):
        raise _Fault(number, "no .SEGMENT DIGIT with a digit in quotes at its end")
    return int(label)


def _unipen_point(number: int, line: bytes) -> tuple[float, float]:
    """Read "x y" as row and column."""
    words = line.split()
    # At most six digits, with a sign: what a tablet gives.
    if len(words) != 2 or not all(re.fullmatch(rb"-?[0-9]{1,6}", word) for word in words):
        raise _Fault(number, "no point, which is two whole numbers")
    x, y = map(int, words)
    return -y, x


def _end_segment(number: int, label: int, strokes: list[list[tuple[float, float]]]) -> Drawing:
    if not strokes or not all(strokes):
        raise _Fault(number, "a digit with no points in it, or in one of its strokes")
    return Drawing(label, None, [np.array(stroke, np.float64) for stroke in strokes])
