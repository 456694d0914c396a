"""Whatever strangers send, each gets a clear answer, nothing leaks, and the server goes on."""

import json
import re
import socket
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
import httpx
import pytest
from browser import OUTPUT
from fastapi import FastAPI
from fastapi.testclient import TestClient
from gradio.routes import App
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from strangers import (
    RUN,
    SECRETS,
    SERVER,
    as_bytes,
    component_ids,
    encoded,
    random_requests,
    readable_images,
    seven,
    unreadable_images,
)

from mnist_cnn.page.incoming import open_image

JSON = "Content-Type: application/json\r\n"

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda values: st.lists(values, max_size=5) | st.dictionaries(st.text(), values, max_size=3),
    max_leaves=20,
)


@pytest.fixture(scope="module")
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def recognize(client: httpx.Client, image: Any) -> httpx.Response:
    return client.post(RUN, json={"data": [image]})


def expect_service(client: httpx.Client) -> None:
    answer = recognize(client, encoded(as_bytes(seven())))
    assert answer.json()["data"][0]["digit"] == 7


@pytest.mark.parametrize("name", readable_images())
def test_a_seven_is_read_in_every_form(client: httpx.Client, name: str) -> None:
    answer = recognize(client, readable_images()[name])
    assert answer.json()["data"][0]["digit"] == 7, answer.text


@pytest.mark.parametrize("side", [1, 2])
def test_an_image_of_a_pixel_or_two_is_blank(client: httpx.Client, side: int) -> None:
    answer = recognize(client, encoded(as_bytes(Image.new("L", (side, side), 255))))
    assert answer.json()["data"][0]["verdict"] == "blank"


@pytest.mark.parametrize("name", unreadable_images())
def test_what_is_no_image_is_refused_with_a_reason(client: httpx.Client, name: str) -> None:
    sent = unreadable_images()[name]
    answer = recognize(client, sent)
    assert answer.status_code in (400, 500)
    assert "drawing" in answer.json()["error"], answer.text
    body = {"data": sent, "component_id": component_ids(client)["photo"], "fn_name": "read_photo"}
    answer = client.post(SERVER, json=body | {"session_hash": "stranger"})
    assert answer.status_code == 422
    assert "drawing" in answer.json()["detail"]


@pytest.mark.parametrize("sent", [None, 7, "", "A" * 1044, "A" * 1048, "§", [0] * 784, "A" * 9000])
def test_the_pad_reads_784_grey_levels_or_nothing(client: httpx.Client, sent: Any) -> None:
    body = {"data": sent, "component_id": component_ids(client)["sketchpad"], "fn_name": "read"}
    answer = client.post(SERVER, json=body | {"session_hash": "stranger"})
    assert answer.status_code in (413, 422), answer.text


def test_more_values_than_a_small_drawing_has_are_refused(client: httpx.Client) -> None:
    for rows, most in (([[0] * 100_002], "100,000"), ([[]] * 2000, "2,000")):
        answer = recognize(client, rows)
        assert answer.status_code == 400
        assert f"{most} values" in answer.json()["error"]


def test_a_body_of_100_megabytes_is_refused_before_it_is_sent(address: str) -> None:
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as line:
        head = f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{JSON}Content-Length: 100000000\r\n\r\n"
        line.sendall(head.encode() + b"{")
        line.settimeout(10)
        assert b" 413 " in line.recv(1000)


def test_a_head_of_thousands_of_lines_is_refused_unread(client: httpx.Client, address: str) -> None:
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as line:
        line.sendall(
            b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + b"a:b\r\n" * 12_000 + b"\r\n"
        )
        line.settimeout(10)
        assert b" 400 " in line.recv(1000)
    expect_service(client)


@pytest.mark.parametrize("host", ["one.example", "two.example"])
def test_examples_are_for_the_address_that_they_are_asked_at(
    client: httpx.Client, host: str
) -> None:
    answer = client.get("/gradio_api/info", headers={"X-Forwarded-Host": host})
    snippets = answer.json()["named_endpoints"]["/recognize"]["code_snippets"]
    assert f"http://{host}" in snippets["python"]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [""], "fn_index": "s3cr3t"},
        {"data": [""], "trigger_id": "s3cr3t"},
        {"data": [""], "event_data": ["s3cr3t"] * 5000},
        {"data": "s3cr3t" * 5000},
        {"s3cr3t": 1},
    ],
)
def test_what_does_not_fit_an_endpoint_is_not_repeated(
    client: httpx.Client, body: dict[str, Any]
) -> None:
    answer = client.post(RUN, json=body)
    assert answer.status_code in (400, 422)
    assert "s3cr3ts3cr3t" not in answer.text
    assert len(answer.text) < 200


