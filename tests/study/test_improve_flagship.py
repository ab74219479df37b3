"""The loop on the flagship over ten weeks: a better forecast, and a better design or a proof."""

from __future__ import annotations

from dataclasses import replace

import pytest

from channelwright.scenario import read_scenario
from channelwright.studies.improve import Spending, improve
from channelwright.studies.neighbourhood import Effort
from channelwright.studies.setting import Setting
from tests.conftest import ROOT
from tests.support.shorten import shorten

SPENDING = Spending(
    rounds=2,
    replications=4,
    judged=10,
    limits=10,
    search=Effort(rounds=1, screened=2, finalists=4, further=6),
)


@pytest.mark.slow
def test_loop_on_the_flagship(tmp_path):
    pack = read_scenario(ROOT / "scenarios" / "yangtze_beverage")
    short = replace(pack, markets={"base": shorten(pack.market, 70)})
    found = improve(short, "optimised", spending=SPENDING, setting=Setting(out=tmp_path, workers=1))
    verdict = found.verdict.set_index("statement")
    assert verdict.loc["last less first error: mean of the three", "high"] < 0
    assert len(found.found.neighbours) >= 50
    if found.found.steps:
        assert verdict.loc["final design less first answer", "low"] > 0
    else:
        assert found.limits["share"].max() < 0.005
