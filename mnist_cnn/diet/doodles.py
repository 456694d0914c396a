"""Drawings that are no digits: letters, signs, several digits at once, scribbles.

Shown with labels drawn at random, they teach a classifier to be unsure of what it does not
know. None may pass for a digit: no bar (a one), no ring (a zero), no Cyrillic ze or che.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from mnist_cnn.diet import pen
from mnist_cnn.diet.handwriting import FORMS

# Letters and signs of many scripts, written as :mod:`mnist_cnn.diet.pen` explains.
LETTERS = {
    "Latin": (
        "100,0 0,30* 100,60 / 64,10 64,50",  # A
        "0,0 100,0 / 0,0 2,40 22,48 46,34 48,0 / 48,0 52,44 76,54 98,40 100,0",  # B
        "12,60 0,36 20,8 55,0 88,12 100,40 88,62",  # C
        "0,0 100,0* 96,40 60,62 20,52 0,0",  # D
        "0,50 0,0* 100,0* 100,50 / 48,0 48,40",  # E
        "0,50 0,0* 100,0 / 48,0 48,40",  # F
        "15,60 0,34 30,4 70,4 100,34 80,60 55,60* 55,36",  # G
        "0,0 100,0 / 0,60 100,60 / 50,0 50,60",  # H
        "0,50 70,50 96,34 96,12 72,0",  # J
        "0,0 100,0 / 0,55 50,2* 100,58",  # K
        "0,0 100,0* 100,50",  # L
        "100,0 0,8* 60,40* 0,72* 100,80",  # M
        "100,0 0,0* 100,60* 0,60",  # N
        "100,0 0,0* 4,40 28,50 50,36 52,0",  # P
        "20,0 50,-4 90,16 96,40 60,66 20,56 2,28 20,4 / 72,40 104,74",  # Q
        "100,0 0,0* 4,40 28,50 50,36 52,0 / 52,14 100,55",  # R
        "0,0 0,80 / 0,40 100,40",  # T
        "0,0 70,2 100,32 70,62 0,64",  # U
        "0,0 100,32* 0,64",  # V
        "0,0 100,22* 20,44* 100,66* 0,88",  # W
        "0,0 100,62 / 0,62 100,0",  # X
        "0,0 48,32 / 0,64 48,32* 100,32",  # Y
        "10,20 0,40 20,60 100,62 / 50,58 50,14 76,0 100,24 84,54 60,62",  # a
        "50,4 48,60 14,54 0,28 40,0 84,10 100,40 88,62",  # e
        "12,44 0,28 20,16 100,16 / 42,0 42,38",  # f
        "0,0 100,0* 60,6 44,30 60,50 100,50",  # h
        "24,0 100,0* 40,6 24,30 50,40 100,40* 40,50 24,72 46,84 100,84",  # m
        "24,0 100,0* 50,8 30,30 46,54 100,56",  # n
        "0,0 100,0 / 10,4 0,34 24,56 50,40 52,4",  # p
        "20,0 100,0* 50,6 26,24 24,44",  # r
        "0,20 86,20 100,34 92,50 / 30,0 30,46",  # t
        "0,0 70,4 84,26 60,48 0,50* 92,50",  # u
        "0,0 60,28 / 0,56 100,0",  # y
    ),
    "Greek": (
        "20,62 70,40 90,18 60,0 20,10 14,34 60,50 94,66",  # alpha
        "100,0 30,4 2,26 20,48 42,34 44,20* 56,52 84,46 86,10",  # beta
        "0,0 20,16 100,34 80,20 60,36 0,62",  # gamma
        "100,0 0,35* 100,70* 100,0",  # Delta
        "0,60 0,0 / 20,30 20,0* 100,0* 100,60",  # Xi and the like
        "10,40 0,20 20,0 40,30 52,28* 60,2 90,4 100,40 90,50",  # epsilon
        "0,0 10,44 40,6 70,0 88,30 100,40 110,30",  # zeta
        "0,20 20,20 50,34 100,60 / 30,30 100,0",  # lambda
        "100,0 0,0 60,2 66,26 50,48 0,50* 70,54",  # mu
        "0,0 0,80 / 2,20 60,22 100,10 / 2,56 80,56 98,70",  # pi
        "0,60 0,0* 50,34* 100,0* 100,60",  # Sigma
        "30,0 70,2 80,26 40,46 10,40 10,20 60,20 100,20",  # phi
        "0,0 50,4 66,30 50,56 0,62 / 0,31 100,31",  # psi
        "20,14 70,0 96,14 90,34 50,38 90,44 98,64 70,80 20,66",  # omega
        "100,0 100,26* 60,4 24,10 0,40 24,70 60,76 100,54* 100,80",  # Omega
    ),
    "Cyrillic": (
        "0,0 50,44 100,0 / 0,88 50,44 100,88 / 0,44 100,44",  # zhe
        "0,0 100,0* 0,60* 100,60",  # i
        "0,0 100,0* 100,40* 0,40 / 100,40 100,80* 0,80",  # sha
        "100,-6 80,0* 80,70* 100,76 / 80,8 0,30* 0,56* 80,62",  # de
        "100,0 0,0* 0,60* 100,60",  # pe
        "100,56 0,56* 4,12 28,2 50,16 52,56 / 52,30 100,0",  # ya
        "0,0 100,0 / 50,0 50,20 / 50,20 10,34 6,60 50,78 96,60 92,34 50,20",  # yu
        "0,0 100,0* 94,36 70,44 50,30 50,0 / 0,64 100,64",  # yery
    ),
    "Hebrew": (
        "0,0 100,62 / 0,60 50,48 / 48,30 100,8",  # alef
        "0,4 4,50* 100,52 / 100,0 100,64",  # bet
        "0,6 30,26 100,30 / 60,30 100,4",  # gimel
        "0,0 0,60* 100,60 / 40,8 100,6",  # he
        "0,0 0,60* 100,60 / 0,8 100,6",  # het
        "10,30 0,8 60,0 100,24 90,60 30,70 0,56",  # tet
        "0,0 40,40* 40,40 100,16 / 0,50 40,40",  # lamed and the like
        "20,0 0,24 20,46 100,56* 100,20 / 10,14 80,2",  # mem
        "0,0 70,30 100,24 / 0,54 60,46 100,0",  # ayin
        "0,0 100,40* 100,-4 / 0,50 44,24",  # tsadi
        "0,0 60,14 100,40 0,80 / 0,40 90,40",  # shin
        "0,4 0,60* 100,60 / 0,14 90,14 100,0",  # tav
    ),
    "Arabic": (
        "20,60 50,70 60,40 50,0 20,-6 / 88,30 90,34",  # be
        "10,50 0,20 20,0 30,50* 50,10 80,2 100,30 92,60",  # ayin
        "0,60 60,56 80,40 70,20 / 70,20 90,10 90,-30 60,-40",  # lam
        "30,80 10,60 36,50 40,76* 60,60 90,20 70,-20 40,-20",  # sad and the like
        "40,100 60,90 40,80* 60,66 40,56* 60,40 90,14 60,-20",  # sin
        "20,0 14,40 44,14* 60,4 90,20 96,52",  # jim
        "0,4 60,0 94,20 100,60 / 30,30 20,44 40,50",  # kaf and the like
    ),
    "Devanagari": (
        "0,-10 0,80 / 0,60 100,60 / 20,10 50,4 60,30 50,60",  # va and the like
        "0,-10 0,80 / 0,60 100,60 / 50,60 46,20 66,6 80,20 70,34",  # ta and the like
        "0,-10 0,90 / 0,45 100,45 / 50,45 30,14 56,4 70,30 50,45 30,70 54,84 90,76",  # ka
        "0,0 0,70 / 0,36 30,36 44,10 70,4 100,36 96,60",  # da
        "0,-10 0,80 / 0,10 50,10 60,34 50,60 / 0,60 100,60",  # pa
        "0,0 0,70 / 0,50 24,50 30,16 50,30 46,50* 66,20 90,24 104,60",  # ha and the like
    ),
    "Indic": (
        "30,20 20,0 50,-10 70,20 40,40 10,20 6,60 40,80 80,60 96,20",  # curls
        "60,20 40,0 70,-10 90,20 50,40 10,44 0,70 30,96 80,90 90,60 60,60 60,84",
        "100,0 40,0 6,20 10,50 50,44 60,20 80,40 90,70 50,90 0,84",
        "10,10 0,30 30,40 40,10 80,0 100,30 70,50 60,30 / 20,60 90,70",
        "40,40 30,10 60,0 84,24 60,50 20,64 30,96 70,100 90,70",
        "0,40 20,20 40,40 20,60 0,40 / 40,40 70,10 100,40 70,70 40,40 / 100,10 100,90",
    ),
    "Thai and Burmese": (
        "20,14 10,4 4,16 20,24 100,24* 20,54 2,70 20,84 100,84",  # with a small ring
        "30,14 20,4 14,16 30,24 90,16 100,40 80,70 0,70",
        "100,10 50,0 10,14 0,44 20,74 100,76 / 60,10 44,24 60,36 76,24 60,10",
        "50,50 20,40 0,70 40,100 80,80 100,40 70,0 30,0 16,20",  # Burmese, rings with gaps
        "10,50 40,56 60,30 40,4 10,10 / 60,30 96,30 100,66 60,70 60,50",
    ),
    "Tibetan and Mongolian": (
        "0,0 0,60 / 0,30 40,10 60,30 40,50* 100,50",
        "0,0 0,64 / 0,10 30,10 40,30 30,50 / 40,30 100,36",
        "0,20 100,20 / 14,20 24,50* 34,20 / 50,20 60,50* 70,20",
    ),
    "Georgian and Armenian": (
        "40,0 10,14 10,50 50,60 96,40 90,0 60,-6 / 10,50 0,70",
        "0,0 80,2 98,30 80,60 60,60 / 0,60 100,60",
        "100,0 20,0 0,20 20,44 60,44 / 60,20 60,70",
        "0,0 60,0 76,30 60,56 0,56 / 76,56 100,56 100,80",
    ),
    "Hangul": (
        "0,0 0,60* 60,56 / 0,90 100,90 / 40,90 40,116",  # ga
        "0,0 70,0* 70,60 / 0,90 100,90 / 40,90 40,70",  # neo
        "0,10 0,60 / 12,0 12,70 / 56,36 20,14 20,58 56,36 / 70,36 84,36 / 84,0 84,76",  # ho
        "0,40 40,0 / 0,40 40,80 / 60,0 60,80 / 60,40 100,40",  # su
        "0,0 60,0* 60,60* 0,60* 0,0 / 80,30 100,30* 100,-10 / 100,30 100,80",  # mu
        "0,0 0,56* 30,56* 30,0* 60,0* 60,60 / 0,90 100,90",  # ri
        "0,0 50,0 / 0,50 50,50 / 25,0 25,50 / 50,0 50,50 / 0,80 100,80",  # bi
        "0,0 0,70 / 0,36 50,0 / 14,36 50,72 / 76,-10 76,84 / 76,36 100,36",  # ju
    ),
    "Kana": (
        "20,0 18,70 / 0,34 60,30 92,36 / 40,60 90,10 70,0 50,40 56,84 96,60",  # a
        "10,0 70,6 86,20 70,24 / 16,60 60,72",  # i
        "24,0 22,50 60,46 96,34 / 0,20 96,4 / 10,70 40,90",  # ka
        "10,10 6,70 / 32,4 28,80 / 0,30 54,66 / 70,20 96,30 96,70",  # ki
        "0,50 50,0* 100,54",  # ku
        "0,6 80,10 100,40 80,76",  # shi
        "10,0 10,90 / 0,50 50,50 60,34 40,34 50,54 100,40",  # su
        "4,10 2,60 34,20* 30,80* 60,40 84,50 100,80",  # so
        "20,0 16,60 / 0,30 90,0 / 40,50 40,90 / 80,40 94,60 90,96",  # ta
        "0,20 100,20 / 30,0 20,30 90,0 / 26,22 10,60 50,80 90,70 80,50 70,90",  # ne
        "14,40 90,24 60,0 20,14 10,60 40,84 90,60",  # no
        "0,4 100,4 / 20,30 20,80 / 0,56 80,60 90,40 70,40 90,84",  # ho
        "0,0 0,70* 40,40 / 14,36 100,20",  # Katakana a
        "20,4 20,80* 100,60 / 0,40 100,0",  # Katakana ka
        "20,0 10,90 / 60,-4 50,96 / 0,30 100,60",  # Katakana ki
        "10,0 30,14 / 40,0 56,14 / 96,4 70,50 20,90",  # Katakana shi
        "20,0 40,10 / 10,30 34,40 / 20,80 70,60 100,20",  # Katakana tsu
        "0,4 0,70 / 40,0 40,80 / 40,44 100,20",  # Katakana te
        "0,0 0,70* 100,10 / 30,0 70,70",  # Katakana nu
        "0,30 0,70* 100,0 / 0,30 40,0",  # Katakana ta and the like
    ),
    "Han": (
        "20,0 20,100 / 0,50 100,50",  # ten
        "30,0 30,100 / 0,50 30,50* 100,0 / 30,50 100,100",  # large
        "0,50 0,50 40,40 100,0 / 20,50 60,60 100,100",  # person
        "0,10 100,10 / 0,10 0,70* 100,70* 100,10 / 50,10 50,70",  # sun
        "0,0 0,80 / 50,10 50,70 / 100,-10 100,90",  # three
        "0,50 100,50 / 30,0 100,0* 100,100* 30,100",  # mountain
        "30,0 30,100 / 0,50 100,50 / 34,48 90,0 / 34,52 90,100",  # tree
        "0,10 0,90 / 0,50 100,50 / 50,14 50,86 / 100,-4 100,104",  # king
    ),
    "Runes and Tifinagh": (
        "0,0 100,0 / 0,0 40,40 / 30,0 70,40",
        "0,0 100,0 / 20,-40 50,0* 20,40",
        "0,0 100,0 / 0,50 100,50 / 20,0 70,50",
        "0,0 100,0 / 30,0 50,36* 70,0",
        "0,0 100,0 / 0,50 100,50 / 0,0 60,50 / 0,50 60,0",
        "0,0 50,40* 100,0 / 0,80 50,40* 100,80",
        "100,0 0,0* 50,40* 0,80* 100,80",
        "0,0 40,30* 80,0 / 40,60 70,30* 110,60",
        "0,0 0,60* 100,60* 100,0* 0,0 / 50,0 50,60",
        "0,0 100,0 / 0,40 100,40",
        "0,0 100,0 / 0,40 100,40 / 0,80 100,80",
        "0,30 20,4 60,0 94,20 100,50 70,84 30,84 0,50 0,30 / 0,44 100,44",
        "0,30 20,4 60,0 94,20 100,50 70,84 30,84 0,50 0,30 / 50,40 50,44",
        "50,0 50,100 / 0,50 100,50 / 14,14 86,86 / 86,14 14,86",
        "0,0 100,0* 100,60 / 0,60 40,60",
    ),
    "Ethiopic and Cherokee": (
        "0,0 100,0 / 0,60 100,60 / 40,0 30,30 40,60 / 0,0 -14,20",
        "20,30 0,14 20,0 40,14 20,30 / 40,14 100,20 / 60,16 70,50 100,54",
        "0,0 100,0* 100,60 / 40,0 30,40 60,50 66,20",
        "100,0 40,0 0,30 40,60 100,60 / 60,0 60,60",
    ),
    "Canadian syllables": (
        "0,0 60,50* 0,100",
        "0,60 50,0* 100,60",
        "0,0 100,0* 100,50* 70,50",
        "0,50 0,0* 80,0 100,20 90,46 70,30",
        "0,0 60,0 96,20 96,50 60,70 0,70 / 40,34 44,38",
    ),
    "signs": (
        "40,0 100,40* 0,110",  # tick
        "0,0 100,100 / 0,100 100,0",  # cross
        "50,0 50,100 / 0,50 100,50",  # plus
        "100,20 0,50* 100,80* 36,0* 36,100* 100,20",  # star
        "30,50 0,30 10,0 40,0 100,50* 40,100 10,100 0,70 30,50",  # heart
        "100,0 0,50* 100,100* 100,0",  # triangle
        "0,0 0,90* 100,90* 100,0* 0,0",  # square
        "50,0 0,50* 50,100* 100,50* 50,0",  # rhombus
        "0,30 100,0 / 0,80 100,50 / 30,0 30,100 / 70,-10 70,90",  # hash
        "90,100 30,40 0,60 20,80 60,10 90,20 100,60 60,100",  # ampersand
        "10,0 0,30 20,50 50,30 70,30 / 96,30 100,32",  # question mark
        "50,60 30,40 60,24 70,50 40,66* 66,80 30,104 0,50 50,0 100,40 96,90",  # at
        "0,50 100,50 / 30,10 0,50* 30,90",  # arrow up
        "50,0 50,120 / 20,90 50,120* 80,90",  # arrow right
        "30,0 0,30 30,60 60,90 30,120 0,90 30,60 60,30 30,0",  # infinity
        "0,50 20,14 50,0 80,14 100,50 80,86 50,100 20,86 0,50 / 30,34 34,36 / 30,64 34,66"
        " / 64,24 80,50 64,76",  # smile
        "50,0 0,0* -30,40* 0,80* 50,80 / 0,0 0,80",  # house
        "0,0 100,40 / 100,0 0,40 / 50,-10 50,50",  # asterisk
        "0,0 30,40* 40,14* 100,50",  # flash
        "50,40 40,50 54,60 66,44 50,26 26,50 56,80 90,44 50,4",  # spiral
        "50,0 14,30 86,60 14,90 86,120 50,150",  # wave
        "0,0 100,20* 0,40* 100,60* 0,80* 100,100",  # zigzag
        "0,0 0,100 / 50,0 50,100",  # equals
        "0,0 0,100",  # dash
        "0,0 2,2 / 0,60 2,62",  # two dots
        "0,0 2,2 / 60,0 62,2 / 60,60 62,62",  # Braille
        "0,0 2,2 / 0,60 2,62 / 60,0 62,2 / 120,60 122,62",  # Braille
    ),
}

# More careless than with digits: what is meant matters less.
HAND = pen.Hand(
    jitter=0.06, shift=0.05, reach=0.08, wobble=0.006, lean=0.0, slant=0.2, turn=0.15, squeeze=0.3
)

# Numbers of the same digits that are drawn at once, for speed.
NUMBERS_ALIKE = 10
# The way along an invented stroke, from 0 to 1: as finely as a curve through four points.
ALONG = np.linspace(0, 1, 3 * pen.SAMPLES + 1)[:, np.newaxis]

Group = Callable[[int, np.random.Generator], NDArray[np.uint8]]


def draw_doodles(n: int, seed: int | Sequence[int]) -> NDArray[np.uint8]:
    """Draw n doodles with brushes of all widths.

    Args:
        n: how many.
        seed: the same seed and n give the same doodles.

    Returns:
        uint8 (n, 28, 28), ink 255 on background 0, sized and centred as MNIST's digits, in
        random order.
    """
    rng = np.random.default_rng(seed)
    groups, shares = zip(*GROUPS, strict=True)
    chosen = rng.choice(len(groups), n, p=shares)
    return pen.draw_kinds(chosen, lambda group, count: groups[group](count, rng))


def draw_letters(n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw n of the letters and signs of :data:`LETTERS`: uint8 (n, 28, 28)."""
    letters = [pen.parse(letter) for script in LETTERS.values() for letter in script]

    def draw(letter: int, count: int) -> NDArray[np.uint8]:
        return _ink(pen.write(letters[letter], count, HAND, rng), rng)

    return pen.draw_kinds(rng.integers(len(letters), size=n), draw)


