"""The API key: where it comes from, whether it can be one, and its fingerprint, which gives nothing away."""

from __future__ import annotations

import hashlib

from pydantic import SecretStr

from langchain_openrouter._environment import api_key_from_environment
from langchain_openrouter.errors import ConfigurationError

_HASH_DIGITS = 16


def require_key(key: str | SecretStr | None) -> SecretStr:
    """The key that is given, else the one in `OPENROUTER_API_KEY`.

    Raises:
        ConfigurationError: There is none, or it cannot stand in a header.
    """
    given = SecretStr(key) if isinstance(key, str) else key
    return check_key(api_key_from_environment() if given is None else given)


def check_key(key: SecretStr | None) -> SecretStr:
    """The key itself, if it can be one.

    Raises:
        ConfigurationError: There is none, or it cannot stand in a header.
    """
    if key is None or not key.get_secret_value():
        raise ConfigurationError(
            "OPENROUTER_API_KEY must be set, or `api_key` given: make a key at "
            "https://openrouter.ai/settings/keys. Without one, langchain_openrouter.emulator runs offline."
        )
    text = key.get_secret_value()
    if not (text.isascii() and text.isprintable()):
        raise ConfigurationError(
            "`api_key` holds a line break or a character that is not ASCII: paste the bare key (sk-or-v1-...)."
        )
    return key


def key_hash(key: SecretStr) -> str:
    """The first 16 hexadecimal digits of the key's SHA-256, by which entries of the ledger name it.

    OpenRouter's own hash of a key is the whole of it.

    Source: https://openrouter.ai/docs/guides/overview/auth/oauth
    """
    return full_key_hash(key)[:_HASH_DIGITS]


def full_key_hash(key: SecretStr) -> str:
    """The key's SHA-256 in hexadecimal digits."""
    return hashlib.sha256(key.get_secret_value().encode()).hexdigest()
