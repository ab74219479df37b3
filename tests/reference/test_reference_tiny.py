"""The tiny market by hand: every expected number here was found with pencil and paper."""

from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address, Purpose
from channelwright.model.design import CYCLE_DAYS, Design
from channelwright.model.market import CARRIERS, Market
from channelwright.tables.codes import Account, LineState, Party, party
from tests.reference import simulate
from tests.support.tiny_market import MT, OFFICE, tiny_market

WORLD = Address(1, 0)  # no call of its four days is unlucky, see the first test
MANUFACTURER, OUTSIDE = party(Party.MANUFACTURER), party(Party.OUTSIDE)
PEOPLE, NEAR, FAR = party(Party.PEOPLE), party(Party.OUTLET, 0), party(Party.OUTLET, 1)


def rows(table, *names):
    return list(zip(*(table[name].tolist() for name in names), strict=True))


def amounts(tables, account, *names):
    postings = tables["postings"]
    chosen = postings["account"] == account
    return rows({name: column[chosen] for name, column in postings.items()}, *names, "amount")


@pytest.fixture(scope="module")
def tables():
    return simulate(*tiny_market(), WORLD)


def changed(design: Design, **parts: dict[str, object]) -> Design:
    """The design with other columns in its parts, for instance terms={"credit_days": ...}."""
    return replace(
        design, **{name: replace(getattr(design, name), **new) for name, new in parts.items()}
    )


def with_column(market: Market, table: str, **columns: object) -> Market:
    return replace(market, **{table: replace(getattr(market, table), **columns)})


def test_the_world_lets_every_call_succeed():
    assert max(WORLD.uniform(Purpose.STRIKE, day, 0) for day in range(4)) < 0.98


def test_orders(tables):
    assert rows(
        tables["order_lines"], "day", "outlet", "second", "ordered", "state", "end_day"
    ) == [
        (0, 0, 29_460, 2, LineState.DELIVERED, 1),
        (0, 1, 36_000, 1, LineState.DELIVERED, 1),
        (1, 0, 29_460, 1, LineState.DELIVERED, 2),
        (1, 1, 36_000, 1, LineState.DELIVERED, 2),
        (2, 0, 29_460, 1, LineState.DELIVERED, 3),
        (3, 0, 29_460, 1, LineState.OPEN_AT_HORIZON, 4),
        (3, 1, 36_000, 1, LineState.OPEN_AT_HORIZON, 4),
    ]


def test_shelves(tables):
    assert rows(tables["shelf"], "day", "outlet", "sold", "closing") == [
        (0, 0, 10, 5),
        (0, 1, 5, 5),
        (1, 0, 10, 15),
        (1, 1, 5, 10),
        (2, 0, 10, 15),
        (2, 1, 5, 15),
        (3, 0, 10, 15),
        (3, 1, 5, 10),
    ]


def test_one_picker_takes_the_orders_in_turn(tables):
    assert rows(tables["deliveries"], "day", "outlet", "second", "ready_second", "tour") == [
        (1, 0, 21_600, 69_060, 0),
        (1, 1, 21_600, 69_720, -1),
        (2, 0, 21_600, 69_060, 0),
        (2, 1, 21_600, 69_720, -1),
        (3, 0, 21_600, 69_060, 0),
    ]


def test_replenishment(tables):
    # averages 435/28, 440/28, 435/28, 440/28 give a level of 31 units each time
    assert rows(tables["shipments"], "day", "ordered", "shipped", "arrival_day") == [
        (0, 40, 40, 1),
        (1, 20, 20, 2),
        (2, 10, 10, 3),
        (3, 20, 20, 4),
    ]


def test_invoices_and_payments(tables):
    assert rows(tables["payments"], "invoice_day", "payer", "due_day", "paid_day", "amount") == [
        (1, NEAR, 1, 1, 160_000),
        (1, FAR, 2, 2, 70_000),
        (2, NEAR, 2, 2, 80_000),
        (2, FAR, 3, 3, 70_000),
        (3, NEAR, 3, 3, 80_000),
    ]


