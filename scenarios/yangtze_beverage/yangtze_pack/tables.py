"""Write the pack's tables: market tables and the tables of every design.

Floats are written as short decimals, so that a pack is the same bytes on every machine.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from string import Template

import numpy as np
from numpy.typing import NDArray

from yangtze_pack.designs import DesignParts, headcount
from yangtze_pack.geography import SOURCE, Town, read_crossings, read_rows
from yangtze_pack.modes import MODE_IDS
from yangtze_pack.network import (
    CAPACITY_OVER_FLOW,
    CAPITAL_DAYS,
    HANDLING,
    PRICE_PER_CASE,
    Network,
    distances,
    fixed_cost,
)
from yangtze_pack.outlets import (
    CHAINS,
    GRADES,
    SEGMENT_IDS,
    SEGMENTS,
    UNSERVED_CASES,
    OutletTable,
    unserved,
)

ZONE_NAMES = {
    "delta": "Delta between Yangtze and Hangzhou Bay",
    "north_of_yangtze": "North of the Yangtze",
    "south_of_bay": "South of Hangzhou Bay and the Qiantang",
    "yangzhong_island": "Yangzhong island",
    "zhoushan_islands": "Zhoushan islands",
}
SITE_RULE = {  # review days, safety days of stock, vehicle, cases per week and tour of the fleet
    "dc": (2, 5.0, "", 0),
    "office": (1, 4.0, "office_truck", 500),
    "tier1": (3, 9.0, "house_van", 320),  # or the small van
    "wholesaler": (3, 6.0, "", 0),
}
SMALL_VAN = ("small_van", 200)
SMALL_HOUSE_CASES = 1_450.0  # cases per week up to which a house keeps a small van
PEAK = 2.2  # tours that can leave on a day, over the mean need

Value = str | int | float
IntArray = NDArray[np.int64]


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Value]]) -> None:
    """Write one CSV file, UTF-8, Unix line ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([_text(v) for v in row] for row in rows)


def _text(value: Value) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def write_market(out: Path, towns: list[Town], table: OutletTable, network: Network) -> None:
    """Write the tables of the market that depend on the piece of country."""
    _write_places(out, towns, table)
    _write_outlets(out, towns, table)
    _write_sites(out, towns, network)


def _write_places(out: Path, towns: list[Town], table: OutletTable) -> None:
    zones = [
        [z, ZONE_NAMES[z]]
        for z in sorted(
            {t.zone for t in towns}
            | {r["zone_a"] for r in read_rows("crossings.csv")}
            | {r["zone_b"] for r in read_rows("crossings.csv")}
        )
    ]
    write(out / "tables/zones.csv", ["id", "name"], zones)
    write(
        out / "tables/crossings.csv",
        ["id", "name", "zone_a", "zone_b", "lat_a", "lon_a", "lat_b", "lon_b", "km"],
        [
            [c.crossing_id, c.name, c.zone_a, c.zone_b, *c.end_a, *c.end_b, c.metres / 1000]
            for c in read_crossings()
        ],
    )
    write(
        out / "tables/areas.csv",
        ["id", "name", "zone", "lat", "lon", "population"],
        [[t.area_id, _area_name(t), t.zone, t.latitude, t.longitude, t.people] for t in towns],
    )
    counts = unserved(towns, len(table.town))
    write(
        out / "tables/universe.csv",
        ["area", "segment", "outlets", "category_cases"],
        [
            [town.area_id, segment, count, UNSERVED_CASES[g]]
            for town, row in zip(towns, counts, strict=True)
            for g, (segment, count) in enumerate(zip(SEGMENT_IDS, row, strict=True))
            if count
        ],
    )
    write(out / "tables/segments.csv", ["id", "name"], SEGMENTS.items())
    write(out / "tables/chains.csv", ["id", "name"], [[c[1], c[2]] for c in CHAINS])


def _area_name(town: Town) -> str:
    return f"{town.name} (seat)" if town.is_seat else f"{town.name} ({town.county.name})"


def _write_outlets(out: Path, towns: list[Town], table: OutletTable) -> None:
    header = [
        "id",
        "area",
        "segment",
        "grade",
        "lat",
        "lon",
        "chain",
        "weekly_cases",
        "category_cases",
    ]
    rows = (
        [
            name,
            towns[table.town[n]].area_id,
            SEGMENT_IDS[table.segment[n]],
            GRADES[table.grade[n]],
            float(table.lat[n]),
            float(table.lon[n]),
            CHAINS[table.chain[n]][1] if table.chain[n] >= 0 else "",
            float(table.cases[n]),
            float(table.category[n]),
        ]
        for n, name in enumerate(table.ids)
    )
    write(out / "tables/outlets.csv", header, rows)


