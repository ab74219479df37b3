"""Stock policies of a design are read as they stand."""

import shutil
from pathlib import Path

import numpy as np

from channelwright.model.stock import FORECASTS, POLICIES, SERVICES, SIGNALS
from channelwright.scenario import read_scenario
from channelwright.scenario.schema_page import schema
from tests.conftest import ROOT
from tests.unit.scenario_defects import add, write
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
