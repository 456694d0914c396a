"""All texts of the page, one JSON file a language; the browser chooses."""

import json

import gradio as gr
from gradio.i18n import I18nData

from mnist_cnn.page.component import FILES

LANGUAGES = ("en", "zh-CN")


def read_texts() -> dict[str, dict[str, str]]:
    """Read every language: language to key to text."""
    return {name: json.loads((FILES / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}


def language_script() -> str:
    """Return the script for the page's head that chooses the language and fills in texts."""
    texts = json.dumps(read_texts(), ensure_ascii=False).replace("<", "\\u003c")
    script = (FILES / "language.js").read_text("utf-8")
    return f"<script>window.TEXTS = {texts};\n{script}</script>"


def native_texts() -> gr.I18n:
    """Return the texts for the labels of Gradio's own components."""
    return gr.I18n(**read_texts())


def text(key: str) -> I18nData:
    """Name a text for the label of one of Gradio's own components."""
    return I18nData(key)
