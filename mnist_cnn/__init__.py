"""Handwritten digits: MNIST, a small Keras CNN, and drawings made to look like MNIST.

From a drawing to an answer: ``preprocess`` (or ``photo``), ``model``, ``recognize``; ``inside``
looks into the network on the way. How the network is made: ``data`` and ``diet`` feed it,
``training`` fits it, ``evaluate`` and ``measure`` tell how good it is. The page: ``page``, and
``browser`` for what it computes itself, on what ``weights`` packs.

What every part must know of a saved model lies here and not in ``model``, whose import
brings TensorFlow, for which a page does not wait.
"""

from pathlib import Path

MODEL_PATH = Path(__file__).resolve().parent.parent / "assets" / "model.keras"
# Beside every model: how it was made, what it scores, and the threshold of its verdict.
METRICS_NAME = "metrics.json"


class ModelError(Exception):
    """A model file cannot be used; the message says why and what to do."""
