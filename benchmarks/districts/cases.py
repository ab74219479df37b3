"""The cases: counties of Iowa, counties of Jiangsu, and generated points of any number."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.territories.instance import Instance
from channelwright.optimisation.districts import adjacency_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ROOT = Path(__file__).resolve().parents[2]
_EARTH_KM = 6371.0088


@dataclass(frozen=True)
class Case:
    """What is asked.

    Attributes
    ----------
    units : int
        Of generated maps.
    territories, tolerance : int, float
    graph : str
        ``none``, ``gabriel`` or ``delaunay``; Iowa has a table of neighbours instead.
    seed : int
        Of generated maps.
    """

    units: int
    territories: int
    tolerance: float
    graph: str
    seed: int


def _rows(path: str) -> list[dict[str, str]]:
    with (_ROOT / path).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def kilometres(degrees: Floats) -> Floats:
    """Return great-circle distances of all pairs, (n, n) km.

    Parameters
    ----------
    degrees : (n, 2)
        Latitude and longitude.
    """
    lat, lon = np.radians(degrees).T
    half = np.sin((lat[:, None] - lat) / 2) ** 2
    half = half + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    return np.asarray(2 * _EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0))))


def _plane(degrees: Floats) -> Floats:
    lat, lon = np.radians(degrees).T
    return _EARTH_KM * np.stack([lon * np.cos(lat.mean()), lat], axis=1)


def iowa(case: Case) -> Instance:
    """Return Iowa's 99 counties: revenue of 2019, kilometres, neighbours from the map."""
    rows = _rows("scenarios/iowa_spirits/source/iowa_counties.csv")
    number = {row["fips"]: place for place, row in enumerate(rows)}
    pairs = _rows("scenarios/iowa_spirits/source/iowa_county_adjacency.csv")
    edges = np.array([(number[row["fips_a"]], number[row["fips_b"]]) for row in pairs])
    degrees = np.array([(float(row["lat"]), float(row["lon"])) for row in rows])
    revenue = np.array([float(row["revenue_2019_usd"]) for row in rows])
    return _instance("iowa", kilometres(degrees), revenue[:, None], edges, case)


def jiangsu(case: Case) -> Instance:
    """Return Jiangsu's counties with coordinates: population and population-weighted km."""
    rows = _rows("scenarios/yangtze_beverage/source/counties.csv")
    rows = [row for row in rows if row["province"] == "江苏省" and row["lat"]]
    degrees = np.array([(float(row["lat"]), float(row["lon"])) for row in rows])
    people = np.array([float(row["population"]) for row in rows]) / 1000
    cost = people[:, None] * kilometres(degrees)
    return _instance("jiangsu", cost, people[:, None], _edges(_plane(degrees), case), case)


def grid(case: Case) -> Instance:
    """Return generated units: half of them in towns, two measures, neighbours by graph."""
    rng = np.random.default_rng(case.seed)
    n = case.units
    towns = rng.uniform(5, 95, (max(3, n // 150), 2))
    near = towns[rng.integers(0, len(towns), n // 2)] + rng.normal(0, 2.5, (n // 2, 2))
    points = np.clip(np.concatenate([near, rng.uniform(0, 100, (n - n // 2, 2))]), 0, 100)
    cases = np.round(rng.lognormal(1.5, 0.8, n), 2) + 0.5
    minutes = np.round(10 + 3 * cases * rng.uniform(0.5, 1.5, n), 1)
    apart = points[:, None] - points[None]
    cost = np.sqrt((apart**2).sum(axis=2)) * cases[:, None]
    del apart
    activity = np.stack([cases, minutes], axis=1)
    return _instance(f"grid_{n}", cost, activity, _edges(points, case), case)


def _edges(points: Floats, case: Case) -> NDArray[np.int64] | None:
    if case.graph == "none":
        return None
    return adjacency_of(points, "delaunay" if case.graph == "delaunay" else "gabriel")


def _instance(
    name: str, cost: Floats, activity: Floats, edges: NDArray[np.int64] | None, case: Case
) -> Instance:
    n, p = len(cost), case.territories
    mean = activity.sum(axis=0) / p
    return Instance(
        name=f"{name}_{p}",
        cost=cost,
        usage=activity.T[:, :, None],
        limit=np.repeat((mean * (1 + case.tolerance))[:, None], n, axis=1),
        floor=np.repeat((mean * (1 - case.tolerance))[:, None], n, axis=1),
        fixed_cost=np.zeros(n),
        sites_open=p,
        all_open=False,
        own=True,
        single_source=True,
        sign=1.0,
        published=None,
        edges=edges,
    )


CASES = {"iowa": iowa, "jiangsu": jiangsu, "grid": grid}
