"""From a photo of a digit on paper to clean ink: uneven light, shadows, rulings, noise."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps
from scipy import ndimage

# Photos are worked on at this size: a pen stroke is then 5 to 40 pixels wide.
WORKING_SIDE = 640
# A window wider than any stroke, so that its brightest pixel is paper.
PAPER_WINDOW = 81
# Ink must be at least this much darker than the paper around it, as a share of the paper.
LEAST_DARKNESS = 0.15
# A ruling crosses this share of the sheet, and is thinner than this many pixels.
RULING_LENGTH = 2 / 3
RULING_WIDTH = 9
# Pieces under this share of the largest piece are noise.
LEAST_AREA = 0.01
# A digit of a row is as tall as another, but for these factors.
AS_TALL = (0.6, 1.6)


def photo_to_ink(photo: Image.Image) -> NDArray[np.uint8]:
    """Find the ink on a photographed sheet of paper.

    The paper's brightness is estimated everywhere from the brightest pixels around
    (a grey closing, then a blur), which takes shadows and gradients out; what is much
    darker than its paper is ink. Rulings are paler than the pen, or straight lines
    across the sheet, and fall away.

    Args:
        photo: a PIL image of any size, dark ink on lighter paper.

    Returns:
        uint8 (H, W), ink up to 255 on paper 0, the longer side at most 640; all 0 when
        the sheet is empty.
    """
    grey = _working_copy(photo)
    darkness = _darkness(grey)
    threshold = _threshold(darkness)
    mask = _without_rulings(darkness > threshold)
    mask = _main_pieces(mask)
    soft = np.clip((darkness - threshold / 2) / threshold, 0, 1)
    return np.rint(soft * ndimage.binary_dilation(mask) * 255).astype(np.uint8)


def _working_copy(photo: Image.Image) -> NDArray[np.float32]:
    """Bring a photo upright, to the working size and to smoothed grey (H, W) in [0, 1]."""
    image = ImageOps.exif_transpose(photo)
    if "A" in image.getbands() or "transparency" in image.info:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    image = image.convert("L")
    image.thumbnail((WORKING_SIDE, WORKING_SIDE))
    return ndimage.gaussian_filter(np.asarray(image, np.float32) / 255, 1)


def _darkness(grey: NDArray[np.float32]) -> NDArray[np.float32]:
    """Measure how much darker than its paper each pixel is, as a share of the paper."""
    paper = ndimage.grey_closing(grey, size=PAPER_WINDOW, mode="nearest")
    paper = ndimage.gaussian_filter(paper, PAPER_WINDOW / 4, mode="nearest")
    return np.clip(1 - grey / np.maximum(paper, 1e-3), 0, 1)


def _threshold(darkness: NDArray[np.float32]) -> float:
    """Return half the darkness of the ink: above noise, and above pale rulings."""
    inked = darkness[darkness > LEAST_DARKNESS]
    return max(LEAST_DARKNESS, 0.5 * float(np.percentile(inked, 90))) if inked.size else 1.0


def _without_rulings(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Take out thin straight lines across the sheet and close the cuts they leave."""
    height, width = (max(2, round(size * RULING_LENGTH)) for size in mask.shape)
    lines = ndimage.binary_opening(mask, np.ones((1, width)))
    lines |= ndimage.binary_opening(mask, np.ones((height, 1)))
    if not lines.any():
        return mask
    thick = ndimage.binary_opening(mask, np.ones((RULING_WIDTH, RULING_WIDTH)))
    lines = ndimage.binary_dilation(lines & ~thick, np.ones((3, 3)), iterations=2)
    return ndimage.binary_closing(mask & ~(lines & ~thick), np.ones((3, 3)), iterations=4)


def _main_pieces(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the large pieces; those at the photo's edge only as digits of a row, or alone."""
    labels, n_pieces = ndimage.label(mask, np.ones((3, 3)))
    if n_pieces == 0:
        return mask
    areas = np.bincount(labels.ravel())
    areas[0] = 0
    edge = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
    inner = areas.copy()
    inner[edge] = 0
    heights = np.array([0, *(rows.stop - rows.start for rows, _ in ndimage.find_objects(labels))])
    low, high = np.multiply(AS_TALL, heights[inner.argmax()])
    inner = np.where((low < heights) & (heights < high), areas, inner)
    # A digit that touches the edge is kept when what lies inside is only crumbs.
    areas = inner if inner.max() > areas.max() * 0.05 else areas
    return (areas >= max(1, areas.max() * LEAST_AREA))[labels]
