"""Checks of a design's consumer prices and promotions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import BoolArray
from channelwright.model.draft import DesignDraft
from channelwright.model.market import Market
from channelwright.model.offers import ANY, Promotions
from channelwright.rules.offers import dips, uplifts
from channelwright.scenario.design_case import Case
from channelwright.scenario.references import among
from channelwright.tables.cells import TypedTable, shown
from channelwright.tables.checks import nearest


def offer_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the tables of prices and promotions."""
    prices = case.part("consumer_prices")
    if prices is not None:
        yield from prices.problems(
            "price",
            prices.good("price") & (prices["price"] <= 0),
            lambda row: (
                f"consumers would get {shown(prices['product'][row])} for nothing",
                "give the price of a unit, with VAT",
            ),
        )
    table = case.part("promotions")
    if table is not None:
        yield from _days(table)
        yield from _families(case, table)


def _days(table: TypedTable) -> Iterator[Problem]:
    yield from table.problems(
        "last",
        table.good("first", "last") & (table["last"] < table["first"]),
        lambda row: (
            f"last day {table['last'][row]} is before the first, {table['first'][row]}",
            "exchange the two days",
        ),
    )


def _families(case: Case, table: TypedTable) -> Iterator[Problem]:
    products = case.market.get("products")
    if products is None:
        return
    known = sorted(set(products["family"]))
    given = table.good("family") & (table["family"] != "")
    yield from table.problems(
        "family",
        given & ~among(table["family"], known),
        lambda row: (
            f"{shown(table['family'][row])} is no product family",
            nearest(str(table["family"][row]), known),
        ),
    )
    family = dict(zip(products["id"], products["family"], strict=True))
    of_product = np.array([family.get(name, "") for name in table["product"]], dtype=object)
    yield from table.problems(
        "product",
        given & (of_product != "") & (of_product != table["family"]),
        lambda row: (
            f"product {table['product'][row]!r} is not of family {table['family'][row]!r}",
            "clear one of the two cells",
        ),
    )


def campaign_problems(market: Market, draft: DesignDraft) -> Iterator[tuple[str, str, str]]:
    """Yield part, message and remedy of what promotions cannot do on this market's calendar."""
    table = draft.offers.promotions if draft.offers is not None else None
    if table is None:
        return
    part, horizon = "promotions", market.calendar.horizon_days
    lifted, after = uplifts(market, table), dips(market, table)
    for row, name in enumerate(table.ids):
        if table.first[row] < 0 or table.last[row] >= horizon:
            message = f"promotion {name!r} runs outside the {horizon} simulated days"
            yield part, message, "let it begin and end inside the horizon"
        elif (after[row] < 0).any():
            days = int(table.dip_days[row])
            message = f"promotion {name!r} borrows more than the {days} days after it hold"
            yield part, message, "lower borrowed or uplift, or give more dip_days"
        if 0 < table.uplift[row] < 1:
            message = f"promotion {name!r} has an uplift of {table.uplift[row]:g}, below 1"
            yield part, message, "give 1 or more, or 0 for the elasticity"
        idle = (lifted[row] == 1).all() and table.outlet_cut[row] == 0
        if idle and table.price_cut[row] > 0:
            message = f"promotion {name!r} cuts prices and lifts nothing"
            yield part, message, "give an uplift, or products.elasticity"
    for one in range(len(table)):
        for other in range(one):
            if _meet(table, one, other):
                message = f"promotions {table.ids[other]!r} and {table.ids[one]!r} meet"
                remedy = "let one product of an outlet be in one promotion a day"
                yield part, message, remedy


def _meet(table: Promotions, one: int, other: int) -> bool:
    days = table.first[one] <= table.last[other] and table.first[other] <= table.last[one]
    common = (table.products[one] & table.products[other]).any()
    columns = (table.mode, table.area, table.segment)
    return bool(days and common and all(_overlap(c[one], c[other]) for c in columns))


def _overlap(one: int, other: int) -> BoolArray | bool:
    return one in (other, ANY) or other == ANY
