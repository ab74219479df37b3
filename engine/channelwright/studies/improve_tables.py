"""Tables of the loop: its rounds, the errors by head, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.stats.means import mean_interval
from channelwright.stats.paired import paired_interval
from channelwright.store.identity import content_digest
from channelwright.studies.forecast_error import KEY
from channelwright.studies.neighbourhood import PROFIT

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.foundation.units import FloatArray
    from channelwright.model.market import Market
    from channelwright.studies.improve import Round


def round_table(rounds: Sequence[Round]) -> pd.DataFrame:
    """Return one row per round; equal designs share their letter."""
    letters: dict[str, str] = {}
    rows = []
    for one in rounds:
        design = one.plan.design
        letter = letters.setdefault(content_digest(design), chr(ord("A") + len(letters)))
        interval = mean_interval(one.profit)
        rows.append(
            {
                "round": one.number,
                "design": letter,
                "people": len(design.reps),
                "sites": int(design.sites.open.sum()),
                "forecast": one.plan.forecast.kpis[PROFIT],
                "simulated": interval.estimate,
                "low": interval.low,
                "high": interval.high,
                "error_volume": float(one.errors["volume"].mean()),
                "error_mechanism": float(one.errors["mechanism"].mean()),
                "error_money": float(one.errors["money"].mean()),
                "error": float(one.errors["all"].mean()),
            }
        )
    return pd.DataFrame.from_records(rows)


def named(tables: Sequence[pd.DataFrame], market: Market) -> pd.DataFrame:
    """Return the heads of the first and the last forecast, with ids instead of rows."""
    pairs = zip(tables, ("first", "last"), strict=True)
    table = pd.concat([part.assign(round=name) for part, name in pairs])
    areas = dict(enumerate(market.areas.ids)) | {-1: "all"}
    modes = dict(enumerate(market.modes.ids)) | {-1: "none"}
    named = table.assign(area=table["area"].map(areas), mode=table["mode"].map(modes))
    rest = [name for name in table.columns if name not in ("round", *KEY)]
    return named[["round", *KEY, *rest]].reset_index(drop=True)


def verdict_table(
    profit: FloatArray, errors: Sequence[dict[str, FloatArray]], baseline: str, currency: str
) -> pd.DataFrame:
    """Return paired statements on profit and on errors; rows of profit: baseline, first, final."""
    base, first, last = profit
    statements = [
        (f"first answer less {baseline}", first, base, currency),
        (f"final design less {baseline}", last, base, currency),
        ("final design less first answer", last, first, currency),
        ("error of the first forecast", errors[0]["all"], np.zeros(len(base)), "share"),
        ("error of the last forecast", errors[1]["all"], np.zeros(len(base)), "share"),
        *(
            (f"last less first error: {words}", errors[1][kind], errors[0][kind], "share")
            for kind, words in (
                ("all", "mean of the three"),
                ("volume", "cases by area and mode"),
                ("mechanism", "calls and orders"),
                ("money", "manufacturer's money"),
            )
        ),
    ]
    rows = []
    for words, one, other, unit in statements:
        found = paired_interval(one, other)
        rows.append(
            {
                "statement": words,
                "estimate": found.estimate,
                "low": found.low,
                "high": found.high,
                "unit": unit,
                "replications": found.observations,
            }
        )
    return pd.DataFrame.from_records(rows)
