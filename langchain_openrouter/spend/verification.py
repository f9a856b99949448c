"""Whether what is derived from the entries agrees with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.journal import count_entries
from langchain_openrouter.spend.nano import usd_from_nano
from langchain_openrouter.spend.rollup import ADDENDS, CUBES
from langchain_openrouter.spend.windows import Window


@dataclass(frozen=True, slots=True)
class Verification:
    """What was compared, and what does not agree."""

    entries: int
    counters: int
    differences: tuple[str, ...] = ()
    """In words; empty if everything agrees."""

    @property
    def is_ok(self) -> bool:
        """Whether everything agrees."""
        return not self.differences

    def __str__(self) -> str:
        found = "everything agrees" if self.is_ok else "; ".join(self.differences)
        return f"{self.entries:,} entries, {self.counters:,} counters: {found}"


def verify(connection: Connection) -> Verification:
    """Work out anew what is derived from the entries, and compare."""
    ((entries,),) = connection.fetch("SELECT count(*) FROM spend_entry")
    counters = connection.fetch("SELECT scope, period, start, spent_nano, held_nano FROM spend_counter ORDER BY id")
    differences = [
        *connection.damages(),
        *(text for row in counters for text in _counter_differences(connection, *row)),
        *_rollup_differences(connection),
    ]
    return Verification(int(entries), len(counters), tuple(differences))


def _counter_differences(
    connection: Connection, scope: str, period: str, start: int, spent: int, held: int
) -> Iterator[str]:
    true = count_entries(connection, scope, Window(period), start)
    for what, counted, real in (("spent", spent, true[0]), ("held", held, true[1])):
        if counted != real:
            yield (
                f"{scope} has {usd_from_nano(counted)} USD {what} in the {period} that began at {start}, "
                f"and its entries {usd_from_nano(real)} USD"
            )


def _rollup_differences(connection: Connection) -> Iterator[str]:
    addends = ", ".join(f"coalesce(sum({addend}), 0)" for addend in ADDENDS.values())
    ((*real,),) = connection.fetch(f"SELECT {addends} FROM spend_entry WHERE rolled = 1")
    sums = ", ".join(f"coalesce(sum({name}), 0)" for name in ADDENDS)
    for cube in CUBES:
        if "tag" in cube.dimensions:
            # an entry is in as many of these as it has tags
            continue
        ((*kept,),) = connection.fetch(f"SELECT {sums} FROM spend_rollup WHERE cube = ?", (cube.name,))
        for name, one, other in zip(ADDENDS, kept, real, strict=True):
            if one != other:
                yield f"the sums of {cube.name!r} have {name} {one}, and their entries {other}"
