"""What each area earns and ties up under two designs, by calendar month: read from a study."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import RunError, UsageError
from channelwright.foundation.units import TICKS_PER_UNIT, BoolArray, FloatArray, IntArray
from channelwright.rules.cost_to_serve import CostKeys, served_by
from channelwright.rules.kpi import PERIOD_DAYS
from channelwright.rules.kpi_money import site_results
from channelwright.studies.beside import refuse_unknown
from channelwright.tables.codes import Account, Party

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.model.design import Design
    from channelwright.model.market import Calendar, Market
    from channelwright.studies.runs import Runs

MONTHS = 12
TABLES = ("ledger", "cells", "site_cells", "outlet_ledger", "outlet_cells", "parcel_cells")
_KEY = ("account", "payer", "mode", "site")
_MAKER = int(Party.MANUFACTURER)
#: What the manufacturer no longer pays when a case is not sold.
_VARIABLE = (
    Account.GOODS,
    Account.REBATE,
    Account.DISCOUNT,
    Account.PRODUCTION,
    Account.FREIGHT,
    Account.HANDLING,
    Account.COMMISSION,
    Account.PLATFORM,
)
#: What goes on until people leave and sites close.
_STANDING = (Account.WAGES, Account.SITE)


@dataclass(frozen=True)
class Books:
    """Money of the manufacturer by area under the two designs (index d: 0 = start, 1 = target).

    R replications that both designs finished, A areas, S sites; currency.

    Attributes
    ----------
    replications : (R,) int64
    contribution : (R, 2, A, 12) per day of a calendar month, capital charge left out
    operating : (R, 2, A, 12) the same without wages and fixed cost of sites, which do not follow
        an area's change by themselves
    margin : (R, 2, A, 12) per day: sales less what varies with them
    receivables, stock : (R, 2, A) mean level
    site_profit : (R, 2, S) per day, of the owners of independent houses; 0 for other sites
    site_stock : (R, 2, S) mean value at the owner's buying price
    """

    replications: IntArray
    contribution: FloatArray
    operating: FloatArray
    margin: FloatArray
    receivables: FloatArray
    stock: FloatArray
    site_profit: FloatArray
    site_stock: FloatArray


def read_books(runs: Runs, scenario: str, start: str, target: str) -> Books:
    """Read the books of two designs from the finished runs of a study.

    Parameters
    ----------
    runs : Runs
    scenario, start, target : str

    Raises
    ------
    UsageError
        A design is not in the study, or both are the same.
    RunError
        Fewer than two replications were finished by both.
    """
    paired, both = paired_tables(runs, scenario, (start, target))
    if len(paired) < 2:
        message = (
            f"{len(paired)} replications of {start} and {target} are finished, which gives no "
            "interval; simulate 2 or more (10 for narrow intervals)"
        )
        raise RunError(message)
    market = runs.study.market(scenario)
    designs = [runs.study.design(name) for name in (start, target)]
    parts = [
        [_one(market, designs[d], both[d][replication]) for d in (0, 1)] for replication in paired
    ]
    names = (
        "contribution",
        "operating",
        "margin",
        "receivables",
        "stock",
        "site_profit",
        "site_stock",
    )
    stacked = {name: np.array([[one[name] for one in row] for row in parts]) for name in names}
    return Books(replications=np.array(paired, dtype=np.int64), **stacked)


def paired_tables(
    runs: Runs, scenario: str, designs: tuple[str, str]
) -> tuple[list[int], list[dict[int, dict[str, pd.DataFrame]]]]:
    """Return the replications that both designs finished, and the KPI tables of each.

    Raises
    ------
    UsageError
        A scenario or design is not in the study, or both designs are the same.
    """
    refuse_unknown(runs, designs, (scenario,))
    if designs[0] == designs[1]:
        message = f"start and target are both {designs[0]!r}; name two designs"
        raise UsageError(message)
    both = [_tables(runs, scenario, name) for name in designs]
    return sorted(set(both[0]) & set(both[1])), both


def _tables(runs: Runs, scenario: str, design: str) -> dict[int, dict[str, pd.DataFrame]]:
    """Return the KPI tables of every finished replication of a design."""
    found: dict[int, dict[str, pd.DataFrame]] = {}
    for run, whole in runs.study.finished().items():
        if (run.scenario, run.design) == (scenario, design):
            found[run.replication] = {name: whole.read(name).to_pandas() for name in TABLES}
    return found


def _one(market: Market, design: Design, tables: dict[str, pd.DataFrame]) -> dict[str, FloatArray]:
    ledger = AreaLedger(market, design, tables)
    account = ledger.rows["account"]
    varying = account.isin([int(one) for one in _VARIABLE])
    charge = account == int(Account.INTEREST)
    standing = account.isin([int(one) for one in _STANDING])
    owed, stock = _capital(market, design, ledger.by_site(), tables["site_cells"])
    profit, value = _houses(market, design, tables)
    return {
        "contribution": _by_month(ledger, ~charge, market.calendar),
        "operating": _by_month(ledger, ~charge & ~standing, market.calendar),
        "margin": _by_month(ledger, varying, market.calendar),
        "receivables": owed,
        "stock": stock,
        "site_profit": profit,
        "site_stock": value,
    }


def _by_month(ledger: AreaLedger, rows: pd.Series, calendar: Calendar) -> FloatArray:
    """Return the manufacturer's money per day by area and calendar month: (A, 12)."""
    return ledger.sums(rows) @ month_weights(calendar)


