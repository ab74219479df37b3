"""House rules that no linter checks: sizes, no stubs, no path of a machine."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

MODULE_LINES = 400
FUNCTION_LINES = 60
PARTS = {
    "cli", "foundation", "model", "optimisation", "reporting", "rules", "scenario", "simulation",
    "stats", "store", "studies", "tables",
}  # fmt: skip
NOT_OURS = {".git", "results", "build", "dist", "__pycache__"}
TEXT = {"", ".cfg", ".css", ".html", ".ini", ".ipynb", ".j2", ".js", ".json", ".md", ".py", ".sh"}
TEXT |= {".toml", ".txt", ".yaml", ".yml"}
HOSTS = re.compile(r"(py[p]i|py[t]honhosted|an[a]conda|np[m]js|cr[a]tes)\.(org|com|io)\b", re.I)
PLACES = re.compile(r"(?<![\w.~$}-])(/(home|root|Users|tmp|opt|mnt|work|srv)/|[A-Z]:\\\\?Users)\w")


def ours(folder: Path = ROOT) -> Iterator[Path]:
    """Files of the repository: not environments, caches or results."""
    for path in sorted(folder.iterdir()):
        cache = path.name.startswith(".") and path.is_dir() and path.name != ".ci"
        if cache or path.name in NOT_OURS or path.name.endswith(".egg-info"):
            continue
        if path.is_dir():
            yield from ours(path)
        else:
            yield path


def modules() -> list[Path]:
    return sorted((ROOT / "engine").glob("**/*.py"))


def functions() -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def lines_with(pattern: re.Pattern[str], text: str) -> list[int]:
    return [at for at, line in enumerate(text.split("\n"), 1) if pattern.search(line)]


def found_in_files(pattern: re.Pattern[str]) -> list[str]:
    texts = [path for path in ours() if path.suffix in TEXT]
    assert len(texts) > len(PARTS)
    return [
        f"{path.relative_to(ROOT)}:{line}"
        for path in texts
        for line in lines_with(pattern, path.read_text(encoding="utf-8", errors="replace"))
    ]


def test_engine_has_exactly_the_parts_of_the_architecture() -> None:
    package = ROOT / "engine" / "channelwright"
    assert {path.parent.name for path in package.glob("*/__init__.py")} == PARTS
    assert not (ROOT / "engine" / "__init__.py").exists()


def test_no_module_is_too_long() -> None:
    sizes = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8").count("\n") for p in modules()}
    assert {path: size for path, size in sizes.items() if size > MODULE_LINES} == {}


def test_no_function_is_too_long() -> None:
    sizes = [(f"{path.name}:{f.name}", (f.end_lineno or 0) - f.lineno) for path, f in functions()]
    assert [entry for entry in sizes if entry[1] > FUNCTION_LINES] == []


def test_no_stub_is_left() -> None:
    stubs = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Raise) and "NotImplementedError" in ast.unparse(node)
    ]
    assert stubs == []


def test_no_package_host_is_named() -> None:
    assert found_in_files(HOSTS) == []


def test_no_path_of_a_machine_is_named() -> None:
    assert found_in_files(PLACES) == []


@pytest.mark.parametrize(
    ("pattern", "bad", "good"),
    [
        (HOSTS, "https://files.python" + "hosted.org/x", "the package cpca 0.5.5"),
        (PLACES, 'open("/ho' + 'me/ann/x.csv")', "results/home/x and ~/tmp/y"),
    ],
)
def test_patterns_see_what_they_look_for(pattern: re.Pattern[str], bad: str, good: str) -> None:
    assert lines_with(pattern, bad) == [1]
    assert lines_with(pattern, good) == []
