"""The report where sites choose their suppliers: goods and money go where they were bought."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from channelwright.reporting.goods_flows import _upwards, flows, suppliers_of
from channelwright.reporting.money import houses, party_flows, profit_lines
from channelwright.reporting.reading import read_study
from channelwright.scenario import read_scenario
from channelwright.studies import simulate
from channelwright.tables.codes import Account, Party
from tests.support.shorten import shorten

PACK = Path(__file__).resolve().parents[2] / "scenarios" / "yangtze_beverage" / "full_world.yaml"
DESIGN = "full_today"


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    pack = read_scenario(PACK)
    pack = replace(pack, markets={"base": shorten(pack.market, 56)})
    out = tmp_path_factory.mktemp("results")
    runs = simulate(pack, [DESIGN], baseline=DESIGN, replications=2, out=out, workers=1)
    return read_study(runs.study)


def test_shares_of_sources_are_those_of_the_table(data):
    chosen = suppliers_of(data, DESIGN, "cases")
    assert chosen
    for site, sources in chosen.items():
        assert sum(share for _, share in sources) == pytest.approx(np.ones(2))
        rows = data.supply[data.supply["site"] == site]
        for source, share in sources:
            cases = rows[rows["source"] == source].set_index("replication")["cases"]
            total = rows.groupby("replication")["cases"].sum()
            expected = (cases / total).reindex(data.replications).fillna(0.0)
            assert share == pytest.approx(expected.to_numpy())


def test_goods_go_up_through_every_source(data):
    # What leaves the plant is what reaches outlets and consumers, whichever way it went.
    moved = flows(data)[DESIGN]
    sold = moved[:, data.designs[DESIGN].sites.parent < 0].sum(axis=(1, 2))
    chosen = suppliers_of(data, DESIGN, "cases")
    plan = data.designs[DESIGN]
    one = np.zeros((1, *moved.shape[1:]))
    site = next(iter(chosen))
    one[0, site, 0] = 100.0
    shares = {key: [(at, share[:1]) for at, share in value] for key, value in chosen.items()}
    up = _upwards(one, plan, shares)
    assert up[0, plan.sites.parent < 0, 0].sum() == pytest.approx(100.0)
    for source, share in chosen[site]:
        assert up[0, source, 0] >= 100.0 * share[0] - 1e-9
    assert (sold > 0).all()


def test_no_mode_carries_production_that_others_sold(data):
    lines = profit_lines(data)
    made = lines.loc[(DESIGN, "PRODUCTION")].sum(axis=1)
    cells = data.cells.groupby("mode")["cases_delivered"].sum()
    modes = cells.index[cells > 1_000]
    per_case = -made.reindex(modes) / cells[modes]
    assert per_case.max() < 1.25 * per_case.min()


def test_houses_earn_what_the_stored_kpi_says(data):
    found = houses(data).groupby("replication")["profit"].sum()
    kpis = data.kpis[(data.kpis["kpi"] == "profit_distributors") & (data.kpis["area"] == "all")]
    stored = kpis[kpis["mode"] == "all"].set_index("replication")["value"]
    assert found.to_numpy() == pytest.approx(stored[found.index].to_numpy(), rel=1e-6)


def test_parties_still_add_up_and_sources_get_what_they_sold(data):
    table = party_flows(data)
    assert table.groupby("replication")["amount"].sum().abs().max() < 1e-3
    owned = table[table["site"] >= 0].groupby(["replication", "site"])["amount"].sum()
    stock = data.closing.assign(sign=np.where(data.closing["period"] >= 0, 1.0, -1.0))
    change = (stock["value"] * stock["sign"]).groupby([stock["replication"], stock["site"]]).sum()
    results = houses(data).set_index(["replication", "site"])["profit"]
    both = owned.add(change, fill_value=0.0).reindex(results.index)
    assert both.to_numpy() == pytest.approx(results.to_numpy(), rel=1e-6, abs=1.0)


def test_owners_who_sell_to_a_site_that_chooses_share_its_purchases(data):
    # The same study, had two houses and a depot sold to a wholesaler: 30, 60 and 10 of 100.
    plan = data.designs[DESIGN]
    houses_ = np.flatnonzero(data.market.sites.independent & plan.sites.open)
    buyer, one, two = houses_[:3].tolist()
    depot = int(np.flatnonzero(~data.market.sites.independent & plan.sites.open)[0])
    row = {"design": DESIGN, "replication": 0, "site": buyer, "cases": 0.0}
    bought = [row | {"source": at, "value": of} for at, of in ((one, 30), (two, 60), (depot, 10))]
    posting = data.ledger.iloc[[0]].assign(
        account=int(Account.GOODS),
        payer=int(Party.OWNER),
        payee=int(Party.OWNER),
        site=buyer,
        replication=0,
        amount=900.0,
    )
    there = replace(data, supply=pd.DataFrame(bought), ledger=posting)
    got = party_flows(there)
    got = got[got["amount"] > 0].set_index("site")["amount"]
    assert got.to_dict() == pytest.approx({one: 300.0, two: 600.0})
