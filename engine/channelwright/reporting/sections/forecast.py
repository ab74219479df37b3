"""Section 9: what the optimiser forecast beside what was simulated, and its certificates."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import FloatArray
from channelwright.model.calibration import Calibration
from channelwright.model.certificate import Certificate
from channelwright.reporting.estimates import Estimate
from channelwright.reporting.grid import Column, Grid, Row, digits_for
from channelwright.reporting.kpis import kpi_estimate, unit_of
from channelwright.reporting.numbers import many, percent
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.forecast_heads import (
    HeadRow,
    head_rows,
    heads_grid,
    heads_text,
)
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import COST_WORDS, label_of
from channelwright.tables.codes import Account


@dataclass(frozen=True)
class ForecastRow:
    """One forecast KPI beside the simulated one.

    Attributes
    ----------
    design, kpi, unit : str
    forecast : float
    simulated : Estimate or None
    """

    design: str
    kpi: str
    unit: str
    forecast: float
    simulated: Estimate | None

    @property
    def error(self) -> float:
        """Forecast less simulated, as a share of the simulated mean."""
        if self.simulated is None or self.simulated.value == 0.0:
            return float("nan")
        return (self.forecast - self.simulated.value) / abs(self.simulated.value)


@dataclass(frozen=True)
class ForecastInfo:
    """Forecasts and certificates of the chosen designs.

    Attributes
    ----------
    section : SectionInfo
    rows : tuple of ForecastRow
    heads : tuple of HeadRow, by cost head
    certificates : tuple of (design, Certificate)
    """

    section: SectionInfo
    rows: tuple[ForecastRow, ...]
    heads: tuple[HeadRow, ...]
    certificates: tuple[tuple[str, Certificate], ...]


def forecast_info(data: StudyData) -> ForecastInfo:
    """Return forecasts beside the simulation."""
    rows = tuple(
        ForecastRow(design, kpi, unit_of(data, kpi), float(value), kpi_estimate(data, kpi, design))
        for design, chosen in data.chosen.items()
        if chosen.forecast is not None
        for kpi, value in chosen.forecast.kpis.items()
    )
    certificates = tuple(
        (design, certificate)
        for design, chosen in data.chosen.items()
        for certificate in chosen.certificates
    )
    heads = tuple(head_rows(data))
    grids = (
        *_grid(data, rows),
        *heads_grid(data, heads),
        *_calibration_grid(data),
        *_certificate_grid(data, certificates),
    )
    text = (*heads_text(data, heads), *_text(data))
    section = SectionInfo(_headline(data, rows), text, grids)
    return ForecastInfo(section, rows, heads, certificates)


def _headline(data: StudyData, rows: tuple[ForecastRow, ...]) -> str:
    if not data.chosen:
        return (
            "No design of this study was chosen by the optimiser, so there is no forecast to check."
        )
    key = next(
        (
            r
            for name in ("contribution", "delivered_cases")
            for r in rows
            if r.kpi == name and r.simulated is not None
        ),
        None,
    )
    if key is None:
        names = many(len(data.chosen), "design was", "designs were")
        return f"{names} chosen by the optimiser; no forecast can be set beside the simulation."
    return (
        f"The forecast of {label_of(key.kpi).lower()} for “{data.title(key.design)}” is "
        f"{percent(abs(key.error))} {'above' if key.error > 0 else 'below'} what was simulated."
    )


def _text(data: StudyData) -> tuple[str, ...]:
    assumptions = list(
        dict.fromkeys(
            sentence
            for chosen in data.chosen.values()
            if chosen.forecast is not None
            for sentence in chosen.forecast.assumptions
        )
    )
    if not assumptions:
        return ()
    joined = " ".join(s[:1].upper() + s[1:].rstrip(".") + "." for s in assumptions)
    return (f"What the forecast takes for granted: {joined}",)


def _grid(data: StudyData, rows: tuple[ForecastRow, ...]) -> tuple[Grid, ...]:
    body = tuple(_row(data, row) for row in rows if row.simulated is not None)
    if not body:
        return ()
    columns = (
        Column("Design"),
        Column("KPI"),
        Column("Unit"),
        Column("Forecast", "number"),
        Column("Simulated", "number"),
        Column("Error", "share", signed=True),
    )
    note = (
        "The forecast follows expected flows by the ledger's rules; the simulation adds variance, "
        "stock-outs, queues and tours. Error: forecast less simulated, over simulated."
    )
    return (Grid("Forecast and outcome", columns, body, note, key="forecast"),)


def _row(data: StudyData, row: ForecastRow) -> Row:
    factor = 100.0 if row.unit == "share" else 1.0
    unit = "%" if row.unit == "share" else row.unit.replace("currency", data.currency)
    forecast = row.forecast * factor
    simulated = row.simulated.scaled(factor) if row.simulated is not None else None
    return Row(
        (data.title(row.design), label_of(row.kpi), unit, forecast, simulated, row.error),
        design=row.design,
        decimals=digits_for([forecast, *([simulated.value] if simulated else [])]),
    )


def _calibration_grid(data: StudyData) -> tuple[Grid, ...]:
    """Return the multipliers under which designs were chosen or forecast, if there are any."""
    body = []
    used: set[int] = set()
    for design, chosen in data.chosen.items():
        calibration = None if chosen.forecast is None else chosen.forecast.calibration
        if calibration is None:
            continue
        plan = data.designs[design].outlets.mode
        used |= set(plan[plan >= 0].tolist())
        for head, values in _multipliers(data, calibration):
            if np.abs(values - 1.0).max() >= _SHOWN:
                body.append((design, head, values))
    if not body:
        return ()
    modes = sorted(used)
    columns = (
        Column("Design"),
        Column("What is multiplied"),
        *(Column(data.market.modes.ids[m], "number", decimals=3) for m in modes),
    )
    cells = tuple(
        Row((data.title(design), head, *(float(values[mode]) for mode in modes)), design=design)
        for design, head, values in body
    )
    note = (
        "Measured in simulated rounds and applied to the forecast, and to the coefficients of the "
        "optimiser where it chose the design. Cases: mean over areas, by which they go. Accounts "
        "come on top of cases, calls and orders. 1 changes nothing; heads that stay within "
        f"{_SHOWN:.1%} of it are left out."
    )
    return (Grid("Calibration of the forecast", columns, cells, note, key="calibration"),)


#: Multipliers nearer to 1 than this are left out of the report.
_SHOWN = 0.005


def _multipliers(data: StudyData, calibration: Calibration) -> Iterator[tuple[str, FloatArray]]:
    words = COST_WORDS | {Account.GOODS: "Sales of goods", Account.REBATE: "Rebates"}
    yield "Calls made", calibration.calls
    yield "Orders per call or order day", calibration.orders
    weight = np.bincount(
        data.market.outlets.area,
        weights=data.market.outlets.rate.sum(axis=1),
        minlength=len(calibration.volume),
    )
    yield "Cases", np.average(calibration.volume, axis=0, weights=weight + 1e-12)
    for number, values in zip(calibration.account.tolist(), calibration.money, strict=True):
        account = Account(number)
        yield words.get(account, account.name.replace("_", " ").capitalize()), values


def _certificate_grid(
    data: StudyData, certificates: tuple[tuple[str, Certificate], ...]
) -> tuple[Grid, ...]:
    if not certificates:
        return ()
    body = tuple(
        Row(
            (
                data.title(design),
                _sentence(item),
                item.lower_bound,
                item.upper_bound,
                item.gap,
                "; ".join(item.relaxations) or "none",
                ", ".join(
                    f"{value:,} {name.replace('_', ' ')}"
                    for name, value in sorted(item.work.items())
                ),
            ),
            design=design,
        )
        for design, item in certificates
    )
    columns = (
        Column("Design"),
        Column("What was shown"),
        Column("Lower bound", "number"),
        Column("Upper bound", "number"),
        Column("Gap", "share", decimals=2),
        Column("Bound ignores"),
        Column("Work done"),
    )
    note = (
        "Parts are chosen one after another; no joint optimum is claimed. The gap is how far the "
        "answer can be from the best possible one under the model of that part."
    )
    return (Grid("Certificates of the optimiser", columns, body, note, key="certificates"),)


def _sentence(certificate: Certificate) -> str:
    text = certificate.statement()
    return text[:1].upper() + text[1:]
