"""Full-text search with SQLite's FTS5, for every index of ours: how words are stemmed, asked for, and weighed."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

TOKENIZER: Final = "porter unicode61 remove_diacritics 2"
"""English endings and all accents make no difference."""

MAX_WORDS: Final = 24
"""Words of a query that are looked at."""

FUNCTION_WORDS: Final = frozenset(
    """
    a about also an and any are as at be been by can could did do does each find for from get give had has have how i
    if in into is it its list look many me much my of on or our please say search should show so some tell than that the
    their them there these they this those to up us vs was we were what when where which who whom whose why will with
    would you your
    """.split()
)
"""Words of a question that do not say what it is about."""


def any_of(phrases: Sequence[str]) -> str:
    """What matches any of these phrases.

    Args:
        phrases: Words or rows of words; their signs are never syntax.
    """
    return "(" + " OR ".join(f'"{phrase.replace(chr(34), " ")}"' for phrase in phrases) + ")"


def measure_coverage(
    database: sqlite3.Connection, table: str, wishes: Sequence[Sequence[str]], rows: Sequence[int]
) -> dict[int, float]:
    """For each row, the share of the wishes that it meets, 0 to 1, by the same stemmer that found it.

    Args:
        database: Where the table is.
        table: An FTS5 table.
        wishes: What is asked for, each as phrases of which one is enough.
        rows: Ids of rows, a few hundred at most.
    """
    marks = ", ".join("?" * len(rows))
    statement = f"SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid IN ({marks})"  # noqa: S608 - our own names
    met = [{row for (row,) in database.execute(statement, (any_of(wish), *rows))} for wish in wishes]
    return {row: sum(row in holding for holding in met) / len(wishes) for row in rows}
