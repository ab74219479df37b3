"""Checks of a design against the tables of its market."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.foundation.units import BoolArray
from channelwright.rules.planning import FREQUENCIES
from channelwright.scenario.allocation_builder import allocation_problems
from channelwright.scenario.calibration_builder import calibration_problems
from channelwright.scenario.choice_checks import choice_problems
from channelwright.scenario.collecting_builder import collecting_problems
from channelwright.scenario.contract_builder import contract_problems
from channelwright.scenario.credit_checks import (
    account_problems,
    approval_problems,
    credit_problems,
)
from channelwright.scenario.design_case import Case
from channelwright.scenario.design_shapes import VisitShape
from channelwright.scenario.goods_builder import goods_problems
from channelwright.scenario.offer_checks import offer_problems
from channelwright.scenario.references import among, dangling
from channelwright.scenario.selling_checks import selling_problems
from channelwright.scenario.stock_checks import stock_problems
from channelwright.scenario.terms_checks import service_problems, terms_problems
from channelwright.tables.cells import TypedTable


def design_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the tables and keys of one design file."""
    for table in case.design.tables.tables.values():
        yield from dangling(table, case.market)
    sites = case.part("sites")
    if sites is not None and "sites" in case.market:
        yield from _site_roles(case, sites)
        yield from _site_parents(case, sites)
        yield from _site_vehicles(sites)
        yield from _levels(case, sites)
        yield from _outlets(case, sites)
        yield from _people(case, sites)
    yield from terms_problems(case)
    yield from service_problems(case)
    yield from contract_problems(case)
    yield from goods_problems(case)
    yield from stock_problems(case)
    yield from offer_problems(case)
    yield from credit_problems(case)
    yield from account_problems(case)
    yield from approval_problems(case)
    yield from collecting_problems(case)
    yield from allocation_problems(case)
    yield from calibration_problems(case)
    if case.design.shape is not None:
        yield from _visits(case)
        yield from selling_problems(case)
        yield from _online(case)
        yield from choice_problems(case)


def _site_roles(case: Case, table: TypedTable) -> Iterator[Problem]:
    kind = case.attribute("sites", "kind")
    plant = np.array([kind.get(site) == "plant" for site in table["site"]], dtype=np.bool_)
    known = table.good("site") & among(table["site"], list(kind))
    for column, remedy in (("mode", "name the mode it works in"), ("parent", "name its supplier")):
        empty = table.good(column) & (table[column] == "")
        yield from table.problems(
            column,
            known & ~plant & empty,
            lambda row, column=column, remedy=remedy: (  # type: ignore[misc]
                f"site {table['site'][row]!r} has no {column}",
                remedy,
            ),
        )
        yield from table.problems(
            column,
            known & plant & ~empty & table.good(column),
            lambda row, column=column: (  # type: ignore[misc]
                f"plant {table['site'][row]!r} has a {column}, {table[column][row]!r}",
                "clear the cell",
            ),
        )
    if known.all() and len(table) and not plant.any():
        message = "no plant is open"
        yield Problem(table.file, "", "site", message, "add the plant that supplies the others")


def _site_parents(case: Case, table: TypedTable) -> Iterator[Problem]:
    kind = case.attribute("sites", "kind")
    plant = np.array([kind.get(site) == "plant" for site in table["site"]], dtype=np.bool_)
    given = table.good("site", "parent") & (table["parent"] != "") & ~plant
    opened = among(table["parent"], table["site"])
    yield from table.problems(
        "parent",
        given & ~opened & among(table["parent"], case.ids("sites")),
        lambda row: (
            f"parent {table['parent'][row]!r} of {table['site'][row]!r} is not open",
            "add a row for it, or name an open site",
        ),
    )
    yield from _lanes(case, table, given & opened)
    parent = dict(zip(table["site"][given], table["parent"][given], strict=True))
    circles = np.array([_circles(site, parent) for site in table["site"]], dtype=np.bool_)
    yield from table.problems(
        "parent",
        given & circles,
        lambda row: (
            f"the parents of {table['site'][row]!r} lead in a circle",
            "let every chain of parents end at a plant",
        ),
    )


def _circles(site: str, parent: dict[str, str]) -> bool:
    at, steps = parent.get(site), 0
    while at is not None and at != site and steps <= len(parent):
        at, steps = parent.get(at), steps + 1
    return at == site


def _lanes(case: Case, table: TypedTable, supplied: BoolArray) -> Iterator[Problem]:
    lanes = case.market.get("lanes")
    known = set() if lanes is None else set(zip(lanes["parent"], lanes["child"], strict=True))
    pairs = zip(table["parent"], table["site"], strict=True)
    yield from table.problems(
        "parent",
        supplied & np.array([pair not in known for pair in pairs], dtype=np.bool_),
        lambda row: (
            f"there is no lane from {table['parent'][row]!r} to {table['site'][row]!r}",
            "add it to table 'lanes', or name another parent",
        ),
    )


