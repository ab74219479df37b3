"""From the zones and the shop of a design file to its parcels; and their checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import PPM, BoolArray
from channelwright.model.market import Market
from channelwright.model.parcels import NEVER_FREE, ParcelShop, ParcelZones
from channelwright.scenario.market_builder import clocks, codes, to_ppm, to_ticks
from channelwright.scenario.references import among
from channelwright.tables.cells import TypedTable
from channelwright.tables.checks import clock_seconds

if TYPE_CHECKING:
    from channelwright.scenario.design_builder import DesignInput
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.parcel_shape import ParcelShopShape

_LATEST_CUTOFF = 19 * 3600


def build_parcels(market: Market, given: DesignInput) -> ParcelShop | None:
    """Return how a design sells to consumers, None where it names nothing."""
    table, shape = given.tables.get("parcels"), given.shape.parcel_shop
    if table is None or shape is None:
        return None
    vat = 1.0 + market.finance.vat_ppm / PPM
    case = market.products.units_per_case
    free = NEVER_FREE if shape.free_from is None else int(to_ticks(shape.free_from, vat))
    return ParcelShop(
        zones=_zones(market, table),
        mode=market.modes.ids.index(shape.mode),
        price=int(to_ppm(shape.price)),
        pack_units=case.copy() if shape.pack == "case" else np.ones_like(case),
        packs=float(shape.packs),
        basket=float(shape.basket),
        parcel_units=case * shape.parcel_cases,
        cutoff=int(clocks(np.array([shape.cutoff], dtype=object))[0]),
        before_outlets=shape.before_outlets,
        wait_days=shape.wait_days,
        packers=shape.packers,
        pack_seconds=shape.pack_seconds,
        packing=int(to_ticks(shape.packing)),
        fee=int(to_ticks(shape.fee, vat)),
        free_from=free,
        payment_fee=int(to_ppm(shape.payment_fee)),
        returns=int(to_ppm(shape.returns)),
        return_days=shape.return_days,
        return_cost=int(to_ticks(shape.return_cost)),
    )


def _zones(market: Market, table: TypedTable) -> ParcelZones:
    return ParcelZones(
        area=codes(table["area"], market.areas.ids),
        site=codes(table["site"], market.sites.ids),
        demand=table["demand"],
        cannibalised=table["cannibalised"],
        days=table["days"],
        promise_days=table["promise_days"],
        tariff_parcel=to_ticks(table["tariff_parcel"]),
        tariff_case=to_ticks(table["tariff_case"]),
    )


def parcel_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the parcels of one design file."""
    table, shape = case.part("parcels"), case.design.shape
    if shape is None:
        return
    shop, document = shape.parcel_shop, case.design.document
    named = "parcels" in document.data
    if shop is None:
        if named:
            message = "'parcels' says where, and nothing says how they are sold and sent"
            yield document.problem(("parcels",), message, "add parcel_shop: with its mode")
        return
    if not named:
        message = "'parcel_shop' says how, and no table says which areas are served"
        yield document.problem(("parcel_shop",), message, "add parcels: with a table of zones")
    yield from _shop_problems(case, shop)
    if table is not None:
        yield from _site_problems(case, table)


def _shop_problems(case: Case, shop: ParcelShopShape) -> Iterator[Problem]:
    document = case.design.document
    yield from case.unknown(("parcel_shop", "mode"), shop.mode, "modes")
    for part in ("outlets", "sites", "headcount"):
        table = case.part(part)
        if table is not None and shop.mode in set(table["mode"][table.good("mode")]):
            message = f"mode {shop.mode!r} of the parcels stands in {part!r}, too"
            remedy = "give parcels a mode of their own, in which nobody else works"
            yield document.problem(("parcel_shop", "mode"), message, remedy)
    seconds = clock_seconds(shop.cutoff)
    if not 0 <= seconds <= _LATEST_CUTOFF:
        message = f"cutoff is {shop.cutoff!r}, and orders are allocated at 19:00"
        yield document.problem(
            ("parcel_shop", "cutoff"), message, 'give a time such as "16:00", at the latest "19:00"'
        )


def _site_problems(case: Case, table: TypedTable) -> Iterator[Problem]:
    kind, owner = case.attribute("sites", "kind"), case.attribute("sites", "owner")
    plant = _of(table, kind, "plant")
    independent = _of(table, owner, "independent")
    good = table.good("site") & among(table["site"], case.ids("sites"))
    yield from table.problems(
        "site",
        good & (plant | independent),
        lambda row: (
            f"site {table['site'][row]!r} is {'a plant' if plant[row] else 'independent'}; "
            "parcels leave the stock of an own site",
            "name an own site that is no plant",
        ),
    )
    sites = case.part("sites")
    if sites is None:
        return
    yield from table.problems(
        "site",
        good & ~plant & ~independent & ~among(table["site"], sites["site"]),
        lambda row: (
            f"site {table['site'][row]!r} is not open in this design",
            "add it to the design's sites, or name an open one",
        ),
    )


def _of(table: TypedTable, attribute: dict[str, str], value: str) -> BoolArray:
    return np.array([attribute.get(site) == value for site in table["site"]], dtype=np.bool_)
