"""Checks across the tables of a market."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.scenario.calendar_builder import ALL_FAMILIES
from channelwright.scenario.catchment_builder import catchment_problems
from channelwright.scenario.collecting_builder import response_problems
from channelwright.scenario.credit_checks import limit_problems, payment_problems
from channelwright.scenario.demand_builder import empirical_problems, price_problems
from channelwright.scenario.documents import Document
from channelwright.scenario.field_work import count_error_problems, travel_problems
from channelwright.scenario.fulfilment import further_tours
from channelwright.scenario.hours_builder import segment_hours
from channelwright.scenario.perishing_builder import shelf_lives
from channelwright.scenario.places import place_problems
from channelwright.scenario.references import among, dangling
from channelwright.scenario.supply_builder import capacity_problems, outage_problems
from channelwright.tables.cells import TypedTable, shown
from channelwright.tables.checks import clock_seconds, nearest

Tables = Mapping[str, TypedTable]
FEWEST_AREAS = 6
_SHARE_SLACK = 1e-6
#: Own and category cases may come from different years.
_ROUNDING = 1.25


def market_problems(tables: Tables, document: Document) -> Iterator[Problem]:
    """Yield what is wrong between the tables of a market.

    Parameters
    ----------
    tables : mapping of name to TypedTable
        Those that could be read; a check whose tables are missing is left out.
    document : Document
        The pack's document, for problems that no single row causes.
    """
    for table in tables.values():
        yield from dangling(table, tables)
    for names, check in _CHECKS:
        if all(name in tables for name in names):
            yield from check(tables)
    yield from place_problems(tables)
    yield from catchment_problems(tables, document)
    yield from _too_few_areas(tables, document)


def _too_few_areas(tables: Tables, document: Document) -> Iterator[Problem]:
    study = document.data.get("study")
    allowed = isinstance(study, Mapping) and study.get("allow_few_areas") is True
    if "areas" in tables and 0 < len(tables["areas"]) < FEWEST_AREAS and not allowed:
        message = f"the pack has {len(tables['areas'])} areas, fewer than {FEWEST_AREAS}"
        remedy = "cut the market into more areas, or set study.allow_few_areas: true"
        yield Problem(tables["areas"].file, "", "", message, remedy)


def _mode_roles(tables: Tables) -> Iterator[Problem]:
    modes = tables["modes"]
    good = modes.good("capture", "solicitor", "role")
    visit, people = modes["capture"] == "visit", modes["solicitor"] != "none"
    yield from modes.problems(
        "solicitor",
        good & visit & ~people,
        lambda row: (
            f"mode {modes['id'][row]!r} captures orders by visit and has no solicitor",
            "set solicitor to rep or salesman, or capture to calendar, pull or app",
        ),
    )
    yield from modes.problems(
        "solicitor",
        good & ~visit & people,
        lambda row: (
            f"mode {modes['id'][row]!r} has solicitor {shown(modes['solicitor'][row])} "
            f"and captures orders by {modes['capture'][row]}",
            "set solicitor to none, or capture to visit",
        ),
    )
    yield from modes.problems(
        "role",
        good & visit & people & (modes["role"] == ""),
        lambda row: (f"mode {modes['id'][row]!r} has no role", "name a row of table 'roles'"),
    )
    yield from modes.problems(
        "role",
        good & ~visit & ~people & (modes["role"] != ""),
        lambda row: (
            f"mode {modes['id'][row]!r} has role {shown(modes['role'][row])} and nobody calls",
            "clear the cell",
        ),
    )


def _effort_levels(tables: Tables) -> Iterator[Problem]:
    effort, modes = tables["effort"], tables["modes"]
    good = effort.good("mode", "level")
    levels = int(effort["level"][good].max(initial=-1)) + 1
    found_of: dict[str, set[int]] = {}
    for mode, level in zip(effort["mode"][good], effort["level"][good], strict=True):
        found_of.setdefault(mode, set()).add(int(level))
    visits = modes.good("capture") & (modes["capture"] == "visit")
    for mode in modes["id"][visits]:
        if mode not in found_of:
            message = f"mode {mode!r} has people and no effort level"
            yield Problem(effort.file, "", "mode", message, "add levels 0, 1, 2, ... for it")
    for mode, found in found_of.items():
        if len(found) != levels:
            message = f"mode {mode!r} has {len(found)} of the effort levels 0 to {levels - 1}"
            remedy = "give every mode the same levels, from 0 without gaps"
            yield Problem(effort.file, "", "level", message, remedy)


def _segment_shares(tables: Tables) -> Iterator[Problem]:
    table, segments = tables["segment_products"], tables["segments"]
    good = table.good("segment", "product", "share")
    total: dict[str, float] = {}
    for segment, share in zip(table["segment"][good], table["share"][good], strict=True):
        total[segment] = total.get(segment, 0.0) + float(share)
    bad = set(table["segment"][~good])
    for segment, share in total.items():
        if abs(share - 1) > _SHARE_SLACK and segment not in bad:
            message = f"shares of segment {segment!r} add up to {share:.6g}, not 1"
            yield Problem(table.file, "", "share", message, "correct the shares of its products")
    for segment in segments["id"]:
        if segment and segment not in total and segment not in bad:
            message = f"segment {segment!r} has no products"
            yield Problem(table.file, "", "segment", message, "add its shares")


def _rates_of_all(tables: Tables) -> Iterator[Problem]:
    rates, outlets = tables["outlet_rates"], tables["outlets"]
    missing = outlets.good("id") & ~among(outlets["id"], rates["outlet"])
    yield from outlets.problems(
        "id",
        missing,
        lambda row: (
            f"outlet {shown(outlets['id'][row])} has no row in {rates.file!r}",
            "add its rates, or remove the outlet",
        ),
    )


def _category_volume(tables: Tables) -> Iterator[Problem]:
    if "outlet_rates" in tables:
        return
    outlets = tables["outlets"]
    own, category = outlets["weekly_cases"], outlets["category_cases"]
    wrong = outlets.good("weekly_cases", "category_cases") & (own > category * _ROUNDING + 0.01)
    yield from outlets.problems(
        "category_cases",
        wrong,
        lambda row: (
            f"category volume {category[row]:g} is below the outlet's own {own[row]:g}",
            "count own and rival cases in category_cases",
        ),
    )


def _families(tables: Tables) -> Iterator[Problem]:
    known = [*sorted(set(tables["products"]["family"])), ALL_FAMILIES]
    for name in ("season", "events"):
        if name in tables:
            table = tables[name]
            wrong = table.good("family") & ~among(table["family"], known)
            yield from table.problems(
                "family",
                wrong,
                lambda row, table=table: (  # type: ignore[misc]
                    f"{shown(table['family'][row])} is no product family",
                    nearest(str(table["family"][row]), known),
                ),
            )


def _season_of_all(tables: Tables) -> Iterator[Problem]:
    season, products = tables["season"], tables["products"]
    given = set(season["family"][season.good("family")])
    if not len(season) or ALL_FAMILIES in given:
        return
    for family in sorted(set(products["family"][products.good("family")]) - given):
        message = f"family {family!r} has no season"
        yield Problem(season.file, "", "family", message, "add its knots, or knots of family '*'")


def _event_days(tables: Tables) -> Iterator[Problem]:
    events = tables["events"]
    wrong = events.good("first", "last") & (events["last"] < events["first"])
    yield from events.problems(
        "last",
        wrong,
        lambda row: (
            f"last day {events['last'][row]} is before the first, {events['first'][row]}",
            "exchange the two days",
        ),
    )


def _lane_ends(tables: Tables) -> Iterator[Problem]:
    lanes, sites = tables["lanes"], tables["sites"]
    plants = sites["id"][sites["kind"] == "plant"]
    good = lanes.good("parent", "child")
    yield from lanes.problems(
        "child",
        good & (lanes["parent"] == lanes["child"]),
        lambda row: (f"lane leads from {lanes['child'][row]!r} to itself", "remove the row"),
    )
    yield from lanes.problems(
        "child",
        good & among(lanes["child"], plants) & (lanes["parent"] != lanes["child"]),
        lambda row: (f"plant {lanes['child'][row]!r} is supplied by a lane", "remove the row"),
    )


def _plants(tables: Tables) -> Iterator[Problem]:
    sites = tables["sites"]
    if len(sites) and not (sites["kind"] == "plant").any():
        message = "there is no site of kind 'plant'"
        yield Problem(sites.file, "", "kind", message, "add the plant that supplies all others")
    independent = (sites["kind"] == "plant") & (sites["owner"] == "independent")
    yield from sites.problems(
        "owner",
        independent,
        lambda row: (
            f"plant {sites['id'][row]!r} has an independent owner",
            "set owner to manufacturer",
        ),
    )


def _desk_hours(tables: Tables) -> Iterator[Problem]:
    sites = tables["sites"]
    opens = np.array([clock_seconds(text) for text in sites["pick_open"]])
    closes = np.array([clock_seconds(text) for text in sites["pick_close"]])
    yield from sites.problems(
        "pick_close",
        sites.good("pick_open", "pick_close") & (closes <= opens),
        lambda row: (
            f"the desk closes at {sites['pick_close'][row]} and opens at {sites['pick_open'][row]}",
            "let it close after it opens, at 24:00 at the latest",
        ),
    )


_CHECKS: tuple[tuple[tuple[str, ...], Callable[[Tables], Iterator[Problem]]], ...] = (
    (("modes",), _mode_roles),
    (("effort", "modes"), _effort_levels),
    (("segment_products", "segments"), _segment_shares),
    (("outlet_rates", "outlets"), _rates_of_all),
    (("outlets",), _category_volume),
    (("products",), _families),
    (("products",), empirical_problems),
    (("products",), price_problems),
    (("season", "products"), _season_of_all),
    (("events",), _event_days),
    (("lanes", "sites"), _lane_ends),
    (("capacity", "sites", "products"), capacity_problems),
    (("outages", "sites"), outage_problems),
    (("sites",), _plants),
    (("sites",), _desk_hours),
    (("vehicles",), further_tours),
    (("segments",), segment_hours),
    (("products",), shelf_lives),
    (("payment_behaviour",), payment_problems),
    (("collecting",), response_problems),
    (("travel", "outlets", "areas"), travel_problems),
    (("modes",), count_error_problems),
    (("site_limits", "sites"), limit_problems),
)