def _site_vehicles(table: TypedTable) -> Iterator[Problem]:
    yield from table.problems(
        "vehicle",
        table.good("vehicle", "vehicles") & (table["vehicles"] > 0) & (table["vehicle"] == ""),
        lambda row: (
            f"site {table['site'][row]!r} has {table['vehicles'][row]} vehicles of no type",
            "name a row of table 'vehicles'",
        ),
    )


def _levels(case: Case, sites: TypedTable) -> Iterator[Problem]:
    levels = case.part("levels")
    if levels is None:
        return
    closed = levels.good("site") & among(levels["site"], case.ids("sites"))
    closed &= ~among(levels["site"], sites["site"])
    yield from levels.problems(
        "site",
        closed,
        lambda row: (
            f"site {levels['site'][row]!r} is not open",
            "remove the row or open the site",
        ),
    )


def _outlets(case: Case, sites: TypedTable) -> Iterator[Problem]:
    table = case.part("outlets")
    if table is None:
        return
    given = table.good("site") & (table["site"] != "") & among(table["site"], case.ids("sites"))
    kind = case.attribute("sites", "kind")
    yield from table.problems(
        "site",
        given & ~among(table["site"], sites["site"]),
        lambda row: (
            f"site {table['site'][row]!r} of outlet {table['outlet'][row]!r} is not open",
            "open it in the table of sites, or name an open site",
        ),
    )
    plants = [site for site, word in kind.items() if word == "plant"]
    yield from table.problems(
        "site",
        given & among(table["site"], plants),
        lambda row: (
            f"outlet {table['outlet'][row]!r} is served by plant {table['site'][row]!r}",
            "plants supply sites only: put a dc or an office there",
        ),
    )


def _people(case: Case, sites: TypedTable) -> Iterator[Problem]:
    table = case.part("headcount")
    if table is None:
        return
    capture = case.attribute("modes", "capture")
    some = table.good("site", "mode", "people") & (table["people"] > 0)
    yield from table.problems(
        "site",
        some & among(table["site"], case.ids("sites")) & ~among(table["site"], sites["site"]),
        lambda row: (f"site {table['site'][row]!r} is not open", "remove the row or open the site"),
    )
    uncalled = [mode for mode, word in capture.items() if word != "visit"]
    yield from table.problems(
        "mode",
        some & among(table["mode"], uncalled),
        lambda row: (
            f"nobody calls on outlets of mode {table['mode'][row]!r}",
            "remove the row, or name a mode with visits",
        ),
    )


def _visits(case: Case) -> Iterator[Problem]:
    shape = case.design.shape
    if shape is None:
        return
    if isinstance(shape.visits, VisitShape):
        yield from _frequencies(case, ("visits",), shape.visits)
        return
    capture = case.attribute("modes", "capture")
    for mode, frequency in shape.visits.items():
        yield from case.unknown(("visits", mode), mode, "modes")
        yield from _frequencies(case, ("visits", mode), frequency)
        if capture.get(mode, "visit") != "visit":
            message = f"mode {mode!r} captures orders by {capture[mode]}, not by visit"
            yield case.design.document.problem(("visits", mode), message, "remove the key")
    for mode in _modes_in_use(case):
        if capture.get(mode) == "visit" and mode not in shape.visits:
            message = f"mode {mode!r} has outlets and no visit frequency"
            remedy = f"add {mode}: {{A: ..., B: ..., C: ...}}"
            yield case.design.document.problem(("visits",), message, remedy)


def _modes_in_use(case: Case) -> list[str]:
    """Return the modes of the design's outlets, sorted."""
    table = case.part("outlets")
    return [] if table is None else sorted(set(table["mode"][table.good("mode")]))


def _frequencies(case: Case, place: tuple[str, ...], shape: VisitShape) -> Iterator[Problem]:
    for grade, value in (("A", shape.A), ("B", shape.B), ("C", shape.C)):
        if float(value) not in FREQUENCIES:
            message = f"{value:g} calls a week is no frequency of the 28-day cycle"
            remedy = f"use one of {', '.join(f'{one:g}' for one in FREQUENCIES)}"
            yield case.design.document.problem((*place, grade), message, remedy)


def _online(case: Case) -> Iterator[Problem]:
    shape = case.design.shape
    if shape is None or shape.o2o is None:
        return
    for row, name in enumerate(shape.o2o.segments):
        yield from case.unknown(("o2o", "segments", row), name, "segments")
    for row, name in enumerate(shape.o2o.areas):
        yield from case.unknown(("o2o", "areas", row), name, "areas")
