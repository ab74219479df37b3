"""Cash of owners and capacity of sites (docs/world/cash.md)."""

import math

from channelwright.model.limits import SiteLimits
from channelwright.tables.codes import Account
from tests.reference.credit import advances
from tests.reference.state import State


def limits_of(state: State) -> SiteLimits | None:
    """Return the limits of sites."""
    return state.market.limits


def cash_limited(state: State, site: int) -> bool:
    """Say whether the owner of a site buys only what it can pay."""
    limits = limits_of(state)
    return limits is not None and limits.cash[site]


def opening_cash(state: State) -> None:
    """Give every owner what it starts with."""
    limits = limits_of(state)
    for site in range(len(state.market.sites)):
        state.cash[site] = 0 if limits is None else limits.opening_cash[site]


def order_within_limits(
    state: State, site: int, day: int, wanted: dict[int, int], prices: dict[int, int]
) -> dict[int, int]:
    """Return the cases by product that a site orders of what its policy wants."""
    limits = limits_of(state)
    if limits is None:
        return wanted
    if limits.capacity[site]:
        came = sum(state.shipped_in[site, d] for d in range(day - 6, day))
        room = math.floor(state.market.sites.capacity_cases[site]) - came
        wanted = take_in_order(wanted, dict.fromkeys(wanted, 1), max(0, room))
    if limits.cash[site]:
        owed = sum(
            invoice.open
            for invoices in state.unpaid.values()
            for invoice in invoices
            if invoice.outlet < 0 and invoice.site == site
        )
        free = state.cash[site] + advances(state, site, day) + limits.credit_line[site] - owed
        wanted = take_in_order(wanted, prices, max(0, free))
    return wanted


def take_in_order(wanted: dict[int, int], prices: dict[int, int], free: int) -> dict[int, int]:
    """Take whole cases, product by product, as far as an amount goes."""
    taken = {}
    for product in sorted(wanted):
        cases = wanted[product]
        if prices[product] > 0:
            cases = min(cases, free // prices[product])
        taken[product] = cases
        free -= cases * prices[product]
    return taken


def draw(state: State) -> None:
    """Note what owners have drawn at the start of 24:00."""
    for site in state.open_sites:
        if cash_limited(state, site):
            state.drawn[site] += max(0, -state.cash[site])


def drawn_interest(state: State, site: int) -> int:
    """Return the interest on what was drawn since the last time, and begin anew."""
    limits = limits_of(state)
    assert limits is not None
    interest = (state.drawn[site] * limits.interest[site] + 182_500_000) // 365_000_000
    state.drawn[site] = 0
    return interest


def move_by_postings(state: State, day: int) -> None:
    """Move the cash of owners by what they pay and receive without an invoice."""
    if limits_of(state) is None:
        return
    owners = {state.owner(site): site for site in range(len(state.market.sites))}
    for account, payer, payee, amount in state.books.postings_of(day):
        if account in (Account.GOODS, Account.WRITE_OFF):
            continue
        if payer in owners:
            state.cash[owners[payer]] -= amount
        if payee in owners:
            state.cash[owners[payee]] += amount
