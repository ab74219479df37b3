"""Run folders: whole or absent, checked on reading, refused when they do not fit."""

from __future__ import annotations

import errno
import json

import numpy as np
import pyarrow.parquet as pq
import pytest

from channelwright.foundation.errors import StoreError
from channelwright.store import RunKey, RunWriter, files, find_run, table_file
from channelwright.store.aside import clear_aside
from channelwright.store.schema import STORED, arrow_schema
from channelwright.tables.outputs import EFFORT, OUTPUT_TABLES, SHELF

KEY = RunKey("f" * 64, "m" * 64, "d" * 64, seed=3, replication=0, keep="kpis", engine="e" * 64)


def effort(rows, start=0):
    """A chunk of the table `effort`."""
    whole = np.arange(start, start + rows, dtype=np.int64)
    chunk = dict.fromkeys(EFFORT.names, whole)
    return {**chunk, "actual": whole / 7.0}


def write(root, *chunks, summary=None):
    with RunWriter(root, KEY, root / "runs" / ".partial" / "s") as writer:
        for chunk in chunks:
            writer.append("effort", chunk)
        writer.finish(summary)
    return find_run(root, KEY.run_id)


def test_a_run_comes_back_as_it_was_written(tmp_path):
    run = write(tmp_path, effort(3), effort(2, start=3), summary={"orders": 12})
    table = run.read("effort")
    assert table.schema.equals(arrow_schema("effort"), check_metadata=True)
    np.testing.assert_array_equal(table["month"], np.arange(5))
    np.testing.assert_array_equal(table["actual"], np.arange(5) / 7.0)
    assert run.manifest["tables"]["effort"]["rows"] == 5
    assert (run.manifest["seed"], run.manifest["engine"]) == (3, "e" * 64)
    assert run.timings()["summary"] == {"orders": 12}
    assert run.read("shelf").num_rows == 0
    assert not (tmp_path / "runs" / ".partial" / "s").exists() or not list(
        (tmp_path / "runs" / ".partial" / "s").iterdir()
    )


def test_times_stay_out_of_what_is_compared(tmp_path):
    first, second = write(tmp_path / "a", effort(4)), write(tmp_path / "b", effort(4))
    for name in ("manifest.json", "effort.parquet"):
        assert (first.folder / name).read_bytes() == (second.folder / name).read_bytes()
    assert first.timings() != second.timings()


def test_small_chunks_are_gathered_into_row_groups(tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "ROWS_PER_GROUP", 100)
    run = write(tmp_path, *[effort(30, start=30 * day) for day in range(10)])
    groups = pq.ParquetFile(run.path("effort"))
    assert groups.metadata.num_row_groups == 3  # 120, 120 and the last 60 rows
    np.testing.assert_array_equal(run.read("effort")["month"], np.arange(300))


def test_nothing_appears_before_the_run_is_finished(tmp_path):
    with RunWriter(tmp_path, KEY, tmp_path / "runs" / ".partial" / "s") as writer:
        writer.append("effort", effort(3))
        assert find_run(tmp_path, KEY.run_id) is None
    assert find_run(tmp_path, KEY.run_id) is None
    assert not list((tmp_path / "runs" / ".partial" / "s").iterdir())


def test_the_second_of_two_equal_runs_is_dropped(tmp_path):
    first = write(tmp_path, effort(3))
    inode = first.folder.stat().st_ino
    again = write(tmp_path, effort(3))
    assert again.folder.stat().st_ino == inode
    assert again.manifest == first.manifest


def test_metadata_carries_unit_and_meaning():
    for name, table in STORED.items():
        schema = arrow_schema(name)
        assert schema.names == list(table.names)
        for column in table.columns:
            metadata = schema.field(column.name).metadata
            assert metadata[b"unit"].decode() == column.unit
            assert metadata[b"meaning"].decode() == column.meaning
    assert set(OUTPUT_TABLES) < set(STORED)


