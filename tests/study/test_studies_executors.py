"""One conformance suite for every place where runs are made."""

from __future__ import annotations

import pickle
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import fields
from multiprocessing import get_context
from pathlib import Path

import pytest

from channelwright.foundation.errors import UsageError
from channelwright.store import read_journal
from channelwright.studies import StudyInterruptedError, simulate
from channelwright.studies.cluster import Cluster
from channelwright.studies.worker import Task, perform
from tests.study import fake_world
from tests.study.fake_world import ENGINE, TRACE, fingerprint, pack

PLACES = {
    "inline": {"workers": 1},
    "local processes": {"workers": 2},
    "lent threads": {"executor": lambda: ThreadPoolExecutor(3)},
    "lent processes": {"executor": lambda: ProcessPoolExecutor(2, mp_context=get_context("spawn"))},
    "cluster": {"cluster": lambda: Cluster("local", workers=2)},
    "cluster without the folder": {"cluster": lambda: Cluster("local", workers=1, sharing=False)},
}


def run(out, **settings):
    return simulate(pack(), out=out, engine=ENGINE, **settings)


def events(runs, *kinds):
    return [event for event in read_journal(runs.study.folder.journal) if event["event"] in kinds]


@pytest.fixture(scope="module")
def orders(tmp_path_factory):
    """Folder of orders to the fake world, known to workers that outlive a test."""
    folder = tmp_path_factory.mktemp("orders")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(TRACE, str(folder))
        yield folder


@pytest.fixture(autouse=True)
def no_orders(orders):
    yield
    for path in orders.iterdir():
        path.unlink()


@pytest.fixture(scope="module")
def expected(tmp_path_factory, orders):
    """Tables of the default study, made in this process."""
    out = tmp_path_factory.mktemp("expected")
    run(out, workers=1)
    (orders / "trace").unlink()
    return fingerprint(out)


@pytest.fixture(scope="module", params=PLACES.values(), ids=PLACES)
def place(request, orders):
    """Settings of `simulate` that name the place; what has workers of its own is shared."""
    with ExitStack() as stack:
        settings = {
            name: stack.enter_context(value()) if callable(value) else value
            for name, value in request.param.items()
        }
        if "cluster" in settings:
            scratch = Path(settings["cluster"]._local._scratch.name)
            processes = list(settings["cluster"]._local._processes)
        yield settings
    if "cluster" in settings:
        assert not scratch.exists()
        assert all(process.returncode is not None for process in processes)


def traced(orders):
    path = orders / "trace"
    return [line.split() for line in path.read_text().splitlines()] if path.exists() else []


def markets_by_process(orders):
    """Which market objects each process simulated: one where it was read once."""
    found = defaultdict(set)
    for _, _, process, market in traced(orders):
        found[process].add(market)
    return found


def test_tables_do_not_depend_on_the_place(place, tmp_path, orders, expected):
    runs = run(tmp_path, **place)
    # Threads of one process may read it at the same moment, before the first has it.
    most = 3 if isinstance(place.get("executor"), ThreadPoolExecutor) else 1
    assert all(len(markets) <= most for markets in markets_by_process(orders).values())
    assert fingerprint(tmp_path) == expected
    status = runs.status()
    assert set(status["state"]) == {"finished"}
    planned = [(run.design, run.replication) for run in runs.study.plan.runs]
    assert list(zip(status["design"], status["replication"], strict=True)) == planned
    started = [(event["design"], event["replication"]) for event in events(runs, "started")]
    assert started == planned
    assert len(events(runs, "finished")) == 9
    assert not list((tmp_path / "runs" / ".partial").iterdir())


def test_a_failure_is_a_row_and_ends_nothing(place, tmp_path, orders, expected):
    (orders / "5-1").write_text("raise")
    runs = run(tmp_path / "out", **place)
    (failure,) = runs.failures.to_dict("records")
    assert (failure["design"], failure["replication"]) == ("direct", 1)
    assert (failure["stage"], failure["error"]) == ("simulate", "ValueError")
    assert failure["message"] == "the world went wrong"
    (event,) = events(runs, "failed")
    assert "fake_world.py" in event["trace"]
    made = fingerprint(tmp_path / "out")
    assert len(made) == len(expected) - 2
    assert made.items() <= expected.items()

    (orders / "5-1").unlink()
    before = len(traced(orders))
    again = run(tmp_path / "out", **place)
    assert len(traced(orders)) == before + 1
    assert again.failures.empty
    assert fingerprint(tmp_path / "out") == expected


def test_an_interrupted_study_goes_on_where_it_was(place, tmp_path, expected):
    def stop(state):
        if state.done == 3:
            raise KeyboardInterrupt

    with pytest.raises(StudyInterruptedError, match=r"stopped with [3-9] of 9 runs"):
        run(tmp_path, progress=stop, **place)
    early = {path.name: path.stat().st_ino for path in (tmp_path / "runs").glob("*/*.parquet")}
    assert early
    runs = run(tmp_path, **place)
    assert fingerprint(tmp_path) == expected
    assert set(runs.status()["state"]) == {"finished"}
    assert events(runs, "interrupted")[0]["finished"] >= 3


def test_an_executor_and_a_cluster_are_one_too_many(tmp_path):
    with ThreadPoolExecutor(1) as executor, pytest.raises(UsageError, match="give one of them"):
        run(tmp_path, executor=executor, cluster="local")


def test_a_task_names_its_inputs_and_carries_none(tmp_path):
    runs = run(tmp_path, workers=1)
    key = None
    for planned in runs.study.plan.runs[:1]:
        manifest = runs.study.finished()[planned].manifest
        names = ("run_id", "market", "design", "seed", "replication", "keep", "engine")
        key = {name: manifest[name] for name in names}
    from channelwright.store import RunKey

    inputs = (tmp_path / "m" / "market.npz", tmp_path / "d" / "design.npz")
    task = Task(tmp_path, tmp_path, *inputs, RunKey(**key), *ENGINE.functions())
    assert {field.name for field in fields(task)} >= {"market", "design"}
    assert len(pickle.dumps((perform, (task,)))) < 2_000


def test_the_fake_world_is_a_world(tmp_path):
    """The suite rests on it: designs share their draws, and differ."""
    table = run(tmp_path, workers=1).kpis()
    cases = table[table["kpi"] == "cases"].pivot(index="replication", columns="design")["value"]
    assert (cases["direct"] > cases["today"]).all()
    assert fake_world.PERIODS == 4
