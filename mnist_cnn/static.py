"""Write the page as files that need no server: ``python -m mnist_cnn.static OUT``."""

import sys

if __name__ == "__main__":
    # A command like app.py: the only one here that knows the page, and with it Gradio.
    from mnist_cnn.page.export import main

    sys.exit(main())
