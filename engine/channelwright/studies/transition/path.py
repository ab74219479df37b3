"""The monthly path from one design to another: money against staying, head-count, answers."""

from __future__ import annotations

import calendar as gregorian
import datetime
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.units import FloatArray, IntArray
from channelwright.model.transition import TransitionPlan
from channelwright.stats.interval import Interval
from channelwright.stats.means import mean_interval, mean_limits
from channelwright.studies.transition import flows
from channelwright.studies.transition.books import MONTHS, read_books
from channelwright.studies.transition.changes import changes_between
from channelwright.studies.transition.people import Staffing, staffing
from channelwright.studies.transition.waves import schedule, wave_table

if TYPE_CHECKING:
    from channelwright.model.market import Market
    from channelwright.studies.runs import Runs
    from channelwright.studies.transition.books import Books
    from channelwright.studies.transition.changes import Changes

PPM = 1_000_000
#: Lines of the path, in the order in which they are shown; they add up to the cash flow.
LINES = (
    "operating",
    "clearing_loss",
    "dip",
    "wages",
    "hiring_and_leaving",
    "sites",
    "compensation",
    "stock_bought_back",
    "unrecovered",
    "receivables",
    "own_stock",
)


@dataclass(frozen=True)
class TransitionPath:
    """A transition by month (R paired replications, M months); currency.

    Attributes
    ----------
    start, target : str
    currency : str
    plan : TransitionPlan
    dates : tuple of date, first days of the months
    lines : line -> (R, M), cash against staying with the start; see `LINES`
    stay : (R, M) cash of the start alone, wages and sites included
    discount : float, per year
    areas : DataFrame, one row per area: month of the change and what it is worth
    roles : tuple of str
    people : Staffing
    from_pack : bool, False: nobody stated the plan, its defaults were used
    """

    start: str
    target: str
    currency: str
    plan: TransitionPlan
    dates: tuple[datetime.date, ...]
    lines: dict[str, FloatArray]
    stay: FloatArray
    discount: float
    areas: pd.DataFrame
    roles: tuple[str, ...]
    people: Staffing
    from_pack: bool = True

    @property
    def cash(self) -> FloatArray:
        """Cash against staying: (R, M)."""
        return np.asarray(np.sum(list(self.lines.values()), axis=0))

    @property
    def net_present_values(self) -> FloatArray:
        """Net present value of the cash against staying, by replication: (R,).

        Months are discounted to the start of the first: cash of month k comes at its end.
        """
        months = np.arange(1, self.plan.months + 1)
        return np.asarray(self.cash @ (1.0 + self.discount) ** (-months / MONTHS))

    @property
    def net_present_value(self) -> Interval:
        """The same as a 95 % interval."""
        return mean_interval(self.net_present_values)

    @property
    def paybacks(self) -> FloatArray:
        """Month (1, 2, ...) from which summed cash stays at or above zero: (R,); inf = never."""
        return _payback(self.cash)

    @property
    def payback(self) -> float:
        """The same of the mean path."""
        return float(_payback(self.cash.mean(axis=0, keepdims=True))[0])

    @property
    def lowest(self) -> Interval:
        """Lowest sum of cash on the way, at most 0, as a 95 % interval over replications."""
        return mean_interval(np.minimum(self.cash.cumsum(axis=1).min(axis=1), 0.0))

    @property
    def lowest_month(self) -> int:
        """Month (1, 2, ...) of the lowest point of the mean path; 0 = it never falls below zero."""
        path = self.cash.mean(axis=0).cumsum()
        return int(path.argmin()) + 1 if path.min() < 0 else 0

    def table(self) -> pd.DataFrame:
        """Return one row per month: lines, cash, sums with 95 % limits, head-count."""
        cash, summed = self.cash, self.cash.cumsum(axis=1)
        limits = mean_limits(summed.T)
        table = pd.DataFrame({"month": np.arange(1, self.plan.months + 1), "date": self.dates})
        for name, values in self.lines.items():
            table[name] = values.mean(axis=0)
        table["cash"] = cash.mean(axis=0)
        table["cash_sum"] = limits.estimate
        table["cash_sum_low"], table["cash_sum_high"] = limits.low, limits.high
        table["cash_of_staying"] = self.stay.mean(axis=0)
        table["people"] = (self.people.working + self.people.training).sum(axis=0)
        return table

    def head_count(self) -> pd.DataFrame:
        """Return one row per month and role: working, in training, hired, leaving."""
        people = self.people
        rows = [
            {
                "month": month + 1,
                "date": self.dates[month],
                "role": role,
                "working": int(people.working[row, month]),
                "training": int(people.training[row, month]),
                "hired": int(people.hired[row, month]),
                "leaving": int(people.leaving[row, month]),
            }
            for month in range(self.plan.months)
            for row, role in enumerate(self.roles)
        ]
        return pd.DataFrame(rows)

    def summary(self) -> dict[str, object]:
        """Return the answers as plain values."""
        value, lowest = self.net_present_value, self.lowest
        never = np.isinf(self.paybacks)
        return {
            "start": self.start,
            "target": self.target,
            "currency": self.currency,
            "months": self.plan.months,
            "replications": len(self.stay),
            "discount": self.discount,
            "net_present_value": value.estimate,
            "net_present_value_low": value.low,
            "net_present_value_high": value.high,
            "payback_month": None if np.isinf(self.payback) else int(self.payback),
            "worlds_never_paid_back": int(never.sum()),
            "lowest_cash": lowest.estimate,
            "lowest_cash_low": lowest.low,
            "lowest_cash_high": lowest.high,
            "lowest_cash_month": self.lowest_month,
            "people_first": int(self.people.working[:, 0].sum()),
            "people_last": int(self.people.working[:, -1].sum()),
            "people_hired": int(self.people.hired.sum()),
            "people_leaving": int(self.people.leaving.sum()),
        }

    def __str__(self) -> str:
        """Return the answer in sentences."""
        told = self.summary()
        value, lowest = self.net_present_value, self.lowest
        paid = told["payback_month"]
        payback = f"paid back in month {paid}" if paid else "not paid back on this path"
        deep = (
            f"lowest point {lowest.estimate:,.0f} [{lowest.low:,.0f}, {lowest.high:,.0f}] "
            f"in month {self.lowest_month}"
            if self.lowest_month
            else "cash never falls below that of staying"
        )
        return (
            f"{self.start} to {self.target} over {self.plan.months} months: net present value "
            f"{value.estimate:,.0f} {self.currency} [{value.low:,.0f}, {value.high:,.0f}] at "
            f"{self.discount:.1%} a year, {payback}, {deep}; people {told['people_first']} to "
            f"{told['people_last']}, {told['people_hired']} hired, {told['people_leaving']} leave"
        )


