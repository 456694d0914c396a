"""Two replicas of the app behind nginx, at a sub-path; one of them is killed under load.

Run by hand: ``python tests/benchmarks/replicas.py [--people 20] [--seconds 15]``; needs nginx
(``apt-get install nginx-light``) and Chromium. People send drawings with known answers and
never ask twice, so that what is lost is what the proxy alone loses. Then one person draws on
the page in a browser, and the other replica is killed in mid-stroke.
"""

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory
from typing import IO, Any, NamedTuple

import httpx
from playwright.sync_api import ConsoleMessage, Page, expect, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from browser import BROWSER_ARGUMENTS, ROOT, draw, drawings, find_browser, painted
from machine import machine

# The addresses in capitals are filled in below; all else can be used as it stands.
#
# The app must know its sub-path, from GRADIO_ROOT_PATH=/digits: with it, and with the Host
# that the browser asked for, Gradio tells the page where to send its requests.
NGINX = """\
daemon off;
pid nginx.pid;
worker_processes 2;
events { worker_connections 1024; }

http {
    log_format asked "$request_uri $status $upstream_addr";
    access_log access.log asked;
    client_body_temp_path body;
    proxy_temp_path proxy;
    fastcgi_temp_path fastcgi;
    uwsgi_temp_path uwsgi;
    scgi_temp_path scgi;

    upstream replicas {
        # Both workers of nginx know at once when one of them finds a replica dead.
        zone replicas 64k;
        # A dead replica is tried again with one request every 5 s.
        server 127.0.0.1:FIRST max_fails=1 fail_timeout=5s;
        server 127.0.0.1:SECOND max_fails=1 fail_timeout=5s;
        keepalive 16;
    }

    # Gradio's queue keeps an event in the process that took it, until it is fetched with a
    # second request, which must reach the same replica. The page does not use the queue.
    upstream replica_of_a_client {
        zone replica_of_a_client 64k;
        hash $remote_addr consistent;
        server 127.0.0.1:FIRST max_fails=1 fail_timeout=5s;
        server 127.0.0.1:SECOND max_fails=1 fail_timeout=5s;
        keepalive 16;
    }

    proxy_http_version 1.1;
    proxy_set_header Connection "";  # else no connection to a replica is kept
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-For $remote_addr;
    # A reading changes nothing on the server, so it may be asked twice, although it is a POST.
    # An answer of which a part has gone out already cannot be: there the client has to.
    proxy_next_upstream error timeout http_502 non_idempotent;
    # A machine that is switched off refuses nothing; do not wait for it.
    proxy_connect_timeout 1s;
    # Server-sent events must leave at once.
    proxy_buffering off;
    # The app refuses what is over 1.5 MB, with a message.
    client_max_body_size 2m;

    server {
        listen 127.0.0.1:FRONT;
        absolute_redirect off;
        location = /digits { return 301 /digits/; }
        # The slash after the name takes /digits/ away; the app's own routes know nothing of it.
        location /digits/ { proxy_pass http://replicas/; }
        location /digits/gradio_api/queue/ {
            proxy_pass http://replica_of_a_client/gradio_api/queue/;
        }
        location /digits/gradio_api/call/ {
            proxy_pass http://replica_of_a_client/gradio_api/call/;
        }
    }
}
"""
SUB_PATH = "/digits"
PAUSE = 0.1  # seconds from one drawing of a person to the next, as on the page
READ = f"{SUB_PATH}/gradio_api/component_server"

INK = """canvas => {
    const {data} = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, i) => i % 4 === 0 && Math.abs(value - data[0]) > 64).length;
}"""


class Asked(NamedTuple):
    """One drawing sent: when its answer came, after how many seconds, and what it was."""

    finished: float
    seconds: float
    outcome: str


class Replica:
    """One copy of the app, which can be killed and started again on the same port."""

    def __init__(self, folder: Path) -> None:
        """Start on a free port."""
        self.port = _free_port()
        self._log = folder / f"app-{self.port}.log"
        self.start()

    def start(self) -> None:
        """Start; ``wait`` says when it is there."""
        settings = {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(self.port)}
        environment = os.environ | settings | {"GRADIO_ROOT_PATH": SUB_PATH}
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "app.py"], cwd=ROOT, env=environment, stdout=log, stderr=log
            )

    def wait(self) -> dict[str, Any]:
        """Wait until the app answers and has loaded its network; return the page's config."""
        loaded = "The network is loaded"
        _wait_until(lambda: loaded in self._log.read_text(), self._log, self._process)
        _wait_until(lambda: _answers(self.port), self._log, self._process)
        config: dict[str, Any] = httpx.get(f"http://127.0.0.1:{self.port}/config").json()
        return config

    def kill(self) -> None:
        """End it as ``kill -9`` does: nothing is finished, no connection is closed in order."""
        self._process.kill()
        self._process.wait()


