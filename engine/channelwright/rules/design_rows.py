"""Tables of a complete design as a design file names them: the way back from reading a pack."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules.redraft import headcount_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market

#: Digits that keep a tick through VAT and back.
_DIGITS = 8
_SHARES = (
    "account_rebate",
    "outlet_rebate",
    "commission",
    "margin_share",
    "platform_fee",
)
_DAYS = ("account_days", "outlet_days", "payment_delay", "credit_days", "overdue_grace")
_PRICES = ("price_account", "price_tier2", "price_outlet")


def design_rows(market: Market, design: Design) -> dict[str, pd.DataFrame]:
    """Return sites, outlets, people and terms of a design as tables of a pack.

    Parameters
    ----------
    market : Market
    design : Design

    Returns
    -------
    dict
        Key of a design file -> rows of its table (`channelwright.tables.design_inputs`): sites,
        outlets, terms, prices, headcount where anybody works and levels where some are fixed.
        Amounts are currency units, prices and quotas with VAT.
    """
    tables = {
        "sites": _sites(market, design),
        "outlets": outlet_rows(market, design),
        "terms": _terms(market, design),
        "prices": _prices(market, design),
    }
    if len(design.reps):
        tables["headcount"] = _headcount(market, design)
    if (design.sites.level >= 0).any():
        tables["levels"] = _levels(market, design)
    return tables


def outlet_rows(market: Market, design: Design) -> pd.DataFrame:
    """Return table `design_outlets`: outlet, mode, site of the outlets that are covered."""
    plan = design.outlets
    rows = np.flatnonzero(plan.mode >= 0)
    return pd.DataFrame(
        {
            "outlet": _named(market.outlets.ids, rows),
            "mode": _named(market.modes.ids, plan.mode[rows]),
            "site": _named(market.sites.ids, plan.site[rows]),
        }
    )


def _sites(market: Market, design: Design) -> pd.DataFrame:
    plan = design.sites
    rows = np.flatnonzero(plan.open)
    return pd.DataFrame(
        {
            "site": _named(market.sites.ids, rows),
            "mode": _named(market.modes.ids, plan.mode[rows]),
            "parent": _named(market.sites.ids, plan.parent[rows]),
            "review_days": plan.review_days[rows],
            "safety_days": plan.safety_days[rows],
            "vehicle": _named(market.vehicles.ids, plan.vehicle[rows]),
            "vehicles": plan.vehicles[rows],
            "pickers": plan.pickers[rows],
        }
    )


def _headcount(market: Market, design: Design) -> pd.DataFrame:
    people = headcount_of(market, design)
    site, mode = np.nonzero(people)
    return pd.DataFrame(
        {
            "site": _named(market.sites.ids, site),
            "mode": _named(market.modes.ids, mode),
            "people": people[site, mode],
        }
    )


def _terms(market: Market, design: Design) -> pd.DataFrame:
    terms, vat = design.terms, _vat(market)
    columns: dict[str, object] = {"mode": list(market.modes.ids)}
    # Table prices says the price of every product; these stand for all where one is missing.
    columns |= {name: _money(getattr(terms, name), vat).mean(axis=1) for name in _PRICES}
    columns |= {name: getattr(terms, name) / 1e6 for name in _SHARES}
    columns |= {name: getattr(terms, name) for name in _DAYS}
    columns |= {"bonus": _money(terms.bonus, 1.0), "quota": _money(terms.quota, vat)}
    return pd.DataFrame(columns)


def _prices(market: Market, design: Design) -> pd.DataFrame:
    modes, products = len(market.modes), len(market.products)
    vat = _vat(market)
    columns: dict[str, object] = {
        "mode": _named(market.modes.ids, np.repeat(np.arange(modes), products)),
        "product": _named(market.products.ids, np.tile(np.arange(products), modes)),
    }
    columns |= {name: _money(getattr(design.terms, name), vat).ravel() for name in _PRICES}
    return pd.DataFrame(columns)


def _levels(market: Market, design: Design) -> pd.DataFrame:
    site, product = np.nonzero(design.sites.level >= 0)
    return pd.DataFrame(
        {
            "site": _named(market.sites.ids, site),
            "product": _named(market.products.ids, product),
            "units": design.sites.level[site, product],
        }
    )


def _named(ids: Sequence[str], rows: IntArray) -> list[str]:
    """Return the ids of rows, nothing for -1."""
    return [ids[row] if row >= 0 else "" for row in rows.tolist()]


def _money(ticks: IntArray, vat: float) -> FloatArray:
    return np.round(ticks * vat / TICKS_PER_UNIT, _DIGITS)


def _vat(market: Market) -> float:
    return 1.0 + market.finance.vat_ppm / 1e6
