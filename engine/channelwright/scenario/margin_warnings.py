"""What may be meant and rarely is: somebody in a design sells for less than the goods cost it.

A price ladder that loses money at a step can be played, since a design is there to be tried; it
also decides every comparison. So it is said, and does not stop a study.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market


@dataclass(frozen=True)
class _Step:
    """One step of the price ladder: who sells to whom, for what, and what the goods cost it.

    Attributes
    ----------
    seller : str, with the modes that name the two prices
    mode : str, whose terms give the selling price
    column : str, of that price
    price, cost : (P,) float64, ticks per case after rebates, ex VAT
    remedy : str
    """

    seller: str
    mode: str
    column: str
    price: FloatArray
    cost: FloatArray
    remedy: str


def margin_warnings(market: Market, design: Design, file: str) -> Iterator[Problem]:
    """Yield the steps of a design's price ladder that sell below cost, after rebates.

    Parameters
    ----------
    market : Market
    design : Design
    file : str
        File of the design's terms, for the place of a warning.
    """
    with_vat = 1.0 + market.finance.vat_ppm / PPM
    for step in (*_sales_to_sites(market, design), *_sales_to_outlets(market, design)):
        loss = step.cost - step.price
        losing = np.flatnonzero(loss > 0)
        if not len(losing):
            continue
        worst = int(np.argmax(loss))
        price, cost = (
            f"{float(ticks[worst]) / TICKS_PER_UNIT * with_vat:.4g}"
            for ticks in (step.price, step.cost)
        )
        message = (
            f"{step.seller} for {price} a case what costs {cost}: {market.products.ids[worst]!r}"
        )
        if len(losing) > 1:
            message += f" and {len(losing) - 1} more product{'s' * (len(losing) > 2)}"
        remedy = f"{step.remedy}; leave it if the loss is meant"
        yield Problem(file, f"mode {step.mode}", step.column, message, remedy)


def _sales_to_sites(market: Market, design: Design) -> Iterator[_Step]:
    """Yield the steps from manufacturer and houses to independent sites."""
    terms, plan, names = design.terms, design.sites, market.modes.ids
    child = np.flatnonzero(plan.open & market.sites.independent & (plan.parent >= 0))
    parent = plan.parent[child]
    own = ~market.sites.independent[parent]
    for mode in np.unique(plan.mode[child[own]]).tolist():
        yield _Step(
            f"the manufacturer sells to owners of {names[mode]!r}",
            names[mode],
            "price_account",
            _after(terms.price_account[mode], terms.account_rebate[mode]),
            market.products.production_cost.astype(np.float64),
            "raise price_account or lower account_rebate",
        )
    pairs = zip(plan.mode[parent[~own]].tolist(), plan.mode[child[~own]].tolist(), strict=True)
    for buys, mode in sorted(set(pairs)):
        yield _Step(
            f"houses of {names[buys]!r} sell to sites of {names[mode]!r}",
            names[mode],
            "price_tier2",
            terms.price_tier2[mode].astype(np.float64),
            _after(terms.price_account[buys], terms.account_rebate[buys]),
            "raise price_tier2 or lower price_account",
        )


def _sales_to_outlets(market: Market, design: Design) -> Iterator[_Step]:
    """Yield the steps from sites to outlets, and from outlets to consumers."""
    terms, names = design.terms, market.modes.ids
    shelf = _shelf_value(market, design)
    sales = _sales(market, design)
    for site_mode, tier2, mode in sales:
        price = _after(terms.price_outlet[mode], terms.outlet_rebate[mode])
        if site_mode < 0:
            seller = "the manufacturer sells to outlets"
            cost = market.products.production_cost.astype(np.float64)
            remedy = "raise price_outlet or lower outlet_rebate"
        elif tier2:
            seller = f"tier-2 owners of {names[site_mode]!r} sell"
            cost = terms.price_tier2[site_mode].astype(np.float64)
            remedy = "raise price_outlet or lower price_tier2"
        else:
            seller = f"owners of {names[site_mode]!r} sell"
            cost = _after(terms.price_account[site_mode], terms.account_rebate[site_mode])
            remedy = "raise price_outlet or lower price_account"
        yield _Step(seller, names[mode], "price_outlet", price, cost, remedy)
    for mode in sorted({mode for _, _, mode in sales}):
        yield _Step(
            "outlets sell",
            names[mode],
            "price_outlet",
            shelf,
            _after(terms.price_outlet[mode], terms.outlet_rebate[mode]),
            "lower price_outlet or raise the consumer price",
        )


def _sales(market: Market, design: Design) -> list[tuple[int, bool, int]]:
    """Return who sells to outlets: mode of an independent owner or -1, tier 2, mode of the sale."""
    plan, independent = design.sites, market.sites.independent
    modes = np.broadcast_to(design.outlets.mode[:, None], design.outlets.options.shape)
    if design.selling is not None:
        modes = np.asarray(design.selling.option_mode)
    sold = (design.outlets.options >= 0) & (modes >= 0)
    site, mode = design.outlets.options[sold], modes[sold]
    owner = np.where(independent[site], plan.mode[site], -1)
    parent = plan.parent[site]
    tier2 = independent[site] & (parent >= 0) & independent[np.maximum(parent, 0)]
    found = np.unique(np.stack([owner, tier2.astype(np.int64), mode], axis=1), axis=0)
    return [(first, bool(second), third) for first, second, third in found.tolist()]


def _after(price: IntArray, rebate: IntArray) -> FloatArray:
    return np.asarray(price * (1.0 - float(rebate) / PPM))


def _shelf_value(market: Market, design: Design) -> FloatArray:
    """Return what consumers pay for a case at most: (P,) ticks, ex VAT."""
    products = market.products
    price = products.consumer_price.copy()
    if design.offers is not None and design.offers.prices is not None:
        named = design.offers.prices
        np.maximum.at(price, named.product, named.price)
    return np.asarray(price * products.units_per_case, dtype=np.float64)
