"""The log, which strangers cannot fill: a line a second in the long run, whoever writes it."""

import io
import re
import time
from threading import Lock

# A traceback or two come whole.
MOST_AT_ONCE = 60
LONGEST_LINE = 500
FOLDERS = re.compile(r"(?:[A-Za-z]:)?(?:[\\/][^\\/\"']+)+[\\/](?=[^\\/\s\"']+\.py\b)")


class SparingLog(io.TextIOWrapper):
    """Standard error that drops what comes too fast, and says how many lines that were.

    Python names source files by their paths, which tell about the server: their names are left.
    """

    def __init__(self, stream: io.TextIOWrapper) -> None:
        """Write to where ``stream`` writes."""
        super().__init__(stream.buffer, stream.encoding, stream.errors, line_buffering=True)
        self._stream = stream  # it would close the file when nobody holds it
        self._lock = Lock()
        self._left = float(MOST_AT_ONCE)
        self._last = time.monotonic()
        self._dropped = 0
        self._begun = ""

    def write(self, text: str) -> int:
        """Write what makes a line, unless there are too many; keep the rest for the next one."""
        with self._lock:
            *lines, begun = (self._begun + text).split("\n")
            self._begun = begun[:LONGEST_LINE]
            for line in lines:
                self._write_line(line[:LONGEST_LINE])
        return len(text)

    def _write_line(self, line: str) -> None:
        now = time.monotonic()
        self._left = min(self._left + now - self._last, MOST_AT_ONCE)
        self._last = now
        if self._left < 1:
            self._dropped += 1
            return
        self._left -= 1
        dropped = f" ({self._dropped} lines before it were left out)" if self._dropped else ""
        self._dropped = 0
        super().write(f"{FOLDERS.sub('', line)}{dropped}\n")
