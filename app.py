"""Serve the page: draw a digit, see what the network makes of it."""

import gc
import io
import os
import sys
import time
from contextlib import suppress
from threading import Thread
from typing import Any

from mnist_cnn import ModelError
from mnist_cnn.page.log import SparingLog
from mnist_cnn.recognize import Recognizer, compute_in_one_thread

# Seconds between two looks at the model's file.
PAUSE = 2.0
# Gradio's.
DEFAULT_PORT = 7860
LAST_PORT = 65_535
# Files and connections open at once; many times what is answered at once.
MOST_FILES = 65_536

recognizer = Recognizer()


def build() -> Any:
    """Build the page, a ``gradio.Blocks``; end with a message when there is no such port."""
    try:
        read_port()
    except ValueError as error:
        sys.exit(str(error))
    # Brings Gradio, which reads the port when it is imported.
    from mnist_cnn.page.layout import build_page

    return build_page(recognizer)


def read_port() -> int:
    """Return the port that the page is asked to be on.

    Raises:
        ValueError: when the environment names none that there is.
    """
    text = os.environ.get("GRADIO_SERVER_PORT", str(DEFAULT_PORT))
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        message = f"GRADIO_SERVER_PORT must be a whole number from 1 to {LAST_PORT}, not {text!r}."
        raise ValueError(message)
    return int(text)


def main() -> int:
    """Open the page first, then load the network; an early drawing waits for it."""
    if isinstance(sys.stderr, io.TextIOWrapper):  # there may be none
        sys.stderr = SparingLog(sys.stderr)
    compute_in_one_thread()
    allow_many_connections()
    if "SPACES_ZERO_GPU" in os.environ:
        satisfy_zero_gpu()
    try:
        demo.launch(prevent_thread_lock=True)
    except (OSError, OverflowError) as error:  # no free port, or none after the last one
        print(f"{error}\nThe page could not be opened.", file=sys.stderr)
        return 1
    tell_of_another_port()
    Thread(target=stay_current, daemon=True).start()
    demo.block_thread()
    return 0


def allow_many_connections() -> None:
    """Have as many open at once as the machine allows: out of them, Python floods the log."""
    if sys.platform == "win32":
        return  # has no such limit
    import resource

    usual, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    with suppress(ValueError, OSError):  # macOS may promise more than it grants
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(usual, enough), most))


def satisfy_zero_gpu() -> None:
    """Declare a function that wants a GPU, without which a Space on ZeroGPU does not start.

    It is never called: the network answers in a millisecond on a CPU.
    """
    import spaces

    spaces.GPU(lambda: None)


def tell_of_another_port() -> None:
    """Say so when Gradio has found the port taken and gone to the next free one."""
    asked = read_port()
    if demo.server_port != asked:
        message = (
            f"Port {asked} is taken: the page is on {demo.server_port} instead. Stop what uses "
            f"port {asked}, or choose another one with GRADIO_SERVER_PORT."
        )
        print(message, file=sys.stderr, flush=True)


def stay_current() -> None:
    """Load the network, and each one that takes its place; say here when one is no good."""
    while True:
        try:
            if recognizer.refresh():
                spare_collector()
                print("The network is loaded.", flush=True)
        except ModelError as error:
            print(error, file=sys.stderr, flush=True)
        time.sleep(PAUSE)


def spare_collector() -> None:
    """Have Python never again look for garbage in all that is loaded, which takes 0.1 s."""
    gc.unfreeze()  # a network that has been replaced is garbage now
    gc.collect()
    gc.freeze()


demo = build()

if __name__ == "__main__":
    sys.exit(main())
