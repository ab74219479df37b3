"""Goods that stay the seller's until they are sold, from docs/world/consignment.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.model.design import Design
from channelwright.model.market import Market

if TYPE_CHECKING:
    from tests.reference.state import State

WHEN_SOLD = 2 * 10**9


def settle_days(market: Market, design: Design, outlet: int) -> int:
    """Return the days between settlements of an outlet, 0 if it is not on consignment."""
    goods = design.goods
    if goods is None or goods.consignment is None:
        return 0
    if any(site >= 0 for site in design.outlets.options[outlet][1:]):
        return 0
    chain = market.outlets.chain[outlet]
    if chain >= 0:
        agreed = goods.consignment.settle_days[len(market.modes) + chain]
        if agreed >= 0:
            return agreed
    return goods.consignment.settle_days[design.outlets.mode[outlet]]


def on_consignment(state: State, outlet: int) -> bool:
    """Say whether the goods of an outlet are the seller's."""
    return state.settle_days[outlet] > 0


def consigned_units(state: State, site: int, product: int) -> int:
    """Return what a site has on consignment: on shelves, or sold and not settled."""
    return sum(
        state.shelf[outlet][product] + state.unsettled[outlet, product]
        for outlet in state.served_by(site)
        if on_consignment(state, outlet)
    )
