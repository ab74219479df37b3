"""KPIs of what gets old, goes missing and comes back (docs/world/perishing.md)."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules.kpi_goods import goods_rows
from channelwright.tables.codes import Account, Party

_ALL = "all"


def loss_kpis(
    market: Market, design: Design, frames: Mapping[str, pd.DataFrame], measured_days: int
) -> pd.DataFrame:
    """Return age and losses of the stock of sites by kind of site, and the returns rate."""
    cells, ledger = frames["site_cells"], frames["ledger"]
    found: list[tuple[str, float, str]] = []
    kind = market.sites.kind[cells["site"].to_numpy()]
    for row, name in enumerate(SITE_KINDS):
        mine = cells[kind == row]
        cases = float(mine["age_cases"].sum())
        if cases > 0:
            found.append((f"stock_age_{name}", float(mine["age_case_days"].sum()) / cases, "days"))
    for cause in ("expired", "shrunk"):
        units = float(cells[f"units_{cause}"].sum())
        found.append((f"site_units_{cause}", units, "units"))
    buyers = ledger["payer"].isin([int(Party.OUTLET), int(Party.CHAIN)])
    bought = float(ledger.loc[buyers & (ledger["account"] == int(Account.GOODS)), "amount"].sum())
    back = float(ledger.loc[ledger["account"] == int(Account.RETURN), "amount"].sum())
    if bought > 0:
        found.append(("returns_rate", back / bought, "share"))
    found += goods_rows(market, design, frames, measured_days)
    names, values, units_of = zip(*found, strict=True)
    return pd.DataFrame(
        {"kpi": names, "area": _ALL, "mode": _ALL, "value": values, "unit": units_of}
    )
