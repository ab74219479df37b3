"""What single accounts may owe, and how their orders are checked (docs/world/credit.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, IntArray
from channelwright.model.credit import AS_MODE, AccountCredit
from channelwright.model.design import Design
from channelwright.model.market import Market


def accounts_of(design: Design) -> AccountCredit | None:
    """Return what a design says about single accounts; None = nothing."""
    return None if design.credit is None else design.credit.accounts


def account_rows(market: Market) -> IntArray:
    """Return the account that pays for each outlet: its row, or behind all outlets its chain's."""
    chain, count = market.outlets.chain, len(market.outlets)
    return np.where(chain >= 0, count + chain, np.arange(count))


def given_limits(market: Market, design: Design) -> IntArray:
    """Return the part of its account's given limit of each outlet, AS_MODE without: (O,) ticks.

    The limit is split evenly over the covered outlets of the account; what does not divide
    goes to the first ones, a tick each.
    """
    result = np.full(len(market.outlets), AS_MODE, dtype=np.int64)
    accounts = accounts_of(design)
    if accounts is None:
        return result
    rows = np.flatnonzero(design.outlets.mode >= 0)
    account = account_rows(market)[rows]
    number = np.bincount(account, minlength=len(accounts))
    order = np.argsort(account, kind="stable")
    first = np.cumsum(number) - number
    place = np.empty_like(rows)
    place[order] = np.arange(len(rows)) - first[account[order]]
    limit, many = accounts.limit[account], number[account]
    part = limit // many + (place < limit % many)
    result[rows] = np.where(limit >= 0, part, AS_MODE)
    return result


def of_account(given: IntArray, account: IntArray, otherwise: IntArray) -> IntArray:
    """Return what is given for the accounts (n,) of orders, else what their modes say (n,)."""
    mine = given[account]
    return np.where(mine == AS_MODE, otherwise, mine)


def has_limit(accounts: AccountCredit | None, account: IntArray) -> BoolArray:
    """Return which of some accounts (n,) have a limit of their own."""
    if accounts is None:
        return np.zeros(len(account), dtype=np.bool_)
    return np.asarray(accounts.limit[account] >= 0)
