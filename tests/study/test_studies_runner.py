"""The runner: plans before runs, failures as rows, broken pools, resume, one conformance suite."""

from __future__ import annotations

import errno
import os
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from channelwright.foundation.errors import StoreError, UsageError
from channelwright.store import files, load_study, read_journal
from channelwright.store import journal as journal_module
from channelwright.studies import Engine, FailureInfo, StudyInterruptedError, simulate
from tests.study import fake_world
from tests.study.fake_world import ENGINE, TRACE, design, fingerprint, pack


def run(out, designs=None, *, world=None, engine=ENGINE, **settings):
    return simulate(world or pack(), designs, out=out, engine=engine, **{"workers": 1, **settings})


def events(runs, *kinds):
    return [event for event in read_journal(runs.study.folder.journal) if event["event"] in kinds]


@pytest.fixture
def orders(tmp_path, monkeypatch):
    """Folder of orders to the fake world; also where it leaves its trace."""
    folder = tmp_path / "orders"
    folder.mkdir()
    monkeypatch.setenv(TRACE, str(folder))
    return folder


def traced(orders):
    path = orders / "trace"
    return path.read_text().splitlines() if path.exists() else []


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    """Tables of the default study, made in this process."""
    out = tmp_path_factory.mktemp("expected")
    run(out)
    return fingerprint(out)


def test_every_run_and_input_is_on_disk_before_the_first_run(tmp_path):
    seen = []

    def replicate(*arguments, **options):
        (folder,) = (tmp_path / "studies").iterdir()
        study = load_study(folder)
        if not seen:
            seen.append(study.status())
            assert study.design("optimised").terms.online_fee == 7
            assert study.chosen()["optimised"].certificates[0].status == "proven"
            assert study.pack().name == "fake"
            assert study.market("base").behaviour.response == 1.0
        return fake_world.replicate(*arguments, **options)

    world = pack(requests=("optimised",))
    run(tmp_path, world=world, engine=Engine(replicate, ENGINE.kpis, ENGINE.optimiser))
    assert len(seen[0]) == 4 * 3
    assert set(seen[0]["state"]) == {"pending"}


def test_replications_come_before_designs(tmp_path):
    runs = run(tmp_path)
    order = [(event["replication"], event["design"]) for event in events(runs, "started")]
    assert order[:4] == [(0, "today"), (0, "direct"), (0, "hybrid"), (1, "today")]


def test_the_same_question_is_the_same_study_and_costs_nothing(tmp_path, orders):
    first = run(tmp_path)
    made = len(traced(orders))
    second = run(tmp_path)
    assert second.path == first.path
    assert len(traced(orders)) == made
    assert [event["found"] for event in events(second, "planned")] == [0, 9]
    assert len(events(second, "finished")) == 9


def test_more_replications_go_on_in_the_same_study(tmp_path, orders):
    run(tmp_path, replications=2)
    runs = run(tmp_path, replications=4)
    assert len(traced(orders)) == 12
    assert sorted({r.replication for r in runs.study.plan.runs}) == [0, 1, 2, 3]
    fewer = run(tmp_path, replications=1)
    assert len(fewer.status()) == 3
    assert len(load_study(fewer.path).status()) == 12


def test_another_study_finds_finished_runs_again(tmp_path, orders):
    run(tmp_path, study="one")
    made = len(traced(orders))
    world = pack(design("now"), design("flat", 5, title="Another name for direct"))
    runs = run(tmp_path, world=world, study="two")
    assert len(traced(orders)) == made
    assert set(runs.status()["state"]) == {"finished"}
    assert runs.study.design("flat").terms.online_fee == 5


def test_two_labels_of_one_design_share_a_run(tmp_path, orders):
    runs = run(tmp_path, world=pack(design("a", 1), design("b", 1)))
    assert len(traced(orders)) == 3
    table = runs.kpis()
    assert len(table) == 3 * 3 * 2
    counted = runs.sql("select design, count(*) as n from kpis group by design order by design")
    assert list(counted["design"]) == ["a", "b"]
    assert counted["n"].nunique() == 1


