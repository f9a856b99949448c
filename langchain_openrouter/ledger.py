"""`SpendLedger`, with what OpenRouter has to be asked for: what attempts cost whose end nobody saw, and drift."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from langchain_openrouter.reconciliation import GIVE_UP_AFTER
from langchain_openrouter.spend.ledger import LedgerBooks

if TYPE_CHECKING:
    from langchain_openrouter.account_records import AccountRecords
    from langchain_openrouter.drift import Drift
    from langchain_openrouter.reconciliation import OnProgress, Reconciliation


class SpendLedger(LedgerBooks):
    """Keeps what every HTTP attempt may cost and did cost, and refuses what a budget has no money for.

    One ledger can be used from many threads, event loops and processes at once, and so can one file from many ledgers.
    Everything is on the disk before it counts. Amounts are exact: whole billionths of a dollar.

    ```python
    ledger = SpendLedger("sqlite:///spend.db")
    ledger.set_budget(Budget("total", "5", "day"))
    model = ChatOpenRouter(model="openai/gpt-5-mini", ledger=ledger)
    ```

    Args:
        url: `sqlite:///spend.db` (`sqlite:////folder/spend.db` with an absolute path), `sqlite://` for one that is gone
            with the object, `postgresql://USER@HOST/DATABASE` for several hosts (extra `postgres`), or a path. `None`
            is `spend.db` in the user's data folder.
        strict: Whether a call is refused if a budget applies and nobody knows what it may cost. Otherwise it is let
            through with a warning as long as something is left.
        create: Whether the ledger is made where there is none.

    Raises:
        ConfigurationError: The URL is none.
        LedgerError: The ledger cannot be opened, is damaged, is somebody else's, is of a newer version, or is not there
            and is not to be made.
    """

    def reconcile(
        self,
        account: AccountRecords | None = None,
        *,
        wait: float = 0,
        give_up_after: timedelta = GIVE_UP_AFTER,
        all_keys: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Reconciliation:
        """Ask OpenRouter what each attempt cost whose end nobody saw, and book it. Models do so in the background.

        Args:
            account: Who is asked; `None` is the account of `OPENROUTER_API_KEY`.
            wait: Seconds to wait for the record of each: it is written some seconds after the answer.
            give_up_after: After so long, an attempt that OpenRouter has no record of is booked at its hold, as not
                verified.
            all_keys: Whether attempts of other keys are given up too, such as those of a key that is deleted.
            on_progress: Is called with the report after every attempt.

        Returns:
            What was found out. A network that fails is in its `error`.

        Raises:
            ConfigurationError: There is no key.
            LedgerError: The ledger cannot be read or written.
        """
        from langchain_openrouter.account import Account
        from langchain_openrouter.reconciliation import reconcile

        return reconcile(
            self,
            account or Account(),
            wait=wait,
            give_up_after=give_up_after,
            all_keys=all_keys,
            on_progress=on_progress,
        )

    async def areconcile(
        self,
        account: AccountRecords | None = None,
        *,
        wait: float = 0,
        give_up_after: timedelta = GIVE_UP_AFTER,
        all_keys: bool = False,
        on_progress: OnProgress | None = None,
    ) -> Reconciliation:
        """Do what `reconcile` does, in a thread; `on_progress` is called there."""
        return await asyncio.to_thread(
            self.reconcile,
            account,
            wait=wait,
            give_up_after=give_up_after,
            all_keys=all_keys,
            on_progress=on_progress,
        )

    def fetch_drift(self, account: AccountRecords | None = None, *, book: bool = False) -> Drift:
        """Compare what the ledger has for a key today, this week and this month with what OpenRouter says.

        Args:
            account: The key; `None` is that of `OPENROUTER_API_KEY`.
            book: Whether to book the difference of today as an adjustment, once the cost of everything is known.

        Raises:
            ConfigurationError: There is no key.
            OpenRouterError: OpenRouter cannot be asked.
            LedgerError: The ledger cannot be read or written.
        """
        from langchain_openrouter.account import Account
        from langchain_openrouter.drift import fetch_drift

        return fetch_drift(self, account or Account(), book=book)
