"""Choose commission, bonus and owners' margin of the modes of a request."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError, SolverError
from channelwright.foundation.units import PPM, TICKS_PER_UNIT
from channelwright.optimisation.incentives.choose import plan_terms
from channelwright.optimisation.incentives.levels import buyers_of, months_of
from channelwright.optimisation.incentives.market import (
    BONUS,
    COMMISSION,
    REBATE,
    problem_of,
    rebate_values,
)
from channelwright.rules import behaviour

if TYPE_CHECKING:
    from channelwright.model.calibration import Calibration
    from channelwright.model.certificate import Certificate
    from channelwright.model.design import Design, Terms
    from channelwright.model.market import Market
    from channelwright.model.request import TermsChoice
    from channelwright.optimisation.incentives.solution import IncentivePlan, ModeTerms
    from channelwright.optimisation.solver import SolverOptions

ASSUMPTION = (
    "Sellers of a mode are alike and settle on their best response in every month; the simulated "
    "ones differ and move towards it step by step."
)


def choose_terms(
    market: Market,
    choice: TermsChoice,
    design: Design,
    options: SolverOptions | None = None,
    calibration: Calibration | None = None,
) -> tuple[Design, Certificate]:
    """Choose the incentive split of a request for the manufacturer's highest expected profit.

    Parameters
    ----------
    market : Market
    choice : TermsChoice
    design : Design
        Complete; everything but commission, bonus and account rebate of the modes is kept.
    options : SolverOptions, optional
        Work limits of the search.
    calibration : Calibration, optional
        Multipliers on what effort brings.

    Returns
    -------
    tuple of Design and Certificate

    Raises
    ------
    InfeasibleError
        No terms on the grids make every party agree and act; the message names the numbers.
    SolverError
        No terms were found within the work limits, or the terms found would not bring about the
        effort that they were chosen for (a defect).
    """
    problem = problem_of(market, choice, design, calibration)
    plan, certificate = plan_terms(problem, options)
    if plan is None:
        error = InfeasibleError if certificate.status == "infeasible" else SolverError
        raise error(certificate.statement())
    terms = terms_with(design.terms, choice, plan)
    _check_best_responses(market, choice, design, terms, plan)
    pairs = zip(choice.modes.tolist(), plan.modes, strict=True)
    texts = [_mode_text(market, mode, found) for mode, found in pairs]
    dropped = [
        text for mode in choice.modes.tolist() if (text := _dropped(market, choice, design, mode))
    ]
    messages = (*texts, *certificate.messages, *dropped, ASSUMPTION)
    return replace(design, terms=terms), replace(certificate, messages=messages)


def terms_with(terms: Terms, choice: TermsChoice, plan: IncentivePlan) -> Terms:
    """Return the terms with the chosen figures put in, as whole ppm and ticks."""
    commission = np.array(terms.commission)
    bonus = np.array(terms.bonus)
    rebate = np.array(terms.account_rebate)
    for mode, found in zip(choice.modes.tolist(), plan.modes, strict=True):
        commission[mode] = round(float(found.terms[COMMISSION]) * PPM)
        bonus[mode] = round(float(found.terms[BONUS]) * TICKS_PER_UNIT)
        rebate[mode] = round(float(found.terms[REBATE]) * PPM)
    return replace(terms, commission=commission, bonus=bonus, account_rebate=rebate)


def _check_best_responses(
    market: Market, choice: TermsChoice, design: Design, terms: Terms, plan: IncentivePlan
) -> None:
    """Ask the simulator's own rule whether the terms bring about the effort of the plan."""
    months = months_of(market)
    for mode, found in zip(choice.modes.tolist(), plan.modes, strict=True):
        if not (design.reps.mode == mode).any():
            continue
        for s, factor in enumerate(months.factor):
            sales = behaviour.seller_sales(market, design, mode, factor)
            level = behaviour.best_response(behaviour.seller_payoffs(market, terms, mode, sales))
            if level != found.levels[s, 0]:
                message = (
                    f"terms of {market.modes.ids[mode]}: planned for effort level "
                    f"{found.levels[s, 0]} in month {months.number[s]}, but the rule of behaviour "
                    f"gives level {level}"
                )
                raise SolverError(message)


def _dropped(market: Market, choice: TermsChoice, design: Design, mode: int) -> str:
    """Say that some changes of margin were impossible, since a rebate cannot be negative."""
    asked, kept = np.unique(choice.margin_change).size, rebate_values(market, choice, design, mode)
    if not buyers_of(market, design, mode).size or asked == kept.size:
        return ""
    return (
        f"{market.modes.ids[mode]}: {asked - kept.size} of {asked} margin changes were left out, "
        "since they would make the account rebate negative; lower the list price instead."
    )


def _mode_text(market: Market, mode: int, found: ModeTerms) -> str:
    name = market.modes.ids[mode]
    text = (
        f"{name}: commission {found.terms[COMMISSION]:.2%}, bonus {found.terms[BONUS]:,.0f}, "
        f"account rebate {found.terms[REBATE]:.2%}"
    )
    effort = market.modes.effort[mode, found.levels[:, 0]] if found.levels.size else np.ones(1)
    return f"{text}; mean effort {float(effort.mean()):.2f}"
