"""The digits as the world writes them, for what MNIST, written in America, lacks.

Countries and schools teach different digits. Wikipedia's "Regional handwriting variation" tells
of the 1 with an up-stroke nearly as long as its stem and the crossed 7 that it calls for (France,
other parts of Europe), the looped 2 (America, Germany, Austria), the flat 3, the open 4, the
hooked 7 (Korea, China, Japan) and the slashed 0; the other forms and most variants come from
looking at what networks misread. Left out is the 9 with its ring on the right (China, Korea): a
stranger reads a P. :data:`FORMS` writes them down, and what varies in them, as
:mod:`mnist_cnn.diet.pen` explains; to add one, add a line and look at it with :func:`render_form`.
"""

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.data import N_CLASSES
from mnist_cnn.diet import pen


class Form(NamedTuple):
    """One way to write a digit."""

    digit: int
    name: str
    where: str
    """Where or how it is written."""
    strokes: str
    """As :mod:`mnist_cnn.diet.pen` explains."""
    share: int = 1
    """How often it is drawn, beside the digit's other forms: most are 1 + 6 e, rounded, when a
    network that was trained on equal shares misreads a share e of it; a few were set by hand."""


# fmt: off
FORMS = (
    Form(0, "oval", "everywhere", "0,30 18,6 50,0 82,8 100,30 82,52 50,58 18,52 0,30"),
    Form(0, "round", "everywhere", "0,48 15,14 50,0 85,14 100,48 85,84 50,96 15,82 0,48"),
    Form(0, "open", "everywhere",
        "5,38 12,12 45,0 85,10 100,32 80,55 40,58 10,46 2,30 | "
        "0,44 8,14 46,0 90,14 100,44 76,68 34,66 8,36 20,8"),
    Form(0, "looped", "everywhere", "8,42 0,22 25,2 60,0 95,18 95,44 60,58 20,50 3,30 10,14"),
    Form(0, "crossed top", "cursive", "0,48 20,14 60,0 96,20 90,46 60,56 24,42 0,8"),
    Form(0, "slashed", "code", "0,30 18,6 50,0 82,8 100,30 82,52 50,58 18,52 0,30 / 95,6 5,54"),
    Form(1, "bar", "America, East Asia", "0,0 100,0"),
    Form(1, "flag", "everywhere",
        "10,0 0,14* 100,14 | 40,0 0,14* 100,16 | 50,0 0,40* 100,40 | "
        "26,0 0,38* 100,26", share=2),
    Form(1, "long up-stroke", "Germany, France",
        "46,0 0,42* 100,40 | 90,0 0,42* 100,44 | 44,0 0,64* 100,20 | 60,0 0,80* 100,44"),
    Form(1, "tent", "France", "98,0 0,36* 100,46 | 90,0 0,44* 100,70 | 100,0 0,60* 98,96"),
    Form(1, "hollow up-stroke", "Czech lands, France",
        "45,0 32,22 0,38* 100,32 | 50,0 42,38 0,66* 100,50 | 54,0 52,50 0,84* 100,60 | "
        "97,0 70,36 0,56* 100,54 | 98,0 84,52 0,90* 100,80"),
    Form(1, "hollow up-stroke, foot", "cursive",
        "45,0 32,22 0,38* 100,34 | 56,0 50,46 0,80* 100,66 | 90,-6 74,34 0,66* 100,60 / "
        "100,10 100,66 | 100,36 100,80 | 100,0 98,110"),
    Form(1, "foot and flag", "print",
        "8,2 0,26* 100,26 | 24,0 0,26* 100,26 | 45,-10 0,26* 100,26 / 100,8 100,44 | "
        "100,-8 100,60 | 98,-34 102,90", share=2),
    Form(1, "foot", "print", "0,20 100,20 / 100,2 100,38 | 100,-14 100,54"),
    Form(1, "kick", "cursive",
        "18,0 0,18* 88,16 100,22 98,36 | 40,0 0,32* 86,28 100,36 92,56", share=2),
    Form(1, "hooked foot", "quick",
        "24,0 0,26* 80,26 100,14 98,0 | 30,0 0,30* 86,24 100,8 94,-10", share=3),
    Form(1, "arched", "cursive",
        "40,0 10,16 2,42* 100,26 | 32,0 6,14 2,38* 100,24 | 50,0 16,12 0,30* 100,26", share=3),
    Form(1, "curled flag", "cursive", "46,8 54,2 44,2 0,40* 100,22", share=2),
    Form(2, "flat foot", "everywhere",
        "25,2 4,15 2,40 22,55 52,40 82,14 100,0* 100,60 | "
        "22,0 0,14 2,34 20,44 50,34 82,12 100,2* 88,66"),
    Form(2, "hooked", "everywhere",
        "38,4 12,2 0,28 14,52 45,46 100,0* 98,62 | 26,10 8,2 0,20 10,36 40,34 100,4* 102,44"),
    Form(2, "looped", "America, Germany, Austria",
        "24,3 3,20 6,48 36,54 70,32 95,10 98,0 86,2 85,18 96,38 96,62 | "
        "20,8 2,22 8,42 36,40 72,22 96,6 98,-4 86,-2 86,12 96,36 100,72 | "
        "24,3 3,20 6,48 34,54 66,36 96,14 96,-8 76,-6 78,18 98,46 86,74"),
    Form(2, "swan", "cursive", "25,0 3,20 8,48 36,52 70,28 98,2* 86,20 98,44 90,66"),
    Form(2, "angular", "quick", "12,0 0,8 0,50* 100,0* 100,56 | 16,4 0,12 2,40* 98,0* 86,60"),
    Form(2, "pointed", "quick", "26,0 0,36* 100,2* 100,56 | 16,0 0,50* 96,0* 100,70", share=2),
    Form(2, "boxy", "displays",
        "0,0 0,50* 46,50* 52,0* 100,0* 100,52 | 6,2 0,44* 40,52* 62,4* 98,0* 100,64"),
    Form(2, "narrow", "quick",
        "18,0 0,12 10,28 44,22 100,0* 98,34 | 10,0 0,16 14,30 50,20 98,6* 100,30", share=2),
    Form(2, "curled", "cursive", "22,16 30,4 10,2 0,28 14,54 48,42 100,0* 100,60"),
    Form(2, "long foot", "cursive",
        "20,2 2,20 6,38 30,40 100,2* 98,80 | 24,0 2,20 8,42 36,42 98,0* 100,116 | "
        "14,6 2,18 8,34 40,26 98,0* 94,74"),
    Form(2, "tail that comes back", "cursive",
        "24,2 2,22 8,48 44,40 98,0* 100,44 86,62 78,48 | "
        "24,2 2,22 8,46 44,38 94,0* 92,46 104,60 112,38"),
    Form(2, "short foot", "quick", "20,0 0,24 18,46 56,28 98,12* 100,38", share=2),
    Form(2, "round foot", "quick", "22,0 2,20 14,46 58,22 92,2 100,16 92,60"),
    Form(3, "round", "everywhere",
        "12,3 0,26 12,50 36,48 47,22* 54,50 80,58 100,30 88,0 | "
        "8,6 0,24 10,42 28,40 38,18* 46,48 76,62 100,32 92,-8 | "
        "16,-4 0,26 18,56 46,50 56,24* 62,44 82,50 100,26 92,2"),
    Form(3, "flat top", "Central Europe, bankers",
        "0,2 0,54* 40,22* 52,50 80,55 100,28 90,0 | 2,4 0,46* 32,20* 42,54 76,62 100,30 86,-8"),
    Form(3, "looped", "cursive", "12,3 0,28 14,52 40,42 50,20 42,16 44,30 56,52 84,54 100,28 88,0"),
    Form(3, "shallow", "everywhere", "8,4 0,28 16,50 46,36 60,52 86,48 100,22 92,0"),
    Form(3, "angular", "quick", "10,0 0,20 14,48 46,14* 60,50 90,46 100,6"),
    Form(3, "no waist", "quick", "8,0 0,24 8,50 38,40 60,44 84,34 100,4"),
    Form(4, "open", "everywhere",
        "0,12 55,0* 55,64 | 0,30 64,0* 62,64 | 0,34 76,0* 74,62 / 20,44 100,40 | 44,44 106,40"),
    Form(4, "narrow", "everywhere",
        "0,16 68,0* 62,40 | 0,10 82,0* 76,36 | 0,24 56,0* 50,48 / 34,36 100,28 | 50,34 104,26"),
    Form(4, "closed", "print", "66,66 66,0* 0,46* 100,46 | 62,84 64,0* 0,40* 100,42"),
    Form(4, "bolt", "quick", "0,34 55,0* 48,54* 100,24"),
    Form(4, "bowl", "cursive", "0,4 32,0 50,18 46,54 / 0,58 100,48 | 4,50 100,30"),
    Form(4, "chair", "displays", "0,2 48,0* 48,52 | 0,6 60,0* 56,54 / 0,54 100,52 | 14,48 100,44"),
    Form(4, "one stroke", "cursive", "0,8 44,0 52,26 40,54 4,58* 100,50"),
    Form(4, "one swing", "quick",
        "0,28 50,2 62,16 48,48 24,56* 100,40 | 0,12 40,0 54,20 40,44 10,50* 100,34"),
    Form(4, "one loop", "quick",
        "0,20 46,0 62,14 52,52 22,60 24,46 100,40 | "
        "0,30 56,0 66,20 50,60 22,56 36,44 100,34", share=2),
    Form(4, "curved", "cursive", "0,34 40,8 66,0 64,24 58,60 / 38,34 100,32 | 20,36 100,30"),
    Form(4, "deep", "quick",
        "0,24 40,8 82,2* 76,34 | 0,14 46,2 92,0* 82,44 | 0,28 44,6 88,2* 78,30 / "
        "48,36 100,26 | 56,38 104,34 | 36,40 106,26", share=3),
    Form(4, "kinked", "quick", "0,18 34,0* 40,44 / 4,44 50,34 100,6", share=2),
    Form(4, "kite", "print", "0,40 48,0* 50,50 / 4,44 100,34"),
    Form(4, "round head", "quick", "4,6 40,2 48,28 36,44 / 0,48 30,48 100,36"),
    Form(5, "bar last", "everywhere",
        "0,10 42,5* 36,34 60,55 90,44 100,14 92,0 | 0,12 50,6* 40,40 64,60 92,42 98,10 86,-8 / "
        "0,10 0,60 | 4,12 -4,40 | 0,8 -8,84"),
    Form(5, "one stroke", "everywhere", "0,55 0,10* 44,5* 40,36 66,55 90,46 100,14 90,0"),
    Form(5, "snake", "quick", "4,52 2,20 24,6 46,26 70,50 92,38 100,10 92,0"),
    Form(5, "bar aside", "quick", "14,8 50,4* 42,34 66,52 92,40 100,8 / 2,18 -4,64 | 6,30 -2,56"),
    Form(5, "square", "print", "0,50 0,4* 46,0* 44,40 66,50 94,38* 100,0"),
    Form(5, "hooked", "cursive", "0,14 40,10* 44,44 74,48 100,20 94,0 / 4,12 2,66"),
    Form(6, "tall", "everywhere",
        "0,42 25,14 60,0 90,8 100,30 85,52 62,46 58,22 74,3 | "
        "0,36 22,12 56,0 88,6 100,26 88,44 70,38 68,20 80,6 | "
        "0,44 22,14 50,0 88,8 100,34 78,60 48,48 46,20 66,4"),
    Form(6, "straight", "quick", "0,36 70,0 95,14 98,40 76,50 60,30 72,5"),
    Form(6, "curled", "cursive", "10,54 0,40 16,14 55,0 90,8 100,32 80,54 58,38 64,8"),
    Form(6, "open", "quick", "0,40 35,8 75,0 100,24 86,50 62,46 64,24"),
    Form(6, "upright", "quick", "0,0 60,0 94,6 100,30 80,50 58,32 66,3"),
    Form(6, "large bowl", "everywhere", "0,38 30,6 70,0 98,22 88,56 52,54 38,28 56,4", share=2),
    Form(6, "overshot", "quick", "0,42 40,18 84,8 100,24 88,44 70,34 72,-14"),
    Form(7, "plain", "everywhere", "0,0 0,55* 100,20 | 0,0 0,46* 100,44 | 6,0 0,36* 100,8"),
    Form(7, "crossed", "continental Europe",
        "0,0 0,55* 100,20 | 2,0 2,50* 100,36 / 50,6 50,60 | 62,4 46,62 | 40,14 44,54 | "
        "80,8 74,68 | 52,-10 50,78"),
    Form(7, "hooked", "Korea, China, Japan",
        "24,0 0,2* 0,55* 100,24 | 36,2 2,0* 0,50* 100,36 | 14,0 0,0* 2,44* 100,12"),
    Form(7, "hooked, crossed", "France, Spain",
        "20,0 0,2* 0,58* 100,24 | 14,0 2,6* 2,50* 100,30 / 50,8 48,64 | 62,-4 58,54 | "
        "42,16 44,56"),
    Form(7, "wavy", "cursive", "16,0 0,12 8,34 0,60* 100,26 | 20,4 2,6 10,36 -2,50* 100,34"),
    Form(7, "wavy, crossed", "Poland, Russia",
        "16,0 0,12 8,34 0,60* 100,26 / 52,12 50,64 | 60,0 56,60"),
    Form(7, "curved", "everywhere", "2,0 0,55* 40,34 100,26 | 4,0 0,50* 44,16 100,10"),
    Form(7, "low bar", "continental Europe", "2,0 0,50* 40,36 100,20 / 70,0 66,54 | 60,10 56,56"),
    Form(7, "hooked, low bar", "continental Europe",
        "18,0 2,4 2,46* 60,32 100,20 / 70,2 62,60 | 76,-10 70,80", share=2),
    Form(7, "arched, low bar", "continental Europe",
        "16,4 0,18 6,44 50,40 100,22 | 10,-4 0,20 4,50 46,36 100,10 / 74,8 70,64 | "
        "60,4 54,62 | 76,-10 70,84", share=2),
    Form(7, "round, crossed", "continental Europe",
        "18,0 2,16 4,44 30,42 100,14 / 58,4 54,56 | 50,10 44,64 | 60,-12 58,76", share=2),
    Form(8, "one stroke", "everywhere", "8,48 0,26 20,5 50,28 80,52 100,28 80,3 50,28 22,50 6,40"),
    Form(8, "two rings", "children", "0,28 22,6 45,28 22,50 0,28 / 45,28 72,2 100,28 72,55 45,28"),
    Form(8, "open", "everywhere", "2,56 12,12 45,22 76,52 100,28 78,3 48,30 6,54"),
    Form(8, "straight back", "quick", "6,46 2,18 26,6 74,50 100,26 84,4 6,48"),
    Form(8, "hourglass", "quick", "5,5 92,50 100,26 92,4 5,52 0,28 5,5"),
    Form(8, "unequal rings", "everywhere",
        "0,30 14,14 32,28 66,58 100,30 68,2 32,32 14,46 0,30 | "
        "0,30 28,0 58,30 80,46 100,30 80,14 58,30 28,58 0,30"),
    Form(8, "tail", "cursive", "60,-26 46,28 14,44 0,24 14,6 48,28 82,46 100,24 82,4 50,30 34,44"),
    Form(8, "slim foot", "quick", "6,48 0,30 22,14 50,28 98,20 100,12 50,34 24,54 4,44", share=2),
    Form(9, "stem", "America",
        "14,46 0,24 20,0 44,16 38,44 12,48* 100,46 | 14,42 0,22 18,2 38,14 34,38 10,44* 100,40"),
    Form(9, "curled", "Europe", "20,48 0,28 20,0 45,14 40,42 10,50* 70,50 98,34 94,4"),
    Form(9, "closed curl", "cursive",
        "10,50 0,25 24,2 45,24 35,48 8,50 60,56 95,40 100,14 84,0 | "
        "14,46 0,22 20,0 40,20 32,44 10,46 56,58 92,40 100,-4 86,-30", share=2),
    Form(9, "leaning", "quick", "20,45 0,24 24,0 42,20 14,50* 100,16"),
    Form(9, "ring and stem", "children", "0,25 22,0 45,25 22,48 0,25 / 0,52 100,48"),
    Form(9, "flat top", "quick", "0,52 4,16 28,0 44,20 34,46 0,52* 100,46"),
    Form(9, "swept", "cursive",
        "12,46 0,22 24,2 42,24 14,48 48,56 84,46 100,10 | "
        "16,44 0,20 22,-4 38,22 14,46 52,56 90,36 100,-20"),
    Form(9, "small head", "Europe", "8,40 0,22 14,6 28,22 8,42* 60,44 96,24 98,0"),
    Form(9, "waisted", "cursive",
        "12,44 0,26 16,6 36,14 34,38 14,46* 60,58 94,44 100,8 | "
        "8,44 0,22 14,0 32,14 30,40 12,50* 58,64 96,42 96,-14"),
    Form(9, "small ring", "cursive",
        "6,36 0,20 16,8 30,18 22,36 4,38 36,40 70,54 92,40 98,0 | "
        "10,48 0,28 12,12 26,22 20,40 10,46 40,48 68,60 92,36 98,-14", share=3),
)
# fmt: on

