"""Demand beyond rate and law: from typed tables to the model (docs/world/demand.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.demand import Elasticity, Empirical
from channelwright.scenario.references import among
from channelwright.tables.cells import TypedTable, shown

Tables = Mapping[str, TypedTable]
_SLACK = 1e-6
EMPIRICAL = "empirical"


def build_empirical(tables: Tables) -> Empirical | None:
    """Return the observed values, each over the mean of its product; None without any."""
    products = tables["products"]
    wanted = np.flatnonzero(products["law"] == EMPIRICAL)
    if not wanted.size:
        return None
    table = tables["demand_values"]
    product, ratio, cumulative = [], [], []
    for row in wanted.tolist():
        mine = np.flatnonzero(table["product"] == products["id"][row])
        mine = mine[np.argsort(table["units"][mine], kind="stable")]
        units, weight = table["units"][mine], table["probability"][mine]
        weight = weight / weight.sum()
        product.append(np.full(len(mine), row, dtype=np.int64))
        ratio.append(units / (units * weight).sum())
        cumulative.append(np.cumsum(weight))
    return Empirical(np.concatenate(product), np.concatenate(ratio), np.concatenate(cumulative))


def build_elasticity(tables: Tables) -> Elasticity | None:
    """Return the price elasticities, None if no product has one."""
    own = tables["products"]["elasticity"]
    return Elasticity(own.copy()) if own.any() else None


def empirical_problems(tables: Tables) -> Iterator[Problem]:
    """Yield what is wrong with the laws of products and their observed values."""
    products = tables["products"]
    good = products.good("id", "law")
    named = good & (products["law"] == EMPIRICAL)
    table = tables.get("demand_values")
    known = np.zeros(0, dtype=object) if table is None else table["product"]
    yield from products.problems(
        "law",
        named & ~among(products["id"], known),
        lambda row: (
            f"product {products['id'][row]!r} has law 'empirical' and no values",
            "add its rows to table 'demand_values'",
        ),
    )
    if table is None:
        return
    others = table.good("product") & among(table["product"], products["id"][good & ~named])
    yield from table.problems(
        "product",
        others,
        lambda row: (
            f"the law of {shown(table['product'][row])} is not 'empirical'",
            "set products.law to empirical, or remove the row",
        ),
    )
    yield from _sums(table, products["id"][named].tolist())


def price_problems(tables: Tables) -> Iterator[Problem]:
    """Yield products that consumers would get for nothing."""
    products = tables["products"]
    yield from products.problems(
        "consumer_price",
        products.good("consumer_price") & (products["consumer_price"] <= 0),
        lambda row: (
            f"consumers would get {shown(products['id'][row])} for nothing",
            "give the shelf price of a unit, with VAT",
        ),
    )


def _sums(table: TypedTable, products: list[str]) -> Iterator[Problem]:
    for product in products:
        mine = table["product"] == product
        if not mine.any() or not table.good("units", "probability")[mine].all():
            continue
        total = float(table["probability"][mine].sum())
        if abs(total - 1) > _SLACK:
            message = f"probabilities of {product!r} add up to {total:.6g}, not 1"
            yield Problem(table.file, "", "probability", message, "correct them")
        elif float((table["probability"] * table["units"])[mine].sum()) <= 0:
            message = f"the mean of the values of {product!r} is 0"
            yield Problem(table.file, "", "units", message, "give a value above 0")
