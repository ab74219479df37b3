"""Gates may name the KPI of one mode."""

from channelwright.model.study import Expectation
from channelwright.scenario import read_scenario
from channelwright.studies import compare, simulate
from tests.conftest import ROOT


def test_gate_on_one_mode_is_judged_on_that_mode(tmp_path) -> None:
    pack = read_scenario(ROOT / "tests" / "data" / "packs" / "tiny")
    name = next(iter(pack.designs))
    runs = simulate(pack, [name], replications=3, scenarios=["base"], workers=1, out=tmp_path)
    table = runs.kpis(by_mode=True)
    calls = table[(table["kpi"] == "strike_rate") & (table["mode"] != "all")]
    mode = calls["mode"].iloc[0]
    mean = calls[calls["mode"] == mode]["value"].mean()
    gate = Expectation(f"strike_rate_{mode}", name, -1.0, 2.0, 0.9)
    verdicts = compare(runs).gates([gate])
    assert verdicts["verdict"].tolist() == ["pass", "pass"]
    assert abs(verdicts["estimate"].iloc[0] - mean) < 1e-12
