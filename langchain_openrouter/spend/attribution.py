"""Whom a LangChain run is booked to, from the tags and the metadata that it was started with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from langchain_openrouter.spend.entry import Attribution

_NOT_OF_THE_USER = re.compile(
    r"(seq:step|graph:step|condition|branch):\d+$|branch:default$|map:key:|langsmith:|nostream$"
)
"""Tags that LangChain and LangGraph set themselves, to mark steps of a chain and what is traced or streamed."""


def read_attribution(
    run_id: object,
    parent_run_id: object = None,
    tags: Iterable[str] | None = None,
    metadata: Mapping[str, object] | None = None,
    *,
    key_hash: str | None = None,
    spans: tuple[str, ...] = (),
) -> Attribution:
    """Read what a run was started with.

    Args:
        run_id: LangChain's id of it.
        parent_run_id: The run that it is part of.
        tags: Its tags. Those that LangChain and LangGraph set themselves are left out.
        metadata: `user_id`, `thread_id` and `langgraph_node` are taken of it.
        key_hash: The first 16 hexadecimal digits of the SHA-256 of the API key.
        spans: Ids of the `ledger.budget(...)` blocks that it was made in.
    """
    facts = metadata or {}
    return Attribution(
        run_id=_text(run_id),
        parent_run_id=_text(parent_run_id),
        user=_text(facts.get("user_id")),
        thread_id=_text(facts.get("thread_id")),
        node=_text(facts.get("langgraph_node")),
        tags=tuple(tag for tag in tags or () if not _NOT_OF_THE_USER.match(tag)),
        key_hash=key_hash,
        spans=spans,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value) or None