def test_a_study_name_keeps_its_question(tmp_path):
    run(tmp_path, study="mine")
    with pytest.raises(StoreError, match="was planned with another seed"):
        run(tmp_path, study="mine", seed=12)
    with pytest.raises(StoreError, match="was planned with another design 'today'"):
        run(tmp_path, study="mine", world=pack(design("today", 1)))


def test_requests_are_answered_once(tmp_path, orders):
    world = pack(requests=("optimised",))
    runs = run(tmp_path, world=world)
    run(tmp_path, world=world, replications=5)
    assert (orders / "asked").read_text().split() == ["optimised"]
    assert runs.designs == ("today", "direct", "hybrid", "optimised")
    assert runs.study.chosen()["optimised"].forecast.kpis == {"cases": 420.0}


def test_a_plan_may_be_simulated(tmp_path):
    from channelwright.studies import optimise

    world = pack(requests=("optimised",))
    plan = optimise(world, "optimised", optimiser=ENGINE.optimiser)
    runs = run(tmp_path, ["today", plan, design("own", 2)], world=world)
    assert runs.designs == ("today", "optimised", "own")
    assert list(runs.study.chosen()) == ["optimised"]
    assert "territories: 7, optimal" in repr(plan)
    assert list(plan.table()["status"]) == ["proven"]


def test_the_run_that_kills_its_worker_is_found_out(tmp_path, orders, expected):
    (orders / "5-1").write_text("die")
    runs = run(tmp_path / "out", workers=2)
    (failure,) = runs.failures.to_dict("records")
    assert (failure["design"], failure["replication"]) == ("direct", 1)
    assert (failure["stage"], failure["error"]) == ("worker", "BrokenExecutor")
    assert len(fingerprint(tmp_path / "out")) == len(expected) - 2


class Breaking(Executor):
    """A caller's executor that breaks after some runs."""

    def __init__(self, good):
        self._good = good

    def submit(self, function, /, *arguments, **options):
        if self._good == 0:
            raise BrokenProcessPool("gone")
        self._good -= 1
        future = Future()
        future.set_result(function(*arguments, **options))
        return future


def test_a_broken_executor_of_the_caller_leaves_rows(tmp_path, expected):
    runs = run(tmp_path, executor=Breaking(4))
    assert (runs.status()["state"] == "finished").sum() == 4
    assert set(runs.failures["stage"]) == {"executor"}
    assert len(runs.failures) == 5
    run(tmp_path)
    assert fingerprint(tmp_path) == expected


class Refusing(Executor):
    """An executor that cannot carry its tasks."""

    def submit(self, function, /, *arguments, **options):
        future = Future()
        future.set_exception(TypeError("cannot carry this"))
        return future


def test_what_an_executor_raises_is_a_row(tmp_path):
    runs = run(tmp_path, executor=Refusing())
    assert set(runs.failures["message"]) == {"cannot carry this"}
    assert len(runs.failures) == 9


def test_control_c_is_an_answer_of_its_own(tmp_path, expected):
    calls = []

    def replicate(*arguments, **options):
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return fake_world.replicate(*arguments, **options)

    with pytest.raises(StudyInterruptedError, match="stopped with 3 of 9 runs") as stopped:
        run(tmp_path, engine=Engine(replicate, ENGINE.kpis))
    assert stopped.value.exit_code == 130
    assert not (tmp_path / "runs" / ".partial").exists() or not list(
        (tmp_path / "runs" / ".partial").iterdir()
    )
    run(tmp_path)
    assert fingerprint(tmp_path) == expected


