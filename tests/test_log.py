"""The log holds a line a second in the long run, and no path of the server's sources."""

import io

import pytest

from mnist_cnn.page import log
from mnist_cnn.page.log import MOST_AT_ONCE, SparingLog


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Stop the clock at the one value in this list."""
    clock = [100.0]
    monkeypatch.setattr(log.time, "monotonic", lambda: clock[0])
    return clock


@pytest.fixture
def sparing(clock: list[float]) -> SparingLog:
    return SparingLog(io.TextIOWrapper(io.BytesIO(), "utf-8"))


def lines(sparing: SparingLog) -> list[str]:
    assert isinstance(sparing.buffer, io.BytesIO)
    return sparing.buffer.getvalue().decode().splitlines()


def test_a_traceback_comes_whole(sparing: SparingLog) -> None:
    print(*range(40), sep="\n", file=sparing)
    assert lines(sparing) == [str(k) for k in range(40)]


def test_what_comes_too_fast_is_left_out_and_counted(
    sparing: SparingLog, clock: list[float]
) -> None:
    print(*range(1000), sep="\n", file=sparing)
    assert len(lines(sparing)) == MOST_AT_ONCE
    clock[0] += 2.5
    print(*range(5), sep="\n", file=sparing)
    assert lines(sparing)[MOST_AT_ONCE:] == [f"0 ({1000 - 60} lines before it were left out)", "1"]


def test_a_line_in_pieces_is_one_line(sparing: SparingLog) -> None:
    for piece in ("a", "b", "\n", "c"):
        sparing.write(piece)
    assert lines(sparing) == ["ab"]


def test_a_long_line_is_cut(sparing: SparingLog) -> None:
    print("a" * 10_000_000, file=sparing)
    assert len(lines(sparing)[0]) == log.LONGEST_LINE


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ('  File "/srv/my app/lib/PIL/Image.py", line 3', '  File "Image.py", line 3'),
        ("/srv/lib/PIL/Image.py:3: UserWarning: odd", "Image.py:3: UserWarning: odd"),
        (r'  File "C:\Users\me\app.py", line 3', '  File "app.py", line 3'),
        ("http://localhost:7860/ is 1/2 of a/b", "http://localhost:7860/ is 1/2 of a/b"),
    ],
)
def test_of_a_source_only_the_name_is_told(sparing: SparingLog, said: str, kept: str) -> None:
    print(said, file=sparing)
    assert lines(sparing) == [kept]
