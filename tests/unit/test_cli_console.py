"""Tables and progress: whole words at 80 columns, plain lines where nobody watches."""

import os
import pty
import subprocess
import sys

import pandas as pd
import pytest

from channelwright.cli.compare import ALWAYS_SHOWN
from channelwright.cli.console import progress, say_table, stage
from channelwright.cli.numbers import number, percent, scale_of, signed
from channelwright.studies import ProgressState

WIDE = pd.DataFrame(
    {
        "design": ["today", "privatised_offices"],
        "contribution": ["10,731k", "11,696k"],
        "difference": ["", "+965k"],
        "interval": ["", "+931k to +999k"],
        **{f"figure {n}": ["0.998", "0.883"] for n in range(6)},
    }
)


@pytest.mark.parametrize(("columns", "figures"), [(60, 0), (80, 2), (100, 4), (200, 6)])
def test_table_leaves_out_whole_columns_only(monkeypatch, capsys, columns, figures):
    monkeypatch.setenv("COLUMNS", str(columns))
    say_table(WIDE, "title", needed=ALWAYS_SHOWN)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "title"
    assert max(map(len, lines)) <= columns
    assert lines[1].count("figure") == figures
    assert lines[3].startswith("privatised_offices  ")
    assert "+931k to +999k" in lines[3]


def test_chinese_names_stand_in_columns(capsys):
    say_table(pd.DataFrame({"site": ["苏州", "Wuxi"], "cases": ["1", "22"]}))
    assert capsys.readouterr().out.splitlines() == ["site  cases", "苏州      1", "Wuxi     22"]


@pytest.mark.parametrize("closing", ["", ">&-", "2>&-"])
def test_any_terminal_takes_any_text(closing):
    text = "from channelwright.cli.console import *; ready_streams(); say('× 苏州'); say_error('×')"
    command = f'"{sys.executable}" -c "{text}" {closing}'
    settings = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(command, shell=True, capture_output=True, env=settings, check=False)
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr
    assert done.stdout == (b"" if closing == ">&-" else b"? ??\n")


def test_needed_columns_stay_on_any_terminal(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "20")
    say_table(WIDE.iloc[:, :ALWAYS_SHOWN])
    assert capsys.readouterr().out.splitlines()[2].endswith("+931k to +999k")


@pytest.mark.parametrize(
    ("value", "text", "with_sign"),
    [
        (0.12345, "0.123", "+0.123"),
        (-3.0, "-3", "-3"),
        (1234.4, "1,234", "+1,234"),
        (-999.6, "-1,000", "-1,000"),
        (114_568.4, "114,568", "+114,568"),
        (10_731_000.0, "10,731k", "+10,731k"),
        (1.4e-16, "0", "+0"),
        (float("nan"), "-", "-"),
    ],
)
def test_numbers_have_few_digits(value, text, with_sign):
    assert number(value) == text
    assert signed(value) == with_sign


def test_numbers_of_one_table_have_one_scale():
    small, large = scale_of([106_091.0], [8_477.0]), scale_of([10_731_000.0], [float("nan")])
    assert small.interval(6_465.0, 10_488.0) == "+6,465 to +10,488"
    assert large.interval(-965_000.0, 8_477.0) == "-965k to +8.48k"
    assert large.number(0.0) == "0"
    assert scale_of([]).number(3.0) == "3"


def test_shares_are_shown_to_a_tenth_of_a_per_cent():
    assert [percent(0.9996), percent(-1.7412), percent(float("inf"))] == ["100.0%", "-174.1%", "-"]


def test_progress_in_a_pipe_is_at_most_a_dozen_lines(capsys):
    with progress("simulate x") as show:
        for done in range(101):
            show(ProgressState(total=100, found=0, done=done, failed=0, seconds=1.0))
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "simulate x: preparing designs"
    assert lines[1].startswith("simulate x: 0 of 100 runs")
    assert lines[-1].startswith("simulate x: 100 of 100 runs")
    assert len(lines) == 12


def test_stage_in_a_pipe_is_one_line(capsys):
    with stage("writing the report"):
        pass
    assert capsys.readouterr().err == "writing the report\n"


def test_progress_on_a_terminal_is_a_bar():
    code = (
        "from channelwright.cli.console import progress, stage\n"
        "from channelwright.studies import ProgressState\n"
        "with stage('choosing'): pass\n"
        "with progress('simulate x') as show:\n"
        "    show(ProgressState(4, 0, 4, 0, 1.0, 'today, base, replication 3'))\n"
    )
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    subprocess.run([sys.executable, "-c", code], stderr=theirs, env=environment, check=True)
    os.close(theirs)
    shown = os.read(ours, 65536).decode()
    os.close(ours)
    assert "\x1b[" in shown
    assert "4/4" in shown
    assert "simulate x" in shown
