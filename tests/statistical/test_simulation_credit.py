"""Credit and cash move the simulated flagship in the right direction."""

from dataclasses import replace
from functools import cache

import numpy as np

from channelwright.foundation.random import Address
from channelwright.model.credit import CreditPolicy, Dunning
from channelwright.model.design import Design
from channelwright.model.limits import SiteLimits
from channelwright.model.market import Market
from channelwright.model.payments import PaymentBehaviour
from channelwright.rules.kpi import kpi_table
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.stats import paired_interval
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

DAYS, REPLICATIONS = 84, 3
WANTED = ("sell_out_units", "bad_debt", "overdue", "sell_in_cases", "cases_cut_for_cash")


@cache
def world() -> tuple[Market, Design]:
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    return shorten(pack.market, DAYS), pack.designs["today"]


def paying(market: Market, default_rate: float) -> Market:
    """Accounts stop paying at a rate per month; bills are written off after five weeks."""
    count = len(market.segments)
    behaviour = PaymentBehaviour(
        delay_factor=np.ones(count),
        spread=np.full(count, 0.2),
        part_chance=np.zeros(count),
        part_share=np.zeros(count, dtype=np.int64),
        default_rate=np.full(count, default_rate),
        default_days=np.full(count, 60),
        write_off_days=np.full(count, 35),
        recovered=np.full(count, 200_000),
    )
    return replace(market, payments=behaviour)


def with_credit_days(design: Design, days: int) -> Design:
    """Give every mode with a limit the same days of credit, checked from the first late day on."""
    terms = design.terms
    limited = terms.credit_days > 0
    return replace(
        design,
        terms=replace(
            terms,
            credit_days=np.where(limited, days, 0),
            overdue_grace=np.where(limited, 5 if days < 30 else 3_650, terms.overdue_grace),
        ),
    )


@cache
def loose(default_rate: float) -> dict[str, np.ndarray]:
    market, design = world()
    return kpis(paying(market, default_rate), with_credit_days(design, 120))


@cache
def rich() -> dict[str, np.ndarray]:
    market, design = world()
    return kpis(limited(market, 1_000.0), design)


def kpis(market: Market, design: Design) -> dict[str, np.ndarray]:
    found: dict[str, list[float]] = {name: [] for name in WANTED}
    for replication in range(REPLICATIONS):
        sink = MemorySink()
        replicate(market, design, Address(7, replication), sink)
        table = kpi_table(market, design, {name: sink.table(name) for name in sink.names()})
        total = table[(table["area"] == "all") & (table["mode"] == "all")]
        values = total.set_index("kpi")["value"]
        for name in WANTED:
            found[name].append(float(values.get(name, 0.0)))
    return {name: np.array(values) for name, values in found.items()}


def test_looser_terms_sell_more_and_lose_more() -> None:
    market, design = world()
    tight = kpis(paying(market, 0.05), with_credit_days(design, 6))
    assert paired_interval(loose(0.05)["sell_out_units"], tight["sell_out_units"]).low > 0
    assert paired_interval(loose(0.05)["bad_debt"], tight["bad_debt"]).low > 0


def test_without_defaults_little_is_lost() -> None:
    """The mechanism is off: what is left is five weeks late by its own delay."""
    on, off = loose(0.05)["bad_debt"], loose(0.0)["bad_debt"]
    assert paired_interval(on, off).low > 0
    assert off.max() < 0.1 * on.min()


def test_reminders_lower_what_is_overdue() -> None:
    """Against reminders without effect."""
    market, design = world()
    market = paying(market, 0.0)

    def reminded(keep: int) -> Design:
        levels = Dunning(np.array([2]), np.array([20_000]), np.array([keep]))
        return replace(design, credit=CreditPolicy(dunning=levels))

    idle, sharp = kpis(market, reminded(1_000_000)), kpis(market, reminded(100_000))
    assert paired_interval(sharp["overdue"], idle["overdue"]).high < 0


def limited(market: Market, share: float) -> Market:
    """Owners of independent sites start with a share of their working capital and no line."""
    sites = market.sites
    count = len(sites)
    return replace(
        market,
        limits=SiteLimits(
            cash=sites.independent.copy(),
            opening_cash=(sites.working_capital * share).astype(np.int64),
            credit_line=np.zeros(count, dtype=np.int64),
            interest=np.full(count, 60_000),
            capacity=np.zeros(count, dtype=bool),
        ),
    )


def test_distributors_short_of_cash_order_less() -> None:
    market, design = world()
    short, ample = kpis(limited(market, 0.0), design), rich()
    assert paired_interval(short["sell_in_cases"], ample["sell_in_cases"]).high < 0
    assert paired_interval(short["sell_out_units"], ample["sell_out_units"]).high < 0
    assert short["cases_cut_for_cash"].min() > 0


def test_ample_cash_cuts_nothing() -> None:
    """A limit that never binds changes no order."""
    free, ample = kpis(*world()), rich()
    assert ample["cases_cut_for_cash"].max() == 0
    assert np.array_equal(ample["sell_in_cases"], free["sell_in_cases"])
    assert np.array_equal(ample["sell_out_units"], free["sell_out_units"])