def _write_sites(out: Path, towns: list[Town], network: Network) -> None:
    header = ["id", "name", "kind", "owner", "area", "lat", "lon", "fixed_cost", "handling_cost"]
    header += ["capacity_cases", "working_capital", "pick_order_seconds", "pick_line_seconds"]
    rows: list[list[Value]] = []
    for site in network.sites:
        capital = CAPITAL_DAYS / 7 * site.flow * PRICE_PER_CASE
        pick = (90, 25) if site.kind in ("office", "dc") else (0, 0)
        capacity = 1e7 if site.kind in ("plant", "dc", "office") else CAPACITY_OVER_FLOW * site.flow
        place: list[Value] = [towns[site.town].area_id, site.latitude, site.longitude]
        cost: list[Value] = [fixed_cost(site), HANDLING[site.kind]]
        limits: list[Value] = [float(round(capacity)), float(round(capital, -3))]
        rows.append([site.site_id, site.name, site.kind, site.owner, *place, *cost, *limits, *pick])
    write(out / "tables/sites.csv", header, rows)
    write(out / "tables/lanes.csv", ["parent", "child", "lead_days", "cost"], network.lanes)


def write_design(
    out: Path, design: DesignParts, towns: list[Town], network: Network, table: OutletTable
) -> None:
    """Write sites, outlets and head-count of one design."""
    server = serve(design, towns, network, table)
    ids = [s.site_id for s in network.sites]
    write(
        out / f"designs/{design.name}_outlets.csv",
        ["outlet", "mode", "site"],
        [
            [outlet, MODE_IDS[mode], ids[site]]
            for outlet, mode, site in zip(table.ids, design.mode, server, strict=True)
        ],
    )
    flow = np.bincount(server, weights=table.cases, minlength=len(ids))
    served = dict(zip(ids, np.bincount(server, minlength=len(ids)).tolist(), strict=True))
    header = ["site", "mode", "parent", "review_days", "safety_days", "vehicle", "vehicles"]
    rows: list[list[Value]] = []
    for number, site in enumerate(network.sites):
        if site.kind == "plant":
            rows.append([site.site_id, "", "", 1, 0.0, "", 0])
        elif site.site_id in design.opened:
            review, safety, vehicle, load = SITE_RULE[site.kind]
            if site.kind == "tier1" and flow[number] <= SMALL_HOUSE_CASES:
                vehicle, load = SMALL_VAN
            fleet = 1 + int(np.ceil(PEAK * flow[number] / 6 / load)) if load else 0
            mode = design.opened[site.site_id]
            rows.append([site.site_id, mode, site.parent, review, safety, vehicle, fleet])
    write(out / f"designs/{design.name}_sites.csv", header, rows)
    if design.per_rep:
        write(
            out / f"designs/{design.name}_headcount.csv",
            ["site", "mode", "people"],
            headcount(design, served),
        )


def write_requests(out: Path, candidates: dict[str, list[str]]) -> None:
    """Write the requests from their templates: only the candidates depend on the size."""
    names = {mode.lower(): ", ".join(ids) for mode, ids in candidates.items()}
    for request in ("optimised.yaml", "optimised_sites.yaml"):
        template = Template((SOURCE / request).read_text(encoding="utf-8"))
        (out / "designs" / request).write_text(template.substitute(names), encoding="utf-8")


def serve(design: DesignParts, towns: list[Town], network: Network, table: OutletTable) -> IntArray:
    """Return the row of the nearest open site of its mode for every outlet, (n,) int64."""
    server = np.zeros(len(table.town), dtype=np.int64)
    for kind, mode in enumerate(MODE_IDS):
        houses = np.array(
            [n for n, s in enumerate(network.sites) if design.opened.get(s.site_id) == mode]
        )
        rows = np.flatnonzero(design.mode == kind)
        for part in np.array_split(rows, max(1, len(rows) // 4_000)):
            if len(part):
                km = distances(network, towns, table, part, houses)
                server[part] = houses[np.argmin(km, axis=1)]
    return server
