"""The pack with every mechanism of the simulated world: ``full_world.yaml`` and its tables.

It extends the pack and is written from its tables, so that it belongs to any size. The figures are
assumed magnitudes of the trade, chosen so that volume and profit of `today` stay near those of the
plain pack: README.md says so, line by line.
"""

from __future__ import annotations

import csv
import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from yangtze_pack.tables import Value, write

KM_PER_DEGREE = 111.2
CELL_DEGREES = 0.02  # consumers of about two kilometres live in one place
MORE_CONSUMERS = 1.4  # what their places hold over what is bought: nobody buys everything in reach
Rows = list[dict[str, str]]

DELIVERY_FAILURE = {"kiosk": 0.03, "restaurant": 0.05, "entertainment": 0.06, "canteen": 0.02}
SHRINKAGE = {"supermarket": 0.004, "convenience": 0.003, "grocery": 0.002, "kiosk": 0.002}
PAYMENT = {  # delay factor, spread, part chance, part share, default rate, write-off, recovered
    "supermarket": (1.0, 0.2, 0.0, 0.0, 0.0, 0, 0.0),
    "convenience": (1.0, 0.2, 0.0, 0.0, 0.0, 0, 0.0),
    "grocery": (1.0, 0.4, 0.05, 0.5, 0.0015, 120, 0.3),
    "kiosk": (1.2, 0.6, 0.08, 0.5, 0.003, 120, 0.2),
    "restaurant": (1.1, 0.5, 0.05, 0.5, 0.002, 120, 0.3),
    "canteen": (1.0, 0.3, 0.0, 0.0, 0.0, 0, 0.0),
    "entertainment": (1.2, 0.6, 0.08, 0.5, 0.003, 120, 0.2),
}
COLLECTING = {  # pays at a call, share, promises, kept, days
    "grocery": (0.45, 1.0, 0.35, 0.7, 7),
    "kiosk": (0.4, 1.0, 0.3, 0.6, 5),
    "restaurant": (0.35, 0.6, 0.45, 0.7, 10),
    "entertainment": (0.35, 0.6, 0.4, 0.6, 10),
}
TIERS = ((20_000, 0.005), (60_000, 0.01))  # currency a month, share
DELIVERY_DAYS = "mon,tue,wed,thu,fri,sat"
CENTRE_ASKS = (0.976, 0.985)  # of every other house: a little less or more than the plant asks
CALL_MINUTES = {"canteen": 25, "entertainment": 14}
DESIGN = """title: "Today's network in the full world"
extends: today.yaml
service: designs/full_service.csv
sources: {WS: 3}
queue: {grade: {A: 0, B: 1, C: 2}}
credit: designs/full_credit.csv
account_credit: designs/full_accounts.csv
dunning: designs/full_dunning.csv
approval: designs/full_approval.csv
collecting: designs/full_collecting.csv
promotions: designs/full_promotions.csv
stock: designs/full_stock.csv
shelves: designs/full_shelves.csv
forecast: designs/full_forecast.csv
shortage: designs/full_shortage.csv
suppliers: designs/full_suppliers.csv
asking: designs/full_asking.csv
contracts: designs/full_contracts.csv
rebate_tiers: designs/full_tiers.csv
returns: designs/full_returns.csv
consignment: designs/full_consignment.csv
o2o:
  segments: [convenience]
  nearby: {radius_km: 2, outlet_fee: 0.3, courier_unit: 0.4, courier_km: 0.15}
online_fee: 0.12
parcels: designs/full_parcels.csv
parcel_shop:
  mode: D2C
  price: 1.0
  pack: case
  packs: 1.3
  basket: 1.4
  parcel_cases: 2
  cutoff: "16:00"
  wait_days: 2
  packers: 6
  pack_seconds: 240
  packing: 1.2
  fee: 8
  free_from: 100
  payment_fee: 0.01
  returns: 0.01
  return_days: 6
  return_cost: 7
"""
CASH_ALONE = 40  # one in so many direct outlets pays cash alone
PARCELS = ("D2C", "Parcels to consumers", "app", "tariff", "none", "", 0, 0)
PARCEL_DEMAND = (0.03, 0.6)  # of an area's demand; of that, lost by its outlets
BANDS = ((50, 1, 3.5, 1.2), (150, 2, 4.0, 1.6), (10_000, 3, 5.0, 2.4))  # km, days, parcel, case


def write_full_world(out: Path) -> None:
    """Write the tables and designs of the full world of the pack in ``out``."""
    outlets, sites = _read(out / "tables/outlets.csv"), _read(out / "designs/today_sites.csv")
    _market(out, outlets, sites)
    _designs(out, outlets, sites)
    (out / "designs/full_today.yaml").write_text(DESIGN, encoding="utf-8")


