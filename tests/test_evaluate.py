"""Scores are what their names say, and the shipped model scores what its metrics say."""

import json
from math import isnan, log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from sklearn import metrics as reference

from mnist_cnn import METRICS_NAME, MODEL_PATH
from mnist_cnn import evaluate as command
from mnist_cnn.data import load_mnist
from mnist_cnn.evaluate import Evaluation, evaluate, main
from mnist_cnn.measure.results import weights_digest
from mnist_cnn.model import build_model, load_model, save_model


def read_metrics() -> dict[str, Any]:
    return json.loads(MODEL_PATH.with_name(METRICS_NAME).read_text())  # type: ignore[no-any-return]


def guesses(digits: list[int], probability: float = 0.91) -> NDArray[np.float32]:
    """Return probabilities with one digit likely in each row, the others alike."""
    rows = np.full((len(digits), 10), (1 - probability) / 9, np.float32)
    rows[np.arange(len(digits)), digits] = probability
    return rows


@pytest.fixture
def three_of_four() -> Evaluation:
    return Evaluation(np.array([7, 7, 1, 0], np.uint8), guesses([7, 1, 1, 0]))


@pytest.fixture(scope="module")
def random_evaluation() -> Evaluation:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 10, 500).astype(np.uint8)
    return Evaluation(labels, rng.dirichlet(np.full(10, 0.3), 500).astype(np.float32))


@pytest.fixture(scope="module")
def shipped() -> Evaluation:
    _, (x_test, y_test) = load_mnist()
    return evaluate(load_model(), x_test, y_test)


# By hand


def test_the_right_images_are_told(three_of_four: Evaluation) -> None:
    assert three_of_four.right.tolist() == [True, False, True, True]


def test_the_accuracy_is_the_share_of_right_images(three_of_four: Evaluation) -> None:
    assert three_of_four.accuracy == 0.75


def test_the_accuracy_per_class_counts_that_class_only(three_of_four: Evaluation) -> None:
    per_class = three_of_four.per_class
    assert (per_class[0], per_class[1], per_class[7]) == (1, 1, 0.5)


def test_the_accuracy_of_a_class_without_images_is_not_a_number(three_of_four: Evaluation) -> None:
    assert [digit for digit in range(10) if isnan(three_of_four.per_class[digit])] == [
        2,
        3,
        4,
        5,
        6,
        8,
        9,
    ]


def test_the_confusion_matrix_has_true_digits_down(three_of_four: Evaluation) -> None:
    counts = three_of_four.confusion_matrix
    assert (counts[7, 1], counts[1, 7], counts[7, 7], counts.sum()) == (1, 0, 1, 4)


def test_the_loss_is_the_mean_cross_entropy(three_of_four: Evaluation) -> None:
    expected = -(3 * log(0.91) + log(0.01)) / 4
    assert three_of_four.loss == pytest.approx(expected, abs=1e-5)


# Against an independent implementation


def test_the_confusion_matrix_agrees_with_scikit_learn(random_evaluation: Evaluation) -> None:
    expected = reference.confusion_matrix(
        random_evaluation.labels, random_evaluation.probabilities.argmax(axis=1)
    )
    np.testing.assert_array_equal(random_evaluation.confusion_matrix, expected)


def test_the_accuracy_per_class_agrees_with_scikit_learn(random_evaluation: Evaluation) -> None:
    expected = reference.recall_score(
        random_evaluation.labels, random_evaluation.probabilities.argmax(axis=1), average=None
    )
    np.testing.assert_allclose(random_evaluation.per_class, expected)


# The shipped model


def test_the_shipped_accuracy_is_the_one_in_its_metrics(shipped: Evaluation) -> None:
    assert shipped.accuracy == pytest.approx(read_metrics()["test_accuracy"], abs=1e-4)


def test_the_shipped_accuracy_is_that_of_scaled_pixels(shipped: Evaluation) -> None:
    assert shipped.accuracy >= 0.99


def test_the_shipped_loss_is_the_one_in_its_metrics(shipped: Evaluation) -> None:
    assert shipped.loss == pytest.approx(read_metrics()["test_loss"], abs=1e-4)


def test_the_shipped_accuracy_per_class_is_the_one_in_its_metrics(shipped: Evaluation) -> None:
    assert shipped.per_class == pytest.approx(read_metrics()["per_class_accuracy"], abs=1e-3)


def test_the_shipped_weights_are_those_that_the_metrics_describe() -> None:
    assert weights_digest(load_model()) == read_metrics()["weights_sha256"]


# The command


@pytest.fixture
def on_few_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command run in an instant, where a test is not about the score."""
    train, (x_test, y_test) = load_mnist()
    few = (train, (x_test[:200], y_test[:200]))
    monkeypatch.setattr(command, "load_mnist", lambda path: few)


def run(capsys: pytest.CaptureFixture[str], *argv: str | Path) -> tuple[int, str, str]:
    status = main([str(argument) for argument in argv])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_the_command_prints_the_accuracy_and_as_many_images_as_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed, _ = run(capsys, "--samples", "4", "--output", tmp_path)
    assert status == 0
    assert f"accuracy {read_metrics()['test_accuracy']:.4f} on 10,000 images" in printed
    assert sum("predicted" in line for line in printed.splitlines()) == 4


def test_the_command_draws_a_picture(
    tmp_path: Path, on_few_images: None, capsys: pytest.CaptureFixture[str]
) -> None:
    _, printed, _ = run(capsys, "--output", tmp_path / "new" / "folder")
    drawn = tmp_path / "new" / "folder" / "test_samples.png"
    assert drawn.read_bytes().startswith(b"\x89PNG")
    assert f"drawn in {drawn}" in printed


def test_the_same_seed_chooses_the_same_images(
    tmp_path: Path, on_few_images: None, capsys: pytest.CaptureFixture[str]
) -> None:
    one, again, other = (
        run(capsys, "--seed", seed, "--output", tmp_path)[1] for seed in ("1", "1", "2")
    )
    assert one == again
    assert one != other


def test_the_command_reads_an_h5_file(
    tmp_path: Path, on_few_images: None, capsys: pytest.CaptureFixture[str]
) -> None:
    save_model(build_model(), tmp_path / "m.h5")
    status, printed, _ = run(capsys, "--model", tmp_path / "m.h5", "--output", tmp_path)
    assert status == 0
    assert "accuracy" in printed


@pytest.mark.parametrize("content", [None, b"", b"not a model"])
def test_a_wrong_model_file_gets_one_line(
    content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "m.keras"
    if content is not None:
        path.write_bytes(content)
    status, _, complaint = run(capsys, "--model", path, "--output", tmp_path)
    assert status == 1
    assert str(path) in complaint
    assert complaint.count("\n") == 1


def test_missing_data_gets_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, _, complaint = run(capsys, "--data", tmp_path / "nowhere", "--output", tmp_path)
    assert status == 1
    assert complaint == f"No data at {tmp_path / 'nowhere'}. " + (
        "Give an mnist.npz or a folder of IDX files.\n"
    )


def test_an_output_that_is_a_file_gets_one_line(
    tmp_path: Path, on_few_images: None, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken").touch()
    status, _, complaint = run(capsys, "--output", tmp_path / "taken")
    assert status == 1
    assert str(tmp_path / "taken") in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("value", ["0", "101", "-3", "ten"])
def test_a_bad_number_of_samples_gets_a_clear_message(
    value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--samples", value])
    assert caught.value.code == 2
    assert f"choose 1 to 100 samples, not {value}" in capsys.readouterr().err
