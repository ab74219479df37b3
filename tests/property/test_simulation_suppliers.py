"""Market wholesalers: tables and money follow the source, and no field is idle."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_money import site_results
from channelwright.rules.kpi_registry import KPIS
from channelwright.simulation import replicate
from channelwright.tables.codes import PARTY_STRIDE, Account, Party
from channelwright.tables.sink import MemorySink
from tests.property.test_simulation_no_idle_fields import played, tables_of
from tests.support import random_market


def chooses(seed: int) -> bool:
    plan = random_market(seed)[1].stock
    return plan is not None and plan.suppliers is not None


SEEDS = [seed for seed in range(120) if chooses(seed)]


@cache
def run(seed: int):
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    return market, design, sink


@pytest.mark.parametrize("seed", SEEDS)
def test_cells_say_what_shipments_and_postings_say(seed: int) -> None:
    market, design, sink = run(seed)
    assert "supply_cells" in sink.names()
    if "shipments" not in sink.names():
        return
    cells, moved = sink.table("supply_cells"), sink.table("shipments")
    mine = np.isin(moved["site"], design.stock.suppliers.site)
    cases = moved["shipped"] // market.products.units_per_case[moved["product"]]
    assert cells["cases"].sum() == cases[mine].sum()
    lanes = set(zip(design.stock.suppliers.site, design.stock.suppliers.source, strict=True))
    assert set(zip(cells["site"], cells["source"], strict=True)) <= lanes
    posted = sink.table("postings")
    freight = posted["account"] == Account.FREIGHT
    owners = freight & (posted["payer"] // PARTY_STRIDE == Party.OWNER)
    assert cells["freight"].sum() == posted["amount"][owners].sum()
    goods = (posted["account"] == Account.GOODS) & (posted["outlet"] < 0)
    goods &= np.isin(posted["site"], design.stock.suppliers.site)
    assert cells["value"].sum() == posted["amount"][goods].sum()


@pytest.mark.parametrize("seed", SEEDS[:20])
def test_profits_of_houses_are_what_they_received_and_paid(seed: int) -> None:
    """Money of each owner, from the postings; between houses it goes to who shipped."""
    market, design, sink = run(seed)
    posted = sink.table("postings")
    measured = posted["day"] >= market.calendar.warmup_days
    tables = {name: sink.table(name) for name in sink.names()}
    table = site_results(market, design, tables).set_index("site")["profit"]
    cells = tables["site_cells"]
    for site in np.flatnonzero(design.sites.open & market.sites.independent).tolist():
        owner = int(Party.OWNER) * PARTY_STRIDE + site
        got = posted["amount"][measured & (posted["payee"] == owner)].sum()
        paid = posted["amount"][measured & (posted["payer"] == owner)].sum()
        of_site = cells["site"] == site
        closing = cells["closing_value"][of_site & (cells["period"] == cells["period"].max())]
        opening = cells["closing_value"][of_site & (cells["period"] == -1)]
        change = closing.sum() - opening.sum()
        assert table[site] == pytest.approx((got - paid + change) / 10_000, abs=1e-6)


def test_sites_buy_elsewhere_and_kpis_are_registered() -> None:
    shares = []
    for seed in SEEDS[:20]:
        market, design, sink = run(seed)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        units = dict(zip(table["kpi"], table["unit"], strict=True))
        assert {name: KPIS[name].unit for name in units} == units
        shares += table.loc[table["kpi"] == "bought_elsewhere_share", "value"].to_list()
    assert min(shares) == 0.0
    assert max(shares) > 0.5


@pytest.mark.parametrize("name", ["source", "index"])
def test_field_matters(name: str) -> None:
    def matters(seed: int) -> bool:
        market, design, before = tables_of(seed)
        given = design.stock.suppliers
        if name == "index":
            values = np.where(np.arange(len(given)) % 2 == 0, 1_500_000, 700_000)
            other = replace(given, index=values)
        else:
            parents = design.sites.parent[given.site] == given.source
            other = type(given)(*(getattr(given, n)[parents] for n in ("site", "source", "index")))
        changed = replace(design, stock=replace(design.stock, suppliers=other))
        return played(seed, market, changed) != before

    assert any(matters(seed) for seed in SEEDS)
