"""Credit of single accounts: what a pack says becomes limits and rules, and binds these alone."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from channelwright.foundation.random import Address
from channelwright.model.credit import AS_MODE, CREDIT_ACTIONS
from channelwright.model.market import Market
from channelwright.model.study import Pack
from channelwright.rules.account_credit import accounts_of, given_limits
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.codes import LineState
from channelwright.tables.sink import Chunk, MemorySink
from tests.conftest import ROOT
from tests.unit.scenario_credit_defects import accounts

TINY = ROOT / "tests/data/packs/tiny"


def tiny(folder: Path, rows: str) -> Pack:
    copy = Path(shutil.copytree(TINY, folder / "tiny"))
    accounts(rows)(copy)
    return read_scenario(copy)


def lines(pack: Pack) -> Chunk:
    sink = MemorySink()
    replicate(pack.market, pack.designs["today"], Address(1, 0), sink, keep="orders")
    return sink.table("order_lines") | {"paid": sink.table("payments")}


def row_of(market: Market, outlet: str) -> int:
    return market.outlets.ids.index(outlet)


def test_rows_become_limits_without_vat_actions_and_grace(tmp_path: Path) -> None:
    pack = tiny(tmp_path, "h1,,1200,cash,5\n,goodmart,0.0005,,\n")
    single = accounts_of(pack.designs["today"])
    assert single is not None
    h1, chain = row_of(pack.market, "h1"), len(pack.market.outlets)
    assert single.limit[[h1, chain]].tolist() == [10_000_000, 4]
    assert single.action[[h1, chain]].tolist() == [CREDIT_ACTIONS.index("cash"), AS_MODE]
    assert single.grace[[h1, chain]].tolist() == [5, AS_MODE]
    others = np.delete(np.arange(chain), h1)
    assert (single.limit[others] == AS_MODE).all()


def test_a_limit_of_a_chain_is_split_over_its_covered_stores(tmp_path: Path) -> None:
    """Five ticks of two stores: the first one has the odd one; outlets with no row have none."""
    pack = tiny(tmp_path, ",goodmart,0.0006,,\n")
    given = given_limits(pack.market, pack.designs["today"])
    stores = [row_of(pack.market, "h4"), row_of(pack.market, "m1")]
    assert given[stores].tolist() == [3, 2]
    assert (np.delete(given, stores) == AS_MODE).all()


@pytest.mark.parametrize("outlet", ["h2", "h5"])
def test_an_account_without_credit_buys_nothing_and_others_go_on(
    tmp_path: Path, outlet: str
) -> None:
    pack = tiny(tmp_path, f"{outlet},,0,hold,\n")
    row, before, after = row_of(pack.market, outlet), lines(read_scenario(TINY)), lines(pack)
    mine = after["outlet"] == row
    assert mine.any()
    assert (after["state"][mine] == LineState.REFUSED).all()
    for found in (before, after):  # the house's stock and trucks are shared, its limits are not
        others = found["outlet"] != row
        assert (found["state"][others] != LineState.REFUSED).all()
    assert (before["state"][before["outlet"] == row] != LineState.REFUSED).all()


def test_an_account_for_cash_alone_pays_at_the_door(tmp_path: Path) -> None:
    """Its terms would be a week; it goes on buying, and nothing of it is ever owed."""
    pack = tiny(tmp_path, "h2,,0,cash,\n")
    row, before, after = row_of(pack.market, "h2"), lines(read_scenario(TINY)), lines(pack)
    for found, at_once in ((before, False), (after, True)):
        paid = found["paid"]
        mine = (paid["outlet"] == row) & (paid["paid_day"] >= 0)
        assert mine.any()
        assert ((paid["paid_day"][mine] == paid["invoice_day"][mine]) == at_once).all()
    assert (after["state"][after["outlet"] == row] != LineState.REFUSED).all()


def test_an_outlet_of_a_mode_without_limits_can_have_one(tmp_path: Path) -> None:
    """Wholesalers' outlets pay cash; with a limit below a case's price no order goes through."""
    plan = read_scenario(TINY)
    mode = plan.market.modes.ids.index("WS")
    row = int(np.flatnonzero(plan.designs["today"].outlets.mode == mode)[0])
    outlet = plan.market.outlets.ids[row]
    pack = tiny(tmp_path, f"{outlet},,1,hold,\n")
    states = lines(pack)
    mine = states["outlet"] == row
    assert mine.any()
    assert (states["state"][mine] == LineState.REFUSED).all()
    assert (lines(plan)["state"][lines(plan)["outlet"] == row] != LineState.REFUSED).all()