class AreaLedger:
    """The manufacturer's postings of one run, by the area of the outlets that they are for.

    Postings of a site or a person stand in its own area, and a wholesaler sells into others: they
    are split as the loaded cost to serve splits them (docs/world/cost_to_serve.md).
    """

    def __init__(self, market: Market, design: Design, tables: dict[str, pd.DataFrame]) -> None:
        ledger = tables["ledger"]
        ledger = ledger[(ledger["period"] >= 0)]
        mine = (ledger["payee"] == _MAKER) | (ledger["payer"] == _MAKER)
        self.rows = ledger[mine].reset_index(drop=True)
        self._market, self._measured = market, _measured(market.calendar)
        cells = {
            table: {name: column.to_numpy() for name, column in tables[table].items()}
            for table in ("outlet_cells", "parcel_cells")
        }
        self._served = served_by(market, design, cells)
        self._keys = CostKeys(market, design, self._served)
        self._no_outlet = _parts_of_no_outlet(ledger, tables["outlet_ledger"])

    def sums(self, wanted: pd.Series) -> FloatArray:
        """Return money received less paid by area and period: (A, n_periods) currency."""
        periods = -(-self._measured // PERIOD_DAYS)
        result = np.zeros((len(self._market.areas), periods))
        for key, part in self.rows[wanted].groupby(list(_KEY)):
            account, _, mode, site = (int(value) for value in key)
            sign = np.where(part["payee"] == _MAKER, 1.0, -1.0)
            amount = sign * part["amount"].to_numpy(dtype=np.float64) / TICKS_PER_UNIT
            period, area = part["period"].to_numpy(), part["area"].to_numpy()
            spread = np.where(area < 0, 1.0, self._no_outlet.get(key, 0.0))
            np.add.at(result, (np.maximum(area, 0), period), (1.0 - spread) * amount)
            by_period = np.bincount(period, weights=spread * amount, minlength=periods)
            if by_period.any():
                result += self.shares(account, mode, site)[:, None] * by_period
        return result

    def shares(self, account: int, mode: int, site: int) -> FloatArray:
        """Return which part of a site's postings is for outlets and parcels of which area: (A,)."""
        weights = self._keys.weights(account, mode, site).astype(np.float64)
        sums = np.bincount(self._served.area, weights=weights, minlength=len(self._market.areas))
        return np.asarray(sums / sums.sum())

    def by_site(self) -> FloatArray:
        """Return the same for what a site holds and is owed: (S, A)."""
        account = int(Account.SITE)
        return np.array([self.shares(account, -1, row) for row in range(len(self._market.sites))])


def _parts_of_no_outlet(
    ledger: pd.DataFrame, by_outlet: pd.DataFrame
) -> dict[tuple[int, ...], float]:
    """Return the part of the postings of (account, payer, mode, site) that name no outlet."""
    whole = ledger.groupby(list(_KEY))["amount"].sum()
    shared = by_outlet[by_outlet["outlet"] < 0].groupby(list(_KEY))["amount"].sum()
    both = shared.reindex(whole.index, fill_value=0).to_numpy(dtype=np.float64)
    total = whole.to_numpy(dtype=np.float64)
    part = np.clip(np.divide(both, total, out=np.zeros(len(total)), where=total != 0), 0.0, 1.0)
    return dict(zip(whole.index, part.tolist(), strict=True))


def month_weights(calendar: Calendar) -> FloatArray:
    """Return the matrix that turns sums of periods into daily means of calendar months.

    A period's sum spreads evenly over its days. A month without a measured day takes the mean of
    all days.

    Returns
    -------
    (n_periods, 12) float64
    """
    measured = _measured(calendar)
    first = calendar.start + datetime.timedelta(days=calendar.warmup_days)
    period = np.arange(measured) // PERIOD_DAYS
    length = np.bincount(period).astype(np.float64)
    month = np.array(
        [(first + datetime.timedelta(days=day)).month - 1 for day in range(measured)],
        dtype=np.int64,
    )
    weights = np.zeros((len(length), MONTHS))
    np.add.at(weights, (period, month), 1.0 / length[period])
    days = np.bincount(month, minlength=MONTHS).astype(np.float64)
    known = days > 0
    weights[:, known] /= days[known]
    weights[:, ~known] = 1.0 / measured
    return weights


def _measured(calendar: Calendar) -> int:
    return calendar.horizon_days - calendar.warmup_days


def _capital(
    market: Market, design: Design, shares: FloatArray, cells: pd.DataFrame
) -> tuple[FloatArray, FloatArray]:
    """Return mean receivables and stock of the manufacturer by area: (A,) each."""
    days = _measured(market.calendar)
    sites = len(market.sites)
    sums = cells[cells["period"] >= 0].groupby("site").sum().reindex(range(sites), fill_value=0)
    own = ~market.sites.independent
    parent = design.sites.parent
    served = np.where(parent >= 0, own[np.maximum(parent, 0)], False) & ~own
    owed = np.where(own, sums["receivable_days"], np.where(served, sums["payable_days"], 0))
    # An own site's receivables include what houses below it owe, which is counted at the houses.
    below = np.zeros(sites)
    np.add.at(below, np.maximum(parent, 0), np.where(served, sums["payable_days"], 0))
    owed = np.maximum(owed - np.where(own, below, 0.0), 0.0)
    stock = np.where(own, sums["stock_value_days"], 0)
    scale = TICKS_PER_UNIT * days
    return (owed / scale) @ shares, (stock / scale) @ shares


def _houses(
    market: Market, design: Design, tables: dict[str, pd.DataFrame]
) -> tuple[FloatArray, FloatArray]:
    """Return profit a day and mean stock value of the owner by site: (S,) each."""
    days = _measured(market.calendar)
    chunk = {name: {c: part[c].to_numpy() for c in part.columns} for name, part in tables.items()}
    found = site_results(market, design, chunk)
    profit = np.zeros(len(market.sites))
    profit[found["site"].to_numpy()] = np.nan_to_num(found["profit"].to_numpy()) / days
    cells = tables["site_cells"]
    held = cells[cells["period"] >= 0].groupby("site")["stock_value_days"].sum()
    value = held.reindex(range(len(market.sites)), fill_value=0).to_numpy(dtype=np.float64)
    independent: BoolArray = market.sites.independent
    return profit, np.where(independent, value / days / TICKS_PER_UNIT, 0.0)
