"""What a training run leaves behind: weights, how they were made and what they score."""

import csv
import hashlib
import json
import platform
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_cnn import figures
from mnist_cnn.backend import keras
from mnist_cnn.evaluate import Evaluation
from mnist_cnn.model import MODEL_PATH, parameter_arithmetic

N_SAMPLES = 10


@contextmanager
def all_or_nothing(output: Path) -> Iterator[Path]:
    """Give a scratch folder whose files move into ``output`` when the block succeeds.

    When the block raises, ``output`` is left as it was.

    Raises:
        OSError: when ``output`` cannot be made or written.
    """
    output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output, prefix=".training-") as name:
        yield Path(name)
        # The metrics go last: they describe files that are in place by then.
        for file in sorted(Path(name).iterdir(), key=lambda file: file.name == "metrics.json"):
            file.replace(output / file.name)


def write_log(folder: Path, history: dict[str, list[float]]) -> None:
    """Write ``training_log.csv``: a row an epoch, under Keras' metric names."""
    with (folder / "training_log.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["epoch", *history])
        writer.writerows(
            [epoch, *row] for epoch, row in enumerate(zip(*history.values(), strict=True), 1)
        )


def write_figures(
    folder: Path,
    history: dict[str, list[float]],
    result: Evaluation,
    x_test: NDArray[np.uint8],
    seed: int,
) -> None:
    """Write ``training_curves.png``, ``test_samples.png`` and ``confusion_matrix.png``."""
    font = figures.chinese_font()
    chosen = np.random.default_rng(seed).choice(len(x_test), N_SAMPLES, replace=False)
    samples = (x_test[chosen], result.labels[chosen], result.probabilities[chosen])
    figures.training_curves(history, font).savefig(folder / "training_curves.png")
    figures.samples(*samples, font).savefig(folder / "test_samples.png")
    figures.confusion_matrix(result.confusion_matrix, font).savefig(folder / "confusion_matrix.png")


def write_metrics(folder: Path, model: keras.Model, result: Evaluation, **how: Any) -> None:
    """Write ``metrics.json``: scores on the test set, and how the model was made.

    Args:
        folder: where to write.
        model: the trained model.
        result: what it makes of the test set.
        how: whatever else describes the run, as JSON values.
    """
    metrics = {
        "test_accuracy": result.accuracy,
        "test_loss": result.loss,
        "per_class_accuracy": result.per_class,
        "parameters": model.count_params(),
        "layers": describe_layers(model),
        **how,
        "weights_sha256": weights_digest(model),
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "versions": {
            "python": platform.python_version(),
            **{name: version(name) for name in ("tensorflow", "keras", "numpy")},
        },
    }
    (folder / "metrics.json").write_text(json.dumps(metrics, indent=2) + "\n")


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


def read_metrics(model_path: Path = MODEL_PATH) -> dict[str, Any]:
    """Read the ``metrics.json`` beside a model."""
    metrics: dict[str, Any] = json.loads(model_path.with_name("metrics.json").read_text())
    return metrics


def weights_digest(model: keras.Model) -> str:
    """Return the SHA-256 of all weights, as little-endian float32 in layer order."""
    digest = hashlib.sha256()
    for weights in model.get_weights():
        digest.update(weights.astype("<f4").tobytes())
    return digest.hexdigest()
