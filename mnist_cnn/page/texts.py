"""All texts of the page, one JSON file a language; ``language.js`` chooses."""

import json
from pathlib import Path

LANGUAGES = ("en", "zh-CN")


def read_texts() -> dict[str, dict[str, str]]:
    """Read every language: language to key to text."""
    here = Path(__file__).resolve().parent
    return {name: json.loads((here / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}
