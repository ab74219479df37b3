"""A bound over all clusters on its way up: columns until the master problem is met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from channelwright.optimisation.location.cluster_listing import cheapest_clusters
from channelwright.optimisation.location.cluster_master import read_listing

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from channelwright.optimisation.location.cluster_listing import Listing, Tariff
    from channelwright.optimisation.location.cluster_master import Cluster, ClusterMaster, Duals
    from channelwright.optimisation.location.compiled_climb import SiteArcs
    from channelwright.optimisation.location.state import Search

    Floats = NDArray[np.float64]

KIND = "clusters with cuts"
#: How far prices stay with the best ones so far, and what counts as being there.
_SMOOTH, _LEAST_SMOOTH = 0.8, 0.05
#: Distance of master and bound, in the gap, at which columns are enough.
_CLOSE = 0.003
#: Steps of the walk over the clusters of a site, and rounds of columns at most.
STEPS, _COLUMN_ROUNDS = 200_000, 400


@dataclass
class Lift:
    """A bound on its way up.

    Attributes
    ----------
    state : Search
    arcs : SiteArcs
    ceiling : (n_customers,)
        Prices never pass it.
    master : ClusterMaster
    found : Listing
        Room for a cluster a site.
    best : Duals
        Prices of the best bound.
    value : float
        The best bound.
    complete : bool
        No walk was cut short.
    """

    state: Search
    arcs: SiteArcs
    ceiling: Floats
    master: ClusterMaster
    found: Listing
    best: Duals
    value: float = -np.inf
    complete: bool = True

    def tariff(self, duals: Duals) -> Tariff:
        """Return prices for the walk over clusters."""
        return self.master.tariff(duals, self.ceiling)

    def least(self, limit: float) -> Floats:
        """Return what clusters of each site cost at least at the best prices, a limit at most."""
        tariff = self.tariff(self.best)
        return cheapest_clusters(self.arcs, tariff, limit, self.found, STEPS)[1]

    def price(self, duals: Duals) -> list[Cluster]:
        """Price all clusters: raises the bound, returns the cheapest of each site that pays."""
        tariff = self.tariff(duals)
        limit, problem = duals.site_price, self.state.problem
        count, least, complete = cheapest_clusters(self.arcs, tariff, limit, self.found, STEPS)
        self.complete &= complete
        number = problem.maximum_open
        chosen = np.sort(least[~self.arcs.closed])[:number]
        value = float(tariff.price.sum() - duals.penalty.sum() + chosen.sum())
        if value > self.value:
            self.value, self.best = value, duals
            self.state.raise_bound(min(value, self.state.ceiling), KIND)
            self.state.tell()
        return list(read_listing(problem, self.found, count))

    def converge(self) -> bool:
        """Add columns until the master is met by the bound; False if a limit ended it."""
        smooth = _SMOOTH
        if not np.isfinite(self.value):
            self.master.add(self.price(self.best))
        duals = self.master.solve()
        for _ in range(_COLUMN_ROUNDS):
            if duals is None or self.state.done:
                return False
            away = self.master.objective - self.value
            if away <= _CLOSE * (self.state.ceiling - self.value):
                return True
            new = self.price(duals.towards(self.best, smooth))
            self.state.count("column_rounds")
            if self.master.add(new):
                duals = self.master.solve()
            elif smooth > 0.0:
                smooth = smooth / 2 if smooth > _LEAST_SMOOTH else 0.0
            else:
                return self.complete
        return False
