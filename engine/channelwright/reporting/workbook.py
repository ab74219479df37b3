"""The tables of the report as a workbook: one sheet per section, figures as numbers."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from channelwright.reporting.content import ReportInfo
from channelwright.reporting.estimates import Estimate
from channelwright.reporting.figures.palette import ACCENT, INK, LINE, PANEL, SOFT
from channelwright.reporting.grid import Column, Grid, Row, figure_of
from channelwright.reporting.sections.section import SectionInfo

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

#: A fixed date, so that equal reports are equal files but for the archive's own clock.
_DATE = datetime(2000, 1, 1)
_SHEET_NAME = 31
_WIDEST = 46


def _rgb(colour: str) -> str:
    return f"FF{colour.removeprefix('#').upper()}"


_HEAD = Font(bold=True, color="FFFFFFFF")
_HEAD_FILL = PatternFill("solid", fgColor=_rgb(ACCENT))
_UNIT = Font(color=_rgb(SOFT), italic=True, size=9)
_STRONG = Font(bold=True, color=_rgb(INK))
_STRONG_FILL = PatternFill("solid", fgColor=_rgb(PANEL))
_BELOW = Border(bottom=Side(style="thin", color=_rgb(LINE)))


def write_workbook(info: ReportInfo, path: Path) -> Path:
    """Write the workbook.

    Parameters
    ----------
    info : ReportInfo
    path : Path
        Target, ending in ``.xlsx``.

    Returns
    -------
    Path
        The file.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    book.properties.creator = "Channelwright"
    book.properties.title = info.data.pack.title
    book.properties.created = book.properties.modified = _DATE
    for number, (key, title, section) in enumerate(info.sections(), start=1):
        sheet = book.create_sheet(f"{number} {title}"[:_SHEET_NAME])
        conditions = info.choice.conditions if key == "choice" else ()
        _write_section(sheet, title, section, conditions)
    _write_kpis(book.create_sheet("KPIs"), info)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return path


def _write_section(
    sheet: Worksheet, title: str, section: SectionInfo, conditions: tuple[str, ...]
) -> None:
    sheet.sheet_view.showGridLines = False
    _set(sheet.cell(1, 1), title).font = Font(bold=True, size=14, color=_rgb(INK))
    _set(sheet.cell(2, 1), section.headline).font = Font(color=_rgb(SOFT))
    # Title, finding and the labels of the rows stay in sight.
    sheet.freeze_panes = "B3"
    line, widths = 4, {1: 16}
    for grid in section.grids:
        line = _write_grid(sheet, grid, line, widths) + 2
    words = (*section.text, *(("What must be true:", *conditions) if conditions else ()))
    for offset, text in enumerate(words):
        _set(sheet.cell(line + offset, 1), text)
    for column, width in widths.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(width + 2, _WIDEST)
    _set_print(sheet)


def _set_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_grid(sheet: Worksheet, grid: Grid, line: int, widths: dict[int, int]) -> int:
    _set(sheet.cell(line, 1), grid.title).font = Font(bold=True, size=12, color=_rgb(ACCENT))
    spread = _spread(grid)
    place = 1
    for column, wide in zip(grid.columns, spread, strict=True):
        titles = (column.title, "95 % from", "to") if wide else (column.title,)
        for offset, text in enumerate(titles):
            head = _set(sheet.cell(line + 1, place + offset), text)
            head.font, head.fill = _HEAD, _HEAD_FILL
            head.alignment = Alignment(wrap_text=True, vertical="bottom")
            _set(sheet.cell(line + 2, place + offset), _unit(column)).font = _UNIT
            _widen(widths, place + offset, min(len(text), 22))
        place += len(titles)
    for offset, row in enumerate(grid.rows):
        _write_row(sheet, grid, row, spread, line + 3 + offset, widths)
    end = line + 3 + len(grid.rows)
    if grid.note:
        _set(sheet.cell(end, 1), grid.note).font = _UNIT
        end += 1
    return end


def _spread(grid: Grid) -> list[bool]:
    """Tell which columns hold intervals and take three columns of the sheet."""
    return [
        any(isinstance(row.cells[place], Estimate) for row in grid.rows)
        for place in range(len(grid.columns))
    ]


def _unit(column: Column) -> str:
    return "share of 1" if column.kind == "share" else column.unit


def _write_row(
    sheet: Worksheet, grid: Grid, row: Row, spread: list[bool], line: int, widths: dict[int, int]
) -> None:
    place = 1
    for cell, column, wide in zip(row.cells, grid.columns, spread, strict=True):
        values: list[str | float | None]
        if isinstance(cell, Estimate):
            values = [cell.value, cell.low, cell.high]
        else:
            values = [cell if isinstance(cell, str) else figure_of(cell)] + [None] * (2 * wide)
        for offset, value in enumerate(values):
            shown = None if isinstance(value, float) and not math.isfinite(value) else value
            target = _set(sheet.cell(line, place + offset), shown)
            target.border = _BELOW
            if isinstance(shown, float | int):
                target.number_format = number_format(column, shown, row.decimals)
            else:
                _widen(widths, place + offset, len(str(shown or "")))
            if row.strong:
                target.font, target.fill = _STRONG, _STRONG_FILL
        place += len(values)


def _set(target: Cell | MergedCell, value: str | float | None) -> Cell:
    """Write a value, and return the cell; a name that starts with = is a name, not a formula.

    Formulas have no stored value: a viewer that does not compute would show nothing.
    """
    cell = cast("Cell", target)
    cell.value = value
    if isinstance(value, str) and value.startswith("="):
        cell.data_type = "s"
    return cell


def _widen(widths: dict[int, int], column: int, width: int) -> None:
    widths[column] = max(widths.get(column, 10), min(width, _WIDEST))


def number_format(column: Column, value: float, digits: int | None = None) -> str:
    """Return the number format of a figure in a column."""
    if column.kind == "share":
        return "+0.0%;-0.0%;0.0%" if column.signed else "0.0%"
    decimals = column.decimals if digits is None else digits
    if decimals is None:
        decimals = 0 if value == round(value) or abs(value) >= 1000 else 2
    body = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"+{body};-{body};{body}" if column.signed else body


def _write_kpis(sheet: Worksheet, info: ReportInfo) -> None:
    """Write the mean of every stored KPI: the long table for whoever wants to go on."""
    table = info.data.kpis
    keys = ["scenario", "kpi", "unit", "area", "mode"]
    means = table.pivot_table(index=keys, columns="design", values="value", sort=True)
    names = [name for name in info.data.designs if name in means.columns]
    heads = [*(key.capitalize() for key in keys), *(info.data.title(name) for name in names)]
    heads[1] = "KPI"
    for column, text in enumerate(heads, start=1):
        head = _set(sheet.cell(1, column), text)
        head.font, head.fill = _HEAD, _HEAD_FILL
        head.alignment = Alignment(wrap_text=True)
        sheet.column_dimensions[get_column_letter(column)].width = 26 if column == 2 else 16
    for line, (key, values) in enumerate(means[names].iterrows(), start=2):
        for column, text in enumerate(key, start=1):
            shown = str(text).replace("currency", info.data.currency) if column == 3 else text
            _set(sheet.cell(line, column), str(shown))
        for column, value in enumerate(values, start=len(keys) + 1):
            if math.isfinite(value):
                sheet.cell(line, column, float(value)).number_format = "#,##0.000"
    sheet.freeze_panes = "F2"
    sheet.auto_filter.ref = sheet.dimensions
