"""Machine code is made anew when anything that it was made from has changed."""

import subprocess
import sys

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.kept_code import made_from

STEP, TABLE = 2, np.arange(3)


@kernel
def inner(value):
    return value * STEP


@kernel
def outer(value):
    return inner(value) + TABLE[0]


@kernel
def apart(value):
    return value + 1


def digest(function):
    made_from.cache_clear()
    return made_from(function.py_func)


def test_a_constant_of_a_called_kernel_counts(monkeypatch):
    before = digest(outer), digest(apart)
    monkeypatch.setitem(globals(), "STEP", 3)
    assert digest(outer) != before[0]
    assert digest(apart) == before[1]


def test_the_lines_of_a_called_kernel_count(monkeypatch):
    before = digest(outer)

    @kernel
    def other(value):
        return value - STEP

    monkeypatch.setitem(globals(), "inner", other)
    assert digest(outer) != before


def test_values_of_arrays_and_tuples_count(monkeypatch):
    before = digest(outer)
    monkeypatch.setitem(globals(), "TABLE", np.arange(3) + 1)
    other = digest(outer)
    monkeypatch.setitem(globals(), "TABLE", (1, (2, 3)))
    assert len({before, other, digest(outer)}) == 3


PARTS = """
from channelwright.foundation.compiled import kernel
{}
@kernel
def helper(value):
    return value {}
"""
CALLER = """
from channelwright.foundation.compiled import compile_seconds, kernel
from parts import helper

@kernel
def caller(value):
    return helper(value) + 1

print(caller(5), compile_seconds() > 0)
"""


def test_an_update_of_one_file_reaches_the_kernels_of_another(tmp_path):
    (tmp_path / "caller.py").write_text(CALLER, encoding="utf-8")

    def told(line, step):
        (tmp_path / "parts.py").write_text(PARTS.format(line, step), encoding="utf-8")
        run = [sys.executable, "-c", "import caller"]
        done = subprocess.run(run, cwd=tmp_path, check=True, capture_output=True, text=True)
        return done.stdout.split()

    assert told("STEP = 2", "+ STEP") == ["8", "True"]
    assert told("STEP = 40", "+ STEP") == ["46", "True"]
    assert told("STEP = 40", "* STEP") == ["201", "True"]
