"""Rehearses a Hugging Face Space: the app installed anew, run by a user who owns none of it.

``python tests/space.py`` as root does what a Space does with these files; nothing is uploaded.
"""

import argparse
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from strangers import RUN, as_bytes, encoded, seven

ROOT = Path(__file__).resolve().parent.parent

# The user of a Space; it has no name on most machines, and need not.
USER = 1000
PATIENCE = 120.0
ANSWER_WITHIN = 60.0
# What a Space tells the app of itself. SPACE_ID makes Gradio and `spaces` take their own path
# for Spaces (the wrapping of functions, the names of tools); nothing is fetched for it.
SPACE = {"SYSTEM": "spaces", "SPACE_ID": "rehearsal/digits", "PYTHONUNBUFFERED": "1"}
VERSIONS = """
from importlib.metadata import version
names = ("gradio", "mcp", "pydantic", "spaces", "starlette", "tensorflow", "uvicorn")
print(*(f"{name} {version(name)}" for name in names), sep=", ")
"""
# Gradio leaves event loops open, and what becomes of them hangs on the order in which garbage is
# collected (its issue 12699: on Spaces, harmless). The rest of the traceback may be missing or
# have other lines between: TensorFlow and other threads write meanwhile.
LEFT_OPEN = re.compile(
    r"^Exception ignored .*<function BaseEventLoop\.__del__.*\nTraceback ", re.MULTILINE
)

User = dict[str, Any]


class Failure(Exception):
    """The rehearsal went wrong; the message says where."""


def main() -> int:
    """Rehearse in a temporary folder; return the exit status."""
    args = _parse()
    # A Space stops its app with SIGTERM and CI stops this so: either way, clean up.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    with tempfile.TemporaryDirectory(prefix="space-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # it was made for its owner alone
        try:
            rehearse(folder, args.python, args.port)
        except (Failure, OSError) as failure:
            print(f"The rehearsal of a Space failed: {failure}", file=sys.stderr)
            return 1
    print("The rehearsal of a Space went well.")
    return 0


def rehearse(folder: Path, interpreter: str, port: int) -> None:
    """Copy, install, run and ask.

    Raises:
        Failure: when a step went wrong.
    """
    _check_free(port)
    app, facts = folder / "app", front_matter(ROOT / "README.md")
    copy_tracked(app)
    python = install(folder / "venv", interpreter, app, facts["sdk_version"])
    user = choose_user(python)
    before = states(app)
    with running(folder, [str(python), facts["app_file"]], user, port) as process:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, process)
        ask_for_seven(address)
        ask_for_tools(address)
    check_log((folder / "log").read_text("utf-8", "replace"))
    check_unchanged(before, states(app))
    written = [str(p.relative_to(folder)) for p in (folder / "home").rglob("*") if p.is_file()]
    print(f"Written at home: {', '.join(sorted(written)) or 'nothing'}")


def front_matter(readme: Path) -> dict[str, str]:
    """Read what the README tells Hugging Face: simple ``key: value`` lines between ``---``."""
    start, block, *_ = readme.read_text("utf-8").split("---\n", 2)
    if start:
        raise Failure(f"{readme.name} does not begin with a block between two lines ---")
    pairs = (line.partition(":") for line in block.splitlines())
    facts = {key.strip(): value.strip().strip("\"'") for key, _, value in pairs}
    if missing := {"app_file", "sdk_version"} - facts.keys():
        raise Failure(f"{readme.name} begins without {', '.join(sorted(missing))}")
    return facts


def copy_tracked(target: Path) -> None:
    """Copy the files that git tracks; everybody may read them, nobody may write."""
    # Root is not the owner of every checkout; git would refuse.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE)
    names = [os.fsdecode(name) for name in listing.stdout.split(b"\0") if name]
    if listing.returncode or not names:
        raise Failure("git does not say which files are tracked")
    for name in filter(lambda name: (ROOT / name).is_file(), names):
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, copy)
    for path in (target, *target.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)


def install(venv: Path, interpreter: str, app: Path, version: str) -> Path:
    """Install as a Space does, in a clean environment; return its Python."""
    python, started = venv / "bin" / "python", time.monotonic()
    _run_quietly([interpreter, "-m", "venv", str(venv)], app)
    wanted = [f"gradio[oauth,mcp]=={version}", "uvicorn>=0.14.0", "spaces"]
    options = ["--quiet", "--root-user-action", "ignore"]
    pip = [str(python), "-m", "pip", "install", *options]
    _run_quietly([*pip, "-r", "requirements.txt", *wanted], app)
    print(f"Installed after {time.monotonic() - started:.0f} s:", end=" ")
    print(_run_quietly([str(python), "-c", VERSIONS], app).strip(), flush=True)
    return python


def choose_user(python: Path) -> User:
    """Return who runs the app, as options of ``Popen``: user 1000, or whoever runs this."""
    if os.geteuid() != 0:
        print("This is not run as root: the app runs as the same user.", flush=True)
        return {}
    user: User = {"user": USER, "group": USER, "extra_groups": []}
    # The folder of a root's own interpreter is often closed to others (/root/.pyenv).
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        command = [str(python), "-c", "import ssl"]
        subprocess.run(command, check=True, cwd="/", stderr=subprocess.DEVNULL, **user)
        return user
    real = python.resolve()
    print(f"User {USER} cannot run {real}: the app runs as root, whom no mode stops.", flush=True)
    return {}


