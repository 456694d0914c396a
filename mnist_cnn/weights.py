"""The weights as float16: what training rounds them to, and the file that the browser reads."""

from __future__ import annotations

import hashlib
import json
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_cnn import ModelError

if TYPE_CHECKING:  # a page does not wait for TensorFlow
    import keras

# Half of float32 for a browser to load, and rounding to it changes no answer on the test set.
WEIGHTS_DTYPE = "float16"

# What of a layer's configuration decides what it computes.
DECISIVE = (
    "filters",
    "kernel_size",
    "strides",
    "padding",
    "dilation_rate",
    "groups",
    "pool_size",
    "units",
    "activation",
    "use_bias",
    "data_format",
)


class WeightsFile(NamedTuple):
    """The weights for a browser: ``parseWeights`` in ``browser/network.js`` reads them."""

    digest: str
    """The SHA-256, in hex, of all that is in the file: what to name it by."""
    content: bytes


def round_weights(model: keras.Model) -> None:
    """Round the weights of a model to what float16 holds, so that a browser has the same."""
    model.set_weights([_halve(weights).astype(np.float32) for weights in model.get_weights()])


def pack_weights(model: keras.Model, threshold: float) -> WeightsFile:
    """Write the weights of a model for a browser, as float16.

    Those of a model that :func:`round_weights` has rounded are exactly these. Of any other
    they are rounded here: its probabilities in the browser are then a little different.

    The file: the length of a header in bytes, little-endian uint32; the header, JSON: the
    digest, the threshold, and for each layer with weights the shapes of its kernel and bias;
    the numbers in that order, little-endian float16, rows first.

    Args:
        model: from :func:`mnist_cnn.model.load_model`.
        threshold: the top probability that a digit reaches.

    Raises:
        ModelError: when the model has other layers than :func:`mnist_cnn.model.build_model`,
            or weights beyond float16: a browser cannot compute it.
    """
    from mnist_cnn.model import build_model

    if _describe(model) != _describe(build_model()):
        raise ModelError("A browser computes no other layers than those that train.py makes.")
    layers = [
        dict(zip(("kernel", "bias"), layer.get_weights(), strict=True))
        for layer in model.layers
        if layer.weights
    ]
    numbers = [_halve(weights) for layer in layers for weights in layer.values()]
    if not all(np.isfinite(weights).all() for weights in numbers):
        raise ModelError(
            "The model has weights that float16 does not hold. Make one with: python train.py"
        )
    shapes = [{name: weights.shape for name, weights in layer.items()} for layer in layers]
    about = {"threshold": threshold, "layers": shapes}
    packed = b"".join(weights.astype("<f2").tobytes() for weights in numbers)
    digest = hashlib.sha256(json.dumps(about).encode() + packed).hexdigest()
    header = json.dumps({"digest": digest, **about}).encode()
    return WeightsFile(digest, struct.pack("<I", len(header)) + header + packed)


def _halve(weights: NDArray[np.float32]) -> NDArray[np.float16]:
    with np.errstate(over="ignore"):  # to infinity, which pack_weights refuses
        return weights.astype(np.float16)


def _describe(model: keras.Model) -> list[tuple[Any, ...]]:
    """Describe what each layer computes: its kind and what of its configuration decides that."""
    layers = [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]
    return [
        (type(layer).__name__, *(layer.get_config().get(key) for key in DECISIVE))
        for layer in layers
    ]