@pytest.mark.parametrize(
    ("table", "change", "message"),
    [
        ("nothing", {}, "no output table is called 'nothing'"),
        ("effort", {"mood": np.zeros(2)}, r"\['mood'\] are missing or unknown"),
        ("effort", {"best": np.zeros(3, dtype=np.int64)}, "unequal lengths"),
        ("effort", {"best": np.zeros(2)}, "column best: float64, declared int64"),
        ("effort", {"actual": np.zeros(2, dtype=np.int64)}, "actual: int64, declared float64"),
    ],
)
def test_chunks_that_do_not_fit_are_refused(tmp_path, table, change, message):
    with (
        RunWriter(tmp_path, KEY, tmp_path / "aside") as writer,
        pytest.raises(StoreError, match=message),
    ):
        writer.append(table, {**effort(2), **change})


def test_a_missing_column_is_refused(tmp_path):
    chunk = effort(2)
    del chunk["actual"]
    with (
        RunWriter(tmp_path, KEY, tmp_path / "aside") as writer,
        pytest.raises(StoreError, match="actual"),
    ):
        writer.append("effort", chunk)


def test_a_missing_table_is_named_with_its_remedy(tmp_path):
    run = write(tmp_path, effort(3))
    (run.folder / "effort.parquet").unlink()
    with pytest.raises(StoreError, match=r"effort\.parquet is missing; delete the folder .*f{64}"):
        find_run(tmp_path, KEY.run_id)
    with pytest.raises(StoreError, match="cannot be read"):
        run.read("effort")


def test_a_shortened_table_is_named(tmp_path):
    run = write(tmp_path, effort(3))
    path = run.folder / "effort.parquet"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(StoreError, match=r"has \d+ bytes, expected \d+"):
        find_run(tmp_path, KEY.run_id)


def test_a_flipped_byte_is_noticed(tmp_path):
    run = write(tmp_path, effort(300))
    path = run.folder / "effort.parquet"
    content = bytearray(path.read_bytes())
    content[40] ^= 1
    path.write_bytes(content)
    with pytest.raises(StoreError, match="is damaged: its content is not what the run wrote"):
        find_run(tmp_path, KEY.run_id).read("effort")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"manifest\.json is missing"),
        (b"{", r"manifest\.json cannot be read"),
        (b"[]", "holds list, not an object"),
        (json.dumps({"run_id": "x"}).encode(), "belongs to run x"),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path, content, message):
    run = write(tmp_path, effort(3))
    path = run.folder / "manifest.json"
    path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(StoreError, match=message):
        find_run(tmp_path, KEY.run_id)


class FullDisk:
    """A file on a disk with room for so many bytes."""

    def __init__(self, file, room):
        self._file, self._room = file, room

    def write(self, data):
        self._room -= len(data)
        if self._room < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        return self._file.write(data)

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._file.close()


@pytest.mark.parametrize("room", [0, 3, 100, 1_000, 1_500])
def test_a_full_disk_leaves_no_run_and_says_so(tmp_path, monkeypatch, room):
    plain = files.open_new
    monkeypatch.setattr(files, "open_new", lambda path: FullDisk(plain(path), room))
    with pytest.raises(StoreError, match=r"cannot write .*: No space left on device; free space"):
        write(tmp_path, effort(500))
    assert find_run(tmp_path, KEY.run_id) is None
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    monkeypatch.undo()
    assert write(tmp_path, effort(500)).manifest["tables"]["effort"]["rows"] == 500


def test_a_read_only_place_is_named(tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(type(tmp_path), "mkdir", refuse)
    with pytest.raises(StoreError, match=r"cannot create .*: Read-only file system"):
        RunWriter(tmp_path, KEY, tmp_path / "aside")


def test_shelf_keeps_large_whole_numbers(tmp_path):
    chunk = {name: np.array([2**62 + 1], dtype=np.int64) for name in SHELF.names}
    with RunWriter(tmp_path, KEY, tmp_path / "aside") as writer:
        writer.append("shelf", chunk)
        writer.finish()
    assert find_run(tmp_path, KEY.run_id).read("shelf")["sold"][0].as_py() == 2**62 + 1


def test_a_run_whose_unfinished_files_were_cleared_away_does_not_appear(tmp_path):
    aside = tmp_path / "runs" / ".partial" / "s"
    with RunWriter(tmp_path, KEY, aside) as writer:
        writer.append("effort", effort(3))
        clear_aside(aside)
        with pytest.raises(StoreError, match=r"cannot (write|create) .*No such file"):
            writer.finish()
    assert find_run(tmp_path, KEY.run_id) is None
