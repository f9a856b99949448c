"""What was spent over time, as a picture."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from langchain_openrouter import ConfigurationError
from openrouter_agents.commands.spend_series import Series, SpendOverTime, length
from openrouter_agents.costs import format_usd

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLOURS = ("#4f46e5", "#f0768b", "#14b8a6", "#f59e0b", "#38bdf8", "#8b5cf6", "#c3c6d1")
"""Of the names that are shown by themselves, and of all others."""
_TEXT, _GRID = "#1f2937", "#e5e7eb"
_SHARE_OF_A_BAR = 0.85
_LONGEST_NAME = 40
_DAY = timedelta(days=1)


def save_spend_plot(path: Path, spend: SpendOverTime) -> None:
    """Draw what was spent as stacked bars.

    Args:
        path: The picture, whose ending says of what kind: `.png`, `.svg`, `.pdf`.
        spend: What is drawn.

    Raises:
        ConfigurationError: matplotlib is not installed, or knows no such kind of picture.
        OSError: The picture cannot be written.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise ConfigurationError("Plots need matplotlib: pip install 'langchain-openrouter-agents[agents]'.") from None
    figure = Figure(figsize=(11, 4.8), layout="constrained")
    heading = f"Spent per {spend.grain}{f', by {spend.by}' if spend.by else ''}: {format_usd(spend.total)}"
    title = figure.suptitle(heading, x=0.01, ha="left", color=_TEXT, fontsize=13, fontweight="bold")
    title.set_parse_math(False)
    axes = figure.add_subplot()
    _draw_bars(axes, spend)
    _draw_axes(axes, spend)
    if spend.by:
        _draw_legend(axes, spend)
    try:
        figure.savefig(path, dpi=120)
    except ValueError as error:
        raise ConfigurationError(f"The plot cannot be saved as {path}: {error}.") from error


def _draw_bars(axes: Axes, spend: SpendOverTime) -> None:
    # corrections can be negative: they hang below the axis
    above: dict[datetime, Decimal] = defaultdict(Decimal)
    below: dict[datetime, Decimal] = defaultdict(Decimal)
    for one, colour in zip(spend.series, _COLOURS, strict=False):
        bottoms = []
        for moment, usd in one.spent.items():
            pile = below if usd < 0 else above
            bottoms.append(float(pile[moment]))
            pile[moment] += usd
        axes.bar(
            [_days(moment) for moment in one.spent],
            [float(usd) for usd in one.spent.values()],
            width=[_SHARE_OF_A_BAR * (length(moment, spend.grain) / _DAY) for moment in one.spent],
            bottom=bottoms,
            align="edge",
            color=colour,
        )


def _draw_axes(axes: Axes, spend: SpendOverTime) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(tz=UTC)  # type: ignore[no-untyped-call]  # matplotlib.dates has no types
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, tz=UTC))  # type: ignore[no-untyped-call]  # likewise
    axes.set_xlim(_days(spend.since), _days(spend.until))
    axes.set_xlabel("UTC", color=_TEXT)
    axes.yaxis.set_major_formatter(lambda value, _: format_usd(Decimal(f"{value:.9f}")))
    axes.set_ylabel("USD", color=_TEXT)
    axes.axhline(0, color=_TEXT, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.grid(axis="y", color=_GRID)
    axes.spines[["top", "right", "bottom", "left"]].set_visible(False)
    axes.tick_params(colors=_TEXT, length=0)


def _draw_legend(axes: Axes, spend: SpendOverTime) -> None:
    from matplotlib.patches import Patch

    legend = axes.legend(
        [Patch(color=colour) for _, colour in zip(spend.series, _COLOURS, strict=False)],
        [""] * len(spend.series),
        loc="upper left",
        bbox_to_anchor=(1.01, 1),
        frameon=False,
    )
    # set afterwards: in what a legend is given, dollar signs and underscores mean something
    for text, one in zip(legend.get_texts(), spend.series, strict=True):
        text.set_parse_math(False)
        text.set_text(_label(one))
        text.set_color(_TEXT)


def _label(one: Series) -> str:
    name = one.name if len(one.name) <= _LONGEST_NAME else f"{one.name[: _LONGEST_NAME - 1]}…"
    return f"{name}  {format_usd(one.total)}"


def _days(moment: datetime) -> float:
    """A time as matplotlib has it: days since 1970."""
    return moment.timestamp() / _DAY.total_seconds()
