"""The files of a report: a page that stands alone, a workbook, maps and gates."""

import json
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import numpy as np
import openpyxl
import pytest

from channelwright.foundation.errors import UsageError
from channelwright.reporting import report, report_info
from channelwright.reporting.content import TITLES, ReportInfo
from channelwright.reporting.page import render_page
from channelwright.reporting.workbook import write_workbook
from channelwright.store import load_study
from tests.study import reporting_world as world

VOID = {"meta", "link", "br", "img", "hr", "input"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return world.shared_study(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="module")
def page(study: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report(study, tmp_path_factory.mktemp("report"))


@pytest.fixture(scope="module")
def info(study: Path) -> ReportInfo:
    return report_info(study)


class Reader(HTMLParser):
    """Checks that elements close, and collects sections, links and text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.sections: list[str] = []
        self.outside: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attributes) -> None:
        self.tags.add(tag)
        found = dict(attributes)
        if tag == "section":
            self.sections.append(found["id"])
        for name in ("src", "href", "xlink:href"):
            if found.get(name) and not found[name].startswith("#"):
                self.outside.append(found[name])
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag) -> None:
        assert self.open.pop() == tag


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    assert not reader.open
    return reader


def test_page_has_ten_sections_in_order_and_needs_nothing_else(page: Path) -> None:
    reader = read(page.read_text(encoding="utf-8"))
    assert reader.sections == [key for key, _ in TITLES]
    assert len(reader.sections) == 10
    assert not reader.outside
    assert not reader.tags & {"script", "link", "iframe", "img"}
    assert "@import" not in page.read_text(encoding="utf-8")
    assert not re.search(r"url\((?!#)", page.read_text(encoding="utf-8"))


def test_every_table_of_every_section_is_on_the_page(page: Path, info: ReportInfo) -> None:
    text = page.read_text(encoding="utf-8")
    grids = [grid for _, _, section in info.sections() for grid in section.grids]
    assert text.count("<table>") == len(grids)
    assert len(grids) >= 25
    for _, _, section in info.sections():
        assert section.headline


def test_figures_are_wellformed_themed_and_undated(page: Path) -> None:
    figures = re.findall(r"<svg.*?</svg>", page.read_text(encoding="utf-8"), re.DOTALL)
    # Five figures in two widths, the second waterfall, and a map per design.
    assert len(figures) == 2 * 6 + 5
    for text in figures:
        root = ET.fromstring(text)
        assert root.get("aria-label")
        assert "metadata" not in text
        assert not re.search(r"#[0-9a-f]{6}\b(?!\w)", re.sub(r'"#\w+"|url\(#\w+\)', "", text))


def test_same_study_same_page(page: Path, info: ReportInfo) -> None:
    assert render_page(info).encode() == page.read_bytes()


@pytest.mark.slow
def test_page_does_not_depend_on_the_hash_seed(study: Path, page: Path, tmp_path: Path) -> None:
    code = "import sys; from channelwright.reporting import report; report(*sys.argv[1:])"
    command = [sys.executable, "-c", code, str(study), str(tmp_path)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "77", "MPLCONFIGDIR": str(tmp_path)})
    assert (tmp_path / "report.html").read_bytes() == page.read_bytes()
    names = [
        "gates.json",
        "gates.xml",
        "summary.md",
        *(f"maps/{name}.geojson" for name in world.DESIGNS),
    ]
    for name in names:
        assert (tmp_path / name).read_bytes() == (page.parent / name).read_bytes()


def test_names_of_a_pack_are_text_and_not_markup(info: ReportInfo) -> None:
    import dataclasses

    designs = dict(info.data.designs)
    designs["direct"] = dataclasses.replace(designs["direct"], title="<script>x</script>$1$")
    pack = dataclasses.replace(info.data.pack, title="A & B <i>")
    data = dataclasses.replace(info.data, designs=designs, pack=pack)
    standings = tuple(
        dataclasses.replace(item, title=designs[item.design].title)
        for item in info.choice.standings
    )
    choice = dataclasses.replace(info.choice, standings=standings)
    text = render_page(dataclasses.replace(info, data=data, choice=choice))
    assert "script" not in read(text).tags
    assert "A &amp; B &lt;i&gt;" in text


def test_workbook_has_a_sheet_per_section_with_numbers(page: Path, info: ReportInfo) -> None:
    book = openpyxl.load_workbook(page.with_suffix(".xlsx"))
    assert len(book.sheetnames) == 11
    assert [name.split()[0] for name in book.sheetnames[:10]] == [str(n) for n in range(1, 11)]
    sheet = book[book.sheetnames[0]]
    assert sheet.freeze_panes == "B3"
    table = {row[0].value: row for row in sheet.iter_rows(min_row=5)}
    for standing in info.choice.standings:
        cells = table[standing.title]
        assert cells[1].value == pytest.approx(standing.contribution.value)
        assert cells[2].value == pytest.approx(standing.contribution.low)
        assert cells[1].number_format == "#,##0"
    heads = [cell for cell in sheet[5] if cell.value]
    assert [cell.value for cell in heads[:4]] == ["Design", "Contribution", "95 % from", "to"]
    assert all(cell.font.bold for cell in heads)
    assert sheet.cell(6, 2).value == "CNY"


def test_workbook_never_holds_formulas(info: ReportInfo, tmp_path: Path) -> None:
    import dataclasses

    note = dataclasses.replace(info.data.pack.notes[0], subject="=1+1", text="+cmd", source="@x")
    pack = dataclasses.replace(info.data.pack, notes=(note,))
    from channelwright.reporting.sections.evidence import evidence_info

    data = dataclasses.replace(info.data, pack=pack)
    changed = dataclasses.replace(info, data=data, evidence=evidence_info(data, {
        name: [0.0, 1.0, 3.0] for name in data.designs
    }))  # fmt: skip
    section = changed.service.section
    first = section.grids[0]
    column = dataclasses.replace(first.columns[0], title="=HEAD()", unit="=UNIT()")
    grid = dataclasses.replace(
        first, title="=GRID()", note="=NOTE()", columns=(column, *first.columns[1:])
    )
    section = dataclasses.replace(section, headline="=FOUND()", grids=(grid,))
    service = dataclasses.replace(changed.service, section=section)
    kpis = data.kpis.assign(area="=AREA()")
    changed = dataclasses.replace(
        changed, service=service, data=dataclasses.replace(data, kpis=kpis)
    )
    book = openpyxl.load_workbook(write_workbook(changed, tmp_path / "x.xlsx"))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    names = {cell.value for cell in cells if str(cell.value).startswith("=")}
    planted = {"HEAD", "UNIT", "GRID", "NOTE", "FOUND", "AREA"}
    assert names >= {"=1+1", *(f"={name}()" for name in planted)}
    assert all(cell.data_type != "f" for cell in cells)


def test_maps_hold_every_covered_outlet_and_open_site(page: Path, info: ReportInfo) -> None:
    for name, plan in info.data.designs.items():
        path = page.parent / "maps" / f"{name}.geojson"
        content = json.loads(path.read_text(encoding="utf-8"))
        kinds = [item["properties"]["feature"] for item in content["features"]]
        assert kinds.count("outlet") == (plan.outlets.mode >= 0).sum()
        assert kinds.count("site") == plan.sites.open.sum()
        served = np.unique(plan.outlets.site[plan.outlets.site >= 0])
        assert 0 < kinds.count("territory") <= served.size
        ring = content["features"][-1]["geometry"]["coordinates"][0]
        assert ring[0] == ring[-1]
        lon, lat = ring[0]
        assert 120 < lon < 122
        assert 30 < lat < 31
        modes = {item["properties"]["mode"] for item in content["features"]}
        assert modes <= {*info.data.market.modes.ids, None}


def test_gates_for_machines(page: Path, info: ReportInfo) -> None:
    gates = json.loads((page.parent / "gates.json").read_text(encoding="utf-8"))
    assert gates["counts"] == {"pass": 5, "fail": 1, "undecided": 0}
    suite = ET.parse(page.parent / "gates.xml").getroot()[0]
    assert suite.get("tests") == "6"
    assert suite.get("failures") == "1"
    failed = [case for case in suite if case.find("failure") is not None]
    assert [case.get("name") for case in failed] == ["contribution at least 0 against today"]


def test_report_goes_into_the_study_by_default(study: Path, tmp_path: Path) -> None:
    copied = shutil.copytree(study.parent.parent, tmp_path / "results") / "studies" / study.name
    (copied / "report").mkdir()
    (copied / "report" / "report.html").write_text("an older report")
    page = report(SimpleNamespace(study=load_study(copied)))
    assert page == copied / "report" / "report.html"
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_what_is_no_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is no study folder"):
        report(tmp_path)
