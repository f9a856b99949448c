"""Makes what books the attempts of a call. What it needs is imported with it: most calls are not booked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from langchain_openrouter._api_key import key_hash
from langchain_openrouter.hold_planner import HoldPlanner
from langchain_openrouter.spend.admission import Admission
from langchain_openrouter.spend.attribution import read_attribution
from langchain_openrouter.spend.call_meter import CallFacts, CallMeter
from langchain_openrouter.spend.chain import named_models
from langchain_openrouter.spend.estimate import Kind
from langchain_openrouter.spend.listener import AttemptListener

if TYPE_CHECKING:
    from langchain_openrouter.attempt_booking import MoneySettings
    from langchain_openrouter.metered import Metered
    from langchain_openrouter.run_facts import RunFacts


def new_meter(
    client: Metered,
    kind: Kind,
    options: Mapping[str, Any],
    body: bytes,
    run: RunFacts,
    money: MoneySettings,
    listeners: Sequence[AttemptListener],
) -> CallMeter:
    """Make what books the attempts of a call; see `meter_for`."""
    ledger, key = money.ledger, client.openrouter_api_key
    attribution = read_attribution(
        run.run_id,
        run.parent_run_id,
        run.tags,
        run.metadata,
        key_hash=None if key is None else key_hash(key),
        spans=() if ledger is None else ledger.active_spans(),
    )
    desk = client.account_desk(ledger)
    planner = HoldPlanner(None if desk is None else desk.catalogue, kind)
    return CallMeter(
        CallFacts(kind, named_models(options), client.base_url, attribution),
        client,
        Admission(body, ledger, planner, money.policy),
        ledger=ledger,
        listeners=listeners,
        desk=desk,
    )
