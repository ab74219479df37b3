"""What contracts with chains are expected to cost a day (docs/world/chains.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import PPM, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.contracts import stores
from channelwright.tables.codes import Account

_MONTH, _YEAR = 365 / 12, 365


def contract_costs(
    market: Market, design: Design, value: FloatArray, months: float
) -> dict[Account, FloatArray]:
    """Return what the sellers of the stores of chains pay a day, by account: (O,) ticks each.

    Parameters
    ----------
    value : (O,) float64, ticks that outlets are invoiced a day
    months : calendar months per measured day
    """
    agreed = design.contracts
    if agreed is None or not len(agreed):
        return {}
    rows = stores(market, design)
    chain = market.outlets.chain[rows]
    bought = np.bincount(chain, weights=value[rows], minlength=len(agreed)).astype(np.float64)
    rebate = _tier(agreed.tier_value, agreed.tier_rebate, bought * _MONTH)
    count = np.maximum(np.bincount(chain, minlength=len(agreed)), 1)
    listed = agreed.listed.sum(axis=1)
    monthly = agreed.display_fee + agreed.leaflet_fee / count
    fee = monthly * months + agreed.entry_fee * listed / _YEAR
    parts = {
        Account.REBATE: value[rows] * rebate[chain] / PPM,
        Account.LOGISTICS: value[rows] * agreed.allowance[chain] / PPM,
        Account.TRADE_FEE: fee[chain],
    }
    return {account: _spread(len(value), rows, part) for account, part in parts.items()}


def _tier(start: IntArray, rebate: IntArray, monthly: FloatArray) -> FloatArray:
    result = np.zeros(len(monthly))
    for tier in range(start.shape[1]):
        reached = (start[:, tier] >= 0) & (monthly >= start[:, tier])
        result = np.where(reached, rebate[:, tier], result)
    return result


def _spread(outlets: int, rows: IntArray, part: FloatArray) -> FloatArray:
    column = np.zeros(outlets)
    column[rows] = part
    return column
