"""Candidate sites, the lanes between them, and which of them `today` runs.

Sizes and costs are assumed; a house that is open in `today` is sized to the trade that the
expected flows of `today` bring it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.geography import Town, between_km, haversine_km, land_km, read_crossings
from yangtze_pack.modes import DSD, EB2B, MODE_IDS, MT, PDS, WAT, WS, TownRoles, online_modes

if TYPE_CHECKING:
    from yangtze_pack.outlets import OutletTable

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

PEOPLE_PER_PLANT = 12e6
PEOPLE_PER_DC = 6e6
WHOLESALER_CASES = 380.0  # cases per week of a wholesaler's house
HOUSE_OUTLETS = 190  # outlets of one WAT or PDS house
WS_FIXED_PER_CASE = 0.72
HOUSE_FIXED_PER_CASE = 0.20
OWN_FIXED_PER_CASE = {"office": 0.10, "dc": 0.35}
HANDLING = {"plant": 0.0, "dc": 0.35, "office": 0.42, "tier1": 0.30, "wholesaler": 0.5}
LANE_BASE = {"dc": 0.30, "office": 0.40, "tier1": 0.45, "wholesaler": 0.85}
LANE_PER_KM = 0.006
CAPITAL_DAYS = 90.0  # what an owner can tie up, in days of purchases
PRICE_PER_CASE = 33.0
CAPACITY_OVER_FLOW = 4.0
SUMMER = 1.45  # peak of season.csv
# The source choice of scenario.yaml, repeated here to size and to close wholesalers.
WS_OPTIONS, PRICE_WEIGHT, HAUL_COST, HABIT = 3, 1.5, 0.15, 1.5
ROAD_FACTOR, REACH_KM = 1.3, 15.0


@dataclass(slots=True)
class Site:
    """One candidate site and how today runs it (mode None = closed today)."""

    site_id: str
    name: str
    kind: str
    town: int
    latitude: float
    longitude: float
    flow: float = 0.0  # expected cases per week in today, or of a typical house
    mode: str | None = None
    parent: str = ""
    pickers: int = 0

    @property
    def owner(self) -> str:
        """Return who owns the site."""
        return "independent" if self.kind in ("tier1", "wholesaler") else "manufacturer"


@dataclass(slots=True)
class Network:
    """All candidate sites, lanes and today's server of each outlet (row of `sites`)."""

    sites: list[Site] = field(default_factory=list)
    lanes: list[tuple[str, str, int, float]] = field(default_factory=list)
    server: IntArray = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


def make_network(
    towns: list[Town], table: OutletTable, roles: TownRoles, mode: IntArray
) -> Network:
    """Place plants, DCs, offices, houses and wholesalers, and let the lanes join them."""
    network = Network()
    people = sum(t.people for t in towns)
    seats = [r for r, t in enumerate(towns) if t.is_seat]
    plants = _spread(towns, seats, max(1, round(people / PEOPLE_PER_PLANT)))
    for number, row in enumerate(plants, 1):
        network.sites.append(
            _at_town(f"plant_{number}", f"{towns[row].name} plant", "plant", towns, row, 3.0)
        )
    for number, row in enumerate(_spread(towns, seats, max(1, round(people / PEOPLE_PER_DC))), 1):
        site = _at_town(
            f"dc_{number}", f"{towns[row].name} distribution centre", "dc", towns, row, 2.5
        )
        site.mode = "MT"
        network.sites.append(site)
    for row in seats:
        site = _at_town(
            f"office_{towns[row].area_id}",
            f"{towns[row].name} sales office",
            "office",
            towns,
            row,
            1.0,
        )
        site.mode = "DSD" if np.any((table.town == row) & (mode == DSD)) else None
        network.sites.append(site)
    _houses(network, towns, table, roles, mode)
    _wholesalers(network, towns, table, mode)
    _serve(network, towns, table, mode)
    _flows(network, towns, table, mode)
    _lanes(network, towns)
    return network


def _at_town(site_id: str, name: str, kind: str, towns: list[Town], row: int, km: float) -> Site:
    """Put a site ``km`` kilometres inland of a town point (towards its county's other towns)."""
    town = towns[row]
    mates = [t for t in towns if t.county is town.county and t is not town] or [town]
    north = sum(t.latitude for t in mates) / len(mates) - town.latitude
    east = (sum(t.longitude for t in mates) / len(mates) - town.longitude) * math.cos(
        math.radians(town.latitude)
    )
    length = math.hypot(north, east) or 1.0
    latitude = town.latitude + north / length * km / 111.195
    longitude = town.longitude + east / length * km / 111.195 / math.cos(
        math.radians(town.latitude)
    )
    return Site(site_id, name, kind, row, round(latitude, 5), round(longitude, 5))


