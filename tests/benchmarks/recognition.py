"""How long one drawing takes in the process, side by side with Keras' own ways to predict.

Run by hand: ``python tests/benchmarks/recognition.py [--repeats 300]``. All are timed in turn.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from machine import machine
from strangers import seven

from mnist_cnn.preprocess import preprocess
from mnist_cnn.recognize import Recognizer, compute_in_one_thread


def contestants(recognizer: Recognizer) -> dict[str, Callable[[], Any]]:
    """Return what is timed: name to a call."""
    from mnist_cnn.backend import tf
    from mnist_cnn.model import predict

    canvases = {mode: np.asarray(seven(mode, 800)) for mode in ("L", "RGB", "RGBA")}
    tensor: NDArray[np.float32] | None = preprocess(canvases["L"])
    assert tensor is not None
    model, x = recognizer.model, tensor[np.newaxis]
    whole = {
        f"drawing to verdict, 800 x 800 {mode}": lambda canvas=canvas: recognizer(canvas)
        for mode, canvas in canvases.items()
    }
    return whole | {
        "  of this: preprocess, 800 x 800 L": lambda: preprocess(canvases["L"]),
        "  of this: the network, traced": lambda: predict(model, x),
        "the network as model(x)": lambda: model(tf.convert_to_tensor(x)).numpy(),
        "the network as model.predict(x)": lambda: model.predict(x, verbose=0),
    }


def main(argv: list[str] | None = None) -> None:
    """Time everything in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=300)
    repeats = parser.parse_args(argv).repeats
    compute_in_one_thread()
    calls = contestants(Recognizer())
    times: dict[str, list[float]] = {name: [] for name in calls}
    for repeat in range(-10, repeats):
        for name, call in calls.items():
            started = time.perf_counter()
            call()
            if repeat >= 0:
                times[name].append((time.perf_counter() - started) * 1000)
    print(f"{'ms':38s} median    p95")
    for name, measured in times.items():
        print(f"{name:38s} {median(measured):6.2f} {quantiles(measured, n=20)[-1]:6.2f}")
    print(machine())


if __name__ == "__main__":
    main()
