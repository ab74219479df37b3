"""Money KPIs: the manufacturer's profit and loss, the parties' profits, distributor ROI."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import CAPTURES, Market
from channelwright.rules.suppliers import choosers, sold_to_choosers
from channelwright.tables.codes import Account, Party
from channelwright.tables.sink import Chunk

_PULL = CAPTURES.index("pull")
COSTS: tuple[tuple[str, Account], ...] = (
    ("production", Account.PRODUCTION),
    ("freight", Account.FREIGHT),
    ("delivery", Account.DELIVERY),
    ("handling", Account.HANDLING),
    ("site_cost", Account.SITE),
    ("wages", Account.WAGES),
    ("commission", Account.COMMISSION),
    ("bonus", Account.BONUS),
    ("platform", Account.PLATFORM),
    ("interest", Account.INTEREST),
    ("promotion", Account.PROMOTION),
)
CHAIN_COSTS: tuple[tuple[str, Account], ...] = (
    ("trade_fees", Account.TRADE_FEE),
    ("logistics_allowance", Account.LOGISTICS),
    ("service_penalty", Account.PENALTY),
)
#: Lines that only packs with the mechanism have.
EXTRA_COSTS: tuple[tuple[str, Account], ...] = (
    *CHAIN_COSTS,
    ("credit_losses", Account.WRITE_OFF),
    ("dunning", Account.DUNNING),
    ("deposit_interest", Account.DEPOSIT_INTEREST),
    ("returns", Account.RETURN),
    ("good_returns", Account.RETURN_GOOD),
    ("nearby_fees", Account.NEARBY_FEE),
    ("deposits", Account.DEPOSIT),
)


_SELLING = ("wages", "commission", "bonus", "delivery", "promotion")
PRICE_CUTS = (int(Account.REBATE), int(Account.DISCOUNT))


def cost_lines(ledger: pd.DataFrame) -> tuple[tuple[str, Account], ...]:
    """Return the cost lines of a run: COSTS, and those of mechanisms that posted something."""
    posted = set(ledger["account"])
    return COSTS + tuple(line for line in EXTRA_COSTS if int(line[1]) in posted)


def manufacturer_lines(ledger: pd.DataFrame) -> pd.DataFrame:
    """Return the manufacturer's profit and loss by mode, in currency.

    Returns
    -------
    DataFrame indexed by mode (-1 = none) with columns gross_sales, rebates, the names of
    COSTS, contribution; costs are positive numbers
    """
    maker = int(Party.MANUFACTURER)
    paid, got = ledger[ledger["payer"] == maker], ledger[ledger["payee"] == maker]
    modes = np.unique(ledger["mode"])
    goods = got[got["account"] == int(Account.GOODS)]
    back = paid[paid["account"] == int(Account.GOODS)]
    lines = {"gross_sales": _by_mode(goods, modes) - _by_mode(back, modes)}
    lines["rebates"] = _by_mode(paid[paid["account"].isin(PRICE_CUTS)], modes)
    lines_of_cost = cost_lines(ledger)
    for name, account in lines_of_cost:
        lines[name] = _by_mode(paid[paid["account"] == int(account)], modes)
    if "deposits" in lines:
        lines["deposits"] -= _by_mode(got[got["account"] == int(Account.DEPOSIT)], modes)
    table = pd.DataFrame(lines, index=modes)
    costs = table[[name for name, _ in lines_of_cost]].sum(axis=1)
    table["contribution"] = table["gross_sales"] - table["rebates"] - costs
    return table


def _by_mode(part: pd.DataFrame, modes: np.ndarray) -> np.ndarray:
    sums = part.groupby("mode")["amount"].sum()
    return np.asarray(sums.reindex(modes, fill_value=0).to_numpy(dtype=np.float64) / TICKS_PER_UNIT)


def stock_change(market: Market, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return the change of stock value over the measured time by site, in currency."""
    cells = pd.DataFrame(tables["site_cells"])
    last = cells["period"].max()
    closing = cells[cells["period"] == last].set_index("site")["closing_value"]
    opening = cells[cells["period"] == -1].set_index("site")["closing_value"]
    sites = pd.RangeIndex(len(market.sites))
    change = closing.reindex(sites, fill_value=0) - opening.reindex(sites, fill_value=0)
    return pd.DataFrame({"site": sites, "change": change.to_numpy() / TICKS_PER_UNIT})


