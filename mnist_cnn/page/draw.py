"""The tab for drawing: the pad, the answer beside it, to be corrected, and drawings to try."""

import json

import gradio as gr

from mnist_cnn.page.answer import Answer
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.files import HERE
from mnist_cnn.page.sketchpad import Sketchpad
from mnist_cnn.recognize import Recognizer


def draw_tab(recognizer: Recognizer) -> None:
    """Lay out the tab."""
    with gr.Row(elem_classes="side-by-side"):
        Sketchpad(recognizer, elem_id="sketchpad")
        with gr.Column():
            Answer("draw", elem_id="recognition")
            FileComponent("correct", elem_id="correction")
    examples = json.loads((HERE / "examples.json").read_text("utf-8"))
    FileComponent("examples", value=examples, elem_id="examples")
