"""A small invented study on disk: every table that a report reads, without an engine behind it.

Figures are plausible and drawn from one seed; books balance where reports add them up.
"""

import dataclasses
import datetime
from functools import cache
from pathlib import Path

import numpy as np

from channelwright.model.certificate import Certificate
from channelwright.model.design import (
    Design,
    OutletPlan,
    RepPlan,
    Service,
    SitePlan,
    Terms,
)
from channelwright.model.forecast import Forecast, MoneyForecast
from channelwright.model.market import (
    Areas,
    Behaviour,
    Calendar,
    Crossings,
    Finance,
    Geography,
    Market,
    Modes,
    Outlets,
    Products,
    Roles,
    Segments,
    Sites,
    Vehicles,
)
from channelwright.model.study import (
    Change,
    DataNote,
    Expectation,
    Fact,
    Pack,
    StudySpec,
)
from channelwright.rules.kpi import kpi_table
from channelwright.store import (
    Chosen,
    PlannedRun,
    RunKey,
    RunWriter,
    StudyFolder,
    StudyPlan,
)
from channelwright.store.frozen import save_frozen
from channelwright.tables.codes import Account, Party
from channelwright.tables.outputs import OUTPUT_TABLES

AREAS = ("Danghu", "Zhapu", "Xindai", "Xincang", "Dushan", "Guangchen", "Lindai", "Caoqiao")
LATITUDES = (30.698, 30.605, 30.815, 30.690, 30.660, 30.765, 30.752, 30.672)
LONGITUDES = (121.016, 121.085, 121.020, 121.165, 121.190, 121.120, 121.085, 120.955)
MODES = ("DSD", "MT", "WS", "WAT", "PDS", "EB2B")
DSD, MT, WS, WAT, PDS, EB2B = range(6)
MODE_NAMES = (
    "Direct store delivery",
    "Modern trade",
    "Traditional wholesale",
    "Assisted wholesale",
    "Exclusive distributor",
    "Ordering app",
)
DESIGNS = ("today", "direct", "assisted_area", "hybrid_online", "optimised")
TITLES = (
    "Today's network",
    "Flattened: more direct delivery",
    "Area distributors instead of wholesale",
    "Ordering app and online sales",
    "Chosen by the engine",
)
#: Share of the outlets without a chain in each mode, by design.
SHARES = {
    "today": (0.16, 0.60, 0.12, 0.12, 0.0),
    "direct": (0.38, 0.46, 0.08, 0.08, 0.0),
    "assisted_area": (0.16, 0.22, 0.34, 0.28, 0.0),
    "hybrid_online": (0.16, 0.38, 0.12, 0.12, 0.22),
    "optimised": (0.13, 0.30, 0.33, 0.24, 0.0),
}
WEEKS, WARMUP_WEEKS = 13, 2
SITES = (
    ("plant", 0, False, "Hangzhou plant"),
    ("dc", 1, False, "Jiaxing DC"),
    ("office", 2, False, "Danghu office"),
    ("wat_north", 3, True, "Xindai Assisted House"),
    ("wat_south", 3, True, "Zhapu Assisted House"),
    ("pds_east", 3, True, "Dushan Distribution"),
    ("pds_west", 3, True, "Caoqiao Trading"),
    ("ws_1", 5, True, "Danghu Market Wholesale"),
    ("ws_2", 5, True, "Zhapu Port Wholesale"),
    ("ws_3", 5, True, "Guangchen Wholesale"),
)
SITE_AREA = (0, 0, 0, 2, 1, 4, 7, 0, 1, 5)
SITE_MODE = (-1, DSD, DSD, WAT, WAT, PDS, PDS, WS, WS, WS)
SITE_PARENT = (-1, 0, 1, 1, 1, 1, 1, 1, 1, 1)
SERVERS = {DSD: (2,), MT: (1,), WS: (7, 8, 9), WAT: (3, 4), PDS: (5, 6), EB2B: (3, 5)}
PRICE_OUTLET = np.array((36.3, 33.0, 34.4, 36.3, 36.3, 34.9))
PRICE_ACCOUNT = np.array((0.0, 0.0, 32.9, 33.8, 32.3, 33.8))
TICKS = 10_000


def whole(values) -> np.ndarray:
    """Return int64 values, rounded."""
    return np.asarray(np.round(values), dtype=np.int64)


