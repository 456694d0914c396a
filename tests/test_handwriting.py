"""The synthetic digits: right size, right place, all forms, and the same by the same seed."""

import numpy as np
import pytest

from mnist_cnn.diet import handwriting, pen
from mnist_cnn.diet.handwriting import FORMS, Form, draw_digits, draw_form, render_form
from mnist_cnn.preprocess import BOX, CENTER, center_of_mass

BY_NAME = [pytest.param(form, id=f"{form.digit} {form.name}") for form in FORMS]


@pytest.fixture(scope="module")
def drawings():
    return draw_digits(1000, seed=5)


def test_drawings_look_like_mnist_arrays(drawings):
    images, labels = drawings
    assert (images.shape, images.dtype) == ((1000, 28, 28), np.uint8)
    assert (labels.shape, labels.dtype) == ((1000,), np.uint8)


def test_every_digit_is_drawn_equally_often(drawings):
    assert np.bincount(drawings[1]).tolist() == [100] * 10


def test_a_form_is_drawn_as_often_as_its_share_says(monkeypatch):
    drawn = {}

    def count(form, n, _):
        drawn[form] = n
        return np.zeros((n, 28, 28), np.uint8)

    monkeypatch.setattr(handwriting, "draw_form", count)
    draw_digits(10_000, seed=0)
    for digit in range(10):
        turns = [drawn[form] / form.share for form in FORMS if form.digit == digit]
        assert max(turns) / min(turns) < 1.1


def test_every_drawing_reaches_full_ink(drawings):
    assert (drawings[0].max(axis=(1, 2)) == 255).all()


def test_labels_come_in_random_order(drawings):
    assert len(set(drawings[1][:10].tolist())) < 10 or (np.diff(drawings[1][:10]) != 1).any()


def test_same_seed_gives_the_same_drawings(drawings):
    again = draw_digits(1000, seed=5)
    assert all(np.array_equal(a, b) for a, b in zip(drawings, again, strict=True))


def test_another_seed_gives_other_drawings(drawings):
    images, _ = draw_digits(1000, seed=6)
    assert not any(np.array_equal(a, b) for a, b in zip(drawings[0], images, strict=True))


def test_the_global_generator_plays_no_part():
    np.random.seed(0)
    first = draw_digits(20, seed=1)[0]
    np.random.seed(1)
    assert np.array_equal(first, draw_digits(20, seed=1)[0])


@pytest.mark.parametrize("n", [0, 1, 7])
def test_any_number_of_drawings_will_do(n):
    images, labels = draw_digits(n, seed=0)
    assert len(images) == len(labels) == n


def test_brushes_range_from_thin_to_very_thick(drawings):
    covered = (drawings[0] > 127).mean(axis=(1, 2))
    assert covered.min() < 0.06
    assert covered.max() > 0.25


def test_drawings_are_centred(drawings):
    centres = np.array([center_of_mass(image) for image in drawings[0]])
    inside = (np.abs(centres - CENTER) <= 0.6).all(axis=1)
    assert inside.mean() > 0.97  # a few would leave the field and are held back


@pytest.mark.parametrize("form", BY_NAME)
def test_a_form_fills_the_box_of_mnist(form):
    rows, columns = np.nonzero(render_form(form) > 127)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 in (BOX - 1, BOX)


@pytest.mark.parametrize("form", BY_NAME)
def test_a_form_varies_from_drawing_to_drawing(form):
    first, second = draw_form(form, 2, np.random.default_rng(0))
    assert not np.array_equal(first, second)


def test_every_form_has_a_name_of_its_own():
    assert len({(form.digit, form.name) for form in FORMS}) == len(FORMS)


def test_every_form_is_distinct():
    assert len({render_form(form).tobytes() for form in FORMS}) == len(FORMS)


def test_every_digit_has_several_forms():
    assert (np.bincount([form.digit for form in FORMS]) >= 4).all()


def test_a_thicker_brush_leaves_more_ink():
    thin, thick = (render_form(FORMS[0], width).mean() for width in (0.05, 0.2))
    assert thin < thick


def test_a_form_written_in_a_minute_can_be_drawn():
    cross = Form(7, "cross", "nowhere", "0,0 100,100 / 0,100 100,0")
    image = render_form(cross) > 127
    assert image[13, 13]  # where the two strokes meet
    assert not image[13, 4]


def test_the_pen_turns_sharply_at_a_corner_only():
    smooth, sharp = (
        pen.trace(pen.parse(text))[0][0] for text in ("0,0 100,50 0,100", "0,0 100,50* 0,100")
    )
    straight = np.abs(sharp[:, 0] - (1 - np.abs(sharp[:, 1] - 0.5) * 2))
    assert straight.max() < 0.01
    assert not np.allclose(smooth, sharp)


def test_the_pen_runs_through_every_control_point():
    stroke = pen.parse("0,0 20,40 90,10* 50,70")[0]
    path = stroke.curve @ stroke.points[0]
    distance = np.linalg.norm(path[:, np.newaxis] - stroke.points[0], axis=-1)
    assert distance.min(axis=0).max() < 1e-6


STEADY = pen.Hand(jitter=0, shift=0, reach=0, wobble=0, lean=0, slant=0, turn=0, squeeze=0)


def test_a_hand_draws_anything_between_the_variants_of_a_stroke():
    strokes = pen.parse("0,0 100,0 | 0,40 100,80")
    path = pen.write(strokes, 2000, STEADY, np.random.default_rng(0))[0]
    start, end = path[:, 0, 1], path[:, -1, 1]
    np.testing.assert_allclose(end, 2 * start)  # the points of a stroke go together
    assert start.min() < 0.01
    assert start.max() > 0.39
    assert start.mean() == pytest.approx(0.2, abs=0.02)


def test_the_strokes_of_a_figure_vary_each_by_itself():
    strokes = pen.parse("0,0 50,0 | 0,40 50,40 / 100,0 100,9 | 100,40 100,49")
    first, second = pen.write(strokes, 2000, STEADY, np.random.default_rng(0))
    assert abs(np.corrcoef(first[:, 0, 1], second[:, 0, 1])[0, 1]) < 0.1


def test_a_figure_is_traced_midway_between_its_variants():
    path = pen.trace(pen.parse("0,0 100,0 | 0,40 100,80"))[0]
    np.testing.assert_allclose(path[0, [0, -1]], [[0, 0.2], [1, 0.4]])


@pytest.mark.parametrize("text", ["0,0 50,9 | 0,0", "0,0 50,9 9,9 | 0,0 50,9* 9,9"])
def test_variants_have_the_same_points_and_corners(text):
    with pytest.raises(ValueError, match="variants of a stroke"):
        pen.parse(text)


def test_a_lone_dot_is_drawn():
    assert render_form(Form(0, "dot", "nowhere", "0,0")).any()
