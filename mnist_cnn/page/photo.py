"""The tab for a digit on paper: a photo, how its ink is found, and the answer."""

import io
from typing import Any

import gradio as gr
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from mnist_cnn.page.answer import Answer
from mnist_cnn.page.component import FileComponent, data_url, telling
from mnist_cnn.page.sketchpad import decode_image
from mnist_cnn.photo import photo_to_ink
from mnist_cnn.preprocess import bounding_box, center, scale_to_box, to_tensor
from mnist_cnn.recognize import Recognition, Recognizer


class Photo(FileComponent):
    """A photo from a file, the clipboard or the camera, cropped and rotated in the browser.

    Its value is uint8 (H, W), or ``None``. ``gr.ImageEditor`` of Gradio 6.31 loses uploads
    inside a tab, and ``gr.Image`` opens server-side files that a raw request names.
    """

    def __init__(self, **kwargs: Any) -> None:
        """Make an empty sheet that invites a photo."""
        super().__init__("photo", **kwargs)

    def preprocess(self, payload: str | None) -> NDArray[np.uint8] | None:
        """Decode what the script sends: an image as a data URL, or nothing."""
        return decode_image(payload) if payload else None


class Stages(FileComponent):
    """Shows a photo on its way to the network: a list of images, or nothing."""

    def __init__(self, **kwargs: Any) -> None:
        """Make an empty row of stages."""
        super().__init__("stages", **kwargs)

    def postprocess(self, value: list[tuple[str, Image.Image]] | None) -> list[dict[str, str]]:
        """Turn named images into names and data URLs."""
        return [{"name": name, "image": _to_data_url(image)} for name, image in value or []]


def photo_tab(recognizer: Recognizer) -> None:
    """Lay out the tab."""

    @telling
    def read(pixels: NDArray[np.uint8] | None) -> tuple[Recognition | None, Any]:
        if pixels is None:
            return None, None
        tensor, stages = pass_stages(Image.fromarray(pixels))
        return recognizer.read(tensor), stages

    with gr.Row(elem_classes="side-by-side"):
        photo = Photo(elem_id="photo")
        answer = Answer(prefix="photo-", elem_id="photo-recognition")
    stages = Stages(elem_id="stages")
    photo.change(read, photo, [answer, stages], show_progress="hidden", api_visibility="private")


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
    crop = ink[box.top : box.bottom, box.left : box.right]
    stages += [
        ("crop", Image.fromarray(crop)),
        ("scaled", Image.fromarray(np.rint(scaled).astype(np.uint8))),
        ("field", Image.fromarray(field)),
    ]
    return to_tensor(field), stages


def _to_data_url(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "WEBP", lossless=max(image.size) < 100)
    return data_url(file.getvalue(), "webp")