def filled(cls: type, length: int, /, **given):
    """Return a columnar object with zeros in the columns that reports do not look at."""
    empty = {"IntArray": np.int64, "FloatArray": np.float64, "BoolArray": np.bool_}
    for field in dataclasses.fields(cls):
        if field.name not in given and str(field.type) in empty:
            given[field.name] = np.zeros(length, dtype=empty[str(field.type)])
    return cls(**given)


def _names(kind: type) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]


def market(outlets: int = 400) -> Market:
    """Return the invented market."""
    rng = np.random.Generator(np.random.Philox(11))
    area = rng.choice(len(AREAS), outlets, p=(0.36, 0.16, 0.1, 0.1, 0.1, 0.06, 0.06, 0.06))
    rate = rng.gamma(2.0, 3.0, (outlets, 3)) * (0.55, 0.3, 0.15)
    horizon = 7 * (WEEKS + WARMUP_WEEKS)
    sites = len(SITES)
    lanes = np.full((sites, sites), -1, dtype=np.int64)
    for child, parent in enumerate(SITE_PARENT):
        if parent >= 0:
            lanes[child, parent] = 2
    return Market(
        name="invented",
        products=Products(
            ("cola", "lemon", "water"), ("Cola 500 ml", "Lemon 500 ml", "Water 550 ml"),
            ("fizzy", "fizzy", "still"), whole([24, 24, 24]), whole([19e4, 19e4, 12e4]),
            whole([2.65e4, 2.65e4, 1.9e4]), whole([1, 1, 1]), np.ones(3),
        ),
        segments=Segments(("shop", "restaurant", "chain"), ("Small shop", "Restaurant", "Chain")),
        areas=Areas(
            tuple(name.lower() for name in AREAS), AREAS, np.array(LATITUDES),
            np.array(LONGITUDES), whole(np.bincount(area, minlength=8) * 385),
            whole(np.zeros(8)), whole(np.outer(np.bincount(area, minlength=8), (0.5, 0.4, 0.0))),
            np.full((8, 3), 2.0),
        ),
        geography=Geography(("main",), filled(Crossings, 0, ids=(), names=()), 1.3),
        chain_ids=("kelan", "lianhua"),
        outlets=Outlets(
            tuple(f"o{row:04d}" for row in range(outlets)), whole(area),
            whole(rng.choice(3, outlets, p=(0.6, 0.33, 0.07))), whole(rng.choice(3, outlets)),
            np.array(LATITUDES)[area] + rng.normal(0, 0.014, outlets),
            np.array(LONGITUDES)[area] + rng.normal(0, 0.018, outlets),
            np.where(rng.random(outlets) < 0.05, rng.integers(0, 2, outlets), -1),
            rate, rate.sum(axis=1) / 2,
        ),
        sites=filled(
            Sites, sites,
            ids=tuple(site[0] for site in SITES), names=tuple(site[3] for site in SITES),
            kind=whole([site[1] for site in SITES]),
            independent=np.array([site[2] for site in SITES]), area=whole(SITE_AREA),
            lat=np.array(LATITUDES)[list(SITE_AREA)] + 0.006,
            lon=np.array(LONGITUDES)[list(SITE_AREA)] + 0.008,
            lead_days=lanes, lane_cost=lanes * 5_000,
        ),
        vehicles=filled(Vehicles, 1, ids=("van",)),
        roles=filled(
            Roles, 2, ids=("rep", "salesman"), field_seconds=whole([25_200] * 2),
            max_outlets=whole([120] * 2),
        ),
        modes=filled(
            Modes, len(MODES), ids=MODES, names=MODE_NAMES, capture=whole([0, 1, 2, 0, 0, 3]),
            solicitor=whole([1, 0, 0, 1, 2, 0]), role=whole([0, -1, -1, 0, 1, -1]),
        ),
        behaviour=filled(Behaviour, 0, **dict.fromkeys(_names(Behaviour), 1)),
        calendar=Calendar(
            datetime.date(2025, 1, 6), horizon, 7 * WARMUP_WEEKS, np.ones((horizon, 3)),
            whole(np.arange(horizon) // 30), np.ones(horizon, dtype=bool), 7, 0.05, 0.03, 0.15,
        ),
        finance=Finance("CNY", 130_000, 80_000),
    )  # fmt: skip


def design(name: str, world: Market) -> Design:
    """Return one of the invented designs."""
    place = DESIGNS.index(name)
    outlets = len(world.outlets)
    rng = np.random.Generator(np.random.Philox(5))
    draw = rng.random(outlets)
    bounds = np.cumsum(SHARES[name])
    mode = np.array([DSD, WS, WAT, PDS, EB2B])[np.searchsorted(bounds, draw).clip(max=4)]
    mode[world.outlets.chain >= 0] = MT
    site = _nearest(world, mode)
    sites = len(SITES)
    reps, rep = _reps(world, mode, site)
    ladder = np.ones((6, 3)) * (1.0, 1.0, 0.7)
    return Design(
        name, TITLES[place],
        filled(
            SitePlan, sites, open=np.ones(sites, dtype=bool), mode=whole(SITE_MODE),
            parent=whole(SITE_PARENT), level=np.full((sites, 3), -1),
        ),
        filled(
            OutletPlan, outlets, mode=whole(mode), site=site, rep=rep,
            order_days=whole(np.full(outlets, 1 << 2)), call_rank=whole(np.arange(outlets)),
            route_rank=whole(np.arange(outlets)), options=site[:, None],
        ),
        reps,
        filled(
            Terms, len(MODES),
            price_account=whole(PRICE_ACCOUNT[:, None] * ladder * TICKS),
            price_tier2=whole(np.zeros((6, 3))),
            price_outlet=whole(PRICE_OUTLET[:, None] * ladder * TICKS),
            account_rebate=whole([0, 0, 25_000, 0, 15_000, 0]),
            outlet_rebate=whole([0, 90_000, 0, 0, 0, 0]),
            commission=whole([8_000 + 2_000 * (place == 4), 0, 0, 6_000, 8_000, 0]),
            margin_share=whole([0, 0, 0, 0, 20_000, 0]),
            account_days=whole([0, 0, 7, 15, 15, 0]), outlet_days=whole([7, 60, 0, 7, 7, 0]),
            platform_fee=whole([0, 0, 0, 0, 0, 15_000]), online_fee=3_500,
        ),
        filled(Service, len(MODES), cover_days=np.full(6, 10.0), cutoff=whole([61_200] * 6)),
    )  # fmt: skip


def _nearest(world: Market, mode: np.ndarray) -> np.ndarray:
    site = np.full(len(mode), -1, dtype=np.int64)
    for row, servers in SERVERS.items():
        mine = np.flatnonzero(mode == row)
        rows = np.array(servers)
        apart = np.hypot(
            world.outlets.lat[mine, None] - world.sites.lat[rows],
            world.outlets.lon[mine, None] - world.sites.lon[rows],
        )
        site[mine] = rows[apart.argmin(axis=1)]
    return site


def _reps(world: Market, mode: np.ndarray, site: np.ndarray) -> tuple[RepPlan, np.ndarray]:
    rep = np.full(len(mode), -1, dtype=np.int64)
    rows = []
    for row in (DSD, WAT, PDS):
        for place in SERVERS[row]:
            mine = np.flatnonzero((mode == row) & (site == place))
            for part in np.array_split(mine, max(1, round(len(mine) / 40))):
                rep[part] = len(rows)
                rows.append((row, place))
    modes = whole([row for row, _ in rows])
    places = whole([place for _, place in rows])
    area = world.sites.area[places]
    return (
        RepPlan(
            tuple(f"r{row}" for row in range(len(rows))), whole(modes == PDS), modes, places,
            area, world.areas.lat[area], world.areas.lon[area],
        ),
        rep,
    )  # fmt: skip


def _period_table(plan: Design, world: Market, replication: int):
    """Return period, area, mode, site and cases of every period and served cell."""
    key = np.stack([world.outlets.area, plan.outlets.mode, plan.outlets.site])
    cells, back = np.unique(key, axis=1, return_inverse=True)
    weekly = np.bincount(back, world.outlets.rate.sum(axis=1) * 7 / 24)
    common = np.random.Generator(np.random.Philox(100 + replication))
    shock = np.exp(common.normal(0, 0.05, WEEKS)) * np.exp(common.normal(0, 0.015))
    season = 1 + 0.35 * np.sin(np.arange(WEEKS) / WEEKS * 3.0)
    growth = np.array((1.04, 1.0, 0.95, 1.07, 1.05, 0.97))[cells[1]]
    noise = np.exp(common.normal(0, 0.02, (WEEKS, 8 * 6))[:, (cells[0] * 6 + cells[1])])
    cases = weekly * growth * (season * shock)[:, None] * noise
    period, cell = np.indices(cases.shape)
    area, mode, site = cells[:, cell.ravel()]
    return period.ravel(), area, mode, site, cases.ravel()


def _cells(period, area, mode, cases) -> dict[str, np.ndarray]:
    table = {name: np.zeros(len(cases), dtype=np.int64) for name in OUTPUT_TABLES["cells"].names}
    visits = np.isin(mode, (DSD, WAT, PDS))
    outlets = cases / 3.1
    columns = {
        "period": period, "area": area, "mode": mode,
        "calls_planned": outlets * visits, "calls_made": outlets * 0.94 * visits,
        "calls_productive": outlets * 0.94 * 0.62 * visits, "call_lines": outlets * visits * 1.2,
        "orders": outlets * 0.62, "lines": outlets * 1.2, "cases_ordered": cases * 1.03,
        "cases_first": cases * 0.97, "cases_attempted": cases * 1.02,
        "orders_refused": cases * 0.001,
        "cases_refused": cases * 0.003, "cases_cut": cases * 0.02, "drops": outlets * 0.6,
        "orders_promised": outlets * 0.62, "orders_on_time_full": outlets * 0.55,
        "cases_delivered": cases,
        "cases_direct": cases * np.isin(mode, (DSD, MT)), "metres": cases * 260,
        "units_demanded": cases * 24 * 1.04, "units_sold": cases * 24,
        "units_online": cases * 24 * 0.01, "consumer_value": cases * 24 * 2.5 * TICKS,
        "outlet_value": cases * PRICE_OUTLET[mode] * TICKS, "stocked_days": outlets * 7 * 2.6,
        "product_days": outlets * 7 * 3, "outlets_stocked": outlets * 0.95,
        "products_stocked": outlets * 2.5,
        "weight_stocked": cases * 1900, "outlets_active": outlets * 0.97,
        "outlets_covered": outlets, "shelf_units": cases * 24 * 8, "execution": outlets * 7 * 0.6e6,
    }  # fmt: skip
    table.update({name: whole(values) for name, values in columns.items()})
    return table


def _postings(plan: Design, area, mode, site, cases) -> list[tuple[object, ...]]:
    """Return account, payer kind, payee kind, mode, site and ticks of every flow."""
    kind_m, out, people = Party.MANUFACTURER, Party.OUTSIDE, Party.PEOPLE
    own = np.isin(mode, (DSD, MT))
    seller = np.where(own, kind_m, Party.OWNER)
    buyer = np.where(mode == MT, Party.CHAIN, Party.OUTLET)
    sales = cases * PRICE_OUTLET[mode]
    bought = cases * PRICE_ACCOUNT[mode]
    sold = mode != EB2B
    soliciting = np.isin(mode, (DSD, WAT, PDS))
    employer = np.where(mode == PDS, Party.OWNER, kind_m)
    rates = plan.terms.commission[mode] / 1e6
    return [
        (Account.CONSUMER, out, buyer, cases * 24 * 2.5),
        (Account.GOODS, buyer, seller, sales),
        (Account.GOODS, Party.OWNER, kind_m, bought * ~own),
        (Account.REBATE, kind_m, Party.OWNER, bought * plan.terms.account_rebate[mode] / 1e6),
        (Account.REBATE, seller, buyer, sales * plan.terms.outlet_rebate[mode] / 1e6),
        (Account.PRODUCTION, kind_m, out, cases * 19.0),
        (Account.FREIGHT, kind_m, out, cases * 0.9),
        (Account.DELIVERY, seller, out, cases * np.where(own, 2.4, 1.1) * sold),
        (Account.HANDLING, seller, out, cases * 0.3),
        (Account.SITE, seller, out, cases * np.where(own, 0.5, 0.25)),
        (Account.WAGES, employer, people, cases * np.where(mode == DSD, 3.4, 1.6) * soliciting),
        (Account.COMMISSION, employer, people, sales * rates * soliciting),
        (Account.PLATFORM, kind_m, out, sales * (mode == EB2B) * 0.015 + cases * 0.02),
        (Account.INTEREST, seller, out, cases * 0.08),
    ]


def _ledger(plan: Design, period, area, mode, site, cases) -> dict[str, np.ndarray]:
    parts = []
    for account, payer, payee, amount in _postings(plan, area, mode, site, cases):
        # All goods are made for the depot, which all other sites hang below.
        place = np.full_like(site, 1) if account is Account.PRODUCTION else site
        rows = np.flatnonzero(np.round(amount * TICKS))
        wide = [np.broadcast_to(np.asarray(v, dtype=np.int64), cases.shape)[rows]
                for v in (period, int(account), payer, payee, area, mode, place)]  # fmt: skip
        parts.append(np.stack([*wide, whole(amount[rows] * TICKS)]))
    return dict(zip(OUTPUT_TABLES["ledger"].names, np.concatenate(parts, axis=1), strict=True))


def _site_cells(plan: Design, period, mode, site, cases) -> dict[str, np.ndarray]:
    names = OUTPUT_TABLES["site_cells"].names
    periods, sites = (axis.ravel() for axis in np.indices((WEEKS + 1, len(SITES))))
    through = np.zeros((WEEKS + 1, len(SITES)))
    np.add.at(through, (period + 1, site), cases)
    flow = through.ravel()
    price = PRICE_ACCOUNT[np.clip(SITE_MODE, 0, None)][sites]
    table = {name: np.zeros(len(flow), dtype=np.int64) for name in names}
    columns = {
        "period": periods - 1, "site": sites, "cases_in": flow, "cases_out": flow,
        "cases_demanded": flow * 1.03, "value_in": flow * price * TICKS,
        "stock_case_days": flow * 7 * 90, "stock_value_days": flow * 7 * 90 * price * TICKS,
        "receivable_days": flow * 7 * 60 * price * TICKS,
        "payable_days": flow * 7 * 25 * price * TICKS, "closing_cases": flow * 14,
        "closing_value": flow * 14 * price * TICKS, "orders_picked": flow / 6,
        "tours": flow / 110, "tour_seconds": flow / 110 * 21_000, "tour_metres": flow * 260,
        "tour_cases": flow,
    }  # fmt: skip
    table.update({name: whole(values) for name, values in columns.items()})
    return table


def _rep_cells(plan: Design, sales: float) -> dict[str, np.ndarray]:
    periods, reps = (axis.ravel() for axis in np.indices((WEEKS, len(plan.reps))))
    ones = np.ones(len(reps))
    mode = plan.reps.mode[reps]
    own = np.where(mode == DSD, 9.0, 7.0) * (1 + 0.08 * np.sin(reps))
    columns = {
        "period": periods, "rep": reps, "planned": ones * 108, "made": ones * 102,
        "productive": ones * 64, "field_seconds": ones * 6 * 24_000, "working_days": ones * 6,
        "sales": own * sales * TICKS, "pay": own * 200 * TICKS,
    }  # fmt: skip
    return {name: whole(values) for name, values in columns.items()}


def _effort(world: Market) -> dict[str, np.ndarray]:
    months, modes = (axis.ravel() for axis in np.indices((4, 3)))
    return {"month": whole(months), "mode": whole(np.array((DSD, WAT, PDS))[modes]),
            "best": whole(np.ones(12)), "actual": np.full(12, 0.97)}  # fmt: skip


def pack(world: Market, designs: dict[str, Design], description: str) -> Pack:
    """Return the invented pack."""
    expect = (
        Expectation("case_fill_rate", "*", 0.9, None, 0.95),
        Expectation("contribution", "direct", 0.0, None, 0.95, paired=True),
    )
    facts = (
        Fact("volume_share_WS", 0.45, 0.55, "Wholesale sells half of the volume", "trade press"),
        Fact("case_fill_rate", 0.93, None, "Cases shipped at the first attempt", "company reports"),
        Fact("dsd_calls_per_day", 15, 20, "Calls of a direct rep", "field studies"),
    )  # fmt: skip
    notes = (
        DataNote("Population", "real", "Census 2020, county tables", "national statistics"),
        DataNote("Outlets", "derived", "Placed by population and catering jobs", "build command"),
        DataNote("Prices per mode", "assumed", "Net-net prices for 24 units with VAT", ""),
    )  # fmt: skip
    study = StudySpec(DESIGNS, "today", ("base",), 4, 7, expect, facts)
    changes = (Change("market.calendar.trend_per_year", "0.0", "0.02", "growth"),)
    given = {name: designs[name] for name in DESIGNS[:-1]}
    return Pack(
        "invented", "Fizzy drinks in eight invented towns", description,
        {"base": world}, given, {}, study, changes, notes, "0" * 64,
    )  # fmt: skip


def chosen(plan: Design) -> Chosen:
    """Return the evidence for the chosen design."""
    certificates = (
        Certificate("territories", "minimise", 41_200.0, 41_530.0, "lagrangian",
                    restrictions=("arcs beyond 25 km",), guard_passed=True, unit="CNY per week"),
        Certificate("head_count", "maximise", 88_200.0, 88_200.0, "mixed-integer",
                    status="proven", unit="CNY per week"),
        Certificate("terms", "maximise", 90_100.0, 92_000.0, "linear relaxation",
                    unit="CNY per week"),
    )  # fmt: skip
    empty = whole([])
    money = MoneyForecast(*(empty,) * 6, np.zeros(0))
    kpis = {"contribution": 110_000.0, "delivered_cases": 11_900.0, "case_fill_rate": 0.97}
    kpis |= {"wages": 61_000.0, "commission": 9_000.0, "delivery": 20_000.0}
    return Chosen(plan, certificates, Forecast(plan.name, kpis, money, ("no stock-outs",)), "q" * 8)


def write_study(root: Path, replications: int = 4, outlets: int = 400) -> Path:
    """Write the invented study below `root` and return its folder."""
    world = market(outlets)
    designs = {name: design(name, world) for name in DESIGNS}
    folder = StudyFolder(root, "invented")
    folder.save_pack(pack(world, designs, f"An invented study. Folder: {folder.path}"))
    save_frozen(folder.market_path("m" * 64), world)
    digests = {name: f"{place}" * 64 for place, name in enumerate(DESIGNS)}
    for name, plan in designs.items():
        save_frozen(folder.design_path(digests[name]), plan)
    folder.save_chosen("optimised", chosen(designs["optimised"]))
    runs = []
    for name, plan in designs.items():
        for replication in range(replications):
            key = RunKey(f"{digests[name][0]}{replication:063d}", "m" * 64, digests[name], 7,
                         replication, "kpis", "e" * 64)  # fmt: skip
            _write_run(folder, key, plan, world)
            runs.append(PlannedRun(key.run_id, "base", name, replication))
    folder.save_plan(
        StudyPlan("invented", "invented", "today", 7, "kpis", "e" * 64, {"base": "m" * 64},
                  digests, tuple(runs))
    )  # fmt: skip
    return folder.path


@cache
def shared_study(folder: Path) -> Path:
    """Return the study that the tests of a session share; nothing may be written in it."""
    return write_study(folder / "reporting", 3, 200)


def _write_run(folder: StudyFolder, key: RunKey, plan: Design, world: Market) -> None:
    period, area, mode, site, cases = _period_table(plan, world, key.replication)
    cells = _cells(period, area, mode, cases)
    ledger = _ledger(plan, period, area, mode, site, cases)
    tables = {
        "cells": _merged(cells),
        "ledger": ledger,
        "site_cells": _site_cells(plan, period, mode, site, cases),
        "rep_cells": _rep_cells(plan, float(cases.sum()) / WEEKS / 10),
        "effort": _effort(world),
    }
    with RunWriter(folder.root, key, folder.aside) as writer:
        for name, table in tables.items():
            writer.append(name, table)
        kpis = kpi_table(world, plan, tables)
        writer.append("kpis", {name: kpis[name].to_numpy() for name in kpis})
        writer.finish()


def _merged(cells: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Add up the cells of several sites of one period, area and mode."""
    key = np.stack([cells["period"], cells["area"], cells["mode"]])
    unique, back = np.unique(key, axis=1, return_inverse=True)
    merged = {
        name: np.bincount(back, values, len(unique[0])).astype(np.int64)
        for name, values in cells.items()
    }
    return {**merged, **dict(zip(("period", "area", "mode"), unique, strict=True))}
