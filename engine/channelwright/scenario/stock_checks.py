"""Checks of the stock policies of a design."""

from __future__ import annotations

from collections.abc import Iterator

from channelwright.foundation.errors import Problem
from channelwright.scenario.design_case import Case
from channelwright.scenario.references import among
from channelwright.scenario.shelf_builder import shelf_problems
from channelwright.scenario.supplier_builder import supplier_problems
from channelwright.tables.cells import TypedTable, shown
from channelwright.tables.checks import nearest
from channelwright.tables.stock_inputs import ALL_PRODUCTS

_NUMBERS = {"reorder": ("reorder_up_to", "reorder_quantity"), "quantity": ("reorder_quantity",)}


def stock_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the tables of stock policies."""
    sites = case.part("sites")
    for part in ("stock", "forecast", "shortage"):
        table = case.part(part)
        if table is not None and sites is not None:
            yield from _sites(case, table, sites)
    table = case.part("stock")
    if table is not None:
        yield from _products(case, table)
        yield from policy_problems(table)
    table = case.part("forecast")
    if table is not None:
        yield from _forecasts(table)
    yield from supplier_problems(case)
    table = case.part("shelves")
    if table is not None:
        yield from policy_problems(table)
        yield from shelf_problems(case)


def policy_problems(table: TypedTable) -> Iterator[Problem]:
    """Yield numbers that a policy does not use, and targets without a service."""
    for column, policies in _NUMBERS.items():
        given = table.good("policy", column) & (table[column] >= 0)
        yield from table.problems(
            column,
            given & ~among(table["policy"], policies),
            lambda row, column=column, policies=policies: (  # type: ignore[misc]
                f"policy {table['policy'][row]!r} has no {column}",
                f"clear the cell, or use {' or '.join(policies)}",
            ),
        )
    lots = table.good("policy", "level") & (table["policy"] == "reorder_quantity")
    yield from table.problems(
        "level",
        lots & (table["level"] >= 0),
        lambda _: ("policy 'reorder_quantity' has no level", "clear the cell; give a quantity"),
    )
    both = table.good("policy", "reorder", "level") & (table["policy"] == "reorder_up_to")
    yield from table.problems(
        "level",
        both & (table["level"] >= 0) & (table["level"] <= table["reorder"]),
        lambda row: (
            f"level {table['level'][row]} is not above reorder {table['reorder'][row]}",
            "raise the level or lower the reorder point",
        ),
    )
    aimed = table.good("service", "target") & (table["service"] != "none")
    yield from table.problems(
        "target",
        aimed & (table["target"] <= 0),
        lambda row: (
            f"service {table['service'][row]!r} needs a target above 0",
            "give a share such as 0.95",
        ),
    )
    idle = table.good("service", "target") & (table["service"] == "none")
    yield from table.problems(
        "target",
        idle & (table["target"] > 0),
        lambda _: ("a target without a service changes nothing", "set service to cycle or fill"),
    )


def _forecasts(table: TypedTable) -> Iterator[Problem]:
    own = table.good("signal") & (table["signal"] == "orders")
    for column, neutral in (("delay", 0), ("error", 0.0)):
        yield from table.problems(
            column,
            own & table.good(column) & (table[column] != neutral),
            lambda row, column=column: (  # type: ignore[misc]
                f"a site's own orders have no {column}",
                "clear the cell, or set signal to sell_through or sell_out",
            ),
        )
    still = table.good("method", "alpha") & (table["method"] == "exponential")
    yield from table.problems(
        "alpha",
        still & (table["alpha"] <= 0),
        lambda _: ("an alpha of 0 never learns", "give a weight such as 0.1"),
    )


def _products(case: Case, table: TypedTable) -> Iterator[Problem]:
    if "products" not in case.market:
        return
    known = [ALL_PRODUCTS, *case.ids("products")]
    yield from table.problems(
        "product",
        table.good("product") & ~among(table["product"], known),
        lambda row: (
            f"{shown(table['product'][row])} is not in table 'products'",
            f"* = all products; {nearest(table['product'][row], known)}",
        ),
    )


def _sites(case: Case, table: TypedTable, sites: TypedTable) -> Iterator[Problem]:
    known = table.good("site") & among(table["site"], case.ids("sites"))
    yield from table.problems(
        "site",
        known & ~among(table["site"], sites["site"]),
        lambda row: (f"site {table['site'][row]!r} is not open", "remove the row or open the site"),
    )
    kind = case.attribute("sites", "kind")
    plants = [site for site, word in kind.items() if word == "plant"]
    if table.table.name == "design_shortage":
        return
    yield from table.problems(
        "site",
        known & among(table["site"], plants),
        lambda row: (
            f"plant {table['site'][row]!r} orders from nobody",
            "remove the row",
        ),
    )
