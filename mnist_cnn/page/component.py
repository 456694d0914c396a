"""A Gradio component made of a template, a style and a script, each in a file of its own."""

import base64
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import HTTPException

from mnist_cnn import ModelError

FILES = Path(__file__).resolve().parent.parent.parent / "assets" / "page"


class FileComponent(gr.HTML):
    """``gr.HTML`` whose template, CSS and JavaScript are ``assets/page/NAME.html`` and so on.

    The script runs once, with ``element``, ``trigger``, ``props``, ``server`` and ``watch``.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        """Read the files of ``name``; a missing style or script is none.

        Functions in ``server_functions`` refuse what a browser sends with ``gradio.Error``.
        """
        functions = [_answering(function) for function in kwargs.pop("server_functions", [])]
        super().__init__(
            html_template=_read(f"{name}.html"),
            css_template=_read(f"{name}.css"),
            js_on_load=_read(f"{name}.js"),
            apply_default_css=False,
            server_functions=functions,
            **kwargs,
        )


def _answering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a refusal with its message; Gradio 6.31 would answer 500 and log a traceback.

    When the network cannot be loaded, the answer is the key of a text under ``problem``:
    the reason, which names files of the server, is for its log.
    """

    @wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except gr.Error as error:
            raise HTTPException(422, error.message) from None
        except ModelError:
            return {"problem": "answer.noNetwork"}

    return call


def _read(name: str) -> str:
    path = FILES / name
    return path.read_text("utf-8") if path.exists() else ""


def data_url(content: bytes, kind: str) -> str:
    """Write an image file's bytes as a data URL; ``kind`` is ``png``, ``webp`` and so on."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
