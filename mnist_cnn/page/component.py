"""A Gradio component made of a template, a style and a script, each in a file of its own."""

import base64
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import HTTPException

FILES = Path(__file__).resolve().parent.parent.parent / "assets" / "page"


class FileComponent(gr.HTML):
    """``gr.HTML`` whose template, CSS and JavaScript are ``assets/page/NAME.html`` and so on.

    The script runs once, with ``element``, ``trigger``, ``props``, ``server`` and ``watch``.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        """Read the files of ``name``; a missing style or script is none.

        Functions in ``server_functions`` refuse what a browser sends with ``gradio.Error``.
        """
        functions = [_refusing(function) for function in kwargs.pop("server_functions", [])]
        super().__init__(
            html_template=_read(f"{name}.html"),
            css_template=_read(f"{name}.css"),
            js_on_load=_read(f"{name}.js"),
            apply_default_css=False,
            server_functions=functions,
            **kwargs,
        )


def telling(function: Callable[..., Any]) -> Callable[..., Any]:
    """Tell the person when the model cannot be loaded, without naming files of the server."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return function(*arguments)
        except Exception as error:
            # Whatever raises this has imported TensorFlow by now.
            from mnist_cnn.model import ModelError

            if not isinstance(error, ModelError):
                raise
            message = "The network could not be loaded. Make it again with: python train.py"
            raise gr.Error(message, print_exception=False) from None

    return call


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Answer a refusal with its message; Gradio 6.31 would answer 500 and log a traceback."""

    @wraps(function)
    def call(*arguments: Any) -> Any:
        try:
            return telling(function)(*arguments)
        except gr.Error as error:
            raise HTTPException(422, error.message) from None

    return call


def _read(name: str) -> str:
    path = FILES / name
    return path.read_text("utf-8") if path.exists() else ""


def data_url(content: bytes, kind: str) -> str:
    """Write an image file's bytes as a data URL; ``kind`` is ``png``, ``webp`` and so on."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
