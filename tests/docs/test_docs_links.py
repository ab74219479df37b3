"""Links and pictures of the pages lead to files of the repository."""

import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import name, pages

LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
PICTURES = (".png", ".svg")
LARGEST_PICTURE = 400_000


def targets(page: Path) -> list[str]:
    text = re.sub(r"`[^`]*`", "", page.read_text(encoding="utf-8"))
    return [found["target"] for found in LINK.finditer(text)]


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page):
    local = [target for target in targets(page) if not target.startswith(("http", "mailto:", "#"))]
    broken = [target for target in local if not (page.parent / target.partition("#")[0]).exists()]
    assert broken == []


def test_pictures_are_shown_and_small():
    shown = {path.name for page in pages() for path in map(Path, targets(page))}
    pictures = [path for path in (ROOT / "docs").rglob("*") if path.suffix in PICTURES]
    assert pictures
    assert [path.name for path in pictures if path.name not in shown] == []
    assert [path.name for path in pictures if path.stat().st_size > LARGEST_PICTURE] == []


def test_readme_shows_purpose_picture_and_two_commands_first():
    first_screen = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## ")[0]
    assert len(first_screen.splitlines()) <= 30
    for needed in ("docs/images/report.png", "make demo", "make test"):
        assert needed in first_screen
