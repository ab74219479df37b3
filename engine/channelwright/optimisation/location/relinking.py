"""Assignments to given sites bettered along paths between the members of a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.foundation.compiled import search_clock
from channelwright.optimisation.location.chain_paths import Pool, empty_pool, fill_pool, relink
from channelwright.optimisation.location.chain_search import Chained, best_of, chains_from_best
from channelwright.optimisation.location.deadline import out_of_time

if TYPE_CHECKING:
    from channelwright.optimisation.location.state import Search

#: Choices of a customer and customers of a chain: small customers may have to go far where sites
#: are almost full, and shorter chains leave the time for that.
_REACH = (20, 3)
#: Members of a pool at least and at most, and rounds after which one is about used up, a member.
_FEWEST, _MOST, _ROUNDS_EACH = 16, 160, 600
#: Rounds altogether and in a burst, times customers; the former with the usual rounds of search.
_ROUNDS, _BURST = 1e7, 10_000
#: Later rounds, of longer paths, as a share of the pace of the first.
_PACE = 0.5
#: Rounds of search of the options that stand for this many.
_SEARCH_ROUNDS = 60


def better_by_paths(state: Search, share: float, work: float = 1.0) -> None:
    """Better the assignment to the open sites of the best answer.

    Parameters
    ----------
    state : Search
    share : float
        Share of the time limit at which to end.
    work : float
        Share of the usual number of rounds.
    """
    chained = chains_from_best(state, _REACH)
    if chained is None:
        return
    customers = state.problem.n_customers
    rounds = work * _ROUNDS * state.options.search_rounds / _SEARCH_ROUNDS
    total = int(rounds / customers)
    members = total // _ROUNDS_EACH
    pool = empty_pool(_clipped(members), customers)
    rate = _rate(state, chained, pool)
    if state.options.seconds is not None:
        seconds = (share - state.spent) * state.options.seconds
        members = min(members, int(_PACE * max(seconds, 0.0) * rate / _ROUNDS_EACH))
        fewer = _clipped(members)
        pool = Pool(pool.member[:fewer], pool.cost[:fewer], pool.filled)
    else:
        total = min(total, _ROUNDS_EACH * pool.cost.size)
    _follow(state, chained, pool, total, share)


def _clipped(members: int) -> int:
    return max(_FEWEST, min(members, _MOST))


def _rate(state: Search, chained: Chained, pool: Pool) -> float:
    """Begin a pool with the best answer and few others; returns rounds a second."""
    places = chained.choices, chained.service, chained.labels, chained.way
    pool.member[0], pool.cost[0], pool.filled[0] = chained.way.home, chained.way.cost[0], 1
    fill_pool(*places, pool, 4)
    if pool.filled[0] < 2:
        return 0.0
    rounds, begin = max(1, _BURST // state.problem.n_customers), search_clock()
    relink(*places, pool, rounds)
    return rounds / max(search_clock() - begin, 1e-6)


def _follow(state: Search, chained: Chained, pool: Pool, total: int, share: float) -> None:
    """Follow paths until rounds or time are over."""
    places = chained.choices, chained.service, chained.labels, chained.way
    fixed = float(state.problem.fixed_cost[chained.sites].sum())
    burst, done = max(1, _BURST // state.problem.n_customers), 0
    while done < total and not (state.done or out_of_time() or state.spent > share):
        if pool.filled[0] < pool.cost.size:
            # A few at a time, so that the clock is asked.
            before = int(pool.filled[0])
            fill_pool(*places, pool, min(before + 4, pool.cost.size))
            if pool.filled[0] < 2:
                return
            if pool.filled[0] == before:
                pool = Pool(pool.member[:before], pool.cost[:before], pool.filled)
        else:
            relink(*places, pool, burst)
            done += burst
            state.count("paths", burst)
        if chained.way.cost[1] + fixed < state.ceiling:
            state.offer(best_of(state.problem, chained))
