"""Reactions to empty shelves: what a pack states, and that no unit is made or lost."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from channelwright.foundation.errors import ConservationError
from channelwright.foundation.random import Address
from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.stockout import Neighbours, Stockout
from channelwright.rules import geography
from channelwright.rules.demand import recovered
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.simulation.books import Books
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.random_market import random_market
from tests.unit.scenario_stockout_defects import stockout

TINY = ROOT / "tests/data/packs/tiny"


def test_neighbours_are_the_others_within_the_radius_nearest_first(tmp_path: Path) -> None:
    pack = Path(shutil.copytree(TINY, tmp_path / "pack"))
    stockout("{wait: 0.2, product: 0.3, outlet: 0.4, radius_km: 3}")(pack)
    market = read_scenario(pack).market
    assert market.stockout is not None
    assert market.stockout.wait == 0.2
    points = geography.outlet_points(market)
    table = geography.distance_table(market.geography, points, points)
    pairs = market.stockout.neighbours
    for outlet in range(len(market.outlets)):
        near = [
            place
            for place in range(len(market.outlets))
            if place != outlet and 0 <= table[outlet, place] <= 3_000
        ]
        near.sort(key=lambda place, here=outlet: (table[here, place], place))
        assert pairs.place[pairs.origin == outlet].tolist() == near


def played(market: Market, design: Design) -> dict[str, dict[str, np.ndarray]]:
    sink = MemorySink()
    replicate(market, design, Address(2, 0), sink, keep="orders")
    return {name: sink.table(name) for name in sink.names()}


def reacting(seed: int, shares: tuple[float, float, float]) -> tuple[Market, Design]:
    """A market whose outlets are all neighbours."""
    market, design = random_market(seed)
    count = len(market.outlets)
    origin, place = np.nonzero(~np.eye(count, dtype=bool))
    return replace(market, stockout=Stockout(*shares, Neighbours(origin, place))), design


@pytest.mark.parametrize("seed", [1, 2, 5, 9, 11])
def test_every_unit_drawn_is_sold_lost_or_waiting(seed: int) -> None:
    market, design = reacting(seed, (0.25, 0.4, 0.25))
    tables = played(market, design)
    rows, shelf, cells = tables["stockouts"], tables["shelf"], tables["cells"]
    last = rows["day"] == market.calendar.horizon_days - 1
    waiting = rows["waiting"][last].sum()
    drawn = (shelf["demanded"] + shelf["online_demanded"]).sum()
    assert drawn == cells["units_demanded"].sum() + waiting
    split = rows["waiting"] + rows["to_products"] + rows["to_outlets"]
    assert np.all(split <= rows["unmet"])
    assert rows["to_outlets"].sum() == rows["came"].sum()
    assert np.all(rows["bought_by_others"] <= rows["came"])
    assert rows["bought_instead"].sum() <= rows["to_products"].sum()


def test_shares_hold_on_average() -> None:
    market, design = reacting(1, (0.25, 0.4, 0.25))
    rows = played(market, design)["stockouts"]
    unmet = rows["unmet"].sum()
    assert unmet > 300
    for name, share in (("waiting", 0.25), ("to_products", 0.4), ("to_outlets", 0.25)):
        # Rounding of each row is less than a unit either way and unbiased.
        error = np.sqrt(len(rows["unmet"])) / unmet
        assert rows[name].sum() / unmet == pytest.approx(share, abs=4 * error)


def test_who_waits_forever_is_never_lost() -> None:
    market, design = reacting(5, (1.0, 0.0, 0.0))
    rows = played(market, design)["stockouts"]
    assert np.array_equal(rows["unmet"], rows["waiting"])


def test_books_find_demand_that_vanishes(monkeypatch: pytest.MonkeyPatch) -> None:
    market, design = reacting(1, (0.25, 0.4, 0.25))
    honest = Books.note_sales

    def forgetful(self: Books, *sales: object) -> None:
        honest(self, *sales)  # type: ignore[arg-type]
        self.unserved = max(0, self.unserved - 1)

    monkeypatch.setattr(Books, "note_sales", forgetful)
    with pytest.raises(ConservationError, match="demand does not balance"):
        played(market, design)


def test_forecast_recovers_what_reacting_consumers_buy() -> None:
    market, _ = reacting(1, (0.2, 0.4, 0.2))
    served = np.array([[1.0, 0.9, 0.0]])
    assert recovered(market, served)[0] == pytest.approx([1.0, 0.9 + 0.1 * 0.8 * 0.9, 0.0])
    assert recovered(replace(market, stockout=None), served) is served
