"""The figures of a report agree with the books and the stored KPIs that they come from."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from channelwright.model.goods import GoodsPolicy
from channelwright.model.study import Fact
from channelwright.reporting import report_info
from channelwright.reporting.content import ReportInfo
from channelwright.reporting.estimates import Estimate, estimate, rows, wide
from channelwright.reporting.gates import gate_rows
from channelwright.reporting.kpis import kpi_estimate
from channelwright.reporting.money import houses, party_flows, profit_lines
from channelwright.reporting.reading import StudyData, read_study
from channelwright.reporting.sections.baseline import baseline_info, fact_verdict
from channelwright.reporting.sections.buyers import price_ladder
from channelwright.reporting.sections.choice import choice_info
from channelwright.reporting.sections.territories import area_people
from channelwright.reporting.sections.volume import volume_info
from channelwright.rules.kpi_money import site_results
from channelwright.store import load_study
from tests.study import reporting_world as world

NEAR = 1e-6


@pytest.fixture(scope="module")
def info(tmp_path_factory: pytest.TempPathFactory) -> ReportInfo:
    return report_info(world.shared_study(tmp_path_factory.getbasetemp()))


@pytest.fixture(scope="module")
def data(info: ReportInfo) -> StudyData:
    return info.data


def narrowed(data: StudyData, keep: int, without: str = "") -> StudyData:
    """Return the study with its first replications only, and without one design."""
    chosen = data.replications[:keep]
    frames = {
        field.name: (frame := getattr(data, field.name))[
            frame["replication"].isin(chosen) & (frame["design"] != without)
        ]
        for field in dataclasses.fields(data)
        if field.name != "status" and isinstance(getattr(data, field.name), pd.DataFrame)
    }
    designs = {name: plan for name, plan in data.designs.items() if name != without}
    return dataclasses.replace(data, replications=chosen, designs=designs, **frames)


def judged(data: StudyData):
    return choice_info(data, profit_lines(data), gate_rows(data), houses(data))


def test_contribution_is_the_stored_kpi(info: ReportInfo) -> None:
    for standing in info.choice.standings:
        stored = info.data.totals["base", "contribution", "all", standing.design]
        assert standing.contribution.value == pytest.approx(stored.mean(), rel=NEAR)


def test_lines_by_mode_add_up_to_the_manufacturers_account(data: StudyData) -> None:
    lines = profit_lines(data)
    for name, line in (("gross_sales", "gross"), ("production", "PRODUCTION"), ("wages", "WAGES")):
        for design in data.designs:
            stored = data.totals["base", name, "all", design]
            assert abs(rows(lines, design=design, line=line)) == pytest.approx(stored, rel=NEAR)


def test_costs_of_a_depot_reach_every_mode_below_it_by_cases(data: StudyData) -> None:
    # All production is posted at the depot in one mode; a case costs the same in each mode.
    lines, cells = profit_lines(data), data.cells
    per_case = [
        -rows(lines, design="today", line="PRODUCTION", mode=mode).sum()
        / cells[(cells["design"] == "today") & (cells["mode"] == mode)]["cases_delivered"].sum()
        for mode in (world.DSD, world.WS, world.WAT, world.PDS)
    ]
    assert per_case == pytest.approx([np.mean(per_case)] * 4, rel=0.02)


def test_what_parties_gain_others_pay(data: StudyData) -> None:
    flows = party_flows(data)
    total = flows.groupby(["design", "replication"])["amount"].sum()
    assert total.abs().max() < 1e-3
    assert flows["amount"].abs().sum() > 1e5
    assert (flows["party"] != "").all()


def test_party_results_are_the_stored_kpis(info: ReportInfo) -> None:
    found = {(item.design, item.party): item.result.value for item in info.winners.parties}
    for design in info.data.designs:
        stored = {k: info.data.totals["base", k, "all", design].mean()
                  for k in ("profit_distributors", "profit_outlets", "pay_people")}  # fmt: skip
        owned = found[design, "Tier-1 distributors"] + found[design, "Wholesalers"]
        assert owned == pytest.approx(stored["profit_distributors"], rel=NEAR)
        assert found[design, "Shops"] == pytest.approx(stored["profit_outlets"], rel=NEAR)
        assert found[design, "People who sell"] == pytest.approx(stored["pay_people"], rel=NEAR)


def test_houses_are_those_of_the_ledgers_rules(data: StudyData) -> None:
    study = load_study(data_folder(data))
    run, whole = next((r, w) for r, w in study.finished().items() if r.design == "direct")
    tables = {
        name: {c: whole.read(name).column(c).to_numpy() for c in whole.read(name).column_names}
        for name in ("ledger", "site_cells")
    }
    expected = site_results(data.market, data.designs["direct"], tables)
    expected = expected[expected["independent"]]
    found = houses(data)
    found = found[(found["design"] == "direct") & (found["replication"] == run.replication)]
    for column in ("profit", "capital", "roi", "cases"):
        assert found[column].to_numpy() == pytest.approx(expected[column].to_numpy(), rel=NEAR)


def data_folder(data: StudyData) -> str:
    """Return the folder of the study, which the status table does not know."""
    return data.pack.description.split("Folder: ")[1]


def test_moving_between_modes_is_no_growth(info: ReportInfo) -> None:
    for rival in info.data.rivals:
        changes = [c for c in info.volume.changes if c.design == rival]
        assert sum(c.moved for c in changes) == pytest.approx(0.0, abs=1e-6)
        assert max(c.moved for c in changes) > 5.0
        for change in changes:
            total = change.after.value - change.before.value
            assert change.moved + change.grown.value == pytest.approx(total, abs=1e-9)


def test_moved_volume_finds_the_growth_that_was_put_in(info: ReportInfo) -> None:
    # Outlets that go from wholesale (0.95) to area distributors (1.05) buy about 10 % more.
    changes = {c.mode: c for c in info.volume.changes if c.design == "assisted_area"}
    grown = sum(c.grown.value for c in changes.values())
    assert 0.06 < grown / -changes["WS"].moved < 0.15


def test_parcels_to_consumers_are_volume_of_their_own_mode(info: ReportInfo) -> None:
    data, weeks = info.data, info.data.days / 7.0
    modes = data.market.modes.ids
    none = [row for row, name in enumerate(modes) if not info.volume.cases["direct", name].value]
    mode = none[0]  # no outlet of the design buys in it
    shop = SimpleNamespace(mode=mode)
    direct = dataclasses.replace(data.designs["direct"], goods=GoodsPolicy(parcels=shop))
    units = 240.0 * data.market.products.units_per_case[0]
    frame = pd.DataFrame(
        [
            ("direct", replication, area, 0, units / 2, units / 8)
            for replication in data.replications
            for area in (0, 1)
        ],
        columns=["design", "replication", "area", "product", "delivered", "returned"],
    )
    posted = dataclasses.replace(data, parcels=frame, designs={**data.designs, "direct": direct})
    found = volume_info(posted, "direct")
    # A design without parcels, and every other mode, stand as they were.
    others = set(info.volume.cases) - {("direct", modes[mode])}
    assert all(found.cases[key].value == info.volume.cases[key].value for key in others)
    assert found.cases["direct", modes[mode]].value == pytest.approx(240 / weeks)
    change = next(c for c in found.changes if (c.design, c.mode) == ("direct", modes[mode]))
    without = next(c for c in info.volume.changes if (c.design, c.mode) == ("direct", modes[mode]))
    assert change.moved == without.moved
    assert change.grown.value == pytest.approx(without.grown.value + 240 / weeks)
    # What is sold to consumers is what outlets sell and the parcels that stay with consumers.
    sold = rows(wide(data.cells, ("design",), "units_sold"), design="direct")
    base = rows(wide(data.cells, ("design",), "units_sold"), design="today")
    kept = 0.75 * units
    expected = float((((sold + kept) / base).mean()) - 1.0)
    assert found.sell_out["direct"].value == pytest.approx(expected, rel=0.01)
    volume, *_, sell_out = found.section.grids
    total = {row.cells[0]: row.cells for row in volume.rows}["All modes"]
    before = {row.cells[0]: row.cells for row in info.volume.section.grids[0].rows}["All modes"]
    at = list(data.designs).index("direct") + 1
    assert total[at].value == pytest.approx(before[at].value + 240 / weeks)
    assert "in parcels, to consumers" in volume.note
    labels = [row.cells[0] for row in sell_out.rows]
    assert labels[1] == "Sold by outlets"
    assert labels[-1] == "Sold in parcels, less those sent back"
    assert sell_out.rows[-1].cells[at].value == pytest.approx(kept / weeks)
    plain_labels = [row.cells[0] for row in info.volume.section.grids[-1].rows]
    assert plain_labels[:2] == ["Demanded by consumers", "Sold to consumers"]


def test_bridge_adds_up(info: ReportInfo) -> None:
    for values in (info.bridge.values, info.bridge.differences):
        for design in info.data.designs:
            level = 0.0
            for line in info.bridge.lines:
                value = values[design, line.name].value
                if not line.total or line.name == "Gross sales":
                    level += value
                else:
                    assert value == pytest.approx(level, abs=1e-6)


def test_best_design_is_chosen_when_its_interval_is_off_zero(info: ReportInfo) -> None:
    assert info.choice.best == info.choice.focus == "assisted_area"
    assert info.choice.verdict == "choose"
    assert "more than today" in info.choice.section.headline
    assert len(info.choice.conditions) >= 3
    assert len(set(info.choice.conditions)) == len(info.choice.conditions)


def test_baseline_stays_when_every_rival_is_worse(data: StudyData) -> None:
    plan = dataclasses.replace(data.plan, baseline="assisted_area")
    choice = judged(dataclasses.replace(narrowed(data, 3, without="optimised"), plan=plan))
    assert (choice.best, choice.verdict) == ("assisted_area", "stay")
    assert choice.focus == "hybrid_online"
    assert choice.section.headline.startswith("No rival earns more than")


def test_one_replication_decides_nothing(data: StudyData) -> None:
    choice = judged(narrowed(data, 1))
    assert choice.verdict == "undecided"
    assert not choice.standings[1].difference.bounded


def test_counterfactual_design_is_never_recommended(data: StudyData) -> None:
    designs = dict(data.designs)
    designs["assisted_area"] = dataclasses.replace(designs["assisted_area"], counterfactual=True)
    choice = judged(dataclasses.replace(data, designs=designs))
    assert choice.best == "optimised"


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [(0.46, 0.54, "met"), (0.40, 0.44, "not met"), (0.44, 0.5, "undecided"), (0.6, 0.7, "not met")],
)
def test_fact_needs_the_whole_interval(low: float, high: float, verdict: str) -> None:
    fact = Fact("x", 0.45, 0.55, "", "")
    assert fact_verdict(fact, Estimate((low + high) / 2, low, high)) == verdict


def test_fact_of_one_mode_and_unknown_fact(info: ReportInfo) -> None:
    facts = {row.fact.kpi: row for row in info.baseline.facts}
    share = facts["volume_share_WS"].simulated
    assert share is not None
    assert 0.45 < share.value < 0.55
    assert facts["dsd_calls_per_day"].verdict == "not measured"
    assert "2 of 3 facts (1 not measured)" in info.baseline.section.headline


def test_history_that_is_the_simulation_has_no_error(data: StudyData) -> None:
    weeks = data.weeks[data.weeks["design"] == "today"]
    mean = weeks.groupby("period")["cases_ordered"].sum() / len(data.replications)
    history = {"cases_ordered": tuple(mean), "unknown": (1.0, 2.0)}
    pack = dataclasses.replace(data.pack, history=history)
    found = baseline_info(dataclasses.replace(data, pack=pack))
    assert found.history[0].wape == pytest.approx(0.0, abs=1e-12)
    assert found.history[0].inside == 1.0
    assert not found.history[1].mean


def test_gates_pass_and_fail(info: ReportInfo) -> None:
    verdicts = {(row.kpi, row.design): row.verdict for row in info.gates}
    assert verdicts["case_fill_rate", "optimised"] == "pass"
    assert verdicts["contribution", "direct"] == "fail"
    assert len(verdicts) == len(info.data.designs) + 1


def test_price_ladder_follows_the_terms(data: StudyData) -> None:
    steps = {(s.mode, s.step): s.price for s in price_ladder(data.market, data.designs["today"])}
    assert steps["MT", "Outlet pays, net of rebate"] == pytest.approx(
        steps["MT", "Outlet pays"] * 0.91
    )
    assert steps["WS", "Account pays"] < steps["WS", "Outlet pays"] < steps["", "Consumers pay"]
    assert ("DSD", "Account pays") not in steps


def test_every_person_counts_in_one_area(data: StudyData) -> None:
    for plan in data.designs.values():
        assert area_people(data.market, plan).sum() == len(plan.reps)


def test_forecast_error_has_the_sign_of_the_forecast(info: ReportInfo) -> None:
    row = next(row for row in info.forecast.rows if row.kpi == "case_fill_rate")
    assert row.simulated is not None
    assert row.error == pytest.approx(0.97 / row.simulated.value - 1.0)
    assert len(info.forecast.certificates) == 3


def test_cost_heads_add_up_the_lines_of_forecast_and_simulation(
    data: StudyData, info: ReportInfo
) -> None:
    rows = [row for row in info.forecast.heads if row.head == "Selling"]
    assert rows
    for row in rows:
        known = data.chosen[row.design].forecast.kpis
        lines = ("wages", "commission", "bonus", "platform")
        assert row.forecast == pytest.approx(sum(known.get(line, 0.0) for line in lines))
        found = [kpi_estimate(data, line, row.design) for line in lines]
        assert row.simulated.value == pytest.approx(sum(one.value for one in found if one))
        assert row.within == (abs(row.error) <= 0.05)


def test_shared_random_world_saves_replications(info: ReportInfo) -> None:
    assert all(factor > 2.0 for factor in info.evidence.reduction.values())


def test_estimate_of_few_values() -> None:
    assert not estimate([3.0]).bounded
    assert not estimate([]).bounded
    pair = estimate([1.0, 3.0])
    assert pair.low == pytest.approx(2.0 - 12.706, abs=1e-3)


def test_unknown_scenario_is_refused(data: StudyData) -> None:
    with pytest.raises(Exception, match="has no scenario 'storm'; it has base"):
        read_study(data_folder(data), "storm")


def test_every_scenario_has_its_difference(data: StudyData) -> None:
    hot = data.kpis.assign(scenario="hot", value=2.0 * data.kpis["value"])
    plan = dataclasses.replace(data.plan, markets={"base": "m", "hot": "h"})
    kpis = pd.concat([data.kpis, hot], ignore_index=True)
    choice = judged(dataclasses.replace(data, plan=plan, kpis=kpis))
    grid = next(grid for grid in choice.section.grids if grid.key == "scenarios")
    assert [column.title for column in grid.columns] == ["Design", "base", "hot"]
    for row in grid.rows:
        base, hot_gap = row.cells[1], row.cells[2]
        assert isinstance(base, Estimate)
        assert isinstance(hot_gap, Estimate)
        assert hot_gap.value == pytest.approx(2.0 * base.value)
    regrets = next(grid for grid in choice.section.grids if grid.key == "regret")
    worst = {row.design: row.cells[1] for row in regrets.rows}
    assert min(worst.values()) == 0.0 < max(worst.values())
    assert "Least at worst: " in regrets.note
    # Gates are judged under every scenario.
    verdicts = gate_rows(dataclasses.replace(data, plan=plan, kpis=kpis))
    assert {row.scenario for row in verdicts} == {"base", "hot"}


def test_houses_that_lose_money_are_a_condition(data: StudyData) -> None:
    poor = houses(data)
    poor["roi"] = np.where(poor["site"] == 4, -0.2, poor["roi"])
    choice = choice_info(data, profit_lines(data), gate_rows(data), poor)
    assert any(text.startswith("1 of 7 houses loses money") for text in choice.conditions)


def test_gate_that_fails_is_a_condition(data: StudyData) -> None:
    gates = tuple(
        dataclasses.replace(row, verdict="undecided") if row.design == "assisted_area" else row
        for row in gate_rows(data)
    )
    choice = choice_info(data, profit_lines(data), gates, houses(data))
    assert any("Case fill rate at least 0.9" in text for text in choice.conditions)


def test_terms_of_every_design_are_shown(info: ReportInfo) -> None:
    grid = next(grid for grid in info.winners.section.grids if grid.key == "terms")
    found = {(row.cells[0], row.cells[1]): row.cells[2:] for row in grid.rows}
    assert [str(text)[:4] for text in found["DSD", "people"]] == ["0.80"] * 4 + ["1.00"]
    assert ("MT", "people") not in found
    assert all(str(text).startswith("9.00") for text in found["MT", "outlet"])