def site_results(market: Market, design: Design, tables: Mapping[str, Chunk]) -> pd.DataFrame:
    """Return profit, capital and ROI of every open site.

    profit = money received - money paid + change of stock value; capital = mean of stock
    + receivables - payables; ROI = profit / capital per year (NaN without capital).

    Returns
    -------
    DataFrame with columns site, mode, independent, cases, profit, capital, roi
    """
    ledger = pd.DataFrame(tables["ledger"])
    ledger = ledger[ledger["period"] >= 0]
    owner = int(Party.OWNER)
    got = _owner_money(ledger, design, market, owner, measured_supply(tables))
    cells = pd.DataFrame(tables["site_cells"])
    cells = cells[cells["period"] >= 0].groupby("site").sum()
    rows = np.flatnonzero(design.sites.open)
    cells = cells.reindex(rows, fill_value=0)
    days = market.calendar.horizon_days - market.calendar.warmup_days
    capital = cells["stock_value_days"] + cells["receivable_days"] - cells["payable_days"]
    capital = capital.to_numpy() / days / TICKS_PER_UNIT
    change = stock_change(market, tables)["change"].to_numpy()[rows]
    independent = market.sites.independent[rows]
    profit = np.where(independent, got[rows] + change, np.nan)
    roi = np.divide(profit * 365 / days, capital, out=np.full(len(rows), np.nan), where=capital > 0)
    return pd.DataFrame(
        {
            "site": rows,
            "mode": design.sites.mode[rows],
            "independent": independent,
            "cases": cells["cases_out"].to_numpy(),
            "profit": profit,
            "capital": capital,
            "roi": roi,
        }
    )


def measured_supply(tables: Mapping[str, Chunk]) -> pd.DataFrame | None:
    """Return what sites that choose bought in the measured time, None where none chooses."""
    if "supply_cells" not in tables:
        return None
    moved = pd.DataFrame(tables["supply_cells"])
    return moved[moved["period"] >= 0]


def _owner_money(
    ledger: pd.DataFrame, design: Design, market: Market, owner: int, moved: pd.DataFrame | None
) -> np.ndarray:
    """Return money received less paid by the owner of each site: (S,) currency.

    Goods between sites carry the child's site: the parent's receipt is found by the
    design's parent, of a site that chooses by what it bought from whom.
    """
    result = np.zeros(len(market.sites))
    between = ledger["account"].isin([int(Account.GOODS)]) & (ledger["payee"] == owner)
    between &= ledger["payer"] == owner
    for side, sign in (("payee", 1.0), ("payer", -1.0)):
        mine = ledger[(ledger[side] == owner) & ~between]
        np.add.at(result, mine["site"].to_numpy(), sign * mine["amount"].to_numpy())
    traded = ledger[between]
    child = traded["site"].to_numpy()
    np.add.at(result, child, -traded["amount"].to_numpy(dtype=np.float64))
    appointed = ~choosers(design)[child]
    amount = traded["amount"].to_numpy(dtype=np.float64)[appointed]
    np.add.at(result, design.sites.parent[child[appointed]], amount)
    result += np.where(market.sites.independent, sold_to_choosers(design, moved), 0.0)
    return result / TICKS_PER_UNIT


def money_kpis(
    market: Market, design: Design, tables: Mapping[str, Chunk], frames: Mapping[str, pd.DataFrame]
) -> pd.DataFrame:
    """Return the manufacturer's lines by mode and in total, and the parties' profits."""
    ledger = frames["ledger"]
    lines = manufacturer_lines(ledger)
    total = lines.sum()
    change = stock_change(market, tables)
    own = float(change["change"][~market.sites.independent].sum())
    parts = []
    for name in lines.columns:
        values = {mode: float(lines.loc[row, name]) for row, mode in _named(market, lines)}
        parts.append(_rows(name, values, float(total[name])))
    parts.append(_rows("stock_change", {}, own))
    profit = float(total["contribution"]) + own
    parts.append(_rows("profit_manufacturer", {}, profit))
    parts.append(
        _rows(
            "net_sales",
            {
                mode: float(lines.loc[row, "gross_sales"] - lines.loc[row, "rebates"])
                for row, mode in _named(market, lines)
            },
            float(total["gross_sales"] - total["rebates"]),
        )
    )
    parts.append(_sales_outstanding(market, ledger, frames["site_cells"]))
    parts += _party_profits(ledger, change, market)
    parts += _efficiency(market, lines, frames["cells"])
    return pd.concat(parts, ignore_index=True)


def _named(market: Market, lines: pd.DataFrame) -> list[tuple[int, str]]:
    return [(int(row), market.modes.ids[int(row)]) for row in lines.index if row >= 0]


def _rows(
    name: str, by_mode: Mapping[str, float], total: float, unit: str = "currency"
) -> pd.DataFrame:
    modes = [*by_mode, "all"]
    values = [*by_mode.values(), total]
    return pd.DataFrame({"kpi": name, "area": "all", "mode": modes, "value": values, "unit": unit})


