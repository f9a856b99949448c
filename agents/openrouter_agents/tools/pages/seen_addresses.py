"""Which pages an agent may read: those that a person named, or that a search found."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from langchain_core.messages import BaseMessage, HumanMessage

from openrouter_agents.tools.search.answer import read_answer
from openrouter_agents.tools.search.urls import canonical_url

_ADDRESS: Final = re.compile(r"https?://[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_ENDS: Final = ".,;:!?*_'\""
_BRACKETS: Final = {")": "(", "]": "[", "}": "{"}


def find_seen(url: str, messages: Iterable[BaseMessage]) -> str | None:
    """The address of a page as it was seen first in a thread; `None` where it was not.

    What was seen is what is to be connected to, not what was asked for: parameters that make no other page could carry
    something out.
    """
    page = canonical_url(url)
    return next((seen for message in messages for seen in _addresses(message) if canonical_url(seen) == page), None)


def addresses_in(text: str) -> Iterator[str]:
    """The addresses that a person wrote into a text, without the signs of the sentence around them."""
    return (_trimmed(match[0]) for match in _ADDRESS.finditer(text))


def _addresses(message: BaseMessage) -> Iterator[str]:
    if isinstance(message, HumanMessage):
        yield from addresses_in(message.text)
    answer = read_answer(message)
    if answer is not None:
        yield from (result["url"] for result in answer["results"])


def _trimmed(url: str) -> str:
    """Without the signs of the sentence around it: `(see https://a.example/b_(c)).` is `https://a.example/b_(c)`."""
    while url and (url[-1] in _ENDS or (url[-1] in _BRACKETS and url.count(url[-1]) > url.count(_BRACKETS[url[-1]]))):
        url = url[:-1]
    return url
