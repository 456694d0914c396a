"""The page put together: a header, the tabs, and the look inside the network below them."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi.exceptions import RequestValidationError
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware

from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.document import Document
from mnist_cnn.page.draw import draw_tab
from mnist_cnn.page.files import HERE, read_files
from mnist_cnn.page.guard import MOST_SESSIONS, Guard, is_local, refuse_unfit
from mnist_cnn.page.incoming import bound_pillow
from mnist_cnn.page.packed import Packed
from mnist_cnn.page.photo import photo_tab
from mnist_cnn.page.program import program_tab
from mnist_cnn.page.testset import testset_tab
from mnist_cnn.page.texts import read_texts
from mnist_cnn.page.theme import paper_theme
from mnist_cnn.page.training import ASSETS, training_tab
from mnist_cnn.page.weights import WEIGHTS_TYPE, weights_route
from mnist_cnn.page.wire import bound_heads
from mnist_cnn.recognize import Recognizer

LONGEST_QUEUE = 32
# The weights would shrink by 7 %, for 20 ms of work.
INCOMPRESSIBLE = (*DEFAULT_EXCLUDED_CONTENT_TYPES, WEIGHTS_TYPE)
# Python runs one thread at a time: of many that read drawings, each waits for all the others.
# With two, who came first is answered first, and half as many again are answered.
READING_THREADS = 2


def build_page(recognizer: Recognizer, results: Path = ASSETS) -> gr.Blocks:
    """Lay out the page around a recogniser, and what a training run left in a folder."""
    bound_pillow()
    # Gradio's own labels are given in English; the page's script puts them into its language.
    english = read_texts()["en"]
    with gr.Blocks(analytics_enabled=False, title=english["title"]) as page:
        FileComponent("header", elem_id="header")
        with gr.Tabs():
            with gr.Tab(english["tab.draw"], id="draw"):
                draw_tab(recognizer)
            with gr.Tab(english["tab.photo"], id="photo"):
                photo_tab(recognizer)
            with gr.Tab(english["tab.testset"], id="testset"):
                testset_tab(recognizer)
            with gr.Tab(english["tab.training"], id="training"):
                training_tab(results)
            with gr.Tab(english["tab.program"], id="program"):
                program_tab(recognizer)
        FileComponent("inside", elem_id="inside")
    # Programs may join Gradio's queue; the page does not.
    page.queue(max_size=LONGEST_QUEUE)

    # Gradio takes theme, routes and bounds when it launches, whoever launches it. Its launch is
    # looked up then and not now: on ZeroGPU, spaces puts one of its own in that place.
    def launch(**options: Any) -> Any:
        bound_heads()
        return gr.Blocks.launch(page, **launch_options(recognizer) | options)

    page.launch = launch
    return page


def launch_options(recognizer: Recognizer) -> dict[str, Any]:
    """Return what ``launch`` must be told for the page to look and read as it should."""
    files = read_files()
    return {
        "theme": paper_theme(),
        "favicon_path": HERE / "icon.svg",
        "footer_links": ["api"],
        "app_kwargs": {
            "routes": [weights_route(recognizer), files.route()],
            "middleware": [
                Middleware(Guard, local=is_local()),
                Middleware(Packed),
                Middleware(GZipMiddleware, exclude_content_types=INCOMPRESSIBLE),
                Middleware(Document, files=files),
            ],
            "exception_handlers": {RequestValidationError: refuse_unfit},
        },
        "state_session_capacity": MOST_SESSIONS,
        "run_history": False,
        "max_threads": READING_THREADS,
        # The endpoints are tools for language models too where gradio[mcp] is installed.
        "mcp_server": find_spec("mcp") is not None,
    }
