"""Every KPI is registered, in the unit that it has, and documented."""

import pytest

from channelwright.foundation.random import Address
from channelwright.rules.kpi import kpi_table
from channelwright.rules.kpi_registry import (
    CHAINS,
    COLLECTING,
    CONSIGNMENT,
    CREDIT,
    GROUPS,
    HOURS,
    KPIS,
    MARKET,
    ONLINE,
    PARCELS,
    RETURNS,
    SUPPLIERS,
    family_page,
    kpi_page,
)
from channelwright.scenario import read_scenario
from channelwright.simulation import replicate
from channelwright.tables.sink import MemorySink
from tests.conftest import ROOT
from tests.support.shorten import shorten

START, END = "<!-- kpis -->\n\n", "<!-- end of kpis -->"


@pytest.fixture(scope="module")
def flagship_units():
    """Units by KPI of two designs of the flagship that have every mode between them."""
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    market = shorten(pack.market, 63)
    units = {}
    for name in ("today", "hybrid_online"):
        sink = MemorySink()
        replicate(market, pack.designs[name], Address(1, 0), sink)
        tables = {table: sink.table(table) for table in sink.names()}
        table = kpi_table(market, pack.designs[name], tables)
        units |= dict(zip(table["kpi"], table["unit"], strict=True))
    return units


def test_every_kpi_of_the_flagship_is_registered_with_its_unit(flagship_units):
    assert {name: KPIS[name].unit for name in flagship_units} == flagship_units


def test_no_kpi_is_registered_that_no_design_has(flagship_units):
    # The flagship has no second tier, and its depots and offices are the manufacturer's.
    groups = (CREDIT, COLLECTING, SUPPLIERS, MARKET, RETURNS, CHAINS, ONLINE, CONSIGNMENT, HOURS)
    groups += (PARCELS,)
    named = {kpi.name for group in groups for kpi in group}
    tiers = ("stock_days", "stock_age", "bullwhip", "stock_turns", "stock_outs", "fill_rate", "roi")
    missing = {f"{name}_tier2" for name in (*tiers, "profit")}
    missing |= {f"{name}_{kind}" for name in ("roi", "profit") for kind in ("dc", "office")}
    assert set(KPIS) - set(flagship_units) - named == missing


def test_names_are_registered_once():
    assert len(KPIS) == sum(len(group) for group in GROUPS.values())


def test_page_shows_the_registry():
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    assert page.split(START)[1].split(END)[0] == kpi_page()
    families = page.split("<!-- family kpis -->\n\n")[1].split("<!-- end of family kpis -->")[0]
    assert families.split("\n\n", 1)[1] == family_page()
