"""Write the report of a study: page, workbook, maps, gates."""

from __future__ import annotations

from pathlib import Path

from channelwright.reporting.content import ReportInfo, report_info
from channelwright.reporting.gates import gates_json, gates_junit
from channelwright.reporting.geojson import design_geojson
from channelwright.reporting.markdown import summary
from channelwright.reporting.page import render_page
from channelwright.reporting.reading import HasStudy
from channelwright.reporting.workbook import write_workbook
from channelwright.store.files import write_whole
from channelwright.store.study import Study

PAGE, WORKBOOK = "report.html", "report.xlsx"
GATES_JSON, GATES_JUNIT = "gates.json", "gates.xml"
SUMMARY = "summary.md"


def report(
    runs: HasStudy | Study | str | Path,
    out: str | Path | None = None,
    *,
    scenario: str | None = None,
) -> Path:
    """Write the report of a study.

    Parameters
    ----------
    runs : runs, Study or path
        What `simulate` returned, or a study folder, ``results/studies/<study>``.
    out : path, optional
        Folder of the report; ``report`` in the study's folder if left out. Files of an older report
        in it are replaced.
    scenario : str, optional
        Scenario of the sections; the first of the study if left out.

    Returns
    -------
    Path
        The page, ``report.html``. Beside it: ``report.xlsx``, ``gates.json``, ``gates.xml``
        (JUnit), ``summary.md`` and ``maps/<design>.geojson``.

    Raises
    ------
    UsageError
        When there is no such study or scenario, or no replication that all designs finished.
    StoreError
        When a run is damaged or the folder cannot be written.
    """
    info = report_info(runs, scenario)
    return write_report(info, Path(out) if out is not None else _default(info, runs))


def write_report(info: ReportInfo, folder: Path) -> Path:
    """Write the files of a report and return the page."""
    data = info.data
    write_whole(folder / PAGE, render_page(info).encode())
    write_workbook(info, folder / WORKBOOK)
    write_whole(folder / GATES_JSON, gates_json(data, info.gates).encode())
    write_whole(folder / GATES_JUNIT, gates_junit(data, info.gates).encode())
    write_whole(folder / SUMMARY, summary(info).encode())
    for name, design in data.designs.items():
        text = design_geojson(data.market, name, design)
        write_whole(folder / "maps" / f"{name}.geojson", text.encode())
    return folder / PAGE


def _default(info: ReportInfo, runs: HasStudy | Study | str | Path) -> Path:
    if isinstance(runs, str | Path):
        return Path(runs) / "report"
    study = runs if isinstance(runs, Study) else runs.study
    return study.folder.path / "report"
