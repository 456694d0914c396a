"""How far probabilities can be believed, and which of them are too low for a digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

if TYPE_CHECKING:  # the figures need no TensorFlow
    from mnist_cnn.backend import keras

N_BINS = 15
# The share of real digits that the verdict may turn away.
TURNED_AWAY = 0.02
# Float32 probabilities reach 0, of which there is no logarithm.
LEAST_PROBABILITY = 1e-30


class Reliability(NamedTuple):
    """Confidence and accuracy of n predictions, in bins of equal width."""

    confidence: NDArray[np.float64]
    """The mean top probability in each bin, float (15,); nan in an empty one."""
    accuracy: NDArray[np.float64]
    """The share of right answers in each bin, float (15,); nan in an empty one."""
    share: NDArray[np.float64]
    """The share of the predictions that fall in each bin, float (15,)."""

    @property
    def expected_error(self) -> float:
        """The expected calibration error: the mean gap, weighted by share (Guo et al. 2017)."""
        return float(np.nansum(self.share * np.abs(self.confidence - self.accuracy)))


def reliability(
    probabilities: NDArray[np.float32], labels: NDArray[np.uint8], n_bins: int = N_BINS
) -> Reliability:
    """Compare how sure predictions (n, 10) are with how often they are right."""
    confidence, right = probabilities.max(axis=1), probabilities.argmax(axis=1) == labels
    bins = np.minimum((confidence * n_bins).astype(int), n_bins - 1)
    counts, confident, correct = (
        np.bincount(bins, weights, n_bins) for weights in (None, confidence, right)
    )
    with np.errstate(invalid="ignore"):
        return Reliability(confident / counts, correct / counts, counts / len(labels))


def fit_temperature(probabilities: NDArray[np.float32], labels: NDArray[np.uint8]) -> float:
    """Find the temperature that makes the labels most probable (Guo et al. 2017).

    Args:
        probabilities: float (n, 10), of validation data.
        labels: uint8 (n,).

    Returns:
        The number to divide the logits by: over 1 for a network that is too sure.
    """
    logits = np.log(probabilities.astype(np.float64).clip(LEAST_PROBABILITY))
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        scaled = logits / np.exp(log_temperature)
        return float(np.mean(np.logaddexp.reduce(scaled, axis=1) - scaled[rows, labels]))

    return float(np.exp(optimize.minimize_scalar(loss, bounds=(-3, 3), method="bounded").x))


def apply_temperature(model: keras.Model, temperature: float) -> None:
    """Divide the logits of a model by a temperature, in the weights of its last layer.

    The layers stay as they are, and every file format carries the calibration along.
    """
    last = model.layers[-1]
    last.set_weights([weights / np.float32(temperature) for weights in last.get_weights()])


def fit_threshold(probabilities: NDArray[np.float32], turned_away: float = TURNED_AWAY) -> float:
    """Find the top probability that all but a share of real digits (n, 10) reach."""
    return float(np.quantile(probabilities.max(axis=1), turned_away))
