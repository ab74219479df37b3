"""What must be true for the choice to hold: margins of error, houses, gates, assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from channelwright.reporting.estimates import rows
from channelwright.reporting.gates import GateRow
from channelwright.reporting.money import BELOW_MARGIN, PAY
from channelwright.reporting.numbers import listed, many, money, percent, verb
from channelwright.reporting.reading import StudyData
from channelwright.reporting.words import label_of
from channelwright.tables.codes import Account

if TYPE_CHECKING:
    import pandas as pd


def conditions_of(
    data: StudyData,
    lines: pd.DataFrame,
    gates: tuple[GateRow, ...],
    found: pd.DataFrame,
    focus: str,
    gain: float,
) -> tuple[str, ...]:
    """Return what must be true for a design to be worth its difference to the baseline.

    Parameters
    ----------
    data : StudyData
    lines : DataFrame
        As `channelwright.reporting.money.profit_lines` returns it.
    gates : tuple of GateRow
    found : DataFrame
        As `channelwright.reporting.money.houses` returns it.
    focus : str
    gain : float
        Mean difference of the contribution, currency units.

    Returns
    -------
    tuple of str
        One sentence each; none for the baseline.
    """
    if focus == data.baseline:
        return ()
    return (
        *_house_condition(data, found, focus),
        *_volume_condition(data, lines, focus, gain),
        *_cost_condition(data, lines, focus, gain),
        *_gate_condition(gates, focus),
        *_assumption_condition(data),
    )


def _volume_condition(data: StudyData, lines: pd.DataFrame, focus: str, gain: float) -> list[str]:
    fixed = (*PAY, Account.SITE.name, "retail")
    inside = lines[~lines.index.get_level_values("line").isin(fixed)]
    margin = float(rows(inside, design=focus).mean())
    if margin <= 0 or gain == 0:
        return []
    share = abs(gain) / margin
    title = data.title(focus)
    if gain > 0:
        return [
            f"Volume under “{title}” stays within {percent(share)} of what was simulated; a larger "
            "shortfall, with people and sites unchanged, uses up the whole advantage."
        ]
    return [
        f"“{title}” would need {percent(share)} more volume than simulated, with the same people "
        f"and sites, to draw level with {data.versus}."
    ]


def _cost_condition(data: StudyData, lines: pd.DataFrame, focus: str, gain: float) -> list[str]:
    names = [account.name for account in BELOW_MARGIN]
    growth = {
        name: float(
            (
                rows(lines, design=focus, line=name) - rows(lines, design=data.baseline, line=name)
            ).mean()
        )
        for name in names
    }
    worst = min(growth, key=lambda name: growth[name])
    total = -float(rows(lines, design=focus, line=worst).mean())
    if growth[worst] >= 0 or total <= 0 or gain <= 0:
        return []
    word = Account[worst].name.lower()
    return [
        f"The cost that grows most, {word} ({money(total, data.currency)} over {data.period}), is "
        f"at most {percent(gain / total, 0)} higher than simulated."
    ]


def _house_condition(data: StudyData, found: pd.DataFrame, focus: str) -> list[str]:
    means = found[found["design"] == focus].groupby("site")["roi"].mean().dropna()
    if means.empty:
        return []
    weakest = int(means.idxmin())
    name, lowest = data.market.sites.names[weakest], percent(float(means.min()))
    losing = int((means < 0).sum())
    if losing:
        return [
            f"{losing} of {many(len(means), 'house')} {verb(losing, 'loses')} money under "
            f"“{data.title(focus)}” (weakest: {name}, {lowest} a year on its capital): their "
            "outlets must find another supplier, or the houses be paid to stay, and neither is in "
            "the contribution."
        ]
    return [
        f"Every house goes along: the weakest, {name}, earns {lowest} a year on its capital "
        f"(median of {many(len(means), 'house')}: {percent(float(means.median()))})."
    ]


def _gate_condition(gates: tuple[GateRow, ...], focus: str) -> list[str]:
    missed = [gate for gate in gates if gate.design == focus and gate.verdict != "pass"]
    if not missed:
        return []
    words = listed(list(dict.fromkeys(f"{label_of(g.kpi)} {g.bound}" for g in missed)))
    return [f"Gates that are not passed yet are met or given up: {words}."]


def _assumption_condition(data: StudyData) -> list[str]:
    assumed = [note.subject for note in data.pack.notes if note.kind == "assumed"]
    if not assumed:
        return []
    shown = "; ".join(subject[:1].lower() + subject[1:] for subject in assumed)
    return [f"What is assumed holds: {shown} (section 10)."]
