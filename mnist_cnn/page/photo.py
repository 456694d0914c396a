"""The tab for a digit or a number on paper: a photo, how its ink is found, and the answer."""

import base64
import io
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.page.answer import Answer, as_answer, as_seen
from mnist_cnn.page.component import FileComponent
from mnist_cnn.page.incoming import open_image
from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import bounding_box, center, scale_to_box
from mnist_cnn.recognize import Recognizer


class Photo(FileComponent):
    """A photo from a file, the clipboard or the camera, cropped and rotated in the browser.

    ``gr.ImageEditor`` of Gradio 6.31 loses uploads inside a tab, and ``gr.Image`` opens
    server-side files that a raw request names.
    """

    def __init__(self, recognizer: Recognizer, **kwargs: Any) -> None:
        """Make an empty sheet that invites a photo, for ``recognizer`` to read."""

        def read_photo(photo: Any) -> dict[str, Any]:
            image = open_image(photo)
            ink = photo_to_ink(image)
            number = recognizer.read_ink(ink, ink)
            digits = number.digits if number else ()
            stages = pass_stages(image, ink, alone=len(digits) == 1)
            return {
                "number": str(number or ""),
                "digits": [{**as_answer(digit), "seen": as_seen(digit)} for digit in digits],
                "stages": [{"name": name, "image": _to_data_url(im)} for name, im in stages],
            }

        super().__init__("photo", slow_functions=[read_photo], **kwargs)


def photo_tab(recognizer: Recognizer) -> None:
    """Lay out the tab."""
    with gr.Row(elem_classes="side-by-side"):
        Photo(recognizer, elem_id="photo")
        Answer("photo", elem_id="photo-recognition")
    FileComponent("stages", elem_id="stages")


def pass_stages(
    photo: Image.Image, ink: NDArray[np.uint8], alone: bool
) -> list[tuple[str, Image.Image]]:
    """Show every stage on the way from a photo to the network's input.

    Args:
        photo: as for :func:`mnist_cnn.photo.photo_to_ink`.
        ink: what that made of it.
        alone: whether all ink is one digit, or else the way ends where it is taken apart.

    Returns:
        The named images.
    """
    small = photo.convert("L")
    small.thumbnail(ink.shape[::-1])
    stages = [("photo", small), ("ink", Image.fromarray(ink))]
    box = bounding_box(ink)
    if box is None or not alone:
        return stages
    scaled = scale_to_box(ink, box)
    return [
        *stages,
        ("crop", Image.fromarray(ink[box.slices])),
        ("scaled", Image.fromarray(np.rint(scaled).astype(np.uint8))),
        ("field", Image.fromarray(center(scaled))),
    ]


def _to_data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=max(image.size) < 100)
    return f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
