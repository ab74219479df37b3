"""Figures are small, say what they show, and leave their colours to the page."""

import re
from xml.etree import ElementTree as ET

import numpy as np

from channelwright.reporting.figures.canvas import drawing, new_figure
from channelwright.reporting.figures.history import history_figure
from channelwright.reporting.figures.maps import MOST_POINTS, map_figure
from channelwright.reporting.figures.palette import INK, mode_colour, variables
from channelwright.reporting.sections.baseline import HistoryRow
from channelwright.reporting.sections.territories import MapInfo, map_info
from tests.study import reporting_world as world


class Names:
    """The part of a study that a map asks for."""

    market = world.market(60)


def outlets_map(count: int) -> MapInfo:
    rng = np.random.Generator(np.random.Philox(3))
    return MapInfo(
        "today", "Today", 30.0 + rng.random(count), 120.0 + rng.random(count),
        rng.integers(0, 3, count), np.zeros(count, dtype=np.int64), ("Office",),
        np.array([30.5]), np.array([120.5]), np.array([2]), np.array([0]),
        ("Alpha (X)", "Beta (X)", "Hidden (X)"), np.array([30.5, 30.9, 30.5]),
        np.array([120.5, 120.5, 120.5]), np.array([9, 5, 1]), np.zeros(6, dtype=np.int64),
    )  # fmt: skip


def test_colours_become_variables_and_text_stays_as_written() -> None:
    def draw(width: float):
        figure, axes = new_figure(width, 1.0)
        axes.text(0.5, 0.5, "a < b & 1.2345 k$x$", color=INK)
        axes.plot([0, 1], [0, 1], color=mode_colour(1), linewidth=1.25)
        return figure

    item = drawing(draw, "caption", 'describes "this" & <that>')
    root = ET.fromstring(item.desk)
    assert root.get("aria-label") == 'describes "this" & <that>'
    texts = [element.text for element in root.iter() if element.tag.endswith("text")]
    assert texts == ["a < b & 1.2345 k$x$"]
    assert "var(--ink)" in item.desk
    assert "var(--m1)" in item.desk
    assert "1.25" in item.desk
    assert not any(colour in item.desk for colour in variables().values())
    assert item.desk != item.phone


def test_large_maps_are_thinned_and_say_so() -> None:
    few, many = (map_figure(outlets_map(count), Names()) for count in (500, 3 * MOST_POINTS))
    assert "sample" not in few.caption
    assert f"a sample of {MOST_POINTS:,} outlets" in many.caption
    assert len(many.desk) < 900_000


def test_names_on_a_map_do_not_hide_each_other() -> None:
    crowd = outlets_map(50)
    svg = map_figure(crowd, Names()).desk
    for name in ("Alpha", "Beta", "Hidden"):
        assert f">{name}<" in svg
    heights = [float(y) for y in re.findall(r'<text [^>]*y="([-\d.]+)"', svg)]
    assert len(set(heights)) == len(heights)


def test_map_shows_open_sites_and_covered_outlets_only() -> None:
    market = world.market(60)
    plan = world.design("direct", market)
    shown = map_info(market, "direct", plan)
    assert len(shown.lat) == (plan.outlets.mode >= 0).sum()
    # The plant is not drawn: nobody is served from it.
    assert "Hangzhou plant" not in shown.site_names
    assert (shown.server >= 0).all()


def test_history_without_simulation_has_no_figure() -> None:
    assert history_figure(HistoryRow("x", (1.0, 2.0))) is None
    row = HistoryRow("x", (1.0, 2.0), (1.1, 1.9), (0.5, 1.5), (1.5, 2.5), 0.1, 1.0, 1.0)
    item = history_figure(row)
    assert item is not None
    assert "90 %" in item.caption