def _spread(towns: list[Town], rows: list[int], count: int) -> list[int]:
    """Choose ``count`` of the rows: the first, then each time the one farthest from the chosen."""
    chosen = [rows[0]]
    while len(chosen) < min(count, len(rows)):
        chosen.append(
            max(rows, key=lambda r: (min(between_km(towns[r], towns[c]) for c in chosen), -r))
        )
    return chosen


def _houses(
    network: Network, towns: list[Town], table: OutletTable, roles: TownRoles, mode: IntArray
) -> None:
    """Put one candidate house into every town and open enough of them in today."""
    for row, town in enumerate(towns):
        site = _at_town(
            f"house_{town.area_id}", f"{town.name} distributor", "tier1", towns, row, 0.6
        )
        network.sites.append(site)
    for row in (r for r, t in enumerate(towns) if t.is_seat):
        hub = _at_town(
            f"hub_{towns[row].area_id}", f"{towns[row].name} online hub", "tier1", towns, row, 1.6
        )
        network.sites.append(hub)
    by_id = {s.site_id: s for s in network.sites}
    for seat in sorted(set(roles.seat.tolist())):
        for kind in (WAT, PDS):
            rows = [
                r
                for r, t in enumerate(towns)
                if roles.role[r] == kind and t.county is towns[seat].county
            ]
            served = {r: int(((table.town == r) & (mode == kind)).sum()) for r in rows}
            count = min(len(rows), max(1, round(sum(served.values()) / HOUSE_OUTLETS)))
            for row in sorted(rows, key=lambda r: (-served[r], r))[:count]:
                by_id[f"house_{towns[row].area_id}"].mode = MODE_IDS[kind]


def _wholesalers(network: Network, towns: list[Town], table: OutletTable, mode: IntArray) -> None:
    """Put wholesalers into the middle of the outlets of each town that buy from them."""
    for row, town in enumerate(towns):
        rows = np.flatnonzero((table.town == row) & (mode == WS))
        cases = float(table.cases[rows].sum())
        count = max(1, round(cases / WHOLESALER_CASES))
        for number, (lat, lon) in enumerate(
            _middles(table.lat[rows], table.lon[rows], count, town), 1
        ):
            site = Site(
                f"ws_{town.area_id}_{number}",
                f"{town.name} wholesaler {number}",
                "wholesaler",
                row,
                round(lat, 5),
                round(lon, 5),
                mode="WS",
            )
            network.sites.append(site)


def _middles(lat: FloatArray, lon: FloatArray, count: int, town: Town) -> list[tuple[float, float]]:
    """Return the means of ``count`` groups of points (Lloyd's method from spread starts)."""
    if len(lat) == 0:
        return [(town.latitude, town.longitude)]
    points = np.column_stack([lat, lon * math.cos(math.radians(town.latitude))])
    centres = points[np.linspace(0, len(points) - 1, count).astype(np.int64)]
    for _ in range(12):
        group = np.argmin(((points[:, None, :] - centres[None, :, :]) ** 2).sum(axis=2), axis=1)
        centres = np.array(
            [
                points[group == g].mean(axis=0) if np.any(group == g) else centres[g]
                for g in range(len(centres))
            ]
        )
    return [(float(a), float(b) / math.cos(math.radians(town.latitude))) for a, b in centres]


