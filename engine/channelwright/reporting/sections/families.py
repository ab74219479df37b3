"""Tables of service, stock and money by product family."""

from __future__ import annotations

import numpy as np

from channelwright.reporting.estimates import Estimate, estimate
from channelwright.reporting.grid import Cell, Column, Grid, Row, digits_for
from channelwright.reporting.reading import StudyData
from channelwright.reporting.words import label_of
from channelwright.rules.families import family_names

#: KPIs of a family that a reader sees; all are in table `family_kpis`.
SHOWN = (
    "delivered_cases",
    "outlet_purchases",
    "gross_margin_share",
    "case_fill_rate",
    "on_shelf_availability",
    "lost_units",
    "stock_days_outlets",
    "stock_days_dc",
    "stock_days_office",
    "stock_days_tier1",
    "stock_days_tier2",
    "stock_days_wholesaler",
    "fill_rate_dc",
    "fill_rate_office",
    "fill_rate_tier1",
    "fill_rate_tier2",
    "fill_rate_wholesaler",
)


def family_grid(data: StudyData, design: str) -> Grid | None:
    """Return the KPIs of every product family under a design; None with a single family."""
    families = family_names(data.market.products)
    mine = data.families[data.families["design"] == design]
    if len(families) < 2 or not len(mine):
        return None
    units = dict(zip(mine["kpi"], mine["unit"], strict=True))
    samples = {key: part.to_numpy() for key, part in mine.groupby(["kpi", "family"])["value"]}
    body = []
    for kpi in SHOWN:
        if kpi not in units:
            continue
        found: list[Cell] = [_shown(samples.get((kpi, family)), units[kpi]) for family in families]
        decimals = digits_for([cell.value for cell in found if isinstance(cell, Estimate)])
        unit = "%" if units[kpi] == "share" else units[kpi].replace("currency", data.currency)
        body.append(Row((label_of(kpi), unit, *found), decimals=decimals))
    columns = (
        Column("KPI"),
        Column("Unit"),
        *(Column(family, "number", decimals=1) for family in families),
    )
    title = f"By product family: {data.title(design)}"
    return Grid(title, columns, tuple(body), folded=True, key=f"families_{design}")


def _shown(values: np.ndarray | None, unit: str) -> Estimate | None:
    if values is None:
        return None
    found = estimate(values)
    return found.scaled(100.0) if unit == "share" else found
