"""Checks of asking prices, rights and options of a design."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from channelwright.foundation.errors import Problem
from channelwright.model.draft import DesignDraft
from channelwright.model.market import Market
from channelwright.rules import sourcing
from channelwright.scenario.design_case import Case
from channelwright.scenario.references import among
from channelwright.tables.checks import nearest

_SHOWN = 20


def selling_problems(case: Case) -> Iterator[Problem]:
    """Yield what is wrong with the sources, asking prices and rights of a design file."""
    yield from _sources(case)
    yield from _asking(case)
    yield from _rights(case)


def _sources(case: Case) -> Iterator[Problem]:
    shape = case.design.shape
    capture = case.attribute("modes", "capture")
    for mode, count in shape.sources.items() if shape is not None else ():
        place: tuple[str, ...] = ("sources", mode)
        yield from case.unknown(place, mode, "modes")
        if capture.get(mode) == "visit":
            message = f"outlets of mode {mode!r} are called on and buy from their own site"
            yield case.design.document.problem(place, message, "remove the key")
        if isinstance(count, Mapping):
            for sale in count:
                yield from case.unknown((*place, sale), sale, "modes")
            yield from _without_terms(case, place, count)


def _without_terms(
    case: Case, place: tuple[str, ...], count: Mapping[str, int]
) -> Iterator[Problem]:
    """Yield modes of a sale that have no prices or no rules of delivery."""
    known = set(case.ids("modes"))
    for part in ("terms", "service"):
        table = case.part(part)
        for sale in count if table is not None else ():
            if table is not None and sale in known and sale not in table["mode"]:
                message = f"outlets may buy in mode {sale!r}, which has no row in {part!r}"
                remedy = f"add a row for it to {table.file}"
                yield case.design.document.problem((*place, sale), message, remedy)


def _asking(case: Case) -> Iterator[Problem]:
    table, sites = case.part("asking"), case.part("sites")
    if table is None or sites is None:
        return
    known = table.good("site") & among(table["site"], case.ids("sites"))
    yield from table.problems(
        "site",
        known & ~among(table["site"], sites["site"]),
        lambda row: (
            f"site {table['site'][row]!r} is not open",
            "remove the row or open the site",
        ),
    )


def _rights(case: Case) -> Iterator[Problem]:
    table = case.part("rights")
    if table is None:
        return
    yield from table.problems(
        "site",
        table.good("site", "right") & (table["right"] == "exclusive") & (table["site"] == ""),
        lambda _: ("an exclusive right that nobody holds", "name the site that holds it"),
    )
    products = case.market.get("products")
    if products is None:
        return
    families = sorted({str(name) for name in products["family"][products.good("family")]})
    yield from table.problems(
        "family",
        table.good("family") & (table["family"] != "") & ~among(table["family"], families),
        lambda row: (
            f"{table['family'][row]!r} is no family of table 'products'",
            nearest(str(table["family"][row]), families),
        ),
    )


def served_without_right(
    market: Market, draft: DesignDraft, chosen: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str, str]]:
    """Yield part, message and remedy for outlets whose own server may sell them nothing.

    Parameters
    ----------
    chosen : frozenset of str
        Modes whose outlets are still to be given their servers, which keeps rights by itself.
    """
    allowed = sourcing.draft_rights(market, draft.selling, draft.site[:, None], draft.mode[:, None])
    if allowed is None:
        return
    free = np.array([name in chosen for name in market.modes.ids])
    given = (draft.mode >= 0) & ~free[np.maximum(draft.mode, 0)]
    lost = np.flatnonzero(given & ~allowed[:, 0].any(axis=1))
    for row in lost[:_SHOWN].tolist():
        site = market.sites.ids[draft.site[row]]
        message = f"site {site!r} may sell nothing to its outlet {market.outlets.ids[row]!r}"
        yield "rights", message, "give it a right, or assign the outlet to a site that has one"
    if len(lost) > _SHOWN:
        message = f"and {len(lost) - _SHOWN} more outlets are served without a right"
        yield "rights", message, "give their sites a right"
