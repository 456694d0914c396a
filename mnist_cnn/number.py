"""A number out of pieces of ink that stand in a row: which neighbours make a digit together.

Every group of up to four neighbours is read by the network as one digit, and of all ways to cut
the row into groups the one is taken that the network likes best; where it hardly minds, a digit
is about as tall as the others, and in one place. A piece of ink that may be digits which touch is
cut where the ink is thin; whether the parts are digits, the network tells like that of any pieces.

On the pad the pieces are strokes: ``browser/number.js`` has the same rows of boxes and the same
best cut, and a test holds the two together.
"""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from mnist_cnn.preprocess import (
    BoundingBox,
    block_counts,
    bounding_box,
    ink_to_tensor,
    strong_ink,
)

MOST_PIECES = 4
"""In a digit."""
LONGEST_ROW = 32
"""Pieces that are told apart; when there are as many, none is cut any more."""
SPECK = 0.1
"""A piece whose longer side is under this share of the largest one's is no digit by itself."""
WIDEST = 1.7
"""Times as wide as high: no digit of several pieces is."""
SMALLEST, SMALL = 0.8, 2.0
"""Of the row's height, that a digit may have for nothing; and what each height less costs it."""
APART = 1.0
"""What the space between a digit's pieces costs it, for each of the row's heights."""
COVERED, CLASH = 0.7, 4.0
"""What share of the smaller one's box two digits may have in common for nothing, and what more
costs: what is crossed out would be taken for several digits in one place."""
FINENESS = 128
"""Rows of the grid on which pieces are told apart; a finer one would take longer."""
CUT_OUT = 0.9
"""The top probability that a digit which was cut out of connected ink must reach at least."""
THICKEST, MOST_CUTS, MOST_TO_CUT = 3.0, 6, 12
"""Ink that a cut passes, in widths of the stroke; cuts through a connected piece; such pieces."""
SLANT = 0.02
"""What a cut pays, in blocks of ink, for each step aside: of equal ways the straighter one."""

Predict = Callable[[NDArray[np.float32]], NDArray[np.float32]]
Group = tuple[int, int]  # of neighbours in a row, half-open


class Digit(NamedTuple):
    """One digit of a number."""

    box: BoundingBox
    """Where its ink is, in pixels."""
    tensor: NDArray[np.float32]
    """What the network saw: float32 (28, 28, 1) in [0, 1], ink 1 on background 0."""
    probabilities: NDArray[np.float32]
    """One for every digit: float32 (10,), sum 1."""
    is_cut_out: bool
    """Whether ink that was connected is in another digit too: scribbles can be cut into digits."""


class Pieces(NamedTuple):
    """Connected pieces of ink on a grid of square blocks."""

    labels: NDArray[np.int32]
    """Of each block: the number of its piece, from left to right, or -1: int32 (rows, columns)."""
    boxes: list[BoundingBox]
    """Of each piece, in blocks."""
    origins: list[int]
    """Of each piece: the number of the connected ink that it is, or is a part of."""
    step: int
    """Pixels a side of a block."""

    def shares_ink(self, group: Group) -> bool:
        """Tell whether a group and the other pieces are parts of the same connected ink."""
        first, last = group
        others = self.origins[:first] + self.origins[last:]
        return not set(self.origins[first:last]).isdisjoint(others)


def read_number(ink: NDArray[np.uint8], predict: Predict) -> list[Digit]:
    """Read the digits that stand in a row.

    Args:
        ink: uint8 (H, W), 0 for paper.
        predict: from float32 (n, 28, 28, 1) in [0, 1] to probabilities, float32 (n, 10).

    Returns:
        The digits from left to right; none where there is no ink.
    """
    whole = bounding_box(ink)
    if whole is None:
        return []
    pieces = find_pieces(ink[whole.slices])
    parts = {group: cut_out(ink[whole.slices], pieces, group) for group in groups(pieces.boxes)}
    tensors = [tensor for _, tensor in parts.values()]
    probabilities = dict(zip(parts, predict(np.stack(tensors)), strict=True))
    tops = {group: float(probabilities[group].max()) for group in parts}
    return [
        Digit(
            parts[group][0].moved(whole.top, whole.left),
            parts[group][1],
            probabilities[group],
            pieces.shares_ink(group),
        )
        for group in choose_digits(pieces.boxes, tops)
    ]


