"""How often a network is right on somebody's drawings, by digit and by brush width."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.backend import keras
from mnist_cnn.data import N_CLASSES
from mnist_cnn.drawings import Drawing, put_anywhere, to_image
from mnist_cnn.model import looks_like_digit, predict
from mnist_cnn.preprocess import to_tensor

# Brush widths for drawings that name none, in thousandths of the pad's side.
BRUSHES = (30, 50, 80)
# In place of a label: what is no digit, and should not look like one.
NO_DIGIT = N_CLASSES


class Reading(NamedTuple):
    """What a network makes of n drawings."""

    images: NDArray[np.uint8]
    """What it saw, uint8 (n, 28, 28)."""
    labels: NDArray[np.int64]
    """The digits (n,), or ``NO_DIGIT``."""
    widths: NDArray[np.float64]
    """The brushes' (n,), as shares of the pad's side."""
    probabilities: NDArray[np.float32]
    """float32 (n, 10)."""
    right: NDArray[np.bool_]
    """bool (n,): the likeliest digit is the label, or what is no digit does not look like one."""


def read(model: keras.Model, threshold: float, drawings: Sequence[Drawing]) -> Reading:
    """Paint drawings, each with its brush or with three, and let a network read them."""
    painted = [each for i, drawing in enumerate(drawings) for each in _with_brushes(drawing, i)]
    images = np.array([to_image(drawing) for drawing in painted], np.uint8).reshape(-1, 28, 28)
    labels = np.array([NO_DIGIT if d.label is None else d.label for d in painted], np.int64)
    probabilities = predict(model, to_tensor(images))
    refused = ~looks_like_digit(probabilities, threshold)
    right = np.where(labels == NO_DIGIT, refused, probabilities.argmax(axis=1) == labels)
    widths = np.array([drawing.width for drawing in painted], np.float64)
    return Reading(images, labels, widths, probabilities, right)


def table(reading: Reading) -> str:
    """Count what is right: a row a digit, a column a brush width, sums at their ends."""
    percents = np.rint(reading.widths * 100).astype(int)
    columns = [(f"brush {p} %", percents == p) for p in np.unique(percents)]
    rows = [
        ("none" if label == NO_DIGIT else str(label), reading.labels == label)
        for label in np.unique(reading.labels)
    ]
    everything = ("all", np.ones(len(percents), np.bool_))
    columns, rows = [*columns, everything], [*rows, everything]
    lines = [["right", *(name for name, _ in columns)]]
    for name, row in rows:
        lines.append([name, *(_count(reading.right[row & column]) for _, column in columns)])
    lines.append(["", *(f"{reading.right[column].mean():.2%}" for _, column in columns)])
    return "\n".join("".join(f"{cell:>12s}" for cell in line) for line in lines)


def captions(reading: Reading, chosen: NDArray[np.intp]) -> list[str]:
    """Say what the chosen drawings are and what they were read as: "1 > 7 93 %"."""
    names = [*map(str, range(N_CLASSES)), "none"]
    rows = zip(reading.labels[chosen], reading.probabilities[chosen], strict=True)
    return [f"{names[label]} > {row.argmax()} {row.max():.0%}" for label, row in rows]


def _count(right: NDArray[np.bool_]) -> str:
    return f"{right.sum()}/{len(right)}" if len(right) else ""


def _with_brushes(drawing: Drawing, number: int) -> list[Drawing]:
    """Leave a drawing that has a width as it is; put another on pads of three brushes."""
    if drawing.width is not None:
        return [drawing]
    return [put_anywhere(drawing, b / 1000, np.random.default_rng([b, number])) for b in BRUSHES]
