"""Approval desk and pick desk against queueing theory; Little's law; DSO in closed form."""

import math
from dataclasses import replace

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.approval import ApprovalDesk
from channelwright.model.contracts import Contracts
from channelwright.model.credit import CreditPolicy, CreditRules
from channelwright.model.design import Design
from channelwright.model.market import LAW_FIXED
from channelwright.rules.kpi import kpi_table
from channelwright.simulation import replicate
from channelwright.simulation.delivery import parcels
from channelwright.simulation.evening import picking
from channelwright.simulation.evening.picking import queue
from channelwright.tables.sink import MemorySink
from tests.published.test_simulation_queues import erlang_c
from tests.support import random_market
from tests.support.queues import assert_little, number_in_queue, run
from tests.support.worlds import desk_world, real, whole

OUTLETS, ORDERS_A_DAY = 4_000, 100.0
FIXED, EXPONENTIAL = 0, 1


def wait_in_mmc(load: float, servers: int) -> float:
    """Mean wait over mean service in M/M/c (Erlang 1917)."""
    return erlang_c(load, servers) / (servers - load)


def wait_in_mdc(load: float, servers: int) -> float:
    """Mean wait over service in M/D/c (Crommelin 1932).

    Seen every service time, the number in the system is a Markov chain: those in service leave,
    Poisson(load) arrive. Its law is that of any moment; Little's law gives the wait.
    """
    size = 400
    arrivals = [math.exp(-load)]
    for n in range(1, size):
        arrivals.append(arrivals[-1] * load / n)
    step = np.zeros((size, size))
    for here in range(size):
        left = max(0, here - servers)
        step[here, left:] = arrivals[: size - left]
    law = np.full(size, 1.0 / size)
    for _ in range(3_000):
        law = law @ step
    law /= law.sum()
    return (float(law @ np.arange(size)) - load) / load


def weekly(waits: np.ndarray) -> tuple[float, float]:
    return float(waits.mean()), float(waits.std(ddof=1) / math.sqrt(len(waits)))


def orders_world(weeks: int, *, pickers: int = 0, seconds: int = 0, law: int = FIXED):
    """Each outlet keeps one unit and orders at a uniform second of the day after it is sold.

    Orders of so many outlets arrive as a Poisson process to within 1 / outlets.
    """
    rate = ORDERS_A_DAY / OUTLETS
    daily = -math.log(1 - rate / (1 - rate))
    return desk_world(
        outlets=OUTLETS,
        daily=daily,
        days=28 + 7 * weeks,
        pickers=pickers,
        pick_seconds=seconds,
        pick_law=law,
        cover_days=1 / daily,
    )


def with_desk(design: Design, clerks: int, seconds: int, law: int) -> Design:
    """Every order asks at a desk that never closes."""
    desk = ApprovalDesk(
        ask=real(1.0),
        discount=whole(50_000),
        granted=real(0.4),
        clerks=whole(clerks),
        seconds=whole(seconds),
        law=whole(law),
        opens=whole(0),
        closes=whole(86_400),
    )
    return replace(design, credit=CreditPolicy(approval=desk))


def approval_waits(clerks: int, load: float, law: int, weeks: int) -> tuple[np.ndarray, float]:
    """Mean wait of each week over mean decision time at the shipped desk, and the load it had."""
    seconds = round(load * 86_400 / ORDERS_A_DAY)
    market, design = orders_world(weeks)
    sink = MemorySink()
    replicate(market, with_desk(design, clerks, seconds, law), Address(5, clerks), sink)
    cells = sink.table("approval_cells")
    rows = cells["period"] >= 0
    asked = cells["requests"][rows]
    return cells["wait"][rows] / asked / seconds, asked.sum() * seconds / (weeks * 7 * 86_400)


@pytest.mark.parametrize(
    ("clerks", "load", "law", "wait"),
    [
        (1, 0.7, FIXED, wait_in_mdc),
        (3, 2.4, FIXED, wait_in_mdc),
        (3, 2.4, EXPONENTIAL, wait_in_mmc),
    ],
)
def test_waits_at_the_approval_desk(clerks, load, law, wait) -> None:
    """Requests that are decided after 19:00 wait a day more, so the load is the one that came."""
    waits, came = approval_waits(clerks, load, law, 60)
    assert abs(came - load) < 0.05 * load
    mean, error = weekly(waits)
    theory = wait(came, clerks)
    assert error < 0.15 * theory
    assert abs(mean - theory) < 4 * error


def test_crommelin_with_one_server_is_pollaczek() -> None:
    assert wait_in_mdc(0.7, 1) == pytest.approx(0.7 / 0.6, rel=1e-6)
    assert wait_in_mdc(2.4, 3) < wait_in_mmc(2.4, 3)