def _read(path: Path) -> Rows:
    with path.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle))


def _extended(out: Path, name: str, more: dict[str, dict[str, Value]], key: str) -> None:
    """Write a market table with further columns: column -> value by key, ``*`` for the others."""
    rows = _read(out / f"tables/{name}.csv")
    header = [*rows[0], *more]
    body = [
        [*row.values(), *(column.get(row[key], column["*"]) for column in more.values())]
        for row in rows
    ]
    write(out / f"tables/full_{name}.csv", header, body)


def _market(out: Path, outlets: Rows, sites: Rows) -> None:
    _extended(
        out,
        "segments",
        {
            "delivery_failure": {**DELIVERY_FAILURE, "*": 0.01},
            "shrinkage": {**SHRINKAGE, "*": 0.001},
            "receive_open": {"restaurant": "07:00", "*": "06:00"},
            "receive_close": {"restaurant": "17:00", "*": "20:00"},
        },
        "id",
    )
    _extended(
        out,
        "products",
        {
            "elasticity": {"*": -1.8},
            "site_days": {"*": 150},
            "shelf_days": {"*": 100},
            "sell_off_days": {"*": 15},
            "sell_off_cut": {"*": 0.3},
        },
        "id",
    )
    fleet: dict[str, dict[str, Value]] = {
        "load_minutes": {"*": 40},
        "day_hours": {"*": 11},
        "route": {"office_truck": "standing", "*": "daily"},
    }
    _extended(out, "vehicles", fleet, "id")
    _modes(out)
    _lanes(out, sites)
    _extended(out, "sites", {"shrinkage": {"*": 0.0005}}, "id")
    _consumers(out, outlets)
    roles = [row["id"] for row in _read(out / "tables/roles.csv")]
    write(
        out / "tables/full_call_times.csv",
        ["role", "segment", "minutes"],
        [[role, segment, minutes] for role in roles for segment, minutes in CALL_MINUTES.items()],
    )
    header = ["segment", "delay_factor", "spread", "part_chance", "part_share", "default_rate"]
    write(
        out / "tables/full_payment_behaviour.csv",
        [*header, "write_off_days", "recovered"],
        [[segment, *figures] for segment, figures in PAYMENT.items()],
    )
    write(
        out / "tables/full_collecting.csv",
        ["segment", "pays", "pay_share", "promises", "kept", "promise_days"],
        [[segment, *figures] for segment, figures in COLLECTING.items()],
    )
    houses = [row["site"] for row in sites if row["mode"] in ("WAT", "PDS")]
    write(
        out / "tables/full_site_limits.csv",
        ["site", "cash", "opening_cash", "credit_line", "interest", "capacity"],
        [[house, "true", -1, 150000, 0.09, "true"] for house in houses],
    )
    products = [row["id"] for row in _read(out / "tables/products.csv")]
    daily = sum(float(row["weekly_cases"]) for row in outlets) / 7
    write(
        out / "tables/full_capacity.csv",
        ["plant", "product", "cases", "days"],
        [["plant_1", product, round(7 * daily), 7] for product in products],
    )
    write(
        out / "tables/full_outages.csv",
        ["site", "child", "first", "last"],
        [["plant_1", "", "2025-06-10", "2025-06-12"]],
    )


def _modes(out: Path) -> None:
    """Write modes with the error of their counts, and one more for parcels."""
    errors = {"count_error": {"DSD": 0.15, "WAT": 0.2, "PDS": 0.25, "*": 0}}
    _extended(out, "modes", dict(errors), "id")
    rows = _read(out / "tables/full_modes.csv")
    body: list[Sequence[Value]] = [[*row.values()] for row in rows]
    write(out / "tables/full_modes.csv", list(rows[0]), [*body, (*PARCELS, 0)])


def _choosers(sites: Rows) -> list[str]:
    """Return every second wholesaler: it fetches its goods from the plant or the centre."""
    return [row["site"] for row in sites if row["mode"] == "WS"][::2]


def _centre(sites: Rows) -> str:
    return next(row["site"] for row in sites if row["mode"] == "MT")


