"""The weights for the browser: float16, whole, and named by what they are."""

import json
import struct
from typing import Any

import numpy as np
import pytest

from mnist_cnn import ModelError
from mnist_cnn.backend import keras
from mnist_cnn.model import build_model
from mnist_cnn.weights import WeightsFile, pack_weights, round_weights


@pytest.fixture
def model() -> keras.Model:
    keras.utils.set_random_seed(0)
    return build_model()


def split(file: WeightsFile) -> tuple[dict[str, Any], bytes]:
    (length,) = struct.unpack_from("<I", file.content)
    return json.loads(file.content[4 : 4 + length]), file.content[4 + length :]


def test_rounded_weights_are_the_nearest_that_float16_holds(model: keras.Model) -> None:
    before = model.get_weights()
    round_weights(model)
    for rounded, exact in zip(model.get_weights(), before, strict=True):
        assert rounded.dtype == np.float32
        np.testing.assert_array_equal(rounded, exact.astype(np.float16))


def test_the_file_holds_every_weight_as_float16(model: keras.Model) -> None:
    _, packed = split(pack_weights(model, 0.5))
    expected = np.concatenate([weights.ravel() for weights in model.get_weights()])
    np.testing.assert_array_equal(np.frombuffer(packed, "<f2"), expected.astype(np.float16))


def test_the_header_tells_digest_threshold_and_shapes(model: keras.Model) -> None:
    file = pack_weights(model, 0.25)
    header, _ = split(file)
    assert (header["digest"], header["threshold"]) == (file.digest, 0.25)
    assert header["layers"] == [
        {"kernel": [3, 3, 1, 16], "bias": [16]},
        {"kernel": [3, 3, 16, 32], "bias": [32]},
        {"kernel": [1568, 128], "bias": [128]},
        {"kernel": [128, 10], "bias": [10]},
    ]


def test_rounding_first_changes_nothing_in_the_file(model: keras.Model) -> None:
    file = pack_weights(model, 0.5)
    round_weights(model)
    assert pack_weights(model, 0.5) == file


def test_another_weight_or_threshold_gives_another_digest(model: keras.Model) -> None:
    first = pack_weights(model, 0.5).digest
    assert pack_weights(model, 0.6).digest != first
    weights = model.get_weights()
    weights[-1][9] += 0.01
    model.set_weights(weights)
    assert pack_weights(model, 0.5).digest != first


def test_a_weight_beyond_float16_is_refused(model: keras.Model) -> None:
    model.set_weights([weights + 70_000 for weights in model.get_weights()])
    with pytest.raises(ModelError, match=r"python train\.py"):
        pack_weights(model, 0.5)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_model_of_other_layers_is_refused(activation: str) -> None:
    layers = keras.layers
    other = keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            layers.Conv2D(16, 3, padding="same", activation=activation),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(10, activation="softmax"),
            *([] if activation == "tanh" else [layers.Dropout(0.5)]),
        ]
    )
    with pytest.raises(ModelError, match=r"train\.py"):
        pack_weights(other, 0.5)