def transition(
    runs: Runs,
    target: str,
    *,
    start: str | None = None,
    scenario: str | None = None,
    plan: TransitionPlan | None = None,
    months: int | None = None,
    waves: int | None = None,
    wave_months: int | None = None,
) -> TransitionPath:
    """Lay out the way from one design of a study to another, month by month.

    Areas earn what the study simulated under the design that is in force there: before the first
    change the path is the start, after the last effect it is the target, to rounding. What an area
    does to its neighbours while only one of them has changed is not simulated.

    Parameters
    ----------
    runs : Runs
        Finished runs of both designs, two replications at least.
    target, start : str
        Names of designs of the study; start: by default its baseline.
    scenario : str, optional
        Default: the study's first.
    plan : TransitionPlan, optional
        Default: the pack's, or the one with its default values.
    months, waves, wave_months : int, optional
        Instead of the plan's.

    Raises
    ------
    UsageError, RunError
        A name does not exist; numbers make no path; too few finished runs.
    """
    first = runs.baseline if start is None else start
    where = runs.scenarios[0] if scenario is None else scenario
    stated = plan or runs.study.pack().transition
    given = _changed(stated or TransitionPlan(), months, waves, wave_months)
    books = read_books(runs, where, first, target)
    market = runs.study.market(where)
    changes = changes_between(market, runs.study.design(first), runs.study.design(target))
    change = schedule(market, given, books, changes)
    dates = _months(market, given.months)
    staff = staffing(market, given, changes, change)
    lines, stay = _lines(market, given, books, changes, change, dates, staff)
    rate = given.discount if given.discount >= 0 else market.finance.interest_ppm / PPM
    return TransitionPath(
        start=first,
        target=target,
        currency=market.finance.currency,
        plan=given,
        dates=dates,
        lines=lines,
        stay=stay,
        discount=rate,
        areas=wave_table(market, change, books, changes),
        roles=market.roles.ids,
        people=staff,
        from_pack=stated is not None,
    )


def _changed(
    plan: TransitionPlan, months: int | None, waves: int | None, wave_months: int | None
) -> TransitionPlan:
    """Return a plan with some numbers replaced; None keeps the plan's."""
    return replace(
        plan,
        months=plan.months if months is None else months,
        waves=plan.waves if waves is None else waves,
        wave_months=plan.wave_months if wave_months is None else wave_months,
    )


def _lines(
    market: Market,
    plan: TransitionPlan,
    books: Books,
    changes: Changes,
    change: IntArray,
    dates: tuple[datetime.date, ...],
    staff: Staffing,
) -> tuple[dict[str, FloatArray], FloatArray]:
    """Return every line of the path against staying, and the cash of staying: (R, M) each."""
    days = np.array([gregorian.monthrange(d.year, d.month)[1] for d in dates], dtype=np.float64)
    month = np.array([d.month - 1 for d in dates], dtype=np.int64)
    moved = (np.arange(plan.months)[None, :] >= change[:, None]).astype(np.float64)
    stay = flows.operating(books.operating, np.zeros_like(moved), days, month)
    earned = flows.operating(books.operating, moved, days, month)
    clearing, dip = flows.lost_volume(plan, books, changes, change, days, month)
    owed, unpaid = flows.receivables(plan, books, changes, change, plan.months)
    paid, goods = flows.houses(plan, books, market, changes, change, plan.months)
    alike = np.ones((len(stay), 1))
    found = (
        earned - stay,
        clearing,
        dip,
        alike * staff.wages,
        alike * staff.moving,
        alike * flows.sites(plan, market, changes, change, days),
        paid,
        goods,
        unpaid,
        owed,
        flows.stock(books, change, plan.months),
    )
    whole = flows.operating(books.contribution, np.zeros_like(moved), days, month)
    return dict(zip(LINES, found, strict=True)), whole


def _months(market: Market, count: int) -> tuple[datetime.date, ...]:
    """Return the first days of the months that follow the simulated days."""
    after = market.calendar.start + datetime.timedelta(days=market.calendar.horizon_days)
    zero = after.year * MONTHS + after.month - 1 + (after.day > 1)
    return tuple(
        datetime.date((zero + k) // MONTHS, (zero + k) % MONTHS + 1, 1) for k in range(count)
    )


def _payback(cash: FloatArray) -> FloatArray:
    """Return the first month from which the sum of cash stays at or above zero: (R,)."""
    below = cash.cumsum(axis=1) < 0
    last = np.where(below.any(axis=1), cash.shape[1] - np.argmax(below[:, ::-1], axis=1), 0)
    return np.where(last == cash.shape[1], np.inf, last + 1.0)
