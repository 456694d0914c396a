"""Numbers: pieces of ink in a row, touching digits cut where it is thin, and the best cut."""

from collections.abc import Iterator
from itertools import pairwise, product

import numpy as np
import pytest
from numpy.typing import NDArray

from mnist_cnn.number import (
    LONGEST_ROW,
    MOST_CUTS,
    MOST_PIECES,
    SLANT,
    Group,
    best_cut,
    choose_digits,
    clash,
    cut_thin,
    find_pieces,
    read_number,
    ways_through,
)
from mnist_cnn.preprocess import BoundingBox

Mask = NDArray[np.bool_]


def bars(*columns: int, bridge: int | None = 15) -> Mask:
    """Return upright strokes 4 wide and 30 high, perhaps joined by a thin bridge."""
    mask = np.zeros((30, max(columns) + 4), bool)
    for column in columns:
        mask[:, column : column + 4] = True
    if bridge is not None:
        mask[bridge : bridge + 3] = True
    return mask


def least_ink(mask: Mask, column: int) -> float:
    """Try all ways from top to bottom through a column in the middle row."""
    rows, columns = mask.shape
    ways = [
        way
        for way in product(range(columns), repeat=rows)
        if way[rows // 2] == column and all(abs(a - b) <= 1 for a, b in pairwise(way))
    ]
    return min(passed(mask, way) for way in ways)


def passed(mask: Mask, way: tuple[int, ...]) -> float:
    """Add up the ink on a way that starts at both ends and meets in the middle."""
    middle = len(mask) // 2

    def towards_middle(rows: Mask, columns: tuple[int, ...]) -> float:
        total = float(rows[0, columns[0]])
        for row, (before, after) in zip(rows[1:], pairwise(columns), strict=True):
            total += row[after] if before == after else 2**0.5 * row[after] + SLANT
        return total

    upper = towards_middle(mask[: middle + 1], way[: middle + 1])
    lower = towards_middle(mask[middle:][::-1], way[middle:][::-1])
    return upper + lower - float(mask[middle, way[middle]])


@pytest.mark.parametrize("seed", range(5))
def test_no_way_passes_less_ink(seed: int) -> None:
    mask = np.random.default_rng(seed).random((6, 4)) < 0.5
    ways, ink = ways_through(mask)
    for column in range(4):
        assert ink[column] == pytest.approx(least_ink(mask, column))
        assert ink[column] == pytest.approx(passed(mask, tuple(ways[:, column].tolist())))


def test_strokes_that_a_bridge_joins_are_cut_apart() -> None:
    parts = cut_thin(bars(0, 20))
    assert (parts[:, :4] == 0).all() and (parts[:12, 20:] == 1).all()
    assert parts.max() == 1


def test_three_strokes_are_cut_twice_from_left_to_right() -> None:
    parts = cut_thin(bars(0, 20, 40))
    assert [parts[0, column] for column in (2, 22, 42)] == [0, 1, 2]


@pytest.mark.parametrize(
    "mask", [bars(0, bridge=None), np.ones((1, 1), bool), np.ones((9, 9), bool)]
)
def test_a_stroke_a_dot_and_a_blot_are_left_whole(mask: Mask) -> None:
    assert not cut_thin(mask).any()


def test_each_part_has_at_least_the_ink_of_a_stroke_as_high() -> None:
    mask = bars(0, 12, 30, 50)
    areas = np.bincount(cut_thin(mask)[mask])
    assert areas.sum() == mask.sum() and areas.min() >= 0.9 * 4 * 30


# ---- the best cut


def all_cuts(length: int) -> Iterator[list[int]]:
    if length == 0:
        yield []
    for size in range(1, min(MOST_PIECES, length) + 1):
        yield from ([size, *rest] for rest in all_cuts(length - size))


@pytest.mark.parametrize("length", range(1, 9))
def test_no_cut_has_a_larger_sum_than_the_best_one(length: int) -> None:
    rng = np.random.default_rng(length)
    scores = rng.normal(size=(length, MOST_PIECES))
    costs = rng.exponential(size=(length + 1, length + 1, length + 1))

    def cost(one: Group, other: Group) -> float:
        return float(costs[one[0], other[0], other[1]])

    def total(sizes: list[int]) -> float:
        cut = list(pairwise([0, *np.cumsum(sizes).tolist()]))
        taken = sum(cost(one, other) for one, other in pairwise(cut))
        return sum(float(scores[first, last - first - 1]) for first, last in cut) - taken

    assert total(best_cut(scores, cost)) == pytest.approx(max(map(total, all_cuts(length))))


def test_two_digits_are_not_in_one_place() -> None:
    box, beside = BoundingBox(0, 20, 0, 10), BoundingBox(0, 20, 6, 16)
    assert clash(box, box) > 0 == clash(box, beside)
    tops = {(0, 1): 0.9, (1, 2): 0.9, (0, 2): 0.3}
    assert choose_digits([box, beside], tops) == [(0, 1), (1, 2)]
    assert choose_digits([box, box], tops) == [(0, 2)]


def test_of_equal_cuts_the_one_with_the_smallest_last_group_is_taken() -> None:
    assert best_cut(np.zeros((3, MOST_PIECES))) == [1, 1, 1]


# ---- numbers


def likes_tall(tensors: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stand in for the network: the narrower the ink, the surer it is of a 1."""
    widths = tensors[..., 0].any(axis=1).sum(axis=1)
    one = np.clip(1 - widths / 28, 0.1, 0.9)
    probabilities = np.repeat((1 - one[:, np.newaxis]) / 9, 10, axis=1)
    probabilities[:, 1] = one
    return probabilities.astype(np.float32)


def strokes(*columns: int) -> NDArray[np.uint8]:
    """Return upright strokes 6 wide and 40 high on a sheet (60, 120)."""
    ink = np.zeros((60, 120), np.uint8)
    for column in columns:
        ink[10:50, column : column + 6] = 255
    return ink


def test_strokes_apart_are_digits_each() -> None:
    digits = read_number(strokes(10, 60, 100), likes_tall)
    assert [digit.box for digit in digits] == [
        (10, 50, 10, 16),
        (10, 50, 60, 66),
        (10, 50, 100, 106),
    ]


def test_nothing_drawn_has_no_digits() -> None:
    assert read_number(np.zeros((20, 20), np.uint8), likes_tall) == []


def test_digits_of_the_same_connected_ink_are_cut_out() -> None:
    ink = strokes(10, 40, 100)
    ink[30:32, 10:46] = 255  # joins two
    assert [digit.is_cut_out for digit in read_number(ink, likes_tall)] == [True, True, False]


def test_a_speck_by_itself_is_no_digit() -> None:
    ink = strokes(10, 60)
    ink[50:53, 100:103] = 255
    assert len(read_number(ink, likes_tall)) == 2


@pytest.mark.parametrize("times", [2, 5])
def test_a_larger_drawing_is_the_same_number(times: int) -> None:
    small, large = strokes(10, 60), strokes(10, 60).repeat(times, 0).repeat(times, 1)
    boxes = [np.multiply(digit.box, times).tolist() for digit in read_number(small, likes_tall)]
    assert [list(digit.box) for digit in read_number(large, likes_tall)] == boxes


def test_moving_a_drawing_moves_its_digits() -> None:
    here, there = strokes(10, 60), np.roll(strokes(10, 60), (7, 30), (0, 1))
    moved = [digit.box.moved(7, 30) for digit in read_number(here, likes_tall)]
    assert [digit.box for digit in read_number(there, likes_tall)] == moved


def test_noise_has_a_bounded_number_of_pieces() -> None:
    noise = np.random.default_rng(0).random((400, 400)) < 0.05
    assert len(find_pieces(noise.astype(np.uint8) * 255).boxes) <= LONGEST_ROW + MOST_CUTS
