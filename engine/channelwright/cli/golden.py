"""``channelwright golden PACK``."""

from __future__ import annotations

import argparse
from pathlib import Path

from channelwright.cli.cluster import on_cluster
from channelwright.cli.compare import check_kpi
from channelwright.cli.console import progress, say
from channelwright.cli.options import add_golden, add_pack, add_study, names
from channelwright.cli.simulate import read_pack
from channelwright.foundation.errors import UsageError

#: With fewer, half of the golden runs cannot tell what drawn demand explains.
FEWEST = 16


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_pack(parser)
    add_study(parser)
    add_golden(parser)
    parser.add_argument(
        "--kpis", metavar="NAME,...", help="KPIs besides contribution and those of golden gates"
    )


def run(options: argparse.Namespace) -> int:
    """Simulate the designs of golden gates and store their KPIs for later studies.

    Raises
    ------
    UsageError
        With too few replications, or a KPI that does not exist.
    """
    from channelwright.store.golden import golden_file
    from channelwright.studies.golden import REPLICATIONS, store_golden
    from channelwright.studies.setting import Setting

    pack = read_pack(options)
    kpis = names(options.kpis) or ()
    for kpi in kpis:
        check_kpi(kpi, "--kpis")
    count = options.replications or REPLICATIONS
    if count < FEWEST:
        message = (
            f"--replications is {count}; give {FEWEST} or more, and {REPLICATIONS} for gates with "
            "a tolerance of a quarter per cent"
        )
        raise UsageError(message)
    path = golden_file(Path(options.golden), pack.name)
    with on_cluster(options) as cluster, progress(f"golden {pack.name}") as show:
        golden = store_golden(
            pack,
            path,
            designs=names(options.designs),
            kpis=kpis,
            replications=count,
            setting=Setting(
                options.seed,
                names(options.scenarios),
                None,
                options.workers,
                options.out,
                options.study,
                options.keep,
                show,
                cluster=cluster,
            ),
        )
    for scenario, part in golden.scenarios.items():
        for design, kept in part.designs.items():
            say(f"{scenario}, {design}: {len(kept.kpis)} KPIs of {golden.replications} runs")
    say(f"golden study: {path}")
    return 0
