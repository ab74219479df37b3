"""Vehicles that leave more than once a day, and outlets where nobody opens, at random."""

from dataclasses import replace

import numpy as np

from channelwright.model.delivery import Delivery
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import Market
from tests.support.dice import Dice


def with_delivery(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with further tours and failed stops, or as it is."""
    if dice.some(0.3):
        return market, design
    vehicles, modes = len(market.vehicles), len(market.modes)
    load = np.where(dice.flags(0.15, vehicles), -1, dice.choices((0, 900, 3_600), vehicles))
    day = market.vehicles.shift_seconds + dice.choices((0, 7_200, 40_000), vehicles)
    chance = dice.one_of((0.0, 0.3, 0.7))
    failure = dice.reals(0.2, 1.0, len(market.segments)) * chance
    rules = Delivery(load_seconds=load, day_seconds=day, failure=failure)
    attempts = dice.wholes(1, 3, modes) if dice.some(0.9) else None
    service = replace(design.service, attempts=attempts)
    design = replace(design, service=service)
    if dice.some(0.6):
        # One small vehicle to each site, so that it has to come back for more.
        few = np.minimum(design.sites.vehicles, 1)
        design = replace(design, sites=replace(design.sites, vehicles=few))
        drops = np.minimum(market.vehicles.drops, dice.wholes(1, 2, vehicles))
        market = replace(market, vehicles=replace(market.vehicles, drops=drops))
    return replace(market, delivery=rules), design


def with_hours(market: Market, dice: Dice) -> Market:
    """Return the market with hours in which segments take goods, or as it is."""
    if dice.some(0.5):
        return market
    segments, vehicles = len(market.segments), len(market.vehicles)
    once = np.full(vehicles, -1, dtype=np.int64)
    plain = Delivery(once, market.vehicles.shift_seconds, np.zeros(segments))
    opens = dice.choices((0, 21_600, 23_400, 36_000), segments)
    closes = opens + dice.choices((1_500, 6_000, 20_000, 60_000), segments)
    rules = replace(market.delivery or plain, receive_open=opens, receive_close=closes)
    return replace(market, delivery=rules)


def with_routes(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with vehicles that are routed every day, or as it is."""
    if dice.some(0.5):
        return market, design
    fleet, vehicles = market.vehicles, len(market.vehicles)
    once = np.full(vehicles, -1, dtype=np.int64)
    plain = Delivery(once, fleet.shift_seconds, np.zeros(len(market.segments)))
    rules = replace(market.delivery or plain, daily_route=dice.flags(0.9, vehicles))
    if dice.some(0.8):
        # Tours of many stops, so that their order matters: one large and quick vehicle to a site.
        quick = np.minimum(fleet.drop_seconds, 300)
        shift = np.maximum(fleet.shift_seconds, 50_000)
        room, most = fleet.cases * 20, fleet.drops + 12
        fleet = replace(fleet, cases=room, drops=most, shift_seconds=shift, drop_seconds=quick)
        day = np.maximum(rules.day_seconds, shift)
        rules = replace(rules, day_seconds=day)
        few = np.minimum(design.sites.vehicles, 1)
        plan = design.outlets
        often = np.where(plan.order_days > 0, (1 << CYCLE_DAYS) - 1, 0)
        plan = replace(plan, order_days=often)
        design = replace(design, outlets=plan, sites=replace(design.sites, vehicles=few))
    return replace(market, vehicles=fleet, delivery=rules), design
