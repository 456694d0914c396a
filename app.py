"""Serve the page: draw a digit, see what the network makes of it."""

import sys
import time
from threading import Thread

from mnist_cnn import ModelError
from mnist_cnn.page.layout import build_page
from mnist_cnn.recognize import Recognizer

# Seconds between two looks at the model's file.
PAUSE = 2.0

recognizer = Recognizer()
demo = build_page(recognizer)


def main() -> int:
    """Open the page first, then load the network; an early drawing waits for it."""
    try:
        demo.launch(prevent_thread_lock=True)
    except OSError as error:
        print(f"{error}\nThe page could not be opened.", file=sys.stderr)
        return 1
    Thread(target=stay_current, daemon=True).start()
    demo.block_thread()
    return 0


def stay_current() -> None:
    """Load the network, and each one that takes its place; say here when one is no good."""
    while True:
        try:
            if recognizer.refresh():
                print("The network is loaded.", flush=True)
        except ModelError as error:
            print(error, file=sys.stderr, flush=True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    sys.exit(main())
