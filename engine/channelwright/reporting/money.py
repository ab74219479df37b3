"""The ledger read three ways: the manufacturer's profit by mode, by party, and by house."""

from __future__ import annotations

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.market import Market
from channelwright.reporting.estimates import wide
from channelwright.reporting.goods_flows import flows, suppliers_of
from channelwright.reporting.reading import StudyData
from channelwright.reporting.words import MANY_KINDS
from channelwright.rules.kpi_money import site_results
from channelwright.rules.parcels import parcel_shop
from channelwright.tables.codes import Account, Party
from channelwright.tables.outputs import LEDGER, SITE_CELLS
from channelwright.tables.supplier_tables import SUPPLY_CELLS

#: Lines of the profit and loss account: what is added (+1) or taken off (-1) the line before.
COSTS = (
    Account.PRODUCTION,
    Account.FREIGHT,
    Account.DELIVERY,
    Account.HANDLING,
    Account.WAGES,
    Account.COMMISSION,
    Account.BONUS,
    Account.PLATFORM,
    Account.SITE,
    Account.INTEREST,
    Account.PROMOTION,
)
CREDIT = (Account.WRITE_OFF, Account.DUNNING, Account.DEPOSIT_INTEREST)
PAY = (Account.WAGES.name, Account.COMMISSION.name, Account.BONUS.name)
#: Costs between the gross margin and the contribution.
BELOW_MARGIN = COSTS[1:]
UPSTREAM = (Account.PRODUCTION, Account.FREIGHT, Account.SITE, Account.INTEREST)


def group_names(market: Market) -> np.ndarray:
    """Return the group of every site's owner, (S,) text; empty for the manufacturer's sites."""
    kinds = [MANY_KINDS[int(kind)] for kind in market.sites.kind]
    return np.where(market.sites.independent, kinds, "")


def profit_lines(data: StudyData) -> pd.DataFrame:
    """Return the manufacturer's account by design, line and outlet mode.

    Postings between sites, and costs of whole sites, belong to all outlets below the site: they are
    split over outlet modes by the cases that reach them.

    Returns
    -------
    DataFrame
        Index (design, line, mode), columns the replications, currency units. Lines: ``retail``
        (outlets' takings, information only), ``gross`` (invoices of the manufacturer), ``rebates``
        and the names of `COSTS`; costs and rebates are negative.
    """
    ledger = data.ledger
    maker = Party.MANUFACTURER
    signed = ledger["amount"] * (
        (ledger["payee"] == maker).astype(float) - (ledger["payer"] == maker).astype(float)
    )
    line = ledger["account"].map(_line_of)
    retail = ledger["account"] == Account.CONSUMER
    mine = ledger.assign(line=line, amount=signed.where(~retail, ledger["amount"]))
    mine = mine[retail | (signed != 0)]
    return wide(_by_outlet_mode(data, mine), ("design", "line", "mode"), "amount")


def _line_of(account: int) -> str:
    names = {Account.GOODS: "gross", Account.REBATE: "rebates", Account.CONSUMER: "retail"}
    names[Account.DISCOUNT] = "rebates"
    # What credit costs beside interest stands in its line: most packs have none of it.
    names |= dict.fromkeys(CREDIT, Account.INTEREST.name)
    return names.get(Account(account), Account(account).name)


def _by_outlet_mode(data: StudyData, postings: pd.DataFrame) -> pd.DataFrame:
    """Split the postings of sites over the outlet modes that the sites serve."""
    direct = _is_outlet_posting(data, postings)
    kept = postings.loc[direct, ["design", "line", "mode", "replication", "amount"]]
    rest = postings[~direct]
    sums = rest.groupby(["design", "line", "replication", "site"], sort=True)["amount"].sum()
    weight = flows(data)
    place = {number: row for row, number in enumerate(data.replications)}
    parts = [
        _split(key, amount, weight[key[0]][place[key[2]], key[3]]) for key, amount in sums.items()
    ]
    return pd.concat([kept, *parts], ignore_index=True) if parts else kept


def _is_outlet_posting(data: StudyData, postings: pd.DataFrame) -> pd.Series:
    upstream = postings["account"].isin(UPSTREAM)
    between = (postings["payer"] == Party.OWNER) | (postings["payee"] == Party.OWNER)
    trade = postings["account"].isin((Account.GOODS, Account.REBATE))
    # A depot's handling for another site carries that site's mode; no outlet buys there in it.
    served = _served_by_option(data)
    keys = zip(postings["design"], postings["site"], postings["mode"], strict=True)
    handled = postings["account"] == Account.HANDLING
    elsewhere = handled & np.array([key not in served for key in keys], dtype=bool)
    return ~((upstream & (postings["site"] >= 0)) | (between & trade) | elsewhere)


def _served_by_option(data: StudyData) -> set[tuple[str, int, int]]:
    found: set[tuple[str, int, int]] = set()
    for name, plan in data.designs.items():
        mode = np.repeat(plan.outlets.mode, plan.outlets.options.shape[1])
        pairs = np.unique(np.stack([plan.outlets.options.ravel(), mode]), axis=1).T
        found |= {(name, int(site), int(row)) for site, row in pairs}
        shop = parcel_shop(plan)
        if shop is not None:
            found |= {(name, int(site), shop.mode) for site in shop.zones.site}
    return found


def _split(key: tuple[str, str, int, int], amount: float, weight: np.ndarray) -> pd.DataFrame:
    total = weight.sum()
    shares = weight / total if total > 0 else np.zeros(len(weight))
    modes = np.flatnonzero(shares)
    # A site that sold nothing has costs all the same: mode -1 keeps them in the total.
    columns = {"mode": modes, "amount": amount * shares[modes]}
    if len(modes) == 0:
        columns = {"mode": np.array([-1]), "amount": np.array([amount])}
    return pd.DataFrame({"design": key[0], "line": key[1], "replication": key[2], **columns})


