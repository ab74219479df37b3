"""KPIs of product families reach the study, its queries and the report."""

import pytest

from channelwright import read_scenario, simulate
from channelwright.reporting.reading import read_study
from channelwright.reporting.sections.families import family_grid
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    pack = read_scenario(ROOT / "tests/data/packs/tiny")
    out = tmp_path_factory.mktemp("results")
    return simulate(pack, ["today"], replications=2, scenarios=["base"], out=out, workers=1)


def test_runs_give_families_whose_volumes_add_up(runs):
    table = runs.family_kpis()
    cases = table[table["kpi"] == "delivered_cases"].groupby("replication")["value"].sum()
    whole = runs.kpis().query("kpi == 'delivered_cases'").set_index("replication")["value"]
    assert set(table["family"]) == {"cola", "water"}
    assert cases.to_list() == pytest.approx(whole.to_list())
    by_mode = runs.family_kpis(by_mode=True).query("kpi == 'delivered_cases' and mode != 'all'")
    assert by_mode["value"].sum() == pytest.approx(cases.sum())


def test_query_reaches_them(runs):
    found = runs.sql(
        "select family, avg(value) as v from family_kpis where kpi = 'case_fill_rate' "
        "and area = 'all' and mode = 'all' group by family order by family"
    )
    assert found["family"].to_list() == ["cola", "water"]
    assert found["v"].between(0, 1).all()


def test_report_shows_a_column_per_family(runs):
    grid = family_grid(read_study(runs), "today")
    assert grid is not None
    assert [column.title for column in grid.columns] == ["KPI", "Unit", "cola", "water"]
    assert "Case fill rate" in [row.cells[0] for row in grid.rows]
