"""The page's icon as PNG: what of ``icon.svg`` Pillow can draw, and no more of SVG than it has."""

import io
import re
from xml.etree import ElementTree

import numpy as np
from PIL import Image, ImageDraw

from mnist_cnn.drawings import draw_stroke
from mnist_cnn.page.files import HERE

SVG = "{http://www.w3.org/2000/svg}"
# Pillow draws with hard edges: larger, then smaller.
FINER = 4

Point = tuple[float, float]


def draw_icon(side: int, is_round: bool) -> bytes:
    """Draw the icon.

    Args:
        side: in pixels.
        is_round: whether its corners are, as in the SVG; or else it fills the square, for a
            device that cuts it to a shape of its own.

    Returns:
        A PNG file.
    """
    root = ElementTree.fromstring((HERE / "icon.svg").read_text("utf-8"))
    rect, path = root.find(f"{SVG}rect"), root.find(f"{SVG}path")
    assert rect is not None and path is not None
    scale = side * FINER / float(rect.attrib["width"])
    image = Image.new("RGBA", (side * FINER, side * FINER))
    pen = ImageDraw.Draw(image)
    radius = float(rect.attrib["rx"]) * scale if is_round else 0
    box = (0, 0, side * FINER - 1, side * FINER - 1)
    pen.rounded_rectangle(box, radius, fill=rect.attrib["fill"])
    brush, ink = float(path.attrib["stroke-width"]) * scale, path.attrib["stroke"]
    for line in trace_lines(path.attrib["d"]):
        draw_stroke(pen, np.array(line)[:, ::-1] * scale, brush, ink)  # caps and joins are round
    file = io.BytesIO()
    image.resize((side, side), Image.Resampling.LANCZOS).save(file, "PNG", optimize=True)
    return file.getvalue()


def trace_lines(path: str) -> list[list[Point]]:
    """Follow an SVG path of the commands M, L and h: its lines, each a list of (x, y).

    Raises:
        ValueError: when there is another command.
    """
    lines: list[list[Point]] = []
    for command, text in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(number) for number in text.split()]
        if command == "M":
            lines.append([(numbers[0], numbers[1])])
        elif command == "L":
            lines[-1].append((numbers[0], numbers[1]))
        elif command == "h":
            x, y = lines[-1][-1]
            lines[-1].append((x + numbers[0], y))
        else:
            raise ValueError(f"the icon's path has the command {command}, not M, L or h")
    return lines
