"""Search of the live web through OpenRouter's server tool `openrouter:web_search`.

Source: https://openrouter.ai/docs/guides/features/server-tools/web-search
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

from openrouter_agents.tool_ledger import current_ledger
from openrouter_agents.tools.search.provider import FilterName, SearchError, SearchHit, SearchOutcome, SearchRequest

if TYPE_CHECKING:
    from langchain_core.language_models import LanguageModelInput
    from langchain_core.messages import AIMessage
    from langchain_core.runnables import Runnable
    from pydantic import SecretStr

DEFAULT_MODEL: Final = "openai/gpt-4.1-mini"
"""A cheap model is enough: it only passes the query on and quotes what was found."""

_MAX_ANSWER_TOKENS: Final = 1_500
_TIMEOUT: Final = 30.0  # seconds: a search engine is waited for, and then a model
_REQUEST: Final = (
    "Search the web for the query below. Then list the facts found that answer it, one short line each, and cite the "
    "page of each. Use nothing but the pages found; if they do not answer the query, say so.{wishes}\n\nQuery: {query}"
)
_BOUNDED: Final[Any] = {"engine": "exa", "max_characters": 4_000}
"""For searches that are booked: a budget has to know what they may cost. Other engines give as much as they like."""
_FRESH: Final = " Look for pages published within the last {freshness}."
_LANGUAGE: Final = " Look for pages in the language {language}."


class OpenRouterSearch:
    """Searches the live web with one chat call on the user's OpenRouter key.

    Billed are the call and OpenRouter's price for the search (USD 0.001 to 0.015 in 2026, by engine). In an agent it is
    booked in the agent's ledger, and held to its budget: it is one search then, by Exa.
    """

    name: Final = "openrouter"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"domains"})

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        api_key: SecretStr | None = None,
        base_url: str | None = None,
    ) -> None:
        """Nothing is connected before the first search.

        Args:
            model: Id of the model that runs the search; it must support tools.
            api_key: OpenRouter's key; `None` reads `OPENROUTER_API_KEY`.
            base_url: Where the API is; `None` reads `OPENROUTER_API_BASE`, else OpenRouter itself.
        """
        self._model = model
        self._api_key = api_key
        self._base_url = base_url

    @property
    def cache_key(self) -> str:
        """The model: each quotes pages in its own way."""
        return f"{self.name} {self._model} {self._base_url or os.environ.get('OPENROUTER_API_BASE', '')}"

    @property
    def is_configured(self) -> bool:
        """Whether there is a key."""
        return self._api_key is not None or bool(os.environ.get("OPENROUTER_API_KEY", "").strip())

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Searches the web.

        Raises:
            SearchError: When the call fails.
        """
        try:
            answer = self._chat(request).invoke(_render_question(request))
        except Exception as error:
            raise _search_error(error) from error
        return _parse_answer(answer)

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`."""
        try:
            answer = await self._chat(request).ainvoke(_render_question(request))
        except Exception as error:
            raise _search_error(error) from error
        return _parse_answer(answer)

    def _chat(self, request: SearchRequest) -> Runnable[LanguageModelInput, AIMessage]:
        from langchain_openrouter import ChatOpenRouter, server_tools

        ledger = current_ledger()
        model = ChatOpenRouter(
            model=self._model,
            max_tokens=_MAX_ANSWER_TOKENS,
            api_key=self._api_key,
            base_url=self._base_url,
            timeout=_TIMEOUT,
            max_retries=1,
            ledger=ledger,
        )
        tool = server_tools.web_search(
            max_results=request.max_results,
            allowed_domains=request.allowed_domains or None,
            excluded_domains=request.blocked_domains or None,
            **(_BOUNDED if ledger is not None else {}),
        )
        once = {"max_tool_calls": 1} if ledger is not None else {}
        # The tag keeps LangGraph from streaming this call to the user as if it were the answer.
        return model.bind(tools=[tool], **once).with_config(tags=["nostream"])


def _render_question(request: SearchRequest) -> str:
    wishes = (_FRESH.format(freshness=request.freshness) if request.freshness else "") + (
        _LANGUAGE.format(language=request.language) if request.language else ""
    )
    return _REQUEST.format(query=request.query, wishes=wishes)


def _search_error(error: Exception) -> SearchError:
    from langchain_openrouter import OpenRouterError

    # The kind of error alone: its text may hold parts of the request. The call has been tried again already.
    is_transient = isinstance(error, OpenRouterError) and error.is_retryable
    return SearchError(f"The call to OpenRouter failed ({type(error).__name__}).", is_transient=is_transient)


def _parse_answer(answer: AIMessage) -> SearchOutcome:
    hits: dict[str, SearchHit] = {}
    for citation in _citations(answer):
        url = _text(citation, "url")
        # A page cited several times stays one result, with the longest passage.
        if url and len(_passage(citation, answer.text)) >= len(hits.get(url, _EMPTY)["snippet"]):
            snippet = _passage(citation, answer.text)
            hits[url] = {"title": _text(citation, "title") or url, "url": url, "snippet": snippet}
    if hits:
        return {"hits": list(hits.values()), "warnings": []}
    return {"hits": [], "warnings": ["The search engine's answer cited no page, so nothing it said can be checked."]}


_EMPTY: Final[SearchHit] = {"title": "", "url": "", "snippet": ""}


def _citations(answer: AIMessage) -> Iterator[Mapping[str, object]]:
    """The citations of an answer: OpenRouter's own annotations, or LangChain's on the blocks of the content."""
    annotations = answer.additional_kwargs.get("annotations")
    yield from _url_citations(annotations)
    if isinstance(answer.content, list):
        for block in answer.content:
            if isinstance(block, dict):
                yield from _url_citations(block.get("annotations"))


def _url_citations(annotations: object) -> Iterator[Mapping[str, object]]:
    for annotation in annotations if isinstance(annotations, list) else []:
        if not isinstance(annotation, Mapping):
            continue
        # On the wire the fields stand under their type; in LangChain's blocks they stand beside it.
        inner = annotation.get("url_citation", annotation)
        if isinstance(inner, Mapping) and annotation.get("type") in {"url_citation", "citation"}:
            yield inner


def _passage(citation: Mapping[str, object], answer: str) -> str:
    """What the page says, or else what the answer says on the strength of the page."""
    content = _text(citation, "content") or _text(citation, "cited_text")
    if content:
        return content
    start, end = citation.get("start_index"), citation.get("end_index")
    if isinstance(start, int) and isinstance(end, int) and 0 <= start < end:
        return answer[start:end]
    return ""


def _text(citation: Mapping[str, object], key: str) -> str:
    value = citation.get(key)
    return value if isinstance(value, str) else ""
