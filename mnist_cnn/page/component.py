"""A Gradio component made of a template, a style and a script, each in a file of its own."""

import base64
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import anyio
import gradio as gr
from fastapi import HTTPException

from mnist_cnn import ModelError
from mnist_cnn.page.guard import BUSY

FILES = Path(__file__).resolve().parent.parent.parent / "assets" / "page"
# A photo takes up to half a second.
LONGEST_LINE = 8


class FileComponent(gr.HTML):
    """``gr.HTML`` whose template, CSS and JavaScript are ``assets/page/NAME.html`` and so on.

    The script runs once, with ``element``, ``trigger``, ``props``, ``server`` and ``watch``.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        """Read the files of ``name``; a missing style or script is none.

        Functions in ``server_functions`` refuse what a browser sends with ``gradio.Error``.
        Those in ``slow_functions``, which may take over 20 ms, do too; they run one at a time
        beside all drawings, and those who ask while others wait in line are turned away.
        """
        functions = [_answering(function) for function in kwargs.pop("server_functions", [])]
        slow = [_answering(function) for function in kwargs.pop("slow_functions", [])]
        functions += _in_line(slow)
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


def _in_line(functions: list[Callable[..., Any]]) -> list[Callable[..., Any]]:
    """Have functions run in a thread of their own, one after the other."""
    line, in_line = anyio.CapacityLimiter(1), 0

    def wait_for(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        async def call(*arguments: Any) -> Any:
            nonlocal in_line
            if in_line > LONGEST_LINE:
                raise HTTPException(503, BUSY)
            in_line += 1
            try:
                return await anyio.to_thread.run_sync(function, *arguments, limiter=line)
            finally:
                in_line -= 1

        return call

    return [wait_for(function) for function in functions]


def _read(name: str) -> str:
    path = FILES / name
    return path.read_text("utf-8") if path.exists() else ""


def data_url(content: bytes, kind: str) -> str:
    """Write an image file's bytes as a data URL; ``kind`` is ``png``, ``webp`` and so on."""
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"
