"""Serve the page: draw a digit, see what the network makes of it."""

import sys
from threading import Thread

from mnist_cnn.page.layout import build_page
from mnist_cnn.recognize import Recognizer

recognizer = Recognizer()
demo = build_page(recognizer)


def main() -> None:
    """Open the page first, then load the network; an early drawing waits for it."""
    demo.launch(prevent_thread_lock=True)
    Thread(target=load, daemon=True).start()
    demo.block_thread()


def load() -> None:
    """Load the network; when that fails, say why here and let each drawing be told."""
    from mnist_cnn.model import ModelError

    try:
        recognizer.model  # noqa: B018
    except ModelError as error:
        print(error, file=sys.stderr)


if __name__ == "__main__":
    main()
