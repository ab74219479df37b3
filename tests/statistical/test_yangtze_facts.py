"""Facts of today in the flagship pack, on the shipped simulation of its 2,000 outlets."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from channelwright import read_scenario
from channelwright.foundation.random import Address
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_money import site_results
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink

PACK = Path(__file__).resolve().parents[2] / "scenarios" / "yangtze_beverage"
SEED = 11
REPLICATIONS = 2
DISTRIBUTORS = ["WS", "WAT", "PDS"]


@pytest.fixture(scope="module")
def pack():
    return read_scenario(PACK)


def played(market, design, replication):
    sink = MemorySink()
    replicate(market, design, Address(SEED, replication), sink)
    return {name: sink.table(name) for name in sink.names()}


@pytest.fixture(scope="module")
def runs(pack):
    """Tables of today, one set per replication."""
    today = pack.designs["today"]
    return [played(pack.market, today, replication) for replication in range(REPLICATIONS)]


@pytest.fixture(scope="module")
def kpis(pack, runs):
    """KPIs of today by (kpi, mode): one column per replication, whole market."""
    columns = []
    for tables in runs:
        table = kpi_table(pack.market, pack.designs["today"], tables)
        columns.append(table[table["area"] == "all"].set_index(["kpi", "mode"])["value"])
    return pd.concat(columns, axis=1)


def row(kpis, kpi, mode="all"):
    return kpis.loc[(kpi, mode)].to_numpy()


def test_direct_delivery_is_first_in_accounts_and_not_in_volume(kpis):
    accounts, volume = kpis.loc["account_share"].mean(axis=1), kpis.loc["volume_share"].mean(axis=1)
    assert accounts.idxmax() == "DSD"
    assert accounts["DSD"] > 0.5
    assert volume.idxmax() == "WS"
    assert volume.sum() == pytest.approx(1.0)


def test_wholesale_carries_about_half_of_sell_in(kpis):
    share = row(kpis, "volume_share", "WS")
    assert ((share >= 0.45) & (share <= 0.55)).all(), share


def test_assisted_and_area_houses_are_few_accounts_with_much_volume(kpis):
    accounts = row(kpis, "account_share", "WAT") + row(kpis, "account_share", "PDS")
    volume = row(kpis, "volume_share", "WAT") + row(kpis, "volume_share", "PDS")
    assert (accounts <= 0.15).all()
    assert (volume > 0.15).all(), volume


def test_an_outlet_of_wholesalers_buys_less_than_one_served_directly(kpis):
    wholesale = row(kpis, "cases_per_outlet_week", "WS")
    direct = row(kpis, "cases_per_outlet_week", "DSD")
    assert (wholesale < 0.9 * direct).all()


def test_a_direct_rep_makes_15_to_20_calls_a_day_at_110_accounts(pack, kpis):
    calls, accounts = row(kpis, "calls_per_day", "DSD"), row(kpis, "outlets_per_person", "DSD")
    assert ((calls >= 15) & (calls <= 20)).all(), calls
    assert ((accounts >= 100) & (accounts <= 120)).all(), accounts
    assert (row(kpis, "call_compliance", "DSD") > 0.95).all()


def test_no_house_loses_money_or_earns_more_than_60_percent(pack, runs):
    for tables in runs:
        houses = site_results(pack.market, pack.designs["today"], tables)
        houses = houses[houses["independent"]]
        modes = np.array(pack.market.modes.ids)[houses["mode"]]
        assert set(modes) == set(DISTRIBUTORS)
        assert (houses["cases"] > 0).all()
        assert houses["roi"].between(0.0, 0.6).all(), houses["roi"].describe()


@pytest.mark.parametrize("design", ["direct", "assisted_area", "hybrid_online"])
def test_no_house_loses_money_in_a_rival_and_reps_keep_their_calls(pack, design):
    tables = played(pack.market, pack.designs[design], 0)
    houses = site_results(pack.market, pack.designs[design], tables)
    houses = houses[houses["independent"]]
    assert len(houses) >= 10
    assert (houses["cases"] > 0).all()
    assert (houses["roi"] > 0).all(), houses["roi"].min()
    kpis = kpi_table(pack.market, pack.designs[design], tables)
    whole = kpis[(kpis["area"] == "all") & (kpis["mode"] == "all")].set_index("kpi")["value"]
    assert whole["call_compliance"] >= 0.97


def test_direct_delivery_breaks_even_near_eight_cases(pack, runs, kpis):
    """Cost of a drop over what a case earns more than by wholesale, straight from the ledger."""
    even = row(kpis, "break_even_drop", "DSD")
    assert ((even >= 7) & (even <= 9)).all(), even
    ledger = pd.DataFrame(runs[0]["ledger"]).query("period >= 0")
    cells = pd.DataFrame(runs[0]["cells"]).query("period >= 0").groupby("mode").sum()
    paid = ledger[ledger["payer"] == 0].groupby(["mode", "account"])["amount"].sum() / 1e4
    got = ledger[(ledger["payee"] == 0) & (ledger["account"] == 1)].groupby("mode")["amount"].sum()
    mode = pack.market.modes.ids.index
    per_case = {}
    for name in ("DSD", "WS"):
        costs = sum(paid.get((mode(name), account), 0.0) for account in (2, 3, 4, 6, 9, 10))
        cases = cells["cases_delivered"][mode(name)]
        per_case[name] = (got[mode(name)] / 1e4 - costs) / cases
    drop = sum(paid[mode("DSD"), account] for account in (5, 7, 8)) / cells["drops"][mode("DSD")]
    assert even[0] == pytest.approx(drop / (per_case["DSD"] - per_case["WS"]), rel=1e-6)


def test_price_ladder_is_net_net_and_wholesale_lands_below_direct(pack):
    terms, modes = pack.designs["today"].terms, pack.market.modes.ids
    vat = 1 + pack.market.finance.vat_ppm / 1e6

    def net(price, rebate, name):
        row = modes.index(name)
        return price[row].mean() / 1e4 * vat * (1 - rebate[row] / 1e6)

    lands = {m: net(terms.price_outlet, terms.outlet_rebate, m) for m in modes}
    buys = {m: net(terms.price_account, terms.account_rebate, m) for m in ("WAT", "PDS", "WS")}
    assert lands["DSD"] == pytest.approx(41.0, abs=0.01)
    assert lands["WAT"] == pytest.approx(41.0, abs=0.01)
    assert 41.0 * 0.98 <= lands["PDS"] <= 41.0 * 0.99
    assert 38.5 <= lands["WS"] <= 40.0 < lands["DSD"]
    assert 32.0 <= lands["MT"] <= 35.0
    assert 39.0 <= lands["EB2B"] <= 40.0
    assert buys == pytest.approx({"WAT": 38.2, "PDS": 36.5, "WS": 37.2 * 0.975}, abs=0.01)


def test_sales_peak_in_summer(pack, runs):
    cells = pd.DataFrame(runs[0]["cells"]).query("period >= 0")
    weekly = cells.groupby("period")["units_demanded"].sum().to_numpy()
    start = np.datetime64(pack.market.calendar.start) + pack.market.calendar.warmup_days
    month = (start + 7 * np.arange(len(weekly)) + 3).astype("M8[M]").astype(int) % 12 + 1
    summer, winter = weekly[np.isin(month, (7, 8))], weekly[np.isin(month, (11, 12))]
    assert summer.mean() > 1.7 * winter.mean()


def test_spring_festival_moves_with_the_lunar_calendar(tmp_path):
    text = (PACK / "scenario.yaml").read_text(encoding="utf-8")
    text = text.replace("start: 2025-02-03", "start: 2024-01-01")
    text = text.replace("horizon_days: 392", "horizon_days: 1700")
    calendars = []
    for name, changed in (("with", text), ("without", text.replace("    events:", "    #"))):
        copy = shutil.copytree(PACK, tmp_path / name)
        (copy / "scenario.yaml").write_text(changed, encoding="utf-8")
        calendars.append(read_scenario(copy).market.calendar)
    event = (calendars[0].factor / calendars[1].factor).mean(axis=1)
    days = np.datetime64("2024-01-01") + np.arange(1700)
    for festival in ("2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26"):
        after = (days - np.datetime64(festival)).astype(int)
        assert event[(after >= -12) & (after <= -2)] == pytest.approx(1.3)
        assert event[(after >= 7) & (after <= 14)] == pytest.approx(0.85)
        assert event[(after >= 15) & (after <= 40)] == pytest.approx(1.0)
        assert not calendars[0].working[(after >= -1) & (after <= 2)].any()


def test_half_the_commission_lowers_strike_and_volume(pack, runs):
    """Terms matter: reps answer with effort, effort with orders, orders with sales."""
    today, direct = pack.designs["today"], pack.market.modes.ids.index("DSD")
    commission = today.terms.commission.copy()
    commission[direct] //= 2
    poorer = replace(today, terms=replace(today.terms, commission=commission))
    for replication, tables in enumerate(runs):
        before = pd.DataFrame(tables["cells"]).query("period >= 0 and mode == @direct").sum()
        after = pd.DataFrame(played(pack.market, poorer, replication)["cells"])
        after = after.query("period >= 0 and mode == @direct").sum()
        for part, whole in (("calls_productive", "calls_made"), ("units_sold", "units_demanded")):
            assert after[part] / after[whole] < before[part] / before[whole]
        assert after["cases_delivered"] < 0.995 * before["cases_delivered"]
