"""Where goods come from and where they go: from the outlets up the chain of supply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from channelwright.rules.expected_parcels import cases_per_sale
from channelwright.rules.parcels import parcel_shop
from channelwright.tables.codes import Account, Party

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.reporting.reading import StudyData

SELLING = (Party.OUTLET, Party.CHAIN)
#: Sources of a site, each with its share of what the site bought by replication.
Sources = list[tuple[int, np.ndarray]]


def flows(data: StudyData) -> dict[str, np.ndarray]:
    """Return the downstream flow of every site by outlet mode.

    Invoices to outlets carry the mode of the outlet and the site that served it; their value is
    turned into cases by the mean invoice price of the mode, then added up the supply chain.

    Returns
    -------
    dict
        Design -> (replications, S, M): cases that leave a site, by itself or through the sites that
        buy from it, by outlet mode.
    """
    cases = _outlet_cases(data)
    return {
        name: _upwards(cases[name], plan, suppliers_of(data, name, "cases"))
        for name, plan in data.designs.items()
    }


def suppliers_of(data: StudyData, design: str, column: str) -> dict[int, Sources]:
    """Return the sources of every site that chooses where it buys.

    Parameters
    ----------
    design : str
    column : ``cases`` or ``value``, what of table `supply_cells` counts

    Returns
    -------
    dict
        Site -> sources. In a replication in which it bought nothing, all of it is its parent's.
    """
    bought = data.supply[data.supply["design"] == design]
    place = {number: row for row, number in enumerate(data.replications)}
    found: dict[int, Sources] = {}
    for site, part in bought.groupby("site"):
        amounts: dict[int, np.ndarray] = {}
        for source, rows in part.groupby("source"):
            amounts[int(source)] = np.zeros(len(place))
            amounts[int(source)][rows["replication"].map(place)] = rows[column]
        total = np.sum(list(amounts.values()), axis=0)
        parent = int(data.designs[design].sites.parent[int(site)])
        amounts.setdefault(parent, np.zeros(len(place)))[total <= 0] = 1.0
        total = np.where(total > 0, total, 1.0)
        found[int(site)] = [(source, amount / total) for source, amount in amounts.items()]
    return found


def _outlet_cases(data: StudyData) -> dict[str, np.ndarray]:
    shape = (len(data.replications), len(data.market.sites), len(data.market.modes))
    place = {number: row for row, number in enumerate(data.replications)}
    value = {name: np.zeros(shape) for name in data.designs}
    ledger = data.ledger
    buyers = (*SELLING, Party.OUTSIDE)  # consumers of parcels
    sales = ledger[
        (ledger["account"] == Account.GOODS) & ledger["payer"].isin(buyers) & (ledger["site"] >= 0)
    ]
    for name, part in sales.groupby("design"):
        at = (part["replication"].map(place).to_numpy(), part["site"], part["mode"])
        np.add.at(value[str(name)], at, part["amount"].to_numpy())
    for name, amounts in value.items():
        amounts *= _cases_per_money(data, name)
    return value


def _cases_per_money(data: StudyData, design: str) -> np.ndarray:
    """Return cases per currency unit of invoices to outlets, and to consumers, by mode: (M,)."""
    cells = data.cells[data.cells["design"] == design]
    modes = range(len(data.market.modes))
    sums = cells.groupby("mode")[["cases_delivered", "outlet_value"]].sum().reindex(modes)
    value = sums["outlet_value"].to_numpy() / 10_000
    price = np.full(len(value), np.nan)
    np.divide(sums["cases_delivered"].to_numpy(), value, out=price, where=value > 0)
    result = np.where(np.isfinite(price), price, 1.0)
    shop = parcel_shop(data.designs[design])
    if shop is not None:
        result[shop.mode] = cases_per_sale(data.market, data.designs[design])
    return result


def _upwards(cases: np.ndarray, plan: Design, chosen: Mapping[int, Sources]) -> np.ndarray:
    """Return what leaves each site by itself or through sites that buy from it."""
    total = cases.copy()
    count, sites = cases.shape[:2]
    for site in range(sites):
        moving = [(site, cases[:, site])]
        for _ in range(sites):  # no chain of supply is longer
            moving = [
                (source, amount * share[:, None])
                for below, amount in moving
                for source, share in _sources(below, plan, chosen, count)
            ]
            for source, amount in moving:
                total[:, source] += amount
            if not moving:
                break
    return total


def _sources(site: int, plan: Design, chosen: Mapping[int, Sources], count: int) -> Sources:
    if site in chosen:
        return [(source, share) for source, share in chosen[site] if source >= 0]
    parent = int(plan.sites.parent[site])
    return [(parent, np.ones(count))] if parent >= 0 else []
