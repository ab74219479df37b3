"""Figures of every territory: volume, work, balance, compactness, travel, return."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules import geography
from channelwright.rules.adjacency import adjacency_of, plane_of
from channelwright.rules.beats import plan_beats
from channelwright.rules.expected_money import site_capital
from channelwright.rules.flows import Flows, expected_flows
from channelwright.tables.codes import Party, party

if TYPE_CHECKING:
    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.forecast import MoneyForecast
    from channelwright.model.market import Market

_CYCLE_WEEKS = 4
COLUMNS = {
    "site": "territory: id of the site that serves",
    "name": "name of the site",
    "mode": "mode of the site",
    "outlets": "outlets served",
    "cases_per_week": "expected cases",
    "drops_per_week": "expected orders",
    "people": "people who call from this site",
    "field_hours_per_person": "planned calls and travel, hours per person and week",
    "volume_to_mean": "cases over the mean of the territories of the same mode",
    "work_to_mean": "field hours per person over the mean of the same mode",
    "mean_km": "kilometres from site to outlet, weighted by cases",
    "farthest_km": "kilometres to the farthest outlet",
    "moment": "cases x square kilometres from the site, per case",
    "pieces": "connected pieces over Gabriel neighbours of the same mode; 1 = connected",
    "capital": "expected stock + receivables - payables, currency",
    "roi_per_year": "expected return of an independent house on that capital",
}


def territory_kpis(market: Market, design: Design, money: MoneyForecast) -> pd.DataFrame:
    """Return one row per open site that serves outlets.

    Parameters
    ----------
    market : Market
    design : Design
    money : MoneyForecast
        Expected money of the design (`rules.expectation.expect`).

    Returns
    -------
    DataFrame with the columns of `COLUMNS`; NaN where a figure does not apply
    """
    flows = expected_flows(market, design)
    sites = np.unique(design.outlets.site[design.outlets.site >= 0])
    size = len(market.sites)
    served = np.flatnonzero(design.outlets.site >= 0)
    server = design.outlets.site[served]
    cases = flows.cases[served].sum(axis=1)
    count = np.bincount(server, minlength=size).astype(np.float64)
    volume = np.bincount(server, weights=cases, minlength=size)
    drops = np.bincount(server, weights=flows.orders[served], minlength=size)
    people = np.bincount(design.reps.site, minlength=size).astype(np.float64)
    hours = _field_hours(market, design, size)
    km = _kilometres(market, served, server)
    farthest = np.zeros(size)
    np.maximum.at(farthest, server, km)
    mode = design.sites.mode
    with np.errstate(divide="ignore", invalid="ignore"):
        work = np.where(people > 0, hours / people, np.nan)
        mean_km = np.bincount(server, weights=cases * km, minlength=size) / volume
        moment = np.bincount(server, weights=cases * km**2, minlength=size) / volume
    capital, roi = _return(market, design, flows, money)
    table = {
        "outlets": count,
        "cases_per_week": volume,
        "drops_per_week": drops,
        "people": people,
        "field_hours_per_person": work,
        "volume_to_mean": _to_mean(volume.astype(np.float64), mode, sites),
        "work_to_mean": _to_mean(work, mode, sites),
        "mean_km": mean_km,
        "farthest_km": farthest,
        "moment": moment,
        "pieces": _pieces(market, design, size),
        "capital": capital,
        "roi_per_year": roi,
    }
    names = {
        "site": [market.sites.ids[j] for j in sites.tolist()],
        "name": [market.sites.names[j] for j in sites.tolist()],
        "mode": [market.modes.ids[m] if m >= 0 else "" for m in mode[sites].tolist()],
    }
    frame = pd.DataFrame(names | {key: value[sites] for key, value in table.items()})
    whole = {"outlets": np.int64, "people": np.int64, "pieces": np.int64}
    return frame.astype(whole)[list(COLUMNS)]


def _pieces(market: Market, design: Design, size: int) -> FloatArray:
    """Return in how many connected pieces each territory lies, neighbours being those of a mode."""
    pieces = np.zeros(size)
    for mode in np.unique(design.outlets.mode[design.outlets.site >= 0]).tolist():
        rows = np.flatnonzero((design.outlets.mode == mode) & (design.outlets.site >= 0))
        server = design.outlets.site[rows]
        edges = adjacency_of(plane_of(market.outlets.lat[rows], market.outlets.lon[rows]))
        inside = edges[server[edges[:, 0]] == server[edges[:, 1]]]
        shape = (rows.size, rows.size)
        graph = sparse.coo_array((np.ones(len(inside)), (inside[:, 0], inside[:, 1])), shape)
        number = connected_components(graph, directed=False)[1]
        _, first = np.unique(number, return_index=True)
        pieces += np.bincount(server[first], minlength=size)
    return pieces


def _kilometres(market: Market, outlets: IntArray, sites: IntArray) -> FloatArray:
    here = geography.outlet_points(market).take(outlets)
    there = geography.site_points(market).take(sites)
    return np.asarray(geography.metres(market.geography, there, here) / 1000.0)


def _field_hours(market: Market, design: Design, size: int) -> FloatArray:
    """Return planned hours of calls and travel per week by site, from the beats of the cycle."""
    hours = np.zeros(size)
    if not len(design.reps):
        return hours
    for beat in plan_beats(market, design):
        np.add.at(hours, design.reps.site[beat.rep], beat.taken / 3600)
    return hours / _CYCLE_WEEKS


def _to_mean(value: FloatArray, mode: IntArray, sites: IntArray) -> FloatArray:
    ratio = np.full(value.size, np.nan)
    for one in np.unique(mode[sites]).tolist():
        mine = sites[mode[sites] == one]
        known = value[mine][np.isfinite(value[mine])]
        if known.size and known.mean() > 0:
            ratio[mine] = value[mine] / known.mean()
    return ratio


def _return(
    market: Market, design: Design, flows: Flows, money: MoneyForecast
) -> tuple[FloatArray, FloatArray]:
    """Return capital in currency and yearly return of independent sites, NaN for others."""
    size = len(market.sites)
    capital = site_capital(market, design, flows) / TICKS_PER_UNIT
    profit = np.zeros(size)
    low, high = party(Party.OWNER), party(Party.OUTLET)
    for side, sign in ((money.payee, 1.0), (money.payer, -1.0)):
        mine = (side >= low) & (side < high)
        np.add.at(profit, side[mine] - low, sign * money.amount[mine] * 365 / TICKS_PER_UNIT)
    known = market.sites.independent & (capital > 0)
    roi = np.divide(profit, capital, out=np.full(size, np.nan), where=known)
    return np.where(market.sites.independent, capital, np.nan), roi
