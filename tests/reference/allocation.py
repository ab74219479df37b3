"""19:00, continued: short stock is shared order by order."""

from channelwright.model.allocation import FILLS, Allocation
from tests.reference.laws import share
from tests.reference.records import Line, Order, PickOrder
from tests.reference.state import State


def place_of(rules: Allocation | None, outlet: int) -> int:
    """Return what an outlet adds to the priority of its orders."""
    return 0 if rules is None else rules.priority[outlet]


def share_stock(state: State, orders: list[Order], picks: list[PickOrder], day: int) -> None:
    """Give orders, in their order, what their sites have; then replace, then cut or keep."""
    for order, pick in zip(orders, picks, strict=True):
        give(state, order, pick, day)
    for order, pick in zip(orders, picks, strict=True):
        if order.handling_day == day:
            replace_short_lines(state, order, pick)
    for order in orders:
        cut_or_keep(state, order, day)


def cases_there(state: State, order: Order, product: int) -> int:
    """Return whole cases of a product at the site of an order."""
    return state.stock[order.site][product] // state.units_per_case[product]


def take(state: State, order: Order, pick: PickOrder, line: Line, cases: int) -> None:
    """Move cases from the site to a pick order."""
    if cases > 0:
        state.stock[order.site][line.product] -= cases * state.units_per_case[line.product]
        line.allocated += cases
        pick.cases[line.product] = pick.cases.get(line.product, 0) + cases


def give(state: State, order: Order, pick: PickOrder, day: int) -> None:
    """Give every line what there is, or nothing if the mode wants lines or orders whole."""
    rules = state.design.service.allocation
    fill = "partial" if rules is None else FILLS[rules.fill[order.mode]]
    whole = {
        line.product: line.missing <= cases_there(state, order, line.product)
        for line in order.lines
    }
    for line in order.lines:
        cases = min(line.missing, cases_there(state, order, line.product))
        if fill == "line" and not whole[line.product]:
            cases = 0
        if fill == "order" and not all(whole.values()):
            cases = 0
        take(state, order, pick, line, cases)
        if order.handling_day == day:
            line.first = cases


def replace_short_lines(state: State, order: Order, pick: PickOrder) -> None:
    """Let other products of the family stand in for a share of what is missing."""
    rules, families = state.design.service.allocation, state.market.products.families
    if rules is None:
        return
    wanted = {
        line.product: share(line.missing, rules.substitute[order.mode]) for line in order.lines
    }
    for product in sorted(wanted):
        short = next(line for line in order.lines if line.product == product)
        left = wanted[product]
        refused = [line.product for line in order.lines if line.refused]
        for other in state.products:
            if other not in (product, *refused) and families[other] == families[product]:
                cases = min(left, cases_there(state, order, other))
                if cases > 0:
                    left -= cases
                    short.lost += cases
                    line = line_of(order, other)
                    line.extra += cases
                    take(state, order, pick, line, cases)


def line_of(order: Order, product: int) -> Line:
    """Return the line of a product; a new one if the order has none."""
    for line in order.lines:
        if line.product == product:
            return line
    order.lines.append(Line(product, 0))
    return order.lines[-1]


def cut_or_keep(state: State, order: Order, day: int) -> None:
    """Cut what is missing if nobody waits for it, or has waited too long."""
    service = state.design.service
    waits = service.backorder[order.mode]
    if service.allocation is not None:
        longest = service.allocation.cancel_days[order.mode]
        waits = waits and (longest < 0 or day - order.handling_day < longest)
    for line in order.lines:
        cut = 0 if waits else line.missing
        line.lost += cut
        if line.outstanding == 0 and line.end_day is None:
            line.end_day = day
