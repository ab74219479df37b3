"""Sources in several modes, asking prices and rights are what the design file says."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from channelwright.model.study import Pack
from channelwright.rules import sourcing
from channelwright.scenario import read_scenario
from tests.conftest import ROOT

YAML = """
asking: designs/asking.csv
rights: designs/rights.csv
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = Path(
        shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path_factory.mktemp("packs") / "tiny")
    )
    today = folder / "designs/today.yaml"
    text = today.read_text(encoding="utf-8")
    text = text.replace("sources: {WS: 2}", "sources: {WS: {WS: 2, EB2B: 1}}")
    today.write_text(text + YAML, encoding="utf-8")
    (folder / "designs/asking.csv").write_text("site,index\nwhole_2,0.95\n", encoding="utf-8")
    (folder / "designs/rights.csv").write_text(
        "area,segment,mode,family,site,right\nhills,,,,hub,forbidden\nharbour,shop,,cola,hub,forbidden\n"
        "harbour,shop,WS,,hub,forbidden\nharbour,shop,EB2B,,whole_1,forbidden\n",
        encoding="utf-8",
    )
    root = folder / "scenario.yaml"
    text = root.read_text(encoding="utf-8")
    weights = "  source_choice: {credit: 0.1, stock: 2}\n  tables:\n"
    root.write_text(text.replace("  tables:\n", weights, 1), encoding="utf-8")
    return read_scenario(folder)


def row(ids: tuple[str, ...], name: str) -> int:
    return ids.index(name)


def test_weights_that_are_left_out_are_zero(pack: Pack) -> None:
    weights = pack.market.source_choice
    assert weights is not None
    assert (weights.credit, weights.minimum, weights.wait, weights.stock) == (0.1, 0.0, 0.0, 2.0)


def test_options_stand_by_mode_of_the_sale_and_within_rights(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    sites, modes, outlets = market.sites.ids, market.modes.ids, market.outlets.ids
    whole = [row(sites, name) for name in ("whole_1", "whole_2")]
    h5, m3 = row(outlets, "h5"), row(outlets, "m3")
    assert design.selling is not None
    assert design.outlets.options[h5].tolist() == [*whole, row(sites, "hub")]
    assert design.selling.option_mode[h5].tolist() == [
        row(modes, name) for name in ("WS", "WS", "EB2B")
    ]
    # The hub has no right in the hills, so the outlet there has no such option.
    assert design.outlets.options[m3].tolist() == [*whole[::-1], -1]
    allowed = sourcing.may_sell(market, design)
    assert allowed is not None
    assert allowed[h5].tolist() == [[True, True], [True, True], [False, True]]


def test_a_right_for_a_mode_binds_sales_in_that_mode_only(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    h5 = row(market.outlets.ids, "h5")
    assert design.selling is not None
    rights = design.selling.rights
    for name, cola in (("EB2B", False), ("WS", True)):
        mode = rights.mode.copy()
        mode[1] = row(market.modes.ids, name)
        changed = replace(design.selling, rights=replace(rights, mode=mode))
        allowed = sourcing.may_sell(market, replace(design, selling=changed))
        assert allowed is not None
        assert allowed[h5].tolist() == [[True, True], [True, True], [cola, True]]


def test_a_site_asks_its_own_price_in_the_mode_of_the_sale(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    prices = sourcing.offer_prices(design)[row(market.outlets.ids, "h5")]
    ladder = design.terms.price_outlet
    ws, eb2b = (row(market.modes.ids, name) for name in ("WS", "EB2B"))
    assert prices[0].tolist() == ladder[ws].tolist()
    assert prices[1].tolist() == [(p * 950_000 + 500_000) // 1_000_000 for p in ladder[ws].tolist()]
    assert prices[2].tolist() == ladder[eb2b].tolist()
