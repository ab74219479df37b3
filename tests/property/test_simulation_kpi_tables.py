"""The additive KPI tables say the same as the detail tables of the same run."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.design import CYCLE_DAYS
from channelwright.rules.consignment import settle_days
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_family import FAMILY_KPIS, family_kpis
from channelwright.rules.kpi_registry import STOCKING
from channelwright.rules.parcels import parcel_shop
from channelwright.simulation import replicate
from channelwright.tables.codes import PARTY_STRIDE, Account, CallState, LineState, Party
from channelwright.tables.sink import MemorySink
from tests.support import random_market
from tests.support.parcel_lines import parcel_lines

SEEDS = range(30)


@cache
def both(seed: int):
    market, design = random_market(seed)
    sink = MemorySink()
    replicate(market, design, Address(seed, 1), sink, keep="orders")
    return market, design, sink


def total(sink: MemorySink, table: str, column: str) -> int:
    return int(sink.table(table)[column].sum()) if table in sink.names() else 0


def still_waiting(sink, shelf) -> int:
    """Units whose buyers wait at the horizon."""
    if "stockouts" not in sink.names():
        return 0
    cases = sink.table("stockouts")
    return int(cases["waiting"][cases["day"] == shelf["day"].max()].sum())


@pytest.mark.parametrize("seed", SEEDS)
def test_cells_add_up_to_the_detail_tables(seed: int) -> None:
    _, _, sink = both(seed)
    cells = sink.table("cells")
    lines = sink.table("order_lines") if "order_lines" in sink.names() else None
    assert cells["cases_ordered"].sum() == total(sink, "order_lines", "ordered")
    assert cells["cases_delivered"].sum() == total(sink, "deliveries", "cases")
    postings = sink.table("postings")
    bought = (postings["account"] == Account.GOODS) & (postings["outlet"] >= 0)
    assert cells["outlet_value"].sum() == postings["amount"][bought].sum()
    shelf = sink.table("shelf")
    assert cells["units_sold"].sum() == shelf["sold"].sum() + shelf["online_sold"].sum()
    demanded = shelf["demanded"].sum() + shelf["online_demanded"].sum()
    # Who waits for tomorrow counts on the day on which it ends: bought or lost.
    assert cells["units_demanded"].sum() == demanded - still_waiting(sink, shelf)
    assert cells["stocked_days"].sum() == (shelf["closing"] > 0).sum()
    if lines is not None:
        refused = lines["ordered"][lines["state"] == LineState.REFUSED].sum()
        assert cells["cases_refused"].sum() == refused
        assert cells["lines"].sum() == (lines["ordered"] > 0).sum()
        assert cells["cases_substituted"].sum() == lines["substitutes"].sum()
        assert cells["cases_first"].sum() == lines["first"].sum()


def by_family(market, product):
    """Family rows of products, numbered as the products name them."""
    names = list(dict.fromkeys(market.products.families))
    return np.array([names.index(name) for name in market.products.families])[product]


def summed(columns, keys, name):
    """Sums of a column by key, zeros left out."""
    found: dict[tuple[int, ...], int] = {}
    for *key, value in zip(*keys, columns[name], strict=True):
        found[tuple(int(k) for k in key)] = found.get(tuple(int(k) for k in key), 0) + int(value)
    return {key: value for key, value in found.items() if value}


@pytest.mark.parametrize("seed", SEEDS)
def test_families_add_up_to_the_detail_tables(seed: int) -> None:
    market, design, sink = both(seed)
    cells = sink.table("family_cells")
    place = (cells["area"], cells["mode"], cells["family"])
    shelf = sink.table("shelf")
    shelf = {
        **shelf,
        "asked": shelf["demanded"] + shelf["online_demanded"],
        "all_sold": shelf["sold"] + shelf["online_sold"],
        "stocked": (shelf["closing"] > 0).astype(int),
        "one": np.ones_like(shelf["closing"]),
    }
    wanted = [
        ("shelf", shelf, "units_asked", "asked"),
        ("shelf", shelf, "units_sold", "all_sold"),
        ("shelf", shelf, "units_online", "online_sold"),
        ("shelf", shelf, "shelf_units", "closing"),
        ("shelf", shelf, "stocked_days", "stocked"),
        ("shelf", shelf, "product_days", "one"),
    ]
    for name, ours, theirs in (
        ("order_lines", "cases_ordered", "ordered"),
        ("order_lines", "cases_first", "first"),
        ("deliveries", "cases_delivered", "cases"),
    ):
        if name in sink.names():
            wanted.append((name, sink.table(name), ours, theirs))
    if "deliveries" in sink.names():
        drops = sink.table("deliveries")
        cost = drops["cases"] * market.products.production_cost[drops["product"]]
        wanted.append(("deliveries", {**drops, "cost": cost}, "production_value", "cost"))
        wanted.append(("deliveries", invoiced(market, design, sink), "outlet_value", "value"))
    for _, table, ours, theirs in wanted:
        outlet = table["outlet"]
        keys = (market.outlets.area[outlet], design.outlets.mode[outlet])
        keys = (*keys, by_family(market, table["product"]))
        assert summed(cells, place, ours) == summed(table, keys, theirs), ours
    plain = sink.table("cells")
    for column in ("consumer_value", "cases_attempted", "outlet_value"):
        assert cells[column].sum() == plain[column].sum(), column


def invoiced(market, design, sink) -> dict[str, np.ndarray]:
    """What was invoiced: on delivery, or on consignment when it had been sold."""
    drops, consigned = sink.table("deliveries"), settle_days(market, design) > 0
    at_once = ~consigned[drops["outlet"]]
    parts = [{name: drops[name][at_once] for name in ("outlet", "product", "value")}]
    if "settlements" in sink.names():
        parts.append(sink.table("settlements"))
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def at_once(design, sink, unit) -> dict[str, np.ndarray]:
    """Whole cases that consumers got at the first attempt, by site and product."""
    if "parcels" not in sink.names():
        nothing = np.zeros(0, dtype=np.int64)
        return {"place": np.stack([nothing, nothing]), "cases": nothing}
    orders = parcel_lines(sink.table("parcels"), sink.table("parcel_lines"))
    attempt = orders["day"] + (orders["second"] > design.goods.parcels.cutoff)
    mine = orders["sent_day"] == attempt
    places, row = np.unique(
        np.stack([orders["site"][mine], orders["product"][mine]]), axis=1, return_inverse=True
    )
    units = np.bincount(row.ravel(), orders["units"][mine], places.shape[1]).astype(np.int64)
    return {"place": places, "cases": units // unit[places[1]]}


@pytest.mark.parametrize("seed", SEEDS)
def test_tiers_add_up_to_shipments_and_orders(seed: int) -> None:
    market, design, sink = both(seed)
    tiers = sink.table("tier_cells")
    place = (tiers["area"], tiers["mode"], tiers["kind"], tiers["family"])
    unit = market.products.units_per_case

    def keys(site, product):
        where = (market.sites.area[site], design.sites.mode[site], market.sites.kind[site])
        return (*where, by_family(market, product))

    if "shipments" not in sink.names():
        return
    moved = sink.table("shipments")
    case = unit[moved["product"]]
    moved = {**moved, "in": moved["shipped"] // case}
    assert summed(tiers, place, "cases_in") == summed(
        moved, keys(moved["site"], moved["product"]), "in"
    )
    asked = summed(
        moved | {"asked": moved["ordered"] // case},
        keys(moved["parent"], moved["product"]),
        "asked",
    )
    first = np.minimum(moved["ordered"], moved["shipped"]) // case
    served = summed(moved | {"first": first}, keys(moved["parent"], moved["product"]), "first")
    lines = sink.table("order_lines") if "order_lines" in sink.names() else None
    if lines is not None:
        mine = summed(lines, keys(lines["site"], lines["product"]), "first")
        served = {k: served.get(k, 0) + mine.get(k, 0) for k in served.keys() | mine.keys()}
    mine = summed(parcels := at_once(design, sink, unit), keys(*parcels["place"]), "cases")
    served = {k: served.get(k, 0) + mine.get(k, 0) for k in served.keys() | mine.keys()}
    assert summed(tiers, place, "cases_first") == {k: v for k, v in served.items() if v}
    below = summed(tiers, place, "cases_asked")
    assert all(below.get(key, 0) >= value for key, value in asked.items())
    site = sink.table("site_cells")
    for ours, theirs in (("cases_out", "cases_out"), ("stock_case_days", "stock_case_days")):
        assert tiers[ours].sum() == site[theirs].sum()
    stock = sink.table("stock_cells")
    for column in ("empty_days", "product_days"):
        assert tiers[column].sum() == stock[column].sum()


@pytest.mark.parametrize("seed", range(10))
def test_family_kpis_of_one_family_are_those_of_the_market(seed: int) -> None:
    market, design = random_market(seed)
    market = replace(
        market, products=replace(market.products, families=("one",) * len(market.products))
    )
    plain = MemorySink()
    replicate(market, design, Address(seed, 1), plain)
    tables = {name: plain.table(name) for name in plain.names()}
    found = family_kpis(market, tables).set_index(["kpi", "area", "mode"])["value"]
    whole = kpi_table(market, design, tables).set_index(["kpi", "area", "mode"])["value"]
    assert {name for name, *_ in found.index} <= set(FAMILY_KPIS)
    same = [name for name in FAMILY_KPIS if name in set(whole.index.get_level_values("kpi"))]
    helped = design.goods is not None and design.goods.nearby is not None
    if market.stockout is not None or helped:  # who waits, switches or is helped counts elsewhere
        same = [name for name in same if name not in ("lost_units", "sales_service")]
    shared = [key for key in found.index if key[0] in same and key in whole.index]
    assert len({name for name, *_ in shared}) >= 5
    for key in shared:
        assert found[key] == pytest.approx(whole[key]), key


@pytest.mark.parametrize("seed", SEEDS)
def test_calls_of_people_and_cells_agree(seed: int) -> None:
    market, design, sink = both(seed)
    cells, people = sink.table("cells"), sink.table("rep_cells")
    if "calls" not in sink.names():
        assert cells["calls_planned"].sum() == 0
        return
    calls = sink.table("calls")
    state, outlet = calls["state"], calls["outlet"]
    cycle = (calls["day"] + market.calendar.start.weekday()) % CYCLE_DAYS
    due = (design.outlets.order_days[outlet] >> cycle) & 1 == 1
    assert due.all() or (design.capture is not None and design.capture.carry_over.any())
    for column, person, count in (
        ("calls_planned", "planned", due.sum()),
        ("calls_made", "made", (calls["second"] >= 0).sum()),
        ("calls_productive", "productive", (state == CallState.PRODUCTIVE).sum()),
    ):
        assert cells[column].sum() == people[person].sum() == count


@pytest.mark.parametrize("seed", SEEDS)
def test_sales_of_a_day_of_people_are_what_their_outlets_got(seed: int) -> None:
    """Deliveries to outlets with a rep; returned goods and other refunds leave it as it is."""
    market, design, sink = both(seed)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    values = table[table["mode"] == "all"].set_index("kpi")["value"]
    people = sink.table("rep_cells")
    measured = people["period"] >= 0
    days = people["working_days"][measured].sum()
    if "sales_per_day" not in values or not days:
        return
    sold = 0
    if "deliveries" in sink.names():
        came = sink.table("deliveries")
        mine = (came["day"] >= market.calendar.warmup_days) & (
            design.outlets.rep[came["outlet"]] >= 0
        )
        sold = came["value"][mine].sum() / 10_000
    assert values["sales_per_day"] * days == pytest.approx(sold)


@pytest.mark.parametrize("seed", SEEDS)
def test_ledger_adds_up_to_the_postings(seed: int) -> None:
    _, _, sink = both(seed)
    postings, ledger = sink.table("postings"), sink.table("ledger")
    for account in np.unique(postings["account"]):
        for side in ("payer", "payee"):
            kinds = postings[side] // PARTY_STRIDE
            for kind in np.unique(kinds):
                mine = (postings["account"] == account) & (kinds == kind)
                theirs = (ledger["account"] == account) & (ledger[side] == kind)
                assert postings["amount"][mine].sum() == ledger["amount"][theirs].sum()


@pytest.mark.parametrize("seed", SEEDS)
def test_sales_outstanding_are_what_the_invoices_say(seed: int) -> None:
    """What the manufacturer sold on terms is open on some midnights; by mode of who owes it."""
    market, design, sink = both(seed)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    dso = table[table["kpi"] == "dso"]
    found = dict(zip(dso["mode"], dso["value"], strict=True))
    if "payments" not in sink.names():
        assert not found
        return
    bills = sink.table("payments")
    first, end = market.calendar.warmup_days, market.calendar.horizon_days
    paid = np.where(bills["paid_day"] < 0, end, bills["paid_day"])
    mine = (bills["payee"] // PARTY_STRIDE == Party.MANUFACTURER) & (paid > bills["invoice_day"])
    outlet = bills["outlet"]
    buyer = bills["payer"] % PARTY_STRIDE
    site_mode = design.sites.mode[np.where(outlet < 0, buyer, 0)]
    mode = np.where(outlet >= 0, design.outlets.mode[outlet], site_mode)
    start = np.maximum(bills["invoice_day"], first)
    owed = np.maximum(paid - start, 0) * bills["amount"]
    if "receipts" in sink.names():  # paid in parts: every payment ends its part of the bill
        followed = outlet >= 0
        owed = np.where(followed, (end - start) * bills["amount"], owed)
        part = sink.table("receipts")
        ours = part["payee"] // PARTY_STRIDE == Party.MANUFACTURER
        less = -(end - np.maximum(part["day"], first)) * part["amount"]
        owed = np.append(owed, less)
        mode = np.append(mode, design.outlets.mode[part["outlet"]])
        mine = np.append(mine, ours)
    sold = np.where(bills["invoice_day"] >= first, bills["amount"], 0)
    sold = np.append(sold, np.zeros(len(owed) - len(sold), dtype=np.int64))
    expected = {}
    for row, name in [*enumerate(market.modes.ids), (None, "all")]:
        some = mine if row is None else mine & (mode == row)
        if sold[some].sum():
            expected[name] = owed[some].sum() / sold[some].sum()
    assert found == pytest.approx(expected)


def test_some_markets_sell_on_terms_in_several_modes() -> None:
    several = 0
    for seed in SEEDS:
        market, design, sink = both(seed)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        several += (table["kpi"] == "dso").sum() > 2
    assert several >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_parcel_cells_add_up_to_the_orders(seed: int) -> None:
    market, design, sink = both(seed)
    shop = None if design.goods is None else design.goods.parcels
    if shop is None:
        assert "parcel_cells" not in sink.names()
        return
    if "parcels" not in sink.names():
        assert total(sink, "parcel_cells", "orders") == 0
        return
    orders = sink.table("parcels")
    done = orders["state"] == LineState.DELIVERED
    for name, amount in (
        ("orders", len(orders["day"])),
        ("asked", orders["units"].sum()),
        ("lost", orders["units"][orders["state"] == LineState.CUT].sum()),
        ("delivered_orders", done.sum()),
        ("delivered", orders["units"][done].sum()),
        ("parcels", orders["parcels"][done].sum()),
        ("lines", orders["lines"][done].sum()),
        ("value", orders["value"][done].sum()),
        ("fees", orders["fee"][done].sum()),
        ("free", (orders["fee"][done] == 0).sum()),
        ("days", (orders["delivered_day"] - orders["day"])[done].sum()),
    ):
        assert total(sink, "parcel_cells", name) == amount, name
    lines, cells = sink.table("parcel_lines"), sink.table("parcel_cells")
    for name, row in (("asked", "units"), ("orders", "one")):
        first = name == "orders"
        table = {**orders, "one": np.ones_like(orders["day"])} if first else lines
        assert summed(cells, (cells["area"], cells["product"]), name) == summed(
            table, (table["area"], table["product"]), row
        )
    spent = sink.table("postings")
    for account in (Account.HANDLING, Account.DELIVERY, Account.PLATFORM):
        mine = (spent["mode"] == shop.mode) & (spent["account"] == account)
        paid = spent["amount"][mine & (spent["outlet"] < 0)].sum()
        assert total(sink, "parcel_cells", account.name.lower()) == paid
    back = orders["delivered_day"] + shop.return_days < market.calendar.horizon_days
    back &= orders["returned"] == 1
    assert total(sink, "parcel_cells", "returned") == orders["units"][back].sum()
    postings = sink.table("postings")
    mine = (postings["mode"] == shop.mode) & (postings["account"] == Account.GOODS)
    assert postings["amount"][mine].sum() == orders["value"][done].sum() + orders["fee"][done].sum()


NAMED_BY = {
    "trade_fees": "contracts",
    "service_penalty": "contracts",
    "good_returns": "goods.returns",
    "nearby_fees": "goods.nearby",
    "dunning": "credit.dunning",
    "deposit_interest": "credit.rules.deposit",
}


def test_lines_of_mechanisms_that_are_named_are_there_with_zero() -> None:
    """A gate on a penalty that was never paid can be judged; who names none has no such line."""
    named = {name: {True: 0, False: 0} for name in NAMED_BY}
    zero = 0
    for seed in SEEDS:
        market, design, sink = both(seed)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        values = table[table["mode"] == "all"].set_index("kpi")["value"]
        for line, path in NAMED_BY.items():
            part = design
            for name in path.split("."):
                part = None if part is None else getattr(part, name)
            there = bool(part.any()) if isinstance(part, np.ndarray) else part is not None
            named[line][there] += 1
            assert (line in values) == there, (seed, line)
            zero += there and values[line] == 0
    assert all(min(count.values()) >= 3 for count in named.values()), named
    assert zero >= 10


@pytest.mark.parametrize("seed", SEEDS)
def test_what_serving_costs_is_every_cost_but_goods_and_deposits(seed: int) -> None:
    """From the postings: credit losses, reminders and old goods taken back are part of it."""
    market, design, sink = both(seed)
    shop = parcel_shop(design)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    values = table[table["area"] == "all"].set_index(["kpi", "mode"])["value"]
    postings = sink.table("postings")
    apart = (Account.PRODUCTION, Account.GOODS, Account.REBATE, Account.DISCOUNT)
    apart += (Account.RETURN_GOOD, Account.DEPOSIT)
    costs = (postings["payer"] == Party.MANUFACTURER) & (
        postings["day"] >= market.calendar.warmup_days
    )
    costs &= ~np.isin(postings["account"], [int(account) for account in apart])
    cases = values.get(("delivered_cases", "all"), 0.0) + values.get(("parcel_cases", "all"), 0.0)
    spent = postings["amount"][costs].sum() / 10_000
    if cases > 0:
        assert values["cost_to_serve_per_case", "all"] * cases == pytest.approx(spent)
    if values["net_sales", "all"] > 0:
        share = values["cost_to_serve_share", "all"]
        assert share * values["net_sales", "all"] == pytest.approx(spent)
    for mode, name in enumerate(market.modes.ids):
        delivered = values.get(("delivered_cases", name), 0.0)
        if delivered > 0 and (shop is None or shop.mode != mode):
            mine = postings["amount"][costs & (postings["mode"] == mode)].sum() / 10_000
            found = values.get(("cost_to_serve_per_case", name), 0.0)
            assert found * delivered == pytest.approx(mine)


@pytest.mark.parametrize("seed", SEEDS)
def test_profits_of_kinds_of_sites_are_those_of_distributors(seed: int) -> None:
    market, design, sink = both(seed)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    values = table.set_index(["kpi", "area", "mode"])["value"].xs(("all", "all"), level=(1, 2))
    kinds = [name for name in values.index if name in {f"profit_{kind}" for kind in STOCKING}]
    houses = market.sites.independent & design.sites.open
    assert bool(kinds) is bool(houses.any())
    whole = values.get("profit_distributors", 0.0)
    assert sum(values[name] for name in kinds) == pytest.approx(whole, abs=1e-6)
