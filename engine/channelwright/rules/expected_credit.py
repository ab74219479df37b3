"""Expected credit: how long sales are outstanding, what is lost, discounts and deposits.

Without credit rules, payment behaviour and approval desk these are the terms and delays of the
modes, and nothing is lost (docs/world/credit.md, Forecast).
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import PPM, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.account_credit import given_limits
from channelwright.rules.contracts import payment_days

_MONTHS_PER_DAY = 12 / 365


def outstanding_days(market: Market, design: Design, rows: IntArray) -> FloatArray:
    """Return the mean days from delivery to payment of some covered outlets, advances below 0."""
    terms, mode = design.terms, design.outlets.mode[rows]
    delay = terms.payment_delay[mode].astype(np.float64)
    paying = market.payments
    if paying is not None:
        segment = market.outlets.segment[rows]
        later = 1 - paying.part_chance[segment] * paying.part_share[segment] / PPM
        delay = delay * paying.delay_factor[segment] * later
    days = payment_days(market, design, rows, mode) + delay
    rules = None if design.credit is None else design.credit.rules
    if rules is not None:
        early = np.minimum(rules.prepay_days[mode], design.service.promise_days[mode])
        days = np.where(rules.prepay_days[mode] >= 0, -early, days)
    return np.asarray(days, dtype=np.float64)


def lost_share(market: Market, design: Design, rows: IntArray) -> FloatArray:
    """Return the share of sales that is written off if nobody stops deliveries to defaulters.

    A bill fails if its account has stopped paying on the day it would pay: one of the months
    that began within the last ``default_days`` was its last good one. Others lose what is
    still open ``write_off_days`` past due: exponential delays pass them with exp(-days / mean).
    """
    paying = market.payments
    if paying is None:
        return np.zeros(len(rows))
    segment = market.outlets.segment[rows]
    months = paying.default_days[segment] * _MONTHS_PER_DAY
    fails = 1 - (1 - paying.default_rate[segment]) ** months
    delay = design.terms.payment_delay[design.outlets.mode[rows]] * paying.delay_factor[segment]
    limit = paying.write_off_days[segment]
    late = np.where(delay > 0, np.exp(-limit / np.maximum(delay, 1e-9)), 0.0)
    rest = 1 - paying.part_chance[segment] * paying.part_share[segment] / PPM
    lost = fails + (1 - fails) * late * rest
    given_up = (outstanding_days(market, design, rows) > 0) & (limit > 0)
    return np.where(given_up, lost * (1 - paying.recovered[segment] / PPM), 0.0)


def discount_share(design: Design, rows: IntArray) -> FloatArray:
    """Return the mean discount above authority over the sales of some covered outlets."""
    desk = None if design.credit is None else design.credit.approval
    if desk is None:
        return np.zeros(len(rows))
    mode = design.outlets.mode[rows]
    return np.asarray(desk.ask[mode] * desk.granted[mode] * desk.discount[mode] / PPM)


def deposits(
    market: Market, design: Design, rows: IntArray, daily: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return deposits in ticks and the interest on them in ticks a day.

    Parameters
    ----------
    daily : (n,) float64, ticks that the outlets buy a day on average
    """
    rules = None if design.credit is None else design.credit.rules
    if rules is None:
        return np.zeros(len(rows)), np.zeros(len(rows))
    mode = design.outlets.mode[rows]
    given = given_limits(market, design)[rows]
    limit = np.where(given >= 0, given, daily * design.terms.credit_days[mode])
    lodged = limit * rules.deposit[mode] / PPM
    return np.asarray(lodged), np.asarray(lodged * rules.deposit_interest[mode] / PPM / 365)
