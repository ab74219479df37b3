"""A price ladder that loses money at a step is said and can be played all the same."""

import shutil
from pathlib import Path

import pytest

from channelwright.cli.main import main
from channelwright.scenario import read_scenario, report_check
from tests.conftest import ROOT
from tests.unit.scenario_defects import replace

TERMS, PRODUCTS = "designs/terms.csv", "tables/products.csv"
OUTLETS_LOSE = "outlets sell"


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """Return a tiny pack in which nobody sells below cost."""
    copy = Path(shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / "pack"))
    replace(PRODUCTS, "7.2,1.2,", "7.2,1.5,")(copy)
    return copy


def warned(pack: Path) -> list[tuple[str, str, str]]:
    """Return place, column and message of every warning."""
    found = []
    for line in read_scenario(pack).warnings:
        where, _, message = line.partition(" -> ")[0].partition(": ")
        file, place, column = where.split(", ")
        assert file == TERMS
        found.append((place, column, message))
    return found


def test_a_sound_ladder_gives_no_warning(pack: Path) -> None:
    assert warned(pack) == []


def test_a_wholesaler_below_its_cost_is_a_warning_with_both_prices(pack: Path, capsys) -> None:
    # 37 less 2 % rebate is 36.26: selling at 36.3 earns, selling at 36.2 loses.
    replace(TERMS, "WS,37,0,39.5,", "WS,37,0,36.3,")(pack)
    assert warned(pack) == []
    replace(TERMS, "WS,37,0,36.3,", "WS,37,0,36.2,")(pack)
    ((place, column, message),) = warned(pack)
    assert (place, column) == ("mode WS", "price_outlet")
    assert message == (
        "owners of 'WS' sell for 36.2 a case what costs 36.26: 'cola' and 1 more product"
    )
    assert main(["check", str(pack)]) == 0
    shown = capsys.readouterr().out
    assert "no problems, 1 warning\n  - designs/terms.csv, mode WS, price_outlet: owners" in shown
    assert "leave it if the loss is meant" in shown


@pytest.mark.parametrize(
    ("old", "new", "column", "words"),
    [
        ("WAT,34,37,42,", "WAT,34,33,42,", "price_tier2", "houses of 'WAT' sell to sites of 'WAT'"),
        (
            "WAT,34,37,42,",
            "WAT,21,37,42,",
            "price_account",
            "manufacturer sells to owners of 'WAT'",
        ),
        ("DSD,0,0,42,0,0,", "DSD,0,0,42,0,0.6,", "price_outlet", "manufacturer sells to outlets"),
        ("PDS,31,0,42,", "PDS,31,0,58,", "price_outlet", OUTLETS_LOSE),
    ],
)
def test_every_step_of_the_ladder_is_looked_at(pack, old, new, column, words) -> None:
    replace(TERMS, old, new)(pack)
    found = warned(pack)
    assert {column} == {one[1] for one in found}
    assert any(words in one[2] for one in found)


def test_a_dearer_consumer_price_of_the_design_counts(pack: Path) -> None:
    replace(TERMS, "PDS,31,0,42,", "PDS,31,0,58,")(pack)
    assert any(OUTLETS_LOSE in one[2] for one in warned(pack))
    (pack / "designs/consumer.csv").write_text("product,price\ncola,2.6\nwater,2.6\n")
    for design in ("today", "online"):
        path = pack / f"designs/{design}.yaml"
        path.write_text(path.read_text() + "consumer_prices: designs/consumer.csv\n")
    assert not any(OUTLETS_LOSE in one[2] for one in warned(pack))


def test_the_text_of_a_check_counts_warnings_without_failing(pack: Path) -> None:
    assert ", " not in report_check(pack)[0].splitlines()[0]
    replace(TERMS, "WS,37,0,39.5,", "WS,37,0,30,")(pack)
    text, code = report_check(pack)
    assert (text.splitlines()[0].rpartition(": ")[2], code) == ("no problems, 1 warning", 0)


def test_simulate_says_that_a_pack_has_warnings(pack: Path, tmp_path: Path, capsys) -> None:
    replace(TERMS, "WS,37,0,39.5,", "WS,37,0,30,")(pack)
    command = ["simulate", str(pack), "--designs", "today", "--replications", "1"]
    assert main([*command, "--workers", "1", "--out", str(tmp_path / "results")]) == 0
    said = f"warning: 1 price below cost; channelwright check {pack} lists it\n"
    assert said in capsys.readouterr().err
