"""Colours: one per mode and one per design, the same everywhere; each is a variable of the page.

Figures are drawn in the colours of the light page. In the SVG text every colour becomes a variable,
so that the page, and not the figure, decides between light and dark.
"""

from __future__ import annotations

INK, SOFT, LINE, PAPER, PANEL = "#1b2430", "#5d6877", "#d9dee5", "#ffffff", "#f5f7f9"
GOOD, BAD, ACCENT = "#1d7a4f", "#b83a3a", "#1d4e89"
MODES = (
    "#2166ac",
    "#7b5aa6",
    "#d08a1d",
    "#22876b",
    "#c2513f",
    "#37a3c6",
    "#8a7346",
    "#a8527f",
)
DESIGNS = (
    "#76808d",
    "#0e8074",
    "#c2410c",
    "#6d4fc4",
    "#c0266b",
    "#3f7d20",
    "#9a6b00",
    "#2b6fd6",
)
NAMED = {
    "ink": INK,
    "soft": SOFT,
    "line": LINE,
    "paper": PAPER,
    "panel": PANEL,
    "good": GOOD,
    "bad": BAD,
    "accent": ACCENT,
}


def mode_colour(row: int) -> str:
    """Return the colour of a mode by its row in the pack; grey for none."""
    return SOFT if row < 0 else MODES[row % len(MODES)]


def design_colour(place: int) -> str:
    """Return the colour of a design by its place in the report; the baseline is grey."""
    return DESIGNS[0] if place == 0 else DESIGNS[1 + (place - 1) % (len(DESIGNS) - 1)]


def variables() -> dict[str, str]:
    """Return every colour by the name of its page variable."""
    found = dict(NAMED)
    found.update({f"m{row}": colour for row, colour in enumerate(MODES)})
    found.update({f"d{place}": colour for place, colour in enumerate(DESIGNS)})
    return found
