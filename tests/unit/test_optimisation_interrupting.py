"""Ctrl-C ends a search with the best answer so far; a second one is an interrupt like any other."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest
from scipy import sparse

from channelwright.optimisation.interrupting import asked_to_end, attended, is_attended
from channelwright.optimisation.solver import LinearModel, SolverOptions, SolveStatus, solve_arrays
from channelwright.optimisation.watching import SearchState, Watch


@pytest.fixture(autouse=True)
def python_handler():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def knapsacks(columns=300, rows=40):
    """An integer model that HiGHS does not close in seconds."""
    rng = np.random.default_rng(0)
    weight = rng.integers(1, 100, (rows, columns)).astype(float)
    return LinearModel(
        cost=-rng.integers(50, 100, columns).astype(float),
        lower=np.zeros(columns),
        upper=np.ones(columns),
        matrix=sparse.csr_array(weight),
        row_lower=np.full(rows, -np.inf),
        row_upper=weight.sum(axis=1) / 3,
        integer=np.ones(columns, dtype=np.bool_),
    )


def test_the_first_interrupt_asks_and_the_second_one_interrupts():
    told = []
    with attended(lambda: told.append(1)):
        assert is_attended()
        assert not asked_to_end()
        signal.raise_signal(signal.SIGINT)
        assert asked_to_end()
        assert told == [1]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert not asked_to_end()
    assert not is_attended()


def test_nobody_waits_by_default():
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_highs_ends_with_answer_and_bound_when_asked():
    begin = time.perf_counter()
    with attended():
        threading.Timer(0.5, lambda: signal.pthread_kill(MAIN, signal.SIGINT)).start()
        report = solve_arrays(knapsacks(), SolverOptions(seconds=60.0))
    assert time.perf_counter() - begin < 20
    assert report.status is SolveStatus.FEASIBLE
    assert report.bound < report.objective < 0


MAIN = threading.main_thread().ident


def test_another_thread_may_be_attended_without_signals():
    seen = []

    def run():
        with attended() as present:
            present.asked = True
            seen.append(asked_to_end())

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert seen == [True]


def test_a_watch_tells_answer_bound_and_gap_and_hears_the_wish_to_end():
    states = []
    watch = Watch("territories", states.append)
    assert watch(None, -np.inf)
    assert str(states[0]) == "territories: no answer yet (0 s)"
    state = SearchState("territories", 200.0, 190.0, 3.4)
    assert state.gap == pytest.approx(0.05)
    assert str(state) == "territories: answer 200, bound 190, gap 5 % (3 s)"
    with attended() as present:
        present.asked = True
        assert not watch(None, 1.0)
    assert len(states) == 1, "at most one report a second"
