"""Collecting at calls drawn into a random market, on or off."""

from dataclasses import replace

import numpy as np

from channelwright.model.collecting import CollectingResponse, CollectingRules
from channelwright.model.credit import CreditPolicy
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import Market
from channelwright.model.payments import punctual
from tests.support.dice import Dice


def _with_goods_on_credit(market: Market, design: Design) -> Design:
    """Return the design in which bills are written: calls on every day, vehicles, no prepayment."""
    visited = design.outlets.rep >= 0
    days = np.where(visited, (1 << CYCLE_DAYS) - 1, design.outlets.order_days)
    service, policy = design.service, design.credit
    if policy is not None and policy.rules is not None:
        later = np.full_like(policy.rules.prepay_days, -1)
        policy = replace(policy, rules=replace(policy.rules, prepay_days=later))
    always = np.where(market.modes.solicitor > 0, -1.0, service.reorder_days)
    return replace(
        design,
        outlets=replace(design.outlets, order_days=days),
        sites=replace(design.sites, vehicles=np.maximum(design.sites.vehicles, 1)),
        service=replace(service, reorder_days=always),
        credit=policy,
    )


def with_collecting(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with collecting switched on in some of the markets."""
    if not dice.some(0.4):
        return market, design
    modes, segments = len(market.modes), len(market.segments)
    before = dice.flags(0.5, modes)
    rules = CollectingRules(
        asks=dice.flags(0.95, modes),
        seconds=dice.choices((0, 300, 1_200), modes),
        overdue_days=dice.choices((0, 0, 2), modes),
        minimum=dice.choices((0, 0, 3_000_000), modes),
        after=~before,
        refuse=before & dice.flags(0.6, modes),
    )
    pays = dice.choices((0.0, 0.3, 0.6), segments)
    response = CollectingResponse(
        pays=pays,
        pay_share=dice.choices((250_000, 333_333, 1_000_000), segments),
        promises=np.minimum(1 - pays, dice.choices((0.0, 0.4), segments)),
        kept=dice.choices((0.0, 0.5, 1.0), segments),
        promise_days=dice.wholes(1, 9, segments),
    )
    terms = replace(
        design.terms,
        outlet_days=dice.choices((0, 1, 4), modes),
        payment_delay=dice.choices((6.0, 6.0, 20.0), modes),
        credit_days=np.where(dice.flags(0.7, modes), 0, design.terms.credit_days),
    )
    design = replace(design, terms=terms)
    if dice.some(0.7):  # else a chain pays for many outlets, and nobody asks these
        stays = dice.flags(0.0 if design.contracts is None else 0.4, len(market.outlets))
        chain = np.where(stays, market.outlets.chain, -1)
        market = replace(market, outlets=replace(market.outlets, chain=chain))
    prompt = market.payments
    if dice.some(0.8):
        design = _with_goods_on_credit(market, design)
        if prompt is not None:
            slow = replace(prompt, delay_factor=np.maximum(prompt.delay_factor, 1.0))
            market = replace(market, payments=slow)
    policy = replace(design.credit or CreditPolicy(), collecting=rules)
    design = replace(design, credit=policy)
    if dice.some(0.9):
        paying = replace(market.payments or punctual(segments), collecting=response)
        market = replace(market, payments=paying)
    return market, design
