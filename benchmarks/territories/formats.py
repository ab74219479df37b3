"""Readers of the published formats; plain or .gz files."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.territories.instance import FormatError, Instance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

_ENDINGS = (".gz", ".txt", ".dat")


@dataclass(frozen=True)
class Question:
    """What the command line asks beside the files.

    Attributes
    ----------
    single_source : bool
        One server per customer where the format leaves it open.
    number : int or None
        Number of sites to open (``--p``).
    sense : str
        ``min`` or ``max`` (generalised assignment).
    capacity : float or None
        Replaces the word ``capacity`` in a file.
    """

    single_source: bool = False
    number: int | None = None
    sense: str = "min"
    capacity: float | None = None


def instance_name(path: Path) -> str:
    """Return the file name without the endings of the formats."""
    name = path.name
    while name.endswith(_ENDINGS):
        name = name[: name.rindex(".")]
    return name


def _words(path: Path) -> list[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return file.read().split()


def _numbers(path: Path) -> Floats:
    words = _words(path)
    try:
        return np.array(words, dtype=np.float64)
    except ValueError as error:
        message = f"{path}: {error}"
        raise FormatError(message) from error


def _rows(path: Path, values: Floats, begin: int, rows: int, columns: int) -> Floats:
    end = begin + rows * columns
    if values.size < end:
        message = f"{path}: {values.size} numbers, at least {end} expected"
        raise FormatError(message)
    return values[begin:end].reshape(rows, columns)


def _published(
    path: Path, file: str, match: Callable[[dict[str, str]], str | None]
) -> float | None:
    table = path.parent / file
    if not table.is_file():
        return None
    with table.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            text = match(row)
            if text:
                return float(text)
    return None


def _by_name(path: Path, column: str) -> Callable[[dict[str, str]], str | None]:
    name = instance_name(path)
    return lambda row: row.get(column) if row.get("instance") == name else None


def _median(path: Path, cost: Floats, number: int, published: float | None) -> Instance:
    """Return an uncapacitated p-median."""
    n, m = cost.shape
    return Instance(
        name=instance_name(path),
        cost=cost,
        usage=np.zeros((0, n, 1)),
        limit=np.zeros((0, m)),
        floor=np.zeros((0, m)),
        fixed_cost=np.zeros(m),
        sites_open=number,
        all_open=False,
        own=False,
        single_source=True,
        sign=1.0,
        published=published,
    )


def read_pmed(path: Path, question: Question) -> Instance:
    """Read an OR-Library p-median graph; of repeated edges the last one counts."""
    values = _numbers(path)
    n, edges, p = (int(v) for v in values[:3])
    table = _rows(path, values, 3, edges, 3)
    ends = table[:, :2].astype(np.int64) - 1
    key = ends.min(axis=1) * n + ends.max(axis=1)
    # The first occurrence in reversed order is the last one in the file.
    kept, place = np.unique(key[::-1], return_index=True)
    length = table[::-1, 2][place]
    graph = csr_array((length, (kept // n, kept % n)), shape=(n, n))
    cost = dijkstra(graph, directed=False)
    published = _published(path, "optima.csv", _by_name(path, "optimum"))
    asked = question.number or p
    return _median(path, cost, asked, published if asked == p else None)


def read_cap(path: Path, question: Question) -> Instance:
    """Read an OR-Library capacitated warehouse file; costs are for all of a customer's demand."""
    words = _words(path)
    if question.capacity is not None:
        words = [f"{question.capacity}" if word == "capacity" else word for word in words]
    elif "capacity" in words:
        message = f"{path}: the capacity is left open in this file; give --capacity"
        raise FormatError(message)
    values = np.array(words, dtype=np.float64)
    m, n = (int(v) for v in values[:2])
    sites = _rows(path, values, 2, m, 2)
    customers = _rows(path, values, 2 + 2 * m, n, 1 + m)
    column = "single_source_optimum" if question.single_source else "optimum"
    name = instance_name(path)

    def match(row: dict[str, str]) -> str | None:
        given = row.get("capacity_substituted") or ""
        same = (float(given) if given else None) == question.capacity
        return row.get(column) if row.get("instance") == name and same else None

    return Instance(
        name=name,
        cost=customers[:, 1:],
        usage=customers[None, :, :1],
        limit=sites[None, :, 0],
        floor=np.zeros((1, m)),
        fixed_cost=sites[:, 1],
        sites_open=question.number,
        all_open=False,
        own=False,
        single_source=question.single_source,
        sign=1.0,
        published=_published(path, "optima.csv", match),
    )


def _capacitated_median(
    path: Path, cost: Floats, demand: Floats, capacity: Floats, p: int, asked: int | None
) -> Instance:
    n, asked = demand.size, asked or p
    # What is published belongs to the number of the file.
    published = _published(path, "optima.csv", _by_name(path, "optimum")) if asked == p else None
    return Instance(
        name=instance_name(path),
        cost=cost,
        usage=demand[None, :, None],
        limit=capacity[None, :],
        floor=np.zeros((1, n)),
        fixed_cost=np.zeros(n),
        sites_open=asked,
        all_open=False,
        own=True,
        single_source=True,
        sign=1.0,
        published=published,
    )


