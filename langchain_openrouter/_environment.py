"""What the environment says: variables of LangChain's own package, and those that other OpenRouter clients read."""

from __future__ import annotations

import ipaddress
import os
import warnings
from functools import cache
from urllib.parse import urlsplit

from pydantic import SecretStr

DEFAULT_BASE_URL = "https://openrouter.ai/api/v1"
"""OpenRouter itself."""


def read_variable(*names: str) -> str | None:
    """The first of these variables that is set and not blank."""
    return next((value for name in names if (value := os.environ.get(name, "").strip())), None)


def api_key_from_environment() -> SecretStr | None:
    """The key in `OPENROUTER_API_KEY`."""
    key = read_variable("OPENROUTER_API_KEY")
    return SecretStr(key) if key else None


def base_url_of(given: str | None) -> str:
    """Where the API is: at the URL that is given, else where `OPENROUTER_API_BASE` says, else at OpenRouter itself."""
    return (given or read_variable("OPENROUTER_API_BASE") or DEFAULT_BASE_URL).rstrip("/")


def is_local(base_url: str) -> bool:
    """Whether a server is on this machine: a test, a proxy or an emulator.

    It is sent nothing that nobody asked for.
    """
    host = urlsplit(base_url).hostname or "localhost"
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


@cache
def version() -> str:
    """The version of this distribution."""
    from importlib import metadata

    try:
        return metadata.version("langchain-openrouter-agents")
    except metadata.PackageNotFoundError:
        return "0"


@cache
def warn_of_clash() -> None:
    """Warn, once, where LangChain's own distribution is installed too: both write the same files, and one wins."""
    from importlib import metadata

    try:
        metadata.version("langchain-openrouter")
    except metadata.PackageNotFoundError:
        return
    warnings.warn(
        "Both langchain-openrouter and langchain-openrouter-agents are installed, and both provide the package "
        "langchain_openrouter. Run: pip uninstall -y langchain-openrouter && "
        "pip install --force-reinstall --no-deps langchain-openrouter-agents",
        stacklevel=3,
    )
