"""Weekly figures of areas and of outlets under two designs, from the runs of a study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import RunError, UsageError
from channelwright.foundation.units import BoolArray, FloatArray
from channelwright.studies.transition.books import AreaLedger, paired_tables
from channelwright.studies.transition.changes import changes_between
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.studies.runs import Runs

#: What a pilot can be judged by, and its unit.
MEASURES = {
    "contribution": "currency",
    "outlet_value": "currency",
    "cases_delivered": "cases",
    "units_sold": "units",
}
_MONEY_CELLS = ("outlet_value",)
_TICKS = 10_000.0
_FEWEST = 4


@dataclass(frozen=True)
class Series:
    """One measure by week (R replications, designs 0 = start and 1 = target, A areas, T weeks).

    Attributes
    ----------
    areas : (R, 2, A, T) unit of the measure a week
    outlets : (R, 2, O) cases a week of single outlets, mean of all weeks; NaN = not covered
    changed : (O,) bool, outlets that the target gives another mode or server
    weeks : int, T
    """

    areas: FloatArray
    outlets: FloatArray
    changed: BoolArray

    @property
    def weeks(self) -> int:
        """Whole weeks of every series."""
        return int(self.areas.shape[-1])


def read_series(runs: Runs, scenario: str, start: str, target: str, measure: str) -> Series:
    """Read the weekly figures of both designs.

    Raises
    ------
    UsageError
        An unknown measure or design.
    RunError
        Fewer than four replications that both designs finished.
    """
    if measure not in MEASURES:
        message = f"no pilot is judged by {measure!r}; measures: {', '.join(MEASURES)}"
        raise UsageError(message)
    replications, both = paired_tables(runs, scenario, (start, target))
    if len(replications) < _FEWEST:
        message = (
            f"{len(replications)} replications of {start} and {target} are finished; the spread "
            f"from world to world needs {_FEWEST} or more"
        )
        raise RunError(message)
    market = runs.study.market(scenario)
    designs = [runs.study.design(name) for name in (start, target)]
    areas = [
        [_areas(market, designs[d], both[d][r], measure) for d in (0, 1)] for r in replications
    ]
    outlets = [[_outlets(market, both[d][r]) for d in (0, 1)] for r in replications]
    changed = changes_between(market, *designs).outlets
    return Series(np.array(areas), np.array(outlets), changed)


def _areas(
    market: Market, design: Design, tables: dict[str, pd.DataFrame], measure: str
) -> FloatArray:
    """Return one measure by area and whole week: (A, T)."""
    weeks = (market.calendar.horizon_days - market.calendar.warmup_days) // 7
    if measure == "contribution":
        ledger = AreaLedger(market, design, tables)
        return ledger.sums(ledger.rows["account"] != int(Account.INTEREST))[:, :weeks]
    cells = tables["cells"]
    cells = cells[(cells["period"] >= 0) & (cells["period"] < weeks) & (cells["area"] >= 0)]
    result = np.zeros((len(market.areas), weeks))
    np.add.at(
        result,
        (cells["area"].to_numpy(), cells["period"].to_numpy()),
        cells[measure].to_numpy(dtype=np.float64),
    )
    return result / _TICKS if measure in _MONEY_CELLS else result


def _outlets(market: Market, tables: dict[str, pd.DataFrame]) -> FloatArray:
    """Return cases a week by outlet, NaN where a design does not cover it: (O,)."""
    weeks = (market.calendar.horizon_days - market.calendar.warmup_days) / 7.0
    result = np.full(len(market.outlets), np.nan)
    cells = tables["outlet_cells"]
    result[cells["outlet"].to_numpy()] = cells["cases_delivered"].to_numpy() / weeks
    return result
