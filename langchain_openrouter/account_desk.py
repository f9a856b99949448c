"""What the attempts of a ledger set off at the account behind the key.

The balance is counted down, or asked for anew, and what nobody saw the end of is looked up.
"""

from __future__ import annotations

from concurrent.futures import Future
from decimal import Decimal

from langchain_openrouter.account import Account
from langchain_openrouter.background_reconciliation import background_reconciler
from langchain_openrouter.catalogue import ModelCatalogue
from langchain_openrouter.reconciliation import UnsettledBooks


class AccountDesk:
    """Looks after the account for one ledger.

    Args:
        books: The ledger. What is unknown in it, as after a crash, is looked up from now on.
        account: The account.
        catalogue: The models, at the same place.
    """

    def __init__(self, books: UnsettledBooks, account: Account, catalogue: ModelCatalogue) -> None:
        self.catalogue = catalogue
        """The models that there are, and their prices."""
        self._account = account
        self._reconciler = background_reconciler(books, account)

    def note_spent(self, usd: Decimal) -> None:
        """Count the balance down."""
        self._account.note_spent(usd)

    def note_out_of_money(self) -> None:
        """Ask for the balance anew: OpenRouter says that there is no money."""
        self._account.invalidate()

    def look_up(self, booked: Future[bool]) -> None:
        """Look up what an attempt cost, once it is booked that nobody saw its end."""
        booked.add_done_callback(self._reconciler.wake)

    def close(self) -> None:
        """End the looking up; what is unknown stays so until the next start."""
        self._reconciler.close()
