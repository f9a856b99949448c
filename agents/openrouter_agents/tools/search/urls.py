"""Addresses of pages: which are fit to be shown, which are the same page, and which site a page is of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from openrouter_agents.tools.untrusted_text import clean_text

DOCUMENT_SCHEME: Final = "document:"
"""What the addresses of indexed documents begin with."""

_MAX_URL_CHARACTERS: Final = 2_000
_TRACKING: Final = frozenset(
    """
    _ga _gl _hsenc _hsmi dclid fbclid gad_source gbraid gclid gclsrc igshid mc_cid mc_eid mkt_tok msclkid oly_anon_id
    oly_enc_id s_cid srsltid ttclid twclid vero_id wbraid wickedid yclid
    """.split()
)
_TRACKING_START: Final = "utm_"
_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*")
_CHARACTER: Final = re.compile(r"char=(\d{1,9})")  # as RFC 5147 has it
_PATH_SIGNS: Final = "/:@!$&'()*+,;=~-._"


def is_web_address(url: str) -> bool:
    """Whether a URL is safe to show: a plain web address without hidden characters, short enough to cite."""
    if len(url) > _MAX_URL_CHARACTERS or url != clean_text(url, _MAX_URL_CHARACTERS) or " " in url:
        return False
    parts = _split(url)
    return parts is not None and parts.scheme in _PORTS and bool(parts.hostname)


def canonical_url(url: str) -> str:
    """What is the same for all addresses of one page; a key to compare by, and no address to go to.

    Left out are the scheme, `www.`, the port that goes without saying, parameters that only tell where a reader came
    from, the fragment and slashes at the end; parameters are in order. A URL that cannot be read stands for itself.
    """
    if url.startswith(DOCUMENT_SCHEME):
        return url.partition("#")[0]
    parts = _split(url)
    if parts is None or parts.scheme not in _PORTS:
        return url
    port = parts.port
    shown_port = "" if port is None or port == _PORTS[parts.scheme] else f":{port}"
    path = quote(unquote(parts.path), safe=_PATH_SIGNS).rstrip("/")
    kept = sorted(
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if not _is_tracking(name)
    )
    return f"{host_of(url)}{shown_port}{path}" + (f"?{urlencode(kept)}" if kept else "")


def host_of(url: str) -> str:
    """The host in lower case without `www.`; empty where there is none."""
    parts = _split(url)
    return ((parts.hostname if parts else "") or "").rstrip(".").removeprefix("www.")


def is_of_sites(url: str, domains: Iterable[str]) -> bool:
    """Whether a page is of one of these domains or their subdomains."""
    host = host_of(url)
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)


def read_domain(text: str) -> str | None:
    """The domain in what people and models write for one: `https://www.who.int/data` is `who.int`.

    Returns:
        `None` where it is no domain.
    """
    trimmed = text.strip().lower().removeprefix("site:").removeprefix("*.")
    host = host_of(trimmed if "://" in trimmed else f"https://{trimmed}")
    try:
        plain = host.encode("idna").decode()
    except UnicodeError:
        return None
    return plain if _HOST.fullmatch(plain) else None


def document_address(name: str, start: int) -> str:
    """The address of a passage of an indexed document.

    Args:
        name: The document's name, as a URL has it.
        start: The character at which the passage begins.
    """
    return f"{DOCUMENT_SCHEME}{name}" + (f"#char={start}" if start else "")


def read_document_address(address: str) -> tuple[str, int]:
    """The name of the document, and the character at which the passage begins, of a `document_address`."""
    name, _, fragment = address.removeprefix(DOCUMENT_SCHEME).partition("#")
    found = _CHARACTER.fullmatch(fragment)
    return name, int(found[1]) if found else 0


def _is_tracking(name: str) -> bool:
    lowered = name.lower()
    return lowered in _TRACKING or lowered.startswith(_TRACKING_START)


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        # Only looking at the port says whether it is one.
        port = parts.port
    except ValueError:
        return None
    return None if port == 0 else parts
