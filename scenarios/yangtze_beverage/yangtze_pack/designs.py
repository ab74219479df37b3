"""The designs of the pack: which sites they open and how many people they employ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.geography import Town, between_km
from yangtze_pack.modes import (
    DSD,
    MODE_IDS,
    PDS,
    ROUTE_ACCOUNTS,
    WAT,
    TownRoles,
    assisted_modes,
    direct_modes,
    near_seat,
    online_modes,
)
from yangtze_pack.network import HOUSE_OUTLETS, Network

if TYPE_CHECKING:
    from yangtze_pack.outlets import OutletTable

IntArray = NDArray[np.int64]

PEOPLE_LOAD = {WAT: 150, PDS: 140}  # outlets of one person
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
    first_traders = {name: "WS" for name in traders if name.endswith("_1")}
    offices = {s.site_id: "DSD" for s in network.sites if s.kind == "office"}
    hubs = {s.site_id: "EB2B" for s in network.sites if s.site_id.startswith("hub_")}

    flat = direct_modes(table, today)
    assisted = assisted_modes(table, today, roles, towns)
    more = _assisted_houses(towns, table, roles, assisted)
    return [
        DesignParts("today", today, {**own, **houses, **traders}, per_rep=ROUTE_ACCOUNTS),
        DesignParts("direct", flat, {**own, **offices, **first_traders}, per_rep=LARGE_ACCOUNTS),
        DesignParts(
            "assisted_area", assisted, {**own, **houses, **more, **first_traders}, per_rep=0
        ),
        DesignParts(
            "hybrid_online",
            online_modes(table, today),
            {**own, **houses, **hubs, **first_traders},
            per_rep=ROUTE_ACCOUNTS,
        ),
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
    towns: list[Town], table: OutletTable, roles: TownRoles, mode: IntArray
) -> dict[str, str]:
    """Open a WAT or PDS house per 190 outlets round a seat: largest town first, then spread."""
    opened: dict[str, str] = {}
    for seat in sorted(set(roles.seat.tolist())):
        for kind in (WAT, PDS):
            served = np.bincount(table.town[mode == kind], minlength=len(towns))
            rows = [r for r in np.flatnonzero(served).tolist() if roles.seat[r] == seat]
            if not rows:
                continue
            count = min(len(rows), max(1, round(int(served[rows].sum()) / HOUSE_OUTLETS)))
            chosen = [max(rows, key=lambda r: (served[r], -r))]
            while len(chosen) < count:
                chosen.append(max(rows, key=_spread_from(towns, chosen)))
            opened |= {f"house_{towns[r].area_id}": MODE_IDS[kind] for r in chosen}
    return opened


def _spread_from(towns: list[Town], chosen: list[int]) -> Callable[[int], tuple[float, int]]:
    def distance(row: int) -> tuple[float, int]:
        return min(between_km(towns[row], towns[c]) for c in chosen), -row

    return distance


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
