"""Facts of the Iowa pack that do not need a simulation."""

import importlib
import re
import sys

import numpy as np
import pandas as pd
import pytest

from channelwright.model.market import CAPTURES, SITE_KINDS
from channelwright.scenario.reading import check, read_scenario
from tests.conftest import ROOT

PACK = ROOT / "scenarios" / "iowa_spirits"
sys.path.insert(0, str(PACK))
history = importlib.import_module("iowa_build.history")
market_tables = importlib.import_module("iowa_build.market")
network = importlib.import_module("iowa_build.network")
LARGEST_BYTES = 6_000_000


@pytest.fixture(scope="module")
def pack():
    return read_scenario(PACK)


def test_pack_has_no_problems_and_stays_small():
    assert check(PACK) == []
    assert sum(path.stat().st_size for path in PACK.rglob("*") if path.is_file()) < LARGEST_BYTES


def test_market_is_387_cities_in_nine_districts_and_nine_brands(pack):
    market = pack.market
    assert (len(market.outlets), len(market.areas), len(market.products)) == (387, 9, 9)
    assert market.areas.population.sum() == pytest.approx(3.12e6, rel=0.01)
    silent = market.outlets.rate.sum(axis=1) == 0
    assert silent.sum() == 8  # cities whose first order lies in the kept-back year


def test_a_case_is_nine_litres_and_the_calendar_is_the_kept_back_year(pack):
    calendar = pack.market.calendar
    assert set(pack.market.products.units_per_case.tolist()) == {12}
    assert market_tables.CASE_LITRES == 9.0
    first = pd.Timestamp(calendar.start) + pd.Timedelta(days=calendar.warmup_days)
    assert first == history.TEST_START
    assert calendar.horizon_days - calendar.warmup_days == 364
    assert len(pack.history["cases_ordered"]) == 52


def test_today_is_one_depot_at_ankeny_with_one_price_for_every_licensee(pack):
    market, today = pack.market, pack.designs["today"]
    stocking = today.sites.open & (market.sites.kind != SITE_KINDS.index("plant"))
    assert [market.sites.ids[row] for row in np.flatnonzero(stocking)] == ["dc_ankeny"]
    assert (today.outlets.site == market.sites.ids.index("dc_ankeny")).all()
    assert len(today.reps) == 0
    assert (market.modes.capture[today.outlets.mode] == CAPTURES.index("calendar")).all()
    prices = today.terms.price_outlet[np.unique(today.outlets.mode)]
    assert (prices == prices[0]).all()


def test_state_sells_at_its_mark_up_on_cost(pack):
    products, terms = pack.market.products, pack.designs["today"].terms
    state = terms.price_outlet[pack.market.modes.ids.index("STATE_TOWN")]
    assert state / products.production_cost == pytest.approx(1.5025, abs=0.001)


def test_order_days_are_daily_in_metros_and_one_a_week_in_towns(pack):
    market = pack.market
    metro = market.modes.ids.index("STATE_METRO")
    for name, days in (("today", 4), ("twice_weekly", 8), ("fortnightly", 2)):
        plan = pack.designs[name].outlets
        count = np.array([int(bits).bit_count() for bits in plan.order_days])
        assert set(count[plan.mode == metro].tolist()) == {20}
        assert set(count[plan.mode != metro].tolist()) == {days}


def test_demand_of_today_does_not_move_with_execution(pack):
    behaviour, modes = pack.market.behaviour, pack.market.modes
    state = [modes.ids.index(name) for name in ("STATE_METRO", "STATE_TOWN")]
    assert behaviour.opening_execution == 0.0
    assert behaviour.floor == 1.0
    assert (modes.lift[state] == 0.0).all()


def test_only_the_privatised_designs_are_counterfactual(pack):
    marked = {name for name, design in pack.designs.items() if design.counterfactual}
    assert marked == {"privatised_offices", "privatised_houses"}
    assert set(pack.requests) == {"two_depots", "three_depots", "four_depots", "optimised"}
    assert set(pack.study.designs) == set(pack.designs) | set(pack.requests)


def test_depots_are_chosen_among_twelve_cities_with_the_warehouse_kept(pack):
    choice = pack.requests["optimised"].sites
    assert (choice.candidates.sum(), choice.minimum, choice.maximum) == (12, 1, 4)
    forced = [pack.market.sites.ids[row] for row in np.flatnonzero(choice.forced)]
    assert forced == ["dc_ankeny"]
    assert len(network.DEPOTS) == 12


def test_truck_is_the_nine_brands_share_of_a_semi_trailer(pack):
    share = market_tables.brand_share(history.training())
    assert share == pytest.approx(0.1457, abs=0.001)
    assert pack.market.vehicles.cases[0] == round(1000 * share)


def test_every_line_of_evidence_is_real_derived_or_assumed(pack):
    kinds = {note.kind for note in pack.notes}
    assert kinds == {"real", "derived", "assumed"}
    text = (PACK / "README.md").read_text(encoding="utf-8")
    for word in ("Apache-2.0", "MIT", "CC BY 4.0", "TIGER/Line", "State of Iowa"):
        assert re.search(re.escape(word), text), word
