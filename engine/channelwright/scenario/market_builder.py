"""From typed tables to the frozen arrays of a market; money is rounded here, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import PPM, TICKS_PER_UNIT, BoolArray, FloatArray, IntArray
from channelwright.model import market as model
from channelwright.model.columns import index_of
from channelwright.model.source_choice import SourceChoice
from channelwright.scenario.calendar_builder import build_calendar
from channelwright.scenario.catchment_builder import with_catchment, with_stockout
from channelwright.scenario.demand_builder import build_elasticity, build_empirical
from channelwright.scenario.execution_builder import build_execution
from channelwright.scenario.field_work import build_field_work
from channelwright.scenario.fulfilment import build_delivery
from channelwright.scenario.perishing_builder import build_empties, build_perishing
from channelwright.scenario.screening_builder import build_screening
from channelwright.scenario.supply_builder import build_supply
from channelwright.tables.cells import Cells, TypedTable
from channelwright.tables.checks import clock_seconds

if TYPE_CHECKING:
    from channelwright.scenario.shapes import PackShape

Tables = Mapping[str, TypedTable]
_LAWS = ("fixed", "poisson", "negative_binomial", "normal", "empirical")


def to_ticks(amount: Cells | float, divisor: float = 1.0) -> IntArray:
    """Return currency as ticks, divided by 1 + VAT where it is included, rounded half up."""
    return np.asarray(np.floor(np.asarray(amount) / divisor * TICKS_PER_UNIT + 0.5), dtype=np.int64)


def to_ppm(value: Cells | float) -> IntArray:
    """Return shares of 1 as parts per million, rounded half up."""
    return np.asarray(np.floor(np.asarray(value) * PPM + 0.5), dtype=np.int64)


def whole(value: Cells | float) -> IntArray:
    """Return numbers rounded half up."""
    return np.asarray(np.floor(np.asarray(value) + 0.5), dtype=np.int64)


def codes(values: Cells, ids: tuple[str, ...]) -> IntArray:
    """Return the row of each value in ``ids``; -1 = not among them (or empty)."""
    row_of = index_of(ids)
    return np.array([row_of.get(value, -1) for value in values], dtype=np.int64)


def ids_of(tables: Tables, name: str) -> tuple[str, ...]:
    """Return the ids of a table in pack order, empty if the pack does not have it."""
    return tuple(tables[name]["id"]) if name in tables else ()


def clocks(values: Cells) -> IntArray:
    """Return times of day as seconds after midnight."""
    return np.array([clock_seconds(value) for value in values], dtype=np.int64)


def build_market(shape: PackShape, tables: Tables) -> model.Market:
    """Return the market of one scenario; the tables have no problems."""
    vat = 1.0 + shape.market.finance.vat
    areas = _areas(tables)
    products = _products(tables, vat)
    behaviour = shape.market.behaviour
    market = model.Market(
        name=shape.name,
        products=products,
        segments=model.Segments(ids_of(tables, "segments"), tuple(tables["segments"]["name"])),
        areas=areas,
        geography=_geography(shape, tables),
        chain_ids=ids_of(tables, "chains"),
        outlets=_outlets(tables, products, areas),
        sites=_sites(tables, areas),
        vehicles=_vehicles(tables["vehicles"]),
        roles=_roles(tables["roles"]),
        modes=_modes(tables),
        behaviour=model.Behaviour(
            half_life=float(behaviour.half_life),
            floor=float(behaviour.floor),
            ceiling=float(behaviour.ceiling),
            opening_execution=float(behaviour.opening_execution),
            response=float(behaviour.response),
            effort_speed=float(behaviour.effort_speed),
            price_weight=float(behaviour.price_weight),
            habit=float(behaviour.habit),
            haul_cost=int(to_ticks(behaviour.haul_cost)),
            reach_metres=int(whole(behaviour.reach_km * 1000)),
            online_shift=float(behaviour.online_shift),
            online_new=float(behaviour.online_new),
        ),
        calendar=build_calendar(shape.market.calendar, tables),
        finance=model.Finance(
            shape.market.finance.currency,
            int(to_ppm(shape.market.finance.vat)),
            int(to_ppm(shape.market.finance.interest)),
        ),
        source_choice=_source_choice(shape),
        field_work=build_field_work(tables),
        screening=build_screening(tables, ids_of(tables, "sites")),
        empirical=build_empirical(tables),
        delivery=build_delivery(tables),
        perishing=build_perishing(tables),
        empties=build_empties(tables),
        elasticity=build_elasticity(tables),
        execution=build_execution(shape.market.execution),
        supply=build_supply(tables, shape.market.calendar.start),
    )
    market = with_stockout(market, shape.market.stockout)
    return with_catchment(market, shape.market.catchment, tables)


def _source_choice(shape: PackShape) -> SourceChoice | None:
    given = shape.market.source_choice
    if given is None:
        return None
    return SourceChoice(
        float(given.credit), float(given.minimum), float(given.wait), float(given.stock)
    )


def _products(tables: Tables, vat: float) -> model.Products:
    table = tables["products"]
    return model.Products(
        ids=ids_of(tables, "products"),
        names=tuple(table["name"]),
        families=tuple(table["family"]),
        units_per_case=table["units_per_case"],
        production_cost=to_ticks(table["production_cost"], vat),
        consumer_price=to_ticks(table["consumer_price"], vat),
        law=codes(table["law"], _LAWS),
        dispersion=table["dispersion"],
    )


def _areas(tables: Tables) -> model.Areas:
    table = tables["areas"]
    ids = ids_of(tables, "areas")
    shape = (len(ids), len(tables["segments"]))
    outlets = np.zeros(shape, dtype=np.int64)
    cases = np.zeros(shape, dtype=np.float64)
    if "universe" in tables:
        universe = tables["universe"]
        rows = codes(universe["area"], ids), codes(universe["segment"], ids_of(tables, "segments"))
        outlets[rows] = universe["outlets"]
        cases[rows] = universe["category_cases"]
    return model.Areas(
        ids=ids,
        names=tuple(table["name"]),
        lat=table["lat"],
        lon=table["lon"],
        population=table["population"],
        zone=codes(table["zone"], ids_of(tables, "zones")),
        universe_outlets=outlets,
        universe_cases=cases,
    )


def _geography(shape: PackShape, tables: Tables) -> model.Geography:
    zones = ids_of(tables, "zones")
    return model.Geography(zones, _crossings(tables, zones), shape.market.geography.road_factor)


def _crossings(tables: Tables, zones: tuple[str, ...]) -> model.Crossings:
    if "crossings" not in tables:
        none, nowhere = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float64)
        return model.Crossings((), (), none, none, nowhere, nowhere, nowhere, nowhere, none)
    table = tables["crossings"]
    return model.Crossings(
        ids=ids_of(tables, "crossings"),
        names=tuple(table["name"]),
        zone_a=codes(table["zone_a"], zones),
        zone_b=codes(table["zone_b"], zones),
        lat_a=table["lat_a"],
        lon_a=table["lon_a"],
        lat_b=table["lat_b"],
        lon_b=table["lon_b"],
        metres=whole(table["km"] * 1000),
    )


def _outlets(tables: Tables, products: model.Products, areas: model.Areas) -> model.Outlets:
    table = tables["outlets"]
    segment = codes(table["segment"], ids_of(tables, "segments"))
    return model.Outlets(
        ids=ids_of(tables, "outlets"),
        area=codes(table["area"], areas.ids),
        segment=segment,
        grade=codes(table["grade"], model.GRADES),
        lat=table["lat"],
        lon=table["lon"],
        chain=codes(table["chain"], ids_of(tables, "chains")),
        rate=_rates(tables, products, segment),
        category_cases=table["category_cases"],
    )


def _rates(tables: Tables, products: model.Products, segment: IntArray) -> FloatArray:
    """Units per day: the rates given, or weekly cases x share x units in a case / 7."""
    outlets = ids_of(tables, "outlets")
    if "outlet_rates" in tables:
        table = tables["outlet_rates"]
        rate = np.zeros((len(outlets), len(products)), dtype=np.float64)
        rows = codes(table["outlet"], outlets), codes(table["product"], products.ids)
        rate[rows] = table["units_per_day"]
        return rate
    table = tables["segment_products"]
    share = np.zeros((len(tables["segments"]), len(products)), dtype=np.float64)
    rows = (
        codes(table["segment"], ids_of(tables, "segments")),
        codes(table["product"], products.ids),
    )
    share[rows] = table["share"]
    weekly = tables["outlets"]["weekly_cases"]
    return np.asarray(weekly[:, None] * share[segment] * products.units_per_case / 7.0)


def _sites(tables: Tables, areas: model.Areas) -> model.Sites:
    table = tables["sites"]
    ids = ids_of(tables, "sites")
    lead = np.full((len(ids), len(ids)), -1, dtype=np.int64)
    cost = np.zeros((len(ids), len(ids)), dtype=np.int64)
    if "lanes" in tables:
        lanes = tables["lanes"]
        rows = codes(lanes["child"], ids), codes(lanes["parent"], ids)
        lead[rows] = lanes["lead_days"]
        cost[rows] = to_ticks(lanes["cost"])
    return model.Sites(
        ids=ids,
        names=tuple(table["name"]),
        kind=codes(table["kind"], model.SITE_KINDS),
        independent=_equal(table["owner"], "independent"),
        area=codes(table["area"], areas.ids),
        lat=table["lat"],
        lon=table["lon"],
        fixed_cost=to_ticks(table["fixed_cost"]),
        handling_cost=to_ticks(table["handling_cost"]),
        capacity_cases=table["capacity_cases"],
        working_capital=to_ticks(table["working_capital"]),
        pick_order_seconds=whole(table["pick_order_seconds"]),
        pick_line_seconds=whole(table["pick_line_seconds"]),
        pick_law=codes(table["pick_law"], model.PICK_LAWS),
        pick_open=clocks(table["pick_open"]),
        pick_close=clocks(table["pick_close"]),
        pick_flow=table["pick_flow"],
        lead_days=lead,
        lane_cost=cost,
    )


def _equal(values: Cells, word: str) -> BoolArray:
    return np.asarray(values == word, dtype=np.bool_)


def _vehicles(table: TypedTable) -> model.Vehicles:
    return model.Vehicles(
        ids=tuple(table["id"]),
        cases=table["cases"],
        drops=table["drops"],
        shift_seconds=whole(table["shift_hours"] * 3600),
        speed=table["speed"],
        drop_seconds=whole(table["drop_minutes"] * 60),
        case_seconds=whole(table["case_seconds"]),
        day_cost=to_ticks(table["day_cost"]),
        km_cost=to_ticks(table["km_cost"]),
    )


def _roles(table: TypedTable) -> model.Roles:
    minutes = [table[f"call_minutes_{grade.lower()}"] for grade in model.GRADES]
    return model.Roles(
        ids=tuple(table["id"]),
        wage=to_ticks(table["wage"]),
        field_seconds=whole(table["field_minutes"] * 60),
        max_calls=table["max_calls"],
        max_outlets=table["max_outlets"],
        speed=table["speed"],
        stop_seconds=whole(table["stop_minutes"] * 60),
        call_seconds=whole(np.stack(minutes, axis=1) * 60),
    )


def _modes(tables: Tables) -> model.Modes:
    table, effort = tables["modes"], tables["effort"]
    ids = ids_of(tables, "modes")
    levels = int(effort["level"].max()) + 1
    strike = np.ones((len(ids), levels), dtype=np.float64)
    cost = np.zeros((len(ids), levels), dtype=np.int64)
    cells = codes(effort["mode"], ids), effort["level"]
    strike[cells] = effort["strike_multiplier"]
    cost[cells] = to_ticks(effort["monthly_cost"])
    return model.Modes(
        ids=ids,
        names=tuple(table["name"]),
        capture=codes(table["capture"], model.CAPTURES),
        carrier=codes(table["carrier"], model.CARRIERS),
        solicitor=codes(table["solicitor"], model.SOLICITORS),
        role=codes(table["role"], ids_of(tables, "roles")),
        strike=table["strike"],
        lift=table["lift"],
        effort=strike,
        effort_cost=cost,
    )
