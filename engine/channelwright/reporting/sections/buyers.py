"""Section 5: who buys from whom, how much, and at what price per step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import PPM, TICKS_PER_UNIT
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.reporting.estimates import Estimate, estimate
from channelwright.reporting.grid import Cell, Column, Grid, Row
from channelwright.reporting.kpis import samples_of
from channelwright.reporting.numbers import listed, percent, plain
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.section import SectionInfo
from channelwright.reporting.words import mode_label
from channelwright.rules.kpi_static import account_counts


@dataclass(frozen=True, slots=True)
class PriceStep:
    """One step of a mode's price ladder, currency units per case ex VAT.

    Attributes
    ----------
    mode, step : str
    price : float
        Mean over products by volume.
    """

    mode: str
    step: str
    price: float


@dataclass(frozen=True)
class Buyers:
    """Accounts of one mode in one design.

    Attributes
    ----------
    design, mode : str
    accounts, outlets : int
        Accounts of the manufacturer; outlets served in the mode.
    sell_in : Estimate
        Cases per week that the manufacturer sells into the mode.
    volume_share : Estimate
    """

    design: str
    mode: str
    accounts: int
    outlets: int
    sell_in: Estimate
    volume_share: Estimate


@dataclass(frozen=True)
class BuyersInfo:
    """Who buys from whom.

    Attributes
    ----------
    section : SectionInfo
    buyers : tuple of Buyers
    ladders : mapping of design to tuple of PriceStep
    """

    section: SectionInfo
    buyers: tuple[Buyers, ...]
    ladders: dict[str, tuple[PriceStep, ...]]


def buyers_info(data: StudyData) -> BuyersInfo:
    """Return accounts, outlets, volume and the price of every step."""
    buyers = tuple(item for name in data.designs for item in _buyers(data, name))
    ladders = {name: price_ladder(data.market, plan) for name, plan in data.designs.items()}
    grids = (
        _account_grid(data, buyers, "accounts"),
        _account_grid(data, buyers, "volume"),
        _detail_grid(data, buyers),
        _ladder_grid(data, ladders),
    )
    section = SectionInfo(_headline(data, buyers), (_supply_text(data),), grids)
    return BuyersInfo(section, buyers, ladders)


def _buyers(data: StudyData, design: str) -> list[Buyers]:
    market, plan = data.market, data.designs[design]
    accounts = account_counts(market, plan)
    weeks = data.days / 7.0
    zeros = np.zeros(len(data.replications))
    found = []
    for row, mode in enumerate(market.modes.ids):
        sell_in = samples_of(data, "sell_in_cases", mode=mode).get(design, zeros) / weeks
        share = samples_of(data, "volume_share", mode=mode).get(design, zeros)
        outlets = int((plan.outlets.mode == row).sum())
        if accounts[row] or outlets:
            found.append(
                Buyers(
                    design, mode, int(accounts[row]), outlets, estimate(sell_in), estimate(share)
                )
            )
    return found


def price_ladder(market: Market, design: Design) -> tuple[PriceStep, ...]:
    """Return the price of every step from the plant to the consumer, by mode in use.

    Prices are means over products by the base demand of all outlets, so that modes and designs
    compare like with like. Net prices are after rebates, which are accrued on every invoice.
    """
    weight = (market.outlets.rate / market.products.units_per_case).sum(axis=0)
    total = weight.sum()
    weight = weight / total if total > 0 else np.full(len(weight), 1.0 / len(weight))
    consumer = market.products.consumer_price * market.products.units_per_case
    return (
        PriceStep("", "Production cost", _mean(market.products.production_cost, weight)),
        *(
            PriceStep(mode, name, price)
            for row, mode in enumerate(market.modes.ids)
            if (design.outlets.mode == row).any()
            for name, price in _mode_ladder(market, design, row, weight)
        ),
        PriceStep("", "Consumers pay", _mean(consumer, weight)),
    )


def _mode_ladder(
    market: Market, design: Design, row: int, weight: np.ndarray
) -> list[tuple[str, float]]:
    served = design.outlets.mode == row
    sites = np.unique(design.outlets.site[served & (design.outlets.site >= 0)])
    houses = sites[market.sites.independent[sites]]
    steps = _account_steps(market, design, houses, weight) if len(houses) else []
    price = _mean(design.terms.price_outlet[row], weight)
    steps.append(("Outlet pays", price))
    rebate = design.terms.outlet_rebate[row] / PPM
    if rebate:
        steps.append(("Outlet pays, net of rebate", price * (1.0 - rebate)))
    return steps


def _account_steps(
    market: Market, design: Design, houses: np.ndarray, weight: np.ndarray
) -> list[tuple[str, float]]:
    """Return what the houses of a mode pay: by their own mode, which sets their terms."""
    parents = design.sites.parent[houses]
    second = houses[(parents >= 0) & market.sites.independent[np.maximum(parents, 0)]]
    first = np.union1d(np.setdiff1d(houses, second), design.sites.parent[second])
    terms = design.terms
    modes = np.unique(design.sites.mode[first])
    modes = modes[modes >= 0]
    steps: list[tuple[str, float]] = []
    if len(modes):
        price = float(np.mean([_mean(terms.price_account[mode], weight) for mode in modes]))
        rebate = float(np.mean(terms.account_rebate[modes])) / PPM
        steps.append(("Account pays", price))
        if rebate:
            steps.append(("Account pays, net of rebate", price * (1.0 - rebate)))
    if len(second):
        tier2 = [_mean(terms.price_tier2[mode], weight) for mode in design.sites.mode[second]]
        steps.append(("Second tier pays", float(np.mean(tier2))))
    return steps


def _mean(prices: np.ndarray, weight: np.ndarray) -> float:
    return float(prices @ weight) / TICKS_PER_UNIT


def _headline(data: StudyData, buyers: tuple[Buyers, ...]) -> str:
    mine = [item for item in buyers if item.design == data.baseline]
    most = max(mine, key=lambda item: item.accounts)
    largest = max(mine, key=lambda item: item.volume_share.value)
    accounts = sum(item.accounts for item in mine)
    return (
        f"{data.versus[:1].upper()}{data.versus[1:]}, {most.mode} is first in accounts "
        f"({percent(most.accounts / accounts, 0)} of {accounts:,}) and {largest.mode} in volume "
        f"({percent(largest.volume_share.value, 0)} of sell-in)."
    )


def _supply_text(data: StudyData) -> str:
    market, plan = data.market, data.designs[data.baseline]
    parts = []
    for row, mode in enumerate(market.modes.ids):
        sites = plan.outlets.site[(plan.outlets.mode == row) & (plan.outlets.site >= 0)]
        if len(sites):
            names = [market.sites.names[site] for site in np.unique(sites)]
            shown = listed(names) if len(names) <= 3 else f"{len(names)} houses"
            parts.append(f"{mode} from {shown}")
    return (
        f"Outlets of each mode are served in the baseline as follows: {'; '.join(parts)}. "
        "Accounts are who the manufacturer invoices; outlets are where goods are sold."
    )


def _account_grid(data: StudyData, buyers: tuple[Buyers, ...], what: str) -> Grid:
    found = {(item.design, item.mode): item for item in buyers}
    modes = [m for m in data.market.modes.ids if any((d, m) in found for d in data.designs)]
    names = dict(zip(data.market.modes.ids, data.market.modes.names, strict=True))
    body = []
    for mode in modes:
        items = [found.get((design, mode)) for design in data.designs]
        cells: list[Cell] = [
            None
            if item is None
            else float(item.accounts)
            if what == "accounts"
            else item.volume_share
            for item in items
        ]
        body.append(Row((mode_label(mode, names[mode]), *cells), mode=mode))
    if what == "accounts":
        sums = [float(sum(i.accounts for i in buyers if i.design == d)) for d in data.designs]
        body.append(Row(("All accounts", *sums), strong=True))
    title = "Accounts by mode" if what == "accounts" else "Share of sell-in volume by mode"
    columns = (
        Column("Mode"),
        *(
            Column(
                data.title(name),
                "number" if what == "accounts" else "share",
                "accounts" if what == "accounts" else "",
                design=name,
            )
            for name in data.designs
        ),
    )
    note = "" if what == "accounts" else "Sell-in: cases that the manufacturer sells to accounts."
    return Grid(title, columns, tuple(body), note, key=what)


def _detail_grid(data: StudyData, buyers: tuple[Buyers, ...]) -> Grid:
    body = []
    for item in buyers:
        per = item.sell_in.scaled(1.0 / item.accounts) if item.accounts else None
        served = float(item.outlets)
        body.append(
            Row(
                (
                    data.title(item.design),
                    item.mode,
                    float(item.accounts),
                    served,
                    item.sell_in,
                    per,
                ),
                design=item.design,
                mode=item.mode,
            )
        )
    columns = (
        Column("Design"),
        Column("Mode"),
        Column("Accounts", "number", "accounts"),
        Column("Outlets reached", "number", "outlets"),
        Column("Sell-in", "number", "cases/week"),
        Column("Per account", "number", "cases/week", 1),
    )
    return Grid("Accounts, outlets and volume", columns, tuple(body), folded=True, key="buyers")


def _ladder_grid(data: StudyData, ladders: dict[str, tuple[PriceStep, ...]]) -> Grid:
    base = ladders[data.baseline]
    vat = 1.0 + data.market.finance.vat_ppm / PPM
    keys = list(dict.fromkeys((s.mode, s.step) for n in data.designs for s in ladders[n]))
    order = {mode: row for row, mode in enumerate(data.market.modes.ids)}
    keys.sort(
        key=lambda key: (2 * len(order) * (key[1] == "Consumers pay")) + order.get(key[0], -1)
    )
    prices = {name: {(s.mode, s.step): s.price for s in ladders[name]} for name in ladders}
    different = [name for name in data.rivals if _differs(prices[name], prices[data.baseline])]
    body = []
    for key in keys:
        price = prices[data.baseline].get(key)
        cells: list[Cell] = [key[0] or "All modes", key[1], price and price * vat, price]
        cells += [(found := prices[name].get(key)) and found * vat for name in different]
        body.append(Row(tuple(cells), mode=key[0]))
    unit = f"{data.currency}/case"
    columns = (
        Column("Mode"),
        Column("Step"),
        Column(f"{data.short(data.baseline)}, with VAT", "number", unit, 2, design=data.baseline),
        Column("ex VAT", "number", unit, 2, design=data.baseline),
        *(Column(f"{data.short(n)}, with VAT", "number", unit, 2, design=n) for n in different),
    )
    same = [data.title(name) for name in data.rivals if name not in different]
    units = plain(float(np.median(data.market.products.units_per_case)))
    note = (
        f"Per case of {units} units, mean over products by volume; VAT "
        f"{percent(data.market.finance.vat_ppm / PPM, 0)}. Production is shown for "
        "comparison. Net of rebate: year-end rebates and back margin are accrued on every invoice."
    )
    if same and base:
        note += f" Prices of {listed(same)} are those of the baseline."
    return Grid("Price per step", columns, tuple(body), note, key="ladder")


def _differs(one: dict[tuple[str, str], float], two: dict[tuple[str, str], float]) -> bool:
    return any(key not in two or abs(price - two[key]) > 0.004 for key, price in one.items())
