"""The arrays of a market are what the tables say: units, money ex VAT, calendar, lanes."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from channelwright.model.study import Pack
from channelwright.scenario import read_scenario
from channelwright.scenario.calendar_builder import build_calendar
from channelwright.scenario.market_builder import to_ppm, to_ticks
from tests.conftest import ROOT

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return read_scenario(TINY)


def test_prices_lose_vat_and_costs_do_not(pack: Pack) -> None:
    market = pack.market
    assert market.products.production_cost.tolist() == [180_000, 60_000]
    assert market.products.consumer_price.tolist() == [20_000, 10_000]
    assert market.finance.vat_ppm == 200_000
    assert market.roles.wage.tolist() == [3_000_000, 1_500_000]
    assert market.sites.fixed_cost[1] == 80_000
    assert market.vehicles.km_cost.tolist() == [2_000]
    assert market.behaviour.haul_cost == 2_000
    assert market.behaviour.reach_metres == 30_000


def test_money_is_rounded_half_up_once() -> None:
    assert to_ticks(np.array([1.0, 41.0]), 1.13).tolist() == [8850, 362_832]
    assert to_ticks(np.array([0.00005, 0.00025, 0.00004])).tolist() == [1, 3, 0]
    assert to_ppm(np.array([0.0000005, -0.01])).tolist() == [1, -10_000]


def test_rates_are_units_a_day(pack: Pack) -> None:
    outlets = pack.market.outlets
    # h1: 12 cases a week; a shop sells 60 % cola in cases of 24 and 40 % water in cases of 12.
    assert outlets.rate[0] == pytest.approx([12 * 0.6 * 24 / 7, 12 * 0.4 * 12 / 7])
    assert outlets.grade[:5].tolist() == [0, 1, 1, 0, 2]
    assert outlets.chain.tolist().count(0) == 2


def test_lanes_are_tables_of_child_and_parent(pack: Pack) -> None:
    sites = pack.market.sites
    row = {name: number for number, name in enumerate(sites.ids)}
    assert sites.lead_days[row["tier2"], row["tier1"]] == 2
    assert sites.lane_cost[row["tier2"], row["tier1"]] == 9_000
    assert (sites.lead_days >= 0).sum() == 9
    assert sites.pick_open[row["office"]] == 6 * 3600
    assert sites.pick_close[row["office"]] == 22 * 3600
    assert sites.pick_close[row["dc"]] == 86_400
    assert sites.pick_flow.sum() == 1


def test_calendar_multiplies_season_weekday_trend_and_events(pack: Pack) -> None:
    calendar = pack.market.calendar
    assert calendar.start == datetime.date(2025, 1, 6)
    # Monday 10 February, day 35: between the knots of day 20 and 200 (cola), 15 and 105 (water).
    cola = 0.85 + (1.25 - 0.85) * (41 - 20) / 180
    water = 0.9 + 0.1 * (41 - 15) / 90
    common = 0.9 * 1.02 ** (35 / 365) * 1.3
    assert calendar.factor[35] == pytest.approx([cola * common, water * common])
    # Saturday 1 March: the event of the family water alone.
    assert calendar.factor[54, 1] / calendar.factor[53, 1] > 1.5
    assert calendar.factor[54, 0] / calendar.factor[53, 0] < 1.2
    assert calendar.month.tolist() == [0] * 26 + [1] * 28 + [2] * 30
    assert not calendar.working[6]
    assert not calendar.working[22]  # the holiday of 28 January, a Tuesday
    assert calendar.working.sum() == 84 - 12 - 1


def test_season_joins_the_end_of_the_year_to_its_beginning() -> None:
    tables = read_tables(TINY)
    shape = tables.shape.market.calendar.model_copy(
        update={"start": datetime.date(2024, 12, 31), "horizon_days": 3, "weekday": (1.0,) * 7}
    )
    factor = build_calendar(shape, tables.tables).factor[:, 1]
    # Day 366 lies 76 days after the knot of day 290 (1.0) and 15 days before that of day 15 (0.9).
    assert factor[0] == pytest.approx(1.0 - 0.1 * 76 / 91)
    assert np.all(np.diff(factor) < 0)


def read_tables(path: Path):
    from channelwright.scenario.files import PackFiles
    from channelwright.scenario.market_tables import TableReader
    from channelwright.scenario.overlay import read_layers
    from channelwright.scenario.worlds import base_world

    files = PackFiles(path)
    document, _, _ = read_layers(files, files.root, files.root, deep=True)
    return base_world(TableReader(files), document)


def test_pack_carries_study_facts_notes_and_history(pack: Pack) -> None:
    assert pack.study.designs == ("today", "online", "chosen")
    assert pack.study.scenarios == ("base", "boom")
    assert pack.study.expect[0].design == "*"
    assert pack.study.expect[1].paired
    assert pack.study.facts[0].kpi == "strike_rate"
    assert pack.notes[0].kind == "assumed"
    assert pack.history == {"weekly_cases": (118.5, 131.0, 109.25)}
    assert pack.market.areas.universe_outlets.tolist() == [[6, 0, 4], [5, 0, 0], [0, 0, 2]]


def test_arrays_cannot_be_changed(pack: Pack) -> None:
    for array in (
        pack.market.outlets.rate,
        pack.market.sites.lead_days,
        pack.market.calendar.factor,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_content_depends_on_every_file_and_on_nothing_else(pack: Pack, tmp_path: Path) -> None:
    import shutil

    copy = shutil.copytree(TINY, tmp_path / "copy")
    assert read_scenario(copy).content == pack.content
    (copy / "note.txt").write_text("not part of the pack")
    windows = (copy / "tables/zones.csv").read_bytes().replace(b"\n", b"\r\n")
    (copy / "tables/zones.csv").write_bytes(windows)
    assert read_scenario(copy / "scenario.yaml").content == pack.content
    service = (copy / "designs/service.csv").read_text().replace("DSD,14,", "DSD,15,")
    (copy / "designs/service.csv").write_text(service)
    assert read_scenario(copy).content != pack.content
