"""SIGKILL at 50 random moments of studies: nothing lost, nothing doubled, the same tables."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from contextlib import suppress

import pytest

from channelwright.store import RunIndex, load_study, read_journal
from tests.study.test_studies_processes import complete, start, wait_for

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name != "posix", reason="signals of POSIX systems"),
]
KILLS = 50
REPLICATIONS = 40


def places(out, plan):
    """Where every finished run lies: its folder or bundle, which never changes."""
    index = RunIndex(out)
    found = {run.run_id: index.find(run.run_id) for run in plan.runs}
    return {run: (it.folder, it.folder.stat().st_ino) for run, it in found.items() if it}


def tables(study):
    cells = study.table("cells").sort_values(["design", "replication", "period"])
    return cells.reset_index(drop=True), study.table("kpis")


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    """Tables of the study made by one process in one go."""
    out = tmp_path_factory.mktemp("reference")
    complete(out, workers=1, replications=REPLICATIONS)
    return tables(load_study(out / "studies" / "killed"))


def killed(out, chance):
    """Start or resume the study and kill it at a random moment; False if it ended before that."""
    process = start(out, workers=chance.choice((1, 2)), replications=REPLICATIONS)
    wait_for(process, "")
    time.sleep(chance.uniform(0.0, 1.0))
    ended = process.poll() is not None
    with suppress(ProcessLookupError):  # It may have ended, and its group with it.
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    return not ended


def check_after_kill(out, before):
    """What holds at any moment: the journal reads, finished runs stay where they are."""
    study = load_study(out / "studies" / "killed")
    states = study.status()["state"]
    now = places(out, study.plan)
    assert set(before.items()) <= set(now.items()), "a finished run moved or is gone"
    assert (states == "finished").sum() == len(now)
    assert set(states) <= {"finished", "pending"}
    return now


def check_at_the_end(out, reference):
    study = load_study(out / "studies" / "killed")
    for mine, theirs in zip(tables(study), reference, strict=True):
        assert mine.equals(theirs)
    events = read_journal(out / "studies" / "killed" / "journal.jsonl")
    finished = [event["run_id"] for event in events if event["event"] == "finished"]
    assert len(finished) == len(set(finished)), "a run was made twice"
    held = [run["run_id"] for run in _manifests(out)]
    assert len(held) == len(set(held)) == 3 * REPLICATIONS, "a run lies in two places"


def _manifests(out):
    for path in (out / "runs").glob("*/manifest.json"):
        yield json.loads(path.read_text())
    for path in (out / "runs" / "bundles").glob("*/manifest.json"):
        yield from json.loads(path.read_text())["runs"]


def test_kills_at_random_moments_lose_and_double_nothing(tmp_path, reference):
    chance = random.Random(20261126)
    kills, studies, before = 0, 0, {}
    while kills < KILLS:
        out = tmp_path / str(studies)
        if killed(out, chance):
            kills += 1
            before = check_after_kill(out, before)
        if len(before) == 3 * REPLICATIONS or not kills % 10:
            complete(out, workers=2, replications=REPLICATIONS)
            check_at_the_end(out, reference)
            studies, before = studies + 1, {}
    assert studies >= KILLS // 10
