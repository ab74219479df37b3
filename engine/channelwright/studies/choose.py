"""Choosing a design: the engine's answer to a request of the pack."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Protocol

import pandas as pd

from channelwright.foundation.errors import UsageError
from channelwright.foundation.hashing import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from channelwright.model.calibration import Calibration
    from channelwright.model.certificate import Certificate
    from channelwright.model.design import Design
    from channelwright.model.forecast import Forecast
    from channelwright.model.market import Market
    from channelwright.model.request import Request
    from channelwright.model.study import Pack
    from channelwright.optimisation.memory import Memory
    from channelwright.optimisation.search_settings import SearchSettings


class Answer(Protocol):
    """What the optimiser returns for a request."""

    @property
    def design(self) -> Design:
        """The chosen design."""
        ...

    @property
    def certificates(self) -> Mapping[str, Certificate] | Iterable[Certificate]:
        """One certificate per decision."""
        ...

    @property
    def forecast(self) -> Forecast:
        """What the design is expected to do."""
        ...


class Optimiser(Protocol):
    """Answers a request (`channelwright.optimisation.request.optimise_request`)."""

    def __call__(self, market: Market, request: Request) -> Answer:
        """Choose what the request leaves open."""
        ...


@dataclass(frozen=True)
class Plan:
    """A chosen design with the evidence for it.

    Attributes
    ----------
    design : Design
    certificates : tuple of Certificate
        One per decision, in the order in which they were taken.
    forecast : Forecast
    question : str
        Content hash of the request and the market that the design answers.
    memory : Memory or None
        What choices of territories leave for the next one (`warm` of `optimise`).
    """

    design: Design
    certificates: tuple[Certificate, ...]
    forecast: Forecast
    question: str
    memory: Memory | None = field(default=None, repr=False, compare=False)

    @property
    def name(self) -> str:
        """Name of the design."""
        return self.design.name

    def table(self) -> pd.DataFrame:
        """Return one row per decision: status, bounds, gap and statement."""
        rows = [
            {
                "decision": certificate.decision,
                "status": certificate.status,
                "lower_bound": certificate.lower_bound,
                "upper_bound": certificate.upper_bound,
                "unit": certificate.unit,
                "gap": certificate.gap,
                "statement": certificate.statement(),
            }
            for certificate in self.certificates
        ]
        return pd.DataFrame.from_records(rows)

    def __repr__(self) -> str:
        """Show the design's name and what is claimed for every decision."""
        lines = [f"Plan {self.name!r}"]
        return "\n  ".join(lines + [certificate.statement() for certificate in self.certificates])


def question_of(market: Market, request: Request) -> str:
    """Return the content hash of what an optimiser is asked."""
    return digest({"market": market, "request": request})


def optimise(
    pack: Pack,
    name: str,
    *,
    scenario: str | None = None,
    calibration: Calibration | None = None,
    optimiser: Optimiser | None = None,
    settings: SearchSettings | None = None,
    warm: Plan | None = None,
) -> Plan:
    """Choose everything that a request of the pack leaves open.

    Parameters
    ----------
    pack : Pack
        As `read_scenario` returns it.
    name : str
        Name of a request.
    scenario : str, optional
        Scenario whose market is planned for; the study's first one by default.
    calibration : Calibration, optional
        Used instead of the one that the request names.
    optimiser : Optimiser, optional
        Default: the engine's.
    settings : SearchSettings, optional
        Time limit and progress of the searches for territories; for the engine's optimiser only.
    warm : Plan, optional
        An answer to a similar request: its territories are where the search begins.

    Returns
    -------
    Plan
        The design, one certificate per decision, and the forecast.

    Raises
    ------
    UsageError
        When the pack has no such request or scenario.
    InfeasibleError
        When no design meets the request.
    """
    if name not in pack.requests:
        given = " It is a given design: simulate it." if name in pack.designs else ""
        known = ", ".join(pack.requests) or "none"
        msg = f"pack {pack.name!r} has no request {name!r}; requests: {known}.{given}"
        raise UsageError(msg)
    market = market_of(pack, scenario or pack.study.scenarios[0])
    request = pack.requests[name]
    if calibration is not None:
        request = replace(request, calibration=calibration)
    if optimiser is None:
        optimiser = _engine_optimiser(settings, None if warm is None else warm.memory)
    answer = optimiser(market, request)
    found = answer.certificates
    certificates = tuple(found.values() if hasattr(found, "values") else found)
    memory = getattr(answer, "memory", None)
    question = question_of(market, request)
    return Plan(answer.design, certificates, answer.forecast, question, memory)


def market_of(pack: Pack, scenario: str) -> Market:
    """Return the market of a scenario.

    Raises
    ------
    UsageError
        When the pack has no such scenario.
    """
    if scenario not in pack.markets:
        msg = (
            f"pack {pack.name!r} has no scenario {scenario!r}; scenarios: "
            f"{', '.join(pack.markets)}; name another one of its file when the pack is read"
        )
        raise UsageError(msg)
    return pack.markets[scenario]


def _engine_optimiser(
    settings: SearchSettings | None = None, warm: Memory | None = None
) -> Optimiser:
    # Loading Pyomo takes a second, which only those who optimise should spend.
    from channelwright.optimisation.request import optimise_request
    from channelwright.optimisation.search_settings import PLAIN

    conduct = settings or PLAIN
    if warm is not None:
        conduct = replace(conduct, warm=warm)
    return partial(optimise_request, settings=conduct)
