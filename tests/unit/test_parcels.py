"""Parcels to consumers by pencil and paper, on the tiny market (docs/world/parcels.md).

Its area asks for 15 units a day, so twice that online is 30: three orders of one case of ten.
"""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.goods import GoodsPolicy
from channelwright.model.market import Market
from channelwright.model.parcels import NEVER_FREE, ParcelShop, ParcelZones
from channelwright.reporting.goods_flows import flows
from channelwright.reporting.money import _served_by_option
from channelwright.reporting.sections.service import TO_CONSUMERS
from channelwright.rules.cost_to_serve import outlet_costs
from channelwright.rules.expected_parcels import cases_per_sale
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_family import family_kpis
from channelwright.rules.kpi_registry import KPIS
from channelwright.rules.kpi_share import share_kpis
from channelwright.rules.offers import base_rate
from channelwright.rules.parcels import parcels_of
from channelwright.simulation import replicate
from channelwright.simulation.cash.settling import OUTSIDE
from channelwright.simulation.delivery.parcel_kernels import SECOND, serve
from channelwright.tables.codes import Account, LineState, Party
from channelwright.tables.sink import MemorySink
from tests.support.tiny_market import MT, OFFICE, PLANT, tiny_market

GOODS, FEE, TARIFF, PACKING = 110_000, 20_000, 5_300, 800  # ticks per order


def sold_online(**changes: object) -> tuple[Market, Design]:
    """The tiny market with parcels: everything is packed at once unless changed."""
    market, design = tiny_market()
    zones = ParcelZones(
        area=np.array([0]),
        site=np.array([OFFICE]),
        demand=np.array([2.0]),
        cannibalised=np.array([0.1]),
        days=np.array([1]),
        promise_days=np.array([1]),
        tariff_parcel=np.array([5_000]),
        tariff_case=np.array([300]),
    )
    shop = ParcelShop(
        zones=zones,
        mode=MT,
        price=1_100_000,
        pack_units=np.array([10]),
        packs=1.0,
        basket=1.0,
        parcel_units=np.array([10]),
        cutoff=86_400,
        before_outlets=False,
        wait_days=0,
        packers=0,
        pack_seconds=0,
        packing=700,
        fee=FEE,
        free_from=NEVER_FREE,
        payment_fee=10_000,
        returns=0,
        return_days=1,
        return_cost=900,
    )
    return market, replace(design, goods=GoodsPolicy(parcels=replace(shop, **changes)))


def played(market: Market, design: Design) -> MemorySink:
    sink = MemorySink()
    replicate(market, design, Address(1, 0), sink, keep="orders")
    return sink


def posted(sink: MemorySink, account: Account) -> list[int]:
    """Ticks by day of what names no outlet and is reported under the parcels' mode."""
    rows = sink.table("postings")
    mine = (rows["account"] == account) & (rows["outlet"] < 0) & (rows["mode"] == MT)
    return [int(rows["amount"][mine & (rows["day"] == day)].sum()) for day in range(4)]


def test_what_a_day_brings_is_delivered_and_paid_the_next() -> None:
    sink = played(*sold_online())
    assert posted(sink, Account.HANDLING) == [3 * PACKING] * 4
    assert posted(sink, Account.GOODS) == [0, *[3 * (GOODS + FEE)] * 3]
    assert posted(sink, Account.PLATFORM) == [0, *[3 * 1_300] * 3]
    assert posted(sink, Account.DELIVERY) == [0, *[3 * TARIFF] * 3]
    orders = sink.table("parcels")
    assert orders["day"].tolist().count(2) == 3
    assert set(orders["units"]) == {10}
    assert (orders["delivered_day"] == np.where(orders["day"] < 3, orders["day"] + 1, -1)).all()


def test_outlets_lose_what_is_cannibalised() -> None:
    """A tenth of twice the demand: a fifth."""
    market, design = sold_online()
    np.testing.assert_allclose(base_rate(market, design), [[8.0], [4.0]])
    assert set(played(market, design).table("shelf")["demanded"]) == {8, 4}


def test_one_packer_of_four_hours_a_parcel_is_ready_at_23_03_and_07() -> None:
    sink = played(*sold_online(packers=1, pack_seconds=14_400))
    orders = sink.table("parcels")
    late = [sorted(orders["delivered_day"][orders["day"] == day].tolist()) for day in range(4)]
    assert late == [[1, 2, 2], [2, 3, 3], [-1, -1, 3], [-1, -1, -1]]
    assert posted(sink, Account.GOODS) == [n * (GOODS + FEE) for n in (0, 1, 3, 3)]
    cells = sink.table("parcel_cells")
    assert cells["on_time"].sum() == 3
    assert cells["days"].sum() == 3 * 1 + 4 * 2


