"""Expected cost of carrying goods: tours approximated by radial and local distance.

A tour of k stops drives to its cluster and back (radial, shared by k) and from stop to
stop (local); Daganzo (2005), Logistics Systems Analysis, chapter 4. What a choice of sites is
weighed by are full tours; the forecast of a design counts whole ones.
"""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import BoolArray, FloatArray, IntArray
from channelwright.model.design import Design
from channelwright.model.market import SITE_KINDS, Market
from channelwright.rules import geography
from channelwright.rules.attempts import stops_per_order
from channelwright.rules.flows import Flows, uses_trucks
from channelwright.rules.tour_fill import tours_per_full_tour

_PLANT = SITE_KINDS.index("plant")
LOCAL_FACTOR = 0.7124  # mean leg of a long tour over sqrt(area / stops), Beardwood et al. (1959)
_SPREAD_AREA_FLOOR = 1e4  # m2


def drop_costs(
    market: Market, design: Design, flows: Flows, rows: IntArray, sites: IntArray
) -> FloatArray:
    """Return expected ticks per drop of serving outlets from sites, failed stops included: (n, m).

    Trucks: time at the stop and local leg as a share of the tour's day, the radial leg
    shared by the stops of a full tour, and kilometres. Tariff: the tariff.

    Parameters
    ----------
    rows : (n,) outlets; sites : (m,) sites
    """
    return _drop_costs(market, design, flows, rows, sites, whole_tours=False)


def delivery_costs(
    market: Market, design: Design, flows: Flows, rows: IntArray, site: int
) -> FloatArray:
    """Return expected ticks per drop of all outlets that a site serves: (n,).

    As `drop_costs`, but trucks leave as often as whole tours must: the last one of a day is not
    full.

    Parameters
    ----------
    rows : (n,) outlets, all that the site serves
    """
    sites = np.array([site])
    return _drop_costs(market, design, flows, rows, sites, whole_tours=True)[:, 0]


def _drop_costs(
    market: Market,
    design: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
    *,
    whole_tours: bool,
) -> FloatArray:
    points = geography.outlet_points(market).take(rows)
    places = geography.site_points(market).take(sites)
    metres = geography.distance_table(market.geography, points, places).astype(np.float64)
    size = _drop_size(flows, rows)
    truck = uses_trucks(market, design)[rows]
    stops, by_cases, local = _full_tours(market, design, metres, size, rows, sites, flows)
    tries = stops_per_order(market, design, rows)
    if whole_tours and truck.any():
        mine = rows[truck]
        share, in_cases = tries[truck] / stops[truck, 0], by_cases[truck, 0]
        stops = stops / tours_per_full_tour(
            market, design, mine, flows.orders[mine], share, in_cases
        )
    by_truck = _truck_costs(market, design, metres, stops, local, sites)
    mode = np.maximum(design.outlets.mode[rows], 0)
    service = design.service
    tariff = service.tariff_drop[mode] + service.tariff_case[mode] * size
    cost = np.where(truck[:, None], by_truck, tariff[:, None])
    cost = cost * tries[:, None]
    return np.where(metres < 0, np.inf, cost)


def _drop_size(flows: Flows, rows: IntArray) -> FloatArray:
    cases = flows.cases[rows].sum(axis=1)
    orders = flows.orders[rows]
    return np.asarray(np.divide(cases, orders, out=np.zeros(len(rows)), where=orders > 0))


def _full_tours(
    market: Market,
    design: Design,
    metres: FloatArray,
    size: FloatArray,
    rows: IntArray,
    sites: IntArray,
    flows: Flows,
) -> tuple[FloatArray, BoolArray, float]:
    """Return stops of a full tour, whether cases limit them, both (n, m), and metres between."""
    fleet = market.vehicles
    vehicle = np.maximum(design.sites.vehicle[sites], 0)
    speed = fleet.speed[vehicle] / 3.6
    local = _local_leg(market, rows, flows)
    at_stop = fleet.drop_seconds[vehicle] + fleet.case_seconds[vehicle] * size[:, None]
    at_stop = at_stop + local / speed
    mean_size = max(float(np.average(size, weights=flows.orders[rows] + 1e-9)), 1e-6)
    radial = 2 * metres / speed
    in_cases = fleet.cases[vehicle] / mean_size
    in_time = (fleet.shift_seconds[vehicle] - radial) / np.maximum(at_stop, 1.0)
    others = np.minimum(fleet.drops[vehicle][None, :], in_time)
    stops = np.maximum(1.0, np.minimum(in_cases[None, :], others))
    return stops, in_cases[None, :] < others, local


def _truck_costs(
    market: Market,
    design: Design,
    metres: FloatArray,
    stops: FloatArray,
    local: float,
    sites: IntArray,
) -> FloatArray:
    """Return ticks per drop where a tour makes so many stops: (n, m)."""
    fleet = market.vehicles
    vehicle = np.maximum(design.sites.vehicle[sites], 0)
    day = fleet.day_cost[vehicle][None, :] / stops
    kilometres = (2 * metres / stops + local) / 1000
    return np.asarray(day + kilometres * fleet.km_cost[vehicle][None, :])


def _local_leg(market: Market, rows: IntArray, flows: Flows) -> float:
    """Return mean road metres between neighbouring stops of a day."""
    if len(rows) < 2:
        return 0.0
    lat, lon = market.outlets.lat[rows], market.outlets.lon[rows]
    height = (lat.max() - lat.min()) * 111_195
    width = (lon.max() - lon.min()) * 111_195 * np.cos(np.radians(lat.mean()))
    area = max(float(height * width), _SPREAD_AREA_FLOOR)
    drops = max(float(flows.orders[rows].sum()) / 6, 1.0)
    return LOCAL_FACTOR * float(np.sqrt(area / drops)) * market.geography.road_factor


def lane_path_cost(market: Market, parent: IntArray, site: int) -> int:
    """Return cost per case from the plant to a site, in ticks.

    Freight of every lane, and handling at every parent on the way that is no plant.
    """
    cost = 0
    while parent[site] >= 0:
        above = int(parent[site])
        cost += int(market.sites.lane_cost[site, above])
        if market.sites.kind[above] != _PLANT:
            cost += int(market.sites.handling_cost[above])
        site = above
    return cost


def supply_costs(market: Market, design: Design) -> IntArray:
    """Return freight and upstream handling per case of every site: (S,) ticks.

    Closed candidates are priced on their cheapest lane from an open site or plant.
    """
    parent = design.sites.parent.copy()
    sites = market.sites
    for site in np.flatnonzero((parent < 0) & (sites.kind != _PLANT)).tolist():
        lanes = np.flatnonzero((sites.lead_days[site] > 0) & design.sites.open)
        if lanes.size:
            parent[site] = lanes[sites.lane_cost[site, lanes].argmin()]
    return np.array([lane_path_cost(market, parent, s) for s in range(len(parent))])