def test_month_ends(tables):
    assert amounts(tables, Account.WAGES, "day", "payer", "payee") == [
        (2, MANUFACTURER, PEOPLE, 300_000),  # 3,100,000 x 3 / 31
        (3, MANUFACTURER, PEOPLE, 110_714),  # 3,100,000 x 1 / 28
    ]
    assert amounts(tables, Account.COMMISSION, "day") == [(2, 2_400), (3, 800)]
    # 240,000 x 31 is just 2,480,000 x 3; 80,000 x 28 is below 2,480,000 x 1
    assert amounts(tables, Account.BONUS, "day") == [(2, 3_000)]
    assert amounts(tables, Account.REBATE, "day", "payer", "payee") == [
        (2, MANUFACTURER, FAR, 2_800)
    ]
    # 150,000 of stock and an unpaid 70,000 for 3 days; 100,000 of stock for one day
    assert amounts(tables, Account.INTEREST, "day") == [(2, 181), (3, 27)]


def test_daily_money(tables):
    assert amounts(tables, Account.PRODUCTION, "day") == [
        (0, 200_000),
        (1, 100_000),
        (2, 50_000),
        (3, 100_000),
    ]
    assert amounts(tables, Account.FREIGHT, "day") == [(0, 4000), (1, 2000), (2, 1000), (3, 2000)]
    assert amounts(tables, Account.SITE, "day") == [(day, 7_000) for day in range(4)]
    assert amounts(tables, Account.DELIVERY, "day", "outlet") == [
        (1, 0, 1_000),
        (1, 1, 550),
        (2, 0, 1_000),
        (2, 1, 550),
        (3, 0, 1_000),
    ]
    assert amounts(tables, Account.HANDLING, "day", "outlet") == [
        (0, 0, 200),
        (0, 1, 100),
        (1, 0, 100),
        (1, 1, 100),
        (2, 0, 100),
        (3, 0, 100),
        (3, 1, 100),
    ]


def test_best_response_pays_for_effort(tables):
    # S = 2,400,000: full effort earns 24,000 - 1,000, half effort 12,000
    assert rows(tables["effort"], "month", "best", "actual") == [(0, 1, 1.0), (1, 1, 1.0)]


def test_two_stops_share_a_tour():
    market, design = tiny_market()
    both = np.full(2, CARRIERS.index("truck"))
    tables = simulate(with_column(market, "modes", carrier=both), design, WORLD)
    # 320 s at the first stop, 1,112 m at 36 km/h to the second; 2,224 m cost 11,120
    stops = rows(tables["deliveries"], "day", "outlet", "second", "tour")
    assert stops[:2] == [(1, 0, 21_600, 0), (1, 1, 22_031, 0)]
    assert amounts(tables, Account.DELIVERY, "day", "outlet")[:2] == [(1, 0, 6_060), (1, 1, 6_060)]


def test_a_vehicle_of_one_drop_leaves_an_order_behind_and_takes_it_first_next_day():
    market, design = tiny_market()
    market = with_column(market, "vehicles", drops=np.array([1]))
    both = np.full(2, CARRIERS.index("truck"))
    tables = simulate(with_column(market, "modes", carrier=both), design, WORLD)
    stops = rows(tables["deliveries"], "day", "outlet", "order_day")
    assert stops == [(1, 0, 0), (2, 1, 0), (3, 0, 1)]


def test_flow_picking_starts_with_the_order_itself():
    market, design = tiny_market()
    market = with_column(market, "sites", pick_flow=np.array([False, True]))
    tables = simulate(market, design, WORLD)
    ready = rows(tables["deliveries"], "day", "outlet", "ready_second")
    assert ready[:2] == [(1, 0, 29_460 + 660), (1, 1, 36_000 + 660)]


