"""Bundles of short runs: whole or absent, found by content, told apart run by run."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from channelwright.foundation.errors import StoreError
from channelwright.store import BundleWriter, RunIndex, RunWriter, find_run
from channelwright.store.schema import arrow_schema
from channelwright.tables.outputs import FORMAT
from tests.unit.test_store_runs import KEY, effort

KEYS = [replace(KEY, run_id=f"{number:064d}", replication=number) for number in range(4)]


def write(root, sizes, keys=KEYS):
    """Write a bundle; a size of None is a run that fails half-way."""
    with BundleWriter(root, keys, root / "runs" / ".partial" / "s") as bundle:
        for key, size in zip(keys, sizes, strict=True):
            with bundle.run(key) as run:
                run.append("effort", effort(2, start=100 * key.replication))
                if size is not None:
                    run.append("effort", effort(size, start=7))
                    run.finish({"orders": size})
        bundle.finish()


def files_below(root):
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_runs_of_a_bundle_come_back_one_by_one(tmp_path):
    write(tmp_path, [3, None, 0, 5])
    assert files_below(tmp_path) == ["effort.parquet", "manifest.json", "timings.json"]
    assert find_run(tmp_path, KEYS[1].run_id) is None
    for key, size in ((KEYS[0], 3), (KEYS[2], 0), (KEYS[3], 5)):
        run = find_run(tmp_path, key.run_id)
        table = run.read("effort")
        assert table.schema.equals(arrow_schema("effort"))
        start = 100 * key.replication
        np.testing.assert_array_equal(table["month"], [start, start + 1, *range(7, 7 + size)])
        assert run.tables == ("effort",)
        assert (run.manifest["replication"], run.manifest["format"]) == (key.replication, FORMAT)
        assert run.timings()["summary"] == {"orders": size}
        assert run.timings()["seconds"] >= 0
        assert run.read("shelf").num_rows == 0


def test_a_bundle_holds_the_same_rows_as_folders_of_their_own(tmp_path):
    write(tmp_path / "together", [3, 1, 0, 5])
    for key, size in zip(KEYS, [3, 1, 0, 5], strict=True):
        with RunWriter(tmp_path / "apart", key, tmp_path / "apart" / "aside") as run:
            run.append("effort", effort(2, start=100 * key.replication))
            run.append("effort", effort(size, start=7))
            run.finish()
        together = find_run(tmp_path / "together", key.run_id).read("effort")
        assert together.equals(find_run(tmp_path / "apart", key.run_id).read("effort"))


def test_the_file_says_which_run_a_row_is_of(tmp_path):
    write(tmp_path, [0, 0, 0, 0])
    table = pq.read_table(find_run(tmp_path, KEYS[0].run_id).path("effort"))
    assert table["run_id"].to_pylist() == [key.run_id for key in KEYS for _ in range(2)]


def test_nothing_appears_before_the_bundle_is_finished(tmp_path):
    with BundleWriter(tmp_path, KEYS, tmp_path / "aside") as bundle:
        with bundle.run(KEYS[0]) as run:
            run.append("effort", effort(3))
            run.finish()
        assert find_run(tmp_path, KEYS[0].run_id) is None
    assert files_below(tmp_path) == []


def test_a_bundle_without_a_finished_run_leaves_nothing(tmp_path):
    write(tmp_path, [None] * 4)
    assert files_below(tmp_path) == []


def test_the_same_runs_bundled_twice_are_kept_once(tmp_path):
    write(tmp_path, [1, 1, 1, 1])
    (folder,) = (tmp_path / "runs" / "bundles").iterdir()
    inode = folder.stat().st_ino
    write(tmp_path, [1, 1, 1, 1])
    (folder,) = (tmp_path / "runs" / "bundles").iterdir()
    assert folder.stat().st_ino == inode


def test_a_run_in_two_bundles_is_one_run(tmp_path):
    write(tmp_path, [1, 1], KEYS[:2])
    write(tmp_path, [1, 1], KEYS[1:3])
    first, again = RunIndex(tmp_path), RunIndex(tmp_path)
    assert first.find(KEYS[1].run_id).folder == again.find(KEYS[1].run_id).folder
    assert all(first.find(key.run_id) is not None for key in KEYS[:3])


def test_damage_in_a_bundle_is_named_with_its_folder(tmp_path):
    write(tmp_path, [1, 1, 1, 300])
    run = find_run(tmp_path, KEYS[3].run_id)
    path = run.path("effort")
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    from channelwright.store.table_file import check_file

    check_file.cache_clear()
    with pytest.raises(StoreError, match=r"is damaged: .*delete the folder .*bundles"):
        run.read("effort")
    path.write_bytes(bytes(content[:-5]))
    with pytest.raises(StoreError, match=r"has \d+ bytes, expected \d+; delete the folder"):
        find_run(tmp_path, KEYS[0].run_id)
    path.unlink()
    with pytest.raises(StoreError, match="is missing; delete the folder"):
        find_run(tmp_path, KEYS[0].run_id)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda facts: facts.pop("runs"), "is damaged .*'runs'.*delete its folder"),
        (lambda facts: facts.update(format=FORMAT + 1), "the version of channelwright that wrote"),
    ],
)
def test_a_manifest_that_cannot_be_understood_is_named(tmp_path, change, message):
    write(tmp_path, [1, 1, 1, 1])
    (path,) = (tmp_path / "runs" / "bundles").glob("*/manifest.json")
    facts = json.loads(path.read_text())
    change(facts)
    path.write_text(json.dumps(facts))
    with pytest.raises(StoreError, match=message):
        find_run(tmp_path, KEYS[0].run_id)
