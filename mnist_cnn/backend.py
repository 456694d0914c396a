"""TensorFlow and Keras, imported without the noise that they make on a machine without a GPU."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["keras", "share_gpu_memory", "tf"]


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Discard what the process writes to its standard error, below Python's ``sys.stderr``."""
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# TensorFlow uses oneDNN's convolutions only on some CPUs; on others training takes twice as long.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
# The missing GPU drivers are reported while the library loads, before any log level counts.
with _silent_stderr():
    import keras
    import tensorflow as tf


def share_gpu_memory() -> None:
    """Let TensorFlow take GPU memory as it needs it; without a GPU this does nothing."""
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)