def party_flows(data: StudyData) -> pd.DataFrame:
    """Return what every party gains and pays.

    Returns
    -------
    DataFrame
        Columns design, replication, party (group of parties), site (the owner's site or -1),
        account, mode, area, amount: positive when the party receives. Amounts add up to zero.
    """
    ledger = _by_seller(data)
    group = group_names(data.market)
    names = {
        Party.MANUFACTURER: "Manufacturer",
        Party.OUTSIDE: "Outside",
        Party.PEOPLE: "People who sell",
        Party.OUTLET: "Shops",
        Party.CHAIN: "Chains",
    }
    sides = []
    for side, sign in (("payee", 1.0), ("payer", -1.0)):
        owner = ledger[side] == Party.OWNER
        site = _owner_site(ledger, side).where(owner, -1)
        label = ledger[side].map(names)
        label = label.where(~owner, pd.Series(group[site.to_numpy()], index=ledger.index))
        sides.append(
            ledger[["design", "replication", "account", "mode", "area"]].assign(
                party=label, site=site, amount=sign * ledger["amount"]
            )
        )
    return pd.concat(sides, ignore_index=True)


def _by_seller(data: StudyData) -> pd.DataFrame:
    """Return the ledger with column ``seller``: the site whose owner sold goods to another owner.

    Such a posting names the buyer's site. The seller is its parent or, for a site that chooses
    where it buys, every source in proportion to what it invoiced.
    """
    ledger = data.ledger.assign(seller=data.ledger["site"])
    traded = (ledger["account"] == Account.GOODS) & (ledger["payer"] == Party.OWNER)
    place = {number: row for row, number in enumerate(data.replications)}
    parts = [ledger[~traded]]
    for name, plan in data.designs.items():
        mine = ledger[traded & (ledger["design"] == name)]
        parent = plan.sites.parent[mine["site"].to_numpy()]
        chosen = suppliers_of(data, name, "value")
        free = mine["site"].isin(list(chosen)) & (mine["payee"] == Party.OWNER)
        parts.append(mine.assign(seller=parent)[~free])
        for site, sources in chosen.items():
            rows = mine[free & (mine["site"] == site)]
            run = rows["replication"].map(place).to_numpy()
            own = [
                (source, share)
                for source, share in sources
                if data.market.sites.independent[source]
            ]
            whole = np.sum([share for _, share in own], axis=0) if own else np.zeros(0)
            for source, share in own:
                part = np.divide(share, whole, out=np.zeros_like(share), where=whole > 0)
                parts.append(rows.assign(seller=source, amount=rows["amount"] * part[run]))
    return pd.concat(parts, ignore_index=True)


def _owner_site(ledger: pd.DataFrame, side: str) -> pd.Series:
    """Return the site whose owner stands on one side of each posting."""
    return ledger["site"] if side == "payer" else ledger["seller"]


def houses(data: StudyData) -> pd.DataFrame:
    """Return profit, capital and return of every open independent house.

    Definitions are those of `channelwright.rules.kpi_money.site_results`: profit after interest,
    with the change of stock, over the mean of stock + credit given - credit taken, per year.

    Returns
    -------
    DataFrame
        Columns design, replication, site, mode, cases, profit, capital (currency units), roi.
    """
    parts = []
    for (name, number), ledger in data.ledger.groupby(["design", "replication"], sort=True):
        design = data.designs[str(name)]
        table = site_results(data.market, design, _one_run(data, str(name), int(number), ledger))
        owned = table[table["independent"]].drop(columns="independent")
        parts.append(owned.assign(design=name, replication=number))
    return pd.concat(parts, ignore_index=True)


def _one_run(
    data: StudyData, design: str, replication: int, ledger: pd.DataFrame
) -> dict[str, dict[str, np.ndarray]]:
    """Return the tables of one run with all measured periods added up to one."""
    postings = ledger.assign(period=0, amount=ledger["amount"] * TICKS_PER_UNIT)
    sites = data.sites
    mine = sites[(sites["design"] == design) & (sites["replication"] == replication)]
    closing = data.closing
    ends = closing[(closing["design"] == design) & (closing["replication"] == replication)]
    value = ends.assign(value=ends["value"] * TICKS_PER_UNIT, last=ends["period"] >= 0)
    after = value[value["last"]].set_index("site")["value"]
    before = value[~value["last"]].set_index("site")["value"].rename("closing_value").reset_index()
    measured = mine.assign(period=0, closing_value=mine["site"].map(after).fillna(0.0))
    cells = pd.concat([measured, before.assign(period=-1)], ignore_index=True)
    tables = {
        "ledger": {name: postings[name].to_numpy() for name in LEDGER.names},
        "site_cells": {name: cells[name].fillna(0.0).to_numpy() for name in SITE_CELLS.names},
    }
    supply = data.supply
    bought = supply[(supply["design"] == design) & (supply["replication"] == replication)]
    if len(bought):
        moved = bought.assign(period=0)
        tables["supply_cells"] = {name: moved[name].to_numpy() for name in SUPPLY_CELLS.names}
    return tables


def own_stock_change(data: StudyData) -> pd.DataFrame:
    """Return the change of the manufacturer's stock, index design, columns the replications."""
    closing = data.closing
    own = ~data.market.sites.independent[closing["site"].to_numpy()]
    signed = closing["value"].where(closing["period"] >= 0, -closing["value"])
    return wide(closing.assign(amount=signed)[own], ("design",), "amount")