def _euclidean(points: Floats) -> Floats:
    difference = points[:, None, :] - points[None, :, :]
    return np.asarray(np.sqrt((difference**2).sum(axis=2)))


def read_osman(path: Path, question: Question) -> Instance:
    """Read an Osman & Christofides capacitated p-median; distances are rounded down."""
    values = _numbers(path)
    n, p = int(values[2]), int(values[3])
    table = _rows(path, values, 5, n, 4)
    cost = np.floor(_euclidean(table[:, 1:3]))
    capacity = np.full(n, values[4])
    return _capacitated_median(path, cost, table[:, 3], capacity, p, question.number)


def read_sjc(path: Path, question: Question) -> Instance:
    """Read a Lorena & Senne capacitated p-median; distances are real."""
    values = _numbers(path)
    n, p = int(values[0]), int(values[1])
    table = _rows(path, values, 2, n, 4)
    cost = _euclidean(table[:, :2])
    return _capacitated_median(path, cost, table[:, 3], table[:, 2], p, question.number)


def read_gap(path: Path, question: Question) -> Instance:
    """Read a generalised assignment file: every job to exactly one agent."""
    values = _numbers(path)
    m, n = int(values[0]), int(values[1])
    cost = _rows(path, values, 2, m, n).T
    usage = _rows(path, values, 2 + m * n, m, n).T
    limit = _rows(path, values, 2 + 2 * m * n, 1, m)
    sign = -1.0 if question.sense == "max" else 1.0
    column = "optimum_max_orlib" if question.sense == "max" else "optimum_min"
    return Instance(
        name=instance_name(path),
        cost=sign * cost,
        usage=usage[None],
        limit=limit,
        floor=np.zeros((1, m)),
        fixed_cost=np.zeros(m),
        sites_open=None,
        all_open=True,
        own=False,
        single_source=True,
        sign=sign,
        published=_published(path, "optima.csv", _by_name(path, column)),
    )


def read_ctdp(path: Path, question: Question) -> Instance:
    """Read a commercial territory file: three balances, contiguity, distance to the centre."""
    values = _numbers(path)
    n = int(values[0])
    units = _rows(path, values, 1, n, 7)
    edges = int(values[1 + 7 * n])
    begin = 2 + 7 * n
    ends = _rows(path, values, begin, edges, 2).astype(np.int64)
    p = question.number or int(values[begin + 2 * edges])
    tolerance = values[begin + 2 * edges + 2 : begin + 2 * edges + 5]
    activity = units[:, 3:6]
    target = activity.sum(axis=0) / p
    order = np.argsort(units[:, 0], kind="stable")
    place = np.searchsorted(units[order, 0], ends)

    def match(row: dict[str, str]) -> str | None:
        if row.get("instance") != instance_name(path):
            return None
        return row.get("proven_optimum") or row.get("best_known_compactness")

    return Instance(
        name=instance_name(path),
        cost=_euclidean(units[:, 1:3]),
        usage=activity.T[:, :, None],
        limit=np.repeat((target * (1 + tolerance))[:, None], n, axis=1),
        floor=np.repeat((target * (1 - tolerance))[:, None], n, axis=1),
        fixed_cost=np.zeros(n),
        sites_open=p,
        all_open=False,
        own=True,
        single_source=True,
        sign=1.0,
        published=_published(path, "reference_values.csv", match),
        edges=order[place],
    )


def read_sf(path: Path, question: Question) -> Instance:
    """Read the San Francisco store folder: tract population times street metres."""
    if question.number is None:
        message = f"{path}: the number of stores is not in the folder; give --p"
        raise FormatError(message)
    with (path / "demand_tracts.csv").open(encoding="utf-8", newline="") as stream:
        weight = {row["NAME"]: float(row["POP2000"]) for row in csv.DictReader(stream)}
    with (path / "candidate_stores.csv").open(encoding="utf-8", newline="") as stream:
        stores = [row["NAME"] for row in csv.DictReader(stream)]
    tracts = list(weight)
    cost = np.full((len(tracts), len(stores)), np.inf)
    row_of = {name: k for k, name in enumerate(tracts)}
    column_of = {name: k for k, name in enumerate(stores)}
    with (path / "network_distance.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            place = row_of[row["tract"]], column_of[row["store"]]
            cost[place] = weight[row["tract"]] * float(row["distance_m"])
    optima = json.loads((path / "optima.json").read_text(encoding="utf-8"))
    known = optima["p"].get(str(question.number))
    published = None if known is None else float(known["weighted_cost"])
    return _median(path, cost, question.number, published)


READERS: dict[str, Callable[[Path, Question], Instance]] = {
    "pmed": read_pmed,
    "cap": read_cap,
    "cpmp-osman": read_osman,
    "cpmp-sjc": read_sjc,
    "gap": read_gap,
    "ctdp": read_ctdp,
    "sf": read_sf,
}
