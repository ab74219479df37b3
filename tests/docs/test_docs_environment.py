"""The pins are complete, needed, installed and explained."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution, version

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

import channelwright
from tests.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RUNTIME = [Requirement(text) for text in PROJECT["dependencies"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["optional-dependencies"]["dev"]]
PYTHONS = ("3.11", "3.12", "3.13")


def requirement_lines() -> list[str]:
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pins() -> dict[str, Requirement]:
    return {canonicalize_name(pin.name): pin for pin in map(Requirement, requirement_lines())}


def needed_here() -> set[str]:
    """Names reached from pyproject.toml through what the installed packages ask for."""
    seen: set[str] = set()
    waiting = [*RUNTIME, *DEVELOPMENT]
    while waiting:
        wish = waiting.pop()
        name = canonicalize_name(wish.name)
        if name in seen:
            continue
        seen.add(name)
        for text in distribution(name).requires or []:
            next_wish = Requirement(text)
            extras = [{"extra": extra} for extra in ("", *wish.extras)]
            if not next_wish.marker or any(next_wish.marker.evaluate(e) for e in extras):
                waiting.append(next_wish)
    return seen


def test_every_line_is_one_exact_pin() -> None:
    pattern = re.compile(r"[\w.-]+==[\w.]+( ; .+)?")
    assert [line for line in requirement_lines() if not pattern.fullmatch(line)] == []


def test_pins_are_the_closure() -> None:
    for_this_system = {
        name for name, pin in pins().items() if not pin.marker or pin.marker.evaluate()
    }
    assert for_this_system == needed_here()


@pytest.mark.parametrize("wish", [*RUNTIME, *DEVELOPMENT], ids=lambda wish: wish.name)
def test_pin_satisfies_the_declared_bound(wish: Requirement) -> None:
    (pin,) = pins()[canonicalize_name(wish.name)].specifier
    assert wish.specifier.contains(pin.version)


def test_environment_is_what_the_pins_say() -> None:
    other = []
    for name, pin in pins().items():
        if pin.marker and not pin.marker.evaluate():
            continue
        try:
            found = version(name)
        except PackageNotFoundError:
            found = "missing"
        if not pin.specifier.contains(found, prereleases=True):
            other.append(f"{pin} but {found}")
    assert other == []


@pytest.mark.parametrize("python", PYTHONS)
def test_pins_allow_every_supported_python(python: str) -> None:
    refused = []
    for name in needed_here():
        supported = distribution(name).metadata.get("Requires-Python")
        if supported and Version(f"{python}.9") not in SpecifierSet(supported):
            refused.append(f"{name} {supported}")
    assert refused == []


def test_version_is_the_same_everywhere() -> None:
    assert channelwright.__version__ == PROJECT["version"] == version("channelwright")


@pytest.mark.parametrize("wish", [*RUNTIME, *DEVELOPMENT], ids=lambda wish: wish.name)
def test_dependency_is_explained_in_a_decision(wish: Requirement) -> None:
    texts = [page.read_text(encoding="utf-8") for page in (ROOT / "docs/decisions").glob("*.md")]
    assert any(re.search(rf"`{re.escape(wish.name)}`", text) for text in texts)
