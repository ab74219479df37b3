"""Files of a chosen design: outlets, territories as figures and GeoJSON, frontier as a plot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from channelwright.reporting.figures.canvas import style, to_svg
from channelwright.reporting.figures.palette import INK, SOFT
from channelwright.reporting.geojson import design_geojson
from channelwright.rules.design_rows import design_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

    from channelwright.model.certificate import Certificate
    from channelwright.model.design import Design
    from channelwright.model.market import Market


def write_design(
    folder: Path, market: Market, design: Design, certificates: Iterable[Certificate]
) -> None:
    """Write what was chosen: its parts as tables of a pack, a map, the certificates.

    Parameters
    ----------
    folder : Path, made if it is missing
    market : Market
    design : Design
    certificates : iterable of Certificate
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in design_rows(market, design).items():
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "design.geojson").write_text(
        design_geojson(market, design.name, design), encoding="utf-8"
    )
    claims = [certificate.to_dict() for certificate in certificates]
    text = json.dumps(claims, ensure_ascii=False, indent=2)
    (folder / "certificates.json").write_text(text + "\n", encoding="utf-8")


def frontier_figure(table: pd.DataFrame, currency: str) -> str:
    """Return the frontier between cost and realignment as SVG text.

    Parameters
    ----------
    table : DataFrame
        Columns moved, unit, cost, bound: one row per answer.
    currency : str
    """
    unit = str(table["unit"].iloc[0])
    with style():
        figure = Figure(figsize=(7.6, 4.2))
        axes = figure.add_axes((0.12, 0.14, 0.84, 0.8))
        ranked = table.sort_values("moved")
        axes.fill_between(
            ranked["moved"], ranked["bound"], ranked["cost"], color=SOFT, alpha=0.25, linewidth=0
        )
        axes.plot(ranked["moved"], ranked["cost"], marker="o", color=INK, label="answer")
        axes.plot(
            ranked["moved"], ranked["bound"], color=SOFT, linestyle="--", label="proven lower limit"
        )
        axes.set_xlabel(f"{unit} that change their server")
        axes.set_ylabel(f"{currency} per week")
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.legend(frameon=False)
        return to_svg(
            figure, f"Cost of the network against {unit} moved: {len(table)} answers.", alone=True
        )
