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
    ids = component_ids(client)
    for component in ("sketchpad", "photo"):
        body = {"data": sent, "component_id": ids[component], "fn_name": "read"}
        answer = client.post(SERVER, json=body | {"session_hash": "stranger"})
        assert answer.status_code == 422
        assert "drawing" in answer.json()["detail"]


def test_more_values_than_a_small_drawing_has_are_refused(client: httpx.Client) -> None:
    answer = recognize(client, [[[0, 0], [1, 1]]] * 100_000)
    assert answer.status_code == 400
    assert "100,000 values" in answer.json()["error"]


def test_a_body_of_100_megabytes_is_refused_before_it_is_sent(address: str) -> None:
    with socket.create_connection((urlsplit(address).hostname, urlsplit(address).port)) as line:
        head = f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n"
        line.sendall(head.encode() + b"{")
        line.settimeout(10)
        assert b" 413 " in line.recv(1000)


def test_clients_that_hang_up_or_say_nothing_leave_the_server_free(
    client: httpx.Client, address: str
) -> None:
    place = (urlsplit(address).hostname, urlsplit(address).port)
    with ExitStack() as silent:
        for _ in range(200):
            silent.enter_context(socket.create_connection(place))
        for _ in range(50):
            with socket.create_connection(place) as line:
                head = f"POST {RUN} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000\r\n\r\n"
                line.sendall(head.encode() + b'{"data": ["')
        expect_service(client)


def find_leaks(client: httpx.Client, ids: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Ask for a file of the machine through every endpoint; yield those that give it."""
    file = {"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}
    bodies = [{"data": [file]}, {"data": file}, {"data": ["/etc/passwd"]}, {"data": "/etc/passwd"}]
    bodies += [{"data": ["file:///etc/passwd"]}, {"data": [[{"path": "/etc/passwd"}]]}, file]
    for path, methods in client.get("/openapi.json").json()["paths"].items():
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
        for name in ("read", "look", "overview", "samples", "cell", "figure"):
            for body in bodies:
                question = {"component_id": component, "fn_name": name, "session_hash": "a"} | body
                if "root:" in client.post(SERVER, json=question).text:
                    yield name, str(component)


def test_no_endpoint_opens_a_file_that_a_request_names(client: httpx.Client) -> None:
    assert len(client.get("/openapi.json").json()["paths"]) > 40, "not all endpoints are listed"
    assert list(find_leaks(client, component_ids(client).values())) == []


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

    leaks = find_leaks(TestClient(app, raise_server_exceptions=False), [])
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
    kind = data.draw(st.sampled_from(["PNG", "JPEG", "WEBP"]))
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
