"""Sweeps: families of scenarios and designs, named, checked, found in plan and report."""

import shutil
from pathlib import Path

import pytest

from channelwright.foundation.errors import PackError
from channelwright.scenario import read_scenario
from channelwright.scenario.schema_page import schema
from tests.conftest import ROOT

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "pack"))


def swept(pack: Path, text: str) -> Path:
    """Add sweeps to a pack."""
    file = pack / "scenario.yaml"
    file.write_text(file.read_text(encoding="utf-8") + "sweep:\n" + text, encoding="utf-8")
    return pack


def problems(pack: Path, text: str) -> list[str]:
    with pytest.raises(PackError) as error:
        read_scenario(swept(pack, text))
    return [problem.line() for problem in error.value.problems]


def test_a_field_of_the_market_makes_a_family_of_every_scenario(pack: Path) -> None:
    read = read_scenario(
        swept(pack, "  habit: {field: market.behaviour.habit, values: [0.5, 2]}\n")
    )
    assert read.study.scenarios == (
        "base", "habit-0.5", "habit-2", "boom", "boom.habit-0.5", "boom.habit-2",
    )  # fmt: skip
    assert list(read.markets) == list(read.study.scenarios)
    habits = {name: market.behaviour.habit for name, market in read.markets.items()}
    assert list(habits.values()) == [1.0, 0.5, 2.0, 1.0, 0.5, 2.0]
    assert read.markets["boom.habit-2"].calendar.market_shock == 0.2
    changed = [one for one in read.changes if one.key == "market.behaviour.habit"]
    assert {(one.old, one.new, one.by) for one in changed} == {
        ("1.0", "0.5", "habit-0.5"),
        ("1.0", "2", "habit-2"),
    }


def test_cells_and_several_sweeps_make_all_combinations(pack: Path) -> None:
    text = (
        '  strike: {field: "market.tables.modes[DSD].strike", values: {weak: 0.5, strong: 0.9}}\n'
        "  habit: {field: market.behaviour.habit, values: [2]}\n"
    )
    read = read_scenario(swept(pack, text))
    assert read.study.scenarios[:3] == ("base", "strike-weak.habit-2", "strike-strong.habit-2")
    market = read.markets["strike-strong.habit-2"]
    assert market.modes.strike[0] == 0.9
    assert market.behaviour.habit == 2.0


def test_a_member_can_be_asked_for_by_name(pack: Path) -> None:
    text = "  habit: {field: market.behaviour.habit, values: [2]}\n"
    read = read_scenario(swept(pack, text), "habit-2")
    assert read.study.scenarios == ("habit-2",)
    assert read.market.behaviour.habit == 2.0


def test_a_field_of_a_design_makes_a_family_of_that_design(pack: Path) -> None:
    text = "  fee: {field: designs.online.online_fee, values: [0.06, 0.24]}\n"
    read = read_scenario(swept(pack, text))
    assert read.study.designs == ("today", "online", "online.fee-0.06", "online.fee-0.24", "chosen")
    fees = [read.designs[name].terms.online_fee for name in read.study.designs[1:4]]
    assert fees[1] * 2 == fees[0]
    assert fees[2] == fees[0] * 2
    assert read.designs["online.fee-0.24"].name == "online.fee-0.24"


def test_visits_and_cells_of_a_design_can_be_swept(pack: Path) -> None:
    text = (
        "  calls: {field: designs.today.visits.DSD.A, values: [1]}\n"
        '  cut: {field: "designs.today.terms[DSD].commission", values: [0.05]}\n'
    )
    read = read_scenario(swept(pack, text))
    before, after = read.designs["today"], read.designs["today.calls-1.cut-0.05"]
    assert after.terms.commission[0] == 50_000
    assert after.terms.commission[0] != before.terms.commission[0]
    assert (after.terms.commission[1:] == before.terms.commission[1:]).all()
    assert after.outlets.order_days.sum() != before.outlets.order_days.sum()


def test_factors_and_whole_columns_work_as_in_overrides(pack: Path) -> None:
    text = '  pay: {field: "designs.today.terms[*].commission", values: {double: x2}}\n'
    read = read_scenario(swept(pack, text))
    before, after = read.designs["today"], read.designs["today.pay-double"]
    assert (after.terms.commission == 2 * before.terms.commission).all()
    assert before.terms.commission.any()


def test_a_request_can_be_swept(pack: Path) -> None:
    text = "  people: {field: designs.chosen.headcount.optimise.maximum_people, values: [4, 5]}\n"
    read = read_scenario(swept(pack, text))
    people = [read.requests[f"chosen.people-{number}"].headcount for number in (4, 5)]
    assert [one.maximum_people for one in people] == [4, 5]
    assert read.requests["chosen"].headcount.maximum_people == 6