# As careless as leaves nearly every drawing legible.
HAND = pen.Hand(
    jitter=0.04,
    shift=0.035,
    reach=0.08,
    wobble=0.005,
    lean=0.1,
    slant=0.25,
    turn=0.11,
    squeeze=0.26,
)


def draw_digits(n: int, seed: int | Sequence[int]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw n digits, as people all over the world would, with brushes of all widths.

    Args:
        n: how many; each digit has n / 10 of them, as nearly as that goes.
        seed: the same seed and n give the same drawings.

    Returns:
        uint8 images (n, 28, 28), ink 255 on background 0, sized and centred as MNIST's, and
        uint8 labels (n,); in random order.
    """
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(_share_out(n))
    images = pen.draw_kinds(chosen, lambda index, count: draw_form(FORMS[index], count, rng))
    return images, np.array([form.digit for form in FORMS], np.uint8)[chosen]


def draw_form(form: Form, n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one form n times: uint8 (n, 28, 28), ink 255 on background 0."""
    paths = pen.write(pen.parse(form.strokes), n, HAND, rng)
    return pen.ink(paths, pen.brush_widths(n, rng))


def render_form(form: Form, width: float = 0.1) -> NDArray[np.uint8]:
    """Draw a form midway between its variants, with a brush of a share of its longer side.

    Returns:
        uint8 (28, 28), ink 255 on background 0.
    """
    return pen.ink(pen.trace(pen.parse(form.strokes)), np.array([width]))[0]


def _share_out(n: int) -> NDArray[np.int64]:
    """Give every digit an equal share of n drawings, and every form its share of its digit's."""
    indices = np.repeat(np.arange(len(FORMS)), [form.share for form in FORMS])
    digits = np.array([FORMS[index].digit for index in indices])
    turns = [itertools.cycle(indices[digits == d]) for d in range(N_CLASSES)]
    return np.array([next(turns[k % N_CLASSES]) for k in range(n)], np.int64)
