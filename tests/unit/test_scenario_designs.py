"""Designs and requests are what their files say."""

import numpy as np
import pytest

from channelwright.model.study import Pack
from channelwright.scenario import read_scenario
from channelwright.scenario.calendar_builder import weekday_numbers
from channelwright.scenario.design_builder import order_slots
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_scenario(ROOT / "tests/data/packs/tiny")


def site(pack: Pack, name: str) -> int:
    return pack.market.sites.ids.index(name)


def mode(pack: Pack, name: str) -> int:
    return pack.market.modes.ids.index(name)


def outlet(pack: Pack, name: str) -> int:
    return pack.market.outlets.ids.index(name)


def test_site_plan(pack: Pack) -> None:
    plan = pack.designs["today"].sites
    assert plan.open.sum() == 9
    assert not plan.open[site(pack, "tier1_b")]
    assert plan.parent[site(pack, "tier2")] == site(pack, "tier1")
    assert plan.parent[site(pack, "plant")] == -1
    assert plan.mode[site(pack, "plant")] == -1
    assert plan.safety_days[site(pack, "dc")] == 4
    assert plan.vehicles[site(pack, "office")] == 2
    assert plan.pickers[site(pack, "office")] == 2
    assert (plan.level == -1).all()
    assert pack.designs["online"].sites.level[site(pack, "whole_1"), 0] == 480


def test_prices_follow_the_ladder_and_special_prices_replace_it(pack: Pack) -> None:
    today, online = pack.designs["today"].terms, pack.designs["online"].terms
    eb2b, dsd = mode(pack, "EB2B"), mode(pack, "DSD")
    # 42.0 with 20 % VAT is 35; the index of water is 0.4.
    assert today.price_outlet[dsd].tolist() == [350_000, 140_000]
    assert today.price_outlet[eb2b].tolist() == [337_500, 135_000]
    assert online.price_outlet[eb2b].tolist() == [337_500, 129_167]
    assert today.quota[dsd] == 50_000_000
    assert today.bonus[dsd] == 1_000_000
    assert today.commission[dsd] == 10_000
    assert today.outlet_rebate[mode(pack, "MT")] == 150_000
    assert today.overdue_grace[mode(pack, "WS")] == 3650
    assert today.online_fee == 0
    assert online.online_fee == 1_000


def test_service_rules(pack: Pack) -> None:
    service = pack.designs["today"].service
    assert service.cutoff[mode(pack, "EB2B")] == 15 * 3600
    assert service.order_open[mode(pack, "DSD")] == 8 * 3600
    assert service.backorder[mode(pack, "MT")]
    assert service.tariff_drop[mode(pack, "MT")] == 250_000
    assert service.reorder_days.tolist() == [-1, -1, 6, -1, -1, 5]


def test_outlets_without_a_site_get_the_nearest_of_their_mode(pack: Pack) -> None:
    plan = pack.designs["today"].outlets
    assert plan.site[outlet(pack, "h5")] == site(pack, "whole_1")
    assert plan.mode[outlet(pack, "i3")] == -1
    assert plan.site[outlet(pack, "i3")] == -1


def test_sources_are_options_with_the_server_first(pack: Pack) -> None:
    options = pack.designs["today"].outlets.options
    whole = [site(pack, "whole_1"), site(pack, "whole_2")]
    assert options[outlet(pack, "h5")].tolist() == whole
    assert options[outlet(pack, "m3")].tolist() == whole[::-1]
    assert options[outlet(pack, "h1")].tolist() == [site(pack, "office"), -1]


def test_headcount_is_given_or_by_workload(pack: Pack) -> None:
    today, online = pack.designs["today"], pack.designs["online"]
    assert len(today.reps) == 4
    assert sorted(online.reps.site.tolist()) == sorted(today.reps.site.tolist())
    called = today.outlets.rep >= 0
    assert called.sum() == 9


def test_online_outlets_are_those_of_segments_and_areas(pack: Pack) -> None:
    assert not pack.designs["today"].outlets.o2o.any()
    chosen = np.flatnonzero(pack.designs["online"].outlets.o2o)
    assert [pack.market.outlets.ids[row] for row in chosen] == ["h1", "h2", "h3", "h5", "h6", "h7"]


def test_order_days_of_uncalled_outlets(pack: Pack) -> None:
    days = pack.designs["today"].outlets.order_days
    every_monday_and_thursday = sum(1 << (7 * week + day) for week in range(4) for day in (0, 3))
    assert days[outlet(pack, "h4")] == every_monday_and_thursday
    assert days[outlet(pack, "h5")] == 2**28 - 1
    spread = int(days[outlet(pack, "h6")])
    assert spread.bit_count() == 2  # one weekday, every other week
    low = (spread & -spread).bit_length() - 1
    assert spread == (1 << low) | (1 << (low + 14))


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("all", (0, 1, 2, 3, 4, 5, 6)),
        ("mon,thu", (0, 3)),
        ("Thu; mon", (0, 3)),
        ("", ()),
        ("mon,every", ()),
    ],
)
def test_weekdays_of_a_list(text: str, days: tuple[int, ...]) -> None:
    assert weekday_numbers(text) == days


@pytest.mark.parametrize("every", [1, 2, 4])
def test_spread_slots_share_the_cycle(every: int) -> None:
    weekdays = (0, 1, 2, 3, 4)
    whole = int(order_slots(weekdays, every, spread=False)[0])
    slots = order_slots(weekdays, every, spread=True)
    assert len(slots) == 5 * every
    # Every slot orders equally often, no day is used twice, and all days of the cycle are used.
    assert {int(slot).bit_count() for slot in slots} == {4 // every}
    assert int(np.bitwise_or.reduce(slots)).bit_count() == 20
    assert int(slots.sum()).bit_count() == 20
    assert whole.bit_count() == 20 // every


def test_request(pack: Pack) -> None:
    request = pack.requests["chosen"]
    assert request.sites is not None
    assert request.headcount is not None
    assert request.terms is not None
    assert np.flatnonzero(request.sites.candidates).tolist() == [
        site(pack, "tier1"),
        site(pack, "tier2"),
        site(pack, "tier1_b"),
    ]
    assert request.sites.second_tier is not None
    pairs = np.argwhere(request.sites.second_tier.parents).tolist()
    assert pairs == [[site(pack, "tier2"), site(pack, "tier1")]]
    assert request.sites.radius_metres == 40_000
    assert request.sites.locked.sum() == 2
    assert (request.sites.minimum, request.sites.maximum) == (1, 3)
    assert request.headcount.frequencies == (0.5, 1.0, 2.0)
    assert request.headcount.locked[site(pack, "office"), mode(pack, "DSD")] == 1
    assert request.headcount.maximum_people == 6
    assert request.terms.commission.tolist() == [5_000, 10_000, 20_000]
    assert request.terms.reservation_pay.tolist() == [3_100_000, 1_600_000]
    start, today = request.start, pack.designs["today"]
    assert (start.outlets.site == today.outlets.site).all()
    assert (start.terms.price_outlet == today.terms.price_outlet).all()
    assert start.reps.ids == today.reps.ids


def test_design_file_replaces_whole_parts_of_the_one_it_extends(pack: Pack) -> None:
    today, online = pack.designs["today"], pack.designs["online"]
    assert online.title == "Shops sell online, people by workload"
    assert (online.sites.parent == today.sites.parent).all()
    assert (online.service.cutoff == today.service.cutoff).all()
