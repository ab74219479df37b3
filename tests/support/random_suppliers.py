"""Sites that choose where they buy, drawn into a random market, on or off."""

from dataclasses import replace

import numpy as np

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stock import StockPlan, Suppliers
from tests.support.dice import Dice


def with_suppliers(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with market wholesalers in some of the markets."""
    if not dice.some(0.4):
        return market, design
    plan, depth = design.sites, _depths(design)
    rows: list[tuple[int, int, int]] = []
    for site in np.flatnonzero(plan.open & (plan.parent >= 0) & market.sites.independent).tolist():
        # Ranks fall along every source, so that no way leads in a circle.
        above = [
            other
            for other in np.flatnonzero(plan.open).tolist()
            if (depth[other], other) < (depth[site], site) and other != plan.parent[site]
        ]
        others = [other for other in above if dice.some(0.7)]
        if others:
            index = dice.choices((900_000, 1_000_000, 1_000_000, 1_033_333), len(others) + 1)
            sources = [int(plan.parent[site]), *others]
            rows += [(site, j, int(i)) for j, i in zip(sources, index, strict=True)]
    if not rows:
        return market, design
    site, source, index = np.array(rows, dtype=np.int64).T
    stock = replace(design.stock or StockPlan(), suppliers=Suppliers(site, source, index))
    return market, replace(design, stock=stock)


def _depths(design: Design) -> list[int]:
    parent = design.sites.parent

    def depth(site: int) -> int:
        return 0 if parent[site] < 0 else 1 + depth(int(parent[site]))

    return [depth(site) for site in range(len(parent))]
