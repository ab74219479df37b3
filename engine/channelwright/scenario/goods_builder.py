"""From the tables about goods on shelves to the policy of a design; and their checks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import PPM, BoolArray, IntArray
from channelwright.model.consignment import Consignment
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.online import NearbyShelves
from channelwright.model.returns import AS_MODE, OLD_ONLY, RETURN_POLICIES, Returns
from channelwright.rules.geography import outlet_points
from channelwright.rules.nearby import nearby
from channelwright.scenario.market_builder import codes, to_ppm, to_ticks
from channelwright.scenario.parcel_builder import build_parcels, parcel_problems
from channelwright.tables.cells import Cells, TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.design_builder import DesignInput
    from channelwright.scenario.design_case import Case
    from channelwright.scenario.design_shapes import NearbyShape


def build_goods(market: Market, given: DesignInput, online: BoolArray) -> GoodsPolicy | None:
    """Return what a design agrees about goods on shelves; None where it names nothing.

    ``online`` : (O,) bool, outlets that sell online
    """
    rights = given.tables.get("returns")
    help_wanted = None if given.shape.o2o is None else given.shape.o2o.nearby
    consigned, parcels = given.tables.get("consignment"), build_parcels(market, given)
    if rights is None and help_wanted is None and consigned is None and parcels is None:
        return None
    return GoodsPolicy(
        returns=None if rights is None else _returns(market, rights),
        nearby=None if help_wanted is None else _nearby(market, help_wanted, online),
        consignment=None if consigned is None else _consignment(market, consigned),
        parcels=parcels,
    )


def _holders(market: Market, table: TypedTable) -> IntArray:
    """Return the row of each agreement: of its mode, or behind the modes of its chain."""
    mode, chain = codes(table["mode"], market.modes.ids), codes(table["chain"], market.chain_ids)
    return np.where(mode >= 0, mode, len(market.modes) + chain)


def _consignment(market: Market, table: TypedTable) -> Consignment:
    modes, chains = len(market.modes), len(market.chain_ids)
    days = np.append(np.zeros(modes, dtype=np.int64), np.full(chains, -1, dtype=np.int64))
    days[_holders(market, table)] = table["settle_days"]
    return Consignment(days)


def _nearby(market: Market, shape: NearbyShape, online: BoolArray) -> NearbyShelves:
    rows = np.flatnonzero(online)
    points = outlet_points(market).take(rows)
    radius = float(shape.radius_km) * 1000.0
    origin, helper, metres = nearby(market.geography, points, points, radius)
    other = origin != helper
    origin, helper, metres = origin[other], helper[other], metres[other]
    order = np.lexsort((helper, metres, origin))
    vat = 1.0 + market.finance.vat_ppm / PPM
    return NearbyShelves(
        origin=rows[origin[order]],
        helper=rows[helper[order]],
        metres=metres[order],
        outlet_fee=int(to_ticks(shape.outlet_fee, vat)),
        courier_unit=int(to_ticks(shape.courier_unit, vat)),
        courier_km=int(to_ticks(shape.courier_km, vat)),
    )


def _returns(market: Market, table: TypedTable) -> Returns:
    modes, chains = len(market.modes), len(market.chain_ids)
    rows = _holders(market, table)

    def spread(values: Cells, other: float) -> Cells:
        column: Cells = np.full(modes + chains, other, dtype=values.dtype)
        column[rows] = values
        return column

    policy = np.full(modes + chains, AS_MODE, dtype=np.int64)
    policy[:modes] = OLD_ONLY
    policy[rows] = codes(table["policy"], RETURN_POLICIES)
    return Returns(
        policy=policy,
        review_days=spread(table["review_days"], 1),
        above_days=spread(table["above_days"], 0),
        limit=spread(to_ppm(table["limit"]), 0),
        credit=spread(to_ppm(table["credit"]), 0),
        collect_case=spread(to_ticks(table["collect_case"]), 0),
    )


def goods_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with agreements about goods on shelves."""
    for part in ("returns", "consignment"):
        table = case.part(part)
        if table is None:
            continue
        yield from table.problems(
            "mode",
            table.good("mode", "chain") & _of_nobody(table),
            lambda _: ("an agreement is a mode's or a chain's", "fill in one of the two"),
        )
    yield from _return_problems(case)
    yield from _consignment_problems(case)
    yield from parcel_problems(case)


def _of_nobody(table: TypedTable) -> BoolArray:
    return np.asarray((table["mode"] != "") == (table["chain"] != ""), dtype=np.bool_)


def _consignment_problems(case: Case) -> Iterator[Problem]:
    table, shape = case.part("consignment"), case.design.shape
    if table is None or shape is None:
        return
    many = {mode for mode, count in shape.sources.items() if count != 1}
    chosen = np.array([mode in many for mode in table["mode"]], dtype=np.bool_)
    yield from table.problems(
        "mode",
        table.good("mode", "settle_days") & chosen & (table["settle_days"] > 0),
        lambda row: (
            f"outlets of mode {table['mode'][row]!r} choose among sources, and goods on "
            "consignment belong to one",
            "remove the row, or the mode from sources",
        ),
    )


def _return_problems(case: Case) -> Iterator[Problem]:
    table = case.part("returns")
    if table is None:
        return
    good = table.good("mode", "chain", "policy", "above_days", "limit")
    both = _of_nobody(table)
    full = good & (table["policy"] == "full")
    yield from table.problems(
        "limit",
        full & (table["limit"] == 0),
        lambda _: (
            "good stock may come back up to a limit of 0",
            "give a share of purchases, or the policy 'expiry'",
        ),
    )
    cover = _cover(case)
    least = np.array([cover.get(name, 0.0) for name in table["mode"]])
    yield from table.problems(
        "above_days",
        full & ~both & (table["above_days"] < least),
        lambda row: (
            f"mode {table['mode'][row]!r} fills shelves for {least[row]:g} days and sends back "
            f"what is above {table['above_days'][row]:g}",
            "give at least the cover that its outlets order for",
        ),
    )


def _cover(case: Case) -> dict[str, float]:
    """Return the days that the outlets of each mode order for, without intervals."""
    service = case.part("service")
    if service is None:
        return {}
    good = service.good("mode", "cover_days")
    days = service["cover_days"][good].tolist()
    return dict(zip(service["mode"][good].tolist(), days, strict=True))
