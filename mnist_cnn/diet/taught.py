"""Somebody's own drawings, drawn anew: with other brushes, slants and slips of the hand."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.data import N_CLASSES
from mnist_cnn.diet import pen
from mnist_cnn.drawings import Drawing

# Every so many drawings one is not learnt from.
FIFTH = 5

# Half of what a form is varied by, or less: the drawing is one of its writer's already.
HAND = pen.Hand(
    jitter=0.02,
    shift=0.015,
    reach=0,
    wobble=0.003,
    lean=0,
    slant=0.1,
    turn=0.07,
    squeeze=0.12,
)


def draw_anew(
    drawings: Sequence[Drawing], n: int, seed: int | Sequence[int]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw n variations of drawings, of each as many as of the others, or one more.

    Args:
        drawings: of any size and brush, at least one.
        n: how many.
        seed: the same seed, drawings and n give the same variations.

    Returns:
        uint8 images (n, 28, 28), ink 255 on background 0, sized and centred as MNIST's, and
        uint8 labels (n,): at random for what is no digit.
    """
    rng = np.random.default_rng(seed)
    chosen = np.resize(rng.permutation(len(drawings)), n)
    images = pen.draw_kinds(chosen, lambda i, count: _draw(drawings[i], count, rng))
    labels = [drawings[i].label for i in chosen.tolist()]
    guesses = rng.integers(0, N_CLASSES, n).tolist()
    return images, np.array(
        [guess if label is None else label for label, guess in zip(labels, guesses, strict=True)],
        np.uint8,
    )


def hold_back(drawings: Sequence[Drawing]) -> tuple[list[Drawing], list[Drawing]]:
    """Part drawings into those to learn from and, every fifth, those to measure on.

    Of those with the same strokes, as when files were saved one after the other, the last one
    counts, in the place of the first: a drawing that was held back still is when more follow.
    """
    unique = list({_strokes_of(drawing): drawing for drawing in drawings}.values())
    return [d for i, d in enumerate(unique, 1) if i % FIFTH], unique[FIFTH - 1 :: FIFTH]


def _strokes_of(drawing: Drawing) -> tuple[float | bytes | None, ...]:
    return drawing.width, *(stroke.tobytes() for stroke in drawing.strokes)


def _draw(drawing: Drawing, n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    points = np.concatenate(drawing.strokes)
    longer_side = max(np.ptp(points, axis=0).max(), 1e-9)  # a lone dot has none
    strokes = [(stroke - points.min(axis=0)) / longer_side for stroke in drawing.strokes]
    return pen.ink(pen.rewrite(strokes, n, HAND, rng), pen.brush_widths(n, rng))
