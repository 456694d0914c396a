"""The project stays as small and as separable as it is meant to be."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

TOP_LEVEL = {
    ".ci",
    ".gitignore",
    "LICENSE",
    "README.md",
    "README.zh-CN.md",
    "app.py",
    "assets",
    "mnist_cnn",
    "pyproject.toml",
    "requirements-dev.txt",
    "requirements.txt",
    "tests",
    "train.py",
}


def tracked_files() -> list[str]:
    if not (ROOT / ".git").exists() or shutil.which("git") is None:
        pytest.skip("not a git checkout")
    # The checkout may belong to another user, as it does in many a container.
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files"]
    return subprocess.run(
        command, cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()


def test_the_page_is_launched_by_whatever_has_taken_the_place_of_launch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from app import demo

    launched: dict[str, object] = {}
    # As spaces does it on ZeroGPU, after the page is made.
    monkeypatch.setattr("gradio.Blocks.launch", lambda page, **options: launched.update(options))
    demo.launch(prevent_thread_lock=True)
    assert launched["prevent_thread_lock"] is True
    assert {"theme", "app_kwargs", "max_threads"} <= set(launched)


def test_nothing_else_lies_at_the_top() -> None:
    assert {file.partition("/")[0] for file in tracked_files()} <= TOP_LEVEL


def test_the_ci_folder_holds_one_script() -> None:
    assert {file for file in tracked_files() if file.startswith(".ci/")} <= {".ci/run"}


def test_the_ci_script_may_be_run() -> None:
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def imports(source: str) -> Iterator[str]:
    """Yield the full names that a source imports, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


OUTSIDE_THE_PAGE = [
    file
    for file in sorted((ROOT / "mnist_cnn").rglob("*.py"))
    # static.py is the command that writes the page.
    if "page" not in file.relative_to(ROOT).parts and file.name != "static.py"
]


@pytest.mark.parametrize("file", OUTSIDE_THE_PAGE, ids=lambda file: file.stem)
def test_the_package_outside_the_page_does_not_need_gradio(file: Path) -> None:
    for name in imports(file.read_text("utf-8")):
        assert not f"{name}.".startswith(("gradio.", "mnist_cnn.page."))


@pytest.mark.parametrize("module", ["preprocess", "data", "measure.figures", "weights"])
def test_modules_without_a_network_do_not_load_tensorflow(module: str) -> None:
    program = f"import sys, mnist_cnn.{module}; print({{'keras', 'tensorflow'}} & set(sys.modules))"
    loaded = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert loaded.stdout == "set()\n"


def pinned(file: str) -> list[str]:
    lines = (ROOT / file).read_text("utf-8").splitlines()
    return [line.partition("#")[0].strip() for line in lines if not line.startswith("-r")]


@pytest.mark.parametrize("file", ["requirements.txt", "requirements-dev.txt"])
def test_every_requirement_is_pinned(file: str) -> None:
    assert [line for line in pinned(file) if line.count("==") != 1] == []


def test_only_direct_dependencies_are_required() -> None:
    assert {line.partition("==")[0] for line in pinned("requirements.txt")} == {
        "filelock",
        "gradio",
        "matplotlib",
        "numpy",
        "pillow",
        "scipy",
        "tensorflow",
    }