def test_what_is_no_http_is_few_lines_in_the_log(client: httpx.Client, address: str) -> None:
    before = len((OUTPUT / "app.log").read_text().splitlines())
    for _ in range(300):
        place = (urlsplit(address).hostname, urlsplit(address).port)
        with socket.create_connection(place) as line:
            line.sendall(b"I am no HTTP\r\n\r\n")
            line.recv(1000)
    expect_service(client)
    assert len((OUTPUT / "app.log").read_text().splitlines()) < before + 100


def test_clients_that_hang_up_or_say_nothing_leave_the_server_free(
    client: httpx.Client, address: str
) -> None:
    place = (urlsplit(address).hostname, urlsplit(address).port)
    with ExitStack() as silent:
        for _ in range(200):
            silent.enter_context(socket.create_connection(place))
        for _ in range(50):
            with socket.create_connection(place) as line:
                head = (
                    f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\n{JSON}Content-Length: 9000\r\n\r\n"
                )
                line.sendall(head.encode() + b'{"data": ["')
        expect_service(client)


def find_leaks(
    client: httpx.Client, paths: dict[str, Any], ids: Iterable[int]
) -> Iterator[tuple[str, str]]:
    """Ask for a file of the machine through every endpoint; yield those that give it."""
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    bodies = [{"data": [file]}, {"data": file}, {"data": ["/etc/passwd"]}, {"data": "/etc/passwd"}]
    bodies += [{"data": ["file:///etc/passwd"]}, {"data": [[{"path": "/etc/passwd"}]]}, file]
    for path, methods in paths.items():
        for named in ("/etc/passwd", "..%2f..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd"):
            url = re.sub(r"{[^}]*}", named, path)
            for method in methods:
                asked = {"path": "/etc/passwd", "session_hash": "a"}
                get: list[dict[str, Any]] = [{"params": asked}]
                for request in get if method == "get" else [{"json": body} for body in bodies]:
                    with client.stream(method.upper(), url, **request) as answer:
                        if "event-stream" in answer.headers.get("content-type", ""):
                            continue
                        if "root:" in answer.read().decode("latin-1"):
                            yield method, url
    for component in ids:
        for name in ("read", "read_photo", "overview", "samples", "cell", "figure"):
            for body in bodies:
                question = {"component_id": component, "fn_name": name, "session_hash": "a"} | body
                if "root:" in client.post(SERVER, json=question).text:
                    yield name, str(component)


def test_no_endpoint_opens_a_file_that_a_request_names(client: httpx.Client) -> None:
    with gr.Blocks(analytics_enabled=False) as page:
        pass
    paths = App.create_app(page).openapi()["paths"]
    assert len(paths) > 40, "not all endpoints are listed"
    assert list(find_leaks(client, paths, component_ids(client).values())) == []


def test_an_endpoint_that_opens_files_would_be_found() -> None:
    app = FastAPI()

    @app.get("/file/{name:path}")
    def by_name(name: str) -> str:
        return Path(name).read_text() if Path(name).is_file() else ""

    @app.post("/open")
    def by_body(body: dict[str, Any]) -> str:
        data = body.get("data")
        file = data.get("path", "") if isinstance(data, dict) else ""
        return Path(file).read_text() if file else ""

    client = TestClient(app, raise_server_exceptions=False)
    leaks = find_leaks(client, app.openapi()["paths"], [])
    assert {("get", "/file//etc/passwd"), ("post", "/open")} <= set(leaks)


def test_thousands_of_random_requests_are_answered_and_leak_nothing(client: httpx.Client) -> None:
    ids = list(component_ids(client).values())
    for request in random_requests(3000, 0, ids):
        answer = client.request(**request)
        assert answer.status_code in (200, 202, 204, 307, *range(400, 423), 500), request
        for secret in SECRETS:
            assert secret not in answer.text, request
    expect_service(client)
    assert "Traceback" not in (OUTPUT / "app.log").read_text()


@given(json_values)
def test_any_value_is_an_image_or_refused(value: Any) -> None:
    try:
        image = open_image(value)
    except gr.Error as error:
        assert "drawing" in error.message
    else:
        assert max(image.size) <= 1024


@given(st.data())
def test_any_damage_to_a_file_is_an_image_or_refused(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(["PNG", "JPEG"]))
    content = bytearray(as_bytes(seven("RGB", 40), kind))
    places = st.tuples(st.integers(0, len(content) - 1), st.integers(0, 255))
    for place, value in data.draw(st.lists(places, max_size=8)):
        content[place] = value
    try:
        image = open_image(encoded(bytes(content)))
    except gr.Error as error:
        assert "drawing" in error.message
    else:
        assert max(image.size) <= 1024


def test_the_requests_are_the_same_for_a_seed() -> None:
    first, second = (list(random_requests(20, 1, [5])) for _ in range(2))
    assert json.dumps(str(first)) == json.dumps(str(second))
