"""Answer a request: sites and territories, head-count and visits, terms, in this order.

Each part takes the design as the parts before it left it; no joint optimum is claimed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from channelwright.model.certificate import Certificate
from channelwright.model.design import Design
from channelwright.model.forecast import Forecast
from channelwright.model.market import Market
from channelwright.model.request import Request
from channelwright.optimisation.headcount.choose import choose_headcount
from channelwright.optimisation.incentives.request import choose_terms
from channelwright.optimisation.memory import Memory, TeamMemory
from channelwright.optimisation.rep_territories import choose_rep_territories
from channelwright.optimisation.search_settings import PLAIN, SearchSettings
from channelwright.optimisation.territories.choose import decide_territories
from channelwright.optimisation.territories.memory import TerritoryMemory
from channelwright.rules.expectation import expect


@dataclass(frozen=True)
class Answer:
    """The answer to a request.

    Attributes
    ----------
    design : Design
    certificates : tuple of Certificate, one per part that was chosen, in that order
    forecast : Forecast of the design
    memory : Memory or None, what choices of territories leave for the next ones
    """

    design: Design
    certificates: tuple[Certificate, ...]
    forecast: Forecast
    memory: Memory | None = None


def optimise_request(market: Market, request: Request, settings: SearchSettings = PLAIN) -> Answer:
    """Choose what a request leaves open.

    Parameters
    ----------
    market : Market
    request : Request
    settings : SearchSettings
        Time and progress of the searches for territories, and what an earlier choice left.

    Raises
    ------
    InfeasibleError
        When a part has no solution; the message names the numbers that clash.
    SolverError
        When the solver stops without an answer that can be used.
    """
    design = replace(request.start, name=request.name, title=request.title)
    certificates: list[Certificate] = []
    sites: TerritoryMemory | None = None
    teams: tuple[TeamMemory, ...] = ()
    calibration = request.calibration
    if request.sites is not None:
        found = decide_territories(
            market, request.sites, design, calibration=calibration, settings=settings
        )
        design, sites = found.design, found.memory
        certificates.append(found.certificate)
    if request.headcount is not None:
        design, certificate = choose_headcount(
            market, request.headcount, design, calibration=calibration
        )
        certificates.append(certificate)
        if request.headcount.territories is not None:
            divided = choose_rep_territories(
                market,
                request.headcount,
                design,
                request.start,
                calibration=calibration,
                settings=settings,
            )
            design, teams = divided.design, divided.teams
            certificates.append(divided.certificate)
    if request.terms is not None:
        design, certificate = choose_terms(market, request.terms, design, calibration=calibration)
        certificates.append(certificate)
    design = replace(design, name=request.name, title=request.title)
    memory = None
    if sites is not None or teams:
        memory = Memory(market.outlets.ids, np.array(design.outlets.rep), sites, teams)
    return Answer(design, tuple(certificates), expect(market, design, calibration), memory)
