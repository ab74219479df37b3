"""Deposits: charged on delivery, credited for empties, left behind by some consumers."""

from channelwright.tables.codes import Account
from tests.reference.state import State
from tests.reference.world import OUTSIDE


def settle_deposits(state: State, day: int) -> None:
    """Charge the deposits of today's deliveries and credit the empties that go back."""
    rules = state.market.empties
    if rules is None:
        return
    for (outlet, site), cases in sorted(state.crates_today.items()):
        mode = state.sale_mode(outlet, state.column_of(outlet, site))
        place = {"mode": mode, "site": site, "outlet": outlet}
        owner, payer = state.owner(site), state.payer(outlet)
        charged = sum(n * rules.deposit[product] for product, n in cases.items())
        state.books.post(day, Account.DEPOSIT, payer, owner, charged, **place)
        credit = 0
        for product in state.products:
            unit = state.units_per_case[product]
            waiting = brought(state, outlet, product) - state.empties_taken[outlet, product]
            state.empties_taken[outlet, product] += waiting // unit * unit
            credit += waiting // unit * rules.deposit[product]
        state.books.post(day, Account.DEPOSIT, owner, payer, credit, **place)
    state.crates_today.clear()


def brought(state: State, outlet: int, product: int) -> int:
    """Return the empties that consumers have brought so far."""
    rules = state.market.empties
    assert rules is not None
    return sum(state.sold[outlet][product]) * rules.returned[product] // 1_000_000


def left_by_consumers(state: State, outlet: int, product: int, day: int) -> None:
    """Book the deposit of units whose empties do not come back."""
    rules = state.market.empties
    if rules is None:
        return
    kept = sum(state.sold[outlet][product]) - brought(state, outlet, product)
    total = kept * rules.deposit[product] // state.units_per_case[product]
    new = total - state.deposits_left[outlet, product]
    state.deposits_left[outlet, product] = total
    place = {"mode": state.mode_of(outlet), "site": state.site_of(outlet), "outlet": outlet}
    state.books.post(day, Account.DEPOSIT, OUTSIDE, state.payer(outlet), new, **place)
