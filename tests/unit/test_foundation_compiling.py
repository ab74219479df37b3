"""Whoever waits is told, once, that kernels are being compiled, and only when they are."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numba import njit

from channelwright.cli.main import main
from channelwright.foundation.compiling import compiling_begins, tell_when_compiling
from channelwright.foundation.units import share_of
from channelwright.studies.pools import _start
from tests.conftest import ROOT

WORDS = "compiling the kernels, once after an installation: about a minute\n"


@pytest.fixture(autouse=True)
def nobody_listens():
    yield
    tell_when_compiling(None)


def compile_one(_: int = 0) -> float:
    """Compile a kernel that no cache has."""

    @njit
    def fresh(values):
        return values.sum()

    return float(fresh(np.ones(3)))


def compile_nothing(_: int = 0) -> float:
    return 3.0


def test_the_first_compilation_is_told_and_no_other():
    told = []
    tell_when_compiling(lambda: told.append(1))
    assert compile_one() == 3.0
    assert compile_one() == 3.0
    assert told == [1]
    tell_when_compiling(None)
    compile_one()
    assert told == [1]


def test_code_that_is_kept_is_no_compilation():
    share_of(10, 500_000)
    told = []
    tell_when_compiling(lambda: told.append(1))
    assert share_of(10, 500_000) == 5
    assert told == []


@pytest.mark.parametrize(("work", "expected"), [(compile_one, 1), (compile_nothing, 0)])
def test_a_worker_that_compiles_is_heard_in_the_process_that_waits_for_it(work, expected):
    heard = threading.Semaphore(0)
    tell_when_compiling(heard.release)
    pool, word = _start(2)
    try:
        assert list(pool.map(work, range(4))) == [3.0] * 4
        assert heard.acquire(timeout=10 if expected else 0.2) == bool(expected)
    finally:
        pool.shutdown()
        word.end()
    assert not heard.acquire(blocking=False), "told once, and not by the end of the pool"


def test_a_command_says_so_on_the_error_stream(monkeypatch, capsys):
    def checked(path):
        compiling_begins()
        compiling_begins()
        return "fine\n", 0

    monkeypatch.setattr("channelwright.scenario.report_check", checked)
    assert main(["check", str(ROOT / "tests/data/packs/tiny")]) == 0
    assert capsys.readouterr().err == WORDS