def test_a_design_outside_the_study_has_its_family_all_the_same(pack: Path) -> None:
    file = pack / "scenario.yaml"
    text = file.read_text(encoding="utf-8").replace(
        "designs: [today, online, chosen]", "designs: [today]"
    )
    file.write_text(
        text.replace("    - {kpi: otif, design: online, at_least: -0.05, paired: true}\n", "")
    )
    read = read_scenario(swept(pack, "  fee: {field: designs.online.online_fee, values: [0.2]}\n"))
    assert read.study.designs == ("today",)
    assert "online.fee-0.2" in read.designs


MANY = [number / 1000 for number in range(1, 1250)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "  a: {field: market.behaviour.habbit, values: [1]}\n",
            "unknown key 'habbit' -> did you mean 'habit'?",
        ),
        (
            "  a: {field: behaviour.habit, values: [1]}\n",
            "'behaviour.habit' is no field of the pack",
        ),
        ("  a: {field: market.finance.vat, values: [1]}\n", "cannot differ between scenarios"),
        (
            "  a: {field: designs.tody.online_fee, values: [1]}\n",
            "there is no design 'tody' -> did",
        ),
        ("  a: {field: designs.today.online_fe, values: [1]}\n", "unknown key 'online_fe' -> did"),
        (
            "  a: {field: designs.online.online_fee, values: [-1]}\n",
            "sweep.a.values[0] (line 78): value '-1' does not fit",
        ),
        (
            '  a: {field: "designs.today.terms[DSX].commission", values: [0.1]}\n',
            "no row of 'terms' has the key 'DSX'",
        ),
        (
            '  a: {field: "designs.today.terms[DSD].commision", values: [0.1]}\n',
            "table 'terms' has no column 'commision' -> did you mean 'commission'?",
        ),
        ('  a: {field: "designs.today.terms[DSD].commission", values: [much]}\n', "'much'"),
        (
            '  a: {field: "designs.today.termes[DSD].commission", values: [1]}\n',
            "no table 'termes'",
        ),
        ('  a: {field: "designs.today.terms[DSD].mode", values: [WS]}\n', "is the key of 'terms'"),
        ("  a: {field: market.behaviour.habit, values: [1, 1]}\n", "value 1 stands twice"),
        (
            "  a: {field: market.behaviour.habit, values: [[1, 2]]}\n",
            "makes no name -> give values",
        ),
        ("  a: {field: market.behaviour.habit}\n", "'values' is missing"),
        ("  a: {field: market.behaviour.habit, values: []}\n", "sweep.a.values"),
        ("  a: {fields: market.behaviour.habit, values: [1]}\n", "unknown key 'fields'"),
        (
            "  a: {field: market.behaviour.habit, values: [1]}\n"
            "  b: {field: market.behaviour.habit, values: [2]}\n",
            "both set 'market.behaviour.habit'",
        ),
        (
            f"  a: {{field: market.behaviour.habit, values: {MANY}}}\n",
            "the sweeps make 1,249 combinations -> sweep fewer",
        ),
    ],
)
def test_what_is_wrong_with_a_sweep_is_said_where_it_stands(
    pack: Path, text: str, said: str
) -> None:
    found = problems(pack, text)
    assert any(said in line for line in found), found
    assert any("sweep" in line for line in found), found


def test_the_schema_knows_sweeps() -> None:
    assert "SweepShape" in schema()["$defs"]


def test_members_are_in_the_plan_and_can_be_asked_for(pack: Path, tmp_path: Path) -> None:
    from channelwright import compare, simulate

    text = (
        "  habit: {field: market.behaviour.habit, values: [2]}\n"
        "  fee: {field: designs.online.online_fee, values: [0.24]}\n"
    )
    read = read_scenario(swept(pack, text), ["base", "habit-2"])
    designs = ["today", "online", "online.fee-0.24"]
    runs = simulate(read, designs, replications=2, workers=1, out=tmp_path / "out")
    assert runs.failures.empty
    planned = {(run.scenario, run.design) for run in runs.study.plan.runs}
    assert planned == {(scenario, d) for scenario in ("base", "habit-2") for d in designs}
    asked = runs.sql(
        "select distinct scenario, design from kpis where kpi = 'contribution' order by all"
    )
    assert len(asked) == 6
    table = compare(runs).table(["contribution"])
    by_design = table[table["scenario"] == "base"].set_index("design")["mean"]
    assert by_design["online"] != by_design["online.fee-0.24"]
