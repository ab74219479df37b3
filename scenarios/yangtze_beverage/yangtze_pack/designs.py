"""The designs of the pack: which sites they open and how many people they employ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.closing import kept_wholesalers
from yangtze_pack.geography import Town, between_km
from yangtze_pack.modes import (
    DSD,
    MODE_IDS,
    PDS,
    ROUTE_ACCOUNTS,
    WAT,
    WS,
    TownRoles,
    assisted_modes,
    direct_modes,
    near_seat,
    online_modes,
)
from yangtze_pack.network import HOUSE_OUTLETS, Network, Site, summer_room

if TYPE_CHECKING:
    from yangtze_pack.outlets import OutletTable

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

PEOPLE_LOAD = {WAT: 150, PDS: 140}  # outlets of one person
FEWEST_CASES = 1_500.0  # cases per week that feed a house, its person and its vans
TOWN_FILL = 0.9  # whole towns are counted here, outlets go to the nearest house: room between
LARGE_ACCOUNTS = 82  # accounts of a direct rep who has few small ones


@dataclass(frozen=True, slots=True)
class DesignParts:
    """One design.

    Attributes
    ----------
    mode : (n,) int64, mode of every outlet
    opened : mode of every open site but plants
    per_rep : outlets of one direct rep; 0: the workload rule sets every head-count
    """

    name: str
    mode: IntArray
    opened: dict[str, str]
    per_rep: int


def make_designs(
    towns: list[Town], table: OutletTable, roles: TownRoles, network: Network, today: IntArray
) -> list[DesignParts]:
    """Return today and its given rivals."""
    own = {s.site_id: s.mode for s in network.sites if s.kind in ("dc", "office") and s.mode}
    houses = {s.site_id: s.mode for s in network.sites if s.kind == "tier1" and s.mode}
    traders = {s.site_id: "WS" for s in network.sites if s.kind == "wholesaler"}
    offices = {s.site_id: "DSD" for s in network.sites if s.kind == "office"}
    hubs = {s.site_id: "EB2B" for s in network.sites if s.site_id.startswith("hub_")}

    flat = direct_modes(table, today)
    assisted = assisted_modes(table, today, roles, towns)
    more = _assisted_houses(towns, table, roles, network, assisted)
    online = online_modes(table, today)

    def kept(mode: IntArray) -> dict[str, str]:
        return dict.fromkeys(kept_wholesalers(towns, table, network, mode), "WS")

    direct = {**own, **offices, **kept(flat)}
    area = {**own, **houses, **more, **kept(assisted)}
    hybrid = {**own, **houses, **hubs, **kept(online)}
    return [
        DesignParts("today", today, {**own, **houses, **traders}, per_rep=ROUTE_ACCOUNTS),
        DesignParts("direct", flat, direct, per_rep=LARGE_ACCOUNTS),
        DesignParts("assisted_area", assisted, area, per_rep=0),
        DesignParts("hybrid_online", online, hybrid, per_rep=ROUTE_ACCOUNTS),
    ]


def candidate_houses(towns: list[Town], roles: TownRoles, network: Network) -> dict[str, list[str]]:
    """Return the houses that the request may open, by mode: a house of `today` keeps its mode."""
    near = near_seat(towns, roles)
    candidates: dict[str, list[str]] = {"WAT": [], "PDS": []}
    for site in network.sites:
        if site.site_id.startswith("house_"):
            mode = site.mode or ("WAT" if near[site.town] else "PDS")
            candidates[mode].append(site.site_id)
    return candidates


def _assisted_houses(
    towns: list[Town], table: OutletTable, roles: TownRoles, network: Network, mode: IntArray
) -> dict[str, str]:
    """Open WAT and PDS houses round every seat beside those of `today`.

    Outlets round a seat that cannot feed a house of their mode go back to wholesalers: the
    mode is changed in place.

    Parameters
    ----------
    network : of `today`, whose houses stay
    mode : (n,) int64, mode that every outlet is to have
    """
    opened: dict[str, str] = {}
    sites = {s.site_id: s for s in network.sites}
    candidates = [sites[_house(town)] for town in towns]
    for seat in sorted(set(roles.seat.tolist())):
        for kind in (WAT, PDS):
            served = (mode == kind) & (roles.seat[table.town] == seat)
            chosen = _house_towns(towns, table, served, candidates)
            opened |= {_house(towns[r]): MODE_IDS[kind] for r in chosen}
            if not chosen:
                mode[served] = WS
    return opened


def _house_towns(
    towns: list[Town], table: OutletTable, served: NDArray[np.bool_], houses: list[Site]
) -> list[int]:
    """Return the towns with a house: those of today, then the one that saves most case-km each.

    One house per 190 outlets and more if one would be full in summer, but none may be left
    with less trade than feeds it.
    """
    cases = np.zeros(len(towns))
    np.add.at(cases, table.town[served], table.cases[served])
    rows = np.flatnonzero(cases).tolist()
    chosen = [r for r in rows if houses[r].mode]
    room = TOWN_FILL * np.array([summer_room(house) for house in houses])
    wanted = max(1, round(int(served.sum()) / HOUSE_OUTLETS))
    while rows and (
        len(chosen) < wanted or (_trade(towns, rows, chosen, cases) > room[chosen]).any()
    ):
        best = _next_house(towns, rows, chosen, cases)
        if best is None:
            break
        chosen.append(best)
    return chosen


def _house(town: Town) -> str:
    return f"house_{town.area_id}"


def _next_house(
    towns: list[Town], rows: list[int], chosen: list[int], cases: FloatArray
) -> int | None:
    """Return the town whose house saves the most case-kilometres, None if a house would starve."""
    best, least = None, np.inf
    before = _trade(towns, rows, chosen, cases) if chosen else np.zeros(0)
    # A house of today that is smaller already may stay so.
    enough = np.append(np.minimum(before, FEWEST_CASES), FEWEST_CASES)
    for row in sorted(set(rows) - set(chosen)):
        places = [*chosen, row]
        work = float(_km(towns, rows, places).min(axis=1) @ cases[rows])
        fed = _trade(towns, rows, places, cases) >= enough
        if fed.all() and work < least:
            best, least = row, work
    return best


def _trade(towns: list[Town], rows: list[int], places: list[int], cases: FloatArray) -> FloatArray:
    """Return the cases per week of the towns nearest to each house, (places,)."""
    trade = np.zeros(len(places))
    np.add.at(trade, _km(towns, rows, places).argmin(axis=1), cases[rows])
    return trade


def _km(towns: list[Town], rows: list[int], places: list[int]) -> FloatArray:
    return np.array([[between_km(towns[r], towns[p]) for p in places] for r in rows])


def headcount(design: DesignParts, flow_outlets: dict[str, int]) -> list[tuple[str, str, int]]:
    """Return (site, mode, people) for every site whose people call on outlets.

    Parameters
    ----------
    flow_outlets : outlets served by each open site
    """
    rows = []
    for site, mode in design.opened.items():
        load = {DSD: design.per_rep, **PEOPLE_LOAD}.get(MODE_IDS.index(mode))
        if load and flow_outlets.get(site, 0):
            rows.append((site, mode, max(1, round(flow_outlets[site] / load))))
    return rows
