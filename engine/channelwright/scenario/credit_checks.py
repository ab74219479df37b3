"""Checks of credit rules and payment behaviour: nothing that is stated may be without effect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.scenario.design_case import Case
from channelwright.tables.cells import TypedTable
from channelwright.tables.checks import clock_seconds


def credit_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the credit rules of a design."""
    table, terms = case.part("credit"), case.part("terms")
    if table is None:
        return
    yield from table.problems(
        "limit_high",
        table.good("limit_low", "limit_high") & (table["limit_low"] > table["limit_high"]),
        lambda row: (
            f"the best score gets {table['limit_high'][row]:g} of the limit, "
            f"the worst {table['limit_low'][row]:g}",
            "let limit_high be at least limit_low",
        ),
    )
    if terms is None:
        return
    single = case.part("account_credit")
    if single is not None and (single["limit"] >= 0).any():
        return  # limits of single accounts are there to act upon in any mode
    limited = set(terms["mode"][terms.good("mode", "credit_days") & (terms["credit_days"] > 0)])
    known = set(terms["mode"])
    unlimited = np.array(
        [mode in known and mode not in limited for mode in table["mode"]], dtype=np.bool_
    )
    used = (table["action"] != "hold") | (table["deposit"] > 0) | (table["review_days"] > 0)
    yield from table.problems(
        "mode",
        table.good("mode", "action", "deposit", "review_days", "prepay_days") & unlimited & used,
        lambda row: (
            f"mode {table['mode'][row]!r} has no credit limit (credit_days 0) to act upon",
            "give its terms credit_days above 0, or leave action, deposit and review_days out",
        ),
    )


def account_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the credit of single accounts."""
    table = case.part("account_credit")
    if table is None:
        return
    both = (table["outlet"] != "") == (table["chain"] != "")
    yield from table.problems(
        "outlet",
        table.good("outlet", "chain") & both,
        lambda _: ("an account is an outlet or a chain", "fill in one of the two"),
    )
    chain = case.attribute("outlets", "chain")
    stores = np.array([chain.get(outlet, "") != "" for outlet in table["outlet"]], dtype=np.bool_)
    yield from table.problems(
        "outlet",
        table.good("outlet", "chain") & ~both & stores,
        lambda row: (
            f"outlet {table['outlet'][row]!r} is a store of chain {chain[table['outlet'][row]]!r}, "
            "which pays for it",
            "name the chain",
        ),
    )
    says = (table["limit"] >= 0) | (table["action"] != "mode") | (table["overdue_grace"] >= 0)
    yield from table.problems(
        "limit",
        table.good("limit", "action", "overdue_grace") & ~says,
        lambda _: (
            "the row says nothing: limit, action and overdue_grace are those of the mode",
            "give one of them, or remove the row",
        ),
    )
    yield from table.problems(
        "limit",
        table.good("limit") & (table["limit"] < 0) & (table["limit"] != -1),
        lambda row: (
            f"a limit of {table['limit'][row]:g}",
            "give 0 or more, or -1 for that of the mode",
        ),
    )
    yield from _accounts_in_vain(case, table)


def _accounts_in_vain(case: Case, table: TypedTable) -> Iterator[Problem]:
    """Yield rows of outlets that nobody covers, or whose orders no limit is asked of."""
    plan, terms = case.design.tables.get("outlets"), case.design.tables.get("terms")
    if plan is None:
        return
    mode = dict(zip(plan["outlet"], plan["mode"], strict=True))
    served = np.array([mode.get(outlet, "") for outlet in table["outlet"]], dtype=np.str_)
    single = table["outlet"] != ""
    yield from table.problems(
        "outlet",
        table.good("outlet") & single & (served == ""),
        lambda row: (
            f"outlet {table['outlet'][row]!r} is not covered",
            "cover it, or remove the row",
        ),
    )
    shape = case.design.shape
    if terms is None or shape is None:
        return
    cash = set(terms["mode"][terms.good("mode", "credit_days") & (terms["credit_days"] == 0)])
    if not set(shape.sources) <= cash:
        return  # an outlet that chooses its source may buy on the terms of another mode
    unlimited = np.array([name in cash for name in served], dtype=np.bool_)
    yield from table.problems(
        "limit",
        table.good("outlet", "limit") & single & unlimited & (table["limit"] < 0),
        lambda row: (
            f"outlet {table['outlet'][row]!r} has no credit limit (credit_days 0) to act upon",
            "give the row a limit, or its mode's terms credit_days above 0",
        ),
    )


def approval_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the approval desks of a design."""
    table = case.part("approval")
    if table is None:
        return
    opens = np.array([clock_seconds(text) for text in table["opens"]])
    closes = np.array([clock_seconds(text) for text in table["closes"]])
    yield from table.problems(
        "closes",
        table.good("opens", "closes") & (closes <= opens),
        lambda row: (
            f"the desk closes at {table['closes'][row]} and opens at {table['opens'][row]}",
            "let it close after it opens",
        ),
    )
    yield from table.problems(
        "ask",
        table.good("ask") & (table["ask"] == 0),
        lambda row: (
            f"nobody of mode {table['mode'][row]!r} asks for a discount",
            "give ask above 0, or remove the row",
        ),
    )


def payment_problems(tables: Mapping[str, TypedTable]) -> Iterator[Problem]:
    """Yield what is wrong with payment behaviour."""
    table = tables["payment_behaviour"]
    yield from table.problems(
        "write_off_days",
        table.good("default_rate", "write_off_days")
        & (table["default_rate"] > 0)
        & (table["write_off_days"] == 0),
        lambda row: (
            f"accounts of segment {table['segment'][row]!r} default and are never written off",
            "give write_off_days, such as 90",
        ),
    )


def limit_problems(tables: Mapping[str, TypedTable]) -> Iterator[Problem]:
    """Yield what is wrong with the limits of sites."""
    table, sites = tables["site_limits"], tables["sites"]
    owner = dict(zip(sites["id"], sites["owner"], strict=True))
    independent = np.array(
        [owner.get(site, "independent") == "independent" for site in table["site"]], dtype=np.bool_
    )
    yield from table.problems(
        "cash",
        table.good("site", "cash") & table["cash"] & ~independent,
        lambda row: (
            f"site {table['site'][row]!r} is the manufacturer's, whose cash is not limited",
            "limit the cash of independent sites only",
        ),
    )
    yield from table.problems(
        "site",
        table.good("site", "cash", "capacity") & ~table["cash"] & ~table["capacity"],
        lambda row: (
            f"the row of site {table['site'][row]!r} limits nothing",
            "set cash or capacity to true, or remove the row",
        ),
    )
