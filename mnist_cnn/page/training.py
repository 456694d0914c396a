"""The training tab: curves, layers, results and reliability, and the forms of handwriting."""

import csv
import json
import math
from pathlib import Path
from typing import Any

from mnist_cnn import METRICS_NAME, MODEL_PATH
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.forms import Forms

ASSETS = MODEL_PATH.parent
# Before Keras' metric names, for the two parts of the data.
PARTS = {"training": "", "validation": "val_"}
METRICS = {"loss": "loss", "accuracy": "sparse_categorical_accuracy"}


def training_tab(folder: Path) -> None:
    """Lay out what a training run left in ``folder``; for what is missing, say what to run."""
    FileComponent(
        "training", metrics=read_metrics(folder), curves=read_log(folder), elem_id="training"
    )
    Forms(elem_id="forms")


def read_metrics(folder: Path) -> dict[str, Any] | None:
    """Read ``metrics.json``; ``None`` when it is missing or damaged."""
    try:
        metrics = json.loads((folder / METRICS_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return metrics if isinstance(metrics, dict) else None


def read_log(folder: Path) -> dict[str, dict[str, list[float | None]]] | None:
    """Read ``training_log.csv``, which has a row an epoch.

    Returns:
        Under ``loss`` and ``accuracy``, each for ``training`` and ``validation``, one value an
        epoch, to four places, ``None`` where it is no number; ``None`` when the file is missing,
        empty or damaged.
    """
    try:
        with (folder / "training_log.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        curves = {
            metric: {
                part: [_number(row[f"{prefix}{name}"]) for row in rows]
                for part, prefix in PARTS.items()
            }
            for metric, name in METRICS.items()
        }
    except (OSError, ValueError, KeyError, TypeError, csv.Error):
        return None
    return curves if rows else None


def _number(text: str) -> float | None:
    """Read a number to four places; there is no nan in JSON."""
    number = float(text)
    return round(number, 4) if math.isfinite(number) else None
