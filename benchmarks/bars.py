"""Figures as bars that start at zero: this package in one colour, peers in grey, floors in red with a line upwards."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from plots import FLOOR, IN_A_ROW, OURS, PEER, TEXT, figure_of, save
from rounds import Medians
from tables import NAMES, compared_with, in_order, ratio

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_UNDER_LABELS = {"facecolor": "white", "edgecolor": "none", "pad": 1}


class Panel(NamedTuple):
    """One figure of every client."""

    figure: str
    title: str
    digits: int = 0
    """Decimals."""
    limit: float | None = None
    """What should not be exceeded, drawn as a line. The ratio to this package's figure is left out then."""


def save_bars(medians: Medians, panels: Sequence[Panel], path: Path, heading: str) -> None:
    """Draw one panel for each figure, two beside each other, and write a PNG."""
    clients = in_order(medians)
    figure, axes = figure_of(panels, heading, panel_height=0.55 + 0.29 * len(clients))
    for number, (axis, panel) in enumerate(zip(axes, panels, strict=True)):
        names = [NAMES[client] if number % IN_A_ROW == 0 else "" for client in clients]
        axis.set_yticks(range(len(clients)), names, fontsize=9, color=TEXT)
        _draw(axis, medians, panel)
    save(figure, path)


def _draw(axis: Axes, medians: Medians, panel: Panel) -> None:
    values = [medians[client].get(panel.figure, 0.0) for client in in_order(medians)]
    colours = [_colour(client) for client in in_order(medians)]
    bars = axis.barh(range(len(values)), values, color=colours, height=0.68)
    labels = [_label(medians, client, panel) for client in in_order(medians)]
    axis.bar_label(bars, labels, padding=6, fontsize=8.5, color=TEXT, bbox=_UNDER_LABELS)
    for value, colour in zip(values, colours, strict=True):
        if colour == FLOOR and value:
            axis.axvline(value, color=FLOOR, linewidth=1, linestyle=(0, (4, 3)), zorder=0)
    if panel.limit is not None:
        axis.axvline(panel.limit, color=FLOOR, linewidth=1.5)
    axis.set_title(panel.title, loc="left", fontsize=10, color=TEXT)
    axis.set(xlim=(0, 1.3 * max(values)), xticks=[])
    axis.tick_params(axis="y", length=0)
    axis.invert_yaxis()
    axis.spines[["top", "right", "bottom"]].set_visible(False)
    axis.spines["left"].set_color(PEER)


def _colour(client: str) -> str:
    if client.partition(":")[0] == "ours":
        return OURS
    return FLOOR if client.startswith("floor") else PEER


def _label(medians: Medians, client: str, panel: Panel) -> str:
    value = medians[client].get(panel.figure)
    if value is None:
        return "" if client.startswith("floor") else "n/a"
    shown = f"{value:,.{panel.digits}f}"
    return (
        shown
        if client == compared_with(medians) or panel.limit is not None
        else f"{shown}   {ratio(medians, client, panel.figure)}"
    )