def test_failing_kpis_and_inputs_name_their_stage(tmp_path, monkeypatch):
    def kpis(*_):
        raise ZeroDivisionError("no outlets")

    runs = run(tmp_path / "a", engine=Engine(ENGINE.replicate, kpis))
    assert set(runs.failures["stage"]) == {"kpis"}

    monkeypatch.setattr("channelwright.studies.worker._load", _unreadable)
    runs = run(tmp_path / "b")
    assert set(runs.failures["stage"]) == {"load"}


def _unreadable(*_):
    raise StoreError("the file is damaged")


def test_a_full_disk_fails_runs_and_keeps_the_others(tmp_path, monkeypatch, expected):
    plain, opened = files.open_new, []

    def open_new(path):
        if path.name == "cells.parquet":
            opened.append(path)
            if 3 <= len(opened) < 6:
                raise OSError(errno.ENOSPC, "No space left on device")
        return plain(path)

    monkeypatch.setattr(files, "open_new", open_new)
    runs = run(tmp_path)
    assert len(runs.failures) == 3
    assert set(runs.failures["stage"]) == {"store"}
    assert runs.failures["message"].str.contains("No space left on device").all()
    assert not (tmp_path / "runs" / ".partial" / runs.path.name).exists()
    monkeypatch.undo()
    run(tmp_path)
    assert fingerprint(tmp_path) == expected


@pytest.mark.parametrize("torn", [False, True])
def test_a_journal_that_cannot_be_written_stops_the_study(tmp_path, monkeypatch, expected, torn):
    plain, written = journal_module.sync, []

    def sync(file):
        written.append(file)
        if len(written) == 6:
            file.flush()
            if torn:
                os.truncate(file.name, file.tell() - 20)
            raise OSError(errno.ENOSPC, "No space left on device")
        plain(file)

    monkeypatch.setattr(journal_module, "sync", sync)
    with pytest.raises(StoreError, match=r"cannot write .*journal\.jsonl: No space left"):
        run(tmp_path, study="s")
    monkeypatch.undo()
    runs = run(tmp_path, study="s")
    assert fingerprint(tmp_path) == expected
    assert runs.failures.empty
    finished = {event["run_id"] for event in events(runs, "finished")}
    assert len(finished) >= 8


def test_a_clock_that_jumps_changes_no_answer(tmp_path, monkeypatch, orders, expected):
    """Back by a year after every second event, as a machine does that finds its time server."""
    years = iter(range(10**6))
    monkeypatch.setattr(
        files, "now", lambda: f"{2030 - next(years) % 2 * 5:04d}-01-01T00:00:00+00:00"
    )
    (orders / "5-1").write_text("raise")
    runs = run(tmp_path / "out", study="s")
    assert list(runs.failures["design"]) == ["direct"]
    (orders / "5-1").unlink()
    again = run(tmp_path / "out", study="s")
    # The failure is older than the run that mended it, whatever the clock says.
    assert again.failures.empty
    assert set(again.status()["state"]) == {"finished"}
    assert fingerprint(tmp_path / "out") == expected
    times = [event["time"] for event in read_journal(again.study.folder.journal)]
    assert times != sorted(times)


def test_a_half_written_journal_line_does_not_stop_a_resume(tmp_path, orders):
    runs = run(tmp_path, replications=1)
    with runs.study.folder.journal.open("ab") as file:
        file.write(b'{"event": "sta')
    again = run(tmp_path, replications=2)
    assert set(again.status()["state"]) == {"finished"}
    assert len(traced(orders)) == 6