def _serve(network: Network, towns: list[Town], table: OutletTable, mode: IntArray) -> None:
    """Assign every outlet to the nearest open site of its mode, in its own land zone if it can."""
    network.server = np.full(len(mode), -1, dtype=np.int64)
    for kind in (DSD, MT, WS, WAT, PDS):
        rows = np.flatnonzero(mode == kind)
        houses = np.array([n for n, s in enumerate(network.sites) if s.mode == MODE_IDS[kind]])
        for part in np.array_split(rows, max(1, len(rows) // 4_000)):
            km = distances(network, towns, table, part, houses)
            network.server[part] = houses[np.argmin(km, axis=1)]


def distances(
    network: Network, towns: list[Town], table: OutletTable, rows: IntArray, houses: IntArray
) -> FloatArray:
    """Return straight kilometres (n_rows, n_houses); a site across the water is 500 km farther."""
    lat = np.array([network.sites[h].latitude for h in houses])
    lon = np.array([network.sites[h].longitude for h in houses])
    zones = {zone: n for n, zone in enumerate(sorted({t.zone for t in towns}))}
    zone = np.array([zones[t.zone] for t in towns])
    north = (table.lat[rows, None] - lat) * 111.195
    east = (table.lon[rows, None] - lon) * 111.195 * np.cos(np.radians(lat))
    over = zone[table.town[rows]][:, None] != zone[[network.sites[h].town for h in houses]]
    return np.asarray(np.hypot(north, east) + 500.0 * over)


def _flows(network: Network, towns: list[Town], table: OutletTable, mode: IntArray) -> None:
    """Give every site its expected cases per week; closed houses get that of a typical one.

    A closed hub gets what it would sell in the hybrid design.
    """
    flow = np.zeros(len(network.sites))
    direct = mode != WS
    np.add.at(flow, network.server[direct], table.cases[direct])
    _wholesale_flows(network, towns, table, np.flatnonzero(mode == WS), flow)
    opened = [flow[n] for n, s in enumerate(network.sites) if s.kind == "tier1" and s.mode]
    typical = float(np.median(opened)) if opened else 1_000.0
    _hub_flows(network, towns, table, np.flatnonzero(online_modes(table, mode) == EB2B), flow)
    for number, site in enumerate(network.sites):
        site.flow = float(flow[number]) if flow[number] > 0 else typical


def _hub_flows(
    network: Network, towns: list[Town], table: OutletTable, rows: IntArray, flow: FloatArray
) -> None:
    """Add what hubs would sell if they opened: they are far larger than a distributor's house."""
    hubs = np.array([n for n, s in enumerate(network.sites) if s.site_id.startswith("hub_")])
    for part in np.array_split(rows, max(1, len(rows) // 4_000)):
        km = distances(network, towns, table, part, hubs)
        np.add.at(flow, hubs[np.argmin(km, axis=1)], table.cases[part])


def _wholesale_flows(
    network: Network, towns: list[Town], table: OutletTable, rows: IntArray, flow: FloatArray
) -> None:
    """Add the expected trade of wholesalers: an outlet chooses among its nearest by logit."""
    houses = np.array([n for n, s in enumerate(network.sites) if s.kind == "wholesaler"])
    for part in np.array_split(rows, max(1, len(rows) // 4_000)):
        km = distances(network, towns, table, part, houses)
        near = np.argsort(km, axis=1, kind="stable")[:, :WS_OPTIONS]
        share = choice_shares(np.take_along_axis(km, near, axis=1))
        np.add.at(flow, houses[near], share * table.cases[part, None])


def choice_shares(km: FloatArray) -> FloatArray:
    """Return the shares of wholesalers in an outlet's trade, (n, options), nearest first.

    Parameters
    ----------
    km : (n, options) straight kilometres, ascending; infinite: no such wholesaler
    """
    utility = -PRICE_WEIGHT * HAUL_COST * ROAD_FACTOR * km
    utility[:, 0] += HABIT
    weight = np.exp(utility - utility.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _lanes(network: Network, towns: list[Town]) -> None:
    crossings = read_crossings()
    plants = [s for s in network.sites if s.kind == "plant"]
    for site in network.sites:
        if site.kind == "plant":
            continue
        km = {
            p.site_id: land_km(towns[p.town], towns[site.town], crossings)
            + haversine_km(p.latitude, p.longitude, towns[p.town].latitude, towns[p.town].longitude)
            for p in plants
        }
        for parent in sorted(km, key=lambda p: (km[p], p))[:2]:
            cost = LANE_BASE[site.kind] + LANE_PER_KM * 1.3 * km[parent]
            network.lanes.append(
                (parent, site.site_id, 1 if km[parent] < 60 else 2, round(cost, 3))
            )
        site.parent = min(km, key=lambda p: (km[p], p))


def fixed_cost(site: Site) -> float:
    """Return the fixed cost of a site in currency per day, sized to its trade."""
    if site.kind == "plant":
        return 0.0
    per_case = {
        "wholesaler": WS_FIXED_PER_CASE,
        "tier1": HOUSE_FIXED_PER_CASE,
        **OWN_FIXED_PER_CASE,
    }[site.kind]
    return round(per_case * site.flow / 7, 2)


def summer_room(site: Site) -> float:
    """Return the mean cases per week with which an owner's house is full at the summer peak."""
    return CAPACITY_OVER_FLOW * site.flow / SUMMER
