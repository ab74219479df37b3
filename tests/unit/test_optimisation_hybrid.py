"""Hybrids of two designs: ends, groups, and that every one of them stands on its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

import channelwright.scenario
from channelwright.foundation.errors import UsageError
from channelwright.foundation.random import Address
from channelwright.model.contracts import Contracts
from channelwright.optimisation.hybrid import GROUPS, differing_groups, hybrid
from channelwright.optimisation.neighbours import Move, moved
from channelwright.rules.redraft import draft_of
from channelwright.scenario import read_scenario
from channelwright.scenario.built_checks import built_problems
from channelwright.simulation import replicate
from channelwright.store.identity import content_digest
from channelwright.studies.bridge import WORDS
from channelwright.studies.bridge_stages import DIVERSION, RIVALS
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"
SUBSETS = [set(part) for size in range(7) for part in combinations(GROUPS, size)]


@pytest.fixture(scope="module")
def pack():
    return read_scenario(EXAMPLE)


@pytest.fixture(scope="module")
def flagship():
    return read_scenario(ROOT / "scenarios" / "yangtze_beverage")


def contracts(market, listed):
    chains, products = int(market.outlets.chain.max()) + 1, len(market.products)
    none = np.zeros(chains, dtype=np.int64)
    return Contracts(
        listed=np.full((chains, products), listed) | (np.arange(products) == 0),
        days=none - 1,
        tier_value=np.zeros((chains, 0), dtype=np.int64),
        tier_rebate=np.zeros((chains, 0), dtype=np.int64),
        allowance=none + (0 if listed else 10_000),
        display_fee=none,
        leaflet_fee=none,
        entry_fee=none,
        penalty=none,
        dc_days=none,
        window_days=none + 127,
    )


def far_apart(market, one, two):
    """Make two designs differ in every group."""
    dsd = market.modes.ids.index("DSD")
    office = int(two.reps.site[two.reps.mode == dsd][0])
    two = moved(market, two, (Move("people", dsd, office, 1.0),))
    outlets = two.outlets
    dropped = np.flatnonzero(outlets.mode >= 0)[::9]
    columns = {name: np.array(getattr(outlets, name)) for name in ("mode", "site", "rep")}
    for column in columns.values():
        column[dropped] = -1
    options = np.array(outlets.options)
    options[dropped] = -1
    days = np.array(outlets.order_days)
    days[dropped] = 0
    plan = replace(outlets, **columns, options=options, order_days=days)
    service = replace(two.service, cover_days=two.service.cover_days + 1.5)
    terms = replace(two.terms, commission=two.terms.commission + 1_000)
    one = replace(one, contracts=contracts(market, True))
    two = replace(
        two, outlets=plan, service=service, terms=terms, contracts=contracts(market, False)
    )
    return one, two


def stands(market, design):
    """Check what the simulation takes for granted, and the checks of a pack."""
    plan, sites = design.outlets, design.sites
    covered = plan.mode >= 0
    assert (plan.site[covered] >= 0).all()
    assert sites.open[plan.site[covered]].all()
    used = plan.options[covered]
    assert sites.open[used[used >= 0]].all()
    np.testing.assert_array_equal(plan.options[covered, 0], plan.site[covered])
    parents = sites.parent[sites.open]
    assert sites.open[parents[parents >= 0]].all()
    assert (plan.rep < len(design.reps)).all()
    called = plan.rep >= 0
    np.testing.assert_array_equal(design.reps.site[plan.rep[called]], plan.site[called])
    np.testing.assert_array_equal(design.reps.mode[plan.rep[called]], plan.mode[called])
    assert not list(built_problems(market, draft_of(market, design)))


def test_the_ends_are_the_designs_themselves(pack):
    market, one, two = pack.market, pack.designs["today"], pack.designs["assisted"]
    assert hybrid(market, one, two, ()) is one
    assert content_digest(hybrid(market, one, two, GROUPS)) == content_digest(two)
    groups = differing_groups(market, one, two)
    assert groups == ("modes",)
    assert content_digest(hybrid(market, one, two, groups)) == content_digest(two)
    assert differing_groups(market, one, one) == ()
    assert set(WORDS) == {*GROUPS, DIVERSION, RIVALS}


def test_every_hybrid_of_far_designs_is_valid(pack):
    market = pack.market
    one, two = far_apart(market, pack.designs["today"], pack.designs["assisted"])
    assert differing_groups(market, one, two) == GROUPS
    seen = {content_digest(hybrid(market, one, two, part)) for part in SUBSETS}
    assert len(seen) == len(SUBSETS)
    for part in SUBSETS[1:-1]:
        stands(market, hybrid(market, one, two, part))
        stands(market, hybrid(market, two, one, part))


def test_hybrids_of_the_flagship_are_valid(flagship):
    market, designs = flagship.market, flagship.designs
    for name in ("direct", "assisted_area", "hybrid_online"):
        for part in SUBSETS[1:7] + SUBSETS[-7:-1]:
            stands(market, hybrid(market, designs["today"], designs[name], part))


def test_hybrids_can_be_simulated(pack):
    market = shorten(pack.market, 35)
    one, two = far_apart(market, pack.designs["today"], pack.designs["direct"])
    for part in ({"modes"}, {"coverage", "prices"}, {"calls", "range"}, {"availability", "modes"}):
        sink = MemorySink()
        replicate(market, hybrid(market, one, two, part), Address(1, 0), sink)
        assert sink.table("cells")["cases_delivered"].sum() > 0


def test_a_group_holds_what_it_says(pack):
    market = pack.market
    one, two = far_apart(market, pack.designs["today"], pack.designs["assisted"])

    def of(*groups):
        return hybrid(market, one, two, groups)

    shared = (one.outlets.mode >= 0) & (two.outlets.mode >= 0)
    modes = of("modes")
    np.testing.assert_array_equal(modes.outlets.mode[shared], two.outlets.mode[shared])
    np.testing.assert_array_equal(modes.outlets.mode[~shared], one.outlets.mode[~shared])
    assert modes.terms is one.terms
    assert (of("coverage").outlets.mode[~shared] == two.outlets.mode[~shared]).all()
    assert of("prices").terms is two.terms
    assert of("prices").contracts.listed is one.contracts.listed
    assert of("range").contracts.listed is two.contracts.listed
    assert (of("range").contracts.allowance == one.contracts.allowance).all()
    np.testing.assert_array_equal(of("availability").service.cover_days, two.service.cover_days)
    np.testing.assert_array_equal(of("calls").service.cover_days, one.service.cover_days)


def test_an_unknown_group_is_refused(pack):
    market, one, two = pack.market, pack.designs["today"], pack.designs["assisted"]
    with pytest.raises(UsageError, match="no group is called 'price'; groups: modes"):
        hybrid(market, one, two, {"price"})