def find_pieces(ink: NDArray[np.uint8]) -> Pieces:
    """Tell pieces of ink apart: connected ones, cut again where the ink is thin.

    Args:
        ink: uint8 (H, W), 0 for paper, with some ink.

    Returns:
        The pieces in the order of the middles of their boxes; where two have the same middle,
        the wider one first. Smaller pieces than the first LONGEST_ROW are left out.
    """
    step = 1 + len(ink) // FINENESS
    labels, _ = ndimage.label(block_counts(strong_ink(ink), step), structure=np.ones((3, 3)))
    areas = np.bincount(labels.ravel())[1:]
    names = np.zeros(len(areas) + 1, np.int32)
    largest = np.argsort(-areas, kind="stable")[:LONGEST_ROW]
    names[largest + 1] = np.arange(1, len(largest) + 1)
    connected = names[labels]
    labels = _cut_pieces(connected)
    boxes = [
        BoundingBox(rows.start, rows.stop, columns.start, columns.stop)
        for rows, columns in ndimage.find_objects(labels)
    ]
    row = sorted(range(len(boxes)), key=lambda i: (boxes[i].left + boxes[i].right, boxes[i].left))
    places = np.full(len(boxes) + 1, -1, np.int32)
    places[np.add(row, 1)] = np.arange(len(row))
    labels = places[labels]
    origins = ndimage.maximum(connected, labels, range(len(row)))
    return Pieces(labels, [boxes[i] for i in row], origins.tolist(), step)


def _cut_pieces(labels: NDArray[np.int32]) -> NDArray[np.int32]:
    """Cut the largest of labelled pieces, until there are as many as are read."""
    labels = labels.copy()
    count = int(labels.max())
    for name, place in enumerate(ndimage.find_objects(labels)[:MOST_TO_CUT], 1):
        if count >= LONGEST_ROW:
            break
        piece = labels[place]
        parts = cut_thin(piece == name)
        piece[parts > 0] = count + parts[parts > 0]
        count += int(parts.max())
    return labels


