"""The tab for programs: a named endpoint, and examples of calling it that work as shown."""

from typing import Any

import gradio as gr

from mnist_cnn import ModelError
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.incoming import open_image
from mnist_cnn.recognize import BLANK, Recognizer


def program_tab(recognizer: Recognizer) -> None:
    """Lay out the tab and offer the endpoint ``recognize``."""

    def recognize(image: str | list[list[int]]) -> dict[str, Any]:
        """Recognise a handwritten digit (0 to 9), or several in a row, in an image.

        Args:
            image: a PNG in base64, or a list of rows of grey levels 0 to 255;
                dark strokes on light paper or the other way round.

        Returns:
            digit and probabilities (ten numbers) of the image as one digit, both null when
            nothing is drawn; verdict: "digit", "not a digit" or "blank"; number: what stands
            there as text, "42", with ? for what is no digit; digits: for each digit of it the
            same, and box: its top, left, bottom and right as shares of the image's sides.
        """
        try:
            number = recognizer.number(open_image(image))
        except ModelError:
            # The reason, which names files of the server, is for its log.
            message = "The network could not be loaded. Make it again with: python train.py"
            raise gr.Error(message, print_exception=False) from None
        return number.as_json() if number else BLANK

    description = "Recognise a handwritten digit or number in an image. 识别图像中的手写数字。"
    gr.api(recognize, api_name="recognize", api_description=description, queue=False)
    FileComponent("program", elem_id="program")