def _sales_outstanding(market: Market, ledger: pd.DataFrame, sites: pd.DataFrame) -> pd.DataFrame:
    """Return the manufacturer's DSO: mean receivables over mean sales per day, in days."""
    mine = ~market.sites.independent[sites["site"].to_numpy()]
    owed = float(sites.loc[mine, "receivable_days"].sum())
    goods = ledger["account"] == int(Account.GOODS)
    sold = float(ledger.loc[goods & (ledger["payee"] == int(Party.MANUFACTURER)), "amount"].sum())
    return _rows("dso", {}, owed / sold if sold > 0 else float("nan"), "days")


def _party_profits(
    ledger: pd.DataFrame, change: pd.DataFrame, market: Market
) -> list[pd.DataFrame]:
    names = {
        Party.OWNER: "profit_distributors",
        Party.OUTLET: "profit_outlets",
        Party.CHAIN: "profit_chains",
        Party.PEOPLE: "pay_people",
    }
    houses = float(change["change"][market.sites.independent].sum())
    parts = []
    for kind, name in names.items():
        got = ledger.loc[ledger["payee"] == int(kind), "amount"].sum()
        paid = ledger.loc[ledger["payer"] == int(kind), "amount"].sum()
        stock = houses if kind is Party.OWNER else 0.0
        parts.append(_rows(name, {}, float(got - paid) / TICKS_PER_UNIT + stock))
    return parts


def _efficiency(market: Market, lines: pd.DataFrame, cells: pd.DataFrame) -> list[pd.DataFrame]:
    """Cost to serve per case, selling-expense ratio, break-even drop by mode."""
    sums = cells.groupby("mode")[["cases_delivered", "drops"]].sum()
    serve, ratio = {}, {}
    for row, mode in _named(market, lines):
        line = lines.loc[row]
        cases = float(sums["cases_delivered"].get(row, 0))
        selling = float(line["wages"] + line["commission"] + line["bonus"])
        carrying = float(line["delivery"] + line["handling"] + line["freight"])
        net = float(line["gross_sales"] - line["rebates"])
        if cases > 0:
            other = float(
                line["interest"] + line["platform"] + line["site_cost"] + line["promotion"]
            ) + sum(float(line.get(name, 0.0)) for name, _ in CHAIN_COSTS)
            serve[mode] = (selling + carrying + other) / cases
        if net > 0:
            ratio[mode] = float(line[list(_SELLING)].sum()) / net
    none = float("nan")
    parts = []
    for name, values, whole, unit in (
        ("cost_to_serve_per_case", serve, none, "currency/case"),
        ("selling_expense_ratio", ratio, _selling_expense(lines), "share"),
        ("break_even_drop", _break_even(market, lines, sums), none, "cases"),
    ):
        frame = _rows(name, values, whole, unit)
        parts.append(frame[np.isfinite(frame["value"])])
    return parts


def _selling_expense(lines: pd.DataFrame) -> float:
    """Return people, promotion and delivery over net sales, of all modes."""
    total = lines.sum()
    net = float(total["gross_sales"] - total["rebates"])
    return float(total[list(_SELLING)].sum()) / net if net > 0 else float("nan")


def _break_even(market: Market, lines: pd.DataFrame, sums: pd.DataFrame) -> dict[str, float]:
    """Return the drop at which a mode earns the manufacturer what the pull modes would.

    (wages + delivery + own sites) per drop over (margin per case of the mode - margin per
    case of the modes without calls); without such sales the margin counts from zero.
    """
    spread = lines["gross_sales"] - lines["rebates"]
    for cost in (
        "production",
        "freight",
        "handling",
        "commission",
        "bonus",
        "platform",
        "promotion",
    ):
        spread = spread - lines[cost]
    cases = sums["cases_delivered"].reindex(lines.index, fill_value=0).astype(np.float64)
    drops = sums["drops"].reindex(lines.index, fill_value=0).astype(np.float64)
    pull = [row for row, _ in _named(market, lines) if market.modes.capture[row] == _PULL]
    pulled = float(cases.loc[pull].sum())
    rival = float(spread.loc[pull].sum()) / pulled if pulled > 0 else 0.0
    per_drop = lines["wages"] + lines["delivery"] + lines["site_cost"]
    result = {}
    for row, mode in _named(market, lines):
        if row in pull or cases[row] <= 0 or drops[row] <= 0 or per_drop[row] <= 0:
            continue
        gain = float(spread[row]) / float(cases[row]) - rival
        if gain > 0:
            result[mode] = float(per_drop[row]) / float(drops[row]) / gain
    return result
