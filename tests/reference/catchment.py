"""Consumers choose where to buy, from docs/world/catchment.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.random import Purpose
from channelwright.model.catchment import Catchment
from channelwright.model.design import Design
from channelwright.model.market import LAW_POISSON, Market
from channelwright.tables.rival_outputs import RIVAL_SALES
from tests.reference.laws import count, shock

if TYPE_CHECKING:
    from tests.reference.state import State

Pair = tuple[int, int, float]


def pairs_of(catchment: Catchment, design: Design) -> tuple[list[Pair], list[Pair]]:
    """Return (consumer place, point of sale, weight) of covered outlets and of rivals."""
    own, rivals = catchment.outlets, catchment.rivals_reach
    to_outlets = zip(own.consumer, own.place, own.weight, strict=True)
    to_rivals = zip(rivals.consumer, rivals.place, rivals.weight, strict=True)
    return [pair for pair in to_outlets if design.outlets.mode[pair[1]] >= 0], list(to_rivals)


def purchases(market: Market, design: Design) -> tuple[dict[int, float], dict[int, float]]:
    """Return cases a week by outlet and by rival."""
    catchment = market.catchment
    own, rivals = pairs_of(catchment, design)
    places = range(len(catchment.consumers))
    pull_own, pull_rivals = ([0.0] * len(places) for _ in range(2))
    for place, _, weight in own:
        pull_own[place] += weight
    for place, _, weight in rivals:
        pull_rivals[place] += weight
    pull = [catchment.none + pull_own[place] + pull_rivals[place] for place in places]
    cases = [
        catchment.consumers.cases[place] / pull[place] if pull[place] > 0 else 0.0
        for place in places
    ]
    bought: tuple[dict[int, float], dict[int, float]] = ({}, {})
    for pairs, into in ((own, bought[0]), (rivals, bought[1])):
        for place, seller, weight in pairs:
            into[seller] = into.get(seller, 0.0) + weight * cases[place]
    return bought


def rates(market: Market, design: Design) -> list[list[float]]:
    """Return units a day by outlet and product, before prices."""
    stated: list[list[float]] = market.outlets.rate
    if market.catchment is None:
        return stated
    volume, _ = purchases(market, design)
    units = market.products.units_per_case
    result = []
    for outlet, row in enumerate(stated):
        week = 7 * sum(rate / unit for rate, unit in zip(row, units, strict=True))
        scale = volume.get(outlet, 0.0) / week if week > 0 else 0.0
        result.append([rate * scale for rate in row])
    return result


def rivals_sell(state: State, day: int) -> None:
    """18:00: every rival sells what consumers want of it."""
    market = state.market
    if market.catchment is None:
        return
    calendar = market.calendar
    u = state.uniform(Purpose.MARKET_SHOCK, day // calendar.shock_days, 0)
    level = shock(u, calendar.market_shock) * float(np.mean(calendar.factor[day]))
    for rival, cases in state.rival_cases.items():
        u = state.uniform(Purpose.RIVAL_DEMAND, day, rival)
        sold = count(u, cases / 7 * level, LAW_POISSON, 1.0)
        if sold:
            state.books.write(RIVAL_SALES, day=day, rival=rival, cases=sold)
