"""The forecast by cost head: where it is off by more than it should be, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from channelwright.reporting.estimates import Estimate, estimate
from channelwright.reporting.grid import Column, Grid, Row, digits_for
from channelwright.reporting.kpis import kpi_estimate, samples_of
from channelwright.reporting.numbers import percent
from channelwright.reporting.reading import StudyData

#: Head: the manufacturer's cost lines in it, and the quantity that drives it.
HEADS: dict[str, tuple[tuple[str, ...], str]] = {
    "Selling": (("wages", "commission", "bonus", "platform"), "delivered_cases"),
    "Delivery": (("delivery", "nearby_fees"), "drops"),
    "Freight": (("freight",), "delivered_cases"),
    "Warehousing": (("handling",), "delivered_cases"),
    "Stock": (("interest",), ""),
    "Credit": (("credit_losses", "dunning", "deposit_interest"), "delivered_cases"),
    "Returns": (("returns", "good_returns"), "delivered_cases"),
    "Promotion": (("promotion",), "delivered_cases"),
    "Fixed site cost": (("site_cost",), ""),
}
TOLERANCE = 0.05
_NOTICED = 0.02
#: What moves a head beside the quantity that drives it.
_OTHERWISE = {
    "Selling": "pay by result: quotas and commission fall month by month and person by person",
    "Delivery": "tour shape: stops per tour and kilometres differ from the average day",
    "Stock": "stock and receivables lie off their policy levels",
    "Credit": "payers differ from the mean behaviour",
    "Returns": "age of goods differs from the steady state",
}


@dataclass(frozen=True)
class HeadRow:
    """One cost head of one design.

    Attributes
    ----------
    design, head : str
    forecast : float, currency over the measured days
    simulated : Estimate
    cause : str, empty within the tolerance
    """

    design: str
    head: str
    forecast: float
    simulated: Estimate
    cause: str

    @property
    def error(self) -> float:
        """Forecast less simulated, as a share of the simulated mean."""
        return _error(self.forecast, self.simulated.value)

    @property
    def within(self) -> bool:
        """Whether the forecast is within the tolerance."""
        return self.cause == ""


@dataclass(frozen=True)
class Drift:
    """How a simulated design differs from what its forecast takes for granted.

    Attributes
    ----------
    quantity : float, error of the forecast quantity that drives the head
    unserved : float, share of ordered cases that were not delivered at the first attempt
    missed : float, share of planned calls that were not made
    """

    quantity: float
    unserved: float
    missed: float


def cause_of(head: str, error: float, drift: Drift) -> str:
    """Return why a head is off, in one clause; empty within the tolerance.

    What the driving quantity explains is told apart from what remains when it is taken out.

    Parameters
    ----------
    head : str
    error : float, of the forecast head
    drift : Drift
    """
    if abs(error) <= TOLERANCE:
        return ""
    rest = (1.0 + error) / (1.0 + drift.quantity) - 1.0
    if abs(drift.quantity) < abs(rest):
        return _OTHERWISE.get(head, "cost per case differs by the way that goods take")
    if max(drift.unserved, drift.missed) < _NOTICED:
        return f"volume: the quantity behind it is {percent(abs(drift.quantity))} off"
    if drift.unserved >= drift.missed:
        return f"stock-out: {percent(drift.unserved)} of ordered cases were not served at once"
    return f"queueing: {percent(drift.missed)} of planned calls did not fit into their day"


def head_rows(data: StudyData) -> Iterator[HeadRow]:
    """Yield every head that the forecast or the simulation of a chosen design has."""
    for design, chosen in data.chosen.items():
        if chosen.forecast is None:
            continue
        known = chosen.forecast.kpis
        for head, (lines, driver) in HEADS.items():
            forecast = sum(float(known.get(line, 0.0)) for line in lines)
            samples = [samples_of(data, line).get(design) for line in lines]
            there = [values for values in samples if values is not None]
            if not there or not any(line in known for line in lines):
                continue
            simulated = estimate(np.sum(there, axis=0))
            if forecast == 0.0 and simulated.value == 0.0:
                continue
            error = _error(forecast, simulated.value)
            drift = _drift(data, design, known.get(driver), driver)
            yield HeadRow(design, head, forecast, simulated, cause_of(head, error, drift))


def _drift(data: StudyData, design: str, expected: float | None, driver: str) -> Drift:
    found = kpi_estimate(data, driver, design) if driver else None
    quantity = 0.0
    if expected is not None and found is not None and found.value != 0.0:
        quantity = _error(float(expected), found.value)
    shares = [kpi_estimate(data, kpi, design) for kpi in ("case_fill_rate", "call_compliance")]
    short = [
        0.0 if one is None or not np.isfinite(one.value) else 1.0 - one.value for one in shares
    ]
    return Drift(quantity, *short)


def _error(forecast: float, simulated: float) -> float:
    if simulated == 0.0:
        return float("inf") if forecast else 0.0
    return (forecast - simulated) / abs(simulated)


def heads_grid(data: StudyData, rows: tuple[HeadRow, ...]) -> tuple[Grid, ...]:
    """Return the table of heads, none without a chosen design."""
    if not rows:
        return ()
    columns = (
        Column("Design"),
        Column("Cost head"),
        Column(f"Forecast ({data.currency})", "number"),
        Column(f"Simulated ({data.currency})", "number"),
        Column("Error", "share", signed=True),
        Column(f"Beyond {percent(TOLERANCE)}: cause"),
    )
    body = tuple(
        Row(
            (
                data.title(row.design),
                row.head,
                row.forecast,
                row.simulated,
                row.error,
                row.cause or "within",
            ),
            design=row.design,
            decimals=digits_for([row.forecast, row.simulated.value]),
        )
        for row in rows
    )
    note = (
        "The manufacturer's costs. A cause is the quantity behind a head (stock-outs, calls that "
        "do not fit, volume) where it explains most of the error, else what else moves that head."
    )
    return (Grid("Forecast by cost head", columns, body, note, key="forecast_heads"),)


def heads_text(data: StudyData, rows: tuple[HeadRow, ...]) -> tuple[str, ...]:
    """Return a sentence per design on which heads are within the tolerance."""
    texts = []
    for design in dict.fromkeys(row.design for row in rows):
        off = [row for row in rows if row.design == design and not row.within]
        title = data.title(design)
        if not off:
            texts.append(f"“{title}”: every cost head is within {percent(TOLERANCE)}.")
            continue
        named = "; ".join(f"{row.head.lower()} ({row.cause})" for row in off)
        texts.append(f"“{title}”: beyond {percent(TOLERANCE)} are {named}.")
    return tuple(texts)
