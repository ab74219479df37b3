"""From a Matplotlib figure to SVG that is small, the same every time, and at home in the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from channelwright.reporting.figures.palette import INK, LINE, SOFT, variables

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Widths in inches of the two drawings of a figure: for the desk and for the phone.
DESK, PHONE = 7.6, 4.1
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "channelwright",
    "path.simplify": False,
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": LINE,
    "axes.labelcolor": SOFT,
    "xtick.color": SOFT,
    "ytick.color": SOFT,
    "axes.linewidth": 0.8,
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "text.parse_math": False,
}
_NO_DATES = {"Date": None, "Creator": None, "Format": None, "Type": None}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure for both widths of the page.

    Attributes
    ----------
    desk, phone : str
        Inline SVG; the same text when one drawing serves both.
    caption : str
    description : str
        What the figure shows, for readers who cannot see it.
    """

    desk: str
    phone: str
    caption: str
    description: str


@contextmanager
def style() -> Iterator[None]:
    """Draw in the style of the report."""
    with mpl.rc_context(_STYLE):
        yield


def drawing(draw: Callable[[float], Figure], caption: str, description: str) -> Drawing:
    """Return a figure drawn for both widths.

    Parameters
    ----------
    draw : callable
        Takes a width in inches and returns the figure.
    caption, description : str
    """
    with style():
        return Drawing(
            to_svg(draw(DESK), description), to_svg(draw(PHONE), description), caption, description
        )


def new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    """Return a figure with one bare axes that fills it."""
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
    bare(axes)
    return figure, axes


def bare(axes: Axes) -> None:
    """Remove frame and ticks."""
    axes.set_frame_on(False)
    axes.set_xticks([])
    axes.set_yticks([])


def to_svg(figure: Figure, description: str, *, alone: bool = False) -> str:
    """Return a figure as inline SVG without dates, fixed sizes or names that could clash.

    `alone`: for a file of its own, whose colours do not come from a page.
    """
    buffer = io.StringIO()
    canvas: Any = FigureCanvasSVG(figure)
    canvas.print_svg(buffer, metadata=_NO_DATES)
    text = buffer.getvalue()
    text = text[text.index("<svg") :]
    text = re.sub(r"<metadata>.*?</metadata>\s*", "", text, flags=re.DOTALL)
    text = re.sub(r"<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = _on_the_page(_slim(text), alone=alone)
    return re.sub(r"<svg [^>]*>", lambda found: _opening(found.group(), description), text, count=1)


def _opening(tag: str, description: str) -> str:
    box = re.search(r'viewBox="([^"]*)"', tag)
    label = description.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    view = box.group(1) if box else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        f'viewBox="{view}" role="img" aria-label="{label}">'
    )


def _slim(text: str) -> str:
    """Drop identifiers that nothing refers to, and digits that nobody sees."""
    used = set(re.findall(r"#([\w-]+)", text))
    text = re.sub(
        r' id="([^"]*)"', lambda found: found.group() if found.group(1) in used else "", text
    )
    text = re.sub(r' (d|x|y|transform)="[^"]*"', _rounded, text)
    text = re.sub(r"<g>\s*</g>\s*", "", text)
    return re.sub(r">\s+<", "><", text)


def _rounded(attribute: re.Match[str]) -> str:
    return re.sub(r"(\d+\.\d)\d+", r"\1", attribute.group())


def _on_the_page(text: str, *, alone: bool) -> str:
    """Replace colours by variables of the page, and fonts by the page's font."""
    for name, colour in () if alone else variables().items():
        text = text.replace(colour, f"var(--{name})")
    text = re.sub(r"font: ([\d.]+px) 'DejaVu Sans'[^;\"]*", r"font-size: \1", text)
    return re.sub(
        r"font: (\w+) ([\d.]+px) 'DejaVu Sans'[^;\"]*", r"font-weight: \1; font-size: \2", text
    )
