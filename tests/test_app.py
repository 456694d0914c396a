"""Starting the app: what it is told by the environment."""

import os
import subprocess
import sys

import pytest
from browser import ROOT


@pytest.mark.parametrize("port", ["abc", "", "0", "-1", "65536", "99999999999", "78.5"])
def test_a_port_that_there_is_not_ends_the_app_with_one_sentence(port: str) -> None:
    ended = subprocess.run(
        [sys.executable, "app.py"],
        cwd=ROOT,
        env=os.environ | {"GRADIO_SERVER_PORT": port},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == [
        f"GRADIO_SERVER_PORT must be a whole number from 1 to 65535, not {port!r}."
    ]
