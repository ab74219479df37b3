"""What a choice of territories leaves for the next one, after a planner has changed something.

The answer is where the next search begins, and its bound is carried over wherever every answer of
the new problem is one of the old problem (`channelwright.optimisation.location.tighter`): a lock,
a pair, a barred lane, a forced or closed site, a higher cost, a tighter limit or tolerance, fewer
neighbours. What was shown without connection and prices of imbalance is kept as a claim of its
own, because it outlives more changes:

* Outlets that are joined into one customer are several customers of the old problem. That is only
  tighter, except for connection: a customer counts as one place, so that a territory may hang
  together by a pair whose outlets are far apart. The bound with connection is carried over if the
  joined outlets hang together by themselves (then a walk goes through them in the old problem,
  too), the one without connection in any case.
* A bound found within a limit of moves holds for no larger limit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.model.certificate import Certificate
from channelwright.optimisation.certify import AS_NEAR, CHANGED, carried_kind
from channelwright.optimisation.location.known import Known
from channelwright.optimisation.location.shape import components, loosened
from channelwright.optimisation.location.tighter import carried_bound
from channelwright.optimisation.moves import SLACK, Moves
from channelwright.optimisation.territories.groups import merge_by

if TYPE_CHECKING:
    from collections.abc import Iterator

    from channelwright.foundation.units import BoolArray, IntArray
    from channelwright.optimisation.location import LocationProblem


class Claim(NamedTuple):
    """A problem that no answer solves at less than a bound."""

    problem: LocationProblem
    bound: float
    kind: str


@dataclass(frozen=True, eq=False)
class TerritoryMemory:
    """A solved problem of sites and territories.

    Attributes
    ----------
    problem : LocationProblem
        As it was solved, outlets that must be together being one customer.
    certificate : Certificate
        What was shown of it.
    opened : (m,) bool
    assignment : (n,) int
    customer : (O,) int
        Customer of the problem that every outlet of the market is part of, -1 = none; empty if
        customers are only known by name.
    loose : tuple of float and str, or None
        Bound and its kind without connection, pairs apart and prices of imbalance.
    within : Moves or None
        Limit of moves under which the bound was found.
    tiered : bool
        Whether a second tier was asked for: then no bound is carried over.
    """

    problem: LocationProblem
    certificate: Certificate
    opened: BoolArray
    assignment: IntArray
    customer: IntArray
    loose: tuple[float, str] | None = None
    within: Moves | None = None
    tiered: bool = False

    @property
    def gap(self) -> float:
        """Gap that a search left which came to its end; 0 where time or Ctrl-C ended it."""
        return 0.0 if self.certificate.timed else self.certificate.gap or 0.0

    def known(
        self,
        problem: LocationProblem,
        customer: IntArray | None = None,
        moves: Moves | None = None,
        gap: float = 0.0,
    ) -> Known | None:
        """Return what is known of a new problem, None without a site in common.

        Parameters
        ----------
        problem : LocationProblem
        customer : (O,) int, optional
            Customer of the new problem that every outlet is part of, outlets in the same order.
        moves : Moves, optional
            Limit of moves of the new problem.
        gap : float
            Distance from the bound, as a share, that is near enough in any case.
        """
        moved = self.moved_to(problem, customer)
        if moved is None:
            return None
        claim = self.claim_of(problem, customer, moves)
        left_out = tuple(dict.fromkeys((*self.certificate.relaxations, CHANGED)))
        return Known(*moved, claim.bound, claim.kind, left_out, gap=max(gap, AS_NEAR * self.gap))

    def moved_to(
        self, problem: LocationProblem, customer: IntArray | None = None
    ) -> tuple[BoolArray, IntArray] | None:
        """Return open sites and servers by the rows and columns of a new problem.

        Parameters
        ----------
        customer : (O,) int, optional
            As for `known`; customers are found by name without.

        Returns
        -------
        tuple of (m,) bool and (n,) int, or None
            Servers are -1 for customers that were not there; None without a site in common.
        """
        site = {name: j for j, name in enumerate(problem.site_names)}
        if len(site) < len(problem.site_names):
            return None
        column = np.array([site.get(name, -1) for name in self.problem.site_names])
        if (column < 0).all():
            return None
        opened = np.zeros(problem.n_sites, dtype=np.bool_)
        opened[column[self.opened & (column >= 0)]] = True
        if customer is not None and customer.size == self.customer.size:
            return opened, self._servers(problem, column, customer)
        row = {name: i for i, name in enumerate(self.problem.customer_names)}
        old = np.array([row.get(name, -1) for name in problem.customer_names])
        assignment = np.where(old >= 0, column[self.assignment[np.maximum(old, 0)]], -1)
        return opened, assignment.astype(np.int64)

    def _servers(self, problem: LocationProblem, column: IntArray, customer: IntArray) -> IntArray:
        """Return the cheapest of the servers that the outlets of each customer had."""
        both = (customer >= 0) & (self.customer >= 0)
        server = column[self.assignment[self.customer[both]]]
        mine = customer[both]
        had = np.zeros((problem.n_customers, problem.n_sites), dtype=np.bool_)
        had[mine[server >= 0], server[server >= 0]] = True
        cost = np.where(had & problem.allowed, problem.cost, np.inf)
        return np.where(np.isfinite(cost).any(axis=1), cost.argmin(axis=1), -1).astype(np.int64)

    def claim_of(
        self,
        problem: LocationProblem,
        customer: IntArray | None = None,
        moves: Moves | None = None,
    ) -> Claim:
        """Return the best bound that is carried over to a new problem.

        Parameters
        ----------
        problem, customer, moves : as for `known`
        """
        best = Claim(problem, -np.inf, "")
        columns = self._columns(problem)
        index = self._index(problem, customer)
        if columns is None or index is None or not self._moves_hold(index, columns, moves):
            return best
        for old in self._claims():
            fewer = with_columns(old.problem, columns)
            like = fewer and _merged(fewer, index, tuple(problem.customer_names))
            bound = -np.inf if like is None else carried_bound(like, old.bound, problem)
            if bound > best.bound:
                best = Claim(problem, bound, carried_kind(old.kind))
        return best

    def _claims(self) -> Iterator[Claim]:
        if self.tiered:
            return
        bound, shape = self.certificate.lower_bound, self.problem.shape
        if bound is not None:
            yield Claim(self.problem, bound, self.certificate.bound_kind)
        if shape is not None and self.loose is not None:
            yield Claim(loosened(self.problem, shape), *self.loose)

    def _columns(self, problem: LocationProblem) -> IntArray | None:
        """Return the column that every site of a new problem had, None if one had none."""
        old, new = tuple(self.problem.site_names), tuple(problem.site_names)
        if old == new:
            return np.arange(len(new))
        place = {name: j for j, name in enumerate(old)}
        if len(place) < len(old) or len(set(new)) < len(new) or not set(new) <= set(old):
            return None
        return np.array([place[name] for name in new], dtype=np.int64)

    def _index(self, problem: LocationProblem, customer: IntArray | None) -> IntArray | None:
        """Return the new customer that each customer is part of, None if some are divided."""
        if tuple(self.problem.customer_names) == tuple(problem.customer_names):
            return np.arange(problem.n_customers)
        if customer is None or customer.size != self.customer.size:
            return None
        inside = self.customer >= 0
        if (inside != (customer >= 0)).any():
            return None
        index = np.full(self.problem.n_customers, -1, dtype=np.int64)
        index[self.customer[inside]] = customer[inside]
        whole = (index[self.customer[inside]] == customer[inside]).all()
        return index if whole and (index >= 0).all() else None

    def _moves_hold(self, index: IntArray, columns: IntArray, moves: Moves | None) -> bool:
        """Return whether no more moves are allowed than those under which the bound was found."""
        if self.within is None:
            return True
        if moves is None or moves.unit != self.within.unit:
            return False
        weight = np.zeros(moves.weight.shape)
        np.add.at(weight, index, self.within.weight[:, columns])
        return moves.limit <= self.within.limit and bool((moves.weight >= weight - SLACK).all())


def with_columns(problem: LocationProblem, columns: IntArray) -> LocationProblem | None:
    """Return a problem with some of its sites only; None if one that is left out must be open.

    Its answers are those of the whole in which the others are closed.

    Parameters
    ----------
    columns : (m,) int
    """
    size = problem.n_sites
    if columns.size == size and (columns == np.arange(size)).all():
        return problem
    place = np.full(size, -1, dtype=np.int64)
    place[columns] = np.arange(columns.size)
    locks = np.where(problem.locks >= 0, place[np.maximum(problem.locks, 0)], -1)
    if (problem.forced_open & (place < 0)).any() or ((locks < 0) & (problem.locks >= 0)).any():
        return None
    shape = problem.shape
    return replace(
        problem,
        cost=problem.cost[:, columns],
        usage=None if problem.usage is None else problem.usage[:, :, columns],
        # With fewer sites the least total may be another one, and with it the largest share.
        capacity=problem.limit[columns],
        maximum_share=np.ones(problem.n_measures),
        locks=locks,
        own_customer=problem.own_customer[columns],
        shape=None if shape is None else replace(shape, anchor=shape.anchor[:, columns]),
        site_names=tuple(problem.site_names[j] for j in columns.tolist()),
        **{
            name: getattr(problem, name)[columns]
            for name in ("fixed_cost", "forced_open", "forced_closed", "minimum_load")
        },
    )


def _merged(
    old: LocationProblem, index: IntArray, names: tuple[str, ...]
) -> LocationProblem | None:
    """Return a problem by the customers of a later one; None if its bound is none there."""
    if index.size == len(names) and (index == np.arange(index.size)).all():
        return old
    shape = old.shape
    if shape is not None and shape.edges is not None:
        pieces = np.unique(np.stack([index, components(shape, index)]), axis=1)
        if pieces.shape[1] > np.unique(index).size:
            return None
    try:
        return merge_by(old, index, names)
    except InfeasibleError:
        return None
