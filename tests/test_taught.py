"""Somebody's own drawings are drawn anew, differently each time and legibly, and held back."""

import numpy as np

from mnist_cnn.diet import Diet, serve
from mnist_cnn.diet.taught import draw_anew, hold_back
from mnist_cnn.drawings import Drawing, to_image

ANGLE = Drawing(7, 0.06, [np.array([[0.25, 0.25], [0.25, 0.75], [0.875, 0.5]])])
CROSS = Drawing(
    None, 0.06, [np.array([[0.2, 0.2], [0.8, 0.8]]), np.array([[0.2, 0.8], [0.8, 0.2]])]
)


def test_variations_look_like_mnist_arrays() -> None:
    images, labels = draw_anew([ANGLE], 30, seed=0)
    assert (images.shape, images.dtype) == ((30, 28, 28), np.uint8)
    assert (labels.shape, labels.dtype) == ((30,), np.uint8)
    assert (images.max(axis=(1, 2)) == 255).all()


def test_every_drawing_is_varied_as_often_as_the_others() -> None:
    drawings = [ANGLE._replace(label=label) for label in (1, 2, 3)]
    _, labels = draw_anew(drawings, 8, seed=0)
    assert sorted(np.bincount(labels)[1:]) == [2, 3, 3]


def test_of_many_drawings_an_epoch_takes_a_part_and_the_next_another() -> None:
    drawings = [ANGLE._replace(label=label) for label in range(10)]
    first, second = (set(draw_anew(drawings, 4, [0, epoch])[1].tolist()) for epoch in (0, 1))
    assert len(first) == len(second) == 4
    assert first != second


def test_no_two_variations_are_alike() -> None:
    images, _ = draw_anew([ANGLE], 50, seed=0)
    assert len({image.tobytes() for image in images}) == 50


def test_the_same_seed_gives_the_same_variations_and_another_others() -> None:
    once, again, other = (draw_anew([ANGLE, CROSS], 20, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(once[0], again[0])
    np.testing.assert_array_equal(once[1], again[1])
    assert not np.array_equal(once[0], other[0])


def test_a_variation_stays_close_to_the_drawing() -> None:
    images, _ = draw_anew([ANGLE], 200, seed=0)
    likeness = images.mean(axis=0)
    drawing = to_image(ANGLE) > 127
    assert likeness[drawing].mean() > 3 * likeness[~drawing].mean()


def test_brushes_range_from_thin_to_very_thick() -> None:
    covered = (draw_anew([ANGLE], 200, seed=0)[0] > 127).mean(axis=(1, 2))
    assert covered.max() > 3 * covered.min()


def test_size_and_place_on_the_pad_play_no_part() -> None:
    moved = ANGLE._replace(width=None, strokes=[512 * stroke - 64 for stroke in ANGLE.strokes])
    one, other = (draw_anew([drawing], 20, seed=0)[0] for drawing in (ANGLE, moved))
    np.testing.assert_array_equal(one, other)


def test_what_is_no_digit_gets_labels_at_random() -> None:
    _, labels = draw_anew([CROSS], 500, seed=0)
    assert np.bincount(labels, minlength=10).min() > 25


def test_a_tap_and_an_endless_scribble_can_be_drawn() -> None:
    scribble = np.random.default_rng(0).uniform(0, 1, (10_000, 2))
    for strokes in ([np.array([[0.5, 0.5]])], [np.zeros((3, 2))], [scribble]):
        images, _ = draw_anew([Drawing(1, 0.06, strokes)], 2, seed=0)
        assert images.any()


def numbered(n: int) -> list[Drawing]:
    return [ANGLE._replace(label=k % 10, strokes=[ANGLE.strokes[0] + k]) for k in range(n)]


def test_every_fifth_drawing_is_held_back() -> None:
    taught, held_back = hold_back(numbered(11))
    assert [drawing.label for drawing in held_back] == [4, 9]
    assert [drawing.label for drawing in taught] == [0, 1, 2, 3, 5, 6, 7, 8, 0]


def test_what_several_files_hold_counts_once_as_said_last() -> None:
    first, second = numbered(7), numbered(11)
    second[4] = second[4]._replace(label=None)
    taught, held_back = hold_back([*first, *second])
    assert [drawing.label for drawing in held_back] == [None, 9]
    assert len(taught) == 9


def test_the_same_line_with_another_brush_or_in_other_strokes_is_another_drawing() -> None:
    parts = [ANGLE.strokes[0][:1], ANGLE.strokes[0][1:]]
    others = [ANGLE, ANGLE._replace(width=0.1), ANGLE._replace(strokes=parts)]
    assert len(hold_back(others)[0]) == 3


def test_an_epoch_serves_so_many_copies_of_each_drawing_up_to_a_bound() -> None:
    mnist = np.zeros((40, 28, 28), np.uint8), np.zeros(40, np.uint8)
    diet = Diet(drawings=0, doodles=0, copies=10, most_copies=25)
    sizes = [len(serve(mnist, diet, 0, 3, 0, [ANGLE] * n)[1]) for n in (0, 1, 2, 3)]
    assert sizes == [40, 50, 60, 65]


def test_what_else_an_epoch_serves_stays_the_same() -> None:
    mnist = np.zeros((40, 28, 28), np.uint8), np.zeros(40, np.uint8)
    without, taught = (
        serve(mnist, Diet(30, 10), 0, 3, 0, drawings)[0] for drawings in ((), [ANGLE])
    )
    assert {image.tobytes() for image in without} < {image.tobytes() for image in taught}