def test_a_read_only_folder_is_named(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(type(tmp_path), "mkdir", refuse)
    with pytest.raises(StoreError, match=r"cannot lock .*: Permission denied; free space or give"):
        run(tmp_path / "results")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write")
def test_a_folder_without_write_permission_is_named(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="Permission denied"):
        run(tmp_path / "results")


def test_a_damaged_run_is_named_and_can_be_made_again(tmp_path, expected):
    runs = run(tmp_path)
    victim = next(iter(runs.study.finished().values())).folder
    (victim / "kpis.parquet").unlink()
    for ask in (runs.kpis, runs.status, lambda: run(tmp_path), lambda: runs.sql("from kpis")):
        with pytest.raises(StoreError, match=f"{victim.name}.*delete the folder"):
            ask()
    for path in victim.iterdir():
        path.unlink()
    victim.rmdir()
    run(tmp_path)
    assert fingerprint(tmp_path) == expected


def test_progress_hears_of_the_start_and_of_every_run(tmp_path, orders):
    (orders / "0-1").write_text("raise")
    states = []
    run(tmp_path, replications=1, progress=states.append)
    states.clear()
    run(tmp_path, replications=2, progress=states.append)
    assert [(s.found, s.done, s.failed) for s in states] == [
        (3, 0, 0),
        (3, 0, 1),
        (3, 1, 1),
        (3, 2, 1),
    ]
    assert str(states[1]).startswith("4 of 6 runs (3 found again, 1 failed, ")
    assert str(states[1]).endswith("): today, base, replication 1")


def test_orders_are_kept_on_request(tmp_path):
    runs = run(tmp_path, keep="orders")
    assert len(runs.table("order_lines")) == 9 * 3
    assert run(tmp_path).table("order_lines").empty


def test_tables_and_sql_agree(tmp_path):
    runs = run(tmp_path)
    cells = runs.table("cells")
    assert list(cells.columns[:4]) == ["scenario", "design", "replication", "period"]
    assert len(cells) == 9 * fake_world.PERIODS
    asked = runs.sql(
        "select design, replication, sum(cases_delivered)::bigint as cases from cells "
        "join runs using (scenario, design, replication) where state = 'finished' "
        "group by all order by all"
    )
    by_hand = cells.groupby(["design", "replication"])["cases_delivered"].sum()
    assert list(asked["cases"]) == list(by_hand)
    assert runs.sql("select * from shelf").empty
    assert list(runs.sql("select * from shelf").columns) == list(runs.table("shelf").columns)
    with pytest.raises(UsageError, match=r"(?s)cannot be answered.*tables: runs, order_lines"):
        runs.sql("select * from nowhere")
    with pytest.raises(UsageError, match="2 statements are asked at once; ask one"):
        runs.sql("select 1; select 2")
    with pytest.raises(UsageError, match="the query is empty"):
        runs.sql(" ; ")


def test_runs_show_themselves(tmp_path, orders):
    (orders / "0-0").write_text("raise")
    text = repr(run(tmp_path, study="mine"))
    assert text.startswith("Runs of study 'mine': 1 failed, 8 finished\n")
    assert "designs: today, direct, hybrid (baseline today)" in text


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"replications": 0}, "replications is 0"),
        ({"seed": -1}, "seed is -1"),
        ({"keep": "all"}, "keep is 'all'; give one of kpis, orders"),
        ({"designs": ["nobody"]}, "has no design 'nobody'; designs: today, direct, hybrid"),
        ({"designs": ["today", "today"]}, "designs today are named twice"),
        ({"designs": []}, "nothing to run"),
        ({"scenarios": ["flood"]}, "has no scenario 'flood'; scenarios: base"),
        ({"study": "../x"}, "is no folder name"),
        ({"workers": 0}, "workers is 0; give 1 or more"),
    ],
)
def test_wishes_that_cannot_be_run_are_refused(tmp_path, settings, message):
    with pytest.raises(UsageError, match=message):
        run(tmp_path, **settings)


def test_optimise_refuses_what_is_no_request(tmp_path):
    from channelwright.studies import optimise

    with pytest.raises(UsageError, match=r"no request 'today'.*It is a given design"):
        optimise(pack(), "today")
    with pytest.raises(UsageError, match="no scenario 'flood'"):
        optimise(pack(requests=("o",)), "o", scenario="flood", optimiser=ENGINE.optimiser)


