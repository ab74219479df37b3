"""The loop: optimise, simulate, measure the forecast's error, recalibrate, repeat; then search.

Three studies share one name: `...-rounds` (worlds of calibration), `...-search` (worlds of the
search), and the name itself, whose worlds neither has seen, for the verdict and the report.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from channelwright.foundation.errors import UsageError
from channelwright.foundation.hashing import digest
from channelwright.rules.expectation import expect
from channelwright.store.identity import content_digest, engine_digest
from channelwright.store.study import StudyFolder
from channelwright.studies.choose import Plan, market_of, optimise, question_of
from channelwright.studies.forecast_error import (
    error_table,
    expected_heads,
    forecast_errors,
    simulated_heads,
)
from channelwright.studies.improve_tables import named, round_table, verdict_table
from channelwright.studies.neighbourhood import (
    PROFIT,
    Effort,
    Found,
    search,
    upper_limits,
)
from channelwright.studies.recalibrate import recalibrated
from channelwright.studies.samples import collect
from channelwright.studies.setting import Setting

if TYPE_CHECKING:
    import pandas as pd

    from channelwright.foundation.units import FloatArray
    from channelwright.model.calibration import Calibration
    from channelwright.model.market import Market
    from channelwright.model.request import Request
    from channelwright.model.study import Pack
    from channelwright.studies.runs import Runs

USUAL = Setting()
SEARCH = Effort()
#: Below this fall of the mean error, another round is not worth its solves.
LEAST_FALL = 1e-4


@dataclass(frozen=True)
class Spending:
    """How much the loop may spend.

    Attributes
    ----------
    rounds : int, optimise and simulate at most so often
    replications : int, of each round
    judged : int, replications of the verdict
    limits : int, replications of every neighbour where the search finds no step; 0 = no limits
    damping : float, share of the way that multipliers go in one round
    search : Effort
    """

    rounds: int = 5
    replications: int = 10
    judged: int = 30
    limits: int = 20
    damping: float = 0.5
    search: Effort = SEARCH


@dataclass(frozen=True)
class Round:
    """One round of the loop.

    Attributes
    ----------
    number : int
    plan : Plan, chosen under the calibration of the round
    calibration : Calibration or None
    simulated : DataFrame, heads by replication
    profit : (n,) float64, simulated contribution
    errors : dict of (n,) float64, see `channelwright.studies.forecast_error.forecast_errors`
    """

    number: int
    plan: Plan
    calibration: Calibration | None
    simulated: pd.DataFrame
    profit: FloatArray
    errors: dict[str, FloatArray]


@dataclass(frozen=True)
class Improvement:
    """What the loop found.

    Attributes
    ----------
    request, scenario : str
    rounds : DataFrame
        One row per round: round, design (letter, equal designs share it), people, sites, forecast,
        simulated, low, high (contribution), error_volume, error_mechanism, error_money, error.
    heads : DataFrame
        Forecast, simulated, interval and error of every head, first and last round on the worlds of
        the verdict (`channelwright.studies.forecast_error.error_table`, led by ``round``).
    found : Found, of the search
    verdict : DataFrame
        One row per statement: statement, estimate, low, high (95 %, paired), unit, replications.
    limits : DataFrame or None
        Simultaneous upper limits of the neighbours, where the search took no step.
    plan : Plan, the final design with its forecast under `calibration`
    calibration : Calibration
    ended : str, why the rounds ended
    runs : Runs, baseline and finalists in the worlds of the verdict
    """

    request: str
    scenario: str
    rounds: pd.DataFrame
    heads: pd.DataFrame
    found: Found
    verdict: pd.DataFrame
    limits: pd.DataFrame | None
    plan: Plan
    calibration: Calibration
    ended: str
    runs: Runs

    def __str__(self) -> str:
        """Return the outcome as one paragraph."""
        first, last = self.rounds.iloc[0], self.rounds.iloc[-1]
        steps = len(self.found.steps)
        text = (
            f"{len(self.rounds)} rounds, ended because {self.ended}; mean error of the forecast "
            f"{first['error']:.1%} at first, {last['error']:.1%} at last; "
            f"{steps} step{'' if steps == 1 else 's'} taken by the search"
        )
        return f"{text}: {'; '.join(self.found.steps)}" if steps else text


def improve(
    pack: Pack,
    name: str | None = None,
    *,
    scenario: str | None = None,
    baseline: str | None = None,
    spending: Spending | None = None,
    setting: Setting = USUAL,
) -> Improvement:
    """Optimise, simulate and recalibrate until the forecast no longer gets better; then search.

    The same call goes on where it stopped: chosen designs and runs are found again by hash.

    Parameters
    ----------
    pack : Pack
    name : str, optional
        A request; default: the only one of the pack's study.
    scenario, baseline : default: those of the pack's study (its first scenario)
    spending : Spending, optional
    setting : Setting
        Where and how runs are made; its seed is that of the calibration, the others follow from it.

    Raises
    ------
    UsageError
        The pack has no such request, or several and none is named.
    InfeasibleError
        The request has no answer.
    """
    loop = _Loop(pack, name, scenario, baseline, spending or Spending(), setting)
    rounds, ended = loop.rounds()
    # What the optimiser believed best need not be: the simulated best goes on.
    best = max(rounds, key=lambda one: float(one.profit.mean()))
    calibration = recalibrated(
        loop.market,
        best.plan.design,
        best.calibration,
        best.simulated,
        damping=1.0,
        source=f"{len(rounds)} rounds of {pack.name}, {loop.name}",
    )
    found = search(
        pack, loop.request, best.plan.design, loop.where, loop.in_stage("search"), loop.spent.search
    )
    plan = loop.final_plan(found, best, calibration)
    return loop.verdict(rounds, ended, found, plan, calibration)


class _Loop:
    """One run of the loop: what is asked, and the names and seeds of its three studies."""

    def __init__(
        self,
        pack: Pack,
        name: str | None,
        scenario: str | None,
        baseline: str | None,
        spent: Spending,
        setting: Setting,
    ) -> None:
        self.pack, self.spent, self.setting = pack, spent, setting
        self.name = name or only_request(pack)
        if self.name not in pack.requests:
            message = (
                f"pack {pack.name!r} has no request {self.name!r}; "
                f"requests: {', '.join(pack.requests) or 'none'}"
            )
            raise UsageError(message)
        self.request: Request = pack.requests[self.name]
        self.where = scenario or pack.study.scenarios[0]
        self.market: Market = market_of(pack, self.where)
        self.baseline = baseline or pack.study.baseline
        self.seed = pack.study.seed if setting.seed is None else setting.seed
        question = (question_of(self.market, self.request), self.seed, engine_digest(), spent)
        self.study = setting.study or f"{pack.name}-improve-{digest(question)[:10]}"

    def in_stage(self, stage: str) -> Setting:
        """Return the setting of a stage: its own study, its own random worlds."""
        seed = self.seed
        if stage != "rounds":
            seed = int(digest({"seed": self.seed, "worlds of": stage})[:12], 16)
        name = self.study if stage == "verdict" else f"{self.study}-{stage}"
        return replace(self.setting, seed=seed, scenarios=(self.where,), study=name, baseline=None)

    def rounds(self) -> tuple[list[Round], str]:
        """Return the rounds and why they ended."""
        done: list[Round] = []
        seen: dict[str, int] = {}
        calibration = self.request.calibration
        for number in range(1, self.spent.rounds + 1):
            done.append(self._round(number, calibration))
            now = content_digest(done[-1].plan.design)
            if now in seen:
                return done, f"round {number} chose the design of round {seen[now]}"
            seen[now] = number
            if number > 1:
                before, after = (float(one.errors["all"].mean()) for one in done[-2:])
                if after > before - LEAST_FALL:
                    return done, "the error no longer fell"
            calibration = recalibrated(
                self.market,
                done[-1].plan.design,
                calibration,
                done[-1].simulated,
                damping=self.spent.damping,
                source=f"rounds 1 to {number} of {self.pack.name}, {self.name}",
            )
        return done, f"{self.spent.rounds} rounds were allowed"

    def _round(self, number: int, calibration: Calibration | None) -> Round:
        setting = self.in_stage("rounds")
        plan = self._chosen(number, calibration, setting)
        runs = setting.simulate(self.pack, [plan], self.spent.replications)
        simulated = simulated_heads(runs, self.market, plan.name, self.where)
        errors = forecast_errors(expected_heads(self.market, plan.design, calibration), simulated)
        profit = collect(runs, self.where).of(PROFIT)[0]
        return Round(number, plan, calibration, simulated, profit, errors)

    def _chosen(self, number: int, calibration: Calibration | None, setting: Setting) -> Plan:
        """Return the answer under a calibration; one that an earlier call kept is used again."""
        label = f"{self.name}_round_{number}"
        question = question_of(self.market, replace(self.request, calibration=calibration))
        kept = StudyFolder(Path(setting.out).resolve(), str(setting.study)).load_chosen(label)
        if kept is not None and kept.question == question and kept.forecast is not None:
            return Plan(kept.design, kept.certificates, kept.forecast, question)
        engine = self.setting.engine
        plan = optimise(
            self.pack,
            self.name,
            scenario=self.where,
            calibration=calibration,
            optimiser=None if engine is None else engine.optimiser,
        )
        title = f"{plan.design.title} (round {number})"
        design = replace(plan.design, name=label, title=title)
        return replace(plan, design=design, forecast=replace(plan.forecast, design=label))

    def final_plan(self, found: Found, best: Round, calibration: Calibration) -> Plan:
        """Return the final design; bounds are claimed only for one that the optimiser chose."""
        label, title = f"{self.name}_improved", f"{self.request.title} (improved by simulation)"
        design = replace(found.design, name=label, title=title)
        certificates = () if found.steps else best.plan.certificates
        forecast = expect(self.market, design, calibration)
        return Plan(design, certificates, forecast, best.plan.question)

    def verdict(
        self,
        rounds: list[Round],
        ended: str,
        found: Found,
        plan: Plan,
        calibration: Calibration,
    ) -> Improvement:
        """Judge baseline, first and final design in worlds that nothing else has used."""
        setting, first = self.in_stage("verdict"), rounds[0]
        label = f"{self.name}_first"
        title = f"{self.request.title} (first answer)"
        start = replace(first.plan, design=replace(first.plan.design, name=label, title=title))
        start = replace(start, forecast=replace(start.forecast, design=label))
        runs = replace(setting, baseline=self.baseline).simulate(
            self.pack, [self.baseline, start, plan], self.spent.judged
        )
        heads = [simulated_heads(runs, self.market, one.name, self.where) for one in (start, plan)]
        expected = [
            expected_heads(self.market, one.design, used)
            for one, used in ((start, first.calibration), (plan, calibration))
        ]
        tables = [error_table(*pair) for pair in zip(expected, heads, strict=True)]
        errors = [forecast_errors(*pair) for pair in zip(expected, heads, strict=True)]
        profit = collect(runs, self.where).of(PROFIT)
        limits = None
        if not found.steps and self.spent.limits and found.neighbours:
            near = self.in_stage("limits")
            limits = upper_limits(self.pack, plan.design, found.neighbours, self.spent.limits, near)
        return Improvement(
            self.name,
            self.where,
            round_table(rounds),
            named(tables, self.market),
            found,
            verdict_table(profit, errors, self.baseline, self.market.finance.currency),
            limits,
            plan,
            calibration,
            ended,
            runs,
        )


def only_request(pack: Pack) -> str:
    """Return the one request of a pack's study; refuses packs with none or several."""
    asked = [name for name in pack.study.designs if name in pack.requests] or list(pack.requests)
    if len(asked) != 1:
        known = ", ".join(asked) or "none"
        message = f"pack {pack.name!r} has {len(asked)} requests ({known}); name the one to improve"
        raise UsageError(message)
    return asked[0]
