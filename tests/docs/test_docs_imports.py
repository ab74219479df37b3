"""Importing the package and asking for help stay light: nothing heavy is loaded."""

import importlib
import subprocess
import sys

import pytest

import channelwright

HEAVY = {
    "duckdb", "highspy", "jinja2", "matplotlib", "openpyxl", "pandas", "pyarrow", "pydantic",
    "pyomo", "scipy", "simpy", "yaml",
}  # fmt: skip

LIST_LOADED = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"


def loaded_after(code: str) -> set[str]:
    """Top-level modules of a new interpreter that has run this code."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"{code}\n{LIST_LOADED}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.splitlines()[-1].split())


def test_import_loads_nothing_heavy() -> None:
    assert loaded_after("import channelwright") & HEAVY == set()


def test_import_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", "import channelwright"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_heavy_module_would_be_seen() -> None:
    assert loaded_after("import channelwright, yaml") & HEAVY == {"yaml"}


def test_help_loads_nothing_heavy() -> None:
    code = """
import sys
from channelwright.cli.main import main
sys.argv = ["channelwright", "--help"]
try:
    code = main()
except SystemExit as stop:
    code = stop.code
assert not code, code
"""
    assert loaded_after(code) & HEAVY == set()


@pytest.mark.parametrize("name", sorted(set(channelwright.__all__) - {"__version__"}))
def test_lazy_name_is_a_documented_function(name: str) -> None:
    value = getattr(importlib.import_module("channelwright"), name)
    assert callable(value)
    assert value.__name__ == name
    assert value.__doc__


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'optimize'"):
        getattr(channelwright, "optimize")  # noqa: B009


def test_dir_lists_the_lazy_names() -> None:
    assert set(channelwright.__all__) <= set(dir(channelwright))
