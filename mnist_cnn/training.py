"""How the network learns: Adam with a short warm-up and a cosine decay, five epochs.

At the end of each epoch, after it has been validated, Keras puts the average of the weights in
their place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.backend import keras
from mnist_cnn.data import VALIDATION_SPLIT
from mnist_cnn.diet import Diet, serve, unseen_drawings
from mnist_cnn.drawings import Drawing
from mnist_cnn.measure.calibration import apply_temperature, fit_temperature, fit_threshold
from mnist_cnn.model import build_model, predict
from mnist_cnn.preprocess import to_tensor
from mnist_cnn.weights import round_weights

LOSS = "sparse_categorical_crossentropy"
ACCURACY = "sparse_categorical_accuracy"

# These change the speed, not the weights: fewer returns from TensorFlow to Python.
STEPS_PER_EXECUTION = 30
VALIDATION_BATCH_SIZE = 1000

# The mean square of what the last layer is given. Learning a hand pulls that layer back by a fixed
# number, so a scale that says nothing of the answers would decide how far a correction goes.
ACTIVITY = 220.0

# What calibration is fitted on: the validation part of MNIST, and as many drawings.
N_VALIDATION_DRAWINGS = 12_000


@dataclass(frozen=True)
class Recipe:
    """What a training run can vary; the defaults make the shipped model."""

    epochs: int = 5
    batch_size: int = 64
    seed: int = 0
    peak_learning_rate: float = 4e-3
    warm_up: float = 0.1
    """Share of all steps in which the rate climbs from 0; it then falls to 0 again."""
    beta_2: float = 0.99
    """Adam's: Keras' own remembers a thousand steps, of the 4,800 that there are."""
    average: float = 0.99
    """The momentum of the running average of the weights: over some hundred steps."""
    diet: Diet = Diet()


class Trained(NamedTuple):
    """A calibrated model and how it came about."""

    model: keras.Model
    """Its weights are what float16 holds, so that a browser computes the same."""
    history: dict[str, list[float]]
    """Keras' metric names to one value an epoch."""
    temperature: float
    """What the logits were divided by."""
    threshold: float
    """The top probability under which a drawing does not look like a digit."""


def train(
    x_train: NDArray[np.uint8],
    y_train: NDArray[np.uint8],
    recipe: Recipe,
    verbose: int = 1,
    taught: Sequence[Drawing] = (),
) -> Trained:
    """Train and calibrate a new network; the same seed on one machine gives the same weights.

    Args:
        x_train: uint8 (n, 28, 28), ink 255 on background 0; the last fifth validates.
        y_train: uint8 (n,), labels 0 to 9.
        recipe: see :class:`Recipe`.
        verbose: 1 for a progress bar an epoch, 0 for silence.
        taught: somebody's own drawings, which join the diet.
    """
    keras.utils.set_random_seed(recipe.seed)
    split = round(len(x_train) * (1 - VALIDATION_SPLIT))
    mnist = x_train[:split], y_train[:split]
    x_val, y_val = x_train[split:], y_train[split:]
    model = build_model()
    adam = keras.optimizers.Adam(
        _schedule(recipe, _count_steps(recipe, split, len(taught))),
        beta_2=recipe.beta_2,
        use_ema=True,
        ema_momentum=recipe.average,
    )
    model.compile(adam, loss=LOSS, metrics=[ACCURACY], steps_per_execution=STEPS_PER_EXECUTION)
    history: dict[str, list[float]] = {}
    for epoch in range(recipe.epochs):
        images, labels = serve(mnist, recipe.diet, epoch, recipe.epochs, recipe.seed, taught)
        logs = model.fit(
            to_tensor(images),
            labels,
            batch_size=recipe.batch_size,
            initial_epoch=epoch,
            epochs=epoch + 1,
            validation_data=(to_tensor(x_val), y_val),
            validation_batch_size=VALIDATION_BATCH_SIZE,
            shuffle=False,  # they come mixed
            verbose=verbose,
        ).history
        history = {name: history.get(name, []) + values for name, values in logs.items()}
    return Trained(model, history, *_calibrate(model, x_val, y_val, recipe))


def _calibrate(
    model: keras.Model, x_val: NDArray[np.uint8], y_val: NDArray[np.uint8], recipe: Recipe
) -> tuple[float, float]:
    """Fit the temperature, into the model, and the threshold: both on unseen examples.

    In between the weights are rounded: the threshold is that of the model that is saved.
    """
    n_drawings = min(N_VALIDATION_DRAWINGS, len(y_val)) if recipe.diet.drawings else 0
    drawings, digits = unseen_drawings(n_drawings, recipe.seed)
    probabilities = predict(model, to_tensor(np.concatenate([x_val, drawings])))
    temperature = fit_temperature(probabilities, np.concatenate([y_val, digits]))
    apply_temperature(model, temperature)
    _level(model, to_tensor(x_val))
    round_weights(model)
    calibrated = predict(model, to_tensor(drawings if n_drawings else x_val))
    return temperature, fit_threshold(calibrated)


def _level(model: keras.Model, tensors: NDArray[np.float32]) -> None:
    """Scale what the last layer is given to ``ACTIVITY``, and its kernel back."""
    dense, last = model.layers[-2:]
    given = keras.Model(model.inputs, dense.output)
    activations = given.predict(tensors, batch_size=VALIDATION_BATCH_SIZE, verbose=0)
    square = float(np.mean(np.sum(activations**2, axis=1)))
    if not square:
        return  # nothing was learnt
    scale = np.float32(np.sqrt(ACTIVITY / square))
    # Relu passes a factor on.
    dense.set_weights([weights * scale for weights in dense.get_weights()])
    kernel, bias = last.get_weights()
    last.set_weights([kernel / scale, bias])


def _count_steps(recipe: Recipe, n_mnist: int, n_taught: int) -> int:
    """Count the batches of all epochs, the last one of each perhaps a smaller one."""
    epochs = range(recipe.epochs)
    sizes = [n_mnist + sum(recipe.diet.portion(e == epochs[-1], n_taught)) for e in epochs]
    return sum(-(-size // recipe.batch_size) for size in sizes)


def _schedule(recipe: Recipe, n_steps: int) -> Any:
    n_warm_up = int(recipe.warm_up * n_steps)
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=0.0,
        warmup_target=recipe.peak_learning_rate,
        warmup_steps=n_warm_up,
        decay_steps=n_steps - n_warm_up,
    )
