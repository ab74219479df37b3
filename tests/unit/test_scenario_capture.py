"""Order capture is what the tables of the pack say, and off where they say nothing."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from channelwright.model.study import Pack
from channelwright.rules.field_work import call_seconds
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.unit.scenario_capture_defects import MODES, SERVICE, TIMES, TRAVEL, column, table

TINY = ROOT / "tests/data/packs/tiny"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("packs") / "tiny"))
    for plant in (
        table("travel", TRAVEL, "from,to,seconds\nharbour,h1,61.4\nh1,h2,100\n"),
        table("call_times", TIMES, "role,segment,minutes\nrep,bar,7.5\n"),
        column(MODES, 6, "count_error", {0: "0.25"}),
        column(SERVICE, 6, "missed_calls", {0: "carried"}),
        column(SERVICE, 6, "minimum_value", {4: "120"}),
    ):
        plant(folder)
    return read_scenario(folder)


def test_all_is_off_where_the_pack_says_nothing() -> None:
    plain = read_scenario(TINY)
    assert plain.market.field_work is None
    assert all(design.capture is None for design in plain.designs.values())


def test_travel_starts_at_outlets_and_areas(pack: Pack) -> None:
    market = pack.market
    assert market.field_work is not None
    travel, outlets = market.field_work.travel, market.outlets.ids
    assert travel.start.tolist() == [len(outlets), outlets.index("h1")]
    assert travel.end.tolist() == [outlets.index("h1"), outlets.index("h2")]
    assert travel.seconds.tolist() == [61, 100]


def test_minutes_of_a_segment_replace_those_of_the_grade(pack: Pack) -> None:
    market = pack.market
    rep = market.roles.ids.index("rep")
    rows = np.array([market.outlets.ids.index(name) for name in ("h1", "h3")])
    grade = market.outlets.grade[rows[0]]
    expected = [int(market.roles.call_seconds[rep, grade]), 450]
    assert call_seconds(market, rep, rows).tolist() == expected


def test_rules_stand_in_the_row_of_their_mode(pack: Pack) -> None:
    modes, capture = pack.market.modes.ids, pack.designs["today"].capture
    assert capture is not None
    assert pack.market.field_work is not None
    assert [m for m, on in zip(modes, capture.carry_over, strict=True) if on] == ["DSD"]
    # 120 with 20 % VAT is 100.
    assert capture.minimum_value.tolist() == [1_000_000 if name == "PDS" else 0 for name in modes]
    assert pack.market.field_work.count_error.tolist() == [0.25, 0, 0, 0, 0, 0]
