"""The same tables in CSV, workbooks and Parquet give the same pack."""

import csv
import datetime
import shutil
from pathlib import Path

import openpyxl
import openpyxl.chart
import pandas as pd
import pyarrow
import pyarrow.parquet
import pytest

from channelwright.foundation.errors import PackError
from channelwright.foundation.hashing import digest
from channelwright.scenario import check, read_scenario, sheets
from tests.conftest import ROOT
from tests.unit.scenario_defects import in_root

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "pack"))


def native(text: str) -> object:
    """Return a cell as a spreadsheet would hold it."""
    for kind in (int, float, datetime.date.fromisoformat):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "": None}.get(text, text)


def rows_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.reader(handle))


def to_workbook(pack: Path) -> None:
    """Move all tables of the market into one workbook."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    root = (pack / "scenario.yaml").read_text(encoding="utf-8")
    for path in sorted((pack / "tables").glob("*.csv")):
        if f"tables/{path.name}" not in root:
            continue
        sheet = book.create_sheet(path.stem)
        header, *rows = rows_of(path)
        sheet.append(header)
        for row in rows:
            cells = [native(text) for text in row]
            if path.stem == "sites":
                cells = [datetime.time(6) if cell == "06:00" else cell for cell in cells]
            sheet.append(cells)
        in_root(
            f"{path.stem}: tables/{path.name}"
            if path.stem != "history"
            else "{file: tables/history.csv}",
            f"{path.stem}: {{file: tables/all.xlsx, sheet: {path.stem}}}"
            if path.stem != "history"
            else "{file: tables/all.xlsx, sheet: history}",
        )(pack)
        path.unlink()
    book.save(pack / "tables/all.xlsx")


def test_workbook_gives_the_same_pack(pack: Path) -> None:
    to_workbook(pack)
    ours, theirs = read_scenario(TINY), read_scenario(pack)
    assert digest(theirs.markets) == digest(ours.markets)
    assert digest(theirs.designs) == digest(ours.designs)
    assert theirs.history == ours.history
    assert theirs.content != ours.content


def test_parquet_gives_the_same_pack(pack: Path) -> None:
    for name in ("outlets", "sites", "lanes", "events", "modes"):
        header, *rows = rows_of(pack / f"tables/{name}.csv")
        frame = pd.DataFrame([[native(text) for text in row] for row in rows], columns=header)
        frame.to_parquet(pack / f"tables/{name}.parquet")
        in_root(f"tables/{name}.csv", f"tables/{name}.parquet")(pack)
        (pack / f"tables/{name}.csv").unlink()
    ours, theirs = read_scenario(TINY), read_scenario(pack)
    assert digest(theirs.markets) == digest(ours.markets)
    assert digest(theirs.designs) == digest(ours.designs)


def test_parquet_numbers_dates_and_dictionaries_are_read(pack: Path) -> None:
    table = pyarrow.table(
        {
            "id": pyarrow.array(["main", "isle"]).dictionary_encode(),
            "name": ["Mainland", "Island"],
        }
    )
    pyarrow.parquet.write_table(table, pack / "tables/zones.parquet")
    in_root("tables/zones.csv", "tables/zones.parquet")(pack)
    assert digest(read_scenario(pack).markets) == digest(read_scenario(TINY).markets)


def test_parquet_with_missing_numbers_names_the_row(pack: Path) -> None:
    header, *rows = rows_of(pack / "tables/lanes.csv")
    frame = pd.DataFrame([[native(text) for text in row] for row in rows], columns=header)
    frame.loc[3, "cost"] = float("nan")
    frame.to_parquet(pack / "tables/lanes.parquet")
    in_root("tables/lanes.csv", "tables/lanes.parquet")(pack)
    (problem,) = check(pack)
    assert (problem.file, problem.place, problem.column) == (
        "tables/lanes.parquet",
        "row 4",
        "cost",
    )
    assert problem.message == "the cell is empty"


def test_nested_parquet_columns_are_refused(pack: Path) -> None:
    table = pyarrow.table({"id": ["main", "isle"], "name": [["a"], ["b"]]})
    pyarrow.parquet.write_table(table, pack / "tables/zones.parquet")
    in_root("tables/zones.csv", "tables/zones.parquet")(pack)
    with pytest.raises(PackError, match=r"column 'name' has type list.* -> use text, numbers"):
        read_scenario(pack)


def test_columns_may_have_other_names(pack: Path) -> None:
    text = (pack / "tables/zones.csv").read_text().replace("id,name", "Zone,Bezeichnung")
    (pack / "tables/zones.csv").write_text(text)
    in_root(
        "zones: tables/zones.csv",
        "zones: {file: tables/zones.csv, columns: {id: Zone, name: Bezeichnung}}",
    )(pack)
    assert digest(read_scenario(pack).markets) == digest(read_scenario(TINY).markets)


def test_a_renamed_column_must_be_there(pack: Path) -> None:
    in_root("zones: tables/zones.csv", "zones: {file: tables/zones.csv, columns: {id: Zone}}")(pack)
    with pytest.raises(
        PackError, match=r"`columns` names 'Zone', which 'tables/zones.csv' does not"
    ):
        read_scenario(pack)


def test_workbook_problems_name_sheet_and_row(pack: Path) -> None:
    to_workbook(pack)
    book = openpyxl.load_workbook(pack / "tables/all.xlsx")
    book["products"]["F3"] = "dear"
    book["events"]["B2"] = True
    book["lanes"]["D4"] = datetime.date(2025, 1, 1)
    book["zones"]["C2"] = "stray"
    book.save(pack / "tables/all.xlsx")
    found = {(p.file, p.place, p.column) for p in check(pack)}
    assert found == {
        ("tables/all.xlsx[products]", "row 3", "consumer_price"),
        ("tables/all.xlsx[events]", "row 2", "first"),
        ("tables/all.xlsx[lanes]", "row 4", "cost"),
        ("tables/all.xlsx[zones]", "row 2", ""),
    }


def test_blank_rows_of_a_workbook_are_passed_over(pack: Path) -> None:
    to_workbook(pack)
    book = openpyxl.load_workbook(pack / "tables/all.xlsx")
    book["zones"]["A40"] = " "
    book["zones"]["F2"] = "  "
    book.save(pack / "tables/all.xlsx")
    assert digest(read_scenario(pack).markets) == digest(read_scenario(TINY).markets)


def test_a_sheet_has_a_limit_of_rows(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    to_workbook(pack)
    monkeypatch.setattr(sheets, "MOST_WORKBOOK_ROWS", 12)
    with pytest.raises(PackError, match=r"outlets\], row 13: the sheet has more than 12 rows"):
        read_scenario(pack)


def test_a_chart_is_no_table(pack: Path) -> None:
    book = openpyxl.Workbook()
    cells = book.active
    cells.append([1, 2])
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(cells, min_col=1, min_row=1, max_row=1))
    book.create_chartsheet("zones").add_chart(chart)
    book.save(pack / "tables/zones.xlsx")
    in_root("tables/zones.csv", "{file: tables/zones.xlsx, sheet: zones}")(pack)
    with pytest.raises(PackError, match=r"the sheet is a chart -> name a sheet that holds"):
        read_scenario(pack)


def test_the_header_stands_in_the_first_row(pack: Path) -> None:
    to_workbook(pack)
    book = openpyxl.load_workbook(pack / "tables/all.xlsx")
    book["zones"].insert_rows(1)
    book.save(pack / "tables/all.xlsx")
    with pytest.raises(PackError, match=r"header: the first row is empty -> write the header"):
        read_scenario(pack)


def test_byte_order_mark_and_blank_lines_are_harmless(pack: Path) -> None:
    path = pack / "tables/zones.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n") + b"\r\n\r\n")
    assert digest(read_scenario(pack).markets) == digest(read_scenario(TINY).markets)


def test_every_ragged_row_is_named(pack: Path) -> None:
    with (pack / "tables/zones.csv").open("a", encoding="utf-8") as handle:
        handle.write("north\nsouth,South\neast,East,far\n")
    assert [problem.place for problem in check(pack)] == ["row 4", "row 6"]