def test_fixed_picking_waits_as_m_d_c() -> None:
    load, pickers, weeks = 2.4, 3, 60
    seconds = round(load * 86_400 / ORDERS_A_DAY)
    market, design = orders_world(weeks, pickers=pickers, seconds=seconds, law=FIXED)
    sink = MemorySink()
    replicate(market, design, Address(8, 0), sink)
    cells = sink.table("site_cells")
    rows = (cells["site"] == 1) & (cells["period"] >= 0)
    picked = cells["orders_picked"][rows]
    mean, error = weekly(cells["pick_wait"][rows] / picked / seconds)
    theory = wait_in_mdc(picked.sum() * seconds / (weeks * 7 * 86_400), pickers)
    assert error < 0.15 * theory
    assert abs(mean - theory) < 4 * error


# ---------------------------------------------------------------- Little 1961: L = lambda W
# All other queues: tests/property/test_simulation_queues.py.
def one_clerk_a_mode(market, design: Design) -> Design:
    """A busy desk for every mode, always open, in the place of the market's own."""
    desk = with_desk(design, 1, 4_000, EXPONENTIAL).credit.approval
    modes = len(market.modes)
    columns = {name: np.repeat(getattr(desk, name), modes) for name in desk.__dataclass_fields__}
    return replace(design, credit=CreditPolicy(approval=ApprovalDesk(**columns)))


@pytest.mark.parametrize("seed", range(30))
def test_little_at_busy_approval_desks_of_random_markets(seed: int) -> None:
    """The number waiting, swept from the requests, is their count times their mean wait."""
    market, design = random_market(seed)
    tables, nights = run(market, one_clerk_a_mode(market, design), Address(seed, 0))
    assert_little(tables, nights)


def test_little_at_the_pick_desk() -> None:
    market, design = orders_world(4, pickers=2, seconds=1_300, law=FIXED)
    sink = MemorySink()
    replicate(market, design, Address(3, 0), sink, keep="orders")
    got, lines = sink.table("deliveries"), sink.table("order_lines")
    placed = {
        (d, o): s for d, o, s in zip(lines["day"], lines["outlet"], lines["second"], strict=True)
    }
    arrive = np.array([placed[key] for key in zip(got["order_day"], got["outlet"], strict=True)])
    midnight = got["order_day"] * 86_400
    begin = midnight + got["ready_second"] - 1_300
    cells = sink.table("site_cells")
    still = cells["orders_picked"].sum() - len(begin)  # picked and not delivered at the end
    assert 0 <= still < 3 * ORDERS_A_DAY
    area = number_in_queue(midnight + arrive, begin)
    mean_wait = area / len(begin)
    assert cells["pick_wait"].sum() / cells["orders_picked"].sum() == pytest.approx(
        mean_wait, rel=0.1
    )


class Watched:
    """The queue that desks and benches share, with what goes through it."""

    def __init__(self) -> None:
        self.rows: list[tuple[np.ndarray, ...]] = []
        self.servers = np.zeros(0, dtype=np.int64)

    def __call__(self, site, release, service, hours, servers, free):
        ready = queue(site, release, service, hours, servers, free)
        self.rows.append((site, release, ready - service, ready))
        self.servers = servers
        return ready

    def at(self, site: int) -> tuple[np.ndarray, ...]:
        """Release, begin and end of service at one site."""
        parts = [np.concatenate(part) for part in zip(*self.rows, strict=True)]
        mine = parts[0] == site
        return tuple(part[mine] for part in parts[1:])


def most_at_once(arrive: np.ndarray, leave: np.ndarray) -> int:
    """Most that are there together; who leaves at a moment makes room for who comes."""
    moments = np.concatenate([leave, arrive])
    change = np.concatenate([-np.ones_like(leave), np.ones_like(arrive)])
    return int(np.cumsum(change[np.argsort(moments, kind="stable")]).max(initial=0))


def watched(seed: int, monkeypatch: pytest.MonkeyPatch):
    market, design = random_market(seed)
    desk, bench, sink = Watched(), Watched(), MemorySink()
    monkeypatch.setattr(picking, "queue", desk)
    monkeypatch.setattr(parcels, "queue", bench)
    replicate(market, design, Address(seed, 0), sink, keep="orders")
    return desk, bench, sink


