"""The page put together: a header, the tabs, and the look inside the network below them."""

from importlib.util import find_spec
from typing import Any

import gradio as gr
from starlette.middleware import Middleware

from mnist_cnn.page.component import FILES, FileComponent
from mnist_cnn.page.draw import draw_tab
from mnist_cnn.page.guard import MOST_SESSIONS, Guard
from mnist_cnn.page.incoming import bound_pillow
from mnist_cnn.page.inside import Inside
from mnist_cnn.page.photo import photo_tab
from mnist_cnn.page.program import program_tab
from mnist_cnn.page.testset import testset_tab
from mnist_cnn.page.texts import head_script, read_texts
from mnist_cnn.page.theme import paper_theme
from mnist_cnn.page.training import training_tab
from mnist_cnn.recognize import Recognizer

LONGEST_QUEUE = 32
# Python runs one thread at a time: of many that read drawings, each waits for all the others.
# With two, who came first is answered first, and half as many again are answered.
READING_THREADS = 2


def build_page(recognizer: Recognizer) -> gr.Blocks:
    """Lay out the page around a recogniser."""
    bound_pillow()
    # Gradio's own labels are given in English; the page's script puts them into its language.
    english = read_texts()["en"]
    with gr.Blocks(analytics_enabled=False, title=english["title"]) as page:
        FileComponent("header", elem_id="header")
        with gr.Tabs():
            with gr.Tab(english["tab.draw"], id="draw"):
                draw_tab(recognizer)
            with gr.Tab(english["tab.photo"], id="photo-tab"):
                photo_tab(recognizer)
            with gr.Tab(english["tab.testset"], id="testset"):
                testset_tab(recognizer)
            with gr.Tab(english["tab.training"], id="training"):
                training_tab()
            with gr.Tab(english["tab.program"], id="program"):
                program_tab(recognizer)
        Inside(recognizer, elem_id="inside")
    # Programs may join Gradio's queue; the page does not.
    page.queue(max_size=LONGEST_QUEUE)

    # Gradio takes theme, style and script when it launches, whoever launches it. Its launch is
    # looked up then and not now: on ZeroGPU, spaces puts one of its own in that place.
    def launch(**options: Any) -> Any:
        return gr.Blocks.launch(page, **launch_options() | options)

    page.launch = launch
    return page


def launch_options() -> dict[str, Any]:
    """Return what ``launch`` must be told for the page to look and read as it should."""
    return {
        "theme": paper_theme(),
        "css_paths": [FILES / "page.css"],
        "head": head_script(),
        "footer_links": ["api"],
        "app_kwargs": {"middleware": [Middleware(Guard)]},
        "state_session_capacity": MOST_SESSIONS,
        "run_history": False,
        "max_threads": READING_THREADS,
        # The endpoints are tools for language models too where gradio[mcp] is installed.
        "mcp_server": find_spec("mcp") is not None,
    }
