"""The doodles: never blank, all different, and the same by the same seed."""

import numpy as np
import pytest

from mnist_cnn.diet import pen
from mnist_cnn.diet.doodles import GROUPS, LETTERS, draw_doodles
from mnist_cnn.diet.handwriting import FORMS, render_form

LETTER_TEXTS = [text for letters in LETTERS.values() for text in letters]


@pytest.fixture(scope="module")
def doodles():
    return draw_doodles(500, seed=5)


def test_doodles_look_like_mnist_arrays(doodles):
    assert (doodles.shape, doodles.dtype) == ((500, 28, 28), np.uint8)


def test_no_doodle_is_blank(doodles):
    assert (doodles.max(axis=(1, 2)) == 255).all()


def test_no_doodle_comes_twice(doodles):
    assert len({doodle.tobytes() for doodle in doodles}) == len(doodles)


def test_same_seed_gives_the_same_doodles(doodles):
    assert np.array_equal(doodles, draw_doodles(500, seed=5))


def test_another_seed_gives_other_doodles(doodles):
    assert not np.array_equal(doodles, draw_doodles(500, seed=6))


@pytest.mark.parametrize("n", [0, 1, 7])
def test_any_number_of_doodles_will_do(n):
    assert len(draw_doodles(n, seed=0)) == n


@pytest.mark.parametrize("draw", [draw for draw, _ in GROUPS])
def test_every_group_draws_as_many_as_asked(draw):
    images = draw(13, np.random.default_rng(0))
    assert images.shape == (13, 28, 28)
    assert images.any(axis=(1, 2)).all()


def test_every_letter_is_distinct():
    rendered = {_neat(text).tobytes() for text in LETTER_TEXTS}
    assert len(rendered) == len(LETTER_TEXTS)


@pytest.mark.parametrize("text", LETTER_TEXTS)
def test_no_letter_is_a_form_of_a_digit(text):
    letter = _neat(text).astype(float)
    overlaps = [
        np.minimum(letter, form).sum() / np.maximum(letter, form).sum() for form in FORM_IMAGES
    ]
    assert max(overlaps) < 0.8


def _neat(text):
    return pen.ink(pen.trace(pen.parse(text)), np.array([0.1]))[0]


FORM_IMAGES = [render_form(form).astype(float) for form in FORMS]
