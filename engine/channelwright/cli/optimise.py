"""``channelwright optimise PACK NAME``."""

from __future__ import annotations

import argparse

from channelwright.cli.console import say, stage
from channelwright.cli.options import add_pack


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    parser.add_argument("name", help="name of the request")
    parser.add_argument("--scenario", help="scenario to plan for (default: the study's first)")


def run(options: argparse.Namespace) -> int:
    """Choose a design and print what is claimed for it."""
    from channelwright.scenario import read_scenario
    from channelwright.studies import optimise

    pack = read_scenario(options.pack)
    with stage(f"choosing {options.name}"):
        plan = optimise(pack, options.name, scenario=options.scenario)
    say(repr(plan))
    design = plan.design
    say(f"sites open: {int(design.sites.open.sum())}, people: {len(design.reps)}")
    currency = pack.market.finance.currency
    for name, value in sorted(plan.forecast.kpis.items()):
        say(f"  forecast {name}: {value:,.2f}")
    say(f"money in {currency}, over the measured days")
    return 0
