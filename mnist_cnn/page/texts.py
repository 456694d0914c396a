"""All texts of the page, one JSON file a language; ``assets/page/language.js`` chooses."""

import json

from mnist_cnn.page.component import FILES

LANGUAGES = ("en", "zh-CN")


def read_texts() -> dict[str, dict[str, str]]:
    """Read every language: language to key to text."""
    return {name: json.loads((FILES / f"{name}.json").read_text("utf-8")) for name in LANGUAGES}


def head_script() -> str:
    """Return the script for the page's head: it fills in texts, and asks the server."""
    texts = json.dumps(read_texts(), ensure_ascii=False).replace("<", "\\u003c")
    scripts = [(FILES / name).read_text("utf-8") for name in ("language.js", "asking.js")]
    return f"<script>window.TEXTS = {texts};\n{''.join(scripts)}</script>"
