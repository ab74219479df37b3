"""Pages of the documentation and the fenced blocks in them.

A line ``<!-- not run -->`` before a Python block takes it out. A line ``<!-- run -->`` before a
console or bash block puts it in; ``<!-- run, output shown -->`` also compares what is printed.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>`{3,})(?P<language>[\w+-]*)[^`]*$")
MARK = re.compile(r"^\s*<!-- (?P<mark>.*?) -->\s*$")


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the mark before it, its text and its first line number."""

    page: str
    language: str
    mark: str
    text: str
    line: int

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def pages() -> list[Path]:
    """Every page that shows code to a user."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("scenarios/*/README.md")]
    return sorted(found)


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks_of(text: str, page: str = "page.md") -> list[Block]:
    """Fenced blocks of one page, in their order."""
    blocks: list[Block] = []
    lines = text.split("\n")
    mark, number = "", 0
    while number < len(lines):
        opening = FENCE.match(lines[number])
        if opening is None:
            note = MARK.match(lines[number])
            if note or lines[number].strip():
                mark = note["mark"] if note else ""
            number += 1
            continue
        closing = re.compile(rf"^ *{opening['ticks']}`*\s*$")
        end = next((at for at in range(number + 1, len(lines)) if closing.match(lines[at])), None)
        assert end is not None, f"{page}:{number + 1}: the fence is never closed"
        body = [line.removeprefix(opening["indent"]) for line in lines[number + 1 : end]]
        blocks.append(Block(page, opening["language"], mark, "\n".join(body), number + 2))
        mark, number = "", end + 1
    return blocks


def all_blocks(*languages: str) -> list[Block]:
    """Blocks of these languages on all pages."""
    return [
        block
        for page in pages()
        for block in blocks_of(page.read_text(encoding="utf-8"), name(page))
        if block.language in languages
    ]


@dataclass(frozen=True)
class Command:
    """One command line of a block, and the lines that are shown below it."""

    block: Block
    line: str
    output: str


def commands_of(block: Block) -> list[Command]:
    """Split a block into command lines; console blocks have prompts and output, bash neither."""
    lines = block.text.replace("\\\n", " ").split("\n")
    if block.language != "console":
        plain = [line for line in lines if line.strip() and not line.lstrip().startswith("#")]
        return [Command(block, line, "") for line in plain]
    commands: list[Command] = []
    for line in lines:
        if line.startswith("$ "):
            commands.append(Command(block, line.removeprefix("$ "), ""))
        elif commands:
            last = commands.pop()
            commands.append(Command(block, last.line, f"{last.output}{line}\n"))
    return commands
