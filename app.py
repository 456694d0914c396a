"""Serve the page: draw a digit, see what the network makes of it."""

from threading import Thread

from mnist_cnn.page.layout import build_page, launch_options
from mnist_cnn.recognize import Recognizer

recognizer = Recognizer()
demo = build_page(recognizer)


def main() -> None:
    """Open the page first, then load the network; an early drawing waits for it."""
    demo.launch(prevent_thread_lock=True, **launch_options())
    Thread(target=lambda: recognizer.model, daemon=True).start()
    demo.block_thread()


if __name__ == "__main__":
    main()
