"""Compare simulated orders with history.

``python scenarios/iowa_spirits/score.py`` simulates `today` and compares it with the kept-back
year. ``--year validation`` fits on the weeks before June 2014 and compares the plain generator
of `iowa_build` with the year after: the choices of the calibration were made there. Figures of
README.md, as JSON, go to standard output.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent
if str(HERE) not in sys.path:
    sys.path.insert(0, str(HERE))

from iowa_build.calibration import COVER_DAYS, calibrate  # noqa: E402
from iowa_build.generator import weekly_litres  # noqa: E402
from iowa_build.history import (  # noqa: E402
    FIRST_WEEK,
    TEST_START,
    TEST_WEEKS,
    VALIDATION_START,
    FloatArray,
    kept_back,
    read_orders,
)
from iowa_build.market import CASE_LITRES  # noqa: E402
from iowa_build.score import Score, score  # noqa: E402

from channelwright.foundation.random import Address  # noqa: E402
from channelwright.model.study import Pack  # noqa: E402
from channelwright.scenario.reading import read_scenario  # noqa: E402
from channelwright.simulation.replication import replicate  # noqa: E402
from channelwright.tables.sink import Chunk  # noqa: E402

SEED = 20150531
BASELINE = "today"


class WeeklyOrders:
    """A sink that adds up ordered litres by city and week and keeps nothing else.

    Parameters
    ----------
    cities, warmup_days : size of the market; days left out
    """

    def __init__(self, cities: int, warmup_days: int) -> None:
        self.litres: FloatArray = np.zeros((cities, TEST_WEEKS))
        self._warmup_days = warmup_days

    def append(self, table: str, chunk: Chunk) -> None:
        """Take a chunk; order lines count on the day on which they were placed."""
        if table != "order_lines":
            return
        week = (chunk["day"] - self._warmup_days) // 7
        counted = week >= 0
        place = (chunk["outlet"][counted], week[counted])
        np.add.at(self.litres, place, chunk["ordered"][counted] * CASE_LITRES)


def simulated_litres(pack: Pack, replications: int, seed: int = SEED) -> FloatArray:
    """Return ordered litres, (replications, cities, 52): placed orders, by the day placed."""
    market, design = pack.market, pack.designs[BASELINE]
    out = np.zeros((replications, len(market.outlets), TEST_WEEKS))
    for number in range(replications):
        sink = WeeklyOrders(len(market.outlets), market.calendar.warmup_days)
        replicate(market, design, Address(seed, number), sink, keep="orders")
        out[number] = sink.litres
    return out


def evaluate(simulated: FloatArray) -> Score:
    """Return the figures of simulated orders against the kept-back year."""
    before = read_orders(TEST_START - pd.Timedelta(weeks=TEST_WEEKS), TEST_START)
    return score(simulated, kept_back().litres.sum(axis=1), before.litres.sum(axis=1))


def validation(replications: int, seed: int = SEED) -> Score:
    """Return the figures of the validation year, by the plain generator."""
    past = read_orders(FIRST_WEEK, VALIDATION_START)
    year = read_orders(VALIDATION_START, TEST_START)
    demand, shocks = calibrate(past)
    litres = weekly_litres(demand, past.brands, shocks, COVER_DAYS, replications, seed)
    before = past.litres[:, :, -TEST_WEEKS:].sum(axis=1)
    return score(litres.sum(axis=2), year.litres.sum(axis=1), before)


def main() -> None:
    """Write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replications", type=int, default=100)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--year", choices=("test", "validation"), default="test")
    options = parser.parse_args()
    if options.year == "validation":
        figures = validation(options.replications, options.seed)
    else:
        pack = read_scenario(HERE)
        figures = evaluate(simulated_litres(pack, options.replications, options.seed))
    sys.stdout.write(json.dumps(dataclasses.asdict(figures), indent=2) + "\n")


if __name__ == "__main__":
    main()