def test_closed_desk_picks_next_morning():
    market, design = tiny_market()
    hours = {"pick_open": np.array([0, 18_000]), "pick_close": np.array([86_400, 64_800])}
    tables = simulate(with_column(market, "sites", **hours), design, WORLD)
    ready = rows(tables["deliveries"], "day", "outlet", "ready_second")
    # at 05:00 of day 1: the truck still takes the first, the carrier brings the second on day 2
    assert ready[:2] == [(1, 0, 86_400 + 18_660), (2, 0, 86_400 + 18_660)]
    assert (2, 1, 86_400 + 19_320) in ready


@pytest.mark.parametrize(("days", "accepted"), [(1, False), (2, True)])
def test_credit_limit_of_one_day_refuses_a_case_of_two_days(days, accepted):
    market, design = tiny_market()
    design = changed(design, terms={"credit_days": np.array([0, days])})
    lines = simulate(market, design, WORLD)["order_lines"]
    first_far = rows(lines, "day", "outlet", "state", "first", "end_day")[1]
    if accepted:
        assert first_far == (0, 1, LineState.DELIVERED, 1, 1)
    else:
        assert first_far == (0, 1, LineState.REFUSED, 0, 0)


def test_overdue_invoice_refuses():
    market, design = tiny_market()
    design = changed(
        design,
        terms={"credit_days": np.array([0, 99]), "payment_delay": np.array([0.0, 500.0])},
    )
    lines = simulate(market, design, WORLD)["order_lines"]
    # invoice of day 1 is due on day 2: in order on days 1 and 2, overdue on day 3
    states = {day: state for day, outlet, state in rows(lines, "day", "outlet", "state") if outlet}
    assert states[0] == states[1] == LineState.DELIVERED
    assert states[3] == LineState.REFUSED


def test_short_stock_is_cut_for_the_last_in_line():
    market, design = tiny_market()
    level = np.array([[-1], [10]])
    tables = simulate(market, changed(design, sites={"level": level}), WORLD)
    lines = rows(
        tables["order_lines"], "outlet", "ordered", "first", "delivered", "state", "end_day"
    )
    assert lines[:2] == [
        (0, 2, 1, 1, LineState.CUT_PART, 1),
        (1, 1, 0, 0, LineState.CUT, 0),
    ]


def test_short_stock_waits_where_backorders_are_allowed():
    market, design = tiny_market()
    level = np.array([[-1], [10]])
    design = changed(design, sites={"level": level}, service={"backorder": np.array([True, True])})
    tables = simulate(market, design, WORLD)
    # level 10, nothing in stock, two cases owed: 30 units are ordered and arrive on day 1
    assert rows(tables["shipments"], "day", "ordered")[0] == (0, 30)
    line = rows(tables["order_lines"], "outlet", "ordered", "first", "delivered", "end_day")[0]
    assert line == (0, 2, 1, 2, 2)


def test_shelf_covers_the_interval_between_order_days():
    market, design = tiny_market()
    every_other_day = sum(1 << day for day in range(0, CYCLE_DAYS, 2))  # Wednesday is day 2
    design = changed(
        design,
        service={"interval_cover": np.array([0.0, 1.0])},
        outlets={"order_days": np.array([0, every_other_day])},
    )
    lines = simulate(market, design, WORLD)["order_lines"]
    # 4 + 2 days of cover: level 30, opening shelf 15; on day 2 the shelf holds 25
    assert rows(lines, "day", "outlet", "ordered") == [(0, 1, 2), (2, 1, 1)]


def test_missed_calls():
    market, design = tiny_market()
    market = with_column(market, "roles", field_seconds=np.array([659]))
    tables = simulate(market, design, WORLD)
    assert set(rows(tables["calls"], "second", "state", "lines")) == {(-1, 0, 0)}
    assert 0 not in tables["order_lines"]["outlet"]


def test_mode_of_no_people_has_no_effort_row(tables):
    assert MT not in tables["effort"]["mode"]
    assert set(tables["shipments"]["site"].tolist()) == {OFFICE}
