"""What an outlet takes of a site, and what a site can give: cases, capital, outlets, storage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules.expected_money import full_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.foundation.units import BoolArray, FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import SiteChoice
    from channelwright.rules.flows import Flows

CASES, CAPITAL = 0, 1


@dataclass(frozen=True, eq=False)
class Measures:
    """Limits of sites in several measures at once.

    Attributes
    ----------
    names : (k,) str, with units
    usage : (k, n, m) float64, what each outlet takes at each site
    capacity, floor : (m, k) float64, most and least load of an open site
    share : (k,) float64, largest share of the total in one site
    """

    names: tuple[str, ...]
    usage: FloatArray
    capacity: FloatArray
    floor: FloatArray
    share: FloatArray


def territory_measures(
    market: Market,
    choice: SiteChoice,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    given: BoolArray,
) -> Measures:
    """Return usage and limits of a choice of territories.

    Cases a week and working capital always; number of outlets and storage when the market has a
    screening sheet. What outlets outside the choice take is off the capacity beforehand.

    Parameters
    ----------
    rows : (n,) outlets that are assigned; sites : (m,) that may serve them
    given : (m,) bool, sites that stay open whatever is chosen
    """
    others = _others(prepared, rows)
    cases = flows.cases[rows].sum(axis=1)
    taken = _load(others, flows.cases.sum(axis=1), sites, len(market.sites))
    usage = [np.repeat(cases[:, None], sites.size, axis=1)]
    usage.append(_capital(market, prepared, flows, rows, sites))
    capacity = [market.sites.capacity_cases[sites] - taken, _owned(market, sites)]
    names = ["cases per week", f"working capital ({market.finance.currency})"]
    if market.screening is not None:
        days = (prepared.sites.review_days + prepared.sites.safety_days)[sites]
        count = _load(others, np.ones(len(market.outlets)), sites, len(market.sites))
        usage += [np.ones_like(usage[0]), cases[:, None] / 7 * days[None, :]]
        capacity.append(market.screening.capacity_outlets[sites] - count)
        capacity.append(market.screening.storage_cases[sites] - taken / 7 * days)
        names += ["outlets", "storage (cases)"]
    floor = np.zeros((sites.size, len(names)))
    viable = choice.candidates[sites] & (~given | choice.forced[sites])
    floor[:, CASES] = np.where(viable, np.maximum(choice.minimum_cases - taken, 0.0), 0.0)
    share = np.ones(len(names))
    share[CASES] = choice.maximum_share
    limit = np.maximum(np.stack(capacity, axis=1), 0.0)
    return Measures(tuple(names), np.stack(usage), limit, floor, share)


def passing_measures(
    market: Market,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    parents: IntArray,
    names: Sequence[str],
) -> FloatArray:
    """Return what outlets served from houses take at the parents of those: (k, n, m).

    Cases, capital (the parent's stock of the goods, and the child's credit) and storage; outlets
    are counted where they are served.

    Parameters
    ----------
    sites, parents : (m,) houses and who supplies them; -1 = nobody, which takes nothing
    names : names of the measures, as `territory_measures` orders them
    """
    cases, terms, plan = flows.cases[rows], prepared.terms, prepared.sites
    there, above = parents >= 0, np.maximum(parents, 0)
    own, mode = np.maximum(plan.mode[sites], 0), np.maximum(plan.mode[above], 0)
    total = np.repeat(cases.sum(axis=1)[:, None], sites.size, axis=1)
    days = plan.safety_days[above] + plan.review_days[above] / 2 - terms.account_days[mode]
    stock = cases @ terms.price_account[mode].T / 7 * days
    owed = cases @ terms.price_tier2[own].T / 7 * np.maximum(terms.account_days[own], 0)
    tied = np.maximum(stock + owed, 0.0) / TICKS_PER_UNIT
    table = [total, np.where(market.sites.independent[above], tied, 0.0)]
    if len(names) > len(table):
        held = (plan.review_days + plan.safety_days)[above]
        table += [np.zeros_like(total), total / 7 * held]
    return np.stack(table) * there


def _others(prepared: Design, rows: IntArray) -> IntArray:
    site = prepared.outlets.site.copy()
    site[rows] = -1
    return site


def _load(site: IntArray, weight: FloatArray, sites: IntArray, count: int) -> FloatArray:
    mine = np.flatnonzero(site >= 0)
    return np.asarray(
        np.bincount(site[mine], weights=weight[mine], minlength=count)[sites], dtype=np.float64
    )


def _owned(market: Market, sites: IntArray) -> FloatArray:
    """Return the capital of independent houses that state one, else no limit: (m,) currency."""
    stated = market.sites.independent[sites] & (market.sites.working_capital[sites] > 0)
    return np.where(stated, market.sites.working_capital[sites] / TICKS_PER_UNIT, np.inf)


def _capital(
    market: Market, prepared: Design, flows: Flows, rows: IntArray, sites: IntArray
) -> FloatArray:
    """Return working capital that an outlet ties up at each site: (n, m), currency.

    Daily purchases times days of stock less company credit, plus outlet credit; never below
    zero, so that one outlet's supplier credit does not finance another's stock.
    """
    terms, plan = prepared.terms, prepared.sites
    mode = np.maximum(plan.mode[sites], 0)
    days = plan.safety_days[sites] + plan.review_days[sites] / 2 - terms.account_days[mode]
    above = plan.parent[sites]
    other = (above >= 0) & market.sites.independent[np.maximum(above, 0)]
    price = np.where(other[:, None], terms.price_tier2[mode], terms.price_account[mode])
    bought = flows.cases[rows] @ price.T / 7
    kind = prepared.outlets.mode[rows]
    waiting = terms.outlet_days[kind] + terms.payment_delay[kind]
    owed = full_value(market, prepared, rows) / 7 * waiting
    tied = np.maximum(bought * days[None, :] + owed[:, None], 0.0) / TICKS_PER_UNIT
    return np.where(market.sites.independent[sites][None, :], tied, 0.0)
