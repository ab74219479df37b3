"""What calls are worth: the network's contribution of outlets at each call frequency."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import PPM, FloatArray, IntArray
from channelwright.rules.carrying import drop_costs, supply_costs
from channelwright.rules.flows import WEEKS, efforts, expected_flows
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.calibration import Calibration
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.rules.flows import Flows


def network_value(
    market: Market,
    design: Design,
    groups: Sequence[IntArray],
    frequencies: FloatArray,
    calibration: Calibration | None = None,
) -> FloatArray:
    """Return the contribution of groups of outlets at each call frequency, before wages.

    The response to calls is the long-run execution that the simulated world has, by the same
    rules; effort is the best response to the design's terms. Prices between members of the network
    cancel: what counts is the outlet's net price less what leaves the network, commission
    included since it is pay.

    Parameters
    ----------
    market : Market
    design : Design
    groups : outlets of each group
    frequencies : (L,) calls per week
    calibration : Calibration, optional

    Returns
    -------
    (n_groups, L) float64, ticks per week
    """
    effort = efforts(market, design)
    rows = np.concatenate(groups)
    starts = np.cumsum([0, *[len(group) for group in groups[:-1]]])
    columns = []
    for frequency in frequencies.tolist():
        variant = called_at(design, rows, frequency)
        flows = expected_flows(market, variant, effort, calibration=calibration)
        value = outlet_value(market, variant, flows, rows, calibration)
        columns.append(np.add.reduceat(value, starts))
    return np.stack(columns, axis=1)


def called_at(design: Design, rows: IntArray, frequency: float) -> Design:
    """Return the design with some outlets called on at a frequency, as far as rates go.

    Which days and which person do not matter to expected flows, so the days are simply the first
    ones of the cycle.
    """
    days = np.array(design.outlets.order_days)
    days[rows] = (1 << round(frequency * WEEKS)) - 1
    rep = np.array(design.outlets.rep)
    rep[rows] = np.maximum(rep[rows], 0)
    return replace(design, outlets=replace(design.outlets, order_days=days, rep=rep))


def outlet_value(
    market: Market,
    design: Design,
    flows: Flows,
    rows: IntArray,
    calibration: Calibration | None = None,
) -> FloatArray:
    """Return the network's contribution of outlets: (n,) ticks per week."""
    mode, site = design.outlets.mode[rows], design.outlets.site[rows]
    terms, cases = design.terms, flows.cases[rows]
    price = (cases * terms.price_outlet[mode]).sum(axis=1)
    leaving = terms.outlet_rebate[mode] + terms.platform_fee[mode] + terms.commission[mode]
    made = (cases * market.products.production_cost).sum(axis=1)
    moved = (supply_costs(market, design)[site] + market.sites.handling_cost[site]).astype(
        np.float64
    )
    carried = _delivery(market, design, flows, rows)
    if calibration is not None:
        price, made, carried, moved = (
            amount * calibration.of_account(int(account))[mode]
            for amount, account in (
                (price, Account.GOODS),
                (made, Account.PRODUCTION),
                (carried, Account.DELIVERY),
                (moved, Account.FREIGHT),
            )
        )
    return np.asarray(price * (1 - leaving / PPM) - made - cases.sum(axis=1) * moved - carried)


def _delivery(market: Market, design: Design, flows: Flows, rows: IntArray) -> FloatArray:
    """Return delivery cost of outlets, all outlets of their sites sharing the tours: (n,)."""
    cost = np.zeros(len(design.outlets))
    for site in np.unique(design.outlets.site[rows]).tolist():
        mine = np.flatnonzero((design.outlets.site == site) & (design.outlets.mode >= 0))
        each = drop_costs(market, design, flows, mine, np.array([site]))[:, 0]
        orders = flows.orders[mine]
        cost[mine] = np.where(orders > 0, each, 0.0) * orders
    return cost[rows]
