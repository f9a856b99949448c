"""What was spent over time, made ready to be drawn: bars by hour, day or month, stacked by what is asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from langchain_openrouter import SpendLedger, SpendRow

GRAINS = {"hour": timedelta(days=3), "day": timedelta(days=100), "month": timedelta.max}
"""How long a bar is, and the longest range of which such bars are shown."""
MOST_NAMES = 6
"""Names that are shown by themselves, the dearest ones."""


@dataclass(frozen=True, slots=True)
class Series:
    """One colour of the bars."""

    name: str
    spent: Mapping[datetime, Decimal]
    """USD by the beginning of each bar."""

    @property
    def total(self) -> Decimal:
        """USD in all."""
        return sum(self.spent.values(), Decimal(0))


@dataclass(frozen=True, slots=True)
class SpendOverTime:
    """What was spent in a range of time."""

    by: str | None
    """What the bars are stacked by; `None` is nothing."""
    grain: str
    """`hour`, `day` or `month`: what each bar is of."""
    since: datetime
    """When the first bar begins, in UTC."""
    until: datetime
    """When the last bar ends."""
    series: Sequence[Series]
    """The dearest names, then all others as one."""
    total: Decimal
    """USD in all; attempts with several tags are in the series of each, and once in this."""


def spend_over_time(ledger: SpendLedger, by: str, since: str | None, until: str | None) -> SpendOverTime:
    """Read what was spent in a range of time.

    Args:
        ledger: Where it stands.
        by: What bars are stacked by; a span of time stacks nothing.
        since: From when, as `SpendLedger.total` takes it; `None` is from the first day of the ledger.
        until: Until before when; `None` is now.

    Raises:
        ConfigurationError: One of these is none.
        LedgerError: The ledger cannot be read.
    """
    days = ledger.total(since, until, by="day")
    end = days.until or datetime.now(UTC)
    start = days.since or (_moment(days[0].by["day"]) if days else end - timedelta(days=1))
    grain = next(grain for grain, longest in GRAINS.items() if end - start <= longest)
    stacked_by = None if by in GRAINS else by
    rows = ledger.total(since, until, by=(grain,) if stacked_by is None else (stacked_by, grain))
    total = sum((row.cost_usd for row in days), Decimal(0))
    last = _bar_of(end - timedelta(microseconds=1), grain)
    return SpendOverTime(
        by=stacked_by,
        grain=grain,
        since=_bar_of(start, grain),
        until=last + length(last, grain),
        series=_stack(rows, stacked_by, grain),
        total=total,
    )


def length(begin: datetime, grain: str) -> timedelta:
    """How long the bar is that begins then."""
    if grain == "month":
        return (begin + timedelta(days=31)).replace(day=1) - begin
    return timedelta(hours=1) if grain == "hour" else timedelta(days=1)


def _bar_of(moment: datetime, grain: str) -> datetime:
    """When the bar begins that a moment is in."""
    hour = moment.replace(minute=0, second=0, microsecond=0)
    if grain == "hour":
        return hour
    return hour.replace(hour=0) if grain == "day" else hour.replace(day=1, hour=0)


def _stack(rows: Sequence[SpendRow], by: str | None, grain: str) -> list[Series]:
    spent: dict[str, dict[datetime, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows:
        name = "all" if by is None else str(row.by[by] or "none")
        spent[name][_moment(row.by[grain])] += row.cost_usd
    ranked = sorted((Series(name, one) for name, one in spent.items()), key=lambda one: (-one.total, one.name))
    top, rest = ranked[:MOST_NAMES], ranked[MOST_NAMES:]
    return [*top, _others(rest)] if rest else top


def _others(rest: Sequence[Series]) -> Series:
    spent: dict[datetime, Decimal] = defaultdict(Decimal)
    for one in rest:
        for moment, usd in one.spent.items():
            spent[moment] += usd
    return Series(f"{len(rest)} others", spent)


def _moment(name: object) -> datetime:
    """When an hour, a day or a month begins."""
    if isinstance(name, datetime):
        return name
    day = name if isinstance(name, date) else date.fromisoformat(f"{name}-01")
    return datetime.combine(day, time(), UTC)