class Person:
    """Someone who draws all digits in turn and asks about each once."""

    def __init__(self, address: str, first: int, pictures: Sequence[tuple[str, str]]) -> None:
        """Begin with the drawing that has the number ``first``."""
        self._address = address
        self._drawn = first
        self._pictures = pictures
        self.asked: list[Asked] = []

    async def draw(self, question: dict[str, Any], until: float) -> None:
        """Send drawings over one connection, ten times a second at most."""
        async with httpx.AsyncClient(timeout=30, limits=httpx.Limits(max_connections=1)) as client:
            while (started := time.monotonic()) < until:
                digit, picture = self._pictures[self._drawn % len(self._pictures)]
                self._drawn += 1
                outcome = await self._ask(client, question | {"data": picture}, digit)
                finished = time.monotonic()
                self.asked.append(Asked(finished, finished - started, outcome))
                await asyncio.sleep(started + PAUSE - finished)

    async def _ask(self, client: httpx.AsyncClient, question: dict[str, Any], digit: str) -> str:
        try:
            response = await client.post(self._address + READ, json=question)
        except httpx.HTTPError as error:
            return f"lost: {type(error).__name__}"
        if response.status_code != 200:
            return f"lost: {response.status_code}"
        return "right" if str(response.json().get("digit")) == digit else "wrong"


def pad_of(configs: Sequence[dict[str, Any]]) -> int:
    """Return the number of the pad, which must be the same on all replicas."""
    (pad,) = {
        component["id"]
        for config in configs
        for component in config["components"]
        if component["props"].get("elem_id") == "sketchpad"
    }
    return int(pad)


@contextmanager
def proxied(folder: Path) -> Iterator[tuple[str, list[Replica]]]:
    """Run two replicas and nginx in front of them; give its address and the replicas."""
    nginx = shutil.which("nginx") or sys.exit("nginx is missing: apt-get install nginx-light")
    front, log = _free_port(), folder / "error.log"
    replicas: list[Replica] = []
    proxy = None
    folder.chmod(0o755)  # nginx started by root works as another user
    try:
        replicas += [Replica(folder), Replica(folder)]
        for replica in replicas:
            replica.wait()  # else nginx would take them for dead for its first seconds
        ports = {"FRONT": front, "FIRST": replicas[0].port, "SECOND": replicas[1].port}
        (folder / "nginx.conf").write_text(_filled_in(NGINX, ports))
        proxy = subprocess.Popen(
            [nginx, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(log)]
        )
        _wait_until(lambda: _answers(front, SUB_PATH), log, proxy)
        yield f"http://127.0.0.1:{front}", replicas
    finally:
        if proxy:
            proxy.terminate()
            proxy.wait(timeout=10)
        for replica in replicas:
            replica.kill()


async def crowd(address: str, pad: int, victim: Replica, args: argparse.Namespace) -> None:
    """Let people draw and kill a replica half-way; print what became of the drawings."""
    pictures = [(name[-1], painted(s)) for name, s in drawings().items() if name != "scribble"]
    people = [Person(address, i, pictures) for i in range(args.people)]
    until = time.monotonic() + args.seconds
    tasks = [
        person.draw({"component_id": pad, "fn_name": "read", "session_hash": f"p{i}"}, until)
        for i, person in enumerate(people)
    ]
    running = asyncio.gather(*tasks)
    await asyncio.sleep(args.seconds / 2)
    killed = time.monotonic()
    victim.kill()
    await running
    report([asked for person in people for asked in person.asked], killed, args)