@pytest.mark.parametrize("seed", range(40))
def test_little_at_the_pick_desks_of_random_markets(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The waiting that the tables count is the number in the queue, swept over its moments."""
    desk, _, sink = watched(seed, monkeypatch)
    if not desk.rows:
        return
    cells = sink.table("site_cells")
    for site in np.unique(np.concatenate([rows[0] for rows in desk.rows])).tolist():
        release, begin, ready = desk.at(site)
        here = cells["site"] == site
        assert cells["orders_picked"][here].sum() == len(release)
        assert cells["pick_wait"][here].sum() == number_in_queue(release, begin)
        working = begin < ready  # who needs no time takes no picker
        if desk.servers[site] > 0:
            assert most_at_once(begin[working], ready[working]) <= desk.servers[site]


@pytest.mark.parametrize("seed", range(40))
def test_little_at_the_packing_benches_and_on_the_way_of_parcels(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Parcels that have left the stock, counted every night, are what the orders say of days."""
    nights: list[int] = []
    allocate = parcels.Parcels.allocate

    def counted(self: parcels.Parcels) -> None:
        allocate(self)
        nights.append(len(self._sent))

    monkeypatch.setattr(parcels.Parcels, "allocate", counted)
    _, bench, sink = watched(seed, monkeypatch)
    if "parcels" not in sink.names():
        return
    orders, end = sink.table("parcels"), len(nights)
    sent = orders["sent_day"] >= 0
    came = np.where(orders["delivered_day"] < 0, end, orders["delivered_day"])
    assert sum(nights) == (came - orders["sent_day"])[sent].sum()
    for site in np.unique(np.concatenate([rows[0] for rows in bench.rows])).tolist():
        release, begin, ready = bench.at(site)
        assert len(release) == (sent & (orders["site"] == site)).sum()
        working = begin < ready
        if bench.servers[site] > 0:
            assert most_at_once(begin[working], ready[working]) <= bench.servers[site]
        # Sent on the evening of its release, delivered days after the day on which it is packed.
        day = np.sort(release // 86_400)
        assert np.array_equal(day, np.sort(orders["sent_day"][sent & (orders["site"] == site)]))


def test_desks_and_benches_of_random_markets_have_queues(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the two tests above count is there."""
    waiting = {"desk": 0, "bench": 0}
    for seed in range(40):
        desk, bench, _ = watched(seed, monkeypatch)
        for name, queued in (("desk", desk), ("bench", bench)):
            waits = [(rows[2] - rows[1]).sum() for rows in queued.rows if len(rows[0])]
            waiting[name] += sum(waits) > 0
    assert min(waiting.values()) >= 5, waiting


# ---------------------------------------------------------------- days sales outstanding
def dso(design: Design, market) -> list[float]:
    """Days of all modes, then of the only one; empty where nothing is sold on terms."""
    sink = MemorySink()
    replicate(market, design, Address(2, 0), sink)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    found = table[table["kpi"] == "dso"].sort_values("mode", key=lambda mode: mode != "all")
    return found["value"].to_list()


def constant_world(outlets: int, **terms: np.ndarray):
    """Every outlet sells and buys one unit a day."""
    market, design = desk_world(outlets=outlets, daily=1.0, days=168, law=LAW_FIXED, cover_days=9.0)
    # The opening order is larger than the others: it must be paid before days are counted.
    market = replace(market, calendar=replace(market.calendar, warmup_days=56))
    return market, replace(design, terms=replace(design.terms, **terms))


@pytest.mark.parametrize("days", [1, 7, 30])
def test_dso_of_constant_terms_is_the_terms(days: int) -> None:
    market, design = constant_world(20, outlet_days=whole(days))
    assert dso(design, market) == pytest.approx([days, days], abs=1e-9)


def test_cash_sales_are_not_outstanding_and_not_in_the_quotient() -> None:
    """Half of the outlets pay at once: those on terms are owed for as long as before."""
    market, design = constant_world(20)
    assert dso(design, market) == []
    outlets = replace(market.outlets, chain=np.where(np.arange(20) < 10, 0, -1))
    market = replace(market, outlets=outlets, chain_ids=("chain",))
    none, nobody = whole(0), np.zeros((1, 0), dtype=np.int64)
    terms = whole(14), nobody, nobody, none, none, none, none, none, none, whole(127)
    design = replace(design, contracts=Contracts(np.ones((1, 1), dtype=np.bool_), *terms))
    assert dso(design, market) == pytest.approx([14, 14], abs=1e-9)


@pytest.mark.parametrize(("terms", "limit"), [(14, 30), (0, 10)])
def test_credit_in_use_is_days_owed_over_days_of_the_limit(terms: int, limit: int) -> None:
    """A day's purchase is ordered, then owed for its terms; the limit is days of purchases."""
    days = {"outlet_days": whole(terms), "credit_days": whole(limit), "overdue_grace": whole(99)}
    market, design = constant_world(20, **days)
    sink = MemorySink()
    replicate(market, design, Address(2, 0), sink)
    table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
    found = table.loc[table["kpi"] == "credit_use", "value"].to_list()
    assert found == [pytest.approx((terms + 1) / limit)]


def test_dso_with_delays_is_terms_plus_mean_delay() -> None:
    """A floored exponential delay of mean m is geometric with mean 1 / (exp(1 / m) - 1)."""
    terms, mean, outlets = 7, 5.0, 400
    market, design = constant_world(outlets, outlet_days=whole(terms), payment_delay=real(mean))
    theory = terms + 1 / math.expm1(1 / mean)
    spread = math.exp(1 / mean) ** 0.5 / math.expm1(1 / mean)
    error = spread / math.sqrt(outlets * 112)
    # 112 invoices of each outlet are measured, one a day; ends of the window move it by 1 / 112.
    assert abs(dso(design, market)[0] - theory) < 5 * error


def test_prepaid_sales_are_not_outstanding() -> None:
    """Paid at the order and delivered the day after: no sale on terms, and no part of another's."""
    market, design = constant_world(20)
    rules = CreditRules(
        whole(0), real(1.0), whole(9), whole(0), whole(0), whole(0), whole(10**6), whole(10**6)
    )
    design = replace(design, credit=CreditPolicy(rules))
    assert dso(design, market) == []
