"""Entries as files: CSV, JSON lines and Parquet."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

from langchain_openrouter.errors import ConfigurationError, LedgerError
from langchain_openrouter.spend.entry import Entry
from langchain_openrouter.spend.ulid import new_ulid

_PART = 5000
"""Rows of a Parquet row group."""

Value: TypeAlias = str | int | bool | Decimal | datetime | list[str] | dict[str, int] | None
Flat: TypeAlias = dict[str, Value]

_READ: dict[str, Callable[[Entry], Any]] = {
    "id": lambda entry: entry.id,
    "call_id": lambda entry: entry.call_id,
    "attempt": lambda entry: entry.attempt,
    "state": lambda entry: entry.state.value,
    "kind": lambda entry: entry.kind,
    "held_at": lambda entry: entry.held_at,
    "settled_at": lambda entry: entry.settled_at,
    "requested_model": lambda entry: entry.requested_model,
    "model": lambda entry: entry.model,
    "provider": lambda entry: entry.provider,
    "charged_usd": lambda entry: entry.charged_usd,
    "hold_usd": lambda entry: entry.hold_usd,
    "upstream_usd": lambda entry: entry.upstream_usd,
    "source": lambda entry: None if entry.source is None else entry.source.value,
    "is_byok": lambda entry: entry.is_byok,
    "input_tokens": lambda entry: None if entry.usage is None else entry.usage.input_tokens,
    "output_tokens": lambda entry: None if entry.usage is None else entry.usage.output_tokens,
    "input_details": lambda entry: {} if entry.usage is None else dict(entry.usage.input_details),
    "output_details": lambda entry: {} if entry.usage is None else dict(entry.usage.output_details),
    "server_tools": lambda entry: dict(entry.server_tools),
    "generation_id": lambda entry: entry.generation_id,
    "user": lambda entry: entry.attribution.user,
    "thread_id": lambda entry: entry.attribution.thread_id,
    "node": lambda entry: entry.attribution.node,
    "tags": lambda entry: list(entry.attribution.tags),
    "key_hash": lambda entry: entry.attribution.key_hash,
    "spans": lambda entry: list(entry.attribution.spans),
    "run_id": lambda entry: entry.attribution.run_id,
    "parent_run_id": lambda entry: entry.attribution.parent_run_id,
    "models": lambda entry: list(entry.models),
    "base_url": lambda entry: entry.base_url,
    "reason": lambda entry: entry.reason,
}
"""Columns, and what an entry has in each."""

_MONEY = frozenset({"charged_usd", "hold_usd", "upstream_usd"})
_COUNTS = frozenset({"attempt", "input_tokens", "output_tokens"})
_TIMES = frozenset({"held_at", "settled_at"})


def flat(entry: Entry) -> Flat:
    """An entry as one row."""
    return {name: read(entry) for name, read in _READ.items()}


def export_entries(entries: Iterable[Entry], path: str | os.PathLike[str]) -> int:
    """Write entries to a file, whose ending says how: `.csv`, `.jsonl` or `.parquet`. It is replaced whole.

    Amounts are USD, times UTC. In CSV, lists and details are JSON; in JSON lines, amounts are strings of their digits.

    Returns:
        How many were written.

    Raises:
        ConfigurationError: The ending is another one, or `pyarrow` is not installed, which Parquet needs.
        LedgerError: The file cannot be written.
    """
    target = Path(path)
    write = _WRITERS.get(target.suffix.lower())
    if write is None:
        raise ConfigurationError(f"Entries are written as {', '.join(_WRITERS)}, not {target.suffix or target.name!r}.")
    try:
        part = target.with_name(f".{target.name}-{new_ulid()}.tmp")
        try:
            written = write(map(flat, entries), part)
            part.replace(target)
        finally:
            with suppress(FileNotFoundError):
                part.unlink()
    except OSError as error:
        raise LedgerError(f"{target} cannot be written: {error}.") from error
    return written


def _write_csv(rows: Iterator[Flat], path: Path) -> int:
    written = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_READ)
        for row in rows:
            writer.writerow([_cell(value) for value in row.values()])
            written += 1
    return written


def _write_jsonl(rows: Iterator[Flat], path: Path) -> int:
    written = 0
    with path.open("w", encoding="utf-8") as file:
        for row in rows:
            file.write(json.dumps(row, default=_text, ensure_ascii=False) + "\n")
            written += 1
    return written


def _write_parquet(rows: Iterator[Flat], path: Path) -> int:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise ConfigurationError(
            "Parquet files need pyarrow: pip install pyarrow. CSV and JSON lines do not."
        ) from None
    schema = pa.schema([(name, _arrow_type(pa, name)) for name in _READ])
    written = 0
    with pq.ParquetWriter(path, schema) as writer:
        while part := list(islice(rows, _PART)):
            table = [{name: _arrow_value(value) for name, value in row.items()} for row in part]
            writer.write_table(pa.Table.from_pylist(table, schema=schema))
            written += len(part)
    return written


def _arrow_type(pa: Any, name: str) -> Any:  # noqa: ANN401 - a module without types
    if name in _MONEY:
        return pa.decimal128(38, 9)
    if name in _TIMES:
        return pa.timestamp("us", tz="UTC")
    if name in _COUNTS:
        return pa.int64()
    if name == "is_byok":
        return pa.bool_()
    return pa.list_(pa.string()) if name in ("tags", "spans", "models") else pa.string()


def _arrow_value(value: Value) -> Value:
    return json.dumps(value) if isinstance(value, dict) else value


def _cell(value: Value) -> str | int | bool | None:
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else None
    return _text(value) if isinstance(value, Decimal | datetime) else value


def _text(value: object) -> str:
    return (
        f"{value:f}" if isinstance(value, Decimal) else value.isoformat() if isinstance(value, datetime) else str(value)
    )


_WRITERS: dict[str, Callable[[Iterator[Flat], Path], int]] = {
    ".csv": _write_csv,
    ".jsonl": _write_jsonl,
    ".parquet": _write_parquet,
}
