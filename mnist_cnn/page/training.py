"""The training tab: curves, layers and metrics, and figures where there are any."""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import gradio as gr
import pandas as pd
from PIL import Image

from mnist_cnn import METRICS_NAME
from mnist_cnn.page.component import FILES, FileComponent, data_url
from mnist_cnn.page.texts import read_texts

ASSETS = FILES.parent
FIGURES = ("reliability", "handwriting")
# The colours of the legend in training.css; they show on light and on dark.
COLORS = {"training": "#8f887d", "validation": "#d2452a"}


def training_tab(folder: Path = ASSETS) -> None:
    """Lay out what a training run left in ``folder``; for what is missing, say what to run."""
    log = read_log(folder)
    with FileComponent(
        "training",
        metrics=read_metrics(folder),
        curves=log is not None,
        figures=find_figures(folder),
        server_functions=[serve_figures(folder)],
        elem_id="training",
    ):
        if log is not None:
            for language, texts in read_texts().items():
                plot_curves(log, language, texts)


def find_figures(folder: Path) -> list[dict[str, Any]]:
    """Return name, width and height of the figures that there are."""
    figures = []
    for name in FIGURES:
        with suppress(OSError), Image.open(folder / f"{name}.png") as image:
            figures.append({"name": name, "width": image.width, "height": image.height})
    return figures


def serve_figures(folder: Path) -> Callable[[Any], str]:
    """Return what the script calls for a figure: a name in, a PNG as a data URL out."""

    def figure(name: Any) -> str:
        # Only these names: a path from the browser must never be opened.
        if name not in FIGURES or not (folder / f"{name}.png").is_file():
            raise gr.Error(f"A figure is one of {', '.join(FIGURES)}.", print_exception=False)
        return data_url((folder / f"{name}.png").read_bytes(), "png")

    return figure


def read_metrics(folder: Path) -> dict[str, Any] | None:
    """Read ``metrics.json``; ``None`` when it is missing or damaged."""
    try:
        metrics = json.loads((folder / METRICS_NAME).read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return metrics if isinstance(metrics, dict) else None


def read_log(folder: Path) -> pd.DataFrame | None:
    """Read ``training_log.csv`` as a row for every epoch and part of the data.

    Returns:
        Columns ``epoch``, ``part`` (training or validation), ``loss`` and ``accuracy``;
        ``None`` when the file is missing or damaged.
    """
    try:
        log = pd.read_csv(folder / "training_log.csv")
        parts = [
            pd.DataFrame(
                {
                    "epoch": log["epoch"].astype(str),
                    "part": part,
                    "loss": log[f"{prefix}loss"].round(4),
                    "accuracy": log[f"{prefix}sparse_categorical_accuracy"].round(4),
                }
            )
            for part, prefix in (("training", ""), ("validation", "val_"))
        ]
    except (OSError, ValueError, KeyError):
        return None
    return pd.concat(parts)


def plot_curves(log: pd.DataFrame, language: str, texts: dict[str, str]) -> None:
    """Lay out the two plots in one language; the style hides those in the others.

    Gradio translates labels in the browser, but not the names that a plot shows on hover.
    """
    said = {name: texts[f"training.{name}"] for name in (*log.columns, *COLORS)}
    curves = log.replace({"part": said}).rename(columns=said)
    with gr.Row(elem_classes=["curves", language]):
        for metric in ("loss", "accuracy"):
            gr.LinePlot(
                curves,
                x=said["epoch"],
                y=said[metric],
                color=said["part"],
                color_map={said[part]: color for part, color in COLORS.items()},
                colors_in_legend=[],
                # In the order of training, and a tick for every epoch.
                sort=list(log["epoch"].unique()),
                label=said[metric],
                show_label=False,
                container=False,
                height=260,
                min_width=320,
            )
