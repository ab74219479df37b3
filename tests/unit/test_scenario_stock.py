"""Stock policies of a design are read as they stand."""

import shutil
from pathlib import Path

import numpy as np

from channelwright.model.stock import FORECASTS, POLICIES, SERVICES, SIGNALS
from channelwright.scenario import read_scenario
from channelwright.scenario.schema_page import schema
from tests.conftest import ROOT
from tests.unit.scenario_defects import add, in_root, write
from tests.unit.scenario_stock_defects import rows


def test_rows_of_a_product_win_over_rows_of_all(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / "pack"))
    pack = read_scenario(folder)
    first = pack.market.products.ids[0]
    rows(f"dc,{first},reorder_up_to,40,90,,,none,")(folder)
    pack = read_scenario(folder)
    stock = pack.designs["online"].stock
    assert pack.designs["today"].stock is None
    assert stock is not None
    assert stock.sites is not None
    site = pack.market.sites.ids.index("dc")
    assert POLICIES[stock.sites.policy[site, 0]] == "reorder_up_to"
    assert (stock.sites.reorder[site, 0], stock.sites.level[site, 0]) == (40, 90)
    assert stock.sites.cover_days[site, 0] == 7.0
    rest = stock.sites.policy[site, 1:]
    assert {POLICIES[policy] for policy in rest} == {"reorder_quantity"}
    assert {SERVICES[service] for service in stock.sites.service[site, 1:]} == {"fill"}
    assert (stock.sites.target[site, 1:] == 0.98).all()
    others = np.delete(np.arange(len(pack.market.sites)), site)
    assert (stock.sites.policy[others] == 0).all()
    assert (stock.sites.level[others] == -1).all()


def test_schema_shows_the_table() -> None:
    defs = schema()["$defs"]
    assert "stock" in defs["DesignShape"]["properties"]
    columns = defs["table_design_stock"]["properties"]
    assert columns["policy"]["enum"] == list(POLICIES)
    assert columns["service"]["enum"] == list(SERVICES)


def test_forecasts_are_read_and_others_stay_as_usual(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / "pack"))
    add("designs/today.yaml", "forecast: designs/forecast.csv\n")(folder)
    text = "site,method,signal,reporting,delay\ndc,exponential,sell_out,0.4,2\n"
    write("designs/forecast.csv", text)(folder)
    pack = read_scenario(folder)
    stock = pack.designs["today"].stock
    assert stock is not None
    assert stock.sites is None
    assert stock.forecast is not None
    site = pack.market.sites.ids.index("dc")
    assert FORECASTS[stock.forecast.method[site]] == "exponential"
    assert SIGNALS[stock.forecast.signal[site]] == "sell_out"
    assert (stock.forecast.reporting[site], stock.forecast.delay[site]) == (0.4, 2)
    others = np.delete(np.arange(len(pack.market.sites)), site)
    assert (stock.forecast.window[others] == 28).all()
    assert (stock.forecast.signal[others] == 0).all()


def test_limits_of_supply_are_read(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "tests/data/packs/tiny", tmp_path / "pack"))
    assert read_scenario(folder).market.supply is None
    tables = "    capacity: tables/capacity.csv\n    outages: tables/outages.csv\n"
    in_root("  tables:\n", f"  tables:\n{tables}")(folder)
    write("tables/capacity.csv", "plant,product,cases,days\nplant,*,90,7\n")(folder)
    write("tables/outages.csv", "site,child,first,last\nplant,dc,2025-02-03,2025-02-05\n")(folder)
    add("designs/today.yaml", "shortage: designs/shortage.csv\n")(folder)
    write("designs/shortage.csv", "site,backorder,rationing\nplant,yes,proportional\n")(folder)
    pack = read_scenario(folder)
    supply, ids = pack.market.supply, pack.market.sites.ids
    assert supply is not None
    plant = ids.index("plant")
    assert np.array_equal(supply.capacity[plant], 90 * pack.market.products.units_per_case)
    assert (np.delete(supply.capacity, plant, axis=0) == -1).all()
    assert supply.capacity_days[plant] == 7
    found = supply.outages
    days = (int(found.first[0]), int(found.last[0]))
    assert (ids[found.site[0]], ids[found.child[0]], days) == ("plant", "dc", (28, 30))
    stock = pack.designs["today"].stock
    assert stock is not None
    assert stock.shortage is not None
    assert stock.shortage.backorder.tolist() == [name == "plant" for name in ids]
    assert stock.shortage.rationing[plant] == 1
