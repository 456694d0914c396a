"""What the training tab reads of a training run, and the forms of handwriting below it."""

import csv
import re
from pathlib import Path

import gradio as gr
import numpy as np
import pytest

from mnist_cnn.diet.handwriting import FORMS
from mnist_cnn.page import training
from mnist_cnn.page.forms import describe_forms, trace_strokes

NAMES = [
    *("epoch", "loss", "sparse_categorical_accuracy"),
    *("val_loss", "val_sparse_categorical_accuracy"),
]


def write_log(folder: Path, *rows: list[object]) -> None:
    with (folder / "training_log.csv").open("w", newline="") as file:
        csv.writer(file).writerows([NAMES, *rows])


def test_without_results_the_tab_knows_neither_metrics_nor_curves(tmp_path: Path) -> None:
    with gr.Blocks(analytics_enabled=False) as page:
        training.training_tab(tmp_path)
    tab, _ = page.blocks.values()
    assert tab.props["metrics"] is tab.props["curves"] is None


@pytest.mark.parametrize("content", ["", "{", "[]", "epoch,loss\n1,0.5\n", "\0"])
def test_damaged_results_count_as_missing(tmp_path: Path, content: str) -> None:
    for name in ("metrics.json", "training_log.csv"):
        (tmp_path / name).write_text(content)
    assert training.read_metrics(tmp_path) is None
    assert training.read_log(tmp_path) is None


@pytest.mark.parametrize("row", [[1, 0.5, 0.9], [1, 0.5, 0.9, 0.4, "high"]])
def test_a_log_with_a_damaged_row_counts_as_missing(tmp_path: Path, row: list[object]) -> None:
    write_log(tmp_path, row)
    assert training.read_log(tmp_path) is None


def test_a_log_without_an_epoch_counts_as_missing(tmp_path: Path) -> None:
    write_log(tmp_path)
    assert training.read_log(tmp_path) is None


def test_the_log_has_a_value_an_epoch_for_either_part_of_the_data(tmp_path: Path) -> None:
    write_log(tmp_path, [1, 0.500049, 0.8, 0.4, 0.85], [2, 0.3, 0.9, 0.2, 0.95])
    assert training.read_log(tmp_path) == {
        "loss": {"training": [0.5, 0.3], "validation": [0.4, 0.2]},
        "accuracy": {"training": [0.8, 0.9], "validation": [0.85, 0.95]},
    }


def test_a_loss_that_is_no_number_is_none_for_json(tmp_path: Path) -> None:
    write_log(tmp_path, [1, "nan", 0.1, "inf", 0.1])
    log = training.read_log(tmp_path)
    assert log is not None
    assert log["loss"] == {"training": [None], "validation": [None]}


def test_the_layers_add_up() -> None:
    metrics = training.read_metrics(training.ASSETS)
    assert metrics is not None
    assert sum(layer["parameters"] for layer in metrics["layers"]) == metrics["parameters"]
    assert metrics["layers"][0]["arithmetic"] == "(3x3x1 + 1) x 16"


def test_the_shipped_reliability_gives_the_shipped_calibration_errors() -> None:
    metrics = training.read_metrics(training.ASSETS)
    assert metrics is not None
    for name in ("test", "drawings"):
        curve = metrics["reliability"][name]
        columns = (curve["share"], curve["confidence"], curve["accuracy"])
        gaps = [share * abs(c - a) for share, c, a in zip(*columns, strict=True) if share]
        assert sum(gaps) == pytest.approx(metrics[f"{name}_calibration_error"], abs=2e-6)


def test_every_form_is_described_in_both_languages() -> None:
    described = describe_forms()
    assert [(form["digit"], form["name"]["en"]) for form in described] == [
        (form.digit, form.name) for form in FORMS
    ]
    for form in described:
        for text in (form["name"], form["where"]):
            assert re.search("[\u4e00-\u9fff]", text["zh-CN"]), text


def test_a_form_is_traced_in_the_middle_of_its_square() -> None:
    crossed = next(form for form in FORMS if (form.digit, form.name) == (7, "crossed"))
    strokes = trace_strokes(crossed)
    assert len(strokes) == 2
    points = np.array([pair.split(",") for pair in " ".join(strokes).split()], int)
    # Columns from 0 to 55 and rows from 0 to 100, as it is written down.
    assert (points.min(axis=0) + points.max(axis=0)).tolist() == pytest.approx([100, 100], abs=1)
    assert np.ptp(points, axis=0).tolist() == pytest.approx([60, 100], abs=6)
