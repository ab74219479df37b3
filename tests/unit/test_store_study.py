"""Journal, lock, frozen objects, identity and plans."""

from __future__ import annotations

import dataclasses
import datetime
import json
import os
from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

import channelwright
from channelwright.foundation.errors import StoreError, UsageError
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.study import Pack
from channelwright.store import (
    Journal,
    PlannedRun,
    StudyFolder,
    StudyPlan,
    content_digest,
    engine_digest,
    identity,
    load_study,
    read_journal,
    run_id,
    writer_lock,
)
from channelwright.store import journal as journal_module
from channelwright.store.frozen import load_frozen, save_frozen
from tests.study import fake_world


def test_journal_keeps_events_in_order(tmp_path):
    path = tmp_path / "a" / "journal.jsonl"
    with Journal(path) as journal:
        journal.write("started", run_id="x", place="嘉兴")
        journal.write("finished", run_id="x")
    with Journal(path) as journal:
        journal.write("ended")
    events = read_journal(path)
    assert [event["event"] for event in events] == ["started", "finished", "ended"]
    assert events[0]["place"] == "嘉兴"
    assert datetime.datetime.fromisoformat(events[0]["time"]).tzinfo is not None


def test_a_half_written_last_line_is_left_out_and_then_cut_off(tmp_path):
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        journal.write("started", run_id="x")
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"event": "finished", "run_')
    assert [event["event"] for event in read_journal(path)] == ["started"]
    with Journal(path) as journal:
        journal.write("ended")
    assert [event["event"] for event in read_journal(path)] == ["started", "ended"]
    assert path.read_bytes().startswith(whole)


@pytest.mark.parametrize("line", [b"{oops\n", b"[1]\n", b'{"no": "event"}\n', b"\xff\xfe\n"])
def test_damage_before_the_last_line_is_named(tmp_path, line):
    path = tmp_path / "journal.jsonl"
    path.write_bytes(b'{"event": "a"}\n' + line + b'{"event": "b"}\n')
    with pytest.raises(StoreError, match="line 2 is damaged"):
        read_journal(path)


def test_no_journal_is_no_events(tmp_path):
    assert read_journal(tmp_path / "journal.jsonl") == []


def test_every_event_is_synced_before_the_next(tmp_path, monkeypatch):
    synced = []
    plain = journal_module.sync
    monkeypatch.setattr(
        journal_module, "sync", lambda file: (plain(file), synced.append(file.tell()))
    )
    path = tmp_path / "journal.jsonl"
    with Journal(path) as journal:
        for event in "abc":
            journal.write(event)
            assert synced[-1] == path.stat().st_size
    assert len(synced) == 3


def test_the_lock_excludes_and_names_its_holder(tmp_path):
    with (
        writer_lock(tmp_path / "study"),
        pytest.raises(StoreError, match=rf"written by process {os.getpid()} on"),
        writer_lock(tmp_path / "study"),
    ):
        pytest.fail("two writers at once")
    with writer_lock(tmp_path / "study"):
        pass


def test_a_lock_below_a_file_cannot_be_taken(tmp_path):
    (tmp_path / "file").write_text("")
    with (
        pytest.raises(StoreError, match=r"cannot lock .*; free space or give a folder"),
        writer_lock(tmp_path / "file" / "study"),
    ):
        pytest.fail("locked a folder that cannot exist")


def test_frozen_objects_come_back_equal_and_read_only(tmp_path):
    before = fake_world.pack(replications=7, requests=("optimised",))
    save_frozen(tmp_path / "pack.npz", before)
    after = load_frozen(tmp_path / "pack.npz", Pack)
    assert after.study == before.study
    assert list(after.designs) == list(before.designs)
    assert after.requests["optimised"].sites is None
    assert content_digest(after.markets["base"]) == content_digest(before.markets["base"])
    calendar = after.markets["base"].calendar
    assert calendar.start == datetime.date(2025, 1, 6)
    with pytest.raises(ValueError, match="read-only"):
        calendar.factor[...] = 1.0


def test_frozen_values_keep_their_kinds(tmp_path):
    value = (
        np.array([[1.5, np.nan], [np.inf, -0.0]]),
        np.array([True, False]),
        ("a", (1, 2.5, None, True)),
        {"map": {"tuple": 1}, "array": "text", ("a", 1): MappingProxyType({2: 3})},
        np.int64(7),
    )
    save_frozen(tmp_path / "v.npz", value)
    back = load_frozen(tmp_path / "v.npz", tuple)
    np.testing.assert_array_equal(back[0], value[0])
    assert back[1].dtype == np.bool_
    assert back[2:4] == value[2:4]
    assert back[4] == 7


def test_equal_objects_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        save_frozen(tmp_path / name, fake_world.design("today", 3))
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_is_no_model_object_is_refused(tmp_path):
    @dataclasses.dataclass(frozen=True)
    class Design:
        name: str

    for value in (object(), {1, 2}, Design("impostor")):
        with pytest.raises(StoreError, match="cannot be stored"):
            save_frozen(tmp_path / "v.npz", value)


def test_damaged_and_wrong_files_are_named(tmp_path):
    path = tmp_path / "d.npz"
    with pytest.raises(StoreError, match=r"d\.npz is missing"):
        load_frozen(path, Design)
    save_frozen(path, fake_world.design("today"))
    with pytest.raises(StoreError, match="holds Design, expected Market"):
        load_frozen(path, Market)
    content = path.read_bytes()
    for damage in (content[:50], b"", b"no zip at all", content[:-40] + b"x" * 40):
        path.write_bytes(damage)
        with pytest.raises(StoreError, match="is damaged"):
            load_frozen(path, Design)


