"""Explaining a design: its simple rule, who loses and what pays them out, which areas first."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from channelwright.foundation.units import TICKS_PER_UNIT, FloatArray
from channelwright.rules.flows import bits_per_week, expected_flows
from channelwright.rules.kpi_money import site_results
from channelwright.stats.means import mean_limits
from channelwright.store.answers import save_answer
from channelwright.studies.beside import played_beside, refuse_unknown
from channelwright.studies.setting import Setting
from channelwright.studies.simple_rule import SimpleRule, simple_rule
from channelwright.tables.codes import Account, Party

if TYPE_CHECKING:
    from channelwright.model.design import Design
    from channelwright.model.market import Market
    from channelwright.studies.runs import Runs
    from channelwright.studies.samples import Samples

PROFIT, VOLUME = "profit_manufacturer", "delivered_cases"
RULE = "simple_rule"
_GROUPS = {
    "profit_outlets": "Shops",
    "profit_chains": "Chains",
    "pay_people": "People who sell",
}


@dataclass(frozen=True)
class Explanation:
    """What a design comes down to.

    Attributes
    ----------
    design, baseline : str
    rule : SimpleRule
    cost_of_rule : DataFrame
        The rule's design less the design itself: kpi, estimate, low, high, unit (95 %, paired).
    parties : DataFrame
        One row per party: party, change, low, high (currency units over the measured days, against
        the baseline), payment (what makes a loser whole in the mean).
    remains : (float, float, float)
        What the manufacturer keeps of its gain after all payments, with its 95 % interval.
    areas : DataFrame
        Most gain per outlet first (areas that gain although nothing changes in them before all
        others, those that lose so after all others): area, gain, low, high (the manufacturer's),
        outlets that change mode, server or call frequency, people added, gain_per_outlet (NaN
        where nothing changes), so_far (gain of this area and those before it).
    replications : int
    """

    design: str
    baseline: str
    rule: SimpleRule
    cost_of_rule: pd.DataFrame
    parties: pd.DataFrame
    remains: tuple[float, float, float]
    areas: pd.DataFrame
    replications: int

    def plain(self) -> dict[str, object]:
        """Return the explanation as values that JSON can hold."""
        branches = [{**asdict(one), "text": str(one)} for one in self.rule.branches]
        return {
            "baseline": self.baseline,
            "right": self.rule.right,
            "asked": list(self.rule.asked),
            "branches": [{**one, "conditions": list(one["conditions"])} for one in branches],
            "cost_of_rule": self.cost_of_rule.to_dict("records"),
            "parties": self.parties.to_dict("records"),
            "remains": list(self.remains),
            "areas": self.areas.astype(object).where(self.areas.notna(), None).to_dict("records"),
            "replications": self.replications,
        }


def explain(
    runs: Runs,
    design: str,
    baseline: str | None = None,
    *,
    scenario: str | None = None,
    setting: Setting | None = None,
) -> Explanation:
    """Explain a design of a study; its simple rule is built and simulated in the same worlds.

    Parameters
    ----------
    runs : Runs
        A study with the design and the baseline.
    design : str
    baseline, scenario : default: those of the study (its first scenario)
    setting : Setting, optional
        Workers and progress; the rest is the study's.

    Raises
    ------
    UsageError
        The study has no such design or scenario.
    """
    from channelwright.optimisation.remode import with_modes

    base = runs.baseline if baseline is None else baseline
    where = runs.scenarios[0] if scenario is None else scenario
    refuse_unknown(runs, (design, base), (where,))
    market = runs.study.market(where)
    chosen, today = runs.study.design(design), runs.study.design(base)
    rule = simple_rule(market, chosen)
    ruled = replace(with_modes(market, chosen, rule.mode), name=RULE)
    purpose = f"explain-{base}-{design}"
    sample = played_beside(runs, where, [today, chosen, ruled], purpose, setting or Setting())
    numbers = sample.replications
    flows = {one.name: _postings(runs, one, market, where, numbers) for one in (today, chosen)}
    parties, remains = _parties(market, sample, flows, base, design)
    found = Explanation(
        design,
        base,
        rule,
        _cost_of_rule(sample, design),
        parties,
        remains,
        _areas(market, today, chosen, flows),
        len(numbers),
    )
    save_answer(runs.study.folder, "explain", design, {"scenario": where, **found.plain()})
    return found


def _cost_of_rule(sample: Samples, design: str) -> pd.DataFrame:
    own, rule = sample.designs.index(design), sample.designs.index(RULE)
    rows = []
    for kpi in (PROFIT, VOLUME):
        limits = mean_limits(sample.of(kpi)[rule] - sample.of(kpi)[own])
        rows.append(
            {
                "kpi": kpi,
                "estimate": float(limits.estimate),
                "low": float(limits.low),
                "high": float(limits.high),
                "unit": sample.units[kpi],
            }
        )
    return pd.DataFrame.from_records(rows)


@dataclass(frozen=True)
class _Postings:
    """Money of one design: (n,) profits of houses by site, (areas, n) of the manufacturer."""

    houses: dict[int, FloatArray]
    areas: FloatArray


def _postings(
    runs: Runs, design: Design, market: Market, scenario: str, numbers: tuple[int, ...]
) -> _Postings:
    tables = {}
    for name in ("ledger", "site_cells"):
        table = runs.table(name)
        mine = (table["design"] == design.name) & (table["scenario"] == scenario)
        tables[name] = table[mine]
    weight = _reach(market, design)
    houses: dict[int, FloatArray] = {}
    areas = np.zeros((len(market.areas), len(numbers)))
    for place, number in enumerate(numbers):
        run = {
            name: {
                column: table.loc[table["replication"] == number, column].to_numpy()
                for column in table.columns
            }
            for name, table in tables.items()
        }
        results = site_results(market, design, run)
        for row in results[results["independent"]].itertuples(index=False):
            profit = houses.setdefault(int(row.site), np.zeros(len(numbers)))
            profit[place] = float(row.profit)
        areas[:, place] = _by_area(run["ledger"], weight, len(market.areas))
    return _Postings(houses, areas)


def _reach(market: Market, design: Design) -> FloatArray:
    """Return the share of every area in the cases that flow through every site: (S, A)."""
    rows = np.flatnonzero(design.outlets.mode >= 0)
    cases = expected_flows(market, design).cases.sum(axis=1)
    through = np.zeros((len(market.sites), len(market.areas)))
    np.add.at(through, (design.outlets.site[rows], market.outlets.area[rows]), cases[rows])
    own = through.copy()
    for site in range(len(market.sites)):
        above = int(design.sites.parent[site])
        while above >= 0:
            through[above] += own[site]
            above = int(design.sites.parent[above])
    total = through.sum(axis=1, keepdims=True)
    home = np.eye(len(market.areas))[market.sites.area]
    return np.asarray(np.divide(through, total, out=home, where=total > 0))


def _by_area(ledger: dict[str, np.ndarray], weight: FloatArray, areas: int) -> FloatArray:
    """Return the manufacturer's money by area: outlets' own, sites' by the cases they pass on."""
    maker = int(Party.MANUFACTURER)
    sign = (ledger["payee"] == maker).astype(float) - (ledger["payer"] == maker).astype(float)
    amount = sign * ledger["amount"] * (ledger["period"] >= 0) / TICKS_PER_UNIT
    outlets = (int(Party.OUTLET), int(Party.CHAIN))
    direct = np.isin(ledger["payer"], outlets) | np.isin(ledger["payee"], outlets)
    direct |= np.isin(ledger["account"], (int(Account.DELIVERY), int(Account.PLATFORM)))
    direct |= ledger["site"] < 0
    placed = direct & (ledger["area"] >= 0)
    total = np.bincount(ledger["area"][placed], weights=amount[placed], minlength=areas)
    shared = ~direct
    by_site = np.bincount(ledger["site"][shared], weights=amount[shared], minlength=len(weight))
    return np.asarray(total + by_site @ weight)


def _parties(
    market: Market, sample: Samples, flows: dict[str, _Postings], base: str, design: str
) -> tuple[pd.DataFrame, tuple[float, float, float]]:
    """Return what everybody gains and loses, payments, and what the manufacturer keeps."""
    count = len(sample.replications)
    before, after = sample.designs.index(base), sample.designs.index(design)

    def change(kpi: str) -> FloatArray:
        values = sample.of(kpi)
        return np.asarray(values[after] - values[before])

    gains = {"Manufacturer": change(PROFIT)}
    sites = sorted({*flows[base].houses, *flows[design].houses})
    for site in sites:
        one = flows[design].houses.get(site, np.zeros(count))
        gains[market.sites.names[site]] = one - flows[base].houses.get(site, np.zeros(count))
    gains |= {words: change(kpi) for kpi, words in _GROUPS.items() if sample.has(kpi)}
    rows, paid = [], np.zeros(count)
    for party, values in gains.items():
        limits = mean_limits(values)
        loses = party != "Manufacturer" and limits.estimate < 0
        payment = -float(limits.estimate) if loses else 0.0
        # What is left is uncertain in the losses as well, so they are taken world by world.
        paid += -values if loses else 0.0
        if np.any(values):
            rows.append(
                {
                    "party": party,
                    "change": float(limits.estimate),
                    "low": float(limits.low),
                    "high": float(limits.high),
                    "payment": payment,
                }
            )
    left = mean_limits(gains["Manufacturer"] - paid)
    table = pd.DataFrame(rows, columns=["party", "change", "low", "high", "payment"])
    return table, (float(left.estimate), float(left.low), float(left.high))


def _areas(
    market: Market, today: Design, chosen: Design, flows: dict[str, _Postings]
) -> pd.DataFrame:
    """Return gain and effort of every area, in the order of `_ranked`."""
    gain = flows[chosen.name].areas - flows[today.name].areas
    limits = mean_limits(gain)
    one, two = today.outlets, chosen.outlets
    changed = (one.mode != two.mode) | (one.site != two.site)
    changed |= bits_per_week(one.order_days) != bits_per_week(two.order_days)
    areas = len(market.areas)
    outlets = np.bincount(market.outlets.area[changed], minlength=areas)
    people = np.bincount(chosen.reps.area, minlength=areas) - np.bincount(
        today.reps.area, minlength=areas
    )
    each = np.divide(limits.estimate, outlets, out=np.full(areas, np.nan), where=outlets > 0)
    table = pd.DataFrame(
        {
            "area": market.areas.ids,
            "name": market.areas.names,
            "gain": limits.estimate,
            "low": limits.low,
            "high": limits.high,
            "outlets": outlets,
            "people": people,
            "gain_per_outlet": each,
        }
    )
    table = _ranked(table)
    table["so_far"] = table["gain"].cumsum()
    return table.reset_index(drop=True)


def _ranked(areas: pd.DataFrame) -> pd.DataFrame:
    """Return areas with the most gain per changed outlet first.

    What an area gains from others' changes alone needs no effort in it and comes before all; what
    it loses so comes after all.
    """
    free = pd.Series(np.copysign(np.inf, areas["gain"]), index=areas.index)
    order = areas.assign(order=areas["gain_per_outlet"].fillna(free))
    return order.sort_values(["order", "gain"], ascending=False).drop(columns="order")
