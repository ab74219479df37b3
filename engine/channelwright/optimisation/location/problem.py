"""The location problem as frozen arrays: who could serve whom, at what cost, within what limits."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from channelwright.foundation.errors import ChannelwrightError
from channelwright.optimisation.location.lists import Lists, list_servers
from channelwright.optimisation.location.relocation import Yard, yard_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from channelwright.optimisation.location.shape import Shape
    from channelwright.optimisation.location.tiers import Tiers

    Floats = NDArray[np.float64]
    Flags = NDArray[np.bool_]
    Indices = NDArray[np.int64]


class LocationProblemError(ChannelwrightError):
    """The arrays of a location problem do not fit together."""


@dataclass(frozen=True, eq=False)
class LocationProblem:
    """Open sites and give every customer to them at least cost.

    All arrays are copied, checked and made read-only.

    Attributes
    ----------
    cost : (n_customers, n_sites)
        Cost of serving all of a customer from a site; ``inf`` where it is forbidden.
    demand : (n_customers, n_measures)
        What a customer takes of each measure (cases, outlets, working capital).
    capacity : (n_sites, n_measures)
        What a site can give of each measure; ``inf`` without limit.
    fixed_cost : (n_sites,)
        Cost of opening a site.
    usage : (n_measures, n_customers, n_sites) or None
        Replaces `demand` where what a customer takes depends on the site that serves it.
    forced_open, forced_closed : (n_sites,) bool
        Sites that are given.
    locks : (n_customers,) int
        Site that a customer is locked to, or -1.
    minimum_open, maximum_open : int
        Limits on the number of open sites.
    minimum_load : (n_sites, n_measures)
        What an open site must at least give (viability).
    maximum_share : (n_measures,)
        Largest share of the total demand that one site may serve (dependence).
    own_customer : (n_sites,) int
        Customer that an open site must serve itself, or -1.
    single_source : bool
        True if every customer has one server; otherwise customers may be split.
    shape : Shape or None
        Connection and balance of territories; None = neither.
    tiers : Tiers or None
        Which columns are houses below others; None = one tier.
    customer_names, site_names, measure_names : sequences of str
        For messages and model files.

    Raises
    ------
    LocationProblemError
        Shapes or values do not fit; the message names the array, the place and the value.
    """

    cost: Floats
    demand: Floats
    capacity: Floats
    fixed_cost: Floats
    usage: Floats | None = None
    forced_open: Flags = cast("Flags", None)
    forced_closed: Flags = cast("Flags", None)
    locks: Indices = cast("Indices", None)
    minimum_open: int = 0
    maximum_open: int = -1
    minimum_load: Floats = cast("Floats", None)
    maximum_share: Floats = cast("Floats", None)
    own_customer: Indices = cast("Indices", None)
    single_source: bool = True
    shape: Shape | None = None
    tiers: Tiers | None = None
    customer_names: Sequence[str] = ()
    site_names: Sequence[str] = ()
    measure_names: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Fill what was left out, freeze the arrays and check them."""
        self._freeze("cost", np.array(self.cost, dtype=np.float64))
        if self.cost.ndim != 2 or 0 in self.cost.shape:
            message = f"cost must be a table of customers by sites, found shape {self.cost.shape}"
            raise LocationProblemError(message)
        self._fill_arrays()
        self._fill_names()
        problem = next(self._defects(), None)
        if problem is not None:
            raise LocationProblemError(problem)

    def _freeze(self, name: str, array: np.ndarray) -> None:
        array.flags.writeable = False
        object.__setattr__(self, name, array)

    def _fill_arrays(self) -> None:
        customers, sites = self.cost.shape
        self._freeze("demand", _table(self.demand))
        measures = self.demand.shape[1]
        for name, kind, default in (
            ("forced_open", np.bool_, np.zeros(sites)),
            ("forced_closed", np.bool_, np.zeros(sites)),
            ("locks", np.int64, np.full(customers, -1)),
            ("maximum_share", np.float64, np.ones(measures)),
            ("own_customer", np.int64, np.full(sites, -1)),
            ("fixed_cost", np.float64, np.zeros(sites)),
        ):
            given = getattr(self, name)
            self._freeze(name, np.array(default if given is None else given, dtype=kind))
        self._freeze("capacity", _table(self.capacity))
        low = np.zeros((sites, measures)) if self.minimum_load is None else self.minimum_load
        self._freeze("minimum_load", _table(low))
        if self.usage is not None:
            self._freeze("usage", np.array(self.usage, dtype=np.float64))
        if self.maximum_open < 0:
            object.__setattr__(self, "maximum_open", sites)

    def _fill_names(self) -> None:
        customers, sites = self.cost.shape
        for name, prefix, count in (
            ("customer_names", "customer", customers),
            ("site_names", "site", sites),
            ("measure_names", "measure", self.demand.shape[1]),
        ):
            given = tuple(getattr(self, name)) or tuple(f"{prefix}_{i}" for i in range(count))
            object.__setattr__(self, name, given)

    def _defects(self) -> Iterator[str]:
        customers, sites = self.cost.shape
        measures = self.demand.shape[1]
        shapes: dict[str, tuple[int, ...]] = {
            "demand": (customers, measures),
            "capacity": (sites, measures),
            "fixed_cost": (sites,),
            "usage": (measures, customers, sites),
            "forced_open": (sites,),
            "forced_closed": (sites,),
            "locks": (customers,),
            "minimum_load": (sites, measures),
            "maximum_share": (measures,),
            "own_customer": (sites,),
        }
        for name, shape in shapes.items():
            array = getattr(self, name)
            if array is not None and array.shape != shape:
                yield f"{name} has shape {array.shape}, expected {shape}"
        for name, count in (("customer_names", customers), ("site_names", sites)):
            if len(getattr(self, name)) != count:
                yield f"{name} has {len(getattr(self, name))} entries, expected {count}"
        yield from self._bad_values()
        for name, limit in (("locks", sites), ("own_customer", customers)):
            array = getattr(self, name)
            if array.size and (array.min() < -1 or array.max() >= limit):
                yield f"{name} must lie in -1..{limit - 1}, found {array.min()}..{array.max()}"

    def _bad_values(self) -> Iterator[str]:
        finite = {"demand", "fixed_cost", "minimum_load", "usage"}
        for item in fields(self):
            array = getattr(self, item.name)
            if not isinstance(array, np.ndarray) or array.dtype != np.float64:
                continue
            bad = ~np.isfinite(array) if item.name in finite else np.isnan(array)
            if item.name in ("demand", "capacity", "usage", "minimum_load", "maximum_share"):
                bad |= array < 0
            if item.name == "cost":
                bad |= array == -np.inf
            if bad.any():
                where = tuple(int(k) for k in np.argwhere(bad)[0])
                yield f"{item.name}{list(where)} = {array[where]} is not usable"

    @property
    def n_customers(self) -> int:
        """Number of customers."""
        return int(self.cost.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of candidate sites."""
        return int(self.cost.shape[1])

    @property
    def n_measures(self) -> int:
        """Number of capacity measures."""
        return int(self.demand.shape[1])

    @cached_property
    def total_demand(self) -> Floats:
        """Total of every measure, (n_measures,); with `usage` the least possible total."""
        if self.usage is None:
            return np.asarray(self.demand.sum(axis=0))
        least = np.where(self.reachable[None], self.usage, np.inf).min(axis=2)
        return np.asarray(least.sum(axis=1))

    @cached_property
    def limit(self) -> Floats:
        """Capacity of every site, (n_sites, n_measures), cut by the maximum share."""
        share = np.where(self.maximum_share < 1.0, self.maximum_share * self.total_demand, np.inf)
        return np.minimum(self.capacity, share[None, :])

    @cached_property
    def reachable(self) -> Flags:
        """Arcs that reach, locks and closed sites leave, (n_customers, n_sites)."""
        reachable = np.isfinite(self.cost) & ~self.forced_closed[None, :]
        locked = self.locks >= 0
        reachable[locked] &= self.locks[locked, None] == np.arange(self.n_sites)[None, :]
        return reachable

    @cached_property
    def allowed(self) -> Flags:
        """Arcs that may be used, (n_customers, n_sites): reachable, and the customer fits."""
        allowed = self.reachable.copy()
        if self.single_source:
            for measure in range(self.n_measures):
                fits = self.arc_usage(measure) <= self.limit[None, :, measure] * (1 + 1e-12)
                allowed &= fits
        return allowed

    @cached_property
    def lists(self) -> Lists:
        """Candidate servers of every customer, cheapest first."""
        return list_servers(self)

    @cached_property
    def yard(self) -> Yard:
        """Candidate arcs by site, for moves of sites."""
        return yard_of(self)

    def arc_usage(self, measure: int) -> Floats:
        """Return what each arc takes of a measure, broadcastable to (n_customers, n_sites)."""
        if self.usage is None:
            return np.asarray(self.demand[:, measure, None])
        return np.asarray(self.usage[measure])

    def used(self, measure: int, customers: Indices, sites: Indices) -> Floats:
        """Return what given arcs take of a measure, shape of the index arrays."""
        if self.usage is None:
            return np.asarray(self.demand[customers, measure])
        return np.asarray(self.usage[measure, customers, sites])

    @cached_property
    def binding(self) -> tuple[int, ...]:
        """Measures whose capacity can bind at all; the others are free."""
        free = []
        for measure in range(self.n_measures):
            most = np.where(self.allowed, self.arc_usage(measure), 0.0).sum(axis=0)
            if (most > self.limit[:, measure]).any():
                free.append(measure)
        return tuple(free)

    @cached_property
    def fewest_open(self) -> int:
        """Least number of open sites: as asked, and enough for the largest to hold all demand."""
        fewest = self.minimum_open
        for measure in self.binding:
            limit = np.where(self.forced_closed, 0.0, self.limit[:, measure])
            held = np.cumsum(np.sort(limit)[::-1])
            need = self.total_demand[measure] * (1 - 1e-9)
            fewest = max(fewest, int(np.searchsorted(held, need)) + 1)
        return min(fewest, self.maximum_open)

    @cached_property
    def covering(self) -> tuple[Floats, float]:
        """What each site can hold, (n_sites,), and what open sites must hold together.

        The latter is 0 where the number of sites says it already, or nothing at all.
        """
        if len(self.binding) != 1 or self.forced_open.all():
            return np.zeros(self.n_sites), 0.0
        limit = np.array(self.limit[:, self.binding[0]])
        free = limit[~self.forced_closed]
        if not np.isfinite(free).all() or np.ptp(free) == 0.0:
            return np.zeros(self.n_sites), 0.0
        return limit, float(self.total_demand[self.binding[0]]) * (1 - 1e-9)

    @cached_property
    def cost_step(self) -> float:
        """Step of which every single-source objective is a multiple; 0 when there is none known."""
        if not self.single_source:
            return 0.0
        if self.shape is not None and not self.shape.hard.all():
            return 0.0
        values = np.concatenate([self.cost[self.allowed], self.fixed_cost])
        step = 1.0
        whole = bool(values.size) and bool((values == np.round(values)).all())
        return step if whole and np.abs(values).max(initial=0.0) < 1e9 else 0.0


def _table(values: object) -> Floats:
    array = np.array(values, dtype=np.float64)
    return array[:, None] if array.ndim == 1 else array
