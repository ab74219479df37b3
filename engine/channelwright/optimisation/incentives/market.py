"""A market's terms as an incentive problem: sellers who choose effort, owners who must earn.

Per mode the parties are its sellers (alike, with the effort levels of the mode) and the owners of
its sites (each with capital of its own). States are the months, which a seller knows. What a seller
*believes* that effort sells decides its effort (`rules.behaviour.seller_payoffs`); what effort
*does* to calls, execution and demand (`rules.flows`) decides what is earned and paid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from channelwright.foundation.errors import InfeasibleError
from channelwright.foundation.units import PPM, TICKS_PER_UNIT, FloatArray, IntArray
from channelwright.optimisation.incentives.levels import (
    Level,
    believed_sales,
    buyers_of,
    employers,
    levels_of,
    months_of,
    owners_of,
    real_sales,
    season_of,
)
from channelwright.optimisation.incentives.problem import (
    IncentiveProblem,
    LadderRow,
    ModeContract,
    Party,
    Term,
)
from channelwright.rules.flows import full_cases

if TYPE_CHECKING:
    from channelwright.model.calibration import Calibration
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.model.request import TermsChoice

#: Terms of every mode, in this order.
COMMISSION, BONUS, REBATE = range(3)
#: Currency per month by which a seller must prefer the wanted effort to a lower one: far above
#: the half tick at which `behaviour.best_response` sees a tie, far below what matters.
TIE = 0.01


def problem_of(
    market: Market, choice: TermsChoice, design: Design, calibration: Calibration | None = None
) -> IncentiveProblem:
    """State the incentive problem of a request, in currency per month.

    Raises
    ------
    InfeasibleError
        A mode has neither people nor owners who buy from the manufacturer.
    """
    for mode in choice.modes.tolist():
        if not (design.reps.mode == mode).any() and not owners_of(market, design, mode).size:
            message = (
                f"terms of {market.modes.ids[mode]}: design {design.name!r} has neither people nor "
                "independent sites in this mode, so its terms reach nobody; leave the mode out"
            )
            raise InfeasibleError(message)
    modes = tuple(
        mode_contract(market, choice, design, m, calibration) for m in choice.modes.tolist()
    )
    ladder = tuple(
        row
        for place, m in enumerate(choice.modes.tolist())
        for row in ladder_rows(market, design, m, place)
    )
    return IncentiveProblem(modes, ladder, TIE, f"{market.finance.currency} per month")


def mode_contract(
    market: Market,
    choice: TermsChoice,
    design: Design,
    mode: int,
    calibration: Calibration | None = None,
) -> ModeContract:
    """State one mode: outcomes are (believed or real, month, level)."""
    months, owners = months_of(market), owners_of(market, design, mode)
    people = int((design.reps.mode == mode).sum())
    levels = levels_of(market, design, mode, owners, people, calibration)
    season = season_of(market, design, mode, months)
    states, effort = len(months.number), len(levels)
    real = np.arange(states * effort).reshape(states, effort)
    law = np.eye(2 * states * effort)
    believed = believed_sales(market, design, mode, months, effort)
    return ModeContract(
        name=market.modes.names[mode],
        parties=_parties(market, choice, design, mode, owners, people, effort),
        terms=_terms(market, choice, design, mode, people),
        basis=_basis(market, design, mode, levels, season, believed, people),
        own_income=_own_income(market, design, mode, levels, believed, people),
        value=np.concatenate(
            [np.outer(season, [level.profit for level in levels]).ravel(), np.zeros(real.size)]
        ),
        probability=law[real],
        state_share=months.share,
        belief=law[real + real.size],
        capital=_capital(levels, states, people),
    )


def _parties(
    market: Market,
    choice: TermsChoice,
    design: Design,
    mode: int,
    owners: IntArray,
    people: int,
    effort: int,
) -> tuple[Party, ...]:
    parties = []
    if people:
        role = int(market.modes.role[mode])
        cost = market.modes.effort_cost[mode][:effort] / TICKS_PER_UNIT
        parties.append(
            Party(
                name=f"a {market.roles.ids[role]}",
                levels=tuple(f"effort {e:g}" for e in market.modes.effort[mode]),
                effort_cost=tuple(cost.tolist()),
                outside=float(choice.reservation_pay[role]) / TICKS_PER_UNIT,
                count=float(people),
            )
        )
    parties += [
        Party(
            name=market.sites.names[site],
            levels=("as is",),
            effort_cost=(0.0,),
            required_return=choice.reservation_roi / PPM / 12,
        )
        for site in owners.tolist()
    ]
    return tuple(parties)


def rebate_values(market: Market, choice: TermsChoice, design: Design, mode: int) -> IntArray:
    """Return account rebates (ppm) that the allowed changes of the owner's margin lead to.

    A change is a share of the outlet price, a rebate a share of the account price.
    """
    now = int(design.terms.account_rebate[mode])
    rows = design.outlets.mode == mode
    cases = full_cases(market)[rows].sum(axis=0) if rows.any() else np.ones(len(market.products))
    outlet = float(cases @ design.terms.price_outlet[mode])
    account = float(cases @ design.terms.price_account[mode])
    change = choice.margin_change if account > 0 else choice.margin_change[:0]
    values = now + np.floor(change * (outlet / max(account, 1.0)) + 0.5).astype(np.int64)
    values = np.unique(values[(values >= 0) & (values < PPM)])
    return values if values.size else np.array([now], dtype=np.int64)


def _terms(
    market: Market,
    choice: TermsChoice,
    design: Design,
    mode: int,
    people: int,
) -> tuple[Term, ...]:
    """Return commission, bonus and account rebate; what reaches nobody keeps its value."""
    terms = design.terms
    commission = choice.commission if people and choice.commission.size else None
    bonus = choice.bonus if people and choice.bonus.size and terms.quota[mode] > 0 else None
    buyers = buyers_of(market, design, mode)
    rebate = rebate_values(market, choice, design, mode) if buyers.size else None
    return (
        _term("commission", commission, int(terms.commission[mode]), PPM, "share of sales"),
        _term("bonus", bonus, int(terms.bonus[mode]), TICKS_PER_UNIT, "per month"),
        _term("account rebate", rebate, int(terms.account_rebate[mode]), PPM, "share of purchases"),
    )


def _term(name: str, values: IntArray | None, now: int, scale: int, unit: str) -> Term:
    numbers = np.array([now]) if values is None else np.unique(values)
    grid = tuple((numbers / scale).tolist())
    return Term(name, min(grid), max(grid), grid=grid, unit=unit)


def _basis(
    market: Market,
    design: Design,
    mode: int,
    levels: list[Level],
    season: FloatArray,
    believed: FloatArray,
    people: int,
) -> FloatArray:
    """What a unit of each term pays each party: (3, K, 2 x months x levels)."""
    real = real_sales(levels, season, people)
    sold = np.concatenate([real.ravel(), believed.ravel()])
    quota = int(design.terms.quota[mode]) / TICKS_PER_UNIT
    reached = (sold >= quota) & (quota > 0)
    n_owners, nothing = len(levels[0].bought), np.zeros(believed.size)
    staff = employers(market, design, mode, owners_of(market, design, mode))
    seller, owner_parts = 1 if people else 0, []
    for j in range(n_owners):
        heads = int((staff[design.reps.mode == mode] == j).sum())
        sales = np.outer(season, [level.sales[j] for level in levels]).ravel()
        bought = np.outer(season, [level.bought[j] for level in levels]).ravel()
        owner_parts.append(
            (
                np.concatenate([-sales, nothing]),
                np.where(np.arange(sold.size) < real.size, -heads * reached, 0.0),
                np.concatenate([bought, nothing]),
            )
        )
    basis = np.zeros((3, seller + n_owners, sold.size))
    if seller:
        basis[COMMISSION, 0], basis[BONUS, 0] = sold, reached
    for j, parts in enumerate(owner_parts):
        basis[:, seller + j] = parts
    return basis


def _own_income(
    market: Market,
    design: Design,
    mode: int,
    levels: list[Level],
    believed: FloatArray,
    people: int,
) -> FloatArray:
    """Income outside the terms: (K, 2 x months x levels).

    A seller really has its wage; when it weighs effort it thinks of the margin on what it sells
    (`margin_share`, salesmen who live by the house) and not of the wage, which is certain.
    """
    states = len(believed)
    rows = []
    if people:
        wage = float(market.roles.wage[int(market.modes.role[mode])]) / TICKS_PER_UNIT
        share = int(design.terms.margin_share[mode]) / PPM
        rows.append(np.concatenate([np.full(believed.size, wage), (share * believed).ravel()]))
    for j in range(len(levels[0].bought)):
        income = np.tile([level.income[j] for level in levels], states)
        rows.append(np.concatenate([income, np.zeros(believed.size)]))
    return np.array(rows).reshape(-1, 2 * believed.size)


def _capital(levels: list[Level], states: int, people: int) -> FloatArray:
    seller = np.zeros((len(levels), 1 if people else 0))
    table = np.concatenate([seller, np.array([level.capital for level in levels])], axis=1)
    return np.broadcast_to(table, (states, *table.shape))


def ladder_rows(market: Market, design: Design, mode: int, place: int) -> list[LadderRow]:
    """Keep the price ladder: production cost <= net account price <= net outlet price."""
    terms, buyers = design.terms, buyers_of(market, design, mode)
    account = terms.price_account[mode].astype(np.float64)
    if not buyers.size or not np.all(account > 0):
        return []
    net = terms.price_outlet[mode] * (1 - int(terms.outlet_rebate[mode]) / PPM)
    return [
        LadderRow(
            name=f"{market.modes.names[mode]}: cost <= net account price <= net outlet price",
            coefficients=((place, REBATE, 1.0),),
            low=float((1 - net / account).max()),
            high=float((1 - market.products.production_cost / account).min()),
        )
    ]
