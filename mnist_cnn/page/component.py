"""A Gradio component made of a template, a style and a script, each in a file of its own.

The page loads all styles as one and the scripts as modules (:mod:`mnist_cnn.page.files`).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import anyio
import gradio as gr
from fastapi import HTTPException

from mnist_cnn import ModelError
from mnist_cnn.page.files import FIRST, HERE
from mnist_cnn.page.guard import BUSY

# Where Gradio would run the script itself; FILES is set in the page's head, which also fetches
# the scripts of a first visit. The others are brought when their tab is opened.
IMPORT = """import(new URL("page/NAME.js", FILES))"""
BRING = """import(new URL("browser/bring.js", FILES)).then(({ bring }) =>
  bring(new URL("page/NAME.js", FILES), () => (element.dataset.waiting = say("answer.busy"))))"""
RUN = """.then((script) => {
  delete element.dataset.waiting;
  script.default({ element, props, server: typeof server === "undefined" ? {} : server });
});"""
# A photo takes up to half a second.
LONGEST_LINE = 8


class FileComponent(gr.HTML):
    """``gr.HTML`` whose template, CSS and JavaScript are ``NAME.html`` and so on.

    The script's default export is called once, with ``element``, ``props`` and ``server``.
    """

    def __init__(self, name: str, **kwargs: Any) -> None:
        """Read the template of ``name``; a missing script is none.

        Functions in ``server_functions`` refuse what a browser sends with ``gradio.Error``.
        Those in ``slow_functions``, which may take over 20 ms, do too; they run one at a time
        beside all drawings, and those who ask while others wait in line are turned away.
        """
        functions = [_answering(function) for function in kwargs.pop("server_functions", [])]
        slow = [_answering(function) for function in kwargs.pop("slow_functions", [])]
        functions += _in_line(slow)
        self.component = name
        super().__init__(
            html_template=(HERE / f"{name}.html").read_text("utf-8"),
            js_on_load=_load(name) if (HERE / f"{name}.js").exists() else None,
            apply_default_css=False,
            elem_classes=f"{name}-component",
            server_functions=functions,
            **kwargs,
        )


def _load(name: str) -> str:
    """Write the JavaScript that loads a script and runs it."""
    start = IMPORT if f"page/{name}.js" in FIRST else BRING
    return (start + RUN).replace("NAME", name)


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
