"""The path of a transition: summed cash against staying, and people by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from channelwright.reporting.figures.canvas import style, to_svg
from channelwright.reporting.figures.palette import ACCENT, DESIGNS, INK, LINE, SOFT
from channelwright.reporting.numbers import compact

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def transition_figure(
    table: pd.DataFrame, people: pd.DataFrame, areas: pd.DataFrame, currency: str
) -> str:
    """Return the path as SVG text: cash above, head-count below, months in common.

    Parameters
    ----------
    table : DataFrame, columns month, cash_sum, cash_sum_low, cash_sum_high
    people : DataFrame, columns month, role, working, training
    areas : DataFrame, column month: when an area changes
    currency : str
    """
    with style():
        figure = Figure(figsize=(7.6, 4.8))
        cash = figure.add_axes((0.11, 0.42, 0.86, 0.52))
        count = figure.add_axes((0.11, 0.1, 0.86, 0.24), sharex=cash)
        _cash(cash, table, areas, currency)
        _people(count, people)
        return to_svg(figure, _said(table, currency), alone=True)


def _cash(axes: Axes, table: pd.DataFrame, areas: pd.DataFrame, currency: str) -> None:
    axes.axhline(0.0, color=INK, linewidth=0.8)
    for month, changing in areas.groupby("month"):
        axes.axvline(month, color=LINE, linewidth=1.0, zorder=0)
        label = f"{len(changing)} area{'s' if len(changing) > 1 else ''}"
        axes.annotate(
            label, (month, 1.01), xycoords=("data", "axes fraction"), ha="center", color=SOFT
        )
    axes.fill_between(
        table["month"], table["cash_sum_low"], table["cash_sum_high"], color=ACCENT, alpha=0.2
    )
    axes.plot(table["month"], table["cash_sum"], color=ACCENT)
    axes.set_ylabel(f"{currency}, summed against staying")
    axes.yaxis.set_major_formatter(lambda value, _: compact(value))
    axes.tick_params(labelbottom=False)
    axes.spines[["top", "right"]].set_visible(False)


def _people(axes: Axes, people: pd.DataFrame) -> None:
    wide = people.assign(count=people["working"] + people["training"])
    wide = wide.pivot(index="month", columns="role", values="count")
    wide = wide.loc[:, wide.max() > 0]
    roles = list(dict.fromkeys(people["role"][people["role"].isin(wide.columns)]))
    axes.stackplot(
        wide.index,
        [wide[role] for role in roles],
        labels=roles,
        colors=[DESIGNS[1 + place % (len(DESIGNS) - 1)] for place in range(len(roles))],
        step="mid",
        alpha=0.75,
    )
    axes.set_ylim(0, None)
    axes.set_ylabel("people")
    axes.set_xlabel("month")
    axes.set_xlim(0.5, float(wide.index.max()) + 0.5)
    axes.legend(
        frameon=False, ncols=len(roles), fontsize=8, loc="lower left", bbox_to_anchor=(0.0, 0.96)
    )
    axes.spines[["top", "right"]].set_visible(False)


def _said(table: pd.DataFrame, currency: str) -> str:
    last = table.iloc[-1]
    low = table.loc[table["cash_sum"].idxmin()]
    first = int(table["people"].iloc[0])
    return (
        f"Summed cash against staying over {len(table)} months: lowest {compact(low['cash_sum'])} "
        f"{currency} in month {int(low['month'])}, at the end {compact(last['cash_sum'])} "
        f"{currency}; {first} people at first, {int(last['people'])} at last."
    )
