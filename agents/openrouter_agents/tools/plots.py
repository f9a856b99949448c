"""Draws a chart from plain data: what a sandbox without matplotlib may ask its host to do.

Only lists of numbers and short strings come in, each checked, and a PNG goes out. No code, no paths, no markup.
"""

import math
import threading
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MAX_POINTS = 10_000
"""Most points in a chart."""

MAX_CATEGORIES = 200
"""Most labels on the x axis when x holds strings."""

MAX_TEXT = 200
"""Longest title or label, in characters."""

# matplotlib's font cache and its text layout are shared by all figures and are not safe in several threads.
_drawing = threading.Lock()


class PlotError(ValueError):
    """The arguments are no chart; the message says which one, and what is wanted."""


def draw_plot(kind: object, x: object, y: object, title: object, xlabel: object, ylabel: object) -> bytes:
    """Draw one chart, 640 by 480 pixels.

    Args:
        kind: `line`, `bar` or `scatter`.
        x: Finite numbers, or up to 200 strings; at most 10,000.
        y: As many finite numbers.
        title: Up to 200 characters; shown as they are, never as TeX.
        xlabel: Likewise.
        ylabel: Likewise.

    Returns:
        A PNG file.

    Raises:
        PlotError: An argument is not what it should be.
    """
    draw = _DRAW.get(kind) if isinstance(kind, str) else None
    if draw is None:
        raise PlotError(f"kind must be one of {', '.join(map(repr, _DRAW))}")
    heights = _numbers("y", _items("y", y))
    positions, names = _positions(_items("x", x))
    if len(positions) != len(heights):
        raise PlotError(f"x and y must be equally long; they have {len(positions)} and {len(heights)} items")
    texts = [_text(name, value) for name, value in (("title", title), ("xlabel", xlabel), ("ylabel", ylabel))]
    with _drawing, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a character the font lacks is drawn as a box; nobody on the host can help it
        return _render(draw, positions, heights, names, texts)


def _render(
    draw: Callable[["Axes", list[float], list[float]], object],
    positions: list[float],
    heights: list[float],
    names: list[str] | None,
    texts: list[str],
) -> bytes:
    # The figure alone, without pyplot: pyplot keeps a global list of figures and wants the main thread.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    # A dollar sign would start matplotlib's own TeX parser, and a user's matplotlibrc may even start LaTeX.
    plain: dict[str, Any] = {"parse_math": False, "usetex": False}
    figure = Figure(figsize=(6.4, 4.8), dpi=100)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    draw(axes, positions, heights)
    if names is not None:
        axes.set_xticks(positions, labels=names, **plain)
        figure.autofmt_xdate(rotation=45 if len(names) > len(_FEW_NAMES) else 0, ha="center")
    axes.set_title(texts[0], **plain)
    axes.set_xlabel(texts[1], **plain)
    axes.set_ylabel(texts[2], **plain)
    buffer = BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


_FEW_NAMES = range(8)
_DRAW: dict[str, Callable[["Axes", list[float], list[float]], object]] = {
    "line": lambda axes, x, y: axes.plot(x, y),
    "bar": lambda axes, x, y: axes.bar(x, y),
    "scatter": lambda axes, x, y: axes.scatter(x, y),
}


def _items(name: str, value: object) -> list[object]:
    if not isinstance(value, list | tuple):
        raise PlotError(f"{name} must be a list")
    if not 1 <= len(value) <= MAX_POINTS:
        raise PlotError(f"{name} must have 1 to {MAX_POINTS} items; it has {len(value)}")
    return list(value)


def _positions(items: list[object]) -> tuple[list[float], list[str] | None]:
    if not isinstance(items[0], str):
        return _numbers("x", items), None
    if len(items) > MAX_CATEGORIES:
        raise PlotError(f"x may hold at most {MAX_CATEGORIES} strings; use numbers")
    return [float(index) for index in range(len(items))], [_text("each item of x", item) for item in items]


def _numbers(name: str, items: list[object]) -> list[float]:
    return [_number(name, item) for item in items]


def _number(name: str, item: object) -> float:
    # Exact types: a subclass could bring its own __float__.
    if type(item) is int or type(item) is float:
        try:
            number = float(item)
        except OverflowError:
            number = math.inf
        # Beyond this the ticks of an axis overflow.
        if math.isfinite(number) and abs(number) < 1e300:  # noqa: PLR2004  # explained above
            return number
    raise PlotError(f"{name} must hold finite numbers only")


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise PlotError(f"{name} must be a string of at most {MAX_TEXT} characters")
    # Control characters draw as boxes, and a lone surrogate makes the font code fail.
    return "".join(letter if letter.isprintable() else " " for letter in value)
