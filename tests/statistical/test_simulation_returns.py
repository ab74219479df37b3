"""Wider return rights bring more good stock back and empty shelves; unreached ones do nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.returns import AS_MODE, FULL, Returns
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.codes import Account
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 56, 3


@cache
def flagship() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def with_rights(limit: int, above_days: float) -> tuple[Market, Design]:
    """All modes take back what is above some days of demand, every two weeks."""
    market, design = flagship()
    rows, modes = len(market.modes) + len(market.chain_ids), len(market.modes)
    policy = np.full(rows, FULL, dtype=np.int64)
    policy[modes:] = AS_MODE
    whole = np.full(rows, 1_000_000, dtype=np.int64)
    rights = Returns(
        policy=policy,
        review_days=np.full(rows, 14, dtype=np.int64),
        above_days=np.full(rows, above_days),
        limit=np.full(rows, limit, dtype=np.int64),
        credit=whole,
        collect_case=np.full(rows, 20_000, dtype=np.int64),
    )
    return market, replace(design, goods=GoodsPolicy(returns=rights))


@cache
def runs(limit: int, above_days: float) -> list[MemorySink]:
    market, design = with_rights(limit, above_days) if limit else flagship()
    sinks = []
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(31, replication), sink)
        sinks.append(sink)
    return sinks


def kpi(name: str, limit: int, above_days: float) -> np.ndarray:
    market, design = with_rights(limit, above_days) if limit else flagship()
    values = []
    for sink in runs(limit, above_days):
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        mine = table[(table["area"] == "all") & (table["mode"] == "all") & (table["kpi"] == name)]
        values.append(float(mine["value"].iloc[0]))
    return np.array(values)


def test_a_wider_limit_brings_more_back_and_empties_shelves() -> None:
    narrow, wide = kpi("good_return_cases", 20_000, 12.0), kpi("good_return_cases", 500_000, 12.0)
    assert narrow.min() > 0
    assert paired_interval(wide, narrow).low > 0
    full, plain = kpi("stock_days_outlets", 500_000, 12.0), kpi("stock_days_outlets", 0, 0.0)
    assert paired_interval(full, plain).high < 0


def test_what_comes_back_is_credited_and_sold_again() -> None:
    """The credit is a cost line; the sites make fewer cases anew by about what came back."""
    credit = kpi("good_returns", 500_000, 12.0)
    assert (credit > 0).all()
    for sink in runs(500_000, 12.0):
        ledger = pd.DataFrame(sink.table("ledger"))
        back = ledger.loc[ledger["account"] == int(Account.RETURN_GOOD), "amount"].sum()
        value = sink.table("return_cells")["value"].sum()
        assert back == value  # a credit of the full price, outlet by outlet
    fewer = kpi("sell_in_cases", 500_000, 12.0) - kpi("delivered_cases", 500_000, 12.0)
    usual = kpi("sell_in_cases", 0, 0.0) - kpi("delivered_cases", 0, 0.0)
    assert paired_interval(fewer, usual).high < 0


def test_rights_that_nothing_reaches_change_no_table() -> None:
    for plain, unreached in zip(runs(0, 0.0), runs(500_000, 4_000.0), strict=True):
        assert len(unreached.table("return_cells")["cases"]) == 0
        for name in plain.names():
            for column, values in plain.table(name).items():
                np.testing.assert_array_equal(values, unreached.table(name)[column])
