"""The network, how it is saved and loaded, and its fast forward pass."""

import json
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_cnn import METRICS_NAME, MODEL_PATH, ModelError
from mnist_cnn.backend import keras, tf
from mnist_cnn.data import N_CLASSES
from mnist_cnn.preprocess import SIDE


def build_model() -> keras.Model:
    """Build the untrained network: (n, 28, 28, 1) in [0, 1] to (n, 10) probabilities."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((SIDE, SIDE, 1)),
            layers.Conv2D(16, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Conv2D(32, 3, padding="same", activation="relu"),
            layers.MaxPooling2D(2),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(N_CLASSES, activation="softmax"),
        ],
        name="mnist_cnn",
    )


def predict(model: keras.Model, tensors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Compute the probability of every digit.

    One traced call: about 1 ms for one drawing, where ``model.predict`` takes 50 ms.

    Args:
        model: from :func:`load_model` or :func:`build_model`.
        tensors: float (n, 28, 28, 1) in [0, 1], ink 1 on background 0.

    Returns:
        float32 (n, 10); each row sums to 1.

    Raises:
        ValueError: when the tensors have another shape.
    """
    tensors = np.asarray(tensors, dtype=np.float32)
    if tensors.shape[1:] != (SIDE, SIDE, 1):
        raise ValueError(f"tensors must be (n, {SIDE}, {SIDE}, 1), not {tensors.shape}")
    forward = _traced(model)
    chunks = [
        forward(tf.constant(tensors[i : i + 1000])).numpy() for i in range(0, len(tensors), 1000)
    ]
    return np.concatenate(chunks) if chunks else np.zeros((0, N_CLASSES), np.float32)


def save_model(model: keras.Model, path: Path | str) -> None:
    """Save the network without optimiser state, as ``.keras`` or ``.h5``, whole or not at all."""
    path = Path(path)
    bare = build_model()
    bare.set_weights(model.get_weights())
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".saving-") as folder:
        finished = Path(folder) / path.name
        bare.save(finished)
        finished.replace(path)


def load_model(path: Path | str = MODEL_PATH) -> keras.Model:
    """Load a network saved by :func:`save_model`; code inside the file is never run.

    Args:
        path: a ``.keras`` or ``.h5`` file.

    Returns:
        A model for :func:`predict`, not compiled.

    Raises:
        ModelError: when the file is missing, damaged or another kind of model.
    """
    path = Path(path)
    if not path.is_file():
        raise ModelError(f"No model at {path}. Make one with: python train.py")
    try:
        model = keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # Keras raises whatever its reader met in a foreign file
        reason = str(error).partition("\n")[0]
        raise ModelError(
            f"{path} is damaged or not a Keras model: {reason}. Make one with: python train.py"
        ) from error
    # A model that was never built has no shapes at all.
    shapes = tuple(getattr(model, name, None) for name in ("input_shape", "output_shape"))
    if shapes != ((None, SIDE, SIDE, 1), (None, N_CLASSES)):
        raise ModelError(f"{path} maps {shapes[0]} to {shapes[1]}: not a digit classifier.")
    return model


def load_threshold(path: Path | str = MODEL_PATH) -> float:
    """Read, from the metrics beside a model, the top probability that a digit reaches.

    Returns:
        A probability; 0, which every drawing reaches, when nothing is saved beside the model.

    Raises:
        ModelError: when the metrics are damaged.
    """
    metrics = Path(path).with_name(METRICS_NAME)
    if not metrics.is_file():
        return 0.0
    try:
        threshold = json.loads(metrics.read_text("utf-8"))["threshold"]
        # Not isinstance(): it takes true and false for numbers.
        if type(threshold) in (int, float) and 0 <= threshold <= 1:
            return float(threshold)
        reason = f"{threshold!r} is no probability"
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        reason = repr(error)
    raise ModelError(f"{metrics} gives no threshold ({reason}). Make it with: python train.py")


def looks_like_digit(probabilities: NDArray[np.float32], threshold: float) -> NDArray[np.bool_]:
    """Give the verdict on drawings: whether the top probability reaches the threshold.

    Args:
        probabilities: float (..., 10) from :func:`predict`.
        threshold: from :func:`load_threshold`.

    Returns:
        bool (...).
    """
    return probabilities.max(axis=-1) >= threshold


def parameter_arithmetic(model: keras.Model) -> list[tuple[str, str, int]]:
    """Tell for every layer with a kernel how its number of parameters comes about.

    Returns:
        A row a layer: its name, the arithmetic as text, the number.
    """
    rows = []
    for layer in model.layers:
        if not hasattr(layer, "kernel"):
            continue
        *receptive_field, n_outputs = layer.kernel.shape
        inputs = "x".join(str(size) for size in receptive_field)
        arithmetic = f"({inputs} + 1) x {n_outputs}"
        rows.append((layer.name, arithmetic, layer.count_params()))
    return rows


@lru_cache(maxsize=4)  # tracing takes a second; it is kept for the models in use
def _traced(model: keras.Model) -> Any:
    signature = tf.TensorSpec((None, SIDE, SIDE, 1), tf.float32)
    traced = tf.function(
        lambda tensors: model(tensors, training=False), input_signature=[signature]
    )
    # By itself TensorFlow would look for the right trace in every call: a third of its time.
    return traced.get_concrete_function()
