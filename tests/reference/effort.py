"""00:00 on the first day of a month: people choose their effort."""

from channelwright.tables.outputs import EFFORT
from tests.reference.state import State


def start_month(state: State, day: int) -> None:
    """Move the effort of every mode that has people; one row each."""
    month = state.market.calendar.month
    if day > 0 and month[day] == month[day - 1]:
        return
    modes = state.market.modes
    for mode in range(len(modes)):
        people = state.people(mode)
        if not people:
            continue
        best = best_response(state, mode, sales_per_person(state, mode, len(people), day))
        wanted = modes.effort[mode][best]
        if day == 0:
            state.effort[mode] = wanted
        else:
            step = state.market.behaviour.effort_speed
            state.effort[mode] += step * (wanted - state.effort[mode])
        state.books.write(EFFORT, month=month[day], mode=mode, best=best, actual=state.effort[mode])


def sales_per_person(state: State, mode: int, people: int, day: int) -> float:
    """Return S: ticks per person and month that the mode's people expect at effort 1."""
    market, reps = state.market, state.design.reps
    days = [
        d for d in range(state.horizon) if market.calendar.month[d] == market.calendar.month[day]
    ]
    multiplier = state.opening_multiplier
    total = 0.0
    for product in state.products:
        factor = sum(market.calendar.factor[d][product] for d in days) / len(days)
        for outlet in state.covered:
            rep = state.design.outlets.rep[outlet]
            if rep >= 0 and reps.mode[rep] == mode:
                units = state.base_rate(outlet, product) * factor * multiplier
                cases = units / state.units_per_case[product]
                total += cases * state.price_outlet(mode, product)
    return total * 30 / people


def best_response(state: State, mode: int, sales: float) -> int:
    """Return the first effort level whose payoff is the best to half a tick."""
    terms, modes = state.design.terms, state.market.modes
    payoffs = []
    for level, effort in enumerate(modes.effort[mode]):
        own_sales = sales * (1 + state.market.behaviour.response * (effort - 1))
        pay = (terms.commission[mode] + terms.margin_share[mode]) / 1e6 * own_sales
        if terms.quota[mode] > 0 and own_sales >= terms.quota[mode]:
            pay += terms.bonus[mode]
        payoffs.append(pay - modes.effort_cost[mode][level])
    return next(level for level, pay in enumerate(payoffs) if pay >= max(payoffs) - 0.5)
