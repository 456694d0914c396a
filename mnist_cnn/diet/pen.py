"""A pen: from control points to the images that a drawing becomes.

A figure is written down as text, one ``row,column`` pair a control point, in hundredths of
the figure's height, rows downwards. A pen runs through the points in a smooth curve; ``*``
after a point makes a corner there, and ``/`` lifts the pen. A crossed seven, for example:
``"0,0 0,55* 100,20 / 50,5 50,60"``. Between ``|`` stand variants of a stroke, point for point:
with ``"... / 50,5 50,60 | 70,0 62,40"`` the bar is in either place or anywhere in between, and
what is true of one stroke says nothing of the others.

A hand writes the same figure differently each time; :class:`Hand` says how differently.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from mnist_cnn.drawings import COVERED
from mnist_cnn.preprocess import BOX, SIDE, center

Paths = NDArray[np.float64]  # (n, points, 2): one stroke of n drawings, as rows and columns

# Brush widths of the pads that people draw on.
PAD = 400
BRUSHES = (8, 40)

# Drawings are inked at this many pixels to one of the final image; with four to one, the full
# black of thick strokes was a tenth more than a pad leaves.
OVERSAMPLING = 8
# Points that a curve is sampled at between two control points.
SAMPLES = 6
# What lies between two control points of a stroke that is written again, in heights of the
# figure, and how many there are at most: a scribble may go on for long.
SPACING = 0.3
MOST_CONTROLS = 60
# How a drawing mixes the variants of a stroke, as Dirichlet's concentration: 1 is evenly, less
# is nearer to the variants themselves, which lie at the rim of what people write.
MIXTURE = 0.5


class Stroke(NamedTuple):
    """What the pen does between touching the paper and leaving it.

    Attributes:
        points: float64 (v, k, 2), v variants: rows and columns, 1 being the figure's height.
        curve: float64 (m, k), the weights of the control points in each point of the curve.
    """

    points: NDArray[np.float64]
    curve: NDArray[np.float64]


@dataclass(frozen=True)
class Hand:
    """How far drawings stray from a figure; standard deviations, in heights of the figure."""

    jitter: float  # of each control point
    shift: float  # of each stroke as a whole
    reach: float  # of a stroke's ends along the stroke: overshoots and gaps
    wobble: float  # of the curve between control points
    lean: float  # to the right, on average, in widths per height
    slant: float  # around that
    turn: float  # in radians
    squeeze: float  # of the logarithm of width to height


def parse(figure: str) -> tuple[Stroke, ...]:
    """Read a figure from its text; see the head of this module."""
    strokes = ([words.split() for words in text.split("|")] for text in figure.split("/"))
    return tuple(_parse_stroke(variants) for variants in strokes)


def trace(strokes: Iterable[Stroke]) -> list[Paths]:
    """Follow a figure midway between its variants: a path a stroke, each (1, points, 2)."""
    return [stroke.curve @ stroke.points.mean(axis=0, keepdims=True) for stroke in strokes]


def write(strokes: Iterable[Stroke], n: int, hand: Hand, rng: np.random.Generator) -> list[Paths]:
    """Write a figure n times, differently each time.

    Returns:
        A path a stroke, each float64 (n, points, 2); drawing i is made of their items i.
    """
    care = rng.uniform(0.3, 1.5, (n, 1, 1))  # some drawings are neat, some careless
    frames = _frames(n, hand, rng)
    return [_write_stroke(stroke, care, hand, rng) @ frames for stroke in strokes]


def rewrite(
    strokes: Iterable[NDArray[np.float64]], n: int, hand: Hand, rng: np.random.Generator
) -> list[Paths]:
    """Write somebody's drawing n times, each time as they might have written it as well.

    Args:
        strokes: a stroke each (k, 2), rows and columns, 1 being the drawing's longer side.
        n: how often.
        hand: how far to stray from the drawing; without reach.
        rng: says where to.

    Returns:
        As :func:`write`.
    """
    care = rng.uniform(0.3, 1.5, (n, 1, 1))
    frames = _frames(n, hand, rng)
    paths = []
    for points in strokes:
        length = np.linalg.norm(np.diff(points, axis=0), axis=1).sum()
        n_controls = min(1 + int(np.ceil(length / SPACING)), MOST_CONTROLS)
        curve = curve_through([False] * n_controls)
        # How a pen strays that should stay where it is.
        drift = _write_stroke(Stroke(np.zeros((1, n_controls, 2)), curve), care, hand, rng)
        paths.append((_evenly(points, len(curve)) + drift) @ frames)
    return paths


def _evenly(points: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Follow a stroke (k, 2) in n points at equal distances: (n, 2)."""
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    along = np.concatenate([[0], np.cumsum(steps)])
    at = np.linspace(0, along[-1], n)
    return np.stack([np.interp(at, along, axis) for axis in points.T], axis=1)


