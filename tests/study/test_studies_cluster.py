"""Studies on real `dask scheduler` and `dask worker` processes that are killed in mid-study."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from channelwright.foundation.errors import UsageError
from channelwright.store import read_journal
from channelwright.studies import simulate
from channelwright.studies.cluster import Cluster
from channelwright.studies.interruption import StudyStoppedError
from channelwright.studies.losses import ClusterError
from tests.conftest import ROOT
from tests.study.dask_processes import DaskProcesses, end, until
from tests.study.fake_world import ENGINE, TRACE, design, fingerprint, pack

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")
REPLICATIONS = 8


def run(out, **settings):
    return simulate(pack(replications=REPLICATIONS), out=out, engine=ENGINE, **settings)


@pytest.fixture(scope="module")
def expected(tmp_path_factory):
    out = tmp_path_factory.mktemp("expected")
    run(out, workers=1)
    return fingerprint(out)


@pytest.fixture
def orders(tmp_path):
    """Let every replication take a moment, so that a signal meets some under way."""
    folder = tmp_path / "orders"
    folder.mkdir()
    for gain in (0, 5, -3):
        for replication in range(REPLICATIONS):
            (folder / f"{gain}-{replication}").write_text("sleep 0.3")
    return folder


@pytest.fixture
def dask(tmp_path, orders):
    scratch = tmp_path / "dask"
    scratch.mkdir()
    quick = {
        "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "4s",
    }
    with DaskProcesses(scratch, **{TRACE: str(orders)}, **quick) as processes:
        processes.start_scheduler()
        yield processes


def once(state_reached, action):
    """A progress callback that does something at the first state that qualifies."""
    done = []

    def progress(state):
        if not done and state_reached(state):
            done.append(True)
            action()

    return progress


def traced(orders):
    return [line.split() for line in (orders / "trace").read_text().splitlines()]


def test_runs_of_a_killed_worker_are_made_elsewhere(dask, orders, tmp_path, expected):
    first, second = dask.start_worker(), dask.start_worker()
    out = tmp_path / "out"
    with Cluster(dask.address) as cluster:
        until(lambda: cluster.threads == 2)
        kill = once(lambda state: state.done == 4, lambda: end(first))
        runs = run(out, cluster=cluster, progress=kill)
    assert runs.failures.empty
    assert fingerprint(out) == expected
    made_by = {process for _, _, process, _ in traced(orders)}
    assert made_by == {str(first.pid), str(second.pid)}
    # What was under way on the first was begun once more.
    assert 24 <= len(traced(orders)) <= 26


def test_a_lost_scheduler_ends_a_study_that_can_be_resumed(dask, tmp_path, expected):
    dask.start_worker()
    out = tmp_path / "out"
    with Cluster(dask.address, patience=3.0) as cluster:
        kill = once(lambda state: state.done == 4, lambda: end(dask.scheduler))
        with pytest.raises(StudyStoppedError) as stopped:
            run(out, cluster=cluster, progress=kill)
    text = str(stopped.value)
    assert f"of 24 runs finished: the scheduler at {dask.address} was lost" in text
    assert "give the same command again to go on from there" in text
    assert stopped.value.exit_code == 3
    (study,) = (out / "studies").iterdir()
    assert read_journal(study / "journal.jsonl")[-1]["event"] == "interrupted"
    kept = {path.name: path.stat().st_ino for path in (out / "runs").glob("[0-9a-f]*")}
    assert len(kept) >= 4
    runs = run(out, workers=1)
    assert runs.failures.empty
    assert fingerprint(out) == expected
    after = {path.name: path.stat().st_ino for path in (out / "runs").glob("[0-9a-f]*")}
    assert kept.items() <= after.items()


@pytest.mark.slow
def test_a_scheduler_that_returns_is_used_again(dask, tmp_path, expected):
    worker = dask.start_worker()
    out = tmp_path / "out"

    def restart():
        end(dask.scheduler)
        end(worker)
        dask.start_scheduler()
        # Workers come back later than the scheduler.
        threading.Timer(2.0, dask.start_worker).start()

    with Cluster(dask.address) as cluster:
        runs = run(out, cluster=cluster, progress=once(lambda state: state.done == 4, restart))
    assert runs.failures.empty
    assert fingerprint(out) == expected
    events = read_journal(runs.study.folder.journal)
    finished = [event["run_id"] for event in events if event["event"] == "finished"]
    assert len(finished) == len(set(finished)) == 24


@pytest.mark.slow
def test_a_worker_that_hangs_is_replaced(dask, tmp_path, expected):
    first = dask.start_worker()
    dask.start_worker()
    out = tmp_path / "out"
    with Cluster(dask.address) as cluster:
        until(lambda: cluster.threads == 2)
        freeze = once(lambda state: state.done == 4, lambda: first.send_signal(signal.SIGSTOP))
        runs = run(out, cluster=cluster, progress=freeze)
    first.send_signal(signal.SIGCONT)
    assert runs.failures.empty
    assert fingerprint(out) == expected


@pytest.mark.slow
def test_a_slow_worker_does_not_hold_up_the_others(dask, orders, tmp_path, expected):
    (tmp_path / "slow").mkdir()
    for order in orders.iterdir():
        (tmp_path / "slow" / order.name).write_text("sleep 3")
    slow = dask.start_worker(**{TRACE: str(tmp_path / "slow")})
    dask.start_worker()
    out = tmp_path / "out"
    with Cluster(dask.address) as cluster:
        until(lambda: cluster.threads == 2)
        run(out, cluster=cluster)
    assert fingerprint(out) == expected
    assert slow.poll() is None
    by_slow, by_fast = len(traced(tmp_path / "slow")), len(traced(orders))
    assert 1 <= by_slow <= 6
    assert by_fast >= 18


@pytest.mark.slow
def test_the_run_that_kills_its_worker_is_found_out(dask, orders, tmp_path, expected):
    for order in orders.iterdir():
        order.unlink()
    (orders / "5-1").write_text("die")
    # With a nanny, a worker that dies comes back.
    dask.start_worker("--nanny")
    out = tmp_path / "out"
    with Cluster(dask.address) as cluster:
        runs = run(out, cluster=cluster)
    (failure,) = runs.failures.to_dict("records")
    assert (failure["design"], failure["replication"]) == ("direct", 1)
    assert failure["stage"] == "worker"
    assert "this run has it killed" in failure["message"]
    assert len(fingerprint(out)) == len(expected) - 2


@pytest.mark.slow
def test_workers_lost_for_good_end_a_study_that_can_be_resumed(dask, tmp_path, expected):
    worker = dask.start_worker()
    out = tmp_path / "out"
    with Cluster(dask.address, patience=4.0) as cluster:
        kill = once(lambda state: state.done == 4, lambda: end(worker))
        with pytest.raises(StudyStoppedError, match="has lost all its workers"):
            run(out, cluster=cluster, progress=kill)
    run(out, workers=1)
    assert fingerprint(out) == expected


@pytest.mark.slow
def test_another_version_is_named_before_the_first_run(dask, tmp_path):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "engine", other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "channelwright" / "rules" / "kpi.py").open("a") as file:
        file.write("# Another engine.\n")
    dask.start_worker(path=(ROOT, other))
    with pytest.raises(ClusterError, match=r"has another version: engine \w+ there, \w+ here"):
        run(tmp_path / "out", cluster=dask.address)


@pytest.mark.slow
def test_a_worker_of_another_version_that_joins_later_stops_the_study(dask, tmp_path, expected):
    other = tmp_path / "other"
    shutil.copytree(ROOT / "engine", other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "channelwright" / "rules" / "kpi.py").open("a") as file:
        file.write("# Another engine.\n")
    dask.start_worker()
    out = tmp_path / "out"
    with Cluster(dask.address) as cluster:
        joins = once(lambda state: True, lambda: dask.start_worker(path=(ROOT, other)))
        with pytest.raises(StudyStoppedError, match="install the same version of channelwright"):
            # Long enough for the second worker to start up and get a run.
            simulate(
                pack(replications=200), out=out, engine=ENGINE, cluster=cluster, progress=joins
            )
    assert fingerprint(out).items() & expected.items()


@pytest.mark.slow
def test_a_study_killed_on_a_local_cluster_takes_it_along(orders, tmp_path):
    script = (
        "import sys\n"
        "from tests.study.fake_world import *\n"
        "from channelwright.studies import simulate\n"
        "simulate(pack(replications=8), out=sys.argv[1], engine=ENGINE, cluster='local',\n"
        "    workers=2, progress=lambda state: print(state, flush=True))\n"
    )
    path = os.pathsep.join([str(ROOT), str(ROOT / "engine")])
    study = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "out")],
        env={**os.environ, "PYTHONPATH": path, TRACE: str(orders)},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    for line in study.stdout:
        if line.startswith("4 of"):
            break
    workers = {int(process) for _, _, process, _ in traced(orders)}
    study.kill()
    study.communicate()
    assert len(workers) == 2
    until(lambda: not any(_alive(process) for process in workers))


def _alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    text = Path(f"/proc/{process}/stat").read_text()
    return text.rpartition(")")[2].split()[0] != "Z"


def test_no_scheduler_is_named():
    with pytest.raises(ClusterError, match=r"no scheduler answers at tcp://127\.0\.0\.1:1 "):
        Cluster("tcp://127.0.0.1:1", patience=0.5)


def test_an_address_that_never_answers_is_given_up_long_before_a_scheduler_that_was_lost(
    monkeypatch,
):
    monkeypatch.setattr("channelwright.studies.cluster.FIRST_ANSWER", 1.0)
    begin = time.monotonic()
    with pytest.raises(ClusterError, match=r"within 1 s .*; correct the address, or start one"):
        Cluster("tcp://127.0.0.1:1")
    assert time.monotonic() - begin < 10.0


def test_a_door_that_opens_and_says_nothing_is_no_scheduler(monkeypatch):
    monkeypatch.setattr("channelwright.studies.cluster.FIRST_ANSWER", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        begin = time.monotonic()
        with pytest.raises(ClusterError, match="no scheduler answers at"):
            Cluster(address)
        assert time.monotonic() - begin < 10.0


def test_a_server_of_another_protocol_is_no_scheduler():
    with socket.create_server(("127.0.0.1", 0)) as web:
        address = f"tcp://127.0.0.1:{web.getsockname()[1]}"

        def answer():
            for _ in range(2):  # who looks whether the door is open, and who asks
                caller, _ = web.accept()
                with caller, contextlib.suppress(OSError):
                    caller.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n" * 8)
                    caller.recv(1)

        server = threading.Thread(target=answer, daemon=True)
        server.start()
        with pytest.raises(ClusterError, match=r"what answers at tcp://.* is no scheduler \("):
            Cluster(address)
        server.join(timeout=10)


def test_what_is_no_address_is_named(tmp_path):
    with pytest.raises(UsageError, match="'cluster1' is no cluster; give local, or an address"):
        run(tmp_path, cluster="cluster1")


def test_a_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr("channelwright.studies.cluster.find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r'pip install "channelwright\[cluster\]"'):
        run(tmp_path, cluster="local")


def test_dask_is_not_imported_unless_asked(tmp_path):
    script = (
        "import sys, channelwright.studies.simulate, channelwright.studies.cluster\n"
        "assert not {'dask', 'distributed'} & set(sys.modules), 'Dask is loaded'"
    )
    path = {"PYTHONPATH": str(ROOT / "engine")}
    subprocess.run([sys.executable, "-c", script], env={**os.environ, **path}, check=True)


@pytest.mark.slow
def test_designs_may_differ_between_studies_of_one_cluster(tmp_path):
    """Inputs of a second study reach the workers as well."""
    world = pack(design("today"), design("other", 11), replications=2)
    with Cluster("local", workers=1) as cluster:
        run(tmp_path / "a", cluster=cluster)
        runs = simulate(world, out=tmp_path / "a", engine=ENGINE, cluster=cluster)
        assert len(cluster._inputs) == 5
    assert runs.failures.empty


@pytest.mark.slow
def test_the_command_line_takes_a_cluster(dask, tmp_path, capsys):
    from channelwright.cli.main import main

    example = str(ROOT / "engine" / "channelwright" / "scenario" / "example")
    asked = ["simulate", example, "--designs", "today,direct", "--replications", "2"]
    assert main([*asked, "--workers", "1", "--out", str(tmp_path / "a")]) == 0
    dask.start_worker()
    assert main([*asked, "--cluster", dask.address, "--out", str(tmp_path / "b")]) == 0
    assert fingerprint(tmp_path / "a") == fingerprint(tmp_path / "b")
    assert main([*asked, "--cluster", "tcp://nowhere"]) == 2
    assert "'tcp://nowhere' is no address of a scheduler" in capsys.readouterr().err


def _settings(dask_worker):
    from dask.config import get

    memory = dask_worker.memory_manager.memory_limit
    return get("distributed.worker.profile.enabled"), get("distributed.admin.tick.interval"), memory


def test_workers_of_this_machine_are_not_watched_beside_their_work(monkeypatch):
    monkeypatch.setenv("DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL", "40ms")
    with Cluster("local", workers=1) as cluster:
        (found,) = cluster._client.run(_settings).values()
    # What the caller's environment says goes first.
    assert found == (False, "40ms", None)
