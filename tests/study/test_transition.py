"""The way to a design: both ends as simulated, every line by its rule, clear errors."""

from __future__ import annotations

import dataclasses
import datetime
import json
import shutil

import numpy as np
import pytest

from channelwright.cli.main import main
from channelwright.foundation.errors import RunError, UsageError
from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.model.study import Pack, StudySpec
from channelwright.model.transition import TransitionPlan
from channelwright.scenario import read_scenario
from channelwright.studies import simulate
from channelwright.studies.transition import transition
from channelwright.studies.transition.books import month_weights, read_books
from channelwright.studies.transition.changes import changes_between
from channelwright.studies.transition.waves import schedule, typical_area
from tests.conftest import ROOT
from tests.support import Size, random_market

TINY = ROOT / "tests/data/packs/tiny"
FREE = TransitionPlan(months=24, notice_months=0.0, clearing_months=0, training_months=0)
DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=np.float64)


def two_designs():
    """A random market, its design, and a target in which one mode takes the outlets of another."""
    market, today = random_market(11, Size(outlets=30, products=2, sites=4, days=90))
    outlets = today.outlets
    mode = outlets.mode.copy()
    first, second = np.unique(mode[mode >= 0])[:2]
    mode[mode == first] = second
    target = dataclasses.replace(
        today,
        name="target",
        outlets=dataclasses.replace(outlets, mode=mode),
        terms=dataclasses.replace(today.terms, outlet_rebate=today.terms.outlet_rebate + 10_000),
    )
    return market, {"today": dataclasses.replace(today, name="today"), "target": target}


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    market, designs = two_designs()
    spec = StudySpec(("today", "target"), "today", ("base",), 4, seed=5)
    pack = Pack("random", "Random market", "", {"base": market}, designs, {}, spec)
    return simulate(pack, out=tmp_path_factory.mktemp("way"), workers=1, study="way")


def path_of(runs, **changes):
    return transition(runs, "target", plan=dataclasses.replace(FREE, **changes))


def test_areas_and_months_add_up_to_the_simulated_contribution(runs):
    books = read_books(runs, "base", "today", "target")
    market = runs.study.market("base")
    measured = market.calendar.horizon_days - market.calendar.warmup_days
    weights = month_weights(market.calendar)
    seen = np.unique(np.nonzero(weights)[1])
    assert len(seen) == 12  # months without a day have the mean of all
    kpis = runs.kpis().set_index(["design", "replication", "kpi"])["value"]
    for d, design in enumerate(("today", "target")):
        for place, replication in enumerate(books.replications.tolist()):
            expected = sum(kpis[design, replication, name] for name in ("contribution", "interest"))
            daily = books.contribution[place, d].sum(axis=0)
            days = _days_by_month(market.calendar, measured)
            assert daily[days > 0] @ days[days > 0] == pytest.approx(expected, rel=1e-9, abs=1e-6)


def _days_by_month(calendar, measured):
    first = calendar.start + datetime.timedelta(days=calendar.warmup_days)
    months = [(first + datetime.timedelta(days=day)).month - 1 for day in range(measured)]
    return np.bincount(months, minlength=12)


def test_the_path_is_the_start_before_the_first_change_and_the_target_after_the_last(runs):
    path = path_of(runs, pilot_months=3, waves=2, wave_months=3, training_months=1)
    books = read_books(runs, "base", "today", "target")
    first, last = int(path.areas["month"].min()), int(path.areas["month"].max())
    assert first < last < 20
    operating = path.lines["operating"]
    assert (operating[:, : first - 1] == 0.0).all()
    month = [date.month - 1 for date in path.dates]
    days = [
        DAYS[m] + (m == 1 and date.year % 4 == 0) for m, date in zip(month, path.dates, strict=True)
    ]
    whole = (books.operating[:, 1] - books.operating[:, 0]).sum(axis=1)
    for k in range(last, 24):
        assert operating[:, k] == pytest.approx(whole[:, month[k]] * days[k], abs=1e-6)
    assert path.cash == pytest.approx(np.sum(list(path.lines.values()), axis=0))


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"dip": 0.3}, "dip"),
        ({"clearing_loss": 0.3, "clearing_months": 2}, "clearing_loss"),
        ({"unrecovered": 0.1}, "unrecovered"),
    ],
)
def test_each_friction_costs_in_its_own_line_only(runs, change, line):
    plain, dearer = path_of(runs, **{**change, line: 0.0}), path_of(runs, **change)
    assert dearer.lines[line].sum() < 0.0
    for name in dearer.lines:
        if name != line:
            assert np.array_equal(plain.lines[name], dearer.lines[name]), name
    assert dearer.net_present_value.estimate < plain.net_present_value.estimate


def test_dip_fades_month_by_month(runs):
    path = path_of(runs, dip=0.4, dip_months=4, waves=1, pilot_months=0)
    books = read_books(runs, "base", "today", "target")
    market = runs.study.market("base")
    changes = changes_between(market, *(runs.study.design(n) for n in ("today", "target")))
    for k in range(4):
        month, date = path.dates[k].month - 1, path.dates[k]
        days = DAYS[month] + (month == 1 and date.year % 4 == 0)
        margin = np.maximum(books.margin[:, 1, :, month], 0.0) @ changes.changed_share * days
        assert path.lines["dip"][:, k] == pytest.approx(-margin * 0.4 * (1 - k / 4))
    assert (path.lines["dip"][:, 4:] == 0.0).all()


