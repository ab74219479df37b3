"""A pack and the study that it asks for."""

from __future__ import annotations

from dataclasses import dataclass, field

from channelwright.model.design import Design
from channelwright.model.market import Market
from channelwright.model.request import Request
from channelwright.model.transition import TransitionPlan


@dataclass(frozen=True)
class Expectation:
    """One gate: what a KPI of a design must be.

    Attributes
    ----------
    kpi : str
    design : str, name of a design or ``"*"``
    at_least, at_most : float or None
        Bounds of what is estimated; one of the four bounds is given.
    confidence : float, of the one-sided interval
    paired : bool, True: the bound holds for the paired difference to the baseline
    not_below, not_above : float or None
        Share of the golden study's mean that the KPI may lose, or gain, against it.
    quantile : float or None, bounds hold for this quantile over random worlds, not the mean
    reaches, stays_below : float or None
        Bounds hold for the probability that a world's value is at least, or at most, this.
    """

    kpi: str
    design: str
    at_least: float | None
    at_most: float | None
    confidence: float
    paired: bool = False
    not_below: float | None = None
    not_above: float | None = None
    quantile: float | None = None
    reaches: float | None = None
    stays_below: float | None = None

    @property
    def golden(self) -> bool:
        """Whether the KPI is compared with a stored golden study."""
        return self.not_below is not None or self.not_above is not None


@dataclass(frozen=True)
class Fact:
    """One fact of the baseline that the report checks: KPI, range and source."""

    kpi: str
    at_least: float | None
    at_most: float | None
    text: str
    source: str


@dataclass(frozen=True)
class StudySpec:
    """What to compare.

    Attributes
    ----------
    designs : names of designs and requests, in the order of the report
    baseline : name of one of them
    scenarios : names of scenarios
    replications, seed : int
    expect : gates
    facts : facts of the baseline
    """

    designs: tuple[str, ...]
    baseline: str
    scenarios: tuple[str, ...]
    replications: int
    seed: int
    expect: tuple[Expectation, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True)
class Change:
    """One applied override: where, old value, new value, by which override."""

    key: str
    old: str
    new: str
    by: str


@dataclass(frozen=True)
class DataNote:
    """One line of evidence: what is real, derived or assumed, and its source."""

    subject: str
    kind: str
    text: str
    source: str


@dataclass(frozen=True)
class Pack:
    """A scenario pack, read and checked.

    Attributes
    ----------
    name, title, description : str
    markets : scenario name -> Market; ``"base"`` is the pack without scenario overrides
    designs, requests : name -> given designs; designs with parts to choose
    study : StudySpec
    changes : applied overrides, in order
    notes : evidence lines for the report
    history : observed series by name (for instance weekly litres), for the baseline check
    transition : dates and assumptions of the way to a design, or None
    content : hash of every file that was read
    warnings : what may be meant and rarely is, such as a price below cost; it stops nothing;
        each a line with place, value and remedy
    """

    name: str
    title: str
    description: str
    markets: dict[str, Market]
    designs: dict[str, Design]
    requests: dict[str, Request]
    study: StudySpec
    changes: tuple[Change, ...] = ()
    notes: tuple[DataNote, ...] = ()
    content: str = ""
    history: dict[str, tuple[float, ...]] = field(default_factory=dict)
    transition: TransitionPlan | None = None
    warnings: tuple[str, ...] = ()

    @property
    def market(self) -> Market:
        """The market of the first scenario of the study."""
        return self.markets[self.study.scenarios[0]]
