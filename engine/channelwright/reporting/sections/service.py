"""Section 7: coverage and service."""

from __future__ import annotations

from dataclasses import dataclass

from channelwright.model.market import SITE_KINDS
from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Cell, Column, Grid, Row, digits_for
from channelwright.reporting.kpis import kpi_estimate, meaning_of, unit_of
from channelwright.reporting.numbers import percent
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.families import family_grid
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import label_of
from channelwright.rules.kpi_registry import PARCELS

COVERAGE = (
    "outlets_covered",
    "outlets_active",
    "numeric_distribution",
    "weighted_distribution",
    "on_shelf_availability",
    "sales_service",
    "lost_units",
    "market_share",
)
CALLS = (
    "people",
    "outlets_per_person",
    "calls_per_day",
    "sales_per_day",
    "call_compliance",
    "strike_rate",
    "lines_per_call",
    "field_utilisation",
)
DELIVERY = (
    "case_fill_rate",
    "otif",
    "satisfaction",
    "delivery_days",
    "drop_size",
    "delivery_failure_rate",
    "metres_per_drop",
    "cases_per_tour",
    "hours_per_tour",
    "tour_waiting_share",
    "pick_wait_minutes",
)
#: Of every kind of site, tier by tier.
BY_TIER = ("fill_rate", "stock_days", "stock_turns", "stock_age", "stock_outs", "bullwhip")
STOCK = (
    *(f"{name}_{kind}" for name in BY_TIER for kind in SITE_KINDS if kind != "plant"),
    "stock_days_outlets",
    "bullwhip_outlets",
    "bullwhip_total",
    "sell_in_minus_through",
    "sell_in_late_share",
)
CREDIT = (
    "refusal_rate",
    "dso",
    "credit_use",
    "collection_rate",
    "overdue_share",
    "bad_debt_share",
    "selling_expense_ratio",
    "cost_to_serve_share",
    "loaded_cost_per_drop",
)
TO_CONSUMERS = tuple(kpi.name for kpi in PARCELS)
GROUPS = (
    ("Coverage", COVERAGE),
    ("Calls", CALLS),
    ("Delivery", DELIVERY),
    ("Stock, tier by tier", STOCK),
    ("Credit and expense", CREDIT),
    ("Parcels to consumers", TO_CONSUMERS),
)
BY_MODE = (
    "calls_per_day",
    "outlets_per_person",
    "strike_rate",
    "drop_size",
    "case_fill_rate",
    "otif",
    "delivery_days",
    "satisfaction",
    "dso",
    "cases_per_outlet_week",
    "cost_to_serve_per_case",
    "break_even_drop",
)


@dataclass(frozen=True)
class ServiceInfo:
    """Coverage and service by design.

    Attributes
    ----------
    section : SectionInfo
    values : mapping of (design, kpi) to Estimate
    """

    section: SectionInfo
    values: dict[tuple[str, str], Estimate]


def service_info(data: StudyData, focus: str) -> ServiceInfo:
    """Return coverage and service."""
    values = {
        (design, kpi): found
        for _, kpis in GROUPS
        for kpi in kpis
        for design in data.designs
        if (found := kpi_estimate(data, kpi, design)) is not None
    }
    grids = [
        _grid(
            data,
            values,
            title,
            [kpi for kpi in kpis if any((d, kpi) in values for d in data.designs)],
        )
        for title, kpis in GROUPS
    ]
    both = dict.fromkeys((data.baseline, focus))
    grids += [_mode_grid(data, design) for design in both]
    grids += [grid for design in both if (grid := family_grid(data, design)) is not None]
    section = SectionInfo(
        _headline(data, focus, values), (), tuple(grid for grid in grids if grid.rows)
    )
    return ServiceInfo(section, values)


def _headline(data: StudyData, focus: str, values: dict[tuple[str, str], Estimate]) -> str:
    fill, reach = values.get((focus, "case_fill_rate")), values.get((focus, "outlets_active"))
    title = data.title(focus)
    if fill is None or reach is None:
        return f"“{title}” has no orders, so that there is no service to report."
    text = f"“{title}” ships {percent(fill.value)} of ordered cases at the first attempt"
    numeric = values.get((focus, "numeric_distribution"))
    before = values.get((data.baseline, "numeric_distribution"))
    if numeric is None or before is None:
        return f"{text}."
    text += f" and is on the shelf of {percent(numeric.value)} of all outlets"
    if focus == data.baseline:
        return f"{text}."
    was = values.get((data.baseline, "case_fill_rate"), fill)
    return f"{text} ({data.versus}: {percent(was.value)} and {percent(before.value)})."


def _grid(
    data: StudyData, values: dict[tuple[str, str], Estimate], title: str, kpis: list[str]
) -> Grid:
    body = []
    for kpi in kpis:
        unit = unit_of(data, kpi)
        shown = "%" if unit == "share" else unit.replace("currency", data.currency)
        cells: list[Cell] = [_in_percent(values.get((d, kpi)), unit) for d in data.designs]
        decimals = digits_for([cell.value for cell in cells if isinstance(cell, Estimate)])
        body.append(Row((label_of(kpi), shown, *cells, meaning_of(kpi)), decimals=decimals))
    columns = (
        Column(title),
        Column("Unit"),
        *(Column(data.short(name), "number", decimals=1, design=name) for name in data.designs),
        Column("Definition"),
    )
    return Grid(title, columns, tuple(body), key=title.split()[0].lower())


def _in_percent(value: Estimate | None, unit: str) -> Estimate | None:
    return value.scaled(100.0) if value is not None and unit == "share" else value


def _mode_grid(data: StudyData, design: str) -> Grid:
    modes = [
        mode
        for row, mode in enumerate(data.market.modes.ids)
        if (data.designs[design].outlets.mode == row).any()
    ]
    body = []
    for kpi in BY_MODE:
        unit = unit_of(data, kpi)
        found: list[Cell] = [
            _in_percent(kpi_estimate(data, kpi, design, mode=mode), unit) for mode in modes
        ]
        if any(cell is not None for cell in found):
            shown = "%" if unit == "share" else unit.replace("currency", data.currency)
            decimals = digits_for([cell.value for cell in found if isinstance(cell, Estimate)])
            body.append(Row((label_of(kpi), shown, *found), decimals=decimals))
    columns = (
        Column("KPI"),
        Column("Unit"),
        *(Column(mode, "number", decimals=1, mode=mode) for mode in modes),
    )
    title = f"Service by mode: {data.title(design)}"
    return Grid(title, columns, tuple(body), folded=True, key=f"service_{design}")
