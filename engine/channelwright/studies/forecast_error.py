"""How far a forecast is from the simulation: by area, mode, mechanism and head of money.

A *head* is one figure that both sides have: cases of an area and mode, calls and orders of a mode,
what the manufacturer gets or pays on an account in a mode.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray
from channelwright.model.market import CAPTURES
from channelwright.rules.expectation import flows_and_money
from channelwright.stats.means import mean_limits
from channelwright.tables.codes import Account, Party

if TYPE_CHECKING:
    from channelwright.model.calibration import Calibration
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.studies.runs import Runs

KEY = ["kind", "head", "area", "mode"]
#: Kinds that make up the error of a forecast; each is a share of what it is about.
KINDS = ("volume", "mechanism", "money")
#: Money that moves between others than the manufacturer: calibrated, and no part of the error.
OTHERS = "others"
_VISIT = CAPTURES.index("visit")


def expected_heads(
    market: Market, design: Design, calibration: Calibration | None = None
) -> pd.Series[float]:
    """Return the forecast of every head over the measured days.

    Returns
    -------
    Series
        Index kind, head, area, mode (rows of the market, -1 = all); cases, calls, orders, or
        currency units, positive where the manufacturer receives.
    """
    flows, money = flows_and_money(market, design, calibration)
    days = market.calendar.horizon_days - market.calendar.warmup_days
    plan, area = design.outlets, market.outlets.area
    rows = np.flatnonzero(plan.mode >= 0)
    frame = pd.DataFrame(
        {
            "area": area[rows],
            "mode": plan.mode[rows],
            "cases": flows.cases[rows].sum(axis=1) * days / 7,
            "calls": flows.visits[rows] * days / 7,
            "orders": flows.orders[rows] * days / 7,
        }
    )
    posted = pd.DataFrame(
        {
            "account": money.account,
            "payer": money.payer,
            "payee": money.payee,
            "mode": money.mode,
            "amount": money.amount * days / TICKS_PER_UNIT,
        }
    )
    return _heads(market, frame, posted, "cases", "calls").groupby(KEY).sum()


def simulated_heads(runs: Runs, market: Market, design: str, scenario: str) -> pd.DataFrame:
    """Return every head in every finished replication of a design.

    Returns
    -------
    DataFrame
        Index as in `expected_heads`, columns the replications.
    """
    cells = _measured(runs, "cells", design, scenario)
    ledger = _measured(runs, "ledger", design, scenario)
    ledger["amount"] = ledger["amount"] / TICKS_PER_UNIT
    parts = {
        int(number): _heads(
            market,
            cells[cells["replication"] == number],
            ledger[ledger["replication"] == number],
            "cases_delivered",
            "calls_made",
        )
        .groupby(KEY)
        .sum()
        for number in sorted(cells["replication"].unique())
    }
    return pd.DataFrame(parts).fillna(0.0)


def _measured(runs: Runs, table: str, design: str, scenario: str) -> pd.DataFrame:
    rows = runs.table(table)
    mine = (rows["design"] == design) & (rows["scenario"] == scenario) & (rows["period"] >= 0)
    return rows[mine].copy()


def _heads(
    market: Market, cells: pd.DataFrame, posted: pd.DataFrame, cases: str, calls: str
) -> pd.Series[float]:
    visited = cells[market.modes.capture[cells["mode"].to_numpy()] == _VISIT]
    maker = Party.MANUFACTURER
    sign = (posted["payee"] == maker).astype(float) - (posted["payer"] == maker).astype(float)
    mine = posted.assign(amount=sign * posted["amount"])[sign != 0]
    rest = posted[(sign == 0) & (posted["account"] != Account.CONSUMER)]
    words = {int(account): account.name.lower() for account in Account}
    parts = [
        _part("volume", "cases", cells["area"], cells["mode"], cells[cases]),
        _part("mechanism", "calls", -1, visited["mode"], visited[calls]),
        _part("mechanism", "orders", -1, cells["mode"], cells["orders"]),
        _part("money", mine["account"].map(words), -1, mine["mode"], mine["amount"]),
        _part(OTHERS, rest["account"].map(words), -1, rest["mode"], rest["amount"]),
    ]
    return pd.concat(parts).set_index(KEY)["value"]


def _part(kind: str, head: object, area: object, mode: object, value: object) -> pd.DataFrame:
    frame = pd.DataFrame({"head": head, "area": area, "mode": mode, "value": value})
    frame["value"] = frame["value"].astype(float)
    return frame.assign(kind=kind)


def error_table(expected: pd.Series[float], simulated: pd.DataFrame) -> pd.DataFrame:
    """Return one row per head: forecast, simulated mean with its interval, and the error.

    Returns
    -------
    DataFrame
        Columns kind, head, area, mode, forecast, simulated, low, high (95 % interval of the
        simulated mean), error (forecast less simulated, share of the simulated mean).
    """
    both = simulated.index.union(expected.index)
    values = simulated.reindex(both).fillna(0.0).to_numpy()
    limits = mean_limits(values)
    forecast = expected.reindex(both).fillna(0.0).to_numpy()
    frame = pd.DataFrame(index=both).reset_index()
    frame["forecast"] = forecast
    frame["simulated"], frame["low"], frame["high"] = limits
    size = np.abs(limits.estimate)
    frame["error"] = np.divide(
        forecast - limits.estimate, size, out=np.full(len(size), np.nan), where=size > 0
    )
    return frame


def forecast_errors(expected: pd.Series[float], simulated: pd.DataFrame) -> dict[str, FloatArray]:
    """Return the error of a forecast in every replication, as shares.

    For ``volume``, ``mechanism`` and ``money``: absolute errors of the heads added up, over the
    absolute simulated figures added up; mechanism is the mean of calls and orders, which have no
    common unit. ``all`` is the mean of the three; ``contribution`` is the manufacturer's, signed.

    Returns
    -------
    dict of (n_replications,) float64
    """
    both = simulated.index.union(expected.index)
    values = simulated.reindex(both).fillna(0.0)
    gaps = values.rsub(expected.reindex(both).fillna(0.0), axis=0).abs()
    found: dict[str, FloatArray] = {}
    for kind in KINDS:
        heads = ["calls", "orders"] if kind == "mechanism" else [None]
        shares = [_share(values, gaps, kind, head) for head in heads]
        found[kind] = np.mean([share for share in shares if share is not None], axis=0)
    found["all"] = np.mean([found[kind] for kind in KINDS], axis=0)
    money = values[values.index.get_level_values("kind") == "money"].sum().to_numpy()
    wanted = float(expected[expected.index.get_level_values("kind") == "money"].sum())
    found["contribution"] = (wanted - money) / np.abs(money)
    return found


def _share(
    values: pd.DataFrame, gaps: pd.DataFrame, kind: str, head: str | None
) -> FloatArray | None:
    mine = values.index.get_level_values("kind") == kind
    if head is not None:
        mine &= values.index.get_level_values("head") == head
    below = values[mine].abs().sum().to_numpy()
    if not mine.any() or not below.any():
        return None
    return np.asarray(gaps[mine].sum().to_numpy() / np.maximum(below, 1e-12))