def _lanes(out: Path, sites: Rows) -> None:
    """Write lanes with their spread, and those from the distribution centre to choosers."""
    more = {"lead_deviation": {"*": 0.4}, "overtaking": {"*": "false"}}
    _extended(out, "lanes", dict(more), "child")
    rows = _read(out / "tables/full_lanes.csv")
    wanted = set(_choosers(sites))
    centre = [{**row, "parent": _centre(sites)} for row in rows if row["child"] in wanted]
    body: list[Sequence[Value]] = [[*row.values()] for row in (*rows, *centre)]
    write(out / "tables/full_lanes.csv", list(rows[0]), body)


def _consumers(out: Path, outlets: Rows) -> None:
    """Write where consumers live and what rivals draw them: one place and rival per cell."""
    cells: dict[tuple[str, int, int], Rows] = defaultdict(list)
    for row in outlets:
        place = (int(float(row[axis]) / CELL_DEGREES) for axis in ("lat", "lon"))
        cells[(row["area"], *place)].append(row)
    places: list[list[Value]] = []
    rivals: list[list[Value]] = []
    for number, ((area, *_), rows) in enumerate(sorted(cells.items()), start=1):
        own = sum(float(row["weekly_cases"]) for row in rows)
        category = sum(float(row["category_cases"]) for row in rows)
        middle = [sum(float(row[axis]) for row in rows) / len(rows) for axis in ("lat", "lon")]
        places.append([f"p{number:05d}", area, *middle, category * MORE_CONSUMERS])
        rivals.append([f"r{number:05d}", area, *middle, max(category - own, 0.0)])
    header = ["id", "area", "lat", "lon"]
    write(out / "tables/full_consumers.csv", [*header, "weekly_cases"], places)
    write(out / "tables/full_rivals.csv", [*header, "attraction"], rivals)
    weight = {"*": "1", **{row["id"]: row["weekly_cases"] for row in outlets}}
    _extended(out, "outlets", {"attraction": dict(weight)}, "id")


def _designs(out: Path, outlets: Rows, sites: Rows) -> None:
    service = _read(out / "designs/service.csv")
    more = ["delivery_attempts", "fill", "substitute", "cancel_days", "missed_calls"]
    more += ["minimum_value", "return_credit", "collect_case"]
    write(out / "designs/full_service.csv", [*service[0], *more], map(_promises, service))
    write(
        out / "designs/full_credit.csv",
        ["mode", "action", "cash_share", "deposit", "review_days", "limit_low", "limit_high"],
        [
            ["DSD", "partial", 1, 0, 90, 0.5, 1.2],
            ["WAT", "cash", 0.6, 0, 0, 1, 1],
            ["PDS", "cash", 0.6, 0, 0, 1, 1],
            ["WS", "hold", 1, 0.1, 0, 1, 1],
        ],
    )
    plan = _read(out / "designs/today_outlets.csv")
    direct = [row["outlet"] for row in plan if row["mode"] == "DSD"]
    write(
        out / "designs/full_accounts.csv",
        ["outlet", "chain", "limit", "action"],
        [[outlet, "", 0, "cash"] for outlet in direct[::CASH_ALONE]],
    )
    write(
        out / "designs/full_dunning.csv",
        ["days", "cost", "effect"],
        [[7, 0.5, 0.2], [21, 2, 0.35], [45, 8, 0.5]],
    )
    write(
        out / "designs/full_approval.csv",
        ["mode", "ask", "discount", "granted", "clerks", "minutes", "law"],
        [["DSD", 0.01, 0.03, 0.5, 2, 6, "exponential"]],
    )
    write(
        out / "designs/full_collecting.csv",
        ["mode", "minutes", "overdue_days", "minimum", "place", "unpaid_order"],
        [
            ["DSD", 4, 2, 50, "after", "taken"],
            ["WAT", 5, 2, 50, "before", "taken"],
            ["PDS", 5, 2, 50, "before", "refused"],
        ],
    )
    write(
        out / "designs/full_promotions.csv",
        ["id", "family", "segment", "first", "last", "price_cut", "borrowed", "dip_days", "funded"],
        [
            ["spring", "cola", "supermarket", "2025-04-14", "2025-04-27", 0.1, 0.33, 14, 0.7],
            ["autumn", "", "grocery", "2025-09-22", "2025-10-05", 0.06, 0.33, 14, 0.7],
        ],
    )
    stocking = [row for row in sites if row["mode"]]
    houses = [row["site"] for row in stocking if row["mode"] in ("WAT", "PDS")]
    stock: list[Sequence[Value]] = [
        [row["site"], "*", "reorder_up_to", 3, "fill", 0.98]
        for row in stocking
        if row["site"] in houses
    ]
    header = ["site", "product", "policy", "cover_days", "service", "target"]
    write(out / "designs/full_stock.csv", header, stock)
    write(
        out / "designs/full_shelves.csv",
        ["segment", "grade", *header[1:]],
        [
            ["kiosk", "*", "*", "reorder_up_to", 7, "cycle", 0.95],
            ["supermarket", "*", "*", "order_up_to", 0, "fill", 0.995],
        ],
    )
    write(
        out / "designs/full_forecast.csv",
        ["site", "method", "window", "alpha", "signal", "reporting", "delay", "error"],
        [[house, "exponential", 28, 0.08, "sell_out", 0.7, 2, 0.1] for house in houses],
    )
    write(
        out / "designs/full_shortage.csv",
        ["site", "backorder", "rationing", "priority"],
        [
            [row["site"], "true" if row["site"] == "plant_1" else "false", "proportional", 0]
            for row in sites
        ],
    )
    wholesalers = [row["site"] for row in stocking if row["mode"] == "WS"]
    write(out / "designs/full_asking.csv", ["site", "index"], _asking(wholesalers))
    centre = _centre(sites)
    write(
        out / "designs/full_suppliers.csv",
        ["site", "source", "index"],
        [
            [house, source, index]
            for n, house in enumerate(_choosers(sites))
            for source, index in (("plant_1", 0.98), (centre, CENTRE_ASKS[n % 2]))
        ],
    )
    _contracts(out, outlets)
    _parcels(out, centre)


