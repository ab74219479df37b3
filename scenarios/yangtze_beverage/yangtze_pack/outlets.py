"""The covered outlets of a pack: segment, grade, volume, chain and place.

Everything here is assumed from the magnitudes in the README and drawn from one seed; only
the number of outlets per town rests on census people and employment.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.geography import Town, largest_remainder
from yangtze_pack.scatter import Land, town_points

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SEGMENTS = {
    "supermarket": "Supermarket (chain)",
    "convenience": "Convenience store (chain)",
    "grocery": "Traditional grocery",
    "kiosk": "Kiosk and small shop",
    "restaurant": "Restaurant",
    "canteen": "School and works canteen",
    "entertainment": "Entertainment venue",
}
SEGMENT_IDS = tuple(SEGMENTS)
SEAT_MIX = (0.016, 0.055, 0.395, 0.220, 0.190, 0.060, 0.064)
TOWN_MIX = (0.014, 0.030, 0.488, 0.266, 0.145, 0.040, 0.017)
SIZE = (2.2, 0.7, 0.0, -0.75, 0.0, 0.75, 0.75)  # mean of the latent size by segment
GRADES = "ABC"
GRADE_SHARES = (0.15, 0.30, 0.55)
GRADE_CASES = (30.0, 10.0, 3.0)
VOLUME_CV = 0.6
OWN_SHARE = 0.45
CHAINS = (
    ("supermarket", "green_gate", "Green Gate Supermarkets", 0.45),
    ("supermarket", "east_lake", "East Lake Hypermarkets", 0.35),
    ("supermarket", "home_basket", "Home Basket", 0.20),
    ("convenience", "good_corner", "Good Corner", 0.40),
    ("convenience", "day_star", "Day Star", 0.35),
    ("convenience", "red_door", "Red Door", 0.25),
)
UNSERVED_MIX = (0.0, 0.02, 0.28, 0.38, 0.28, 0.02, 0.02)
UNSERVED_CASES = (0.0, 8.0, 4.0, 2.0, 3.0, 8.0, 8.0)  # category cases per week of one


@dataclass(frozen=True, slots=True)
class OutletTable:
    """Columns of the covered outlets, in the order of towns.

    Attributes
    ----------
    town, segment, grade, chain : (n,) int64, rows; chain -1 = none
    lat, lon : (n,) float64, degrees
    core : (n,) float64, distance to the town point over the core's radius
    cases : (n,) float64, mean own cases per week over the year
    category : (n,) float64, category cases per week, own and rivals
    """

    town: IntArray
    segment: IntArray
    grade: IntArray
    chain: IntArray
    lat: FloatArray
    lon: FloatArray
    core: FloatArray
    cases: FloatArray
    category: FloatArray

    @property
    def ids(self) -> list[str]:
        """Return the ids, numbered in order."""
        return [f"o{row + 1:06d}" for row in range(len(self.town))]


def outlets_per_town(towns: list[Town], outlets: int) -> list[int]:
    """Share the outlets out over towns by people and by retail and catering work."""
    people = sum(t.people for t in towns)
    mean = sum(t.people * t.county.service_share for t in towns) / people
    return largest_remainder(
        outlets, [t.people * math.sqrt(t.county.service_share / mean) for t in towns]
    )


def make_outlets(towns: list[Town], outlets: int, seed: int) -> OutletTable:
    """Draw the covered outlets of the towns.

    A town's draws come from a stream keyed by the seed and the town, so that the other
    towns of a pack do not move them.
    """
    land = Land()
    parts = []
    for row, (town, count) in enumerate(zip(towns, outlets_per_town(towns, outlets), strict=True)):
        rng = np.random.Generator(np.random.Philox(key=[seed, int(town.area_id[1:])]))
        parts.append(_town_outlets(row, town, count, land, rng))
    columns = {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
    grade = _grades(columns.pop("size"))
    noise = columns.pop("noise")
    sigma = math.sqrt(math.log1p(VOLUME_CV**2))
    cases = np.array(GRADE_CASES)[grade] * np.exp(sigma * noise - sigma**2 / 2)
    category = cases / np.minimum(0.9, OWN_SHARE * np.exp(0.3 * columns.pop("rival")))
    return OutletTable(
        town=columns["town"],
        segment=columns["segment"],
        grade=grade,
        chain=columns["chain"],
        lat=columns["lat"],
        lon=columns["lon"],
        core=columns["core"],
        cases=np.round(cases, 3),
        category=np.round(category, 3),
    )


def _town_outlets(
    row: int, town: Town, count: int, land: Land, rng: np.random.Generator
) -> dict[str, NDArray[np.generic]]:
    lat, lon, core = town_points(town, count, land, rng)
    mix = np.cumsum(SEAT_MIX if town.is_seat else TOWN_MIX)
    segment = np.minimum(np.searchsorted(mix, rng.uniform(0.0, 1.0, count)), len(mix) - 1)
    # Shops near the middle of a town sell more: half a standard deviation over the core.
    size = (
        np.array(SIZE)[segment] + 0.25 - 0.25 * np.minimum(core, 2.0) + rng.normal(0.0, 1.0, count)
    )
    return {
        "town": np.full(count, row, dtype=np.int64),
        "segment": segment.astype(np.int64),
        "chain": _chains(segment, rng.uniform(0.0, 1.0, count)),
        "lat": lat,
        "lon": lon,
        "core": core,
        "size": size,
        "noise": rng.normal(0.0, 1.0, count),
        "rival": rng.normal(0.0, 1.0, count),
    }


def _chains(segment: NDArray[np.generic], draw: FloatArray) -> IntArray:
    chain = np.full(len(segment), -1, dtype=np.int64)
    for kind, segment_id in enumerate(SEGMENT_IDS):
        rows = [i for i, c in enumerate(CHAINS) if c[0] == segment_id]
        if rows:
            bounds = np.cumsum([CHAINS[i][3] for i in rows])
            inside = segment == kind
            pick = np.minimum(np.searchsorted(bounds, draw[inside]), len(rows) - 1)
            chain[inside] = np.array(rows)[pick]
    return chain


def _grades(size: FloatArray) -> IntArray:
    """Grade by rank of the latent size: the largest 15 % are A, the next 30 % B."""
    order = np.argsort(-size, kind="stable")
    counts = largest_remainder(len(size), list(GRADE_SHARES))
    grade = np.empty(len(size), dtype=np.int64)
    grade[order] = np.repeat(np.arange(len(GRADES)), counts)
    return grade


def unserved(towns: list[Town], outlets: int) -> list[list[int]]:
    """Return the outlets that nobody serves, by town and segment; together as many as covered."""
    return [
        largest_remainder(count, list(UNSERVED_MIX)) for count in outlets_per_town(towns, outlets)
    ]
