"""Every defect of a pack is found, placed and explained; nothing is built on a bad pack."""

import shutil
from pathlib import Path

import pytest

from channelwright.foundation.errors import PackError, UsageError
from channelwright.scenario import check, design_shapes, read_scenario, report_check, shapes
from channelwright.scenario.shape_errors import NOT_BUILT
from tests.conftest import ROOT
from tests.unit import scenario_capture_defects as capture
from tests.unit import scenario_contract_defects as contracts
from tests.unit import scenario_defects as market
from tests.unit import scenario_demand_defects as demand
from tests.unit import scenario_design_defects as designs
from tests.unit import scenario_fulfilment_defects as fulfilment
from tests.unit import scenario_goods_defects as goods
from tests.unit import scenario_selling_defects as selling
from tests.unit import scenario_stock_defects as stocks
from tests.unit import scenario_territory_defects as territories
from tests.unit import scenario_transition_defects as transitions
from tests.unit.scenario_collecting_defects import COLLECTING_DEFECTS
from tests.unit.scenario_credit_defects import CREDIT_DEFECTS
from tests.unit.scenario_parcel_defects import PARCEL_SHOP
from tests.unit.scenario_supplier_defects import SUPPLIERS

TINY = ROOT / "tests/data/packs/tiny"
DEFECTS = (
    *market.FILES,
    *market.KEYS,
    *market.LAYERS,
    *market.CELLS,
    *market.ACROSS,
    *designs.DESIGNS,
    *designs.REQUESTS,
    *selling.SELLING,
    *capture.CAPTURE,
    *contracts.CHAINS,
    *goods.GOODS,
    *PARCEL_SHOP,
    *demand.DEMAND,
    *fulfilment.FULFILMENT,
    *stocks.STOCKS,
    *CREDIT_DEFECTS,
    *COLLECTING_DEFECTS,
    *SUPPLIERS,
    *territories.TERRITORIES,
    *stocks.FORECASTS,
    *stocks.SUPPLY,
    *transitions.TRANSITION,
)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    return Path(shutil.copytree(TINY, tmp_path / "pack"))


def test_names_of_defects_are_distinct() -> None:
    assert len({defect.name for defect in DEFECTS}) == len(DEFECTS)
    assert len(DEFECTS) >= 60


@pytest.mark.parametrize("defect", DEFECTS, ids=str)
def test_defect_is_placed_and_explained(defect: market.Defect, pack: Path) -> None:
    defect.plant(pack)
    with pytest.raises(PackError) as caught:
        read_scenario(pack)
    problems = caught.value.problems
    listing = str(caught.value)
    fitting = [
        problem
        for problem in problems
        if problem.file == defect.file
        and problem.place.startswith(defect.place)
        and problem.column == defect.column
        and defect.value in problem.message
        and defect.remedy in problem.remedy
    ]
    assert len(fitting) == 1, listing
    assert len(problems) == 1 + defect.others, listing
    assert fitting[0].line() in listing


def test_all_problems_are_reported_at_once(pack: Path) -> None:
    together = [
        market.replace("tables/products.csv", "2.4,1,", "-2.4,1,"),
        market.replace(market.OUTLETS, market.H1, market.H1.replace("harbour", "harbor")),
        market.add("tables/lanes.csv", "dc,dc,1,0.2\n"),
        market.in_root("baseline: today", "baseline: tomorrow"),
        market.in_root("floor: 0.7", "floor: low"),
        market.in_root("modes[DSD].strike", "modes[DSX].strike"),
        market.replace(designs.TERMS, "DSD,0,0,42,0,0,0.01", "DSD,0,0,42,0,0,1.2"),
        market.replace(designs.CHOSEN, "by: profit", "by: mood"),
        market.replace(designs.ONLINE, "online_fee:", "onlinefee:"),
        market.replace("tables/history.csv", "131.0", "many"),
    ]
    for plant in together:
        plant(pack)
    text, code = report_check(pack)
    assert code == 1
    problems = check(pack)
    assert len(problems) == len(together)
    assert text.count("  - ") == len(together)
    assert f"{len(together)} problems in the pack" in text
    for words in ("-2.4", "'harbor'", "'dc' to itself", "'tomorrow'", "'low'", "'DSX'"):
        assert words in text
    for words in ("1.2 is outside", "'mood'", "'onlinefee'", "'many'"):
        assert words in text


def test_many_like_problems_are_counted(pack: Path) -> None:
    path = pack / market.OUTLETS
    lines = path.read_text().splitlines()
    lines += [f"x{row},nowhere,shop,B,43.3,5.4,,1,2" for row in range(50)]
    path.write_text("\n".join(lines) + "\n")
    problems = check(pack)
    assert len(problems) == 21
    assert problems[0].place == "row 17"
    assert problems[20].place == "row 37 on"
    assert problems[20].message.startswith("and 30 more rows like it, first: 'nowhere'")


def test_no_key_is_called_unbuilt_that_a_file_may_hold() -> None:
    known = {
        key
        for module in (shapes, design_shapes)
        for shape in vars(module).values()
        if isinstance(shape, type) and issubclass(shape, shapes.Shape)
        for key in shape.model_fields
    }
    assert not known & set(NOT_BUILT)


def test_problems_of_one_file_stand_together(pack: Path) -> None:
    market.replace("tables/products.csv", "2.4,1,", "-2.4,1,")(pack)
    market.add("tables/zones.csv", ",North\n")(pack)
    market.replace("tables/products.csv", "water,12,", "water,,")(pack)
    files = [problem.file for problem in check(pack)]
    assert files == ["tables/products.csv"] * 2 + ["tables/zones.csv"]


def test_good_pack_has_no_problems() -> None:
    assert check(TINY) == []
    text, code = report_check(TINY)
    assert code == 0
    assert "no problems" in text
    assert "15 outlets, 10 sites, 3 areas, 2 products, 6 modes" in text
    assert "to choose: chosen" in text


@pytest.mark.parametrize("name", ["absent", "absent/scenario.yaml", "designs"])
def test_path_that_is_no_pack_is_wrong_usage(name: str) -> None:
    with pytest.raises(UsageError, match="give the folder of a pack") as caught:
        read_scenario(TINY / name)
    assert caught.value.exit_code == 2


def test_unknown_scenario_is_wrong_usage() -> None:
    with pytest.raises(UsageError, match="no scenario 'bom'; did you mean 'boom'"):
        read_scenario(TINY, "bom")
