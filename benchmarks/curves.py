"""Figures as lines over a number, such as threads: this package in one colour, on logarithmic scales."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plots import FLOOR, OURS, TEXT, figure_of, save
from rounds import Medians
from tables import NAMES, in_order

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_PEERS = {"official": "#6b7280", "chat-openai": "#b45309", "litellm": "#0f766e", "pydantic-ai": "#a21caf"}


class Curve(NamedTuple):
    """One panel."""

    figures: dict[int, str]
    """Names of figures by the number that they were measured at."""
    title: str
    numbers: str
    """What the number is."""


def save_curves(medians: Medians, curves: Sequence[Curve], path: Path, heading: str) -> None:
    """Draw one panel for each curve, beside each other, and write a PNG."""
    figure, axes = figure_of(curves, heading, panel_height=3.4, in_a_row=len(curves))
    for axis, curve in zip(axes, curves, strict=True):
        _draw(axis, medians, curve)
    lines, names = axes[0].get_legend_handles_labels()
    figure.legend(
        lines, names, loc="outside lower center", ncols=len(names), frameon=False, fontsize=8.5, labelcolor=TEXT
    )
    save(figure, path)


def _draw(axis: Axes, medians: Medians, curve: Curve) -> None:
    from matplotlib.ticker import LogLocator

    for client in in_order(medians):
        points = {number: medians[client][name] for number, name in curve.figures.items() if name in medians[client]}
        is_floor = client.startswith("floor")
        axis.plot(
            list(points),
            list(points.values()),
            "--" if is_floor else "-",
            marker="o",
            markersize=4,
            color=FLOOR if is_floor else _PEERS.get(client, OURS),
            linewidth=2.2 if client == "ours" else 1.3,
            label=NAMES[client],
        )
    axis.set(xscale="log", yscale="log", xlabel=curve.numbers)
    axis.set_xticks(list(curve.figures), [f"{number:,}" for number in curve.figures])
    axis.minorticks_off()
    axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    axis.yaxis.set_major_formatter("{x:,.0f}")
    axis.grid(visible=True, color="#eef0f4")
    axis.set_title(curve.title, loc="left", fontsize=10, color=TEXT)
    axis.spines[["top", "right"]].set_visible(False)
