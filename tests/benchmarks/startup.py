"""From ``python app.py`` to the first page, in turn with an empty Gradio app; idle memory.

Run by hand: ``python tests/benchmarks/startup.py [--rounds 5]``.
"""

import argparse
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser import ROOT
from machine import machine, resident_megabytes

EMPTY = "import gradio as gr\nwith gr.Blocks(analytics_enabled=False) as demo: pass\ndemo.launch()"
COMMANDS = {"python app.py": ["app.py"], "an empty Gradio app": ["-c", EMPTY]}
TENSORFLOW = "import mnist_cnn.backend, sys; print(flush=True); sys.stdin.read()"


@contextmanager
def started(arguments: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run Python in the project's root until the block ends."""
    settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(port)}
    with subprocess.Popen(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=os.environ | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as process:
        yield process
        process.kill()


def seconds_to_first_page(process: subprocess.Popen[bytes], port: int) -> float:
    """Ask for the page until it comes; return how long that took."""
    begun = time.perf_counter()
    while process.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=10).read()
            return time.perf_counter() - begun
        except OSError:
            time.sleep(0.02)
    raise RuntimeError("the app ended")


def idle_megabytes(arguments: list[str], until: bytes, port: int) -> float:
    """Start Python, wait for a line of output, and return its memory a little later."""
    with started(arguments, port) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith(until):
                break
        time.sleep(2)
        return resident_megabytes(process.pid)


def main(argv: list[str] | None = None) -> None:
    """Start both in turn and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args(argv).rounds
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    port = 7990
    for _ in range(rounds):
        for name, command in COMMANDS.items():
            port += 1
            with started(command, port) as process:
                times[name].append(seconds_to_first_page(process, port))
    ours, theirs = (median(measured) for measured in times.values())
    print(
        f"first page, s: app.py {ours:.2f}, an empty Gradio app {theirs:.2f}: {ours / theirs:.2f}"
    )
    served = idle_megabytes(["app.py"], b"The network is loaded", port + 1)
    empty = idle_megabytes(["-c", EMPTY], b"* Running", port + 2)
    bare = idle_megabytes(["-c", TENSORFLOW], b"\n", port + 3)
    print(f"idle, MB: app.py {served:.0f}, an empty app {empty:.0f}, TensorFlow alone {bare:.0f}")
    print(machine())


if __name__ == "__main__":
    main()
