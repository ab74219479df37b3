"""Checks of prices, pay and ordering rules: rows for every mode in use, no impossible ladder."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import BoolArray, FloatArray
from channelwright.scenario.calendar_builder import WEEKDAYS, weekday_numbers
from channelwright.scenario.capture_builder import carried_problems
from channelwright.scenario.design_case import Case
from channelwright.scenario.references import among
from channelwright.tables.cells import TypedTable, shown
from channelwright.tables.checks import clock_seconds

#: Beyond this multiple of what the buyer gets for the goods, a price was meant for another unit.
_IMPOSSIBLE = 1.5


def terms_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the terms of a design."""
    table = case.part("terms")
    if table is None:
        return
    served, owned = _modes(case, "outlets"), _modes(case, "sites")
    yield from _missing_rows(table, sorted({*served, *owned}))
    good = table.good("mode")
    yield from _no_price(table, "price_outlet", good & among(table["mode"], served))
    independent = _independent_modes(case)
    yield from _no_price(table, "price_account", good & among(table["mode"], independent))
    yield from _no_price(table, "price_tier2", good & among(table["mode"], _tier2_modes(case)))
    yield from _ladder(case, table)


def service_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the ordering and delivery rules of a design."""
    table = case.part("service")
    if table is None:
        return
    yield from _missing_rows(table, _modes(case, "outlets"))
    yield from carried_problems(table, case.attribute("modes", "capture"))
    unread = np.array(
        [not weekday_numbers(text) for text in table["order_weekdays"]], dtype=np.bool_
    )
    yield from table.problems(
        "order_weekdays",
        table.good("order_weekdays") & unread,
        lambda row: (
            f"{shown(table['order_weekdays'][row])} is no list of weekdays",
            f"write 'all' or some of {','.join(WEEKDAYS)}",
        ),
    )
    yield from table.problems(
        "order_every_weeks",
        table.good("order_every_weeks") & ~np.isin(table["order_every_weeks"], (1, 2, 4)),
        lambda row: (f"{table['order_every_weeks'][row]} is not 1, 2 or 4", "use 1, 2 or 4"),
    )
    yield from table.problems(
        "order_close",
        table.good("order_open", "order_close") & _closes_first(table),
        lambda row: (
            f"orders close at {table['order_close'][row]} and open at {table['order_open'][row]}",
            "let them close after they open",
        ),
    )
    yield from table.problems(
        "cover_days",
        table.good("cover_days", "interval_cover")
        & (table["cover_days"] + table["interval_cover"] <= 0),
        lambda _: ("a shelf that covers 0 days never orders", "give days of demand above 0"),
    )


def _closes_first(table: TypedTable) -> BoolArray:
    opens = np.array([clock_seconds(text) for text in table["order_open"]])
    closes = np.array([clock_seconds(text) for text in table["order_close"]])
    return np.asarray(closes <= opens, dtype=np.bool_)


def _modes(case: Case, part: str) -> list[str]:
    table = case.part(part)
    if table is None or "modes" not in case.market:
        return []
    known = set(case.ids("modes"))
    return sorted({mode for mode in table["mode"][table.good("mode")] if mode in known})


def _independent_modes(case: Case) -> list[str]:
    table, owner = case.part("sites"), case.attribute("sites", "owner")
    if table is None:
        return []
    rows = zip(table["site"], table["mode"], strict=True)
    return sorted({mode for site, mode in rows if mode and owner.get(site) == "independent"})


def _tier2_modes(case: Case) -> list[str]:
    """Return modes of sites that buy from another independent owner."""
    table, owner = case.part("sites"), case.attribute("sites", "owner")
    if table is None:
        return []
    kind = case.attribute("sites", "kind")
    sellers = {
        site
        for site in table["site"]
        if owner.get(site) == "independent" and kind.get(site) != "plant"
    }
    rows = zip(table["mode"], table["parent"], strict=True)
    return sorted({mode for mode, parent in rows if mode and parent in sellers})


def _missing_rows(table: TypedTable, modes: list[str]) -> Iterator[Problem]:
    for mode in modes:
        if mode not in table["mode"]:
            message = f"mode {mode!r} is used by the design and has no row"
            yield Problem(table.file, "", "mode", message, "add a row for it")


def _no_price(table: TypedTable, column: str, needed: BoolArray) -> Iterator[Problem]:
    yield from table.problems(
        column,
        needed & table.good(column) & (table[column] <= 0),
        lambda row: (
            f"goods of mode {table['mode'][row]!r} would change hands for nothing",
            "give the price per case, with VAT",
        ),
    )


def _ladder(case: Case, table: TypedTable) -> Iterator[Problem]:
    """Yield prices that cannot be meant: the buyer pays far more than it can sell for."""
    shelf = _shelf_value(case)
    good = table.good("mode", "price_outlet", "outlet_rebate", "price_account", "account_rebate")
    outlet = table["price_outlet"] * (1 - table["outlet_rebate"])
    if shelf > 0:
        yield from table.problems(
            "price_outlet",
            good & (outlet > _IMPOSSIBLE * shelf),
            lambda row: (
                f"outlets pay {outlet[row]:g} a case and sell it for {shelf:g}",
                "state prices per case, and the consumer price per unit",
            ),
        )
    account = table["price_account"] * (1 - table["account_rebate"])
    yield from table.problems(
        "price_account",
        good & (outlet > 0) & (account > _IMPOSSIBLE * table["price_outlet"]),
        lambda row: (
            f"owners pay {account[row]:g} a case and sell it for {table['price_outlet'][row]:g}",
            "state both prices per case, with VAT",
        ),
    )


def _shelf_value(case: Case) -> float:
    """Return the dearest product's shelf value of a case over its price index, 0 = unknown."""
    products = case.market.get("products")
    if products is None:
        return 0.0
    good = products.good("consumer_price", "units_per_case", "price_index")
    value: FloatArray = products["consumer_price"] * products["units_per_case"]
    return float((value[good] / products["price_index"][good]).max(initial=0.0))
