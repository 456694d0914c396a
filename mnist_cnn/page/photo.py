"""The tab for a digit on paper: a photo, how its ink is found, and the answer."""

import io
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.page.answer import Answer, as_answer
from mnist_cnn.page.component import FileComponent, data_url
from mnist_cnn.page.incoming import open_image
from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import bounding_box, center, scale_to_box, to_tensor
from mnist_cnn.recognize import Recognizer


class Photo(FileComponent):
    """A photo from a file, the clipboard or the camera, cropped and rotated in the browser.

    ``gr.ImageEditor`` of Gradio 6.31 loses uploads inside a tab, and ``gr.Image`` opens
    server-side files that a raw request names.
    """

    def __init__(self, recognizer: Recognizer, *, prefix: str, **kwargs: Any) -> None:
        """Make an empty sheet that invites a photo.

        Args:
            recognizer: what reads the digit.
            prefix: that of the answer and of the stages.
            kwargs: as for ``gr.HTML``.
        """

        def read(photo: Any) -> dict[str, Any]:
            tensor, stages = pass_stages(open_image(photo))
            return {
                "answer": as_answer(recognizer.read(tensor)),
                "stages": [{"name": name, "image": _to_data_url(im)} for name, im in stages],
            }

        super().__init__("photo", prefix=prefix, slow_functions=[read], **kwargs)


def photo_tab(recognizer: Recognizer) -> None:
    """Lay out the tab."""
    with gr.Row(elem_classes="side-by-side"):
        Photo(recognizer, prefix="photo-", elem_id="photo")
        Answer(prefix="photo-", elem_id="photo-recognition")
    FileComponent("stages", elem_id="stages")


def pass_stages(
    photo: Image.Image,
) -> tuple[NDArray[np.float32] | None, list[tuple[str, Image.Image]]]:
    """Take a photo to the network's input and keep every stage on the way.

    Returns:
        The tensor (28, 28, 1), or ``None`` for an empty sheet, and the named images.
    """
    ink = photo_to_ink(photo)
    small = photo.convert("L")
    small.thumbnail(ink.shape[::-1])
    stages = [("photo", small), ("ink", Image.fromarray(ink))]
    box = bounding_box(ink)
    if box is None:
        return None, stages
    scaled = scale_to_box(ink, box)
    field = center(scaled)
    stages += [
        ("crop", Image.fromarray(ink[box.slices])),
        ("scaled", Image.fromarray(np.rint(scaled).astype(np.uint8))),
        ("field", Image.fromarray(field)),
    ]
    return to_tensor(field), stages


def _to_data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=max(image.size) < 100)
    return data_url(file.getvalue(), "webp")
