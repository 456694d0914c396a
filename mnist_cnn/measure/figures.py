"""The tutorial's figures, as matplotlib figures; captions of most are bilingual with a font."""

import textwrap
from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager

import matplotlib
import numpy as np
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray

from mnist_cnn.data import N_CLASSES
from mnist_cnn.diet.handwriting import FORMS, render_form
from mnist_cnn.measure.calibration import Reliability

CHINESE_FONTS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "SimHei",
    "Microsoft YaHei",
    "PingFang SC",
    "Heiti SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Noto Sans CJK JP",  # the name under which matplotlib lists the whole CJK collection
)

CAPTIONS = {
    "epoch": "轮次",
    "loss": "损失",
    "accuracy": "准确率",
    "training": "训练",
    "validation": "验证",
    "true digit": "真实数字",
    "predicted digit": "预测数字",
    "true": "真实",
    "predicted": "预测",
    "confusion matrix on the test set": "测试集混淆矩阵",
}

WRONG, RIGHT = "#c2410c", "#1d4ed8"
# The share of all predictions from which on a bin's point is not pale, and the palest one.
SOLID, PALEST = 0.01, 0.15


def chinese_font() -> str | None:
    """Return an installed font that has every character of the Chinese captions, or ``None``."""
    characters = {character for caption in CAPTIONS.values() for character in caption}
    installed = {entry.name: entry.fname for entry in font_manager.fontManager.ttflist}
    for name in CHINESE_FONTS:
        if name in installed:
            font = FT2Font(installed[name])
            if all(font.get_char_index(ord(character)) for character in characters):
                return name
    return None


def training_curves(history: dict[str, list[float]], font: str | None = None) -> Figure:
    """Draw loss and accuracy, training and validation, over the epochs.

    Args:
        history: Keras' metric names to one value an epoch.
        font: a Chinese font; without one the captions are English.
    """
    with _font(font):
        figure = Figure(figsize=(10, 4), layout="constrained")
        loss, accuracy = figure.subplots(1, 2)
        for axes, metric, caption in (
            (loss, "loss", "loss"),
            (accuracy, "sparse_categorical_accuracy", "accuracy"),
        ):
            epochs = range(1, len(history[metric]) + 1)
            axes.plot(epochs, history[metric], "o-", label=_say("training", font))
            axes.plot(epochs, history[f"val_{metric}"], "s--", label=_say("validation", font))
            axes.set(xlabel=_say("epoch", font), ylabel=_say(caption, font), xticks=epochs)
            axes.grid(alpha=0.3)
            axes.legend()
    return figure


