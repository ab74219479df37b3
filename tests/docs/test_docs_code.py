"""Every Python block of every page runs as a user would type it, warnings being errors."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.pages import Block, all_blocks

TIMEOUT_SECONDS = 240


def shown_code() -> dict[str, list[Block]]:
    """Blocks to run by page; the blocks of one page build on each other."""
    by_page: dict[str, list[Block]] = {}
    for block in all_blocks("python", "py"):
        if block.mark != "not run":
            by_page.setdefault(block.page, []).append(block)
    return by_page


def program(blocks: list[Block]) -> str:
    """One program of all blocks that keeps page and line number in its tracebacks."""
    steps = ["space = {'__name__': '__main__'}"]
    for block in blocks:
        source = "\n" * (block.line - 1) + block.text
        steps.append(f"exec(compile({source!r}, {block.page!r}, 'exec'), space)")
    return "\n".join(steps)


def run(blocks: list[Block], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program(blocks)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


@pytest.mark.parametrize("page", list(shown_code()))
def test_code_on_page_runs(page: str, workspace: Path) -> None:
    done = run(shown_code()[page], workspace)
    assert done.returncode == 0, done.stderr


def test_failing_code_is_seen_with_its_place(tmp_path: Path) -> None:
    block = Block("docs/page.md", "python", "", "import math\nmath.nothing", 7)
    done = run([block], tmp_path)
    assert done.returncode != 0
    assert 'File "docs/page.md", line 8' in done.stderr
