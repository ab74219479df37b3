"""Benchmark commands on the pages name subjects and options that exist."""

import re
from functools import cache
from importlib import import_module

import pytest

from benchmarks.__main__ import SUBJECTS
from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CALL = re.compile(r"`python -m benchmarks ([^`]+)`")


def documented() -> list[tuple[str, str]]:
    """Page and words of every call."""
    return [
        (str(page.relative_to(ROOT)), " ".join(call.split()))
        for page in PAGES
        for call in CALL.findall(page.read_text(encoding="utf-8"))
    ]


@cache
def help_of(subject: str) -> str:
    import contextlib
    import io

    said = io.StringIO()
    with contextlib.redirect_stdout(said), pytest.raises(SystemExit) as stop:
        import_module(f"benchmarks.{subject}.command").main(["--help"])
    assert stop.value.code == 0
    return said.getvalue()


@pytest.mark.parametrize(("page", "call"), documented())
def test_documented_subject_and_options_exist(page: str, call: str) -> None:
    words = re.split(r"[\s\[\]|]+", call)
    if words[0] == "--help":
        return
    assert words[0] in SUBJECTS, page
    for option in (word.partition("=")[0] for word in words if word.startswith("--")):
        assert re.search(rf"{option}\b", help_of(words[0])), f"{page}: no option {option}"


def test_every_option_of_the_simulation_benchmark_is_on_its_page() -> None:
    said = next(call for _, call in documented() if call.startswith("simulate ["))
    for option in re.findall(r"^  (--[a-z-]+)", help_of("simulate"), re.M):
        assert option in said
