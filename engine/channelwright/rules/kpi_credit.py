"""KPIs of credit: what falls due, what is collected, what is late and what is lost.

Every run has those of invoices and payments; what rules and reminders do is counted where a
pack names credit rules, reminders, collecting or payment behaviour.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.bills import follows_bills
from channelwright.tables.codes import Account

_ALL = "all"
#: name, unit, numerator, denominator (None: days measured), factor
_RATIOS = (
    ("collection_rate", "share", "collected", "due", 1.0),
    ("overdue_share", "share", "overdue_days", "owed_days", 1.0),
    ("bad_debt_share", "share", "written_off", "on_terms", 1.0),
    ("receivables", "currency", "owed_days", None, 1.0 / TICKS_PER_UNIT),
    ("overdue", "currency", "overdue_days", None, 1.0 / TICKS_PER_UNIT),
)
_SUMS = (
    ("bad_debt", "currency", "written_off", 1.0 / TICKS_PER_UNIT),
    ("collected", "currency", "collected", 1.0 / TICKS_PER_UNIT),
)
#: Only where invoices are followed one by one.
_COUNTS = (
    ("reminders", "reminders", "reminders", 1.0),
    ("orders_released_in_part", "orders", "orders_part", 1.0),
    ("cases_held_back", "cases", "cases_held", 1.0),
    ("orders_paid_at_door", "orders", "orders_cash", 1.0),
    ("orders_prepaid", "orders", "orders_prepaid", 1.0),
)


def credit_kpis(
    market: Market, design: Design, frames: Mapping[str, pd.DataFrame], days: int
) -> pd.DataFrame:
    """Return the KPIs of `credit_cells` by mode and in total, and days sales outstanding."""
    cells = frames.get("credit_cells")
    if cells is None or not len(cells):
        return pd.DataFrame()
    by_mode = cells.drop(columns=["period", "area"]).groupby("mode").sum()
    names = [market.modes.ids[int(row)] for row in by_mode.index]
    sums = pd.concat([by_mode, by_mode.sum().to_frame().T])
    columns = {name: sums[name].to_numpy(dtype=np.float64) for name in sums.columns}
    keys = [*names, _ALL]
    parts = []
    for kpi, unit, top, bottom, factor in _RATIOS:
        base = columns[bottom] if bottom else np.full(len(keys), float(days))
        value = np.divide(columns[top], base, out=np.full(len(keys), np.nan), where=base > 0)
        parts.append(_rows(kpi, unit, keys, value * factor))
    counted = (*_SUMS, *_COUNTS) if follows_bills(market, design) else _SUMS
    parts += [_rows(kpi, unit, keys, columns[name] * f) for kpi, unit, name, f in counted]
    parts.append(_sales_outstanding(market, design, by_mode, frames["site_cells"]))
    flow = frames["flow_cells"]
    limit = float(flow["limit_days"].sum())
    if limit > 0:
        used = float(flow["exposure_days"].sum()) / limit
        parts.append(_rows("credit_use", "share", [_ALL], [used]))
    return pd.concat(parts, ignore_index=True)


def _sales_outstanding(
    market: Market, design: Design, outlets: pd.DataFrame, sites: pd.DataFrame
) -> pd.DataFrame:
    """Return the manufacturer's DSO by mode of the account and in total.

    Mean of what outlets, chains and independent sites owe over their purchases on terms per
    day; both are sums over the measured days, so their number cancels.
    """
    modes = len(market.modes)
    sums = np.zeros((2, modes + 1))
    sums[:, outlets.index.to_numpy()] = outlets[["own_owed_days", "own_on_terms"]].to_numpy().T
    buys = sites["own_owed_days"].to_numpy() + sites["bought_on_terms"].to_numpy() > 0
    mode = design.sites.mode[sites["site"].to_numpy()[buys]]
    for row, name in enumerate(("own_owed_days", "bought_on_terms")):
        np.add.at(sums[row], mode, sites[name].to_numpy()[buys])
    sums[:, modes] += sums[:, :modes].sum(axis=1)  # and what no mode has, at -1
    owed, sold = sums
    value = np.divide(owed, sold, out=np.full(modes + 1, np.nan), where=sold > 0)
    return _rows("dso", "days", [*market.modes.ids, _ALL], value)


_LIMIT_SUMS = (
    ("cases_cut_for_cash", "cases", "cases_cut_cash"),
    ("days_cut_for_cash", "site-days", "days_cut_cash"),
    ("cases_cut_for_capacity", "cases", "cases_cut_capacity"),
    ("days_cut_for_capacity", "site-days", "days_cut_capacity"),
)


def limit_kpis(
    market: Market, design: Design, frames: Mapping[str, pd.DataFrame], days: int
) -> pd.DataFrame:
    """Return the KPIs of `limit_cells` by mode of the site and in total; empty without it."""
    if market.limits is None:
        return pd.DataFrame()
    cells = frames["limit_cells"]
    mode = design.sites.mode[cells["site"].to_numpy()]
    by_mode = cells.drop(columns=["period", "site"]).groupby(mode).sum()
    names = [market.modes.ids[int(row)] for row in by_mode.index]
    sums = pd.concat([by_mode, by_mode.sum().to_frame().T])
    keys = [*names, _ALL]
    parts = [
        _rows(kpi, unit, keys, sums[column].to_numpy(dtype=np.float64))
        for kpi, unit, column in _LIMIT_SUMS
    ]
    drawn = sums["drawn_days"].to_numpy(dtype=np.float64) / days / TICKS_PER_UNIT
    return pd.concat([*parts, _rows("credit_line_drawn", "currency", keys, drawn)])


def approval_kpis(market: Market, frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the KPIs of `approval_cells` by mode and in total; empty without the table."""
    cells = frames.get("approval_cells")
    if cells is None or not len(cells):
        return pd.DataFrame()
    by_mode = cells.drop(columns=["period"]).groupby("mode").sum()
    keys = [*(market.modes.ids[int(row)] for row in by_mode.index), _ALL]
    sums = pd.concat([by_mode, by_mode.sum().to_frame().T]).astype(np.float64)
    asked = sums["requests"].to_numpy()
    wait = sums["wait"].to_numpy() / asked / 60
    ledger = frames["ledger"]
    given = ledger[ledger["account"] == int(Account.DISCOUNT)].groupby("mode")["amount"].sum()
    amount = given.reindex(by_mode.index, fill_value=0).to_numpy(dtype=np.float64)
    amount = np.append(amount, amount.sum()) / TICKS_PER_UNIT
    return pd.concat(
        [
            _rows("discount_requests", "orders", keys, asked),
            _rows("discount_approval_rate", "share", keys, sums["granted"].to_numpy() / asked),
            _rows("approval_wait_minutes", "min", keys, wait),
            _rows("discounts", "currency", keys, amount),
        ]
    )


def _rows(kpi: str, unit: str, modes: list[str], value: object) -> pd.DataFrame:
    return pd.DataFrame({"kpi": kpi, "area": _ALL, "mode": modes, "value": value, "unit": unit})