def _parcels(out: Path, centre: str) -> None:
    """Write every area as a zone of the distribution centre, in bands of the beeline."""
    sites = {row["id"]: row for row in _read(out / "tables/sites.csv")}
    zones: list[Sequence[Value]] = []
    for area in _read(out / "tables/areas.csv"):
        far = _beeline_km(area, sites[centre])
        days, parcel, case = next(band[1:] for band in BANDS if far <= band[0])
        zones.append([area["id"], centre, *PARCEL_DEMAND, days, days + 1, parcel, case])
    header = ["area", "site", "demand", "cannibalised", "days", "promise_days"]
    write(out / "designs/full_parcels.csv", [*header, "tariff_parcel", "tariff_case"], zones)


def _beeline_km(one: dict[str, str], other: dict[str, str]) -> float:
    north, east = (float(one[axis]) - float(other[axis]) for axis in ("lat", "lon"))
    middle = math.radians((float(one["lat"]) + float(other["lat"])) / 2)
    return KM_PER_DEGREE * math.hypot(north, east * math.cos(middle))


def _promises(row: dict[str, str]) -> Sequence[Value]:
    """Return a row of service: assisted wholesale and chains wait five days for what is short."""
    called, chains = row["mode"] in ("DSD", "WAT", "PDS"), row["mode"] == "MT"
    waits = chains or row["mode"] == "WAT"
    kept = {**row, "backorder": "true" if waits else row["backorder"]}
    missed = "carried" if called else "dropped"
    returns = (1, 2.5) if chains else (0, 0)
    return [*kept.values(), 3, "partial", 0.2, 5 if waits else -1, missed, 60, *returns]


def _asking(wholesalers: Sequence[str]) -> Iterable[Sequence[Value]]:
    """Return what wholesalers ask over the ladder: one in three is a little dearer or cheaper."""
    return [[site, (0.995, 1.0, 1.005)[n % 3]] for n, site in enumerate(wholesalers)]


def _contracts(out: Path, outlets: Rows) -> None:
    chains = sorted({row["chain"] for row in outlets if row["chain"]})
    header = ["chain", "payment_days", "allowance", "display_fee", "leaflet_fee", "entry_fee"]
    write(
        out / "designs/full_contracts.csv",
        [*header, "penalty", "dc_days", "accept_days", "accept_open", "accept_close"],
        [
            [chain, 60, 0.005, 30, 200, 120, 0.02, n % 2, DELIVERY_DAYS, "07:00", "12:00"]
            for n, chain in enumerate(chains)
        ],
    )
    write(
        out / "designs/full_returns.csv",
        ["mode", "chain", "policy", "review_days", "above_days", "limit", "credit", "collect_case"],
        [
            ["WS", "", "none", 28, 0, 0, 0, 0],
            *(["", chain, "full", 28, 18, 0.03, 1, 1.2] for chain in chains),
        ],
    )
    write(
        out / "designs/full_consignment.csv",
        ["mode", "chain", "settle_days"],
        [["", chain, 28] for chain in chains[:1]],
    )
    write(
        out / "designs/full_tiers.csv",
        ["chain", "from_value", "share"],
        [
            [chain, value, share]
            for chain in chains
            for value, share in ((20000, 0.005), (60000, 0.01))
        ],
    )