def draw_kinds(
    kinds: NDArray[np.int64], draw: Callable[[int, int], NDArray[np.uint8]]
) -> NDArray[np.uint8]:
    """Draw one image an item of ``kinds``, all those of a kind at once, for speed.

    Args:
        kinds: integers (n,).
        draw: called with a kind and a number, returns that many images.

    Returns:
        uint8 (n, 28, 28), in the order of ``kinds``.
    """
    images = np.empty((len(kinds), SIDE, SIDE), np.uint8)
    for kind in np.unique(kinds).tolist():
        mine = np.flatnonzero(kinds == kind)
        images[mine] = draw(kind, len(mine))
    return images


def brush_widths(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw n brush widths, as shares of the longer side of the inked digit."""
    return rng.uniform(*BRUSHES, n) / (rng.uniform(*COVERED, n) * PAD)


def ink(paths: list[Paths], widths: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Draw n drawings with a round brush and bring them to MNIST's size and place.

    Args:
        paths: a path a stroke, each (n, points, 2).
        widths: float (n,), brush widths as shares of the longer side of the inked drawing.

    Returns:
        uint8 (n, 28, 28), ink up to 255 on background 0.
    """
    lengths = [path.shape[1] for path in paths]
    points, brushes, sizes = _fit_to_box(np.concatenate(paths, axis=1), widths)
    images = np.empty((len(widths), SIDE, SIDE), np.uint8)
    for i, (brush, (height, width)) in enumerate(zip(brushes, sizes.tolist(), strict=True)):
        canvas = Image.new("L", (width, height))
        _draw_strokes(ImageDraw.Draw(canvas), points[i], lengths, brush)
        grey = np.asarray(canvas.reduce(OVERSAMPLING), np.float32)
        images[i] = center(grey * (255 / grey.max()))
    return images


def _fit_to_box(
    points: NDArray[np.float64], widths: NDArray[np.float64]
) -> tuple[NDArray[np.float64], list[float], NDArray[np.int64]]:
    """Scale drawings so that, once inked, their longer side fills MNIST's box.

    Returns:
        The points (n, m, 2) and the brush widths, in pixels of a canvas; and the height and
        width of the canvas (n, 2), which leaves a pixel of the final image on every side.
    """
    side = BOX * OVERSAMPLING
    brushes = widths[:, np.newaxis] * side
    low, high = points.min(axis=1), points.max(axis=1)
    extents = (high - low).clip(1e-3)  # a lone dot has no extent
    inked = extents * (side - brushes) / extents.max(axis=1, keepdims=True) + brushes
    inked = OVERSAMPLING * np.rint(inked / OVERSAMPLING)  # as preprocessing scales it
    scales = (inked - brushes).clip(0) / extents
    sizes = inked.astype(np.int64) + 2 * OVERSAMPLING
    from_middle = points - ((low + high) / 2)[:, np.newaxis]
    fitted = from_middle * scales[:, np.newaxis] + sizes[:, np.newaxis] / 2
    return fitted, brushes[:, 0].tolist(), sizes


def _draw_strokes(
    canvas: ImageDraw.ImageDraw, points: NDArray[np.float64], lengths: list[int], brush: float
) -> None:
    """Draw lines of a brush's width, and discs over their ends and bends."""
    xy = points[:, ::-1] - 0.5  # Pillow counts from the middle of the first pixel
    radius = (brush - 1) / 2
    flat = xy.ravel().tolist()
    discs = np.hstack([xy - radius, xy + radius]).tolist()
    end = 0
    for length in lengths:
        start, end = end, end + length
        canvas.line(flat[2 * start : 2 * end], fill=255, width=round(brush))
        for disc in discs[start : end : SAMPLES // 2]:  # every corner and end is among these
            canvas.ellipse(disc, fill=255)


def _parse_stroke(variants: list[list[str]]) -> Stroke:
    points = [
        [[float(number) for number in word.rstrip("*").split(",")] for word in words]
        for words in variants
    ]
    corners = [[word.endswith("*") for word in words] for words in variants]
    if any(others != corners[0] for others in corners):
        raise ValueError(f"variants of a stroke have the same points and corners, not {variants}")
    return Stroke(np.array(points) / 100, curve_through(corners[0]))


def curve_through(is_corner: list[bool]) -> NDArray[np.float64]:
    """Weigh k control points so that the pen runs through them smoothly, but for corners.

    The curve is Catmull and Rom's cubic spline: at each point it runs parallel to the line
    between the points before and after, at an end or a corner straight to its neighbour.

    Returns:
        float64 (m, k): points of the curve are this matrix times the control points.
    """
    k = len(is_corner)
    points = np.eye(k)
    t = np.linspace(0, 1, SAMPLES, endpoint=False)[:, np.newaxis]
    pieces = []
    for i in range(k - 1):
        here, there = points[i], points[i + 1]
        before = here if i == 0 or is_corner[i] else points[i - 1]
        after = there if i == k - 2 or is_corner[i + 1] else points[i + 2]
        leave, arrive = (there - before) / 2, (after - here) / 2
        pieces.append(
            (2 * t**3 - 3 * t**2 + 1) * here
            + (t**3 - 2 * t**2 + t) * leave
            + (3 * t**2 - 2 * t**3) * there
            + (t**3 - t**2) * arrive
        )
    return np.concatenate([*pieces, points[-1:]])


def _write_stroke(
    stroke: Stroke, care: NDArray[np.float64], hand: Hand, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Write one stroke as often as there are rows in ``care``: (n, points, 2)."""
    n, (m, k) = len(care), stroke.curve.shape
    mixture = rng.dirichlet(np.full(len(stroke.points), MIXTURE), n)
    jitter = care * rng.normal(0, hand.jitter, (n, k, 2))
    shift = care * rng.normal(0, hand.shift, (n, 1, 2))
    points = np.tensordot(mixture, stroke.points, axes=1) + jitter + shift
    if k > 1:
        points += _reach(points, care * rng.normal(0, hand.reach, (n, 2, 1)))
    wobble = care * rng.normal(0, hand.wobble, (n, m, 2))
    wobble[:, 1:] += wobble[:, :-1]  # neighbours move together: hands have inertia
    return stroke.curve @ points + wobble


def _reach(points: NDArray[np.float64], by: NDArray[np.float64]) -> NDArray[np.float64]:
    """Move the ends of strokes (n, k, 2) outwards along them, by (n, 2, 1): (n, k, 2)."""
    outwards = points[:, [0, -1]] - points[:, [1, -2]]
    length = np.linalg.norm(outwards, axis=-1, keepdims=True)
    moves = np.zeros_like(points)
    moves[:, [0, -1]] = outwards / np.maximum(length, 1e-3) * np.maximum(by, -length / 2)
    return moves


def _frames(n: int, hand: Hand, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw n slants, squeezes and turns, as matrices (n, 2, 2) to multiply points by."""
    slant = rng.normal(hand.lean, hand.slant, n)
    turn, squeeze = rng.normal(0, hand.turn, n), rng.normal(0, hand.squeeze, n)
    rows = np.stack([np.ones(n), -slant], axis=-1)  # a lower point moves to the left
    columns = np.stack([np.zeros(n), np.exp(squeeze)], axis=-1)
    turns = np.stack([np.cos(turn), np.sin(turn), -np.sin(turn), np.cos(turn)], axis=-1)
    return np.stack([rows, columns], axis=1) @ turns.reshape(n, 2, 2)
