"""From whom an outlet may buy, at which price, and how it weighs the offers.

Optimiser and simulator call these same functions (docs/world/source-choice.md).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import (
    TICKS_PER_UNIT,
    BoolArray,
    IntArray,
    share,
    share_of,
)
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.source_choice import Rights, Selling
from channelwright.model.stock import Suppliers

#: Of landed price, haul, credit, smallest order, wait and stock on hand, and whether more than the
#: first two counts besides habit.
Weights: TypeAlias = tuple[float, float, float, float, float, float, bool]
#: Weights, that of habit; rebate, days of credit, smallest order and promised days by mode, (M,).
Tastes: TypeAlias = tuple[Weights, float, IntArray, IntArray, IntArray, IntArray]


def is_on(market: Market, design: Design) -> bool:
    """Return whether outlets choose by the whole offer and rights matter."""
    return market.source_choice is not None or design.selling is not None


def is_free(design: Design) -> bool:
    """Return whether an outlet or a site may buy from another source than its assigned one."""
    plan = design.outlets
    outlets = (plan.options[:, 1:] >= 0) & (plan.mode >= 0)[:, None]
    stock = None if design.stock is None else design.stock.suppliers
    sites = stock is not None and (stock.source != design.sites.parent[stock.site]).any()
    return bool(outlets.any() or sites)


def assigned_only(design: Design) -> Design:
    """Return the design in which outlets and sites buy from their assigned source alone.

    Prices, rights and everything else stay: what the assigned source may not sell is not bought.
    """
    plan, selling, stock = design.outlets, design.selling, design.stock
    if selling is not None:
        selling = replace(selling, option_mode=selling.option_mode[:, :1].copy())
    if stock is not None and stock.suppliers is not None:
        given = stock.suppliers
        kept = given.source == design.sites.parent[given.site]
        stock = replace(
            stock, suppliers=Suppliers(given.site[kept], given.source[kept], given.index[kept])
        )
    outlets = replace(plan, options=plan.options[:, :1].copy())
    return replace(design, outlets=outlets, selling=selling, stock=stock)


def option_modes(design: Design) -> IntArray:
    """Return the mode in which each outlet buys from each option: (O, N), 0 where none."""
    plan = design.outlets
    if design.selling is not None:
        return np.maximum(design.selling.option_mode, 0)
    return np.broadcast_to(np.maximum(plan.mode, 0)[:, None], plan.options.shape)


def offer_prices(design: Design) -> IntArray:
    """Return what every option asks of every outlet: (O, N, P) ticks per case, 0 where none."""
    options = design.outlets.options
    price = design.terms.price_outlet[option_modes(design)]
    if design.selling is not None:
        asking = design.selling.asking[np.maximum(options, 0)]
        price = share(price, asking[:, :, None])
    there = (options >= 0) & (design.outlets.mode >= 0)[:, None]
    return np.where(there[:, :, None], price, 0)


def may_sell(market: Market, design: Design) -> BoolArray | None:
    """Return which option may sell which product to which outlet: (O, N, P); None = all may."""
    return draft_rights(market, design.selling, design.outlets.options, option_modes(design))


def draft_rights(
    market: Market, selling: Selling | None, options: IntArray, modes: IntArray
) -> BoolArray | None:
    """Return the same for given options and modes of the sale: (O, N, P); None = all may.

    Parameters
    ----------
    options, modes : (O, N) int64, sites and the mode in which each sells
    """
    if selling is None or not len(selling.rights):
        return None
    rights = selling.rights
    shape = (*options.shape, len(market.products))
    forbidden, reserved, holds = (np.zeros(shape, dtype=bool) for _ in range(3))
    for row in range(len(rights)):
        sales = _meant(market, rights, row)[:, None]
        if rights.mode[row] >= 0:
            sales = sales & (modes == rights.mode[row])
        meant = sales[:, :, None] & rights.product[row]
        site = int(rights.site[row])
        named = (meant & (options == site)[:, :, None]) if site >= 0 else meant
        if rights.exclusive[row]:
            reserved |= meant
            holds |= named
        else:
            forbidden |= named
    return np.asarray(~forbidden & (~reserved | holds))


def _meant(market: Market, rights: Rights, row: int) -> BoolArray:
    """Return the outlets that a row of rights is about: (O,)."""
    area, segment = int(rights.area[row]), int(rights.segment[row])
    outlets = market.outlets
    return np.asarray(
        ((area < 0) | (outlets.area == area)) & ((segment < 0) | (outlets.segment == segment))
    )


def tastes(market: Market, design: Design) -> Tastes:
    """Return what outlets weigh, for `utility_of`."""
    behaviour, service, weights = market.behaviour, design.service, market.source_choice
    given = (0.0, 0.0, 0.0, 0.0)
    if weights is not None:
        given = (weights.credit, weights.minimum, weights.wait, weights.stock)
    return (
        (float(behaviour.price_weight), float(behaviour.haul_cost), *given, weights is not None),
        float(behaviour.habit),
        design.terms.outlet_rebate.copy(),
        design.terms.outlet_days.copy(),
        service.minimum_cases.copy(),
        service.promise_days.copy(),
    )


@kernel
def utility_of(
    metres: int, goods: tuple[int, int, int], terms: tuple[int, int, int, int], weights: Weights
) -> float:
    """Return the utility of an offer without habit.

    Parameters
    ----------
    metres : to the source
    goods : cases offered, their price in ticks, and cases of them that the source has now
    terms : rebate in ppm, days of credit, cases of the smallest order, promised days
    """
    cases, value, held = goods
    rebate, days, smallest, promise = terms
    price_weight, haul_cost, credit, minimum, wait, stock, whole = weights
    landed = (value - share_of(value, rebate)) / cases
    haul = haul_cost * metres / 1000
    utility = -price_weight * ((landed + haul) / TICKS_PER_UNIT)
    if whole:
        utility += credit * days
        utility -= minimum * smallest
        utility -= wait * promise
        utility += stock * (held / cases)
    return utility