def test_failures_carry_their_cause():
    try:
        int("x")
    except ValueError as error:
        info = FailureInfo.from_exception("simulate", error)
    assert (info.error, info.stage) == ("ValueError", "simulate")
    assert "invalid literal" in info.message
    assert info.trace.startswith("Traceback")
    assert FailureInfo.from_exception("load", KeyError()).message == "KeyError"


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A study of so many short runs that they are bundled, and its results folder."""
    out = tmp_path_factory.mktemp("many")
    return run(out, replications=30, study="many"), out


def test_many_short_runs_share_folders(many):
    runs, out = many
    folders = list((out / "runs").glob("*/manifest.json"))
    bundles = list((out / "runs" / "bundles").glob("*/manifest.json"))
    assert 1 <= len(folders) + len(bundles) < 30
    assert bundles
    assert set(runs.status()["state"]) == {"finished"}
    assert len(events(runs, "started")) == len(events(runs, "finished")) == 90


def test_bundled_runs_have_the_tables_of_runs_alone(many, tmp_path, monkeypatch):
    monkeypatch.setattr("channelwright.studies.pace.MANY", 10**9)
    alone, (together, _) = run(tmp_path, replications=30), many
    assert not (tmp_path / "runs" / "bundles").exists()
    for table in ("cells", "kpis"):
        assert together.table(table).equals(alone.table(table))
        asked = f"select * from {table} order by all"
        assert together.sql(asked).equals(alone.sql(asked))


def test_bundled_runs_are_found_again_by_another_study(many, orders):
    _, out = many
    world = pack(design("now"), design("flat", 5), replications=30)
    again = run(out, world=world, study="two")
    assert traced(orders) == []
    assert set(again.status()["state"]) == {"finished"}
    # Rows of runs that share a bundle with this study's, but belong to others, are not its rows.
    assert len(again.sql("from kpis")) == len(again.table("kpis")) == 2 * 30 * 4


def test_two_labels_of_a_bundled_run_have_its_rows_both(tmp_path):
    runs = run(tmp_path, world=pack(design("a", 1), design("b", 1)), replications=70)
    counted = runs.sql("select design, count(*) as n from kpis group by design order by design")
    assert list(counted["n"]) == [4 * 70, 4 * 70]


def test_a_failure_in_a_bundle_is_a_row_and_keeps_the_others(tmp_path, orders):
    (orders / "5-20").write_text("raise")
    runs = run(tmp_path, replications=30)
    (failure,) = runs.failures.to_dict("records")
    assert (failure["design"], failure["replication"]) == ("direct", 20)
    assert failure["stage"] == "simulate"
    assert (runs.status()["state"] == "finished").sum() == 89
    assert len(runs.table("kpis")) == 89 * 4
    (orders / "5-20").unlink()
    made = len(traced(orders))
    assert run(tmp_path, replications=30).failures.empty
    assert len(traced(orders)) == made + 1


def test_the_run_that_kills_its_worker_in_a_bundle_is_found_out(tmp_path, orders):
    (orders / "5-20").write_text("die")
    runs = run(tmp_path, replications=30, workers=2)
    (failure,) = runs.failures.to_dict("records")
    assert (failure["design"], failure["replication"], failure["stage"]) == ("direct", 20, "worker")
    assert (runs.status()["state"] == "finished").sum() == 89


def test_a_full_disk_under_a_bundle_fails_its_runs_and_keeps_the_others(tmp_path, monkeypatch):
    plain, opened = files.open_new, []

    def open_new(path):
        if path.name == "cells.parquet":
            opened.append(path)
            if len(opened) == 3:
                raise OSError(errno.ENOSPC, "No space left on device")
        return plain(path)

    monkeypatch.setattr(files, "open_new", open_new)
    runs = run(tmp_path, replications=30)
    assert 1 <= len(runs.failures) <= 256
    assert set(runs.failures["stage"]) == {"store"}
    assert len(runs.status()) == 90
    monkeypatch.undo()
    again = run(tmp_path, replications=30)
    assert again.failures.empty
    assert len(again.table("kpis")) == 90 * 4
