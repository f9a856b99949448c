"""What all plots share: colours, the sheet and how it is saved."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

OURS, PEER, FLOOR, TEXT = "#4f46e5", "#c3c6d1", "#f0768b", "#1f2937"
IN_A_ROW = 2


def figure_of(
    panels: Sequence[object], heading: str, *, panel_height: float, in_a_row: int = IN_A_ROW
) -> tuple[Figure, list[Axes]]:
    """A sheet with a heading and an axis for each panel.

    Args:
        panels: What will be drawn; only how many counts.
        heading: What the sheet shows.
        panel_height: Inches.
        in_a_row: How many panels beside each other.
    """
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    rows = -(-len(panels) // in_a_row)
    figure, axes = plt.subplots(
        rows, in_a_row, figsize=(11.5, 0.4 + rows * panel_height), layout="constrained", squeeze=False
    )
    figure.suptitle(heading, x=0.01, ha="left", color=TEXT, fontsize=12, fontweight="bold")
    for unused in axes.flat[len(panels) :]:
        unused.set_visible(False)
    return figure, list(axes.flat[: len(panels)])


def save(figure: Figure, path: Path) -> None:
    """Write the PNG."""
    figure.savefig(path, dpi=96)
    print(f"plot: {path}", file=sys.stderr)
