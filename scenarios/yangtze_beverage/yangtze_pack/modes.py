"""Which mode serves which outlet: the rule of `today` and of its rivals.

The rules are those of a field organisation that knows its trade (assumed): direct delivery
on whole routes in county seats, assisted wholesale in the towns next to the seat, area
distributors in the far towns, chains by contract, wholesalers for the rest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.geography import Town, between_km
from yangtze_pack.outlets import SEGMENT_IDS, OutletTable

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

MODE_IDS = ("DSD", "MT", "WS", "WAT", "PDS", "EB2B")
DSD, MT, WS, WAT, PDS, EB2B = range(len(MODE_IDS))
ROUTE_ACCOUNTS = 110  # accounts of one direct route
DSD_SHARE = 0.160  # share of a county's outlets that its office serves, at most ...
DSD_SHARE_OF_SEAT = 0.62  # ... this share of the seat's outlets without a chain
WAT_SHARE = 0.150  # share of a county's outlets that live in assisted towns
PDS_SHARE = 0.150  # ... and in towns of area distributors
REACH = 0.60  # share of the outlets of such a town that the house serves, best first
FEWEST_OUTLETS = 92  # outlets that feed a house and its person
FEWEST_TOWNS = 4  # a county with fewer towns in the pack has no assisted towns
NEAR_TOWN_KM = 9.0


@dataclass(frozen=True, slots=True)
class TownRoles:
    """What `today` does in each town.

    Attributes
    ----------
    role : (n_towns,) int64, DSD for a seat with an office, WAT or PDS for a town with such
        a house, WS for the others
    seat : (n_towns,) int64, town row of the seat whose office is nearest, in the same zone
    """

    role: IntArray
    seat: IntArray


def town_roles(towns: list[Town], table: OutletTable) -> TownRoles:
    """Give every town its role by distance from the seat of its county."""
    counts = np.bincount(table.town, minlength=len(towns))
    role = np.full(len(towns), WS, dtype=np.int64)
    seats = [row for row, town in enumerate(towns) if town.is_seat]
    for seat in seats:
        role[seat] = DSD
        rows = [r for r, t in enumerate(towns) if t.county is towns[seat].county]
        if len(rows) >= FEWEST_TOWNS:
            _assisted_towns(towns, rows, seat, counts, role)
    nearest = [
        min(seats, key=lambda s: (_other_zone(towns, s, r), between_km(towns[s], town), s))
        for r, town in enumerate(towns)
    ]
    return TownRoles(role, np.array(nearest, dtype=np.int64))


def _other_zone(towns: list[Town], seat: int, row: int) -> bool:
    """Tell whether a seat lies in another land zone than a town (such seats come last)."""
    return towns[seat].zone != towns[row].zone


def _assisted_towns(
    towns: list[Town], rows: list[int], seat: int, counts: IntArray, role: IntArray
) -> None:
    """Mark a cluster next to the seat WAT and a cluster round the farthest town PDS.

    A cluster too small to feed a house and its person stays with wholesalers.
    """
    total = int(counts[rows].sum())
    others = [r for r in rows if r != seat]
    farthest = max(others, key=lambda r: (between_km(towns[r], towns[seat]), -r))
    for mode, share, centre in ((PDS, PDS_SHARE, farthest), (WAT, WAT_SHARE, seat)):
        cluster: list[int] = []
        for row in sorted(others, key=lambda r: (between_km(towns[r], towns[centre]), r)):
            reached = int(counts[cluster].sum())
            if role[row] == WS and reached + counts[row] / 2 <= share * total:
                cluster.append(row)
        if REACH * counts[cluster].sum() >= FEWEST_OUTLETS:
            role[cluster] = mode


def today_modes(towns: list[Town], table: OutletTable, roles: TownRoles, seed: int) -> IntArray:
    """Return the mode of every outlet in `today`, (n,) int64."""
    liking = _liking(table, seed)
    mode = np.full(len(table.town), WS, dtype=np.int64)
    mode[table.chain >= 0] = MT
    for row in range(len(towns)):
        role = int(roles.role[row])
        free = np.flatnonzero((table.town == row) & (table.chain < 0))
        best = free[np.argsort(-liking[free], kind="stable")]
        if role == DSD:
            mode[best[: ROUTE_ACCOUNTS * _routes(towns, table, row, len(free))]] = DSD
        elif role in (WAT, PDS):
            mode[best[: round(REACH * len(free))]] = role
    return mode


def _routes(towns: list[Town], table: OutletTable, seat: int, free: int) -> int:
    """Return how many whole direct routes the office of a seat runs."""
    county = [r for r, t in enumerate(towns) if t.county is towns[seat].county]
    wanted = DSD_SHARE * int(np.isin(table.town, county).sum())
    return round(min(wanted, DSD_SHARE_OF_SEAT * free) / ROUTE_ACCOUNTS)


def _liking(table: OutletTable, seed: int) -> FloatArray:
    """Return how much a seller wants an outlet: size, closed access, place, and old habit."""
    rng = np.random.Generator(np.random.Philox(key=[seed, 1]))
    segment = np.array(SEGMENT_IDS)[table.segment]
    closed = np.isin(segment, ("canteen", "entertainment"))
    size = np.array((0.45, 0.30, 0.0))[table.grade]
    # Half of the ranking is history: big shops that always bought from a wholesaler still do.
    habit = rng.normal(0.0, 0.8, len(size))
    place = 0.3 * np.minimum(table.core, 2.0)
    return np.asarray(size + 0.8 * closed - 0.4 * (segment == "kiosk") - place + habit)


def direct_modes(table: OutletTable, today: IntArray) -> IntArray:
    """Return the flattened design: A and B outlets without a chain are served directly.

    Small outlets of assisted and area distributors go back to wholesalers.
    """
    flat = today.copy()
    flat[np.isin(today, (WAT, PDS))] = WS
    flat[(table.chain < 0) & (table.grade <= 1)] = DSD
    return flat


def near_seat(towns: list[Town], roles: TownRoles) -> NDArray[np.bool_]:
    """Tell which towns lie within 9 km of the seat whose office is nearest, (n_towns,) bool."""
    pairs = zip(towns, roles.seat.tolist(), strict=True)
    return np.array([between_km(town, towns[seat]) <= NEAR_TOWN_KM for town, seat in pairs])


def assisted_modes(
    table: OutletTable, today: IntArray, roles: TownRoles, towns: list[Town]
) -> IntArray:
    """Return the assisted design: wholesale outlets of grade A and B move to WAT and PDS.

    Towns within 9 km of their seat are assisted by our own rep, farther ones belong to an
    area distributor.
    """
    near = near_seat(towns, roles)
    target = np.where(near, WAT, PDS)
    target = np.where(roles.role == WAT, WAT, np.where(roles.role == PDS, PDS, target))
    assisted = today.copy()
    moved = (today == WS) & (table.grade <= 1)
    assisted[moved] = target[table.town[moved]]
    return assisted


def online_modes(table: OutletTable, today: IntArray) -> IntArray:
    """Return the hybrid design: groceries, kiosks and restaurants of grade A and B order by app."""
    hybrid = today.copy()
    hybrid[(today == WS) & (table.grade <= 1)] = EB2B
    return hybrid
