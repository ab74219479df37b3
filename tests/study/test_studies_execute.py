"""What becomes of runs when workers die, shown on a pool whose deaths are chosen."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, Future
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channelwright.studies import execute as module
from channelwright.studies.failure import FailureInfo
from channelwright.studies.pace import LEAST, MANY, MOST, SHORT, Pace
from channelwright.studies.worker import Outcome


class FragilePool:
    """Holds runs until somebody waits; a killer takes all that are held down with it."""

    def __init__(self, killers, *, window=4, restarts=True):
        self.window = window
        self.made = []
        self.restarts = 0
        self._killers, self._can_restart = killers, restarts
        self._held, self._broken = [], False

    def submit(self, tasks):
        if self._broken:
            raise BrokenExecutor("gone")
        (task,) = tasks
        self._held.append((task.key.run_id, Future()))
        assert len(self._held) <= self.window
        return self._held[-1][1]

    def wait(self, futures, return_when="ALL_COMPLETED"):
        """Let one run end, the oldest first, or everything break."""
        assert futures, "waiting for nothing would last for ever"
        if self._held and self._held[0][0] in self._killers:
            self._broken = True
            for _, future in self._held:
                future.set_exception(BrokenExecutor("died"))
            self._held = []
        elif self._held:
            run, future = self._held.pop(0)
            self.made.append(run)
            future.set_result((Outcome(run, 1.0, making=1.0),))
        done = {future for future in futures if future.done()}
        return done, set(futures) - done

    def restart(self):
        self._broken, self._held = False, []
        self.restarts += 1
        return self._can_restart


class Log:
    """Remembers how every run ended."""

    def __init__(self):
        self.begun, self.failures = [], {}

    def started(self, tasks):
        self.begun += [task.key.run_id for task in tasks]

    def ended(self, tasks, outcomes):
        for task, outcome in zip(tasks, outcomes, strict=True):
            assert task.key.run_id not in self.failures, "a run ended twice"
            self.failures[task.key.run_id] = outcome.failure


def play(count, killers=(), **settings):
    pool, log = FragilePool(set(killers), **settings), Log()
    tasks = [SimpleNamespace(key=SimpleNamespace(run_id=number)) for number in range(count)]
    with patch.object(module, "wait", pool.wait):
        module.execute(tasks, pool, log)
    return pool, log


@given(st.integers(0, 12), st.sets(st.integers(0, 11)), st.integers(1, 5))
def test_only_runs_that_kill_their_worker_fail(count, killers, window):
    pool, log = play(count, killers, window=window)
    killers &= set(range(count))
    assert set(log.failures) == set(range(count))
    assert {run for run, failure in log.failures.items() if failure is not None} == killers
    assert sorted(pool.made) == sorted(set(range(count)) - killers), "a run was made twice"


def test_without_deaths_runs_start_in_order():
    pool, log = play(9)
    assert log.begun == list(range(9))
    assert pool.restarts == 0


def test_suspects_are_tried_one_at_a_time():
    pool, log = play(6, {0})
    # Four were under way when the first one died; it dies again alone, and is named.
    assert log.begun == [0, 1, 2, 3, 0, 1, 2, 3, 4, 5]
    assert pool.restarts == 2
    assert log.failures[0].stage == "worker"
    assert "no other run was under way" in log.failures[0].message


@pytest.mark.parametrize("killers", [{0}, {3}, {0, 1, 2}])
def test_a_pool_that_cannot_restart_leaves_every_run_with_a_cause(killers):
    pool, log = play(8, killers, restarts=False)
    assert set(log.failures) == set(range(8))
    failed = {run for run, failure in log.failures.items() if failure is not None}
    assert failed == set(range(8)) - set(pool.made)
    assert {log.failures[run].stage for run in failed} == {"executor"}


def paced(seconds, waiting, window=4, failure=None):
    """How many runs are handed over next, when the last took so long to simulate."""
    pace = Pace()
    pace.learn([Outcome("a", 9.0, failure, making=seconds)])
    return pace.size(waiting, window)


def test_short_runs_are_bundled_where_many_wait():
    # Storing does not count: it is what a bundle saves.
    assert paced(0.01, 10_000) == 100
    assert paced(0.0001, 10_000) == MOST
    assert paced(0.01, 400) == 400 // (2 * 4)
    assert paced(0.01, MANY - 1) == 1
    assert paced(SHORT, 10_000) == 1
    assert paced(0.2, 10_000) == LEAST
    assert paced(0.0, 10_000, failure=FailureInfo("simulate", "E", "m")) == 1
    assert Pace().size(10_000, 4) == 1


def test_bundles_go_on_to_the_end_once_begun():
    pace = Pace()
    pace.learn([Outcome("a", 0.1, making=0.01)])
    assert pace.size(MANY, 4) == LEAST
    assert pace.size(3, 4) == LEAST
