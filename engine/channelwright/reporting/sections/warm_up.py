"""Output from the first day on, for the choice of the warm-up."""

from __future__ import annotations

import numpy as np

from channelwright.foundation.errors import UsageError
from channelwright.rules.seasonal import PERIOD_DAYS, seasonal_level
from channelwright.stats.steady import Steady, steady
from channelwright.store.query import query
from channelwright.store.study import Study
from channelwright.tables.outputs import CELLS

MEASURE = "units_sold"
_FEWEST = 20
_RISE = """
SELECT replication, period, CAST(SUM({measure}) AS DOUBLE) AS value
FROM cells WHERE design = '{design}' AND scenario = '{scenario}'
GROUP BY ALL ORDER BY ALL
"""


def steady_of(
    study: Study, measure: str = MEASURE, design: str | None = None, scenario: str | None = None
) -> tuple[Steady, float]:
    """Return where an output of a study becomes steady, and the weeks that its pack leaves out.

    Raises
    ------
    UsageError
        No such measure, design or scenario, or fewer than 20 weeks.
    """
    plan = study.plan
    named = plan.baseline if design is None else design
    where = next(iter(plan.markets)) if scenario is None else scenario
    for name, known, kind in (
        (named, plan.designs, "design"),
        (where, plan.markets, "scenario"),
        (measure, CELLS.names[3:], "measure"),
    ):
        if name not in known:
            message = f"there is no {kind} {name!r} in the study; it has {', '.join(known)}"
            raise UsageError(message)
    quoted = (text.replace("'", "''") for text in (named, where))
    rows = query(study, _RISE.format(measure=measure, design=next(quoted), scenario=next(quoted)))
    wide = rows.pivot_table(index="replication", columns="period", values="value").dropna()
    if wide.shape[1] < _FEWEST or not len(wide):
        message = f"{wide.shape[1]} weeks are too few for a warm-up; simulate {_FEWEST} or more"
        raise UsageError(message)
    market = study.market(where)
    season = seasonal_level(market, np.asarray(wide.columns, dtype=np.int64))
    found = steady(wide.to_numpy(dtype=np.float64), season)
    return found, market.calendar.warmup_days / PERIOD_DAYS
