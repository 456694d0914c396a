"""Temperature, calibration error and verdict, on predictions made by hand."""

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_cnn.backend import keras
from mnist_cnn.measure.calibration import (
    apply_temperature,
    fit_temperature,
    fit_threshold,
    reliability,
)
from mnist_cnn.model import build_model, looks_like_digit, predict


def predictions(confidence: float, n: int) -> NDArray[np.float32]:
    """Return n predictions of a 0 at one confidence."""
    rest = (1 - confidence) / 9
    return np.full((n, 10), [confidence, *[rest] * 9], np.float32)


def test_a_model_that_is_right_as_often_as_it_is_sure_has_no_calibration_error() -> None:
    labels = np.array([0] * 80 + [1] * 20, np.uint8)
    assert reliability(predictions(0.8, 100), labels).expected_error == pytest.approx(0, abs=1e-6)


def test_the_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    labels = np.array([0] * 50 + [1] * 50, np.uint8)
    assert reliability(predictions(0.9, 100), labels).expected_error == pytest.approx(0.4)


def test_the_calibration_error_weighs_bins_by_their_share() -> None:
    probabilities = np.concatenate([predictions(0.9, 75), predictions(0.3, 25)])
    labels = np.array([0] * 75 + [1] * 25, np.uint8)
    expected = 0.75 * 0.1 + 0.25 * 0.3
    assert reliability(probabilities, labels).expected_error == pytest.approx(expected, abs=1e-6)


def test_full_confidence_falls_in_the_last_bin() -> None:
    assert reliability(predictions(1, 5), np.zeros(5, np.uint8)).share[-1] == 1


def test_an_overconfident_model_gets_a_temperature_over_1() -> None:
    labels = np.array([0] * 70 + [1] * 30, np.uint8)
    temperature = fit_temperature(predictions(0.99, 100), labels)
    assert temperature > 1.5


def test_the_temperature_undoes_a_scaling_of_the_logits() -> None:
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2, (20_000, 10))
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    labels = (probabilities.cumsum(axis=1) > rng.random((20_000, 1))).argmax(axis=1)
    sharpened = probabilities**3 / (probabilities**3).sum(axis=1, keepdims=True)
    assert fit_temperature(sharpened, labels.astype(np.uint8)) == pytest.approx(3, rel=0.03)


def test_the_applied_temperature_divides_the_logits() -> None:
    keras.utils.set_random_seed(0)
    model = build_model()
    tensors = np.random.default_rng(0).random((4, 28, 28, 1), np.float32)
    before = np.log(predict(model, tensors))
    apply_temperature(model, 2)
    after = np.log(predict(model, tensors))
    ratio = (before - before[:, :1])[:, 1:] / (after - after[:, :1])[:, 1:]
    np.testing.assert_allclose(ratio, 2, rtol=1e-2)


def test_the_threshold_turns_away_its_share_of_digits() -> None:
    rng = np.random.default_rng(0)
    probabilities = np.concatenate([predictions(c, 1) for c in rng.uniform(0.3, 1, 1000)])
    threshold = fit_threshold(probabilities, turned_away=0.02)
    assert 1 - looks_like_digit(probabilities, threshold).mean() == pytest.approx(0.02, abs=0.002)


def test_the_verdict_on_one_drawing_is_one_truth_value() -> None:
    assert looks_like_digit(predictions(0.6, 1)[0], 0.5)
    assert not looks_like_digit(predictions(0.4, 1)[0], 0.5)
