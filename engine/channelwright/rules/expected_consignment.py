"""Goods that are expected to lie on consignment (docs/world/consignment.md)."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.units import FloatArray
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.rules.consignment import settle_days
from channelwright.rules.flows import bits_per_week, cover_days, full_cases, lead_days


def consigned_cases(market: Market, design: Design) -> FloatArray:
    """Return the mean cases at 24:00 that are the property of every site's owner: (S, P).

    Shelves: their level less what is on its way and half of an order interval, at multiplier 1;
    of what is sold, the days since the last settlement. The site's own stock is not in it.
    """
    days = settle_days(market, design)
    daily = full_cases(market, design) / 7
    mode = np.maximum(design.outlets.mode, 0)
    reorder, cover = design.service.reorder_days[mode], cover_days(design)
    interval = 7 / np.maximum(bits_per_week(design.outlets.order_days), 1e-3)
    # Who waits for a reorder point has between that and the cover; others fill up each time.
    level = np.where(reorder >= 0, (cover + reorder) / 2, cover - interval / 2)
    shelf = np.maximum(level - lead_days(market, design, mode), 0.0)
    sold = (days + 1) / 2
    held = np.where((days > 0)[:, None], daily * (shelf + sold)[:, None], 0.0)
    found = np.zeros((len(market.sites), len(market.products)))
    rows = np.flatnonzero(days > 0)
    np.add.at(found, design.outlets.site[rows], held[rows])
    return found