def draw_inventions(n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw n letters of alphabets that do not exist, of two to five strokes: uint8 (n, 28, 28)."""

    def draw(n_strokes: int, count: int) -> NDArray[np.uint8]:
        return _ink([_invent_stroke(count, rng) for _ in range(n_strokes)], rng)

    return pen.draw_kinds(rng.integers(2, 6, n), draw)


def draw_scribbles(n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw n lines that wander, or go to and fro, without a plan: uint8 (n, 28, 28)."""

    def draw(length: int, count: int) -> NDArray[np.uint8]:
        is_swing = rng.random((count, 1, 1)) < 0.3
        wander = rng.normal(0, 1, (count, length, 2))
        points = np.where(is_swing, _swing(count, length, rng), wander)
        curve = pen.curve_through([bool(rng.integers(2))] * length)
        return _ink([curve @ points @ _turns(rng.uniform(0, 2 * np.pi, count))], rng)

    return pen.draw_kinds(rng.integers(5, 16, n), draw)


def draw_numbers(n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw n numbers of two or three digits, side by side: uint8 (n, 28, 28)."""

    def draw(_: int, count: int) -> NDArray[np.uint8]:
        forms = rng.choice(len(FORMS), rng.integers(2, 4))
        digits = [pen.write(pen.parse(FORMS[i].strokes), count, HAND, rng) for i in forms]
        return _ink(_side_by_side(digits, rng), rng)

    return pen.draw_kinds(np.arange(n) // NUMBERS_ALIKE, draw)


def draw_blots(n: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw n dots and dabs, short for their brush: uint8 (n, 28, 28)."""
    dabs = pen.write(pen.parse("0,0 10,40 0,80"), n, HAND, rng)
    turns = _turns(rng.uniform(0, 2 * np.pi, n))
    return pen.ink([dab @ turns for dab in dabs], rng.uniform(0.5, 0.95, n))


# Every kind of doodle, and its share.
GROUPS: tuple[tuple[Group, float], ...] = (
    (draw_letters, 0.45),
    (draw_inventions, 0.3),
    (draw_scribbles, 0.18),
    (draw_numbers, 0.05),
    (draw_blots, 0.02),
)


def _ink(paths: list[pen.Paths], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Ink drawings with brushes of all widths: uint8 (n, 28, 28)."""
    return pen.ink(paths, pen.brush_widths(len(paths[0]), rng))


def _invent_stroke(n: int, rng: np.random.Generator) -> pen.Paths:
    """Invent a stroke n times, a quarter of them rings: (n, points, 2)."""
    is_ring = rng.random((n, 1, 1)) < 0.25
    return np.where(is_ring, _rings(n, rng), _waves(n, rng))


def _waves(n: int, rng: np.random.Generator) -> pen.Paths:
    """Join two knots of a 3 by 3 grid by a line, an arc, an S or a wave: (n, points, 2)."""
    start, end = (_knots(n, rng) for _ in range(2))
    along = end - start
    across = along[..., ::-1] * np.array([1, -1]) + rng.normal(0, 0.05, (n, 1, 2))
    is_curved = rng.random((n, 1, 1)) < 0.5
    bulge = is_curved * rng.choice([0.3, 0.6], (n, 1, 1)) * rng.normal(0, 1, (n, 1, 1))
    halves = rng.choice([1, 1, 2, 3], (n, 1, 1))  # half waves: most are arcs
    return start + ALONG * along + bulge * np.sin(np.pi * halves * ALONG) * across


def _rings(n: int, rng: np.random.Generator) -> pen.Paths:
    """Draw ovals, or parts of them, around the knots of a 3 by 3 grid: (n, points, 2)."""
    angle = rng.uniform(0, 2 * np.pi, (n, 1, 1)) + ALONG * rng.uniform(3, 7, (n, 1, 1))
    radius = rng.uniform(0.12, 0.4, (n, 1, 2))
    return _knots(n, rng) + radius * np.concatenate([np.sin(angle), np.cos(angle)], axis=-1)


def _knots(n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Choose a knot of a 3 by 3 grid for each of n strokes, about: (n, 1, 2)."""
    return rng.integers(0, 3, (n, 1, 2)) / 2 + rng.normal(0, 0.06, (n, 1, 2))


def _swing(n: int, length: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Go to and fro in the rows while drifting along the columns: points (n, length, 2)."""
    k = np.arange(length)
    evenly = np.stack([np.where(k % 2, 1.5, -1.5), 3 * k / length], axis=-1)
    return evenly + rng.normal(0, 0.3, (n, length, 2))


def _side_by_side(digits: list[list[pen.Paths]], rng: np.random.Generator) -> list[pen.Paths]:
    """Move digits, each some paths (n, points, 2), to the right of one another."""
    edge: NDArray[np.float64] | float = 0.0
    moved: list[pen.Paths] = []
    for paths in digits:
        columns = np.concatenate([path[..., 1] for path in paths], axis=1)
        by = edge - columns.min(axis=1)
        moved += [path + by[:, np.newaxis, np.newaxis] * np.array([0, 1]) for path in paths]
        edge = by + columns.max(axis=1) + rng.uniform(0.1, 0.3, len(columns))
    return moved


def _turns(angles: NDArray[np.float64]) -> NDArray[np.float64]:
    """Make matrices (n, 2, 2) that turn points by angles (n,) in radians."""
    turns = [np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)]
    return np.stack(turns, axis=-1).reshape(-1, 2, 2)