@contextlib.contextmanager
def running(
    folder: Path, command: Sequence[str], user: User, port: int
) -> Iterator[subprocess.Popen[bytes]]:
    """Run the app with a fresh home; stop it and print its log."""
    home = folder / "home"
    temporary = home / "tmp"  # the machine's own may hold files of other users
    temporary.mkdir(parents=True)
    for path in (home, temporary):
        os.chown(path, user.get("user", -1), user.get("group", -1))
    settings = {"GRADIO_SERVER_NAME": "0.0.0.0", "GRADIO_SERVER_PORT": str(port)}
    settings |= {"HOME": str(home), "TMPDIR": str(temporary)} | SPACE
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder / "app", env=os.environ | settings, stdout=log, stderr=log, **user
        )
        try:
            yield process
        finally:
            _stop(process)
            print("--- log of the app", (folder / "log").read_text("utf-8", "replace"), sep="\n")
            print("--- end of the log", flush=True)


def wait_for(address: str, process: subprocess.Popen[bytes]) -> None:
    """Wait for the page, and say for how long."""
    started = time.monotonic()
    while (seconds := time.monotonic() - started) < PATIENCE:
        if process.poll() is not None:
            raise Failure(f"the app ended with status {process.returncode}")
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            print(f"The page answered after {time.monotonic() - started:.1f} s", flush=True)
            return
        time.sleep(0.1)
    raise Failure(f"the page did not answer within {seconds:.0f} s")


def ask_for_seven(address: str) -> None:
    """Send a drawing at once, while the network may still be loading."""
    started = time.monotonic()
    text = _post(address + RUN, {"data": [encoded(as_bytes(seven()))]})
    seconds = time.monotonic() - started
    answer = json.loads(text)["data"][0]
    print(f"A drawn 7 was answered after {seconds:.1f} s: {json.dumps(answer)}", flush=True)
    if answer["digit"] != 7:
        raise Failure(f"a drawn 7 was read as {answer['digit']}")


def ask_for_tools(address: str) -> None:
    """Ask the endpoint for language models who it is and what it offers."""
    client = {"name": "rehearsal", "version": "1"}
    hello = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client}
    server = _call_tools(address, "initialize", hello)["serverInfo"]
    tools = [tool["name"] for tool in _call_tools(address, "tools/list", {})["tools"]]
    print(f"MCP is there: {server}, tools: {', '.join(tools)}", flush=True)
    if not any(name.endswith("recognize") for name in tools):
        raise Failure("recognize is not among the tools for language models")


def check_log(log: str) -> None:
    """Fail when the app has stumbled over something, but not over loops that Gradio forgot."""
    rest, forgotten = LEFT_OPEN.subn("", log)
    if forgotten:
        print(f"Gradio's forgotten event loops in the log: {forgotten}")
    if "Traceback" in rest:
        raise Failure("the app's log has a traceback")


def states(folder: Path) -> dict[str, int]:
    """Return when each file was last touched.

    Without the stubs that Gradio writes beside components where it may, as it may as root.
    """
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyi")
    return {str(path.relative_to(folder)): path.stat().st_ctime_ns for path in files}


def check_unchanged(before: dict[str, int], after: dict[str, int]) -> None:
    """Fail when the app has written where it runs."""
    if changed := sorted({path for path, _ in before.items() ^ after.items()}):
        raise Failure(f"the app has written where it runs: {', '.join(changed)}")
    print("Nothing was written where the app runs.")


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError as error:
            raise Failure(f"port {port} is not free: {error.strerror}. Use --port") from None


def _run_quietly(command: Sequence[str], folder: Path) -> str:
    """Return what a command printed, the standard output alone; when it fails, show all."""
    # Whoever runs the app reads what is installed here, whatever the umask of this session.
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, umask=0o022)
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
        raise Failure(f"status {done.returncode} from: {' '.join(command)}")
    return done.stdout


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _call_tools(address: str, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """Make one call of the Model Context Protocol; its answer is a stream of one event."""
    body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    text = _post(f"{address}/gradio_api/mcp/", body)
    events = [line.removeprefix("data: ") for line in text.splitlines() if "data: {" in line]
    result = json.loads(events[0] if events else text).get("result")
    if result is None:
        raise Failure(f"{method} at /gradio_api/mcp/ was answered: {text.strip()}")
    return result


def _post(address: str, body: dict[str, Any]) -> str:
    kinds = {
        "Accept": "application/json, text/event-stream",
        "Content-Type": "application/json",
    }
    request = urllib.request.Request(address, json.dumps(body).encode(), kinds)
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_WITHIN) as answer:
            return answer.read().decode()
    except OSError as error:
        raise Failure(f"{address}: {error}") from error


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Rehearse what a Hugging Face Space does.")
    parser.add_argument(
        "--python", default=sys.executable, help="the interpreter to install for (default: this)"
    )
    parser.add_argument("--port", type=int, default=7860, help="where to serve (default: 7860)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
