"""A look inside the network: what every layer computes, and which ink speaks for a digit.

The page computes the same in ``browser/network.js``, which tests hold to this.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mnist_cnn.backend import keras, tf
from mnist_cnn.preprocess import SIDE

# Wide enough to cover a pen stroke of MNIST, small enough to tell two strokes apart.
PATCH = 5


def layer_outputs(model: keras.Model, tensor: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    """Compute the output of every layer but the flattening one.

    Args:
        model: from :func:`mnist_cnn.model.load_model`.
        tensor: float32 (28, 28, 1) in [0, 1], ink 1 on background 0.

    Returns:
        float32 (rows, columns, channels) or (units,), layer by layer.
    """
    outputs = _trace(model, tuple(range(len(model.layers))))(tensor[np.newaxis])
    return [
        np.asarray(output)[0]
        for layer, output in zip(model.layers, outputs, strict=True)
        if not isinstance(layer, keras.layers.Flatten)
    ]


def occlusion(
    model: keras.Model, tensor: NDArray[np.float32], digits: list[int]
) -> NDArray[np.float32]:
    """Measure how much the ink around each pixel speaks for each digit.

    A square patch is blanked out around every pixel in turn; what a digit's lead over
    the mean of all logits loses by that, the ink there had spoken for it (Zeiler and
    Fergus 2014). Probabilities would not do: near 1 they hardly move.

    Args:
        model: from :func:`mnist_cnn.model.load_model`.
        tensor: float32 (28, 28, 1) in [0, 1], ink 1 on background 0.
        digits: the k digits to explain.

    Returns:
        float32 (k, 28, 28): positive where ink speaks for the digit, negative where
        it speaks against it, 0 where there is no ink.
    """
    padded = np.pad(tensor[..., 0], PATCH // 2)
    inked = np.argwhere(sliding_window_view(padded, (PATCH, PATCH)).any(axis=(2, 3)))
    blanked = [_blank(padded, row, column) for row, column in inked]
    leads = _leads(model, np.stack([tensor, *blanked]))[:, digits]
    relevance = np.zeros((len(digits), SIDE, SIDE), np.float32)
    relevance[:, inked[:, 0], inked[:, 1]] = (leads[0] - leads[1:]).T
    return relevance * (tensor[..., 0] > 0)


def _blank(padded: NDArray[np.float32], row: int, column: int) -> NDArray[np.float32]:
    """Blank the patch around a pixel of the unpadded image: (28, 28, 1)."""
    image = padded.copy()
    image[row : row + PATCH, column : column + PATCH] = 0
    margin = PATCH // 2
    return image[margin:-margin, margin:-margin, np.newaxis]


def _leads(model: keras.Model, tensors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the logits of n images less their mean: (n, 10)."""
    kernel, bias = model.layers[-1].get_weights()
    logits = _trace(model, (len(model.layers) - 2,))(tensors).numpy() @ kernel + bias
    return logits - logits.mean(axis=1, keepdims=True)


@lru_cache(maxsize=8)
def _trace(model: keras.Model, indices: tuple[int, ...]) -> Any:
    """Trace a function from images (n, 28, 28, 1) to the outputs of some layers."""
    probe = keras.Model(model.inputs[0], [model.layers[index].output for index in indices])
    signature = tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32)
    return tf.function(lambda tensors: probe(tensors), input_signature=[signature])
