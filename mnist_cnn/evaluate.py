"""Measure a saved model on the test set: ``python -m mnist_cnn.evaluate``."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_cnn import figures
from mnist_cnn.backend import keras
from mnist_cnn.data import DATA_PATH, N_CLASSES, DataError, load_mnist
from mnist_cnn.model import MODEL_PATH, ModelError, load_model, predict
from mnist_cnn.preprocess import to_tensor


@dataclass(frozen=True)
class Evaluation:
    """What a model makes of labelled images."""

    labels: NDArray[np.uint8]
    probabilities: NDArray[np.float32]
    """float32 (n, 10)."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which of the n images are recognised, bool (n,)."""
        return self.probabilities.argmax(axis=1) == self.labels

    @property
    def accuracy(self) -> float:
        """The share of images that are recognised."""
        return float(self.right.mean())

    @property
    def loss(self) -> float:
        """The mean cross-entropy, as Keras computes it."""
        return float(
            keras.losses.sparse_categorical_crossentropy(self.labels, self.probabilities)
            .numpy()
            .mean()
        )

    @property
    def per_class(self) -> list[float]:
        """The accuracy on each of the ten digits; nan where there are no images of it."""
        counts = self.confusion_matrix
        totals = counts.sum(axis=1)
        return [
            float(counts[d, d] / totals[d]) if totals[d] else float("nan") for d in range(N_CLASSES)
        ]

    @property
    def confusion_matrix(self) -> NDArray[np.int64]:
        """Counts (10, 10), true digits down, predicted digits across."""
        pairs = self.labels.astype(np.int64) * N_CLASSES + self.probabilities.argmax(axis=1)
        return np.bincount(pairs, minlength=N_CLASSES**2).reshape(N_CLASSES, N_CLASSES)

    @property
    def mistakes(self) -> NDArray[np.intp]:
        """The indices of the images that are not recognised, the surest mistake first."""
        wrong = np.flatnonzero(~self.right)
        return wrong[np.argsort(-self.probabilities[wrong].max(axis=1), kind="stable")]

    def cell(self, truth: int, predicted: int) -> NDArray[np.intp]:
        """Return the indices of a cell of the confusion matrix, the hardest image first.

        The hardest is the one whose true digit is the least probable.
        """
        chosen = (self.labels == truth) & (self.probabilities.argmax(axis=1) == predicted)
        inside = np.flatnonzero(chosen)
        return inside[np.argsort(self.probabilities[inside, truth], kind="stable")]


def evaluate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Evaluation:
    """Run a model on uint8 images (n, 28, 28) with labels (n,)."""
    return Evaluation(labels, predict(model, to_tensor(images)))


def main(argv: list[str] | None = None) -> int:
    """Evaluate a saved model, print and draw random test images; return the exit status."""
    args = _parse(argv)
    try:
        _run(args)
    except (ModelError, DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(args: argparse.Namespace) -> None:
    model = load_model(args.model)
    _, (x_test, y_test) = load_mnist(args.data)
    result = evaluate(model, x_test, y_test)
    print(f"test: loss {result.loss:.4f}, accuracy {result.accuracy:.4f} on {len(y_test):,} images")
    chosen = np.random.default_rng(args.seed).choice(len(y_test), args.samples, replace=False)
    for index in chosen:
        row = result.probabilities[index]
        mark = "" if result.right[index] else "  wrong"
        print(
            f"image {index:5d}: true {y_test[index]}, predicted {row.argmax()}, "
            f"probability {row.max():.4f}{mark}"
        )
    args.output.mkdir(parents=True, exist_ok=True)
    path = args.output / "test_samples.png"
    figures.samples(
        x_test[chosen], y_test[chosen], result.probabilities[chosen], figures.chinese_font()
    ).savefig(path)
    print(f"drawn in {path}")


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mnist_cnn.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_PATH, help="a .keras or .h5 file")
    parser.add_argument(
        "--data", type=Path, default=DATA_PATH, help="mnist.npz or a folder of IDX files"
    )
    parser.add_argument(
        "--samples", type=_sample_count, default=10, help="how many test images to show"
    )
    parser.add_argument("--seed", type=int, help="choose the same images again")
    parser.add_argument(
        "--output", type=Path, default=Path("evaluation"), help="folder for the figures"
    )
    return parser.parse_args(argv)


def _sample_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"choose 1 to 100 samples, not {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
