"""Sees to it, in the background, that somebody hears of it when the money runs low."""

from __future__ import annotations

import logging
import threading
import weakref
from collections.abc import Callable, Hashable
from decimal import Decimal
from typing import TYPE_CHECKING

from langchain_openrouter._environment import is_local
from langchain_openrouter.credits import Credits
from langchain_openrouter.low_balance import parse_threshold, warn_of_low_balance

if TYPE_CHECKING:
    from langchain_openrouter.account import Account
    from langchain_openrouter.connection import OpenRouterConnection
    from langchain_openrouter.spend.entry import Entry

_LOG = logging.getLogger(__name__)


class BalanceGuard:
    """Watches the balance behind every key that spends, each asked for in the background and kept for five minutes.

    Args:
        below_usd: The threshold in USD.
        on_low_balance: Called with the credits, beside the warning.
        account: The only account to watch. `None` watches that of each client, unless it is on this machine or has
            HTTP clients of its own: these are sent nothing that nobody asked for.

    Raises:
        ConfigurationError: The threshold is not a finite number.
    """

    def __init__(
        self,
        below_usd: Decimal | str | float,
        on_low_balance: Callable[[Credits], object] | None,
        account: Account | None,
    ) -> None:
        self._below_usd = parse_threshold(below_usd)
        self._on_low_balance = on_low_balance
        self._account = account
        self._accounts: dict[Hashable, Account | None] = {}
        self._lock = threading.Lock()
        if account is not None:
            self._watch(account)

    def look(self, entry: Entry, client: OpenRouterConnection) -> None:
        """Renew the balance of the account that a client spent from, if it is too old. Never waits, never raises."""
        try:
            account = self._account or self._account_of(entry, client)
            if account is not None:
                account.refresh_in_background()
        except Exception:  # noqa: BLE001 - whatever it is, it must not fail the call
            _LOG.warning("The balance cannot be watched", exc_info=True)

    def _account_of(self, entry: Entry, client: OpenRouterConnection) -> Account | None:
        place = (client.base_url, entry.attribution.key_hash)
        with self._lock:
            is_new = place not in self._accounts
            account = self._accounts.setdefault(place, None)
        if is_new:
            # not under the lock: a balance that is known and low is told at once, to code that may come back here
            account = self._accounts[place] = self._new_account(client)
        return account

    def _new_account(self, client: OpenRouterConnection) -> Account | None:
        from langchain_openrouter.account import account_of

        has_own_clients = client.http_client is not None or client.http_async_client is not None
        if has_own_clients or client.openrouter_api_key is None or is_local(client.base_url):
            return None
        account = account_of(client)
        self._watch(account)
        return account

    def _watch(self, account: Account) -> None:
        tell = weakref.WeakMethod(self._tell)

        def tell_if_alive(credits_now: Credits) -> None:
            if (alive := tell()) is not None:
                alive(credits_now)

        watch = account.warn_below(self._below_usd, tell_if_alive)
        # an account that is shared outlives the handlers that watch it
        weakref.finalize(self, account.stop_watching, watch).atexit = False

    def _tell(self, credits_now: Credits) -> None:
        try:
            warn_of_low_balance(credits_now)
        finally:
            if self._on_low_balance is not None:
                self._on_low_balance(credits_now)