def cut_thin(mask: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Cut a piece of ink from top to bottom wherever a way passes little ink.

    Each part has at least the ink of a stroke as high as the piece: of a 1.

    Args:
        mask: bool (rows, columns), one connected piece.

    Returns:
        The part, from left to right, that each block of ink is in, 0 for paper too: int
        (rows, columns).
    """
    n_rows, n_columns = mask.shape
    area = int(mask.sum())
    stroke = 2 * area / (area - ndimage.binary_erosion(mask).sum())  # its width
    ways, passed = ways_through(mask)
    ink_before = np.pad(mask.cumsum(axis=1), ((0, 0), (1, 0)))
    lefts = np.take_along_axis(ink_before, ways, axis=1).sum(axis=0)
    cuts: list[np.intp] = []
    thin = np.argsort(passed, kind="stable")
    thin = thin[passed[thin] <= THICKEST * stroke]
    thin = thin[np.minimum(lefts[thin], area - lefts[thin]) >= stroke * n_rows]
    while thin.size and len(cuts) < MOST_CUTS:
        cuts.append(thin[0])
        thin = thin[np.abs(lefts[thin] - lefts[thin[0]]) >= stroke * n_rows]
    across = np.arange(n_columns)
    beyond = [across >= ways[:, [k]] for k in cuts]
    return np.where(mask, np.sum(beyond, axis=0, dtype=np.intp), 0)


def ways_through(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find the ways from top to bottom, through each column in the middle, that pass least ink.

    Returns:
        The column of each way in each row, int (rows, columns); how much ink each passes, float
        (columns,).
    """
    middle = len(mask) // 2
    upper, above = _ways_down(mask[: middle + 1])
    lower, below = _ways_down(mask[middle:][::-1])
    return np.concatenate([upper, lower[-2::-1]]), above + below - mask[middle]


def _ways_down(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Find the ways from the top to each column at the bottom, by dynamic programming."""
    passed, moves = mask[0].astype(float), []
    left, right = np.full((2, len(passed)), np.inf)
    for row, slanted in zip(mask[1:], 2**0.5 * mask[1:] + SLANT, strict=True):
        straight = passed + row
        left[1:] = passed[:-1] + slanted[1:]
        right[:-1] = passed[1:] + slanted[:-1]
        passed = np.minimum(straight, np.minimum(left, right))
        moves.append(np.where(straight == passed, 0, np.where(left == passed, -1, 1)))
    ways = [np.arange(mask.shape[1])]
    for move in reversed(moves):
        ways.append(ways[-1] + move[ways[-1]])
    return np.array(ways[::-1]), passed


def cut_out(
    ink: NDArray[np.uint8], pieces: Pieces, group: Group
) -> tuple[BoundingBox, NDArray[np.float32]]:
    """Return where a group of pieces is in the ink, in pixels, and its tensor (28, 28, 1)."""
    box = around(pieces.boxes[slice(*group)])
    labels = pieces.labels[box.slices]
    mask = (labels >= group[0]) & (labels < group[1])
    mask = mask.repeat(pieces.step, 0).repeat(pieces.step, 1)
    top, left = box.top * pieces.step, box.left * pieces.step
    part = ink[top : top + mask.shape[0], left : left + mask.shape[1]]
    part = part * mask[: part.shape[0], : part.shape[1]]
    tensor = ink_to_tensor(part)
    tight = bounding_box(part)
    assert tensor is not None and tight is not None  # a piece has ink
    return tight.moved(top, left), tensor


# ---- rows of boxes, in any unit


def groups(boxes: Sequence[BoundingBox]) -> list[Group]:
    """List the groups of neighbours that may be a digit: every piece by itself, and others."""
    return [
        (first, last)
        for first in range(len(boxes))
        for last in range(first + 1, min(first + MOST_PIECES, len(boxes)) + 1)
        if last == first + 1 or not is_wide(around(boxes[first:last]))
    ]


def choose_digits(boxes: Sequence[BoundingBox], tops: Mapping[Group, float]) -> list[Group]:
    """Choose the groups of neighbours that the network likes best as digits.

    Args:
        boxes: of the pieces, from left to right.
        tops: for each of :func:`groups` the top probability that it was read with.

    Returns:
        Groups from left to right; only specks are in none of them.
    """
    row = max(box.bottom - box.top for box in boxes)
    scores = np.full((len(boxes), MOST_PIECES), -np.inf)
    for (first, last), top in tops.items():
        scores[first, last - first - 1] = np.log(top) - doubt(boxes[first:last], row)
    largest = max(box.longer_side for box in boxes)
    specks = np.array([box.longer_side < SPECK * largest for box in boxes])
    scores[specks, 0] = 0  # costs nothing

    def is_speck(group: Group) -> bool:
        return group[1] == group[0] + 1 and bool(specks[group[0]])

    def cost(one: Group, other: Group) -> float:
        if is_speck(one) or is_speck(other):
            return 0.0
        return clash(around(boxes[slice(*one)]), around(boxes[slice(*other)]))

    ends = np.cumsum(best_cut(scores, cost)).tolist()
    return [group for group in zip([0, *ends[:-1]], ends, strict=True) if not is_speck(group)]


def clash(one: BoundingBox, other: BoundingBox) -> float:
    """Tell what speaks against two digits with these boxes."""
    rows = min(one.bottom, other.bottom) - max(one.top, other.top)
    columns = min(one.right, other.right) - max(one.left, other.left)
    smaller = min(one.area, other.area)
    return CLASH if rows > 0 and columns > 0 and rows * columns > COVERED * smaller else 0.0


def doubt(boxes: Sequence[BoundingBox], row: int) -> float:
    """Tell what speaks against a digit of these pieces, besides the network, in a row so high."""
    lower = SMALLEST - around(boxes).longer_side / row
    ends = np.maximum.accumulate([box.right for box in boxes])[:-1]
    starts = np.minimum.accumulate([box.left for box in boxes][::-1])[::-1][1:]
    return SMALL * max(0.0, lower) + APART * float(np.maximum(0, starts - ends).sum()) / row


def around(boxes: Sequence[BoundingBox]) -> BoundingBox:
    """Return the box around boxes."""
    tops, bottoms, lefts, rights = zip(*boxes, strict=True)
    return BoundingBox(min(tops), max(bottoms), min(lefts), max(rights))


def is_wide(box: BoundingBox) -> bool:
    """Tell whether a box is wider than any digit."""
    return box.right - box.left > WIDEST * (box.bottom - box.top)


def best_cut(
    scores: NDArray[np.floating], cost: Callable[[Group, Group], float] = lambda a, b: 0.0
) -> list[int]:
    """Return the sizes of the groups, from left to right, of the best way to cut a row.

    Args:
        scores: float (n, MOST_PIECES); ``scores[i, k - 1]`` is the log of the top probability
            of pieces i to i + k - 1 read as one digit, -inf where that is impossible.
        cost: what is taken off for two groups that follow each other.

    Returns:
        Sizes from 1 to MOST_PIECES with sum n; the sum of their scores, less the costs, is the
        largest that there is, found by dynamic programming. Of equal sums, the one whose last
        group is smallest.
    """
    # The best ways to every end, one for each size of the last group.
    ways: list[list[tuple[float, list[int]]]] = [[(0.0, [])]]
    for end in range(1, len(scores) + 1):
        ways.append([])
        for size in range(1, min(MOST_PIECES, end) + 1):
            middle, score = end - size, float(scores[end - size, size - 1])
            longer = []
            for total, sizes in ways[middle]:
                taken = cost((middle - sizes[-1], middle), (middle, end)) if sizes else 0.0
                longer.append((total + score - taken, [*sizes, size]))
            ways[end].append(max(longer, key=itemgetter(0)))
    return max(ways[-1], key=itemgetter(0))[1]
