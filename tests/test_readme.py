"""Both READMEs say the same, give the shipped model's figures and name files that exist."""

import re
from calendar import month_name
from collections.abc import Callable
from pathlib import Path

import pytest
from browser import ROOT

from mnist_cnn.page.training import read_metrics

ENGLISH, CHINESE = ROOT / "README.md", ROOT / "README.zh-CN.md"

# A figure is written the same in both languages, with its unit: 1,797 or 1.5 MB or 99.27 %.
FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?: (?:%|ms|s|MB)(?![A-Za-z]))?")
INLINE_CODE = re.compile(r"`([^`]+)`")
LINK = re.compile(r"\]\(([^)]+)\)")
MONTH = re.compile(rf"({'|'.join(month_name[1:])}) (\d{{4}})")
# A name with one of these endings, or a folder with its slash.
PATH = re.compile(r"[\w-][\w./-]*(?:/|\.(?:csv|json|keras|md|npz|png|py|txt|webp))")
MODULE = re.compile(r"mnist_cnn(?:\.\w+)+")


def blocks(document: Path) -> list[str]:
    """Return what blank lines part: headings, paragraphs, pictures, tables and fenced code."""
    text = re.sub(r"\A---\n.*?\n---\n", "", document.read_text("utf-8"), flags=re.DOTALL)
    return re.split(r"\n{2,}", text.strip())


def cells(block: str) -> list[str]:
    """Return the cells of a table, row by row; anything else is one cell."""
    return block.split("|") if block.startswith("|") else [block]


def kind(block: str) -> str:
    """Return what a block starts with, if that has a meaning: ``## ``, ``**`` before a title."""
    start = re.match(r"#+ |\*\*|!?\[|\||```", block)
    return start[0] if start else ""


def figures(cell: str) -> list[str]:
    """Return the figures outside code in their order; July 2026 is 2026, 7 as in Chinese."""
    text = LINK.sub("]", INLINE_CODE.sub("", cell))
    months = list(month_name)
    return FIGURE.findall(MONTH.sub(lambda date: f"{date[2]}, {months.index(date[1])}", text))


def code(cell: str) -> list[str]:
    return [cell] if cell.startswith("```") else INLINE_CODE.findall(cell)


def links(cell: str) -> list[str]:
    """Return where pictures and links lead; those to the other language count as the same."""
    return [link.replace(".zh-CN", "") for link in LINK.findall(cell)]


def test_both_languages_have_the_same_headings_paragraphs_pictures_and_tables_in_order() -> None:
    assert [kind(block) for block in blocks(ENGLISH)] == [kind(block) for block in blocks(CHINESE)]


def test_both_languages_have_tables_of_the_same_rows_and_columns() -> None:
    english, chinese = (
        [
            [row.count("|") for row in block.splitlines()]
            for block in blocks(readme)
            if block.startswith("|")
        ]
        for readme in (ENGLISH, CHINESE)
    )
    assert english == chinese


@pytest.mark.parametrize("content", [figures, code, links])
def test_both_languages_have_the_same_content_in_each_paragraph_and_cell(
    content: Callable[[str], list[str]],
) -> None:
    english, chinese = (
        [[content(cell) for cell in cells(block)] for block in blocks(readme)]
        for readme in (ENGLISH, CHINESE)
    )
    assert english == chinese


@pytest.mark.parametrize(
    "document", [ENGLISH, CHINESE, ROOT / "assets" / "MODEL_CARD.md"], ids=lambda file: file.name
)
def test_every_file_that_a_document_names_exists(document: Path) -> None:
    ignored = (ROOT / ".gitignore").read_text("utf-8").split()
    for cell in (cell for block in blocks(document) for cell in cells(block)):
        folder = ROOT
        for word in " ".join(code(cell) + links(cell)).split():
            name = word.replace(".", "/") + ".py" if MODULE.fullmatch(word) else word
            if not PATH.fullmatch(name) or f"/{name}" in ignored:
                continue
            # From the top, beside what was named before it, or where training writes.
            places = (ROOT, folder, ROOT / "assets")
            found = [place / name for place in places if (place / name).exists()]
            assert found, name
            folder = found[0].parent


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
