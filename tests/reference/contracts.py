"""Contracts with chains (docs/world/chains.md)."""

from channelwright.tables.codes import Account
from tests.reference.laws import share, split_evenly
from tests.reference.records import Order, PickOrder
from tests.reference.state import State


def chain_of(state: State, outlet: int) -> int:
    """Return the chain with a contract that owns an outlet, -1 if there is none."""
    return -1 if state.design.contracts is None else state.market.outlets.chain[outlet]


def carries(state: State, outlet: int, product: int) -> bool:
    """Say whether a store carries a product."""
    chain = chain_of(state, outlet)
    return chain < 0 or state.design.contracts.listed[chain][product]


def payment_days(state: State, outlet: int, mode: int) -> int:
    """Return the terms of an invoice."""
    chain = chain_of(state, outlet)
    agreed = -1 if chain < 0 else state.design.contracts.days[chain]
    return agreed if agreed >= 0 else state.design.terms.outlet_days[mode]


# ---------------------------------------------------------------- the way to the store
def shelf_day(state: State, outlet: int, day: int) -> int:
    """Return the day on which goods that a tariff carrier could bring on a day are there."""
    chain = chain_of(state, outlet)
    if chain < 0:
        return day
    accepted = state.design.contracts.window_days[chain]
    while not accepted >> ((day + state.market.calendar.start.weekday()) % 7) & 1:
        day += 1
    return day + state.design.contracts.dc_days[chain]


def goes_over_dc(state: State, order: Order) -> bool:
    """Say whether a chain takes the goods of an order at its DC."""
    chain = chain_of(state, order.outlet)
    by_tariff = state.carrier(order.mode) == "tariff"
    return by_tariff and chain >= 0 and state.design.contracts.dc_days[chain] > 0


def drop_parts(state: State, picks: list[PickOrder]) -> list[int]:
    """Return what each tariff delivery of a day pays for its drop."""
    drops: dict[tuple[int, ...], list[PickOrder]] = {}
    for number, pick in enumerate(picks):
        order = pick.order
        key = (order.site, chain_of(state, order.outlet), order.mode)
        alone = (-1, number) if not goes_over_dc(state, order) else key
        drops.setdefault(alone, []).append(pick)
    cost = {}
    for together in drops.values():
        together.sort(key=lambda pick: (pick.order.outlet, pick.order.day, pick.evening))
        price = state.design.service.tariff_drop[together[0].order.mode]
        for pick, part in zip(together, split_evenly(price, len(together)), strict=True):
            cost[id(pick)] = part
    return [cost[id(pick)] for pick in picks]


# ---------------------------------------------------------------- penalties
def charge_penalties(state: State, day: int) -> None:
    """24:00: judge the orders of chains whose promise ends today."""
    if state.design.contracts is None:
        return
    for order in state.placed:
        if day == order.day + state.design.service.promise_days[order.mode]:
            judge(state, order, day)


def judge(state: State, order: Order, day: int) -> None:
    """Charge an order for its lines that are late or short."""
    chain = chain_of(state, order.outlet)
    if chain < 0 or all(line.refused for line in order.lines):
        return
    failed = sum(
        line.ordered * state.asked_price(order.site, order.mode, line.product)
        for line in order.lines
        if line.delivered < line.ordered
    )
    amount = share(failed, state.design.contracts.penalty[chain])
    pay(state, day, Account.PENALTY, order.site, order.outlet, order.mode, amount)


def pay(
    state: State, day: int, account: Account, site: int, outlet: int, mode: int, amount: int
) -> None:
    """Book money from the owner of a site to the chain of a store."""
    place = {"mode": mode, "site": site, "outlet": outlet}
    state.books.post(day, account, state.owner(site), state.payer(outlet), amount, **place)


# ---------------------------------------------------------------- the month
def settle_contracts(state: State, day: int, days: int, length: int) -> None:
    """Pay rebates by volume, allowances and fees."""
    if state.design.contracts is None:
        return
    for chain in range(len(state.market.chain_ids)):
        bought = {
            place: value
            for place, value in state.month_invoices.items()
            if chain_of(state, place[1]) == chain
        }
        rebate = tier_rebate(state, chain, sum(bought.values()), days, length)
        allowance = state.design.contracts.allowance[chain]
        for (site, outlet), value in bought.items():
            mode = state.sale_mode(outlet, state.column_of(outlet, site))
            pay(state, day, Account.REBATE, site, outlet, mode, share(value, rebate))
            pay(state, day, Account.LOGISTICS, site, outlet, mode, share(value, allowance))
        pay_fees(state, chain, day, days, length)


def tier_rebate(state: State, chain: int, value: int, days: int, length: int) -> int:
    """Return the share that the month's purchases earn, in parts per million."""
    contracts = state.design.contracts
    rebate = 0
    for start, share_ppm in zip(
        contracts.tier_value[chain], contracts.tier_rebate[chain], strict=True
    ):
        if start >= 0 and value * length >= start * days:
            rebate = share_ppm
    return rebate


def pay_fees(state: State, chain: int, day: int, days: int, length: int) -> None:
    """Pay for display, listing and leaflets."""
    contracts = state.design.contracts
    stores = [outlet for outlet in state.covered if chain_of(state, outlet) == chain]
    if not stores:
        return
    display = (contracts.display_fee[chain] * days + length // 2) // length
    listed = sum(contracts.listed[chain])
    entry = (contracts.entry_fee[chain] * listed * days + 182) // 365
    leaflet = (contracts.leaflet_fee[chain] * days + length // 2) // length
    for outlet, part in zip(stores, split_evenly(leaflet, len(stores)), strict=True):
        fee, site = display + entry + part, state.site_of(outlet)
        pay(state, day, Account.TRADE_FEE, site, outlet, state.mode_of(outlet), fee)
