"""Which addresses may be connected to: those of the public internet, and nothing of one's own network or cloud.

Source: https://www.iana.org/assignments/iana-ipv4-special-registry and https://www.iana.org/assignments/iana-ipv6-special-registry
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from typing import Final, TypeAlias

import httpx

_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_MAX_URL_CHARACTERS: Final = 2_000
WEB_PORTS: Final = {"http": 80, "https": 443}
_GLOBAL_UNICAST: Final = ipaddress.IPv6Network("2000::/3")
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
# Not public, although some versions of Python take them for it. 192.0.0.192 is a cloud's metadata.
_NOT_PUBLIC: Final = tuple(ipaddress.ip_network(net) for net in ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20"))


class PageError(Exception):
    """A page cannot be read; the message is a sentence that is safe to show to a model."""


def check_url(url: str | httpx.URL, *, allow_loopback: bool = False) -> httpx.URL:
    """The URL, read by the same rules as when it is connected to, if it may be.

    Args:
        url: An absolute address.
        allow_loopback: Whether any port will do: servers of tests have one that is free.

    Raises:
        PageError: It is no web address, names a user, or has another port than 80 and 443.
    """
    try:
        read = httpx.URL(url)
        host = read.raw_host.decode("ascii")
    except (httpx.InvalidURL, ValueError, TypeError):
        raise PageError("This is no address of a page.") from None
    if read.scheme not in {"http", "https"} or not host or len(str(read)) > _MAX_URL_CHARACTERS:
        raise PageError("Only addresses that begin with http:// or https:// can be read.")
    if read.userinfo:
        raise PageError("Addresses with a user or a password are not read.")
    if port_of(read) not in WEB_PORTS.values() and not allow_loopback:
        raise PageError("Only the ports 80 and 443 are connected to.")
    return read


def port_of(url: httpx.URL) -> int | None:
    """The port of an address of the web, which it need not name; `None` for other addresses that name none."""
    return WEB_PORTS.get(url.scheme) if url.port is None else url.port


def check_addresses(addresses: Sequence[str], *, allow_loopback: bool = False) -> Sequence[str]:
    """The addresses that a host's name stands for, if all of them may be connected to.

    Args:
        addresses: IPv4 and IPv6 addresses.
        allow_loopback: Whether those of this machine may be, too: servers of tests.

    Raises:
        PageError: There is none, or one that is not public. One is enough: the next look at the name may give it.
    """
    if not addresses:
        raise PageError("The host was not found.")
    for address in addresses:
        if not _is_public(address) and not (allow_loopback and _is_loopback(address)):
            raise PageError("The address is not on the public internet, so it is not connected to.")
    return addresses


def _is_public(text: str) -> bool:
    address = _read(text)
    if address is None or address.is_multicast or any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and (address.version == 4 or address in _GLOBAL_UNICAST)  # noqa: PLR2004 - IPv4


def _is_loopback(text: str) -> bool:
    address = _read(text)
    return address is not None and address.is_loopback


def _read(text: str) -> _Address | None:
    """The address, or the IPv4 address that it carries inside; `None` where it is none, or is bound to an interface."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.scope_id is not None:
        return None
    carried = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
    if address in _NAT64:
        carried = ipaddress.IPv4Address(address.packed[-4:])
    return carried or address
