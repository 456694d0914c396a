"""Labelled images hung beside what the network makes of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mnist_cnn import ModelError
from mnist_cnn.data import DATA_PATH, DataError, Images, load_mnist
from mnist_cnn.recognize import Recognizer

if TYPE_CHECKING:
    import keras

    from mnist_cnn.evaluate import Evaluation


class GalleryError(Exception):
    """There is nothing to show; the message says why and what to do."""


@dataclass(frozen=True)
class Exhibit:
    """One labelled image and the network's answer to it."""

    index: int
    """Its place in the data set."""
    image: NDArray[np.uint8]
    """uint8 (28, 28), ink 255 on background 0."""
    truth: int
    predicted: int
    probability: float
    """Of the predicted digit."""


class Gallery:
    """Labelled images to choose from; they are judged when first asked for."""

    def __init__(
        self,
        judge: Callable[[], tuple[Images, Evaluation]],
        version: Callable[[], object] = lambda: None,
    ) -> None:
        """Hang up nothing yet.

        Args:
            judge: brings the images (n, 28, 28) and what a model makes of them.
            version: tells one model from another; with a new one, all are judged again.
        """
        self._judge = judge
        self._version = version
        self._judged: tuple[Images, Evaluation] | None = None
        self._judged_version: object = None
        self._lock = Lock()

    @property
    def confusion_matrix(self) -> NDArray[np.int64]:
        """Counts (10, 10), true digits down, predicted digits across."""
        return self._contents()[1].confusion_matrix

    def samples(self, count: int, seed: int | None = None) -> list[Exhibit]:
        """Choose images at random, without a seed others every time."""
        n_images = len(self._contents()[0])
        return self._show(np.random.default_rng(seed).choice(n_images, count, replace=False))

    def mistakes(self, count: int) -> list[Exhibit]:
        """Choose the mistakes that the network was surest of, the worst first."""
        return self._show(self._contents()[1].mistakes[:count])

    def cell(self, truth: int, predicted: int, count: int) -> list[Exhibit]:
        """Choose from a cell of the confusion matrix, the hardest images first."""
        return self._show(self._contents()[1].cell(truth, predicted)[:count])

    def _contents(self) -> tuple[Images, Evaluation]:
        with self._lock:
            # Asked before judging: what comes meanwhile is judged the next time.
            version = self._version()
            if self._judged is None or self._judged_version != version:
                self._judged = self._judge()
                self._judged_version = version
            return self._judged

    def _show(self, indices: NDArray[np.intp]) -> list[Exhibit]:
        images, result = self._contents()
        return [
            Exhibit(
                int(index),
                images[index],
                int(result.labels[index]),
                int(result.probabilities[index].argmax()),
                float(result.probabilities[index].max()),
            )
            for index in indices
        ]


def judge_test_set(recognizer: Recognizer, data: Path = DATA_PATH) -> tuple[Images, Evaluation]:
    """Run the recogniser's model on the test images of MNIST, which takes seconds.

    Raises:
        GalleryError: when the data or the model are missing or damaged.
    """
    # These bring TensorFlow, which a page does not wait for.
    from mnist_cnn.evaluate import evaluate

    try:
        _, (images, labels) = load_mnist(data)
    except DataError as error:
        raise GalleryError(str(error)) from error
    return images, evaluate(model_in_use(recognizer), images, labels)


def model_in_use(recognizer: Recognizer) -> keras.Model:
    """Return the recogniser's model.

    Raises:
        GalleryError: when it is missing or damaged.
    """
    try:
        return recognizer.model
    except ModelError as error:
        raise GalleryError(str(error)) from error
