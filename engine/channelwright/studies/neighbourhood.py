"""Neighbourhood search by simulation: steps on single levers, screened, then finalists.

All designs of a round meet the same random worlds. Screening takes a few replications of every
neighbour; finalists are judged on further ones, which did not choose them. A step is taken only if
its paired difference is above zero for all finalists together, and if nobody who has to agree is
worse off than asked.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray
from channelwright.stats.means import mean_limits
from channelwright.stats.simultaneous import bonferroni
from channelwright.store.identity import content_digest
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import Request
    from channelwright.model.study import Pack
    from channelwright.optimisation.neighbours import Move
    from channelwright.studies.samples import Samples

PROFIT = "contribution"
#: What the guard allows for rounding and chance: this share of what is asked.
SLACK = 0.002


@dataclass(frozen=True)
class Effort:
    """How much the search may spend.

    Attributes
    ----------
    rounds : int, steps at most
    screened : int, replications of every neighbour
    finalists : int, neighbours that are looked at more closely
    further : int, replications of finalists beyond those
    confidence : float, of all finalists of a round together
    levers : tuple of str, of ``people``, ``stock`` and ``terms``
    """

    rounds: int = 4
    screened: int = 6
    finalists: int = 8
    further: int = 14
    confidence: float = 0.95
    levers: tuple[str, ...] = ("people", "stock", "terms")


USUAL = Effort()


@dataclass(frozen=True)
class Floors:
    """What a neighbour owes to those who have to agree, and to the gates of the pack.

    Where the reference itself pays less than is asked (the forecast knows only sellers who settle
    on their best effort at once), what it pays in the same worlds is the floor.

    Attributes
    ----------
    asked : dict of KPI to float, inf = as much as the reference
    """

    asked: dict[str, float]

    def broken(self, sample: Samples, row: int, reference: int) -> tuple[str, ...]:
        """Return the KPIs in which a design is below its floor."""
        found = []
        for kpi, asked in self.asked.items():
            if not sample.has(kpi) or not np.isfinite(sample.of(kpi)[[row, reference]]).all():
                continue
            values = sample.of(kpi).mean(axis=1)
            least = min(asked, float(values[reference]))
            if float(values[row]) < least - SLACK * abs(least):
                found.append(kpi)
        return tuple(found)


@dataclass(frozen=True)
class Found:
    """What the search found.

    Attributes
    ----------
    design : Design
    steps : tuple of str, in the field's words, in the order in which they were taken
    table : DataFrame
        One row per neighbour and round: round, step, stage, replications, difference, low, high
        (paired with the design of that round; of screened ones 95 % each, of finalists together),
        hindrance, taken.
    neighbours : tuple of (words, Design), those of the last round
    """

    design: Design
    steps: tuple[str, ...]
    table: pd.DataFrame
    neighbours: tuple[tuple[str, Design], ...]


def floors_of(pack: Pack, market: Market, request: Request) -> Floors:
    """Return what neighbours owe: pay and return that parties ask, and gates of the pack."""
    choice = request.terms
    asked = {"distributor_roi_min": np.inf if choice is None else choice.reservation_roi / PPM}
    for mode, name in enumerate(market.modes.ids):
        asked[f"pay_per_month_{name}"] = np.inf
        if choice is not None and mode in choice.modes:
            # Effort is paid for at its highest level: nobody works harder for nothing.
            toil = int(market.modes.effort_cost[mode].max())
            pay = int(choice.reservation_pay[int(market.modes.role[mode])])
            asked[f"pay_per_month_{name}"] = (pay + toil) / TICKS_PER_UNIT
    for gate in pack.study.expect:
        meant = gate.design in ("*", request.name) and not gate.paired
        if meant and gate.at_least is not None:
            asked[gate.kpi] = gate.at_least
    return Floors(asked)


def search(
    pack: Pack,
    request: Request,
    start: Design,
    scenario: str,
    setting: Setting,
    effort: Effort = USUAL,
) -> Found:
    """Improve a design step by step until no finalist is better for certain.

    Parameters
    ----------
    pack, request, scenario
    start : Design
    setting : Setting
        Its seed is that of the worlds of the search; all rounds are one study.
    effort : Effort
    """
    market = pack.markets[scenario]
    design, taken, tables = start, list[str](), list[pd.DataFrame]()
    floors = floors_of(pack, market, request)
    near: list[tuple[tuple[Move, ...], Design]] = []
    for number in range(1, effort.rounds + 1):
        near = _neighbours(market, request, design, effort.levers)
        # The start stays in every sample: what it pays in the same worlds is the floor.
        pair = [design, start]
        sample = _simulated(pack, [*pair, *(one for _, one in near)], effort.screened, setting)
        screened = _judged(market, near, sample, floors, 0.95, slice(None))
        chosen = _finalists(market, near, design, screened, effort)
        if not chosen:
            tables.append(screened.assign(round=number, stage="screened", taken=False))
            break
        several = effort.screened + effort.further
        close = _simulated(pack, [*pair, *(one for _, one in chosen)], several, setting)
        level = bonferroni(effort.confidence, len(chosen))
        judged = _judged(market, chosen, close, floors, level, slice(effort.screened, None))
        better = judged[(judged["low"] > 0) & (judged["hindrance"] == "")]
        best = _simplest(chosen, close.of(PROFIT)[2:, effort.screened :], better, level)
        tables.append(screened.assign(round=number, stage="screened", taken=False))
        mark = judged.index == best
        tables.append(judged.assign(round=number, stage="finalist", taken=mark))
        if best is None:
            break
        moves, design = chosen[best]
        taken += [move.words(market) for move in moves]
    shown = tuple((_words(market, moves), one) for moves, one in near)
    return Found(design, tuple(taken), _ordered(tables), shown)


def _neighbours(
    market: Market, request: Request, design: Design, levers: tuple[str, ...]
) -> list[tuple[tuple[Move, ...], Design]]:
    from channelwright.optimisation.neighbours import LEVERS, moved, moves_from

    kinds = {kind for lever in levers for kind in LEVERS[lever]}
    moves = [move for move in moves_from(market, request, design) if move.kind in kinds]
    return [((move,), moved(market, design, (move,))) for move in moves]


def _simplest(
    chosen: Sequence[tuple[tuple[Move, ...], Design]],
    profit: FloatArray,
    better: pd.DataFrame,
    confidence: float,
) -> int | None:
    """Return the finalist with fewest steps that is not clearly behind the best one."""
    if better.empty:
        return None
    best = int(better["difference"].idxmax())
    able = [
        row
        for row in better.index.tolist()
        if row == best or float(mean_limits(profit[best] - profit[row], confidence).low) <= 0
    ]
    return int(min(able, key=lambda row: (len(chosen[row][0]), -better["difference"][row])))


def _finalists(
    market: Market,
    near: Sequence[tuple[tuple[Move, ...], Design]],
    design: Design,
    screened: pd.DataFrame,
    effort: Effort,
) -> list[tuple[tuple[Move, ...], Design]]:
    """Return the best neighbours, and the steps of several levers taken together."""
    from channelwright.optimisation.neighbours import moved

    able = screened[(screened["difference"] > 0) & (screened["hindrance"] == "")]
    ranked = able.sort_values("difference", ascending=False).index.tolist()
    chosen = [near[row] for row in ranked[: effort.finalists]]
    clear = set(able[able["low"] > 0].index)
    for rows in (ranked, [row for row in ranked if row in clear]):
        moves: dict[tuple[str, int, int], Move] = {}
        for row in rows:
            (move,) = near[row][0]
            moves.setdefault(move.lever, move)
        together = tuple(moves.values())
        if len(together) > 1 and all(together != one for one, _ in chosen):
            chosen.append((together, moved(market, design, together)))
    return chosen


def _simulated(
    pack: Pack, designs: Sequence[Design], replications: int, setting: Setting
) -> Samples:
    """Simulate designs under labels that belong to their content."""
    named = {label: replace(one, name=label) for one in designs if (label := label_of(one))}
    runs = setting.simulate(pack, list(named.values()), replications)
    sample = collect(runs, runs.scenarios[0])
    order = [sample.designs.index(label_of(one)) for one in designs]
    return replace(
        sample,
        designs=tuple(sample.designs[row] for row in order),
        values={kpi: values[order] for kpi, values in sample.values.items()},
        by_mode={kpi: values[order] for kpi, values in sample.by_mode.items()},
    )


def label_of(design: Design) -> str:
    """Return the label of a neighbour in its study: it belongs to its content."""
    return f"n{content_digest(design)[:12]}"


def _judged(
    market: Market,
    near: Sequence[tuple[tuple[Move, ...], Design]],
    sample: Samples,
    floors: Floors,
    confidence: float,
    used: slice,
) -> pd.DataFrame:
    """Return paired differences to the first design of a sample; the second is the start."""
    profit: FloatArray = sample.of(PROFIT)[:, used]
    limits = mean_limits(profit[2:] - profit[0], confidence)
    return pd.DataFrame(
        {
            "step": [_words(market, moves) for moves, _ in near],
            "replications": profit.shape[1],
            "difference": limits.estimate,
            "low": limits.low,
            "high": limits.high,
            "hindrance": [
                ", ".join(floors.broken(sample, row, 1)) for row in range(2, len(near) + 2)
            ],
        }
    )


def _words(market: Market, moves: tuple[Move, ...]) -> str:
    return "; ".join(move.words(market) for move in moves)


_COLUMNS = [
    "round",
    "stage",
    "step",
    "replications",
    "difference",
    "low",
    "high",
    "hindrance",
    "taken",
]


def _ordered(tables: list[pd.DataFrame]) -> pd.DataFrame:
    if not tables:
        return pd.DataFrame(columns=_COLUMNS)
    return pd.concat(tables, ignore_index=True)[_COLUMNS]


def upper_limits(
    pack: Pack,
    design: Design,
    neighbours: Sequence[tuple[str, Design]],
    replications: int,
    setting: Setting,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return simultaneous one-sided upper limits of what each neighbour earns beyond a design.

    Bonferroni over the neighbours: with the confidence, no limit is below the true difference.

    Returns
    -------
    DataFrame
        Columns step, replications, difference, high (both currency units), share (high over the
        design's mean contribution).
    """
    sample = _simulated(pack, [design, *(one for _, one in neighbours)], replications, setting)
    profit = sample.of(PROFIT)
    level = 2 * bonferroni(confidence, len(neighbours)) - 1
    limits = mean_limits(profit[1:] - profit[0], level)
    return pd.DataFrame(
        {
            "step": [words for words, _ in neighbours],
            "replications": profit.shape[1],
            "difference": limits.estimate,
            "high": limits.high,
            "share": limits.high / abs(float(profit[0].mean())),
        }
    )
