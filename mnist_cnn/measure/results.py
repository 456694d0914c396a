"""What a training run leaves behind: weights, how they were made and what they score."""

import csv
import hashlib
import json
import platform
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock, Timeout
from numpy.typing import NDArray

from mnist_cnn import METRICS_NAME, MODEL_PATH, ModelError
from mnist_cnn.backend import keras
from mnist_cnn.data import Images, Labels
from mnist_cnn.diet import unseen_doodles, unseen_drawings
from mnist_cnn.drawings import Drawing
from mnist_cnn.evaluate import N_DRAWN, Evaluation, evaluate
from mnist_cnn.measure import figures, hand
from mnist_cnn.model import (
    load_model,
    load_threshold,
    looks_like_digit,
    parameter_arithmetic,
    predict,
)
from mnist_cnn.preprocess import to_tensor
from mnist_cnn.training import Trained
from mnist_cnn.weights import WEIGHTS_DTYPE

N_SAMPLES = 10
SCRATCH = ".training-"
# All that a run writes has 1.2 million bytes.
ROOM = 10_000_000


class OutputError(Exception):
    """Results cannot be written where they should; the message says why and what to do."""


@contextmanager
def all_or_nothing(output: Path) -> Iterator[Path]:
    """Give a scratch folder whose files move into ``output`` when the block succeeds.

    When the block raises, the files in ``output`` are left as they were. What a killed run
    has left is swept away; the lock, an empty file, stays.

    Raises:
        OutputError: when ``output`` cannot be made or written, another run writes to it, or
            its disk is full.
    """
    with _alone(output):
        for left in output.glob(f"{SCRATCH}*/"):
            shutil.rmtree(left, ignore_errors=True)
        if (free := shutil.disk_usage(output).free) < ROOM:
            raise OutputError(
                f"{output} has room for {free:,} bytes; training writes up to {ROOM:,}. "
                "Make room or choose another --output."
            )
        with tempfile.TemporaryDirectory(dir=output, prefix=SCRATCH) as name:
            yield Path(name)
            # The metrics go last: they describe files that are in place by then.
            for file in sorted(Path(name).iterdir(), key=lambda file: file.name == METRICS_NAME):
                file.replace(output / file.name)


@contextmanager
def _alone(output: Path) -> Iterator[None]:
    """Keep other runs away from a folder; the lock goes with the process that holds it."""
    lock = FileLock(output / ".training.lock")
    try:
        output.mkdir(parents=True, exist_ok=True)
        lock.acquire(blocking=False)
    except Timeout:
        raise OutputError(
            f"Another training writes to {output}. Wait for it, or choose another --output."
        ) from None
    except OSError as error:
        message = f"{output} cannot be written: {error}. Choose another --output."
        raise OutputError(message) from error
    try:
        yield
    finally:
        lock.release()


def write_log(folder: Path, history: dict[str, list[float]]) -> None:
    """Write ``training_log.csv``: a row an epoch, under Keras' metric names."""
    with (folder / "training_log.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        writer.writerows(
            [epoch, *row] for epoch, row in enumerate(zip(*history.values(), strict=True), 1)
        )


class Scores(NamedTuple):
    """What the finished model makes of images that it was not trained on."""

    test: Evaluation
    """The test set of MNIST."""
    drawings: Evaluation
    """Fresh synthetic drawings."""
    doodles: NDArray[np.float32]
    """The probabilities (n, 10) of fresh doodles."""


def measure(model: keras.Model, x_test: Images, y_test: Labels, seed: int) -> Scores:
    """Run a model on the test set, and on drawings and doodles by an unused seed."""
    return Scores(
        evaluate(model, x_test, y_test),
        evaluate(model, *unseen_drawings(N_DRAWN, seed + 1)),
        predict(model, to_tensor(unseen_doodles(N_DRAWN, seed + 1))),
    )


def compare(
    output: Path,
    trained: Trained,
    scores: Scores,
    x_test: Images,
    seed: int,
    held_back: Sequence[Drawing],
) -> dict[str, Any]:
    """Describe what a run with somebody's drawings has changed, as JSON values.

    Args:
        output: the folder whose model the run replaces; the shipped one counts where there
            is none that can be loaded.
        trained: the new model.
        scores: its scores.
        x_test: what they were measured on.
        seed: the same as for :func:`measure`.
        held_back: drawings that were not learnt from.

    Returns:
        Under ``before`` (``None`` without a model) and ``after``: ``test_accuracy``,
        ``drawings_accuracy``, and of ``held_back`` drawings ``held_back_right``.
    """
    before = None
    if replaced := _replaced_model(output):
        old_scores = measure(replaced[0], x_test, scores.test.labels, seed)
        before = _describe_hand(*replaced, old_scores, held_back)
    return {
        "before": before,
        "after": _describe_hand(trained.model, trained.threshold, scores, held_back),
    }


