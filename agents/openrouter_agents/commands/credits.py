"""`openrouter-agent credits`: what is left to spend."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.session import session

if TYPE_CHECKING:
    from rich.text import Text

    from langchain_openrouter import Credits
    from openrouter_agents.commands.forecast import Forecast

_LOW_USD = Decimal(1)
_WHERE = {
    "account": "buy credits at https://openrouter.ai/settings/credits",
    "key limit": "raise the key's limit at https://openrouter.ai/settings/keys",
    "budget": "raise the budget, at https://openrouter.ai/settings",
}


def show_credits(*, as_json: JsonOption = False) -> None:
    """Show what is left to spend, and how long it lasts.

    A management key is told the account's balance; any other key, the limit that binds it.
    """
    from openrouter_agents.venue import require_key

    with session():
        require_key()
        from langchain_openrouter import Account
        from openrouter_agents.commands.forecast import forecast
        from openrouter_agents.console import make_table_console

        account = Account()
        left = account.fetch_credits()
        ahead = forecast(account, left)
        if as_json:
            print_json(_document(left, ahead))
            return
        console = make_table_console()
        console.print(left)
        console.print(*_lines(left, ahead), sep="\n")


def _document(left: Credits, ahead: Forecast) -> dict[str, object]:
    limit = None if left.kind == "account" else left.limit
    return {
        "kind": left.kind,
        "balance_usd": left.balance_usd,
        "is_low": _is_low(left),
        "limit_usd": left.limit_usd,
        "limit_reset": left.limit_reset,
        "resets_at": None if limit is None else limit.resets_at(left.as_of),
        "used_usd": left.used_usd,
        "usage": asdict(left.key.usage),
        "byok_usage": asdict(left.key.byok_usage),
        "usd_per_hour": ahead.usd_per_hour,
        "usd_per_hour_over": ahead.over,
        "runs_out_at": ahead.runs_out_at,
        "is_free_tier": left.is_free_tier,
        "free_requests_per_minute": left.free_requests_per_minute,
        "free_requests_per_day": left.free_requests_per_day,
        "free_requests_left_today": left.key.free_requests_left,
        "key": left.label,
        "is_management_key": left.is_management_key,
        "key_expires_at": left.expires_at,
        "as_of": left.as_of,
        "source": left.source,
    }


def _is_low(left: Credits) -> bool:
    return left.balance_usd is not None and left.balance_usd < _LOW_USD


def _lines(left: Credits, ahead: Forecast) -> Iterator[Text]:
    from rich.text import Text

    yield Text(f"Pace: {ahead}.")
    yield Text(f"Free models: {_free_models(left)}.", style="dim")
    if _is_low(left):
        yield Text(f"Less than ${_LOW_USD} is left: {_WHERE[left.kind]}.", style="bold red")


def _free_models(left: Credits) -> str:
    parts = [f"{left.free_requests_per_minute} requests a minute"]
    if left.free_requests_per_day is not None:
        parts.append(f"{left.free_requests_per_day:,} a day")
    if left.key.free_requests_left is not None:
        parts.append(f"{left.key.free_requests_left:,} left today")
    tier = " (free tier: no credits were ever bought)" if left.is_free_tier else ""
    return f"{', '.join(parts)}{tier}"
