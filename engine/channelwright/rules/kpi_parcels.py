"""KPIs of parcels to consumers (docs/world/parcels.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.parcels import parcel_shop
from channelwright.tables.codes import Account, Party

if TYPE_CHECKING:
    import pandas as pd

_COSTS = (Account.HANDLING, Account.DELIVERY, Account.PLATFORM)


def parcel_kpis(
    market: Market, design: Design, frames: Mapping[str, pd.DataFrame]
) -> list[tuple[str, float, str]]:
    """Return (KPI, value, unit) of the whole market, nothing without parcels."""
    shop, cells = parcel_shop(design), frames.get("parcel_cells")
    if shop is None or cells is None:
        return []
    sums = cells.sum()
    cases = float(_cases(market, cells, "delivered").sum())
    to_outlets = float(frames["cells"]["cases_delivered"].sum())
    delivered = float(sums["delivered_orders"])
    ledger = frames["ledger"]
    mine = ledger["account"].isin([int(account) for account in _COSTS])
    mine &= (ledger["mode"] == shop.mode) & (ledger["payer"] == int(Party.MANUFACTURER))
    cost = float(ledger.loc[mine, "amount"].sum()) / TICKS_PER_UNIT
    sales = float(sums["value"] - sums["refunded"]) / TICKS_PER_UNIT
    found = [
        ("parcel_orders", float(sums["orders"]), "orders"),
        ("parcel_cases", cases, "cases"),
        ("parcel_share", _over(cases, cases + to_outlets), "share"),
        ("parcel_sales", sales, "currency"),
        ("parcel_fees", float(sums["fees"]) / TICKS_PER_UNIT, "currency"),
        ("parcel_order_value", _over(sums["value"] / TICKS_PER_UNIT, delivered), "currency"),
        ("parcel_lines", _over(sums["lines"], delivered), "lines"),
        ("parcel_free_share", _over(sums["free"], delivered), "share"),
        ("parcel_on_time", _over(sums["on_time"], delivered), "share"),
        ("parcel_days", _over(sums["days"], delivered), "days"),
        ("parcel_lost_rate", _over(sums["lost"], sums["asked"]), "share"),
        ("parcel_return_rate", _over(sums["returned"], sums["delivered"]), "share"),
        ("parcel_cost_per_order", _over(cost, delivered), "currency/order"),
    ]
    return [row for row in found if np.isfinite(row[1])]


def parcel_cases_by_mode(market: Market, design: Design, cells: pd.DataFrame | None) -> FloatArray:
    """Return the cases delivered to consumers by mode: (M,)."""
    found, shop = np.zeros(len(market.modes)), parcel_shop(design)
    if shop is not None and cells is not None:
        found[shop.mode] = _cases(market, cells, "delivered").sum()
    return found


def _cases(market: Market, cells: pd.DataFrame, column: str) -> FloatArray:
    case = market.products.units_per_case[cells["product"].to_numpy(dtype=np.int64)]
    return np.asarray(cells[column].to_numpy(dtype=np.float64) / case)


def _over(part: float, whole: float) -> float:
    return float(part) / float(whole) if whole > 0 else float("nan")