def test_from_noon_on_orders_are_handled_a_day_later() -> None:
    orders = played(*sold_online(cutoff=43_200)).table("parcels")
    sent = orders["sent_day"] - orders["day"]
    early = orders["second"] <= 43_200
    assert early.any()
    assert (~early).any()
    assert (sent[early] == 0).all()
    known = ~early & (orders["day"] < 3)
    assert (sent[known] == 1).all()


@pytest.mark.parametrize("wait", [0, 1, 2])
def test_without_stock_consumers_give_up_after_the_evenings_that_they_wait(wait: int) -> None:
    market, design = sold_online(wait_days=wait)
    empty = replace(design.sites, level=np.array([[-1], [0]]))
    slow = market.sites.lead_days * 4  # what is ordered comes after the horizon
    market = replace(market, sites=replace(market.sites, lead_days=slow))
    sink = played(market, replace(design, sites=empty))
    orders = sink.table("parcels")
    # Four days of orders; those of the last `wait` days still wait.
    assert (orders["state"] == LineState.CUT).sum() == 3 * (4 - wait)
    assert (orders["state"] == LineState.OPEN_AT_HORIZON).sum() == 3 * wait
    assert sink.table("parcel_cells")["lost"].sum() == 30 * (4 - wait)
    assert posted(sink, Account.GOODS) == [0] * 4


@pytest.mark.parametrize(("before", "left"), [(True, 0), (False, 1)])
def test_whose_turn_comes_first_gets_the_last_cases(before: bool, left: int) -> None:
    """Three cases: outlets want two and consumers three of them, each whole."""
    market, design = sold_online(before_outlets=before, wait_days=3)
    held = replace(design.sites, level=np.array([[-1], [30]]))
    sink = played(market, replace(design, sites=held))
    orders, lines = sink.table("parcels"), sink.table("order_lines")
    first = int((orders["sent_day"] == 0).sum())
    served = int(lines["first"][lines["day"] == 0].sum())
    assert (first, served) == ((3, 0) if before else (1, 2))
    assert first == 3 - 2 * left


@pytest.mark.parametrize(("free_from", "fee"), [(GOODS, 0), (GOODS + 1, FEE)])
def test_delivery_is_free_from_the_threshold_on(free_from: int, fee: int) -> None:
    orders = played(*sold_online(free_from=free_from)).table("parcels")
    assert set(orders["fee"]) == {fee}


def test_products_of_a_basket_share_parcels() -> None:
    """Half a parcel of one and half of another are one; a unit more is two."""
    shop = sold_online()[1].goods.parcels
    shop = replace(shop, parcel_units=np.array([10, 24]))
    units = np.array([[5, 12], [6, 12], [0, 24], [20, 0], [0, 0]])
    assert parcels_of(shop, units).tolist() == [1, 2, 1, 2, 0]


def test_a_basket_leaves_whole_or_not_at_all() -> None:
    stock, nothing = np.array([[9, 9], [5, 5]]), np.zeros((3, 2, 2), dtype=np.int64)
    orders = np.zeros((6, 3), dtype=np.int64)
    orders[SECOND] = 1, 2, 3
    units = np.array([[[3, 3], [3, 0], [2, 2]]])
    zones = (np.array([1]), np.array([0]), np.array([2]))
    demand, waiting, sent = nothing
    counted = np.zeros_like(nothing)
    served, lost, stays = serve(
        0, 3, (orders, units), zones, 1, (stock, demand, waiting, sent), counted
    )
    assert (served.tolist(), lost.tolist(), stays.tolist()) == ([0, 2], [], [False, True, False])
    assert stock.tolist() == [[9, 9], [0, 0]]
    assert (demand[1].tolist(), waiting[1].tolist()) == ([8, 5], [3, 0])
    assert sent[1].tolist() == [5, 5]
    assert counted[:, 1].tolist() == [[8, 5], [5, 5], [5, 5]]


def test_baskets_ask_for_as_much_in_fewer_orders() -> None:
    """Two picks an order: half of three orders a day, so that two (rounded) are made of them."""
    sink = played(*sold_online(basket=2.0))
    orders, lines = sink.table("parcels"), sink.table("parcel_lines")
    assert np.bincount(orders["day"]).tolist() == [2] * 4
    assert (orders["units"] >= 10).all()
    assert (orders["units"] > 10).any()
    assert orders["units"].tolist() == lines["units"].tolist()
    assert (orders["value"] == orders["units"] * 11_000).all()


