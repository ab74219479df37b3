"""``channelwright optimise PACK NAME``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from channelwright.cli.console import say, say_table, stage
from channelwright.cli.options import add_pack

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument("name", help="name of the request")
    parser.add_argument("--scenario", help="scenario to plan for (default: the study's first)")


def run(options: argparse.Namespace) -> int:
    """Choose a design and print what is claimed for it."""
    from channelwright.scenario import read_scenario
    from channelwright.studies import optimise

    pack = read_scenario(options.pack, options.scenario)
    with stage(f"choosing {options.name}"):
        plan = optimise(pack, options.name, scenario=options.scenario)
    say(repr(plan))
    market, design = pack.market, plan.design
    opened = [market.sites.ids[site] for site in design.sites.open.nonzero()[0].tolist()]
    say(f"\nopen: {', '.join(opened)}; people: {len(design.reps)}\n")
    days = market.calendar.horizon_days - market.calendar.warmup_days
    say_table(_forecast(plan.forecast.kpis, market.finance.currency), f"forecast over {days} days")
    return 0


def _forecast(kpis: Mapping[str, float], currency: str) -> pd.DataFrame:
    """Return the forecast with units, in the order of the registry of KPIs."""
    import pandas as pd

    from channelwright.rules.kpi_registry import KPIS

    order = [name for name in KPIS if name in kpis]
    units = [KPIS[name].unit.replace("currency", currency) for name in order]
    values = [format(kpis[name], ",.0f" if abs(kpis[name]) >= 100 else ".2f") for name in order]
    return pd.DataFrame({"kpi": order, "forecast": values, "unit": units})