def describe_comparison(comparison: dict[str, Any]) -> str:
    """Say it in a line before and a line after."""
    lines = [
        f"{when}: MNIST {s['test_accuracy']:.2%}, fresh drawings {s['drawings_accuracy']:.2%}"
        f"{_describe_held_back(**s)}"
        for when in ("before", "after")
        if (s := comparison[when])
    ]
    return "\n".join(lines)


def _describe_held_back(held_back: int, held_back_right: int, **_: float) -> str:
    return f", {held_back_right} of {held_back} held-back drawings" if held_back else ""


def _replaced_model(output: Path) -> tuple[keras.Model, float] | None:
    """Load the model and threshold that a run will replace, or the shipped ones."""
    for path in (output / MODEL_PATH.name, MODEL_PATH):
        with suppress(ModelError):
            return load_model(path), load_threshold(path)
    return None


def _describe_hand(
    model: keras.Model, threshold: float, scores: Scores, held_back: Sequence[Drawing]
) -> dict[str, Any]:
    right = hand.read(model, threshold, held_back).right
    return {
        "test_accuracy": scores.test.accuracy,
        "drawings_accuracy": scores.drawings.accuracy,
        "held_back": len(right),
        "held_back_right": int(right.sum()),
    }


def write_figures(
    folder: Path, history: dict[str, list[float]], scores: Scores, x_test: Images, seed: int
) -> None:
    """Write the tutorial's three figures, the reliability diagram and the sheet of forms."""
    font = figures.chinese_font()
    result = scores.test
    chosen = np.random.default_rng(seed).choice(len(x_test), N_SAMPLES, replace=False)
    samples = (x_test[chosen], result.labels[chosen], result.probabilities[chosen])
    curves = {
        "MNIST test": result.reliability,
        "fresh drawings": scores.drawings.reliability,
    }
    for name, figure in {
        "training_curves": figures.training_curves(history, font),
        "test_samples": figures.samples(*samples, font),
        "confusion_matrix": figures.confusion_matrix(result.confusion_matrix, font),
        "reliability": figures.reliability_diagram(curves),
        "handwriting": figures.handwriting(),
    }.items():
        figure.savefig(folder / f"{name}.png")


def write_metrics(folder: Path, trained: Trained, scores: Scores, **how: Any) -> None:
    """Write ``metrics.json``: what the model scores, and how it was made.

    Args:
        folder: where to write.
        trained: the model, its temperature and its threshold.
        scores: from :func:`measure`.
        how: whatever else describes the run, as JSON values.
    """
    doodles = looks_like_digit(scores.doodles, trained.threshold)
    metrics = {
        "test_accuracy": scores.test.accuracy,
        "test_loss": scores.test.loss,
        "per_class_accuracy": scores.test.per_class,
        "test_calibration_error": scores.test.reliability.expected_error,
        "drawings_accuracy": scores.drawings.accuracy,
        "drawings_calibration_error": scores.drawings.reliability.expected_error,
        "doodles_refused": 1 - float(doodles.mean()),
        "reliability": {
            "test": describe_reliability(scores.test),
            "drawings": describe_reliability(scores.drawings),
        },
        "temperature": trained.temperature,
        "threshold": trained.threshold,
        "parameters": trained.model.count_params(),
        "layers": describe_layers(trained.model),
        **how,
        "weights_dtype": WEIGHTS_DTYPE,
        "weights_sha256": weights_digest(trained.model),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("tensorflow", "keras", "numpy")},
        },
    }
    (folder / METRICS_NAME).write_text(json.dumps(metrics, indent=2) + "\n")


def describe_reliability(result: Evaluation) -> dict[str, Any]:
    """Describe how sure and how right a model was, as JSON values.

    Returns:
        ``images``, how many there are; ``confidence``, ``accuracy`` and ``share``, one value
        for each bin, as in :class:`mnist_cnn.measure.calibration.Reliability`, with ``None``
        in place of nan.
    """
    bins = {
        name: [None if np.isnan(value) else round(float(value), 6) for value in values]
        for name, values in result.reliability._asdict().items()
    }
    return {"images": len(result.labels), **bins}


def describe_layers(model: keras.Model) -> list[dict[str, Any]]:
    """Describe every layer: kind, output shape, parameters and how their number comes about."""
    arithmetic = {name: text for name, text, _ in parameter_arithmetic(model)}
    return [
        {
            "kind": type(layer).__name__,
            "output": list(layer.output.shape[1:]),
            "arithmetic": arithmetic.get(layer.name, ""),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]


def weights_digest(model: keras.Model) -> str:
    """Return the SHA-256 of all weights, as little-endian float32 in layer order."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(weights.astype("<f4").tobytes())
    return digest.hexdigest()
