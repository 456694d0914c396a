"""Figures say what they show, in characters that their font has."""

import io
from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.figure import Figure

from mnist_cnn.measure import figures
from mnist_cnn.measure.calibration import Reliability

HISTORY = {
    "loss": [0.5, 0.2, 0.1],
    "sparse_categorical_accuracy": [0.8, 0.9, 0.95],
    "val_loss": [0.4, 0.3, 0.2],
    "val_sparse_categorical_accuracy": [0.85, 0.9, 0.93],
}


def curves(font: str | None) -> Figure:
    return figures.training_curves(HISTORY, font)


def samples(font: str | None, n: int = 7) -> Figure:
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (n, 28, 28)).astype(np.uint8)
    probabilities = rng.dirichlet(np.ones(10), n).astype(np.float32)
    return figures.samples(images, range(n), probabilities, font)


def matrix(font: str | None) -> Figure:
    return figures.confusion_matrix(np.eye(10, dtype=np.int64), font)


def texts(figure: Figure) -> str:
    """Return every caption in a figure."""
    found = figure.findobj(matplotlib.text.Text)
    return "\n".join(text.get_text() for text in found)


FIGURES = pytest.mark.parametrize("draw", [curves, samples, matrix])


@pytest.fixture
def font() -> str:
    name = figures.chinese_font()
    if name is None:
        pytest.skip("no Chinese font is installed")
    return name


@FIGURES
def test_english_captions_are_drawn_without_a_missing_glyph(
    draw: Callable[[str | None], Figure],
) -> None:
    # Matplotlib warns of a missing glyph, and warnings fail a test.
    draw(None).savefig(io.BytesIO())


@FIGURES
def test_chinese_captions_are_drawn_without_a_missing_glyph(
    draw: Callable[[str | None], Figure], font: str
) -> None:
    draw(font).savefig(io.BytesIO())


@FIGURES
def test_captions_are_plain_english_without_a_chinese_font(
    draw: Callable[[str | None], Figure],
) -> None:
    assert texts(draw(None)).isascii()


@FIGURES
def test_captions_are_bilingual_with_a_chinese_font(
    draw: Callable[[str | None], Figure], font: str
) -> None:
    captions = texts(draw(font))
    assert any(f"{chinese} {english}" in captions for english, chinese in figures.CAPTIONS.items())


def test_without_an_installed_font_there_is_no_chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [])
    assert figures.chinese_font() is None


def test_a_font_that_lacks_the_characters_is_not_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    latin = Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")
    entry = font_manager.FontEntry(fname=str(latin), name="SimHei")
    monkeypatch.setattr(font_manager.fontManager, "ttflist", [entry])
    assert figures.chinese_font() is None


def test_the_curves_have_a_point_an_epoch_for_both_parts() -> None:
    loss, accuracy = curves(None).axes
    assert [line.get_ydata().tolist() for line in loss.lines] == [
        HISTORY["loss"],
        HISTORY["val_loss"],
    ]
    assert [line.get_ydata().tolist() for line in accuracy.lines] == [
        HISTORY["sparse_categorical_accuracy"],
        HISTORY["val_sparse_categorical_accuracy"],
    ]


@pytest.mark.parametrize("n", [1, 5, 7])
def test_every_sample_has_its_image(n: int) -> None:
    assert sum(bool(axes.images) for axes in samples(None, n).axes) == n


def test_a_sample_is_titled_with_digit_guess_and_probability() -> None:
    row = np.full((1, 10), 0.02, np.float32)
    row[0, 3] = 0.82
    figure = figures.samples(np.zeros((1, 28, 28), np.uint8), [8], row)
    assert figure.axes[0].get_title() == "true 8\npredicted 3 (82.0%)"


def test_the_confusion_matrix_is_one_field_of_ten_by_ten() -> None:
    (axes,) = matrix(None).axes
    assert axes.images[0].get_array().shape == (10, 10)


def test_the_confusion_matrix_writes_the_counts_that_are_not_0() -> None:
    counts = np.zeros((10, 10), np.int64)
    counts[3, 5] = 42
    (axes,) = figures.confusion_matrix(counts).axes
    assert [(text.get_text(), text.get_position()) for text in axes.texts] == [("42", (5, 3))]


def reliable(*shares: float) -> Figure:
    """Draw a diagram of one curve with bins that hold these shares."""
    bins = np.linspace(0.1, 0.9, len(shares))
    return figures.reliability_diagram(
        {"fresh drawings": Reliability(bins, bins, np.array(shares))}
    )


def test_a_point_of_few_predictions_is_paler() -> None:
    (axes,) = reliable(0.0001, 0.0025, 0.9974).axes
    assert axes.collections[0].get_facecolors()[:, 3].tolist() == [figures.PALEST, 0.5, 1]


def test_an_empty_bin_has_no_point() -> None:
    with_gap = Reliability(np.array([np.nan, 0.9]), np.array([np.nan, 0.8]), np.array([0.0, 1.0]))
    (axes,) = figures.reliability_diagram({"MNIST test": with_gap}).axes
    assert np.ma.compressed(axes.collections[0].get_offsets()).tolist() == [0.9, 0.8]


def test_the_reliability_diagram_is_in_english() -> None:
    assert texts(reliable(0.5, 0.5)).replace("\N{MINUS SIGN}", "-").isascii()


def test_drawing_leaves_the_settings_of_matplotlib_alone() -> None:
    before = dict(matplotlib.rcParams)
    curves("DejaVu Serif")
    assert dict(matplotlib.rcParams) == before
