"""Attempts whose process is gone: nobody saw their end, so they go on holding until OpenRouter says what they cost."""

from __future__ import annotations

from langchain_openrouter.spend.budget_table import forget_block
from langchain_openrouter.spend.database import Connection
from langchain_openrouter.spend.journal import OPEN
from langchain_openrouter.spend.owner import LEASE, Owner, is_dead
from langchain_openrouter.spend.windows import DAY

_LOSE = f"UPDATE spend_entry SET state = 'unknown', reason = ?, settled_at = ? WHERE {OPEN} AND state = 'held' AND"
_ENDED = "its process ended"


def adopt(connection: Connection, owner: Owner, now: int) -> int:
    """Make the held entries of dead processes unknown; how many there were."""
    found = connection.fetch("SELECT id, machine, pid, seen_at FROM spend_owner WHERE id <> ?", (owner.id,))
    adopted = 0
    for owner_id, machine, pid, seen_at in found:
        if not is_dead(machine, pid, seen_at, now, LEASE):
            continue
        adopted += connection.run(f"{_LOSE} owner = ?", (_ENDED, now, owner_id))
        # a block that is still open must not lose its limit because its process has slept for long
        if is_dead(machine, pid, seen_at, now, DAY):
            _forget(connection, owner_id)
    # a ledger that is closed, or a process that sleeps for days, is no owner any more; a call may still have been made
    nobodys = f"{_LOSE} owner <> ? AND owner NOT IN (SELECT id FROM spend_owner)"
    return adopted + connection.run(nobodys, (_ENDED, now, owner.id))


def give_up(connection: Connection, owner: Owner, now: int) -> int:
    """Make the entries unknown that this ledger still holds, and end its blocks; how many entries there were."""
    _forget(connection, owner.id)
    return connection.run(f"{_LOSE} owner = ?", ("its ledger was closed", now, owner.id))


def _forget(connection: Connection, owner_id: str) -> None:
    for (scope,) in connection.fetch("SELECT scope FROM spend_budget WHERE owner = ?", (owner_id,)):
        forget_block(connection, scope)
    connection.run("DELETE FROM spend_owner WHERE id = ?", (owner_id,))
