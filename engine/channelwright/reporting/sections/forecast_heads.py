"""The forecast by cost head: where it is off by more than it should be, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.forecast import Forecast
from channelwright.reporting.estimates import Estimate, estimate
from channelwright.reporting.grid import Column, Grid, Row, digits_for
from channelwright.reporting.kpis import kpi_estimate, samples_of
from channelwright.reporting.numbers import percent
from channelwright.reporting.reading import TOTAL, StudyData
from channelwright.reporting.sections.forecast_causes import TOLERANCE, Drift, cause_of
from channelwright.rules.cost_lines import COSTS, EXTRA_COSTS
from channelwright.rules.flows import uses_trucks
from channelwright.tables.codes import Party

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
_ACCOUNTS = {name: int(account) for name, account in (*COSTS, *EXTRA_COSTS)}
#: Currency below which a part of a head is nothing.
_NOTHING = 0.5
#: A mode that makes up less than this share of a head is not told of by itself.
_SHARE = 0.05


@dataclass(frozen=True)
class HeadPart:
    """The part of a head that one mode causes.

    Attributes
    ----------
    mode : str, empty for what belongs to no mode
    forecast, simulated : float, currency over the measured days
    cause : str, empty within the tolerance
    """

    mode: str
    forecast: float
    simulated: float
    cause: str

    @property
    def error(self) -> float:
        """Forecast less simulated, as a share of what was simulated."""
        return _error(self.forecast, self.simulated)


@dataclass(frozen=True)
class HeadRow:
    """One cost head of one design.

    Attributes
    ----------
    design, head : str
    forecast : float, currency over the measured days
    simulated : Estimate
    parts : tuple of HeadPart, by mode
    """

    design: str
    head: str
    forecast: float
    simulated: Estimate
    parts: tuple[HeadPart, ...]

    @property
    def error(self) -> float:
        """Forecast less simulated, as a share of the simulated mean."""
        return _error(self.forecast, self.simulated.value)

    @property
    def within(self) -> bool:
        """Whether the forecast is within the tolerance."""
        return abs(self.error) <= TOLERANCE

    @property
    def worst(self) -> HeadPart | None:
        """The part with most of the error of a head beyond the tolerance, None within it."""
        if self.within or not self.parts:
            return None
        sign = 1.0 if self.error > 0 else -1.0
        return max(self.parts, key=lambda part: sign * (part.forecast - part.simulated))

    @property
    def cause(self) -> str:
        """Why the head is off, with the mode that makes most of the error; empty within."""
        part = self.worst
        if part is None:
            return ""
        cause = part.cause or "several modes are a little off"
        return f"{part.mode}: {cause}" if part.mode else cause

    @property
    def hidden(self) -> tuple[HeadPart, ...]:
        """Modes that are beyond the tolerance in a head that is within it."""
        least = _SHARE * abs(self.simulated.value)
        large = [part for part in self.parts if max(part.forecast, part.simulated) >= least]
        off = tuple(part for part in large if abs(part.error) > TOLERANCE)
        return off if self.within and len(self.parts) > 1 else ()


def head_rows(data: StudyData) -> Iterator[HeadRow]:
    """Yield every head that the forecast or the simulation of a chosen design has."""
    for design, chosen in data.chosen.items():
        if chosen.forecast is None:
            continue
        known, parts = chosen.forecast.kpis, _Parts(data, design, chosen.forecast)
        for head, (lines, driver) in HEADS.items():
            forecast = sum(float(known.get(line, 0.0)) for line in lines)
            samples = [samples_of(data, line).get(design) for line in lines]
            there = [values for values in samples if values is not None]
            if not there or not any(line in known for line in lines):
                continue
            simulated = estimate(np.sum(there, axis=0))
            if forecast == 0.0 and simulated.value == 0.0:
                continue
            yield HeadRow(design, head, forecast, simulated, parts.of(head, lines, driver))


class _Parts:
    """Heads of one design by mode, with what was forecast and simulated of what drives them."""

    def __init__(self, data: StudyData, design: str, forecast: Forecast) -> None:
        self._data, self._design, self._money = data, design, forecast.money
        market, plan = data.market, data.designs[design]
        self._expected = forecast.by_mode or {}
        self._by_truck = set(np.unique(plan.outlets.mode[uses_trucks(market, plan)]).tolist())

    def of(self, head: str, lines: tuple[str, ...], driver: str) -> tuple[HeadPart, ...]:
        """Return the parts of a head by mode, without those that are nothing."""
        names = ["", *self._data.market.modes.ids]
        found = []
        for mode, name in enumerate(names, start=-1):
            forecast = self._forecast(lines, mode)
            simulated = self._simulated(lines, name) if name else 0.0
            found.append((mode, name, forecast, simulated))
        whole = sum(self._mean(line, TOTAL) for line in lines)
        # What no mode is charged with belongs to none, in both.
        found[0] = (-1, "", found[0][2], whole - sum(row[3] for row in found))
        return tuple(
            HeadPart(
                name, forecast, simulated, self._cause(head, mode, forecast, simulated, driver)
            )
            for mode, name, forecast, simulated in found
            if max(abs(forecast), abs(simulated)) > _NOTHING
        )

    def _forecast(self, lines: tuple[str, ...], mode: int) -> float:
        money, calendar = self._money, self._data.market.calendar
        days = calendar.horizon_days - calendar.warmup_days
        mine = (money.payer == int(Party.MANUFACTURER)) & (money.mode == mode)
        mine &= np.isin(money.account, [_ACCOUNTS[line] for line in lines])
        return float(money.amount[mine].sum()) * days / TICKS_PER_UNIT

    def _simulated(self, lines: tuple[str, ...], mode: str) -> float:
        return sum(self._mean(line, mode) for line in lines)

    def _mean(self, kpi: str, mode: str) -> float:
        found = kpi_estimate(self._data, kpi, self._design, mode=mode)
        return 0.0 if found is None or not np.isfinite(found.value) else float(found.value)

    def _cause(self, head: str, mode: int, forecast: float, simulated: float, driver: str) -> str:
        ids = self._data.market.modes.ids
        name = ids[mode] if mode >= 0 else TOTAL
        quantity = 0.0
        expected = self._expected.get(driver)
        if expected is not None:
            happened = self._mean(driver, name)
            amount = float(expected[mode] if mode >= 0 else expected.sum())
            quantity = _error(amount, happened) if happened else 0.0
        unserved, missed = (self._short(kpi, name) for kpi in ("case_fill_rate", "call_compliance"))
        drift = Drift(quantity, unserved, missed, mode in self._by_truck)
        return cause_of(head, _error(forecast, simulated), drift, driver)

    def _short(self, kpi: str, mode: str) -> float:
        found = kpi_estimate(self._data, kpi, self._design, mode=mode)
        return 0.0 if found is None or not np.isfinite(found.value) else 1.0 - found.value


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
                row.cause or _within(row),
            ),
            design=row.design,
            decimals=digits_for([row.forecast, row.simulated.value]),
        )
        for row in rows
    )
    note = (
        "The manufacturer's costs. A cause is that of the mode with most of the error: the "
        "quantity behind the head (stock-outs, calls that do not fit, volume) where it explains "
        "most of it, else what else moves that head. Modes that are off in a head that is within "
        "are named, since their errors cancel."
    )
    return (Grid("Forecast by cost head", columns, body, note, key="forecast_heads"),)


def _within(row: HeadRow) -> str:
    """Return the words for a head within the tolerance, with modes whose errors cancel."""
    parts = [
        f"{part.mode or 'no mode'} {percent(part.error, signed=True)} ({part.cause})"
        for part in row.hidden
    ]
    return "within" + (": " + "; ".join(parts) if parts else "")


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
