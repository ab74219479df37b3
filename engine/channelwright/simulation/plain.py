"""What never changes, as kernels and phases read it fastest: columns that may be written, flags.

Columns of a market or a design are read-only, which a kernel would be compiled for separately.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules import contracts, sourcing
from channelwright.rules.consignment import settle_days

PLANT = SITE_KINDS.index("plant")


class Plain(NamedTuple):
    """Columns and flags of one market and design.

    Attributes
    ----------
    unit : (P,) int64, units per case
    rep : (O,) int64, person of each outlet, -1 = none
    promise_days : (M,) int64
    pay_days : (O, N) int64, days until invoices of an option are due
    plant : (S,) bool
    delays : bool, some outlets pay after the due date
    consigns : bool, some outlets are on consignment
    by_dc : bool, some goods go over the DC of a chain
    """

    unit: IntArray
    rep: IntArray
    promise_days: IntArray
    pay_days: IntArray
    plant: BoolArray
    delays: bool
    consigns: bool
    by_dc: bool


def plain(market: Market, design: Design) -> Plain:
    """Read a market and a design once."""
    agreed = design.contracts
    return Plain(
        unit=market.products.units_per_case.copy(),
        rep=design.outlets.rep.copy(),
        promise_days=design.service.promise_days.copy(),
        pay_days=_pay_days(market, design),
        plant=market.sites.kind == PLANT,
        delays=bool((design.terms.payment_delay > 0).any()),
        consigns=bool((settle_days(market, design) > 0).any()),
        by_dc=agreed is not None and bool((agreed.dc_days > 0).any()),
    )


def _pay_days(market: Market, design: Design) -> IntArray:
    mode = sourcing.option_modes(design)
    outlet = np.repeat(np.arange(len(mode)), mode.shape[1])
    days = contracts.payment_days(market, design, outlet, mode.ravel())
    return np.ascontiguousarray(days).reshape(mode.shape)
