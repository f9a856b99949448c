"""Where the program writes for people: standard output."""

from __future__ import annotations

import os
import sys
from io import TextIOWrapper

from rich.console import Console

_PIPE_WIDTH = 1000
"""Columns of a pipe or a file: as many as any table needs."""


def make_console() -> Console:
    """Make a console for standard output that survives what its encoding cannot say."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False)


def make_table_console() -> Console:
    """Make a console whose tables are not folded where nobody looks, so that `grep` finds what they hold."""
    console = make_console()
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = _PIPE_WIDTH
    return console
