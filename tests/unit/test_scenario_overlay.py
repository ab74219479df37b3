"""Layers of a pack: priority, provenance, scenarios."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from channelwright.foundation.errors import PackError
from channelwright.model.study import Change
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.unit.scenario_defects import in_root, write

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "pack"))


def test_scenarios_change_the_market_and_say_so() -> None:
    pack = read_scenario(TINY)
    assert list(pack.markets) == ["base", "boom"]
    assert pack.changes == (
        Change("market.calendar.trend_per_year", "0.02", "0.1", "growth"),
        Change("market.calendar.shocks.market", "0.05", "0.2", "uncertain"),
    )
    base, boom = pack.markets["base"], pack.markets["boom"]
    assert boom.calendar.market_shock == 0.2
    ratio = boom.calendar.factor[-1] / base.calendar.factor[-1]
    assert ratio == pytest.approx((1.1 / 1.02) ** (83 / 365))
    assert (boom.outlets.rate == base.outlets.rate).all()
    assert pack.market is base


def test_a_scenario_can_be_asked_for_by_name() -> None:
    pack = read_scenario(TINY, "slack")
    assert pack.study.scenarios == ("slack",)
    assert pack.market is pack.markets["slack"]
    assert pack.changes == (
        Change("market.tables.modes[DSD].strike", "0.8", "0.6", "dull"),
        Change("market.tables.effort[WAT,1].monthly_cost", "14.0", "25", "dull"),
    )
    assert pack.market.modes.strike[0] == 0.6
    assert pack.market.modes.effort_cost[3].tolist() == [0, 250_000, 380_000]
    assert pack.markets["base"].modes.strike[0] == 0.8


def test_base_by_name_is_the_pack_as_written() -> None:
    pack = read_scenario(TINY, "base")
    assert pack.changes == ()
    assert list(pack.markets) == ["base"]


def test_extends_joins_mappings_and_the_file_wins(pack: Path) -> None:
    write(
        "base.yaml",
        "market:\n  calendar:\n    trend_per_year: 0.5\n    weekday: [1, 1, 1, 1, 1, 1, 1]\n",
    )(pack)
    in_root("name: tiny", "name: tiny\nextends: base.yaml")(pack)
    in_root("    weekday: [0.9, 0.9, 0.95, 1, 1.05, 1.15, 1.05]\n", "")(pack)
    result = read_scenario(pack, "base")
    assert result.changes == (
        Change("market.calendar.trend_per_year", "0.5", "0.02", "scenario.yaml"),
    )
    alone = read_scenario(TINY).market.calendar
    assert result.market.calendar.factor[0] == pytest.approx(alone.factor[0] / 0.9)


def test_a_problem_names_the_file_that_wrote_the_value(pack: Path) -> None:
    write("base.yaml", "market:\n  finance: {currency: EUR, vat: 2, interest: 0.1}\n")(pack)
    in_root("name: tiny", "name: tiny\nextends: base.yaml")(pack)
    in_root("  finance: {currency: EUR, vat: 0.2, interest: 0.08}\n", "")(pack)
    with pytest.raises(PackError) as caught:
        read_scenario(pack)
    (problem,) = caught.value.problems
    assert problem.file == "base.yaml"
    assert problem.place == "market.finance.vat (line 2)"


def test_two_overrides_of_different_cells_do_not_clash(pack: Path) -> None:
    in_root("slack: [dull]", "slack: [dull, tired]")(pack)
    in_root("overrides:", 'overrides:\n  tired: {"market.tables.modes[DSD].lift": 0.1}')(pack)
    modes = read_scenario(pack, "slack").market.modes
    assert modes.strike[0] == 0.6
    assert modes.lift[0] == 0.1


def test_the_same_cell_twice_clashes(pack: Path) -> None:
    in_root("slack: [dull]", "slack: [dull, tired]")(pack)
    in_root("overrides:", 'overrides:\n  tired: {"market.tables.modes[DSD].strike": 0.1}')(pack)
    with pytest.raises(PackError, match="'dull' and 'tired' both set"):
        read_scenario(pack)


def test_an_override_that_no_scenario_uses_is_checked(pack: Path) -> None:
    in_root("overrides:", "overrides:\n  idle: {market.behaviour.floor: low}")(pack)
    with pytest.raises(PackError, match=r"overrides\.idle\.market\.behaviour\.floor"):
        read_scenario(pack)


def test_a_problem_that_only_a_scenario_has_names_it(pack: Path) -> None:
    in_root('modes[DSD].strike": 0.6', 'modes[DSD].role": boss')(pack)
    with pytest.raises(PackError) as caught:
        read_scenario(pack)
    (problem,) = caught.value.problems
    assert problem.file == "tables/modes.csv (scenario slack)"
    assert "'boss' is not in table 'roles'" in problem.message


def test_a_scenario_may_replace_a_table(pack: Path) -> None:
    text = (pack / "tables/season.csv").read_text().replace("*,200,1.2", "*,200,2.4")
    write("tables/hot_season.csv", text)(pack)
    in_root(
        "growth: {market.calendar.trend_per_year: 0.1}",
        "growth: {market.tables.season: tables/hot_season.csv}",
    )(pack)
    result = read_scenario(pack)
    factor = [result.markets[name].calendar.factor for name in ("base", "boom")]
    assert (factor[0][:, 0] == factor[1][:, 0]).all()
    assert np.all(factor[1][-10:, 1] >= factor[0][-10:, 1])
    assert result.changes[0] == Change(
        "market.tables.season", "tables/season.csv", "tables/hot_season.csv", "growth"
    )


def test_a_cell_may_have_a_number_in_its_key(pack: Path) -> None:
    in_root("slack: [dull]", "slack: [cool]")(pack)
    in_root("overrides:", 'overrides:\n  cool: {"market.tables.season[*, 200].factor": 1.0}')(pack)
    result = read_scenario(pack, "slack")
    assert result.changes == (Change("market.tables.season[*,200].factor", "1.2", "1.0", "cool"),)