def report(asked: Sequence[Asked], killed: float, args: argparse.Namespace) -> None:
    """Print one row for the time before the kill and one for the time after."""
    print("            people  sent  right  wrong  lost  a second  p95 ms  slowest ms")
    for label, rows in (
        ("two replicas", [row for row in asked if row.finished <= killed]),
        ("one killed", [row for row in asked if row.finished > killed]),
    ):
        times = [1000 * row.seconds for row in rows]
        right, wrong = (sum(row.outcome == kind for row in rows) for kind in ("right", "wrong"))
        print(
            f"{label:12s}{args.people:6d}{len(rows):6d}{right:7d}{wrong:7d}"
            f"{len(rows) - right - wrong:6d}{len(rows) / (args.seconds / 2):10.1f}"
            f"{quantiles(times, n=20)[-1]:8.0f}{max(times):12.0f}"
        )
    for outcome in sorted({row.outcome for row in asked} - {"right", "wrong"}):
        print(f"{outcome}: {sum(row.outcome == outcome for row in asked)}")


def draw_through_a_kill(page: Page, address: str, victim: Replica) -> str:
    """Draw a 6 in one stroke while a replica dies; return what the page then shows."""
    loads: list[str] = []
    page.on("load", lambda _: loads.append(page.url))
    page.goto(f"{address}{SUB_PATH}/")
    canvas = page.locator("#sketchpad canvas")
    canvas.wait_for()
    page.evaluate("window.marker = 'still the same page'")
    (stroke,) = drawings()["6"]
    draw(page, [stroke[: len(stroke) // 2]], lift=False)
    victim.kill()
    _go_on(page, stroke[len(stroke) // 2 :])
    expect(page.locator("#answer .digit")).to_have_text("6", timeout=10_000)
    page.wait_for_timeout(6000)  # Gradio looks every 2 s whether it should load the page anew
    expect(page.locator("#answer .digit")).to_have_text("6")
    assert page.evaluate("window.marker") == "still the same page", "the page was loaded anew"
    ink = canvas.evaluate(INK)
    assert ink > 1000, "the drawing is gone"
    return f"answer 6, {len(loads)} load of the page, {ink} pixels of ink on the pad"


def _go_on(page: Page, points: Sequence[tuple[float, float]]) -> None:
    """Move the pen on from where it is, slowly enough for questions on the way; lift it."""
    box = page.locator("#sketchpad canvas").bounding_box()
    assert box
    for x, y in points:
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
        page.wait_for_timeout(50)
    page.mouse.up()


def browse(address: str, victim: Replica) -> str:
    """Open the page through nginx and draw; fail on requests that failed."""
    failures: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=BROWSER_ARGUMENTS)
        page = browser.new_page(viewport={"width": 1280, "height": 800}, locale="en-US")
        page.on("response", lambda r: failures.append(f"{r.status} {r.url}") if not r.ok else None)
        page.on("requestfailed", lambda r: failures.append(f"failed {r.url}"))
        page.on("console", lambda m: failures.append(_said(m)) if m.type == "error" else None)
        shown = draw_through_a_kill(page, address, victim)
        browser.close()
    return "\n".join([f"in the browser: {shown}", *failures])


def _said(message: ConsoleMessage) -> str:
    return f"console: {message.text} {message.location.get('url', '')}"


def shares(log: IO[str], replicas: Sequence[Replica]) -> str:
    """Say how nginx shared out the readings, and how many of them it asked twice."""
    asked = [line.split()[2:] for line in log if line.startswith(READ)]
    last = [addresses[-1] for addresses in asked]
    first, second = (last.count(f"127.0.0.1:{replica.port}") for replica in replicas)
    twice = sum(len(addresses) > 1 for addresses in asked)
    return f"{first} answered by the one killed, {second} by the other; {twice} passed on to it"


def _filled_in(template: str, ports: dict[str, int]) -> str:
    for name, port in ports.items():
        template = template.replace(f":{name}", f":{port}")
    return template


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(port: int, sub_path: str = "") -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}{sub_path}/config", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _wait_until(happened: Callable[[], bool], log: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 90
    while not happened():
        if process.poll() is not None or time.monotonic() > deadline:
            raise TimeoutError(f"not started within 90 s:\n{log.read_text()}")
        time.sleep(0.1)


def main(argv: list[str] | None = None) -> None:
    """Kill a replica under load, start it again, and kill the other one under a pen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15)
    args = parser.parse_args(argv)
    print(machine())
    with TemporaryDirectory() as name, proxied(Path(name)) as (address, replicas):
        pad = pad_of([replica.wait() for replica in replicas])
        asyncio.run(crowd(address, pad, replicas[0], args))
        with (Path(name) / "access.log").open() as log:
            print(shares(log, replicas))
        replicas[0].start()
        replicas[0].wait()
        time.sleep(6)  # nginx has given up on it for 5 s
        print(browse(address, replicas[1]))


if __name__ == "__main__":
    main()
