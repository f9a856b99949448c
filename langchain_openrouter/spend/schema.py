"""The tables of a ledger, as the steps that made them. A step that was released is never changed.

Amounts are nano-USD, times microseconds since 1970. `{strict_key}` is `WITHOUT ROWID` where there is such a thing.
"""

from __future__ import annotations

from langchain_openrouter.errors import LedgerError

APPLICATION_ID = 0x4F525370
"""`ORSp`: what tells the file of a ledger from other SQLite files."""

FORMAT = "langchain-openrouter-agents/spend"
"""What tells the tables of a ledger from others of that name."""

_JOURNAL = """
CREATE TABLE spend_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) {strict_key};
CREATE TABLE spend_entry (
    id TEXT PRIMARY KEY, call_id TEXT NOT NULL, attempt BIGINT NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL,
    requested_model TEXT, models TEXT, base_url TEXT, held_at BIGINT NOT NULL,
    hold_nano BIGINT, charged_nano BIGINT, upstream_nano BIGINT, source TEXT, generation_id TEXT,
    model TEXT, provider TEXT, is_byok BIGINT, input_tokens BIGINT, output_tokens BIGINT, usage TEXT,
    server_tools TEXT, run_id TEXT, parent_run_id TEXT, user_id TEXT, thread_id TEXT, node TEXT,
    tags TEXT, key_hash TEXT, spans TEXT, reason TEXT, settled_at BIGINT, owner TEXT
);
CREATE INDEX spend_entry_held_at ON spend_entry (held_at, id);
CREATE INDEX spend_entry_model ON spend_entry (coalesce(model, requested_model), held_at, id);
CREATE UNIQUE INDEX spend_entry_generation ON spend_entry (generation_id) WHERE generation_id IS NOT NULL;
CREATE INDEX spend_entry_user ON spend_entry (user_id, held_at, id) WHERE user_id IS NOT NULL;
CREATE INDEX spend_entry_thread ON spend_entry (thread_id, held_at, id) WHERE thread_id IS NOT NULL;
CREATE INDEX spend_entry_open ON spend_entry (held_at, id) WHERE state IN ('held', 'unknown');
CREATE TABLE spend_label (
    scope TEXT NOT NULL, announced_at BIGINT NOT NULL, entry_id TEXT NOT NULL,
    PRIMARY KEY (scope, announced_at, entry_id)
) {strict_key};
CREATE INDEX spend_label_entry ON spend_label (entry_id);
CREATE TABLE spend_counter (
    id TEXT PRIMARY KEY, scope TEXT NOT NULL, period TEXT NOT NULL, start BIGINT NOT NULL,
    spent_nano BIGINT NOT NULL, held_nano BIGINT NOT NULL
) {strict_key};
CREATE INDEX spend_counter_scope ON spend_counter (period, scope);
CREATE TABLE spend_budget (
    scope TEXT NOT NULL, period TEXT NOT NULL, limit_nano BIGINT NOT NULL, owner TEXT, PRIMARY KEY (scope, period)
) {strict_key};
CREATE TABLE spend_owner (
    id TEXT PRIMARY KEY, machine TEXT NOT NULL, pid BIGINT NOT NULL, seen_at BIGINT NOT NULL
) {strict_key};
INSERT INTO spend_meta (name, value) VALUES ('format', '{format}'), ('budgets', '0');
"""
"""1: entries, the counters of budgets that follow from them, and who is at work."""

_ROLLUPS = """
ALTER TABLE spend_entry ADD COLUMN rolled BIGINT NOT NULL DEFAULT 0;
CREATE INDEX spend_entry_unrolled ON spend_entry (held_at, id) WHERE rolled = 0;
CREATE TABLE spend_rollup (
    cube TEXT NOT NULL, start BIGINT NOT NULL, model TEXT NOT NULL, provider TEXT NOT NULL, user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL, node TEXT NOT NULL, tag TEXT NOT NULL, key_hash TEXT NOT NULL, kind TEXT NOT NULL,
    attempts BIGINT NOT NULL, unverified BIGINT NOT NULL, charged_nano BIGINT NOT NULL, upstream_nano BIGINT NOT NULL,
    input_tokens BIGINT NOT NULL, output_tokens BIGINT NOT NULL,
    PRIMARY KEY (cube, start, model, provider, user_id, thread_id, node, tag, key_hash, kind)
) {strict_key};
"""
"""2: sums of entries that have ended, so that totals over millions of them are quick."""

STEPS = (_JOURNAL, _ROLLUPS)

VERSION = len(STEPS)


def statements(step: str, *, strict_key: str = "", text: str = "TEXT") -> list[str]:
    """The statements of a step.

    Args:
        step: One of `STEPS`.
        strict_key: `WITHOUT ROWID` where there is such a thing.
        text: The type of text that sorts by its bytes.
    """
    text = step.format(strict_key=strict_key, format=FORMAT).replace(" TEXT", f" {text}")
    return [one for one in (part.strip() for part in text.split(";")) if one]


def check_version(version: int, name: str, kind: str) -> None:
    """Refuse a ledger that a newer version of this package has made.

    Args:
        version: The ledger's.
        name: What the ledger is called.
        kind: What another one would be: a `file` or a `database`.

    Raises:
        LedgerError: It is newer.
    """
    if version > VERSION:
        raise LedgerError(
            f"The ledger {name} is of version {version}, and this package knows versions up to {VERSION}. "
            f"It was left as it is: upgrade langchain-openrouter-agents, or name another {kind}."
        )
