"""KPIs of what gets old, goes missing and comes back (docs/world/perishing.md)."""

from __future__ import annotations

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.kpi_goods import goods_rows
from channelwright.rules.kpi_rows import KpiRows, Measured
from channelwright.tables.codes import Account, Party


def loss_kpis(market: Market, design: Design, frames: Measured, measured_days: int) -> KpiRows:
    """Return age and losses of the stock of sites by kind of site, and the returns rate."""
    cells, ledger, result = frames.columns("site_cells"), frames.columns("ledger"), KpiRows()
    kind = market.sites.kind[cells["site"]]
    for row, name in enumerate(SITE_KINDS):
        cases = float(cells["age_cases"][kind == row].sum())
        if cases > 0:
            days = float(cells["age_case_days"][kind == row].sum()) / cases
            result.add_total(f"stock_age_{name}", "days", days)
    for cause in ("expired", "shrunk"):
        units = float(cells[f"units_{cause}"].sum())
        result.add_total(f"site_units_{cause}", "units", units)
    account, amount = ledger["account"], ledger["amount"]
    buyers = np.isin(ledger["payer"], [int(Party.OUTLET), int(Party.CHAIN)])
    bought = float(amount[buyers & (account == int(Account.GOODS))].sum())
    back = float(amount[account == int(Account.RETURN)].sum())
    if bought > 0:
        result.add_total("returns_rate", "share", back / bought)
    for name, value, unit in goods_rows(market, design, frames, measured_days):
        result.add_total(name, unit, value)
    return result
