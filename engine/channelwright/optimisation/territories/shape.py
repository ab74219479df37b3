"""Connection and balance in a territory task: neighbours by points or table, shares of a mean."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.model.rep_territories import BALANCED
from channelwright.optimisation.location.shape import Shape
from channelwright.optimisation.territories.measures import CASES
from channelwright.rules import geography
from channelwright.rules.adjacency import adjacency_of
from channelwright.rules.planning import call_workload
from channelwright.rules.redraft import draft_of

if TYPE_CHECKING:
    from channelwright.foundation.units import BoolArray, FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.site_shape import SiteShape
    from channelwright.optimisation.location import LocationProblem
    from channelwright.rules.adjacency import Graph

_METRES_PER_DEGREE = 111_195.0


def state_shape(
    market: Market,
    asked: SiteShape,
    prepared: Design,
    rows: IntArray,
    sites: IntArray,
    metres: IntArray,
    problem: LocationProblem,
) -> LocationProblem:
    """Return the problem with connected, balanced territories.

    Neighbours are outlets of one mode; a site is next to the outlet that is nearest to it by road
    among those it may serve and, with a graph of the points, to its neighbours in that graph.

    Parameters
    ----------
    rows, sites : outlets and sites of the problem
    metres : (n, m) road distances, -1 = no way
    """
    problem, tolerance, price = _with_measures(market, asked, prepared, rows, problem)
    mean = np.asarray(problem.total_demand) / max(1, problem.minimum_open)
    bounded = np.isfinite(tolerance)
    share = np.where(bounded, tolerance, 0.0)
    edges, anchor = _neighbours(market, asked, prepared, rows, sites, metres, problem)
    place = np.full(len(market.outlets), -1, dtype=np.int64)
    place[rows] = np.arange(rows.size)
    apart = place[asked.apart]
    shape = Shape(
        edges=None if asked.graph == "none" else edges,
        anchor=anchor,
        low=np.where(bounded, np.maximum((1 - share) * mean, 0.0), 0.0),
        high=np.where(bounded, (1 + share) * mean, np.inf),
        price=np.where(bounded, price, np.inf),
        apart=apart[(apart >= 0).all(axis=1)],
    )
    return replace(problem, shape=shape)


def _with_measures(
    market: Market, asked: SiteShape, prepared: Design, rows: IntArray, problem: LocationProblem
) -> tuple[LocationProblem, FloatArray, FloatArray]:
    """Return the problem with every balanced measure among its own, and tolerances and prices."""
    tolerance = np.full(problem.n_measures, np.inf)
    price = np.full(problem.n_measures, np.inf)
    tolerance[CASES], price[CASES] = asked.tolerance[0], asked.price[0]
    added = [k for k in (1, 2) if np.isfinite(asked.tolerance[k])]
    if not added:
        return problem, tolerance, price
    hours = call_workload(market, draft_of(market, prepared), rows) / 3600.0
    figures = {1: hours, 2: np.ones(rows.size)}
    more = np.stack([figures[k] for k in added], axis=1)
    m, count = problem.n_sites, len(added)
    usage = problem.usage
    if usage is not None:
        wide = np.broadcast_to(more.T[:, :, None], (count, rows.size, m))
        usage = np.concatenate([usage, wide])
    larger = replace(
        problem,
        demand=np.concatenate([problem.demand, more], axis=1),
        usage=usage,
        capacity=np.concatenate([problem.capacity, np.full((m, count), np.inf)], axis=1),
        minimum_load=np.concatenate([problem.minimum_load, np.zeros((m, count))], axis=1),
        maximum_share=np.concatenate([problem.maximum_share, np.ones(count)]),
        measure_names=(*problem.measure_names, *(list(BALANCED.values())[k] for k in added)),
    )
    return (
        larger,
        np.concatenate([tolerance, asked.tolerance[added]]),
        np.concatenate([price, asked.price[added]]),
    )


def _neighbours(
    market: Market,
    asked: SiteShape,
    prepared: Design,
    rows: IntArray,
    sites: IntArray,
    metres: IntArray,
    problem: LocationProblem,
) -> tuple[IntArray, BoolArray]:
    """Return neighbouring outlets of one mode, (e, 2), and who is next to each site, (n, m)."""
    anchor = _nearest(metres, problem)
    mode = prepared.outlets.mode[rows]
    if asked.graph == "none":
        return np.zeros((0, 2), dtype=np.int64), anchor
    if asked.graph == "table":
        place = np.full(len(market.outlets), -1, dtype=np.int64)
        place[rows] = np.arange(rows.size)
        edges = place[asked.neighbours]
        edges = edges[(edges >= 0).all(axis=1)]
        return edges[mode[edges[:, 0]] == mode[edges[:, 1]]], anchor
    found = []
    graph: Graph = "delaunay" if asked.graph == "delaunay" else "gabriel"
    for one in np.unique(mode).tolist():
        mine = np.flatnonzero(mode == one)
        plane = _plane(market, market.outlets.lat[rows[mine]], market.outlets.lon[rows[mine]])
        edges = mine[adjacency_of(plane, graph)].reshape(-1, 2)
        found.append(edges[_near(market, asked, rows[edges[:, 0]], rows[edges[:, 1]])])
        for j in np.flatnonzero(problem.allowed[mine].any(axis=0)).tolist():
            here = _plane(
                market, market.sites.lat[sites[j : j + 1]], market.sites.lon[sites[j : j + 1]]
            )
            pairs = adjacency_of(np.concatenate([plane, here]), graph)
            next_to = mine[pairs[pairs[:, 1] == mine.size, 0]]
            way = metres[next_to, j]
            cap = asked.cap_metres or np.iinfo(np.int64).max
            anchor[next_to[(way >= 0) & (way <= cap)], j] = True
    return np.concatenate(found), anchor


def _nearest(metres: IntArray, problem: LocationProblem) -> BoolArray:
    """Mark the nearest outlet by road of every site among those it may serve."""
    way = np.where(problem.allowed & (metres >= 0), metres, np.inf)
    anchor = np.zeros(way.shape, dtype=np.bool_)
    served = np.flatnonzero(np.isfinite(way).any(axis=0))
    anchor[way[:, served].argmin(axis=0), served] = True
    return anchor


def _plane(market: Market, lat: FloatArray, lon: FloatArray) -> FloatArray:
    factor = np.cos(np.radians(market.outlets.lat.mean()))
    return np.stack([lon * factor, lat], axis=1) * _METRES_PER_DEGREE


def _near(market: Market, asked: SiteShape, one: IntArray, other: IntArray) -> BoolArray:
    """Return which pairs of outlets a road or crossing joins within the cap."""
    points = geography.outlet_points(market)
    way = geography.metres(market.geography, points.take(one), points.take(other))
    return np.asarray((way >= 0) & ((way <= asked.cap_metres) | (asked.cap_metres == 0)))