def samples(
    images: NDArray[np.uint8],
    labels: Sequence[int] | NDArray[np.uint8],
    probabilities: NDArray[np.float32],
    font: str | None = None,
) -> Figure:
    """Draw images (n, 28, 28) with true digit, predicted digit and its probability."""
    n_columns = 5
    n_rows = max(1, -(-len(images) // n_columns))
    with _font(font):
        figure = Figure(figsize=(10, 2.3 * n_rows), layout="constrained")
        for axes in figure.subplots(n_rows, n_columns, squeeze=False).flat:
            axes.axis("off")
        for axes, image, label, row in zip(
            figure.axes, images, labels, probabilities, strict=False
        ):
            _draw_sample(axes, image, int(label), row, font)
    return figure


def mistakes(images: NDArray[np.uint8], captions: Sequence[str]) -> Figure:
    """Draw any number of images (n, 28, 28) close together, a short caption under each."""
    n_columns = min(20, len(images))
    n_rows = -(-len(images) // n_columns)
    side, cell = images.shape[1], (images.shape[1] + 14, images.shape[1] + 4)
    sheet = np.zeros((n_rows * cell[0], n_columns * cell[1]), np.uint8)
    figure = Figure(figsize=(0.6 * n_columns, 0.6 * n_rows * cell[0] / cell[1]))
    axes = figure.add_axes((0, 0, 1, 1), frameon=False, xticks=[], yticks=[])
    for k, (image, caption) in enumerate(zip(images, captions, strict=True)):
        top, left = k // n_columns * cell[0] + 2, k % n_columns * cell[1] + 2
        sheet[top : top + side, left : left + side] = image
        axes.text(left + side / 2, top + side + 1, caption, fontsize=6, ha="center", va="top")
    axes.imshow(sheet, cmap="gray_r", vmin=0, vmax=255, interpolation="nearest", aspect="auto")
    return figure


def confusion_matrix(counts: NDArray[np.int64], font: str | None = None) -> Figure:
    """Draw a confusion matrix (10, 10): true digits down, predicted digits across."""
    share = counts / counts.sum(axis=1, keepdims=True).clip(1)
    with _font(font):
        figure = Figure(figsize=(7, 6.5), layout="constrained")
        axes = figure.subplots()
        axes.imshow(share, cmap="Blues", vmin=0, vmax=1)
        for row, column in np.ndindex(counts.shape):
            if counts[row, column]:
                color = "white" if share[row, column] > 0.5 else WRONG
                axes.text(
                    column, row, str(counts[row, column]), ha="center", va="center", color=color
                )
        axes.set(
            xticks=range(10),
            yticks=range(10),
            xlabel=_say("predicted digit", font),
            ylabel=_say("true digit", font),
            title=_say("confusion matrix on the test set", font),
        )
    return figure


def reliability_diagram(curves: dict[str, Reliability]) -> Figure:
    """Draw accuracy over confidence for one or more sets of predictions, named by a caption.

    The fewer predictions a point stands for, the paler it is: those of few jump about.
    """
    with _font(None):
        figure = Figure(figsize=(6, 5.5), layout="constrained")
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], ":", color="grey", label="perfectly calibrated")
        for color, (caption, curve) in enumerate(curves.items()):
            fades = np.sqrt(curve.share / SOLID).clip(PALEST, 1)
            label = f"{caption}: ECE {curve.expected_error:.2%}"
            colors = to_rgba_array(f"C{color}", fades)
            axes.scatter(curve.confidence, curve.accuracy, color=colors, clip_on=False)
            axes.plot([], [], "o", color=f"C{color}", label=label)  # for the legend
        axes.set(xlabel="confidence", ylabel="accuracy")
        axes.set(xlim=(0, 1), ylim=(0, 1))
        axes.grid(alpha=0.3)
        axes.legend(loc="lower right")
    return figure


def handwriting(font: str | None = None) -> Figure:
    """Draw every form of the synthetic handwriting, midway between its variants, with its name."""
    n_columns = 10
    by_digit = [[form for form in FORMS if form.digit == digit] for digit in range(N_CLASSES)]
    n_rows = max(map(len, by_digit))
    with _font(font):
        figure = Figure(figsize=(1.5 * n_columns, 1.9 * n_rows), layout="constrained")
        grid = figure.subplots(n_rows, n_columns, squeeze=False)
        for (row, column), axes in np.ndenumerate(grid):
            axes.axis("off")
            if row < len(by_digit[column]):
                form = by_digit[column][row]
                axes.imshow(render_form(form), cmap="gray_r")
                axes.set_title(f"{form.digit} {textwrap.fill(form.name, 18)}", fontsize=9)
    return figure


def _draw_sample(
    axes: Axes, image: NDArray[np.uint8], label: int, row: NDArray[np.float32], font: str | None
) -> None:
    guess = int(row.argmax())
    axes.imshow(image, cmap="gray_r", vmin=0, vmax=255)
    axes.set_title(
        f"{_say('true', font)} {label}\n{_say('predicted', font)} {guess} ({row[guess]:.1%})",
        color=RIGHT if guess == label else WRONG,
        fontsize=11,
    )


def _say(caption: str, font: str | None) -> str:
    return f"{CAPTIONS[caption]} {caption}" if font else caption


def _font(font: str | None) -> AbstractContextManager[None]:
    families: Iterable[str] = [font, "DejaVu Sans"] if font else ["DejaVu Sans"]
    return matplotlib.rc_context({"font.family": families, "axes.unicode_minus": False})
