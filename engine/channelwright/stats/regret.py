"""How much a design loses against the best of each scenario."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from channelwright.stats.errors import StatisticsError


def regret_table(
    means: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    tail: float = 0.2,
    larger_is_better: bool = True,
) -> pd.DataFrame:
    """Return worst, expected and tail regret of every design over scenarios.

    Regret = the best design's mean in the scenario less the design's own (Savage 1951). CVaR at
    `tail` is the mean regret over the worst `tail` of probability (Rockafellar & Uryasev 2000).

    Parameters
    ----------
    means : (k, s)
        Mean of the KPI by design and scenario.
    weights : (s,), optional
        Probabilities of the scenarios; default: equal.
    tail : float
        Share of probability in the tail, above 0 and at most 1.
    larger_is_better : bool

    Returns
    -------
    DataFrame
        design (row), worst, expected, cvar: unit of the KPI, 0 is best; `minimax`,
        `least_expected`, `least_cvar`: True for the design that is chosen by it.

    Raises
    ------
    StatisticsError
        When shapes do not fit or weights are no probabilities.
    """
    table = np.asarray(means, dtype=np.float64)
    if table.ndim != 2 or not np.isfinite(table).all() or not 0.0 < tail <= 1.0:
        given = f"means have shape {table.shape}, tail is {tail}"
        msg = f"{given}; give designs x scenarios and a tail above 0 and at most 1"
        raise StatisticsError(msg)
    count = table.shape[1]
    weight = np.full(count, 1.0 / count) if weights is None else np.asarray(weights, dtype=float)
    if weight.shape != (count,) or (weight < 0).any() or not np.isclose(weight.sum(), 1.0):
        msg = f"weights {weight.tolist()} are no probabilities of {count} scenarios that sum to 1"
        raise StatisticsError(msg)
    score = table if larger_is_better else -table
    regret = score.max(axis=0)[None, :] - score
    found = {
        "worst": regret.max(axis=1),
        "expected": regret @ weight,
        "cvar": np.array([_tail_mean(row, weight, tail) for row in regret]),
    }
    rules = {"minimax": "worst", "least_expected": "expected", "least_cvar": "cvar"}
    chosen = {name: found[key] <= found[key].min() + 1e-12 for name, key in rules.items()}
    return pd.DataFrame({"design": np.arange(len(table)), **found, **chosen})


def _tail_mean(regret: np.ndarray, weight: np.ndarray, tail: float) -> float:
    order = np.argsort(-regret, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(weight[order])[:-1]])
    taken = np.clip(tail - before, 0.0, weight[order])
    return float((regret[order] * taken).sum() / tail)
