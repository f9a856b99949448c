"""Search APIs that want a key."""

from __future__ import annotations

import os
from typing import ClassVar

from pydantic import SecretStr

from openrouter_agents.tools.search.http_api import TIMEOUT, HttpSearch
from openrouter_agents.tools.search.provider import SearchError


class KeyedSearch(HttpSearch):
    """A provider that is asked with a key.

    Args:
        api_key: The key; `None` reads the environment at each search.
        base_url: Where the API is; `None` means the provider's own address.
        timeout: Seconds for one request.
    """

    key_variables: ClassVar[tuple[str, ...]]
    """Where keys are looked for, in this order."""
    address: ClassVar[str]
    """Where the API is."""

    def __init__(self, api_key: SecretStr | None = None, base_url: str | None = None, timeout: float = TIMEOUT) -> None:
        super().__init__(timeout)
        self._api_key = api_key
        self._base_url = (base_url or self.address).rstrip("/")

    @property
    def hint(self) -> str:
        """Where the key comes from."""
        return f"Check the key in {self.key_variables[0]}, and what is left of its quota."

    @property
    def is_configured(self) -> bool:
        """Whether there is a key."""
        return bool(self._find_key())

    def key(self) -> str:
        """The key.

        Raises:
            SearchError: There is none.
        """
        key = self._find_key()
        if not key:
            raise SearchError(f"There is no key for it: set {' or '.join(self.key_variables)}.")
        if not key.isascii() or not key.isprintable():
            raise SearchError(f"The key in {self.key_variables[0]} has characters that no key has.")
        return key

    def _find_key(self) -> str:
        if self._api_key is not None:
            return self._api_key.get_secret_value().strip()
        return next((key for name in self.key_variables if (key := os.environ.get(name, "").strip())), "")
