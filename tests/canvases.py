"""What people may leave on the pad, as ink: drawings of all kinds, dots, specks and remains."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from browser import ROOT
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_cnn.diet import pen
from mnist_cnn.diet.handwriting import FORMS, HAND
from mnist_cnn.drawings import draw_stroke

PAD = 280
# The narrowest and widest brush of the pad, in pixels; the eraser is twice as wide.
BRUSHES = (0.02 * PAD, 0.14 * PAD)
OVERSAMPLING = 3
PER_FORM = 13
# Drawings by real pens, for whoever has them beside the project.
PEN_DRAWINGS = ROOT.parent / "shared" / "drawn" / "strokes.npz"
N_PEN_DRAWINGS = 200

Ink = NDArray[np.uint8]  # (PAD, PAD), 0 for paper
Rng = np.random.Generator


class Stroke(NamedTuple):
    points: NDArray[np.float64]  # (k, 2), rows and columns in pixels of the pad
    brush: float
    erase: bool = False


def canvases() -> Iterator[Ink]:
    """Yield over 2,000 canvases, always the same ones."""
    rng = np.random.default_rng(12)
    figures = list(_figures(rng))
    for points in figures:
        yield paint(_fit(points, rng))
    for points in _sample(figures, 200, rng):
        yield paint(_fit(points, rng, overhang=0.6))
    for points in _sample(figures, 200, rng):
        yield paint(_fit(points, rng) + _dots(rng.integers(1, 8), rng))
    for points in _sample(figures, 150, rng):
        yield paint(_fit(points, rng) + _erasures(rng.integers(1, 12), rng))
    for count in range(150):
        yield paint(_dots(1 + count // 50, rng))
    for strength in rng.uniform(0, 40, 100):
        yield (paint(_fit(figures[rng.integers(len(figures))], rng)) * (strength / 255)).astype(
            np.uint8
        )
    for _ in range(50):
        yield _noise(rng)
    yield from [np.full((PAD, PAD), level, np.uint8) for level in (0, 7)]
    if PEN_DRAWINGS.exists():
        yield from (paint(_fit(points, rng)) for points in _pen_drawings(rng))


def paint(strokes: list[Stroke]) -> Ink:
    """Paint strokes with a round brush and soft edges."""
    canvas = Image.new("L", (PAD * OVERSAMPLING, PAD * OVERSAMPLING))
    draw = ImageDraw.Draw(canvas)
    for points, brush, erase in strokes:
        draw_stroke(draw, points * OVERSAMPLING, brush * OVERSAMPLING, 0 if erase else 255)
    return np.asarray(canvas.reduce(OVERSAMPLING))


def _figures(rng: Rng) -> Iterator[list[NDArray[np.float64]]]:
    """Write every form: strokes (k, 2) in heights of the figure."""
    for form in FORMS:
        paths = pen.write(pen.parse(form.strokes), PER_FORM, HAND, rng)
        yield from (list(strokes) for strokes in zip(*paths, strict=True))


def _pen_drawings(rng: Rng) -> Iterator[list[NDArray[np.float64]]]:
    with np.load(PEN_DRAWINGS) as file:
        strokes = np.split(file["points"][:, ::-1].astype(float), np.cumsum(file["stroke_len"]))
        ends = np.cumsum(file["n_strokes"])
    for i in rng.choice(np.arange(1, len(ends)), N_PEN_DRAWINGS, replace=False):
        yield strokes[ends[i - 1] : ends[i]]


def _sample(
    figures: list[list[NDArray[np.float64]]], n: int, rng: Rng
) -> list[list[NDArray[np.float64]]]:
    return [figures[i] for i in rng.integers(len(figures), size=n)]


def _fit(figure: list[NDArray[np.float64]], rng: Rng, overhang: float = 0) -> list[Stroke]:
    """Put a figure anywhere on the pad, in any size, with a brush of any width.

    With an overhang, a share of the figure, it may be cut by the border.
    """
    brush = rng.uniform(*BRUSHES)
    points = np.concatenate(figure)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    side = rng.uniform(0.1, 0.95) * PAD - brush
    scale = max(side, 1) / max(extent.max(), 1e-3)
    room = PAD - brush - extent * scale
    outside = overhang * extent * scale
    origin = brush / 2 + rng.uniform(-outside, room + outside)
    return [Stroke((stroke - low) * scale + origin, brush) for stroke in figure]


def _dots(n: int, rng: Rng) -> list[Stroke]:
    """Tap n times, with brushes from a speck of dust to the widest."""
    brushes = np.exp(rng.uniform(np.log(0.5), np.log(BRUSHES[1]), n))
    return [Stroke(rng.uniform(0, PAD, (1, 2)), brush) for brush in brushes]


def _erasures(n: int, rng: Rng) -> list[Stroke]:
    """Rub n times over the pad."""
    return [
        Stroke(rng.uniform(0, PAD, (rng.integers(1, 5), 2)), 2 * rng.uniform(*BRUSHES), True)
        for _ in range(n)
    ]


def _noise(rng: Rng) -> Ink:
    """Cover a part of the pad with ink of all strengths."""
    ink = np.zeros((PAD, PAD), np.uint8)
    top, left = rng.integers(0, PAD, 2)
    part = ink[top : top + rng.integers(1, PAD), left : left + rng.integers(1, PAD)]
    part[:] = rng.integers(0, 256, part.shape) * (rng.random(part.shape) < rng.uniform(0.01, 0.4))
    return ink
