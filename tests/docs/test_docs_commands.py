"""Command lines of the pages: the marked ones run, and all of them name what exists."""

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.docs.pages import Block, Command, all_blocks, commands_of

TIMEOUT_SECONDS = 240
SHELLS = ("console", "bash", "sh", "shell")
MARKS = {"run", "run, output shown"}


def run(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run one line with this environment's commands first on the path, plain and 100 wide."""
    bin_folder = str(Path(sys.executable).parent)
    environment = os.environ | {
        "PATH": os.pathsep.join([bin_folder, os.environ["PATH"]]),
        "COLUMNS": "100",
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    return subprocess.run(
        line,
        shell=True,
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def marked() -> list[Block]:
    return [block for block in all_blocks(*SHELLS) if block.mark in MARKS]


def words_of(command: Command) -> list[str]:
    return shlex.split(command.line, comments=True)


def written(program: str) -> list[Command]:
    """Every documented command line of one program, run or not."""
    lines = [command for block in all_blocks(*SHELLS) for command in commands_of(block)]
    return [command for command in lines if words_of(command)[:1] == [program]]


@pytest.mark.parametrize("block", marked(), ids=str)
def test_marked_commands_run(block: Block, workspace: Path) -> None:
    for command in commands_of(block):
        done = run(command.line, workspace)
        assert done.returncode == 0, f"{command.line}\n{done.stdout}{done.stderr}"
        if block.mark == "run, output shown":
            assert done.stdout.split() == command.output.split()


@cache
def help_of(*verbs: str) -> str:
    done = run(shlex.join(["channelwright", *verbs, "--help"]), ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", written("channelwright"), ids=lambda command: command.line)
def test_documented_verb_and_options_exist(command: Command) -> None:
    words = words_of(command)[1:]
    verb = next((word for word in words if not word.startswith("-")), None)
    text = help_of()
    if verb is not None:
        assert re.search(rf"\b{re.escape(verb)}\b", text), f"{command.block}: no verb {verb}"
        text += help_of(verb)
    for option in (word.partition("=")[0] for word in words if word.startswith("--")):
        assert re.search(rf"{re.escape(option)}\b", text), f"{command.block}: no option {option}"


@pytest.mark.parametrize("command", written("make"), ids=lambda command: command.line)
def test_documented_make_target_exists(command: Command) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
    words = words_of(command)[1:]
    asked = [word for word in words if "=" not in word and not word.startswith("-")]
    assert set(asked) <= set(targets), f"{command.block}: {asked} not all in {targets}"
