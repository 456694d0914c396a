"""A changed model file is taken up while drawings go on being answered; a bad one is not."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from shutil import copyfile
from socket import socket
from threading import Event

import numpy as np
import pytest
from browser import ROOT
from strangers import seven

from mnist_cnn import METRICS_NAME, MODEL_PATH, ModelError
from mnist_cnn.model import build_model, save_model
from mnist_cnn.recognize import Recognizer


def save_one_that_always_says(digit: int, path: Path) -> None:
    model = build_model()
    *others, kernel, bias = model.get_weights()
    model.set_weights([*others, np.zeros_like(kernel), bias + 50 * (np.arange(10) == digit)])
    save_model(model, path)


def read(recognizer: Recognizer) -> int:
    recognition = recognizer(seven())
    assert recognition
    return recognition.digit


@pytest.fixture
def path(tmp_path: Path) -> Path:
    for name in (MODEL_PATH.name, METRICS_NAME):
        copyfile(MODEL_PATH.with_name(name), tmp_path / name)
    return tmp_path / MODEL_PATH.name


def test_a_changed_model_is_taken_up_once(path: Path) -> None:
    recognizer = Recognizer(path)
    assert read(recognizer) == 7
    save_one_that_always_says(3, path)
    assert [recognizer.refresh(), recognizer.refresh()] == [True, False]
    assert read(recognizer) == 3


def test_a_bad_model_is_refused_once_and_the_old_one_serves_on(path: Path) -> None:
    recognizer = Recognizer(path)
    assert read(recognizer) == 7
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(ModelError, match="damaged"):
        recognizer.refresh()
    assert not recognizer.refresh()
    assert read(recognizer) == 7


def test_a_model_that_is_missing_at_first_is_taken_up_when_it_is_there(path: Path) -> None:
    recognizer = Recognizer(path)
    away = path.rename(path.with_suffix(".away"))
    for _ in range(2):
        with pytest.raises(ModelError, match="No model"):
            read(recognizer)
    away.rename(path)
    assert recognizer.refresh()
    assert read(recognizer) == 7


def test_a_changed_threshold_is_taken_up(path: Path) -> None:
    recognizer = Recognizer(path)
    assert recognizer.loaded.threshold < 1
    path.with_name(METRICS_NAME).write_text('{"threshold": 0.875}')
    assert recognizer.refresh()
    assert recognizer.loaded.threshold == 0.875


@pytest.mark.parametrize(
    "threshold",
    ["NaN", "Infinity", "-1", "1.5", "9" * 400, "true", '"0.5"', "null", "[" * 9000],
    ids=lambda t: t[:9],
)
def test_what_is_no_threshold_is_refused_and_the_old_one_serves_on(
    path: Path, threshold: str
) -> None:
    recognizer = Recognizer(path)
    old = recognizer.loaded.threshold
    path.with_name(METRICS_NAME).write_text(f'{{"threshold": {threshold}}}')
    with pytest.raises(ModelError, match="no threshold"):
        recognizer.refresh()
    assert recognizer.loaded.threshold == old


def test_a_model_without_metrics_turns_nothing_away(path: Path) -> None:
    path.with_name(METRICS_NAME).unlink()
    assert Recognizer(path).loaded.threshold == 0


@pytest.mark.parametrize("weight", [np.nan, np.inf])
def test_a_model_that_gives_no_probabilities_is_refused(path: Path, weight: float) -> None:
    recognizer = Recognizer(path)
    assert read(recognizer) == 7
    model = build_model()
    model.set_weights([np.full_like(w, weight) for w in model.get_weights()])
    save_model(model, path)
    with pytest.raises(ModelError, match="no probabilities"):
        recognizer.refresh()
    assert read(recognizer) == 7


def test_every_drawing_is_answered_while_models_change(path: Path) -> None:
    recognizer = Recognizer(path)
    assert read(recognizer) == 7
    finished = Event()

    def draw_on() -> list[int]:
        digits = [7]
        while not finished.is_set() or digits[-1] != 5:
            digits.append(read(recognizer))
        return digits

    with ThreadPoolExecutor(4) as pool:
        people = [pool.submit(draw_on) for _ in range(3)]
        for digit in (3, 5):
            save_one_that_always_says(digit, path)
            assert recognizer.refresh()
        finished.set()
        for person in people:
            changes = [digit for digit, _ in groupby(person.result(timeout=60))]
            assert changes in ([7, 3, 5], [7, 5])


def test_a_taken_port_gets_a_message_that_says_what_to_do() -> None:
    with socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        app = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=ROOT,
            env=os.environ | {"GRADIO_SERVER_PORT": port, "GRADIO_SERVER_NAME": "127.0.0.1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert app.stderr
        with app:
            message = app.stderr.readline()
            app.terminate()
    assert message.startswith(f"Port {port} is taken")
    assert "GRADIO_SERVER_PORT" in message
