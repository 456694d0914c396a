"""A drawing pad that reports while the pen is moving, as a Gradio component."""

from typing import Any

from mnist_cnn.page.answer import as_answer
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.incoming import open_image
from mnist_cnn.recognize import Recognizer


class Sketchpad(FileComponent):
    """A square pad for mouse, touch and pen, with undo, redo, eraser and brush width.

    It asks the server to ``read`` the drawing, ten times a second at most and one question
    at a time, and again while the server is busy or out of reach, for two minutes after the
    last change. What is read goes to the :class:`~mnist_cnn.page.answer.Answer` of the same name.
    A server function and no Gradio event: of an event that fails it would learn nothing.
    """

    def __init__(
        self, recognizer: Recognizer, *, prefix: str = "", brush: float = 0.06, **kwargs: Any
    ) -> None:
        """Make a pad.

        Args:
            recognizer: what reads the drawing.
            prefix: that of the answer.
            brush: the width of the brush as a share of the pad's side, until it is changed.
            kwargs: as for ``gr.HTML``.
        """

        def read(drawing: Any) -> dict[str, Any] | None:
            # The pad paints grey on an opaque ground: its colours are worth no time.
            return as_answer(recognizer(open_image(drawing).convert("L")))

        super().__init__("sketchpad", brush=brush, prefix=prefix, server_functions=[read], **kwargs)
