"""What the planner's rules add to the cost of an arc: moves, lanes, drive time, screening."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.foundation.units import TICKS_PER_UNIT
from channelwright.rules import geography

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from channelwright.foundation.units import FloatArray, IntArray
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.territory_rules import TerritoryRules
    from channelwright.rules.flows import Flows

_WEEKS = 365 / 7
#: Outlets named in a refusal.
_NAMED = 5


class Lanes:
    """Costs of arcs, from which rules take one after another; remembers which rule took the last.

    Parameters
    ----------
    cost : (n, m) float64, inf where there is no way
    words : str, why there is none
    """

    def __init__(self, cost: FloatArray, words: str) -> None:
        self.cost = cost
        self._left = np.isfinite(cost).any(axis=1)
        self._cut: list[tuple[str, IntArray]] = []
        self._note(words)

    def bar(self, barred: np.ndarray, words: str) -> None:
        """Take the arcs that a rule forbids."""
        self.cost[barred] = np.inf
        self._note(words)

    def add(self, cost: FloatArray, words: str) -> None:
        """Make arcs dearer; infinite costs take them."""
        self.cost += cost
        self._note(words)

    def _note(self, words: str) -> None:
        left = np.isfinite(self.cost).any(axis=1)
        before = self._left if self._cut else np.ones_like(left)
        self._cut.append((words, np.flatnonzero(before & ~left)))
        self._left = left

    def refuse_if_cut_off(self, names: Sequence[str]) -> None:
        """Raise where outlets are left without a server, with the rule that took the last one.

        Raises
        ------
        InfeasibleError
        """
        texts = []
        for words, rows in self._cut:
            if not rows.size:
                continue
            shown = ", ".join(names[row] for row in rows[:_NAMED].tolist())
            more = f" and {rows.size - _NAMED} more" if rows.size > _NAMED else ""
            verb = "is" if rows.size == 1 else "are"
            texts.append(f"{shown}{more} {verb} left without a candidate by {words}")
        if texts:
            message = (
                "territories: no answer exists. "
                + "; ".join(texts)
                + "; widen the rule, add candidates or leave these outlets out"
            )
            raise InfeasibleError(message)


def move_costs(
    rules: TerritoryRules, prepared: Design, flows: Flows, rows: IntArray, sites: IntArray
) -> FloatArray:
    """Return the price of moves, per outlet and per case: (n, m) currency per week."""
    moved = prepared.outlets.site[rows][:, None] != sites[None, :]
    cases = flows.cases[rows].sum(axis=1)
    price = (rules.moved_outlet + rules.moved_case * cases) / TICKS_PER_UNIT
    return np.where(moved, price[:, None], 0.0)


def default_costs(
    market: Market,
    rules: TerritoryRules,
    prepared: Design,
    flows: Flows,
    rows: IntArray,
    sites: IntArray,
) -> FloatArray:
    """Return the expected loss by default of houses: (n, m) currency per week."""
    if market.screening is None or rules.loss_given_default == 0:
        return np.zeros((rows.size, sites.size))
    mode = np.maximum(prepared.sites.mode[sites], 0)
    bought = flows.cases[rows] @ prepared.terms.price_account[mode].T
    owed = bought * np.maximum(prepared.terms.account_days[mode], 0) / 7 / TICKS_PER_UNIT
    independent = market.sites.independent[sites]
    risk = np.where(independent, market.screening.default_risk[sites], 0.0)
    return np.asarray(owed * risk * (rules.loss_given_default / 1e6) / _WEEKS)


def barred_lanes(
    market: Market,
    rules: TerritoryRules,
    prepared: Design,
    rows: IntArray,
    sites: IntArray,
    metres: IntArray,
) -> Iterator[tuple[np.ndarray, str]]:
    """Yield the arcs that each rule forbids, (n, m) bool, and the rule in words.

    Parameters
    ----------
    prepared : Design with every choosable site planned as open
    rows : (n,) outlets; sites : (m,) sites; metres : (n, m) distances
    """
    if rules.drive_seconds > 0:
        vehicle = np.maximum(prepared.sites.vehicle[sites], 0)
        speed = market.vehicles.speed[vehicle]
        far = geography.seconds(metres, speed[None, :]) > rules.drive_seconds
        yield far, f"a drive of {rules.drive_seconds / 60:g} minutes"
    barred = np.zeros((rows.size, sites.size), dtype=np.bool_)
    barred[_places(rules, rows, sites, len(market.outlets), len(market.sites))] = True
    yield barred, "forbidden lanes"
    given = rules.assigned[rows]
    yield (given[:, None] >= 0) & (given[:, None] != sites[None, :]), "the servers assigned to them"
    if market.screening is not None and rules.minimum_score > 0:
        poor = market.screening.score[sites] < rules.minimum_score
        # A score decides who is appointed; a house that serves already is not dismissed by it.
        poor = (poor & ~prepared_open(prepared, sites))[None, :]
        words = f"a screening score of {rules.minimum_score:g}"
        yield np.broadcast_to(poor, (rows.size, sites.size)), words


def prepared_open(prepared: Design, sites: IntArray) -> np.ndarray:
    """Return which sites serve somebody in the starting design: (m,) bool."""
    serving = np.zeros(prepared.sites.open.size, dtype=np.bool_)
    serving[prepared.outlets.site[prepared.outlets.site >= 0]] = True
    return np.asarray(serving[sites])


def _places(
    rules: TerritoryRules, rows: IntArray, sites: IntArray, outlets: int, every: int
) -> tuple[IntArray, IntArray]:
    """Return row and column of the forbidden lanes that are in question here."""
    row = np.full(outlets, -1, dtype=np.int64)
    row[rows] = np.arange(rows.size)
    column = np.full(every, -1, dtype=np.int64)
    column[sites] = np.arange(sites.size)
    where = column[rules.forbidden[:, 0]], row[rules.forbidden[:, 1]]
    both = (where[0] >= 0) & (where[1] >= 0)
    return where[1][both], where[0][both]
