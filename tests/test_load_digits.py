"""Other writers: scikit-learn's 1,797 digits of 8 x 8, through the whole pipeline."""

import re

import numpy as np
from browser import ROOT
from PIL import Image
from sklearn.datasets import load_digits

from mnist_cnn.model import load_model, predict
from mnist_cnn.preprocess import preprocess


def accuracy_on_load_digits() -> float:
    """Enlarge every image to a canvas, preprocess it and compare the answer."""
    digits = load_digits()
    tensors = []
    for image in digits.images:
        ink = Image.fromarray((255 - image * 255 / 16).astype(np.uint8))
        tensors.append(preprocess(ink.resize((240, 240), Image.Resampling.BICUBIC)))
    guesses = predict(load_model(), np.stack([t for t in tensors if t is not None])).argmax(axis=1)
    return float((guesses == digits.target).mean())


def test_the_readmes_figure_is_the_accuracy_on_load_digits() -> None:
    accuracy = accuracy_on_load_digits()
    print(f"load_digits: {accuracy:.1%}")
    published = re.search(r"load_digits.*?(\d\d\.\d) %", (ROOT / "README.md").read_text("utf-8"))
    assert published, "the README does not name it"
    assert abs(accuracy * 100 - float(published[1])) < 0.1
