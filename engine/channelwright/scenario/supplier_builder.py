"""From the table of suppliers to the model, and what may not stand in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import PPM, BoolArray
from channelwright.model.market import Market
from channelwright.model.stock import Suppliers
from channelwright.scenario.design_case import Case
from channelwright.scenario.market_builder import codes, to_ppm
from channelwright.scenario.references import among
from channelwright.tables.cells import TypedTable

if TYPE_CHECKING:
    from channelwright.scenario.design_tables import DesignTables


def build_suppliers(market: Market, table: TypedTable, tables: DesignTables) -> Suppliers:
    """Return the sources of every choosing site, its parent first."""
    ids = market.sites.ids
    plan = tables["sites"]
    parent = dict(zip(codes(plan["site"], ids), codes(plan["parent"], ids), strict=True))
    site, source = codes(table["site"], ids), codes(table["source"], ids)
    index = dict(zip(zip(site, source, strict=True), to_ppm(table["index"]), strict=True))
    for chooser in np.unique(site):
        index.setdefault((chooser, parent[chooser]), PPM)
    rows = sorted(index, key=lambda pair: (pair[0], pair[1] != parent[pair[0]], pair[1]))
    return Suppliers(
        site=np.array([row[0] for row in rows], dtype=np.int64),
        source=np.array([row[1] for row in rows], dtype=np.int64),
        index=np.array([index[row] for row in rows], dtype=np.int64),
    )


def supplier_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the sources of sites."""
    table, sites = case.part("suppliers"), case.part("sites")
    if table is None or sites is None:
        return
    good, opened = table.good("site", "source"), set(sites["site"])
    for column in ("site", "source"):
        known = good & among(table[column], case.ids("sites"))
        yield from table.problems(
            column,
            known & ~among(table[column], sorted(opened)),
            lambda row, column=column: (  # type: ignore[misc]
                f"site {table[column][row]!r} is not open",
                "remove the row or open the site",
            ),
        )
    owner = case.attribute("sites", "owner")
    own = [site for site, word in owner.items() if word != "independent"]
    yield from table.problems(
        "site",
        good & among(table["site"], own),
        lambda row: (
            f"site {table['site'][row]!r} is the manufacturer's, which appoints its sources",
            "name an independent site, or give the site another parent",
        ),
    )
    both = good & among(table["site"], sorted(opened)) & among(table["source"], sorted(opened))
    yield from _lanes(case, table, both)
    yield from _prices(case, table, both, sites)
    yield from _circles(table, both, dict(zip(sites["site"], sites["parent"], strict=True)))


def _lanes(case: Case, table: TypedTable, both: BoolArray) -> Iterator[Problem]:
    if "lanes" not in case.market:
        return
    lanes = case.market["lanes"]
    pairs = set(zip(lanes["child"], lanes["parent"], strict=True))
    named = zip(table["site"], table["source"], strict=True)
    missing = np.array([pair not in pairs for pair in named], dtype=np.bool_)
    yield from table.problems(
        "source",
        both & missing,
        lambda row: (
            f"there is no lane from {table['source'][row]!r} to {table['site'][row]!r}",
            "add it to table 'lanes', or remove the row: only what a lane reaches is a source",
        ),
    )


def _prices(case: Case, table: TypedTable, both: BoolArray, sites: TypedTable) -> Iterator[Problem]:
    """Yield independent sources of a mode that has no price for what they sell."""
    terms = case.part("terms")
    if terms is None or case.part("prices") is not None:
        return
    owner = case.attribute("sites", "owner")
    mode = dict(zip(sites["site"], sites["mode"], strict=True))
    free = set(terms["mode"][terms.good("mode", "price_tier2") & (terms["price_tier2"] <= 0)])
    pairs = zip(table["site"], table["source"], strict=True)
    unpriced = [mode.get(site) in free and owner.get(up) == "independent" for site, up in pairs]
    yield from table.problems(
        "source",
        both & np.array(unpriced, dtype=np.bool_),
        lambda row: (
            f"mode {mode[table['site'][row]]!r} has no price_tier2, which "
            f"{table['source'][row]!r} would ask",
            "give its terms a price_tier2 above 0",
        ),
    )


def _circles(table: TypedTable, both: BoolArray, parent: Mapping[str, str]) -> Iterator[Problem]:
    above: dict[str, set[str]] = {site: {up} for site, up in parent.items() if up}
    for site, source in zip(table["site"][both], table["source"][both], strict=True):
        above.setdefault(site, set()).add(source)
    circling = np.array([_reaches(above, s, s) for s in table["site"]], dtype=np.bool_)
    yield from table.problems(
        "source",
        both & circling,
        lambda row: (
            f"the sources of {table['site'][row]!r} lead in a circle",
            "let every way over parents and sources end at a plant",
        ),
    )


def _reaches(above: Mapping[str, set[str]], start: str, goal: str) -> bool:
    seen: set[str] = set()
    waiting = list(above.get(start, ()))
    while waiting:
        site = waiting.pop()
        if site == goal:
            return True
        if site not in seen:
            seen.add(site)
            waiting += above.get(site, ())
    return False