def test_everything_sent_back_is_refunded_and_sold_again() -> None:
    sink = played(*sold_online(returns=1_000_000, return_days=2))
    assert posted(sink, Account.RETURN_GOOD) == [0, 0, 0, 3 * GOODS]
    assert posted(sink, Account.DELIVERY) == [0, 3 * TARIFF, 3 * TARIFF, 3 * (TARIFF + 900)]
    cells = sink.table("parcel_cells")
    assert cells["returned"].sum() == 30
    assert cells["refunded"].sum() == 3 * GOODS


def test_the_report_turns_what_consumers_pay_into_cases() -> None:
    """Three cases a day for three times 11 and a fee of 2; of those sent back none stays."""
    market, design = sold_online()
    assert cases_per_sale(market, design) == pytest.approx(3 / 39)
    assert cases_per_sale(*sold_online(returns=1_000_000)) == 0.0
    assert cases_per_sale(market, replace(design, goods=None)) == 0.0
    run = {"design": ["a"], "replication": [0]}
    outlets = {"cases_delivered": [1.0], "outlet_value": [80_000.0]}
    bought = {"account": [int(Account.GOODS)], "payer": [int(Party.OUTSIDE)], "amount": [780.0]}
    data = SimpleNamespace(
        market=market,
        designs={"a": design},
        replications=(0,),
        ledger=pd.DataFrame({**run, **bought, "site": [OFFICE], "mode": [MT]}),
        cells=pd.DataFrame({"design": ["a"], "mode": [0], **outlets}),
        supply=pd.DataFrame(columns=["design", "site", "source"]),
    )
    weight = flows(data)["a"]
    np.testing.assert_allclose(weight[0, [PLANT, OFFICE], MT], 60.0)


def test_what_is_shared_below_a_site_leaves_parcels_their_own_handling() -> None:
    market, design = sold_online(mode=-2)
    data = SimpleNamespace(market=market, designs={"a": design})
    assert ("a", OFFICE, -2) in _served_by_option(data)


def test_parcels_are_a_group_of_the_service_section() -> None:
    assert set(TO_CONSUMERS) == {name for name in KPIS if name.startswith("parcel_")}


def test_parcels_are_own_sell_out_in_the_market_share() -> None:
    """Outlets 5 cases, rivals 6; consumers got 30 units and sent 20 back: 1 case of ten."""
    market, _ = sold_online()
    cells = pd.DataFrame({"area": [0], "own": [5_000], "rivals": [6_000]})
    parcels = pd.DataFrame({"area": [0], "product": [0], "delivered": [30], "returned": [20]})
    found = share_kpis(market, {"market_cells": cells, "parcel_cells": parcels})
    assert found["value"].tolist() == [0.5, 0.5]
    assert share_kpis(market, {"market_cells": cells})["value"].tolist() == [5 / 11] * 2


def test_parcels_have_costs_of_their_own_and_families() -> None:
    """Nine cases reach consumers in four days, twelve are packed (the page's prices above)."""
    market, design = sold_online()
    sink = played(market, design)
    tables = {name: sink.table(name) for name in sink.names()}
    kpis = kpi_table(market, design, tables).set_index(["kpi", "area", "mode"])["value"]
    mode, area = market.modes.ids[MT], market.areas.ids[0]
    cells = tables["cells"]
    outlet = int(cells["cases_delivered"][cells["mode"] == MT].sum())
    drops = tables["postings"]
    served = (drops["mode"] == MT) & (drops["outlet"] >= 0) & (drops["payee"] == OUTSIDE)
    served &= np.isin(drops["account"], [int(Account.HANDLING), int(Account.DELIVERY)])
    own = 12 * PACKING + 9 * (TARIFF + 1_300) + int(drops["amount"][served].sum())
    found = kpis["cost_to_serve_per_case", "all", mode]
    assert found == pytest.approx(own / (9 + outlet) / 10_000)
    # A part of the office comes on top.
    assert kpis["loaded_cost_per_case", area, mode] > found
    families = family_kpis(market, tables).set_index(["kpi", "area", "mode"])["value"]
    assert families["parcel_cases", "all", "all"] == 9
    assert families["parcel_sales", area, "all"] == pytest.approx(9 * 11)
    margin = 9 * (GOODS - int(market.products.production_cost[0])) / 10_000
    assert families["parcel_margin", "all", "all"] == pytest.approx(margin)


def test_rent_is_shared_with_parcels_by_cases() -> None:
    """Of the office's rent parcels bear the share of the cases that leave it for them."""
    market, design = sold_online()
    sink = played(market, design)
    tables = {name: sink.table(name) for name in sink.names()}
    costs = outlet_costs(market, design, tables)
    rent = costs[costs["account"] == int(Account.SITE)].set_index("outlet")["amount"]
    outlets = int(tables["outlet_cells"]["cases_delivered"].sum())
    assert rent.sum() > 0
    assert rent[-1] == pytest.approx(rent.sum() * 9 / (9 + outlets), abs=1)
