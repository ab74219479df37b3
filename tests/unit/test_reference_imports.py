"""The oracle stays independent: of the package it sees foundation, model and tables only."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

ALLOWED = {"foundation", "model", "tables"}
ORACLE = sorted((ROOT / "tests" / "reference").glob("**/*.py"))


def imported_names(source: str) -> set[str]:
    """Every dotted name that the source imports, with the names taken from a module."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def forbidden(source: str) -> set[str]:
    ours = {name for name in imported_names(source) if name.split(".")[0] == "channelwright"}
    return {name for name in ours if not ALLOWED.intersection(name.split(".")[1:2])}


def is_test(path: Path) -> bool:
    """Tests that compare the oracle with the engine may import both."""
    return path.name.startswith("test_") or path.name == "conftest.py"


@pytest.mark.parametrize("path", [p for p in ORACLE if not is_test(p)], ids=lambda path: path.name)
def test_oracle_imports_only_the_contract(path: Path) -> None:
    assert forbidden(path.read_text(encoding="utf-8")) == set()


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from channelwright.rules.ledger import post", {"channelwright.rules.ledger.post"}),
        ("from channelwright import simulate", {"channelwright.simulate"}),
        ("import channelwright", {"channelwright"}),
        ("import channelwright.simulation as s", {"channelwright.simulation"}),
        ("from channelwright.model import Market\nimport numpy", set()),
        ("from channelwright import model, tables", set()),
    ],
)
def test_forbidden_import_would_be_seen(source: str, found: set[str]) -> None:
    assert forbidden(source) == found
