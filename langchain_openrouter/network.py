"""How requests leave the machine: through which proxy, trusting whose certificates, by which version of HTTP."""

from __future__ import annotations

import importlib.util
import os
import ssl
import urllib.request
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias
from urllib.parse import urlsplit

from pydantic import SecretStr
from typing_extensions import TypedDict

from langchain_openrouter._environment import read_variable
from langchain_openrouter.errors import ConfigurationError

Verify: TypeAlias = ssl.SSLContext | str | os.PathLike[str] | bool
"""Whose certificates are trusted: a file or a directory of authorities, or a context of one's own.

`True` means those of `SSL_CERT_FILE` or `SSL_CERT_DIR`, else of certifi. `False` trusts everybody, even with the key.
"""

_SCHEMES = ("http", "https", "socks5", "socks5h")


class NetworkOptions(TypedDict, total=False):
    """The fields of `Network`, for functions that take them by name."""

    proxy: str | SecretStr | None
    verify: Verify
    http2: bool
    trust_env: bool


class Network(NamedTuple):
    """The way out of the machine. Equal ones can share connections."""

    proxy: SecretStr | None = None
    """A URL, which may hold a user and a password. `None` means what the environment says for the server's URL."""
    verify: Verify = True
    http2: bool = False
    """Whether to offer HTTP/2 to the server."""
    trust_env: bool = True
    """Whether the environment names a proxy and authorities. Its netrc file is never read."""

    def check(self) -> None:
        """Refuse what cannot work.

        Raises:
            ConfigurationError: The proxy is no URL of one, `verify` names no file, or a package is missing.
        """
        if self.proxy is not None:
            _check_proxy(self.proxy.get_secret_value(), "`proxy`")
        if self.http2:
            _require("h2", "http2=True", "http2")
        if not isinstance(self.verify, ssl.SSLContext | bool) and not os.path.exists(self.verify):  # noqa: PTH110 - a str
            raise ConfigurationError(f"`verify` names a file or a directory that is not there: {str(self.verify)!r}.")

    def options(self) -> NetworkOptions:
        """The same as keyword arguments."""
        return {"proxy": self.proxy, "verify": self.verify, "http2": self.http2, "trust_env": self.trust_env}

    def proxy_for(self, base_url: str) -> SecretStr | None:
        """The proxy that requests to `base_url` go through; `None`: they go straight there.

        Raises:
            ConfigurationError: The environment's proxy is no URL of one, or needs a package that is missing.
        """
        if self.proxy is not None or not self.trust_env:
            return self.proxy
        proxy = _environment_proxy(base_url)
        if proxy is None:
            return None
        _check_proxy(proxy, "The proxy in the environment (HTTPS_PROXY, HTTP_PROXY, ALL_PROXY)")
        return SecretStr(proxy)

    def authorities(self) -> ssl.SSLContext | str | bool:
        """Whose certificates are trusted, with what the environment says; `True` means certifi's."""
        if self.verify is True:
            return (read_variable("SSL_CERT_FILE", "SSL_CERT_DIR") if self.trust_env else None) or True
        return self.verify if isinstance(self.verify, ssl.SSLContext | bool) else os.fspath(self.verify)


def network_of(options: NetworkOptions) -> Network:
    """Check options and bring them into the form that calls need.

    Raises:
        ConfigurationError: One of them cannot work.
    """
    proxy = options.get("proxy")
    secret = SecretStr(proxy) if isinstance(proxy, str) else proxy
    network = Network(**{**options, "proxy": secret})  # type: ignore[arg-type]  # mypy joins the values' types
    network.check()
    return network


def is_socks(proxy: str) -> bool:
    """Whether a proxy speaks SOCKS."""
    return proxy.startswith("socks")


def _environment_proxy(base_url: str) -> str | None:
    parts = urlsplit(base_url)
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or any(urllib.request.proxy_bypass(host) for host in _names(base_url)):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _names(base_url: str) -> Iterator[str]:
    """What NO_PROXY may call a server: its host, or its host and port."""
    parts = urlsplit(base_url)
    yield parts.hostname or ""
    if parts.port:
        yield f"{parts.hostname}:{parts.port}"


def _check_proxy(proxy: str, name: str) -> None:
    # the URL may hold a password, so that no error shows it
    try:
        parts = urlsplit(proxy)
        known = parts.scheme in _SCHEMES and parts.hostname and parts.port != 0
    except ValueError:
        known = False
    if not known:
        raise ConfigurationError(
            f"{name} must be a URL such as http://user:password@proxy.example:8080, with the scheme "
            f"{', '.join(_SCHEMES)}. In a user or password, signs such as @ are written as %40."
        )
    if is_socks(proxy):
        _require("socksio", "A SOCKS proxy", "socks")


def _require(module: str, what: str, extra: str) -> None:
    if importlib.util.find_spec(module) is None:
        raise ConfigurationError(
            f"{what} needs a package that is not installed: pip install 'langchain-openrouter-agents[{extra}]'"
        )
