"""Studies in processes of their own: hash seeds, worker counts, SIGKILL, Ctrl-C, two at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from channelwright.store import load_study, read_journal
from tests.study import fake_world

SCRIPT = Path(__file__).with_name("run_fake_study.py")
ROOT = SCRIPT.parents[2]
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems")


def start(out, workers=2, replications=4, **environment):
    path = os.pathsep.join([str(ROOT), str(ROOT / "engine"), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(SCRIPT), str(out), str(workers), str(replications)],
        env={**os.environ, "PYTHONPATH": path, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def complete(out, **settings):
    process = start(out, **settings)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert errors == ""


def slow_world(folder, seconds=0.15):
    """Let every replication take a moment, so that a signal meets some under way."""
    folder.mkdir()
    for gain in (0, 5, -3):
        for replication in range(20):
            (folder / f"{gain}-{replication}").write_text(f"sleep {seconds}")
    return {fake_world.TRACE: str(folder)}


def wait_for(process, text):
    for line in process.stdout:
        if line.startswith(text):
            return
    pytest.fail(f"the study ended before it said {text!r}: {process.stderr.read()}")


def gone(pid, patience=20.0):
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        stat = Path(f"/proc/{pid}/stat")
        # A process that ended and was not yet collected by its parent counts as gone.
        if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Tables of the study made by one process in one go."""
    out = tmp_path_factory.mktemp("reference")
    complete(out, workers=1, PYTHONHASHSEED="0")
    return out


@pytest.mark.parametrize(("workers", "hash_seed"), [(1, "1"), (2, "1")])
def test_tables_are_byte_equal_whatever_workers_and_hash_seed(
    reference, tmp_path, workers, hash_seed
):
    complete(tmp_path, workers=workers, PYTHONHASHSEED=hash_seed)
    expected = fake_world.fingerprint(reference)
    assert len(expected) == 3 * 4 * 3  # designs x replications x tables
    assert fake_world.fingerprint(tmp_path) == expected
    plans = [
        (root / "studies" / "killed" / "plan.json").read_bytes() for root in (reference, tmp_path)
    ]
    assert plans[0] == plans[1]


def test_sigkill_loses_only_runs_under_way(reference, tmp_path):
    trace = tmp_path / "trace"
    process = start(tmp_path / "out", **slow_world(trace))
    wait_for(process, "4 of 12")
    process.kill()
    process.wait()
    process.communicate()
    workers = {int(line.split()[2]) for line in (trace / "trace").read_text().splitlines()}
    assert len(workers) == 2
    assert all(gone(pid) for pid in workers), "workers outlived their conductor"

    before = {path.name: path.stat().st_ino for path in (tmp_path / "out" / "runs").iterdir()}
    before.pop(".partial", None)
    assert 4 <= len(before) < 12
    status = load_study(tmp_path / "out" / "studies" / "killed").status()
    assert len(status) == 12, "every run was registered before the first began"
    assert (status["state"] == "finished").sum() == len(before)

    made = len((trace / "trace").read_text().splitlines())
    complete(tmp_path / "out", **{fake_world.TRACE: str(trace)})
    again = (trace / "trace").read_text().splitlines()[made:]
    assert len(again) == 12 - len(before), "a finished run was made again"
    after = {path.name: path.stat().st_ino for path in (tmp_path / "out" / "runs").iterdir()}
    assert before.items() <= after.items(), "a finished run was replaced"
    events = read_journal(tmp_path / "out" / "studies" / "killed" / "journal.jsonl")
    restart = [event["event"] for event in events].index("planned", 1)
    assert events[restart]["found"] == len(before)
    assert not {event.get("run_id") for event in events[restart:]} & set(before)
    assert fake_world.fingerprint(tmp_path / "out") == fake_world.fingerprint(reference)
    assert not (tmp_path / "out" / "runs" / ".partial" / "killed").exists()


def test_control_c_leaves_a_study_that_can_be_resumed(reference, tmp_path):
    process = start(tmp_path / "out", **slow_world(tmp_path / "trace", seconds=0.6))
    wait_for(process, "3 of 12")
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "was stopped with" in errors
    assert "give the same command again" in errors
    assert "Traceback" not in errors
    events = read_journal(tmp_path / "out" / "studies" / "killed" / "journal.jsonl")
    assert events[-1]["event"] == "interrupted"
    assert events[-1]["finished"] >= 3
    complete(tmp_path / "out")
    assert fake_world.fingerprint(tmp_path / "out") == fake_world.fingerprint(reference)


def test_a_second_writer_is_told_who_holds_the_study(tmp_path):
    first = start(tmp_path / "out", **slow_world(tmp_path / "trace", seconds=1.0))
    wait_for(first, "1 of 12")
    second = start(tmp_path / "out")
    _, errors = second.communicate(timeout=60)
    assert second.returncode == 3
    assert f"is being written by process {first.pid} on" in errors
    assert "Traceback" not in errors
    _, errors = first.communicate(timeout=60)
    assert first.returncode == 0, errors
    events = read_journal(tmp_path / "out" / "studies" / "killed" / "journal.jsonl")
    assert [event["event"] for event in events].count("planned") == 1
