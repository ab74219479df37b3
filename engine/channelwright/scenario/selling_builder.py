"""Options of outlets in one or several modes, asking prices and rights of a design."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.units import PPM, IntArray
from channelwright.model.draft import DesignDraft
from channelwright.model.market import Market
from channelwright.model.source_choice import Rights, Selling
from channelwright.rules import planning, sourcing
from channelwright.scenario.market_builder import codes, to_ppm

if TYPE_CHECKING:
    from collections.abc import Mapping

    from channelwright.scenario.design_shapes import DesignShape
    from channelwright.scenario.design_tables import DesignTables
    from channelwright.tables.cells import TypedTable


def with_sources(
    market: Market, draft: DesignDraft, shape: DesignShape, tables: DesignTables
) -> DesignDraft:
    """Return the draft with the options of its outlets and how they sell."""
    wanted = {
        market.modes.ids.index(name): _counts(market, name, count)
        for name, count in shape.sources.items()
    }
    draft = replace(draft, options=draft.site[:, None])
    options, sale = _options(market, draft, wanted)
    draft = replace(draft, options=options)
    asking, rights = tables.get("asking"), tables.get("rights")
    several = any(set(counts) != {mode} for mode, counts in wanted.items())
    if asking is None and rights is None and not several:
        return draft
    selling = Selling(sale, _asking(market, asking), _rights(market, rights))
    return _within_rights(market, replace(draft, selling=selling))


def _counts(market: Market, name: str, count: int | Mapping[str, int]) -> dict[int, int]:
    """Return mode of the sale -> number of options."""
    by_name = {name: count} if isinstance(count, int) else count
    return {market.modes.ids.index(mode): number for mode, number in by_name.items()}


def _options(
    market: Market, draft: DesignDraft, wanted: Mapping[int, Mapping[int, int]]
) -> tuple[IntArray, IntArray]:
    """Return sites and modes of the sale: both (O, N), -1 = none; column 0 is the own server."""
    widest = max(
        (1 + _others(mode, counts) for mode, counts in wanted.items()),
        default=1,
    )
    options = np.full((len(draft.mode), widest), -1, dtype=np.int64)
    sale = np.full_like(options, -1)
    options[:, 0], sale[:, 0] = draft.site, draft.mode
    for mode, counts in wanted.items():
        rows, column = np.flatnonzero(draft.mode == mode), 1
        for other, count in sorted(counts.items(), key=lambda item: (item[0] != mode, item[0])):
            more = count - 1 if other == mode else count
            found = planning.nearest_options(market, draft, mode, 1 + more, sale=other)
            block = slice(column, column + more)
            fresh = found[rows, 1:]
            fresh = np.where(_listed(options[rows, :column], fresh), -1, fresh)
            options[rows, block] = fresh
            sale[rows, block] = np.where(fresh >= 0, other, -1)
            column += more
    return options, sale


def _others(mode: int, counts: Mapping[int, int]) -> int:
    return sum(counts.values()) - (1 if mode in counts else 0)


def _listed(known: IntArray, fresh: IntArray) -> np.ndarray:
    """Return which sites (n, m) are among the known ones of the same row (n, k)."""
    return np.asarray((fresh[:, :, None] == known[:, None, :]).any(axis=2))


def _asking(market: Market, table: TypedTable | None) -> IntArray:
    asking = np.full(len(market.sites), PPM, dtype=np.int64)
    if table is not None:
        asking[codes(table["site"], market.sites.ids)] = to_ppm(table["index"])
    return asking


def _rights(market: Market, table: TypedTable | None) -> Rights:
    if table is None:
        none = np.zeros(0, dtype=np.int64)
        empty = np.zeros((0, len(market.products)), dtype=np.bool_)
        return Rights(none, none, none, none, np.zeros(0, dtype=np.bool_), empty)
    family = np.array(market.products.families, dtype=object)
    return Rights(
        area=codes(table["area"], market.areas.ids),
        segment=codes(table["segment"], market.segments.ids),
        mode=codes(table["mode"], market.modes.ids),
        site=codes(table["site"], market.sites.ids),
        exclusive=np.asarray(table["right"] == "exclusive", dtype=np.bool_),
        product=np.stack([(family == name) | (name == "") for name in table["family"]]),
    )


def _within_rights(market: Market, draft: DesignDraft) -> DesignDraft:
    """Strike out options that may sell nothing; a server without rights stays, to be reported."""
    if draft.selling is None:
        return draft
    modes = draft.selling.option_mode
    allowed = sourcing.draft_rights(market, draft.selling, draft.options, modes)
    if allowed is None:
        return draft
    own = np.arange(draft.options.shape[1]) == 0
    keep = allowed.any(axis=2) | own
    selling = replace(draft.selling, option_mode=np.where(keep, draft.selling.option_mode, -1))
    return replace(draft, options=np.where(keep, draft.options, -1), selling=selling)