def test_receivables_end_at_the_level_of_the_target(runs):
    path = path_of(runs, clearing_months=2)
    books = read_books(runs, "base", "today", "target")
    level = books.receivables.sum(axis=2)
    assert path.lines["receivables"].sum(axis=1) == pytest.approx(level[:, 0] - level[:, 1])
    stock = books.stock.sum(axis=2)
    assert path.lines["own_stock"].sum(axis=1) == pytest.approx(stock[:, 0] - stock[:, 1])


def test_payback_and_lowest_point_by_hand(runs):
    path = path_of(runs)
    rows = np.array([[-5.0, -2.0, 4.0, 5.0], [-1.0, 0.0, 3.0, -1.0]])
    zero = np.zeros_like(rows)
    lines = {name: (rows if name == "operating" else zero) for name in path.lines}
    four = dataclasses.replace(
        path, plan=dataclasses.replace(FREE, months=4), lines=lines, discount=0.0
    )
    assert four.paybacks.tolist() == [4.0, 3.0]
    assert four.payback == 4.0  # sums of the mean path: -3, -4, -0.5, 1.5
    assert four.lowest.estimate == -4.0
    assert four.lowest_month == 2
    assert four.net_present_values.tolist() == [2.0, 1.0]
    assert "paid back in month 4" in str(four)
    never = dataclasses.replace(four, lines={**lines, "operating": -abs(rows)})
    assert never.payback == np.inf
    assert "not paid back" in str(never)


def test_names_and_numbers_that_make_no_path_are_refused(runs):
    with pytest.raises(UsageError, match="design 'other' is not in the study; it has today"):
        transition(runs, "other")
    with pytest.raises(UsageError, match="both 'today'"):
        transition(runs, "today")
    with pytest.raises(UsageError, match="scenario 'hot'"):
        transition(runs, "target", scenario="hot")
    with pytest.raises(UsageError, match="there is no area 'mars'"):
        path_of(runs, pilot=("mars",))
    with pytest.raises(UsageError, match="give more months, fewer waves"):
        path_of(runs, months=3, waves=2)
    area = runs.study.market("base").areas.ids[0]
    with pytest.raises(UsageError, match="leaves out"):
        path_of(runs, order=((area,),))
    with pytest.raises(UsageError, match="named twice"):
        path_of(runs, pilot=(area, area))


def test_given_waves_are_kept(runs):
    ids = runs.study.market("base").areas.ids
    path = path_of(runs, order=(ids[1:2], ids[:1], ids[2:]), pilot_months=2, wave_months=5)
    month = path.areas.set_index("area")["month"]
    assert month[ids[1]] == 1
    assert month[ids[0]] == 3
    assert set(month[list(ids[2:])]) <= {8}


def test_pilot_area_is_the_typical_one():
    assert typical_area(np.array([5.0, 1.0, 3.0, -9.0])) == 2
    assert typical_area(np.array([-5.0, -1.0, -3.0])) == 2


def test_one_replication_is_too_few(tmp_path):
    market, designs = two_designs()
    spec = StudySpec(("today", "target"), "today", ("base",), 1, seed=5)
    pack = Pack("random", "Random market", "", {"base": market}, designs, {}, spec)
    with pytest.raises(RunError, match="simulate 2 or more"):
        transition(simulate(pack, out=tmp_path, workers=1), "target")


def test_command_writes_every_file_and_says_the_answer(runs, tmp_path, capsys):
    out = tmp_path / "way"
    assert main(["transition", str(runs.path), "target", "--months", "24", "--out", str(out)]) == 0
    told = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    shown = capsys.readouterr().out
    assert f"{told['net_present_value']:,.0f}" in shown
    assert "the pack has no section transition" in shown
    assert {path.name for path in out.iterdir()} == {
        "path.csv",
        "people.csv",
        "areas.csv",
        "summary.json",
        "path.svg",
    }
    assert "var(--" not in (out / "path.svg").read_text(encoding="utf-8")


def test_order_of_waves_follows_gain_per_changed_outlet(runs):
    market = runs.study.market("base")
    books = read_books(runs, "base", "today", "target")
    changes = changes_between(market, *(runs.study.design(n) for n in ("today", "target")))
    plan = dataclasses.replace(FREE, waves=len(market.areas) - 1, wave_months=1, pilot_months=1)
    month = schedule(market, plan, books, changes)
    gain = (books.contribution[:, 1] - books.contribution[:, 0]).mean(axis=0) @ DAYS
    worth = gain / np.maximum(changes.outlets_by_area, 1)
    rest = np.argsort(month)[1:]
    assert (np.diff(worth[rest]) <= 0).all()


def test_money_is_in_currency(runs):
    books = read_books(runs, "base", "today", "target")
    ledger = runs.table("ledger")
    assert np.abs(books.contribution).max() < ledger["amount"].abs().sum() / TICKS_PER_UNIT


def test_section_of_a_pack_is_the_plan(tmp_path):
    folder = shutil.copytree(TINY, tmp_path / "pack")
    with (folder / "scenario.yaml").open("a", encoding="utf-8") as file:
        file.write("\ntransition: {months: 24, dip: 0.1, discount: 0.12}\n")
    plan = read_scenario(folder).transition
    assert plan == TransitionPlan(months=24, dip=0.1, discount=0.12)
    assert read_scenario(TINY).transition is None
