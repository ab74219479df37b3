"""The stock policy of every site and product, and the levels and orders that follow."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import TypeVar

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import LAW_NEGATIVE_BINOMIAL, LAW_POISSON, Market
from channelwright.model.stock import BASE_STOCK, NO_TARGET, ORDER_UP_TO
from channelwright.rules.demand import other_variances
from channelwright.rules.stock_policies import MEMBERS, Need, Numbers, Targets

_Columns = TypeVar("_Columns", Need, Targets)


@dataclass(frozen=True)
class StockRules:
    """The policy of every stocking point (site or outlet) and product: (S, P) each.

    Attributes
    ----------
    policy : int64, row of POLICIES; NO_POLICY = none
    need : `Need` of (S, P) arrays with average and deviation 0, to be filled in
    """

    policy: IntArray
    need: Need

    @cached_property
    def aims(self) -> bool:
        """Whether some policy aims at a service, so that the spread of demand matters."""
        return bool((self.need.service != NO_TARGET).any())

    @cached_property
    def numbers(self) -> Numbers:
        """The same in two blocks, for kernels."""
        return Numbers.of(self.policy, self.need)

    @cached_property
    def _all(self) -> IntArray:
        return np.arange(len(self.policy))

    def targets(self, sites: IntArray, average: FloatArray, deviation: FloatArray) -> Targets:
        """Return the levels of some sites: (n, P).

        Parameters
        ----------
        sites : (n,) int64
        average, deviation : (n, P) float64, units a day
        """
        return self.numbers.targets(sites, average, deviation)

    def of(self, sites: IntArray) -> StockRules:
        """Return the policies of some sites."""
        return StockRules(self.policy[sites], _rows(self.need, sites))

    def all_targets(self, average: FloatArray, deviation: FloatArray) -> Targets:
        """Return the levels of all sites: (S, P)."""
        return self.numbers.targets(self._all, average, deviation)

    def mean_stock(self, average: FloatArray, deviation: FloatArray) -> FloatArray:
        """Return the mean stock on hand of every site at 24:00: (S, P) units, at least 0.

        The mean position less the demand of the lead time.
        """
        need = replace(self.need, average=average, deviation=deviation)
        targets = self.all_targets(average, deviation)
        result = np.zeros(self.policy.shape)
        for number, mine in _members(self.policy):
            member, part = MEMBERS[number], _rows(need, mine)
            result[mine] = (
                member.mean_position(part, _rows(targets, mine)) - part.lead * average[mine]
            )
        return np.maximum(result, 0.0)


def site_rules(market: Market, design: Design, lead: IntArray) -> StockRules:
    """Return the stock policies of a design.

    Parameters
    ----------
    lead : (S,) int64, days from the parent; 0 for sites without one
    """
    plan = design.sites
    shape = plan.level.shape
    given = design.stock.sites if design.stock is not None else None
    none = np.full(shape, -1, dtype=np.int64)
    policy = np.full(shape, ORDER_UP_TO, dtype=np.int64) if given is None else given.policy
    review = np.where(policy == BASE_STOCK, 1, plan.review_days[:, None])
    need = Need(
        average=np.zeros(shape),
        deviation=np.zeros(shape),
        lead=np.broadcast_to(lead[:, None], shape),
        review=review,
        lead_deviation=np.broadcast_to(lane_deviation(market, design)[:, None], shape),
        cover=lead[:, None] + review + plan.safety_days[:, None],
        # Goods arrive before the day's demand: the last day of the lead time needs no cover.
        horizon=np.maximum(1, lead)[:, None] + review - 1.0,
        cover_days=np.zeros(shape) if given is None else given.cover_days,
        service=np.full(shape, NO_TARGET) if given is None else given.service,
        target=np.zeros(shape) if given is None else given.target,
        reorder=none if given is None else given.reorder,
        level=plan.level if given is None else np.where(given.level >= 0, given.level, plan.level),
        quantity=none if given is None else given.quantity,
        case=np.broadcast_to(market.products.units_per_case, shape),
    )
    return StockRules(policy, need)


def lane_deviation(market: Market, design: Design) -> FloatArray:
    """Return the standard deviation of the lead time from the parent: (S,) days."""
    parent = design.sites.parent
    if market.supply is None:
        return np.zeros(len(parent))
    spread = market.supply.lead_deviation[np.arange(len(parent)), np.maximum(parent, 0)]
    return np.where(parent >= 0, spread, 0.0)


def daily_variance(market: Market, mean: FloatArray) -> FloatArray:
    """Return the variance of a day's demand by the laws of the products: (n, P) units^2."""
    counted, mixed = variance_terms(market)
    return np.asarray(np.where(counted, mean, 0.0) + mean * mean * mixed)


def variance_terms(market: Market) -> tuple[BoolArray, FloatArray]:
    """Return what a day's variance is made of: (P,) each.

    Returns
    -------
    counted : whether the mean is a part of it; mixed : its part per squared mean
    """
    law, size = market.products.law, market.products.dispersion
    counted = (law == LAW_POISSON) | (law == LAW_NEGATIVE_BINOMIAL)
    mixed = np.where(law == LAW_NEGATIVE_BINOMIAL, 1.0 / size, 0.0) + other_variances(market)
    return counted, mixed


def _members(policy: IntArray) -> list[tuple[int, BoolArray]]:
    return [(int(number), policy == number) for number in np.unique(policy) if number >= 0]


def _rows(columns: _Columns, rows: IntArray | BoolArray) -> _Columns:
    parts = {field.name: getattr(columns, field.name)[rows] for field in fields(columns)}
    return replace(columns, **parts)
