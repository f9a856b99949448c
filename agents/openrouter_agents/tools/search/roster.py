"""From the names of providers to providers, and which of them there are."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from importlib import import_module
from typing import Final, Literal, TypeAlias, get_args
from urllib.parse import urlsplit

from langchain_openrouter import ConfigurationError
from openrouter_agents.tools.search.provider import SearchProvider

ProviderName: TypeAlias = Literal["openrouter", "searxng", "tavily", "exa", "brave", "serper", "ddgs", "offline-corpus"]

PROVIDERS_VARIABLE: Final = "OPENROUTER_SEARCH_PROVIDERS"
"""Which providers `auto` tries, in which order, separated by commas."""

_HOMES: Final[Mapping[str, tuple[str, str]]] = {
    "openrouter": ("openrouter", "OpenRouterSearch"),
    "searxng": ("searxng", "SearxngSearch"),
    "tavily": ("tavily", "TavilySearch"),
    "exa": ("exa", "ExaSearch"),
    "brave": ("brave", "BraveSearch"),
    "serper": ("serper", "SerperSearch"),
    "ddgs": ("ddgs_search", "DdgsSearch"),
    "offline-corpus": ("offline", "OfflineSearch"),
}
_OFFLINE: Final = "offline-corpus"


def make_provider(name: str) -> SearchProvider:
    """The provider of a name, with the settings of the environment."""
    module, attribute = _HOMES[name]
    made: SearchProvider = getattr(import_module(f"{__package__}.{module}"), attribute)()
    return made


def automatic_providers() -> tuple[str, ...]:
    """The providers that can be asked here, best first.

    They are those in `OPENROUTER_SEARCH_PROVIDERS`, if it is set. Else they are the ones with a key, or an address, in
    the environment, then `ddgs` if it is installed, then the offline corpus; and the offline corpus alone where
    `OPENROUTER_API_BASE` points to this machine: an emulator is not to be mixed with the live web.

    Raises:
        ConfigurationError: The variable has names that are not known.
    """
    if chosen := os.environ.get(PROVIDERS_VARIABLE, "").replace(",", " ").split():
        return _checked(chosen)
    if _is_loopback(os.environ.get("OPENROUTER_API_BASE", "")):
        return (_OFFLINE,)
    live = [name for name in _HOMES if name != _OFFLINE]
    return (*(name for name in live if getattr(make_provider(name), "is_configured", False)), _OFFLINE)


def _checked(names: list[str]) -> tuple[str, ...]:
    for name in names:
        if name not in _HOMES:
            known = ", ".join(get_args(ProviderName))
            raise ConfigurationError(f"{PROVIDERS_VARIABLE} has {name!r}, which is not known. Known are: {known}.")
    return tuple(dict.fromkeys(names))


def _is_loopback(url: str) -> bool:
    """Whether a URL points to this machine, where an emulator stands in for OpenRouter and cannot search the web."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
