"""Consumer prices and promotions: what a pack's rows become, and what they do to demand."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from channelwright.model.study import Pack
from channelwright.rules import offers
from channelwright.rules.planning import complete
from channelwright.rules.redraft import draft_of
from channelwright.scenario import read_scenario
from tests.conftest import ROOT
from tests.unit.scenario_defects import both
from tests.unit.scenario_offer_defects import ELASTIC, SPRING, priced

TINY = ROOT / "tests/data/packs/tiny"
ROWS = ",,,cola,3\nDSD,,,cola,3.6\nDSD,harbour,,cola,4.8\n,,h1,cola,2.4\n"


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = Path(shutil.copytree(TINY, tmp_path_factory.mktemp("offers") / "pack"))
    both(ELASTIC, priced(ROWS))(folder)
    text = (folder / "designs/today.yaml").read_text(encoding="utf-8")
    (folder / "designs/today.yaml").write_text(text + "promotions: designs/promotions.csv\n")
    club = SPRING.replace("spring,cola,,DSD", "club,,,WAT").replace("0.2,2,", "0.19,0,")
    promoted_rows = SPRING + club
    head = "id,product,family,mode,area,segment,first,last,price_cut,uplift,borrowed,dip_days,"
    (folder / "designs/promotions.csv").write_text(
        head + "funded,funder,outlet_cut\n" + promoted_rows, encoding="utf-8"
    )
    return read_scenario(folder)


def test_the_most_special_price_counts(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    price = offers.shelf_prices(market, design)[:, 0] / 10_000 * 1.2
    modes = np.array(market.modes.ids, dtype=object)[design.outlets.mode]
    areas = np.array(market.areas.ids, dtype=object)[market.outlets.area]
    for row, name in enumerate(market.outlets.ids):
        expected = 3.0
        if modes[row] == "DSD":
            expected = 4.8 if areas[row] == "harbour" else 3.6
        expected = 2.4 if name == "h1" else expected
        assert price[row] == pytest.approx(expected, abs=1e-3), name


def test_demand_answers_with_its_elasticity(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    rate = offers.base_rate(market, design)
    relative = offers.shelf_prices(market, design)[:, 0] / market.products.consumer_price[0]
    assert np.allclose(rate[:, 0], market.outlets.rate[:, 0] * relative**-2.0)
    assert np.array_equal(rate[:, 1], market.outlets.rate[:, 1])


def test_the_dip_takes_back_what_was_borrowed(pack: Pack) -> None:
    """Over promotion and dip together, demand gains only what was not borrowed."""
    market, design = pack.market, pack.designs["today"]
    campaign = offers.campaign(market, design)
    assert campaign is not None
    outlet = int(np.flatnonzero(campaign.outlets[0])[0])
    factor = market.calendar.factor
    days = range(market.calendar.horizon_days)
    level = [1.0 if (f := campaign.factor(d)) is None else f[outlet, 0] for d in days]
    with_promotion = float((np.array(level) * factor[:, 0]).sum())
    first, last = int(campaign.table.first[0]), int(campaign.table.last[0])
    gained = float(factor[first : last + 1, 0].sum())  # an uplift of 2 gains one day's demand a day
    assert level[first] == 2.0
    assert min(level[last + 1 : last + 15]) < 1
    assert with_promotion - factor[:, 0].sum() == pytest.approx(0.5 * gained)


def test_uplift_follows_from_the_elasticity(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    table = design.offers.promotions
    lifted = offers.uplifts(market, table)
    assert lifted[1, 0] == pytest.approx(0.81**-2)
    assert lifted[1, 1] == 1.0
    assert lifted[0, 1] == 1.0  # water is not part of the cola promotion


def test_planning_keeps_the_offers(pack: Pack) -> None:
    market, design = pack.market, pack.designs["today"]
    assert complete(market, draft_of(market, design)).offers is design.offers
