"""Contracts with chains are what the tables of the design say."""

import shutil
from pathlib import Path

import pytest

from channelwright.model.contracts import Contracts
from channelwright.model.study import Pack
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.unit.scenario_contract_defects import LISTING, TIERS, contracts, part

TINY = ROOT / "tests/data/packs/tiny"
TIERS_TEXT = "chain,from_value,share\ngoodmart,1200,0.02\ngoodmart,0,0.01\n"
HEADER = "payment_days,allowance,display_fee,leaflet_fee,entry_fee,penalty,dc_days,accept_days"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("packs") / "tiny"))
    for plant in (
        contracts(HEADER, '60,0.015,120,500,80,0.03,1,"mon,thu"'),
        part("listing", LISTING, "chain,product\ngoodmart,water\n"),
        part(
            "rebate_tiers", TIERS, "chain,from_value,share\ngoodmart,1200,0.02\ngoodmart,0,0.01\n"
        ),
    ):
        plant(folder)
    return read_scenario(folder)


def agreed(pack: Pack) -> Contracts:
    contracts = pack.designs["today"].contracts
    assert contracts is not None
    return contracts


def test_there_are_none_where_no_table_names_them() -> None:
    assert all(design.contracts is None for design in read_scenario(TINY).designs.values())


def test_listing_names_what_stores_carry(pack: Pack) -> None:
    assert [pack.market.products.ids[p] for p in agreed(pack).listed[0].nonzero()[0]] == ["water"]


def test_tiers_stand_in_rising_order_without_vat(pack: Pack) -> None:
    # 1200 with 20 % VAT is 1000.
    assert agreed(pack).tier_value.tolist() == [[0, 10_000_000]]
    assert agreed(pack).tier_rebate.tolist() == [[10_000, 20_000]]


def test_terms_fees_and_ways(pack: Pack) -> None:
    contracts = agreed(pack)
    assert contracts.days.tolist() == [60]
    assert contracts.allowance.tolist() == [15_000]
    assert contracts.display_fee.tolist() == [1_200_000]
    assert contracts.leaflet_fee.tolist() == [5_000_000]
    assert contracts.entry_fee.tolist() == [800_000]
    assert contracts.penalty.tolist() == [30_000]
    assert contracts.dc_days.tolist() == [1]
    assert contracts.window_days.tolist() == [0b0001001]
