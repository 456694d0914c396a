"""What Hugging Face reads of this project is complete and true."""

import re
from importlib.metadata import version

import pytest
import yaml
from browser import ROOT

COLORS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def front_matter(name: str) -> dict[str, object]:
    _, header, _ = (ROOT / name).read_text("utf-8").split("---\n", 2)
    found = yaml.safe_load(header)
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def space() -> dict[str, object]:
    return front_matter("README.md")


def test_the_space_runs_the_pinned_gradio(space: dict[str, object]) -> None:
    assert space["sdk"] == "gradio"
    assert space["sdk_version"] == version("gradio")
    assert f"gradio=={space['sdk_version']}" in (ROOT / "requirements.txt").read_text()


def test_the_space_runs_a_python_as_text_and_an_app_that_there_is(
    space: dict[str, object],
) -> None:
    assert space["python_version"] == "3.12"  # as a number, 3.10 would be 3.1
    assert (ROOT / str(space["app_file"])).is_file()


def test_the_space_can_be_listed(space: dict[str, object]) -> None:
    assert {space["colorFrom"], space["colorTo"]} <= COLORS
    assert space["license"] == "mit"
    assert 0 < len(str(space["short_description"])) <= 60
    assert space["title"] and space["emoji"] and space["tags"] and space["datasets"]


def test_the_model_card_can_be_read_by_the_hub() -> None:
    card = front_matter("assets/MODEL_CARD.md")
    assert card["library_name"] == "keras"
    assert card["pipeline_tag"] == "image-classification"
    assert card["license"] == "mit"


def test_every_requirement_is_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert re.match(r"-r |[\w-]+==\d", line), line
