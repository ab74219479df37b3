"""Credit, dunning and authority: what a design lets its customers owe, and how it asks for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from channelwright.foundation.units import PPM, FloatArray, IntArray
from channelwright.model.approval import ApprovalDesk
from channelwright.model.collecting import CollectingRules
from channelwright.model.columns import Columns

CREDIT_ACTIONS = ("hold", "partial", "cash")
HOLD, PARTIAL, CASH = range(3)
NO_PREPAYMENT = -1
AS_MODE = -1


@dataclass(frozen=True)
class CreditRules(Columns):
    """What happens to an order above the limit or of a late payer, per mode (M rows).

    Attributes
    ----------
    action : (M,) int64, row of CREDIT_ACTIONS
    cash_share : (M,) float64, probability that an outlet can pay at the door
    prepay_days : (M,) int64, days before the promised delivery on which orders are paid;
        NO_PREPAYMENT = after delivery
    deposit : (M,) int64, ppm of an outlet's limit that it lodges with the seller
    deposit_interest : (M,) int64, ppm per year that the seller pays on it
    review_days : (M,) int64, days between reviews of the limits; 0 = never
    limit_low, limit_high : (M,) int64, ppm of the limit at a score of 0 and of 1,000
    """

    action: IntArray
    cash_share: FloatArray
    prepay_days: IntArray
    deposit: IntArray
    deposit_interest: IntArray
    review_days: IntArray
    limit_low: IntArray
    limit_high: IntArray


def plain_rules(modes: int) -> CreditRules:
    """Return the rules of modes that say nothing: orders are held, limits are as they are."""
    none = np.zeros(modes, dtype=np.int64)
    whole = np.full(modes, PPM, dtype=np.int64)
    never = np.full(modes, NO_PREPAYMENT, dtype=np.int64)
    return CreditRules(none, np.ones(modes), never, none, none, none, whole, whole)


@dataclass(frozen=True)
class AccountCredit(Columns):
    """What single accounts may owe (A rows: the market's outlets, then its chains).

    Attributes
    ----------
    limit : (A,) int64, ticks; AS_MODE = by the terms of the modes of its outlets
    action : (A,) int64, row of CREDIT_ACTIONS; AS_MODE = that of the order's mode
    grace : (A,) int64, days past due; AS_MODE = those of the order's mode
    """

    limit: IntArray
    action: IntArray
    grace: IntArray


@dataclass(frozen=True)
class Dunning(Columns):
    """Reminders of overdue invoices (K levels, by rising days).

    Attributes
    ----------
    days : (K,) int64, days past due on which the reminder goes out, at least 1
    cost : (K,) int64, ticks per reminder, paid by the seller
    keep : (K,) int64, ppm of the remaining delay that is left after it
    """

    days: IntArray
    cost: IntArray
    keep: IntArray


@dataclass(frozen=True)
class CreditPolicy:
    """Everything that a design says about credit beyond limit and grace; None = off.

    Where accounts are named, rules are, too: those of modes that say nothing hold orders.
    """

    rules: CreditRules | None = None
    dunning: Dunning | None = None
    approval: ApprovalDesk | None = None
    collecting: CollectingRules | None = None
    accounts: AccountCredit | None = None
