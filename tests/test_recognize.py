"""Answers to drawings: in the process, on the command line, and to what a browser sends."""

import base64
import json
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from PIL import Image
from strangers import as_bytes, encoded, seven

from mnist_cnn.page.incoming import open_image
from mnist_cnn.page.inside import decode_seen, look_inside
from mnist_cnn.page.texts import read_texts
from mnist_cnn.preprocess import preprocess
from mnist_cnn.recognize import Recognizer, main


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


def test_the_command_line_names_a_file_that_is_no_image(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "note.png").write_text("no image")
    assert main([str(tmp_path / "note.png")]) == 1
    assert "note.png: cannot be read as an image" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
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


def test_looking_inside_tells_of_six_layers_and_two_reasons(recognizer: Recognizer) -> None:
    tensor = preprocess(seven())
    assert tensor is not None
    inside = look_inside(recognizer, tensor)
    shapes = [tuple(layer["shape"]) for layer in inside["layers"]]
    assert shapes == [(28, 28, 16), (14, 14, 16), (14, 14, 32), (7, 7, 32), (128,), (10,)]
    assert [reason["digit"] for reason in inside["reasons"]][0] == 7
    reason = np.frombuffer(base64.b64decode(inside["reasons"][0]["map"]), np.int8)
    assert reason.shape == (784,)
    assert not reason[tensor.ravel() == 0].any(), "where there is no ink nothing speaks"


def test_nothing_speaks_for_a_blank_image(recognizer: Recognizer) -> None:
    inside = look_inside(recognizer, np.zeros((28, 28, 1), np.float32))
    maps = [base64.b64decode(reason["map"]) for reason in inside["reasons"]]
    assert maps == [bytes(784)] * 2


@pytest.mark.parametrize("sent", [None, 3, "", "§", base64.b64encode(b"short").decode()])
def test_an_image_that_is_not_784_grey_levels_is_refused(sent: Any) -> None:
    with pytest.raises(gr.Error, match="784"):
        decode_seen(sent)


def test_every_text_exists_in_every_language() -> None:
    english, chinese = read_texts().values()
    assert english.keys() == chinese.keys()
