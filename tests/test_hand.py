"""What is right on somebody's drawings is counted by digit and by brush."""

from pathlib import Path

import numpy as np
import pytest

from mnist_cnn.backend import keras
from mnist_cnn.diet.handwriting import FORMS
from mnist_cnn.diet.pen import parse, trace
from mnist_cnn.drawings import Drawing
from mnist_cnn.evaluate import main
from mnist_cnn.measure import figures, hand
from mnist_cnn.model import load_model


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return load_model()


def written(digit: int, width: float | None = 0.06) -> Drawing:
    """Write a digit in its first form, in the middle of the pad."""
    form = next(form for form in FORMS if form.digit == digit)
    return Drawing(digit, width, [0.2 + 0.6 * path[0] for path in trace(parse(form.strokes))])


def line(drawing: Drawing) -> str:
    label = "null" if drawing.label is None else drawing.label
    strokes = [stroke[:, ::-1].tolist() for stroke in drawing.strokes]
    return f'{{"label": {label}, "width": {drawing.width}, "strokes": {strokes}}}\n'


SIX = written(6)
WRONG = SIX._replace(label=2)


def test_a_digit_is_right_when_it_is_the_likeliest(model: keras.Model) -> None:
    assert hand.read(model, 0.5, [SIX, WRONG]).right.tolist() == [True, False]


def test_what_is_no_digit_is_right_when_it_does_not_look_like_one(model: keras.Model) -> None:
    no_digit = [SIX._replace(label=None)]
    assert not hand.read(model, 0.5, no_digit).right
    assert hand.read(model, 1.1, no_digit).right


def test_a_drawing_without_a_width_is_read_with_three(model: keras.Model) -> None:
    reading = hand.read(model, 0.5, [SIX._replace(width=None)])
    assert reading.widths.tolist() == [0.03, 0.05, 0.08]


def test_no_drawings_are_read_too(model: keras.Model) -> None:
    assert hand.read(model, 0.5, []).images.shape == (0, 28, 28)


def test_the_table_counts_by_digit_and_by_brush() -> None:
    reading = hand.Reading(
        np.zeros((4, 28, 28), np.uint8),
        np.array([7, 7, 2, hand.NO_DIGIT]),
        np.array([0.03, 0.06, 0.064, 0.06]),
        np.zeros((4, 10), np.float32),
        np.array([True, False, True, True]),
    )
    assert [row.split() for row in hand.table(reading).splitlines()] == [
        ["right", "brush", "3", "%", "brush", "6", "%", "all"],
        ["2", "1/1", "1/1"],
        ["7", "1/1", "0/1", "1/2"],
        ["none", "1/1", "1/1"],
        ["all", "1/1", "2/3", "3/4"],
        ["100.00%", "66.67%", "75.00%"],
    ]


@pytest.mark.parametrize("n", [1, 20, 45])
def test_a_sheet_of_mistakes_has_a_caption_for_each(n: int) -> None:
    figure = figures.mistakes(np.full((n, 28, 28), 255, np.uint8), ["7 > 1 93%"] * n)
    assert len(figure.axes[0].texts) == n


def test_the_command_prints_the_table_and_draws_the_mistakes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hand.jsonl"
    path.write_text(line(SIX) + line(WRONG))
    assert main(["--drawings", str(path), "--output", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr().out
    assert "50.00%" in printed
    assert "MNIST" not in printed
    assert (tmp_path / "out" / "drawing_mistakes.png").read_bytes().startswith(b"\x89PNG")


def test_without_a_mistake_nothing_is_drawn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "hand.jsonl"
    path.write_text(line(SIX))
    assert main(["--drawings", str(path), "--output", str(tmp_path / "out")]) == 0
    assert "100.00%" in capsys.readouterr().out
    assert not (tmp_path / "out").exists()


def test_the_command_names_a_bad_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "hand.jsonl"
    path.write_text(line(SIX) + "7\n")
    assert main(["--drawings", str(path)]) == 1
    complaint = capsys.readouterr().err
    assert f"{path}, line 2: no object" in complaint
    assert complaint.count("\n") == 1
