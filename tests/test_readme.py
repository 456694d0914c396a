"""The figures of both READMEs are those of the shipped model's metrics."""

import re

import pytest
from browser import ROOT

from mnist_cnn.page.training import read_metrics


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
@pytest.mark.parametrize(
    ("command", "metrics"),
    [
        ("10,000", ["test_accuracy"]),
        ("5,000", ["drawings_accuracy"]),
        ("5,000", ["doodles_refused"]),
        ("15", ["test_calibration_error", "drawings_calibration_error"]),
    ],
)
def test_a_published_figure_is_the_measured_one(
    name: str, command: str, metrics: list[str]
) -> None:
    measured = read_metrics(ROOT / "assets")
    assert measured is not None
    rows = [row for row in (ROOT / name).read_text("utf-8").splitlines() if command in row]
    published = [re.findall(r"(\d+\.\d+) %", row) for row in rows if row.startswith("|")]
    expected = [measured[metric] * 100 for metric in metrics]
    assert any(
        len(row) == len(expected)
        and all(abs(float(p) - e) <= 0.051 for p, e in zip(row, expected, strict=True))
        for row in published
    ), (expected, published)
