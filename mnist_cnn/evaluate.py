"""Measure a saved model on the test set, or on drawings: ``python -m mnist_cnn.evaluate``."""

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mnist_cnn import MODEL_PATH, ModelError
from mnist_cnn.backend import keras
from mnist_cnn.data import DATA_PATH, N_CLASSES, DataError, load_mnist
from mnist_cnn.diet import unseen_doodles, unseen_drawings
from mnist_cnn.drawings import read_drawings
from mnist_cnn.measure import figures, hand
from mnist_cnn.measure.calibration import Reliability, reliability
from mnist_cnn.model import (
    load_model,
    load_threshold,
    looks_like_digit,
    predict,
)
from mnist_cnn.preprocess import to_tensor

N_DRAWN = 5_000
N_MISTAKES = 20
# As many of somebody's drawings fit on a sheet that can still be looked at.
N_DRAWN_MISTAKES = 400
# Drawings to measure on; the shipped model was trained and calibrated with seed 0.
UNTRAINED_SEED = 1


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
    def reliability(self) -> Reliability:
        """How sure the model is, beside how often it is right."""
        return reliability(self.probabilities, self.labels)

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

        By the probability of the predicted digit, which is what a reader is shown: of the
        images that are recognised the least sure, of the others the surest.
        """
        chosen = (self.labels == truth) & (self.probabilities.argmax(axis=1) == predicted)
        inside = np.flatnonzero(chosen)
        sureness = self.probabilities[inside, predicted]
        return inside[np.argsort(sureness if truth == predicted else -sureness, kind="stable")]


def evaluate(
    model: keras.Model, images: NDArray[np.uint8], labels: NDArray[np.uint8]
) -> Evaluation:
    """Run a model on uint8 images (n, 28, 28) with labels (n,)."""
    return Evaluation(labels, predict(model, to_tensor(images)))


def main(argv: list[str] | None = None) -> int:
    """Evaluate a saved model, print and draw random test images; return the exit status."""
    args = _parse(argv)
    run = _run_drawings if args.drawings else _run
    try:
        run(args)
    except (ModelError, DataError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _run(args: argparse.Namespace) -> None:
    model, threshold = load_model(args.model), load_threshold(args.model)
    _, (x_test, y_test) = load_mnist(args.data)
    result = evaluate(model, x_test, y_test)
    _print_scores("MNIST test", result, threshold)
    _print_per_class(result)
    seed = UNTRAINED_SEED if args.seed is None else args.seed
    drawings = evaluate(model, *unseen_drawings(N_DRAWN, seed))
    _print_scores("fresh drawings", drawings, threshold)
    doodles = predict(model, to_tensor(unseen_doodles(N_DRAWN, seed)))
    refused = 1 - looks_like_digit(doodles, threshold).mean()
    print(f"fresh doodles: {refused:.1%} of {N_DRAWN:,} do not look like a digit")
    chosen = np.random.default_rng(args.seed).choice(len(y_test), args.samples, replace=False)
    _print_samples(result, chosen)
    args.output.mkdir(parents=True, exist_ok=True)
    for name, indices in (("test_samples", chosen), ("mistakes", result.mistakes[:N_MISTAKES])):
        path = args.output / f"{name}.png"
        picture = (x_test[indices], y_test[indices], result.probabilities[indices])
        figures.samples(*picture, figures.chinese_font()).savefig(path)
        print(f"drawn in {path}")


def _run_drawings(args: argparse.Namespace) -> None:
    model, threshold = load_model(args.model), load_threshold(args.model)
    reading = hand.read(model, threshold, read_drawings(args.drawings))
    print(hand.table(reading))
    wrong = np.flatnonzero(~reading.right)[:N_DRAWN_MISTAKES]
    if not len(wrong):
        return
    args.output.mkdir(parents=True, exist_ok=True)
    path = args.output / "drawing_mistakes.png"
    figures.mistakes(reading.images[wrong], hand.captions(reading, wrong)).savefig(path, dpi=150)
    print(f"the first {len(wrong)} mistakes are drawn in {path}")


def _print_scores(name: str, result: Evaluation, threshold: float) -> None:
    refused = 1 - looks_like_digit(result.probabilities, threshold).mean()
    print(
        f"{name}: loss {result.loss:.4f}, accuracy {result.accuracy:.4f} on "
        f"{len(result.labels):,} images, "
        f"calibration error {result.reliability.expected_error:.4f}, "
        f"{refused:.1%} do not look like a digit"
    )


def _print_per_class(result: Evaluation) -> None:
    print("digit  images  accuracy")
    for digit, accuracy in enumerate(result.per_class):
        print(f"{digit:5d}  {(result.labels == digit).sum():6d}  {accuracy:8.4f}")


def _print_samples(result: Evaluation, chosen: NDArray[np.intp]) -> None:
    for index in chosen:
        row, mark = result.probabilities[index], "" if result.right[index] else "  wrong"
        print(
            f"image {index:5d}: true {result.labels[index]}, predicted {row.argmax()}, "
            f"probability {row.max():.4f}{mark}"
        )


def _parse(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m mnist_cnn.evaluate", description=__doc__)
    parser.add_argument("--model", type=Path, default=MODEL_PATH, help="a .keras or .h5 file")
    parser.add_argument(
        "--data", type=Path, default=DATA_PATH, help="mnist.npz or a folder of IDX files"
    )
    parser.add_argument(
        "--drawings",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="measure on drawings that the page saved, or on UCI's pendigits-orig.tra, instead",
    )
    parser.add_argument(
        "--samples", type=_sample_count, default=10, help="how many test images to show"
    )
    parser.add_argument("--seed", type=_seed, help="choose the same images again")
    parser.add_argument(
        "--output", type=Path, default=Path("evaluation"), help="folder for the figures"
    )
    return parser.parse_args(argv)


def _seed(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"choose a whole number from 0, not {text}")
    return int(text)


def _sample_count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 100:
        raise argparse.ArgumentTypeError(f"choose 1 to 100 samples, not {text}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