def test_a_file_cannot_name_a_class_of_another_part(tmp_path):
    path = tmp_path / "d.npz"
    tree = json.dumps({"Popen": {"args": ["true"]}}).encode()
    np.savez(path, tree=np.frombuffer(tree, dtype=np.uint8))
    with pytest.raises(StoreError, match="is damaged"):
        load_frozen(path, object)


def test_labels_are_no_part_of_a_question():
    plain, renamed = fake_world.design("today", 3), fake_world.design("now", 3, title="Today's")
    assert content_digest(plain) == content_digest(renamed)
    assert content_digest(plain) != content_digest(fake_world.design("today", 4))


def test_every_ingredient_changes_the_run():
    base = {"market": "m", "design": "d", "seed": 1, "replication": 0, "keep": "kpis"}
    changes = [
        {"market": "x"},
        {"design": "x"},
        {"seed": 2},
        {"replication": 1},
        {"keep": "orders"},
    ]
    ids = [run_id(**base)] + [run_id(**{**base, **change}) for change in changes]
    assert len(set(ids)) == len(ids)
    assert all(len(name) == 64 for name in ids)


def test_another_engine_or_table_format_is_another_run(monkeypatch):
    base = ("m", "d", 1, 0, "kpis")
    plain = run_id(*base)
    monkeypatch.setattr(identity, "FORMAT", 999)
    assert run_id(*base) != plain
    monkeypatch.undo()
    monkeypatch.setattr(identity, "engine_digest", lambda: "another")
    assert run_id(*base) != plain


def test_the_engine_digest_covers_sources_and_numpy(monkeypatch):
    identity.engine_digest.cache_clear()
    plain = engine_digest()
    seen = []
    original = identity.digest_files
    monkeypatch.setattr(
        identity, "digest_files", lambda paths: original(seen.extend(found := list(paths)) or found)
    )
    identity.engine_digest.cache_clear()
    assert engine_digest() == plain
    package = Path(channelwright.__file__).parent
    parts = {path.relative_to(package).parts[0] for path in seen}
    assert parts == {"foundation", "tables", "model", "rules", "simulation"}
    monkeypatch.setattr(identity.np, "__version__", "0.0")
    identity.engine_digest.cache_clear()
    assert engine_digest() != plain
    monkeypatch.undo()
    identity.engine_digest.cache_clear()


PLAN = StudyPlan(
    name="s",
    pack="p",
    baseline="today",
    seed=1,
    keep="kpis",
    engine="e",
    markets={"base": "m"},
    designs={"today": "d"},
    runs=(PlannedRun("id0", "base", "today", 0),),
)


def test_plans_come_back_from_disk(tmp_path):
    folder = StudyFolder(tmp_path, "s")
    assert folder.load_plan() is None
    folder.save_plan(PLAN)
    assert folder.load_plan() == PLAN
    assert load_study(folder.path).plan == PLAN


def test_a_plan_grows_by_more_replications_and_designs():
    more = dataclasses.replace(
        PLAN,
        designs={"today": "d", "direct": "c"},
        runs=(*PLAN.runs, PlannedRun("id1", "base", "direct", 0)),
    )
    whole = PLAN.extended_by(more)
    assert [run.run_id for run in whole.runs] == ["id0", "id1"]
    assert whole.designs == {"today": "d", "direct": "c"}
    assert more.extended_by(PLAN).designs == {"today": "d", "direct": "c"}


@pytest.mark.parametrize(
    ("change", "clash"),
    [
        ({"seed": 2}, r"seed \(1 then, 2 now\)"),
        ({"keep": "orders"}, "keep"),
        ({"engine": "f"}, "engine"),
        ({"pack": "q"}, "pack"),
        ({"designs": {"today": "x"}}, "design 'today'"),
        ({"markets": {"base": "x"}}, "market of scenario 'base'"),
    ],
)
def test_a_plan_does_not_turn_into_another(change, clash):
    with pytest.raises(StoreError, match=f"study 's' was planned with another {clash}.*name for"):
        PLAN.extended_by(dataclasses.replace(PLAN, **change))


@pytest.mark.parametrize("name", ["", "a/b", "..", ".hidden", "/x"])
def test_study_names_stay_in_the_results_folder(tmp_path, name):
    with pytest.raises(UsageError, match="is no folder name"):
        StudyFolder(tmp_path, name)


def test_odd_labels_stay_in_the_study_folder(tmp_path):
    folder = StudyFolder(tmp_path, "s")
    assert folder.chosen_path("../../x").parent == folder.path / "designs"


def test_what_is_no_study_is_refused(tmp_path):
    with pytest.raises(UsageError, match="is no study folder"):
        load_study(tmp_path / "nothing")
    (tmp_path / "plan.json").write_text("{}")
    with pytest.raises(UsageError, match="is no study folder"):
        load_study(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "cannot be read"), ('{"format": 99}', "has format 99"), ('{"format": 1}', "damaged")],
)
def test_damaged_plans_are_named(tmp_path, content, message):
    folder = StudyFolder(tmp_path, "s")
    folder.save_plan(PLAN)
    (folder.path / "plan.json").write_text(content)
    with pytest.raises(StoreError, match=message):
        load_study(folder.path)
