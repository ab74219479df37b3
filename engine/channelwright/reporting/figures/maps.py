"""Maps: every covered outlet in the colour of its mode, tied to the site that serves it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path as Outline

from channelwright.model.market import SITE_KINDS
from channelwright.reporting.figures.canvas import Drawing, bare, style, to_svg
from channelwright.reporting.figures.palette import INK, PAPER, SOFT, mode_colour
from channelwright.reporting.numbers import many
from channelwright.reporting.reading import StudyData
from channelwright.reporting.sections.territories import MapInfo

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 5.0
#: Above this many outlets lines and points are thinned, so that a page stays a few megabytes.
MOST_POINTS = 6_000
WHOLESALER = SITE_KINDS.index("wholesaler")
MARKERS = {1: "s", 2: "s", 3: "D", 4: "d", 5: "^"}
LABEL_OFFSETS = (11.0, -11.0, 20.0, -20.0)
LABEL_HEIGHT = 9.5
EARTH_KM_PER_DEGREE = 111.2


def map_figure(info: MapInfo, data: StudyData) -> Drawing:
    """Return the map of one design; one drawing serves both widths."""
    shown = _thinned(info)
    people = ", ".join(
        f"{count} {mode}"
        for mode, count in zip(data.market.modes.ids, info.people.tolist(), strict=True)
        if count
    )
    caption = f"{info.title}: {many(len(info.lat), 'outlet')}, {many(len(info.site_lat), 'site')}"
    caption += f", people: {people}" if people else ""
    if len(shown) < len(info.lat):
        caption += f" (a sample of {len(shown):,} outlets is drawn)"
    with style():
        svg = to_svg(_draw(info, shown), f"Map. {caption}")
    return Drawing(svg, svg, caption, f"Map. {caption}")


def _thinned(info: MapInfo) -> np.ndarray:
    count = len(info.lat)
    if count <= MOST_POINTS:
        return np.arange(count)
    # Evenly through the table: the same outlets on every map of a study.
    return np.unique(np.linspace(0, count - 1, MOST_POINTS).astype(np.int64))


def _draw(info: MapInfo, shown: np.ndarray) -> Figure:
    lats = np.concatenate([info.lat, info.site_lat]) if len(info.lat) else info.town_lat
    lons = np.concatenate([info.lon, info.site_lon]) if len(info.lat) else info.town_lon
    south, north = _frame(lats)
    west, east = _frame(lons)
    stretch = 1.0 / math.cos(math.radians((south + north) / 2.0))
    height = WIDTH * (north - south) * stretch / (east - west)
    figure = Figure(figsize=(WIDTH, min(max(height, 2.6), 8.0)))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    bare(axes)
    axes.set_xlim(west, east)
    axes.set_ylim(south, north)
    axes.set_aspect(stretch, adjustable="datalim")
    _ties(axes, info, shown)
    _points(axes, info, shown)
    _sites(axes, info)
    _towns(axes, info)
    _ruler(axes, south, stretch)
    return figure


def _frame(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    room = 0.05 * max(high - low, 0.02)
    return low - room, high + room


def _ties(axes: Axes, info: MapInfo, shown: np.ndarray) -> None:
    """Draw a thin line from every outlet to its server, one path per mode."""
    tied = shown[info.server[shown] >= 0]
    for mode in np.unique(info.mode[tied]):
        mine = tied[info.mode[tied] == mode]
        site = info.server[mine]
        ends = np.stack([info.lon[mine], info.lat[mine]], axis=1)
        roots = np.stack([info.site_lon[site], info.site_lat[site]], axis=1)
        _segments(axes, ends, roots, mode_colour(int(mode)), 0.35, alpha=0.35, zorder=1)


def _points(axes: Axes, info: MapInfo, shown: np.ndarray) -> None:
    size = 3.4 if len(shown) < 1_000 else 2.6 if len(shown) < 3_000 else 1.9
    for mode in np.unique(info.mode[shown]):
        mine = shown[info.mode[shown] == mode]
        at = np.stack([info.lon[mine], info.lat[mine]], axis=1)
        # A line of no length with round caps is a dot: thousands of them make one short path.
        _segments(axes, at, at, mode_colour(int(mode)), size, alpha=0.85, zorder=2)


def _segments(
    axes: Axes,
    one: np.ndarray,
    two: np.ndarray,
    colour: str,
    width: float,
    *,
    alpha: float,
    zorder: int,
) -> None:
    vertices = np.stack([one, two], axis=1).reshape(-1, 2)
    codes = np.tile((Outline.MOVETO, Outline.LINETO), len(one)).astype(np.uint8)
    axes.add_patch(
        PathPatch(
            Outline(vertices, codes),
            fill=False,
            edgecolor=colour,
            linewidth=width,
            alpha=alpha,
            capstyle="round",
            zorder=zorder,
        )
    )


def _sites(axes: Axes, info: MapInfo) -> None:
    for lat, lon, kind, mode in zip(
        info.site_lat, info.site_lon, info.site_kind, info.site_mode, strict=True
    ):
        axes.plot(
            [lon],
            [lat],
            MARKERS.get(int(kind), "o"),
            markersize=7.5 if int(kind) == WHOLESALER else 10.5,
            markerfacecolor=mode_colour(int(mode)),
            markeredgecolor=PAPER,
            markeredgewidth=1.3,
            zorder=4,
        )


def _towns(axes: Axes, info: MapInfo) -> None:
    """Write the names of the areas, largest first; a name that would hide another is left out."""
    axes.apply_aspect()
    names = _short_names(info.town_names)
    pixels = axes.transData.transform(np.stack([info.town_lon, info.town_lat], axis=1))
    points = pixels * 72.0 / axes.figure.dpi
    taken: list[tuple[float, float, float]] = []
    for row in np.argsort(-info.town_size, kind="stable"):
        half = 2.6 * len(names[row])
        for offset in LABEL_OFFSETS:
            x, y = points[row, 0], points[row, 1] + offset
            if all(abs(x - u) > half + w or abs(y - v) > LABEL_HEIGHT for u, v, w in taken):
                taken.append((x, y, half))
                _write(axes, names[row], (info.town_lon[row], info.town_lat[row]), offset)
                break


def _write(axes: Axes, name: str, place: tuple[float, float], offset: float) -> None:
    axes.annotate(
        name,
        place,
        (0, offset),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=8.6,
        color=INK,
        zorder=5,
        annotation_clip=False,
    )


def _short_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names without what stands in brackets, where that leaves them different."""
    short = tuple(name.partition(" (")[0] for name in names)
    return short if len(set(short)) == len(short) else names


def _ruler(axes: Axes, south: float, stretch: float) -> None:
    west, east = axes.get_xlim()
    span = (east - west) / stretch * EARTH_KM_PER_DEGREE
    length = next(step for step in (100, 50, 20, 10, 5, 2, 1, 0.5) if step < span / 3)
    width = length / EARTH_KM_PER_DEGREE * stretch
    start, y = (
        east - width - 0.03 * (east - west),
        axes.get_ylim()[0] + 0.03 * (axes.get_ylim()[1] - south),
    )
    axes.plot([start, start + width], [y, y], color=SOFT, linewidth=1.2, zorder=5)
    axes.annotate(
        f"{length:g} km",
        (start + width / 2, y),
        (0, 6),
        textcoords="offset points",
        ha="center",
        va="center",
        fontsize=7.5,
        color=SOFT,
        zorder=5,
    )
