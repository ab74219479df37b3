"""What contracts with chains mean for stores, invoices and the month (docs/world/chains.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.compiled import kernel
from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.contracts import Contracts
from channelwright.model.design import Design
from channelwright.model.market import CARRIERS, Market
from channelwright.rules.offers import base_rate

_TARIFF = CARRIERS.index("tariff")
_YEAR = 365
_DAYS = 7


def carried(market: Market, design: Design) -> BoolArray | None:
    """Return which products each outlet carries: (O, P); None = all carry all."""
    chain = market.outlets.chain
    if design.contracts is None or not (chain >= 0).any():
        return None
    listed = design.contracts.listed[np.maximum(chain, 0)]
    return np.asarray(listed | (chain < 0)[:, None])


def carried_rate(market: Market, design: Design) -> FloatArray:
    """Return the base rate of what outlets carry: (O, P) units a day."""
    rate, stocked = base_rate(market, design), carried(market, design)
    return rate if stocked is None else np.asarray(rate * stocked)


def payment_days(market: Market, design: Design, outlet: IntArray, mode: IntArray) -> IntArray:
    """Return the payment terms of invoices to outlets that buy in modes: (n,) days."""
    days = design.terms.outlet_days[mode]
    if design.contracts is None:
        return np.asarray(days)
    chain = market.outlets.chain[outlet]
    agreed = design.contracts.days[np.maximum(chain, 0)] if len(design.contracts) else days
    return np.where((chain >= 0) & (agreed >= 0), agreed, days)


def stores(market: Market, design: Design) -> IntArray:
    """Return the covered outlets of chains: (n,) rows."""
    return np.flatnonzero((design.outlets.mode >= 0) & (market.outlets.chain >= 0))


def tier_rebates(contracts: Contracts, value: IntArray, days: int, length: int) -> IntArray:
    """Return the rebate of the tier that each chain's purchases reach: (C,) ppm.

    Parameters
    ----------
    value : (C,) int64, ticks bought in the days of the month
    days, length : days of the month in the horizon, and of the calendar month
    """
    rebate = np.zeros(len(value), dtype=np.int64)
    for tier in range(contracts.tier_value.shape[1]):
        start = contracts.tier_value[:, tier]
        reached = (start >= 0) & (value * length >= start * days)
        rebate = np.where(reached, contracts.tier_rebate[:, tier], rebate)
    return rebate


def store_fees(market: Market, design: Design, days: int, length: int) -> tuple[IntArray, IntArray]:
    """Return the covered stores and their fees of a month: both (n,), ticks.

    Display by store, entry by store and listed product, leaflets by chain split evenly.
    """
    rows = stores(market, design)
    chain, contracts = market.outlets.chain[rows], design.contracts
    if contracts is None:
        return rows, np.zeros(len(rows), dtype=np.int64)
    display = (contracts.display_fee[chain] * days + length // 2) // length
    listed = contracts.listed.sum(axis=1)[chain]
    entry = (contracts.entry_fee[chain] * listed * days + _YEAR // 2) // _YEAR
    leaflet = (contracts.leaflet_fee * days + length // 2) // length
    count = np.bincount(chain, minlength=len(contracts))
    order = np.argsort(chain, kind="stable")
    start = np.cumsum(count) - count
    place = np.empty(len(rows), dtype=np.int64)
    place[order] = np.arange(len(rows)) - start[chain[order]]
    part = leaflet[chain] // count[chain] + (place < leaflet[chain] % count[chain])
    return rows, display + entry + part


def by_dc(market: Market, design: Design, outlet: IntArray, mode: IntArray) -> BoolArray:
    """Return which deliveries go over the DC of a chain: (n,)."""
    chain = market.outlets.chain[outlet]
    if design.contracts is None or not len(design.contracts):
        return np.zeros(len(outlet), dtype=bool)
    tariff = market.modes.carrier[mode] == _TARIFF
    return np.asarray(tariff & (chain >= 0) & (design.contracts.dc_days[chain] > 0))


@kernel
def shelf_day(day: int, weekday: int, windows: int, further: int) -> int:
    """Return when goods that a tariff carrier could bring on a day are on the shelf.

    Parameters
    ----------
    weekday : of day 0
    windows : days of the week on which the chain takes goods, as bits
    further : days from its DC to the shelf
    """
    for _ in range(_DAYS - 1):
        day += (windows >> ((day + weekday) % _DAYS)) & 1 == 0
    return day + further
