"""Credit rules, payment behaviour and reminders drawn into a random market, on or off."""

from dataclasses import replace

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.approval import ApprovalDesk
from channelwright.model.credit import (
    AS_MODE,
    CREDIT_ACTIONS,
    AccountCredit,
    CreditPolicy,
    CreditRules,
    Dunning,
    plain_rules,
)
from channelwright.model.design import Design
from channelwright.model.limits import SiteLimits
from channelwright.model.market import Market
from channelwright.model.payments import PaymentBehaviour
from tests.support.dice import Dice

AMPLE = 10**12  # ticks: only bills that are late stop an order


def with_credit(market: Market, design: Design, dice: Dice) -> tuple[Market, Design]:
    """Return the pair with each part of credit switched on in some of the markets."""
    rules = _rules(len(market.modes), dice) if dice.some(0.4) else None
    dunning = _dunning(dice) if dice.some(0.3) else None
    if rules is not None:
        tight = dice.choices((0, 1, 2, 5, 20), len(market.modes))
        design = replace(design, terms=replace(design.terms, credit_days=tight))
    desk = _desk(len(market.modes), dice) if dice.some(0.3) else None
    if rules is not None or dunning is not None or desk is not None:
        design = replace(design, credit=CreditPolicy(rules, dunning, desk))
    if dice.some(0.3):
        policy = design.credit or CreditPolicy()
        rules = policy.rules or plain_rules(len(market.modes))
        accounts = _accounts(market, dice)
        design = replace(design, credit=replace(policy, rules=rules, accounts=accounts))
    if dice.some(0.4):
        market = replace(market, payments=_payments(len(market.segments), dice))
    if dice.some(0.4):
        cases = dice.reals(0.0, 9.0, len(market.sites)) * _cases_a_day(market)
        sites = replace(market.sites, capacity_cases=cases)
        market = replace(market, limits=_limits(market, design, dice), sites=sites)
    return market, design


def _rules(count: int, dice: Dice) -> CreditRules:
    return CreditRules(
        action=dice.wholes(0, len(CREDIT_ACTIONS) - 1, count),
        cash_share=dice.choices((0.0, 0.5, 1.0), count),
        prepay_days=dice.choices((-1, -1, -1, 0, 1, 3), count),
        deposit=dice.choices((0, 0, 200_000, 333_333), count),
        deposit_interest=dice.choices((0, 30_000, 1_000_000), count),
        review_days=dice.choices((0, 3, 7, 10), count),
        limit_low=dice.choices((0, 300_000), count),
        limit_high=dice.choices((800_000, 1_000_000, 1_500_000), count),
    )


def _accounts(market: Market, dice: Dice) -> AccountCredit:
    """Some accounts with limits of a few orders and rules of their own, chains among them."""
    count = len(market.outlets) + len(market.chain_ids)
    price = 10 * TICKS_PER_UNIT
    return AccountCredit(
        limit=dice.choices((AS_MODE, 0, 7 * price + 3, 40 * price + 1, AMPLE, AMPLE), count),
        action=dice.choices((AS_MODE, 0, 1, 2), count),
        grace=dice.choices((AS_MODE, 0, 0, 2, 30), count),
    )


def _desk(count: int, dice: Dice) -> ApprovalDesk:
    """Desks with queues of days: few clerks, short hours."""
    opens = dice.choices((0, 32_400, 36_000), count)
    return ApprovalDesk(
        ask=dice.choices((0.0, 0.5, 1.0), count),
        discount=dice.choices((30_000, 123_456), count),
        granted=dice.choices((0.0, 0.6, 1.0), count),
        clerks=dice.wholes(0, 2, count),
        seconds=dice.choices((0, 600, 9_000), count),
        law=dice.wholes(0, 1, count),
        opens=opens,
        closes=opens + dice.choices((1_800, 20_000, 50_400), count),
    )


def _dunning(dice: Dice) -> Dunning:
    count = dice.whole(1, 3)
    return Dunning(
        days=np.cumsum(dice.wholes(1, 4, count)),
        cost=dice.wholes(0, 90_000, count),
        keep=dice.choices((0, 333_333, 500_000, 1_000_000), count),
    )


def _cases_a_day(market: Market) -> float:
    return float((market.outlets.rate / market.products.units_per_case).sum()) + 1


def _limits(market: Market, design: Design, dice: Dice) -> SiteLimits:
    """Limits that bind: some days of a site's purchases."""
    count = len(market.sites)
    a_day = int(_cases_a_day(market) * int(design.terms.price_account.mean()))
    return SiteLimits(
        cash=dice.flags(0.7, count) & market.sites.independent,
        opening_cash=dice.wholes(0, 5, count) * a_day,
        credit_line=dice.wholes(0, 3, count) * a_day,
        interest=dice.choices((0, 60_000, 3_000_000), count),
        capacity=dice.flags(0.3, count),
    )


def _payments(count: int, dice: Dice) -> PaymentBehaviour:
    return PaymentBehaviour(
        delay_factor=dice.choices((0.0, 0.5, 1.0, 3.0), count),
        spread=dice.choices((0.0, 0.4, 1.0), count),
        part_chance=dice.choices((0.0, 0.5, 1.0), count),
        part_share=dice.choices((0, 123_456, 500_000, 1_000_000), count),
        default_rate=dice.choices((0.0, 0.1, 0.5), count),
        default_days=dice.wholes(1, 60, count),
        write_off_days=dice.choices((0, 1, 5, 14), count),
        recovered=dice.choices((0, 250_000, 1_000_000), count),
    )
