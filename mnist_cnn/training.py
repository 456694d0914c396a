"""How the network learns: Adam with a short warm-up and a cosine decay, five epochs."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.backend import keras
from mnist_cnn.data import VALIDATION_SPLIT
from mnist_cnn.model import build_model
from mnist_cnn.preprocess import to_tensor

LOSS = "sparse_categorical_crossentropy"
ACCURACY = "sparse_categorical_accuracy"


@dataclass(frozen=True)
class Recipe:
    """What a training run can vary; the defaults make the shipped model."""

    epochs: int = 5
    batch_size: int = 64
    seed: int = 0
    peak_learning_rate: float = 3e-3
    warm_up: float = 0.1
    """Share of all steps in which the rate climbs from 0; it then falls to 0 again."""


def train(
    x_train: NDArray[np.uint8], y_train: NDArray[np.uint8], recipe: Recipe, verbose: int = 1
) -> tuple[keras.Model, dict[str, list[float]]]:
    """Train a new network; the same seed on the same machine gives the same weights.

    Args:
        x_train: uint8 (n, 28, 28), ink 255 on background 0; the last fifth validates.
        y_train: uint8 (n,), labels 0 to 9.
        recipe: see :class:`Recipe`.
        verbose: 1 for a progress bar an epoch, 0 for silence.

    Returns:
        The trained model, and Keras' history: metric name to one value an epoch.
    """
    keras.utils.set_random_seed(recipe.seed)
    model = build_model()
    n_steps = recipe.epochs * -(-int(len(x_train) * (1 - VALIDATION_SPLIT)) // recipe.batch_size)
    model.compile(keras.optimizers.Adam(_schedule(recipe, n_steps)), loss=LOSS, metrics=[ACCURACY])
    history = model.fit(
        to_tensor(x_train),
        y_train,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        validation_split=VALIDATION_SPLIT,
        verbose=verbose,
    )
    return model, history.history


def _schedule(recipe: Recipe, n_steps: int) -> Any:
    n_warm_up = int(recipe.warm_up * n_steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=recipe.peak_learning_rate,
        warmup_steps=n_warm_up,
        decay_steps=n_steps - n_warm_up,
    )
