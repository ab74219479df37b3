"""Steps of a bridge that are answers of the world: free choice of the source, and rivals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import channelwright.scenario
from channelwright.cli.main import main
from channelwright.model.catchment import Catchment, Consumers, Reach, Rivals
from channelwright.model.source_choice import SourceChoice
from channelwright.model.stock import StockPlan, Suppliers
from channelwright.rules.catchment import has_rivals, outlet_cases, rival_cases, rivals_held
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of
from channelwright.rules.sourcing import assigned_only, is_free
from channelwright.scenario import read_scenario
from channelwright.studies import simulate
from channelwright.studies.bridge import bridge
from channelwright.studies.setting import Setting
from tests.support.shorten import shorten

EXAMPLE = Path(channelwright.scenario.__file__).parent / "example"
HERE = Setting(workers=1)
KPIS = ("delivered_cases", "contribution")


def catchment_of(market, pull):
    """Consumers at every outlet reach all outlets of their area, and its rival if it pulls."""
    area, outlets = market.outlets.area, np.arange(len(market.outlets))
    home, place = np.nonzero(area[:, None] == area[None, :])
    cases = 14 * (market.outlets.rate / market.products.units_per_case).sum(axis=1)
    return Catchment(
        Consumers(tuple(f"c{row}" for row in outlets), cases),
        Rivals(tuple(f"r{row}" for row in range(len(market.areas))), np.arange(len(market.areas))),
        2.0,
        Reach(home, place, np.ones(len(home))),
        Reach(outlets, area, np.full(len(outlets), pull)),
    )


def fewer(market, design):
    """The design without every third outlet, name ``few``."""
    draft = draft_of(market, design)
    mode = np.where(np.arange(len(draft.mode)) % 3 == 0, -1, draft.mode)
    return replace(complete(market, replace(draft, mode=mode)), name="few")


def with_little(design):
    """The design whose wholesaler with most choosing outlets keeps no stock."""
    options = design.outlets.options
    house = int(np.bincount(options[options[:, 1] >= 0, 0]).argmax())
    level = design.sites.level.copy()
    level[house] = 0
    return replace(design, sites=replace(design.sites, level=level))


def world(pull=4.0):
    """The example over nine weeks with consumers who choose; today, today with fewer outlets.

    One wholesaler is short of stock, so that it matters who may buy elsewhere.
    """
    pack = read_scenario(EXAMPLE)
    market = shorten(pack.market, 63)
    market = replace(
        market,
        catchment=catchment_of(market, pull),
        source_choice=SourceChoice(credit=0.0, minimum=0.0, wait=0.0, stock=1.0),
    )
    today = with_little(pack.designs["today"])
    return replace(pack, markets={"base": market}), fewer(market, today), today


def runs_in(pack, designs, out):
    return simulate(pack, designs, replications=2, out=out, workers=1, baseline=designs[0].name)


def mean(runs, kpi, design):
    found = runs.kpis()
    return found[(found["kpi"] == kpi) & (found["design"] == design)]["value"].mean()


def step(found, kpi, group):
    (row,) = found.steps[(found.steps["kpi"] == kpi) & (found.steps["group"] == group)].itertuples()
    return row


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    pack, few, today = world()
    return runs_in(pack, [few, today], tmp_path_factory.mktemp("results"))


@pytest.fixture(scope="module")
def found(runs):
    return bridge(runs, "today", setting=HERE)


def test_held_rivals_leave_the_start_as_it_is_and_give_nothing():
    pack, few, today = world()
    real = pack.market
    held = rivals_held(real, few)
    assert has_rivals(real)
    assert not has_rivals(held)
    np.testing.assert_allclose(
        outlet_cases(held.catchment, few), outlet_cases(real.catchment, few), rtol=1e-12
    )
    assert not rival_cases(held.catchment, few).any()
    # What the outlets that come sell more in the full world is what rivals sell less there.
    gain = outlet_cases(real.catchment, today) - outlet_cases(held.catchment, today)
    lost = rival_cases(real.catchment, few) - rival_cases(real.catchment, today)
    assert gain.sum() > 1
    assert 0 < gain.sum() < lost.sum()


def test_the_assigned_source_alone_is_left():
    _, _, today = world()
    site = int(np.flatnonzero(today.sites.open & (today.sites.parent >= 0))[-1])
    parent = int(today.sites.parent[site])
    given = Suppliers(
        np.array([site, site]), np.array([parent, parent + 1]), np.array([900_000, 800_000])
    )
    free = replace(today, stock=replace(today.stock or StockPlan(), suppliers=given))
    alone = assigned_only(free)
    assert is_free(today)
    assert is_free(replace(assigned_only(today), stock=free.stock))
    assert not is_free(alone)
    assert np.array_equal(alone.outlets.options[:, 0], today.outlets.options[:, 0])
    assert alone.outlets.options.shape[1] == 1
    # The price that the parent asks stays.
    assert alone.stock.suppliers.source.tolist() == [parent]
    assert alone.stock.suppliers.index.tolist() == [900_000]


def test_steps_of_the_world_are_last_and_everything_adds_up(found, runs):
    assert found.orders[0] == ("coverage", "calls", "diversion", "rivals")
    assert found.orders[1] == found.orders[0][::-1]
    for ends in found.ends.itertuples():
        steps = found.steps[found.steps["kpi"] == ends.kpi]
        gap = mean(runs, ends.kpi, "today") - mean(runs, ends.kpi, "few")
        assert ends.difference == pytest.approx(gap, rel=1e-12)
        assert steps["estimate"].sum() == pytest.approx(gap, rel=1e-9)
    for table, kpi in ((found.modes, KPIS[0]), (found.lines, KPIS[1])):
        steps = found.steps[found.steps["kpi"] == kpi]["estimate"].to_numpy()
        np.testing.assert_allclose(table.sum(axis=1), steps, atol=1e-6)


def test_each_step_of_the_world_is_what_simulating_both_sides_gives(found, runs, tmp_path):
    pack, few, today = world()
    alone = [replace(assigned_only(one), name=f"{one.name}_alone") for one in (few, today)]
    held = replace(pack, markets={"base": rivals_held(pack.market, few)})
    unanswered = runs_in(held, [few, today, *alone], tmp_path)
    for kpi in KPIS:
        end = mean(runs, kpi, "today")
        rivals = end - mean(unanswered, kpi, "today")
        assert step(found, kpi, "rivals").estimate == pytest.approx(rivals, rel=1e-9)
        free = mean(unanswered, kpi, "today") - mean(unanswered, kpi, "today_alone")
        before = mean(unanswered, kpi, "few") - mean(unanswered, kpi, "few_alone")
        assert step(found, kpi, "diversion").estimate == pytest.approx(free - before, rel=1e-9)
        assert abs(free - before) > 1
        # The world in which rivals do not answer is that of the start.
        assert mean(unanswered, kpi, "few") == mean(runs, kpi, "few")


def test_rivals_give_to_who_comes_and_take_from_who_leaves(found, runs):
    came = step(found, "delivered_cases", "rivals")
    assert came.low > 0
    # First in an order nothing has changed that they could answer to.
    assert came.lowest == 0
    left = step(bridge(runs, "few", "today", setting=HERE), "delivered_cases", "rivals")
    assert left.estimate < 0


def test_the_notes_say_what_the_steps_mean(found, runs, capsys):
    words = " ".join(found.notes)
    assert "Rivals: until their step they sell what they sell at the start" in words
    assert "Diversion: until its step outlets and sites buy from their assigned source" in words
    assert "`channelwright transition` plays it month by month" in words
    assert main(["bridge", str(runs.path), "--to", "today", "--workers", "1", "--no-report"]) == 0
    shown = capsys.readouterr().out
    assert "Bought around the assigned source" in shown
    assert "Given or taken by rivals" in shown


@pytest.mark.parametrize(("pull", "words"), [(0.0, "no rivals in reach"), (4.0, "sell alike")])
def test_what_is_off_has_no_step_and_a_note_says_why(pull, words, tmp_path):
    pack, few, today = world(pull)
    one, two = assigned_only(few), assigned_only(today)
    if pull:
        # The same outlets, other shelves: rivals have nothing to answer to.
        service = replace(two.service, cover_days=two.service.cover_days + 2.0)
        one = replace(two, name="few", service=service)
    runs = runs_in(pack, [one, two], tmp_path)
    found = bridge(runs, "today", setting=HERE)
    assert not {"diversion", "rivals"} & set(found.steps["group"])
    diversion, rivals, _ = found.notes
    assert diversion.startswith("Diversion has no step: in neither design may")
    assert rivals.startswith("Rivals have no step:")
    assert words in rivals
