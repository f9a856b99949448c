"""Every model that OpenRouter offers: what it can do, what it costs, and who serves it.

Sources: https://openrouter.ai/docs/guides/overview/models, https://openrouter.ai/docs/api-reference/list-endpoints
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import warnings
import weakref
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

import orjson
from pydantic import SecretStr
from typing_extensions import Unpack, override

from langchain_openrouter._environment import (
    api_key_from_environment,
    base_url_of,
    is_local,
    version,
)
from langchain_openrouter._model_cache import ModelCache, Snapshot
from langchain_openrouter._refresh import Refresher, refresher
from langchain_openrouter._ttl import ttl_of
from langchain_openrouter.closing import Closing
from langchain_openrouter.errors import ResponseFormatError
from langchain_openrouter.model_info import ModelEndpoint, ModelInfo, parse_endpoint
from langchain_openrouter.model_list import ModelList, SearchFilters, parse_models
from langchain_openrouter.network import Network, NetworkOptions, network_of
from langchain_openrouter.retry_events import OnRetry, check_on_retry
from langchain_openrouter.timeouts import parse_timeout

if TYPE_CHECKING:
    from langchain_openrouter._http.transport import Transport

_ALL_MODELS = "/models?output_modalities=all"
"""Without the filter, only models that answer with text are listed."""

_TIMEOUT = 60.0
"""Seconds for a download with all its attempts."""
_HOUR = 3600.0


class ModelCatalogue(Closing):
    """The models of one OpenRouter, downloaded when they are first asked for and kept for an hour.

    ```python
    from langchain_openrouter import ModelCatalogue

    catalogue = ModelCatalogue()  # needs no key
    catalogue.get("anthropic/claude-sonnet-4.5").context_length
    catalogue.search("claude", supports=["tools"], max_prompt_usd_per_million=3)
    ```

    All catalogues and models of a user's programs share what is kept on disk. A list that is too old is still returned
    at once, and renewed in the background; so it is there offline too, with one warning that it could not be renewed.
    In asynchronous code, await `afetch` first: after it, `get`, `find` and `search` answer from memory.

    Args:
        base_url: The API; `None` means `OPENROUTER_API_BASE`, else OpenRouter itself.
        api_key: A key, if one is needed to get there; `None` means `OPENROUTER_API_KEY`, or none.
        ttl: Seconds for which a list is new; `None` means `OPENROUTER_CACHE_TTL_MODELS` (milliseconds), else an hour.
            0 keeps nothing: every question is a download.
        cache_dir: Where lists are kept; `None` means `OPENROUTER_CACHE_DIR`, else the user's cache directory.
        clock: Seconds since 1970.
        on_retry: Is told of each attempt that is followed by another one, before the wait.
        **network: `proxy`, `verify`, `http2` and `trust_env`, as `ChatOpenRouter` has them.

    Raises:
        ConfigurationError: The time is no number of at least 0, or there is no way out by these settings.
    """

    def __init__(
        self,
        base_url: str | None = None,
        api_key: str | SecretStr | None = None,
        ttl: float | None = None,
        cache_dir: str | os.PathLike[str] | None = None,
        *,
        clock: Callable[[], float] = time.time,
        on_retry: OnRetry | None = None,
        **network: Unpack[NetworkOptions],
    ) -> None:
        self.base_url = base_url_of(base_url)
        self.ttl = ttl_of(ttl, "OPENROUTER_CACHE_TTL_MODELS", _HOUR)
        self._api_key = SecretStr(api_key) if isinstance(api_key, str) else api_key
        self._clock = clock
        check_on_retry(on_retry)
        self._on_retry = on_retry
        self._network = network_of(network)
        self._cache = ModelCache(self.base_url, cache_dir)
        self._async_locks: MutableMapping[asyncio.AbstractEventLoop, asyncio.Lock] = weakref.WeakKeyDictionary()

    def __repr__(self) -> str:
        host = urlsplit(self.base_url).hostname
        return f"<ModelCatalogue of {host}>"

    def __reduce__(self) -> tuple[type[ModelCatalogue], tuple[object, ...]]:
        """Pickle the settings, without the key and what leads out of this machine."""
        return ModelCatalogue, (self.base_url, None, self.ttl, self._cache.path.parent)

    def fetch(self, *, refresh: bool = False) -> ModelList:
        """All models: from memory or disk where they are kept, else from OpenRouter.

        Args:
            refresh: Download them, whatever is kept.

        Raises:
            OpenRouterError: Nothing is kept, and the download failed.
        """
        if not refresh and (kept := self.kept()) is not None:
            return kept
        with self._cache.download_lock:
            # another thread may have done it meanwhile
            if not refresh and (kept := self.cached()) is not None:
                return kept
            return self._keep(self._download())

    async def afetch(self, *, refresh: bool = False) -> ModelList:
        """Do what `fetch` does, without blocking the event loop."""
        if not refresh and (kept := await asyncio.to_thread(self.kept)) is not None:
            return kept
        async with self._async_locks.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if not refresh and (kept := self.cached()) is not None:
                return kept
            return await asyncio.to_thread(self._keep, await self._adownload())

    def kept(self) -> ModelList | None:
        """All models as they are kept, and renewed in the background if they are too old; `None` where none are."""
        snapshot = self._snapshot()
        if snapshot is None:
            return None
        if not self._is_new(snapshot):
            self._warn_of_failure()
            self.refresh_in_background()
        return snapshot.models

    def cached(self) -> ModelList | None:
        """All models as they are kept, however old, or `None`. Never uses the network."""
        snapshot = self._snapshot()
        return None if snapshot is None else snapshot.models

    @property
    def fetched_at(self) -> datetime | None:
        """When the list that is kept was downloaded, in UTC; `None` where none is kept."""
        snapshot = self._snapshot()
        return None if snapshot is None else datetime.fromtimestamp(snapshot.fetched_at, UTC)

    def find(self, model_id: str) -> ModelInfo | None:
        """Look a model up by id, canonical slug, alias or variant, or return `None`: see `ModelList.find`."""
        return self.fetch().find(model_id)

    def get(self, model_id: str) -> ModelInfo:
        """Look a model up as `find` does.

        Raises:
            UnknownModelError: There is none of that name; `nearest` has ids that look like it.
        """
        return self.fetch().get(model_id)

    def search(self, text: str = "", **filters: Unpack[SearchFilters]) -> ModelList:
        """Pick models by what they can do and what they cost: see `ModelList.search`."""
        return self.fetch().search(text, **filters)

    def endpoints(self, model_id: str) -> tuple[ModelEndpoint, ...]:
        """Who serves a model, at what price and in what health. Asked of OpenRouter every time.

        Raises:
            NotFoundError: There is no such model.
        """
        return _parse_endpoints(self._transport.get(self._endpoints_path(model_id)).content)

    async def aendpoints(self, model_id: str) -> tuple[ModelEndpoint, ...]:
        """Do what `endpoints` does, without blocking the event loop."""
        response = await self._transport.aget(self._endpoints_path(model_id))
        return _parse_endpoints(response.content)

    def refresh_in_background(self) -> threading.Thread | None:
        """Download the models in a daemon thread, if they are missing or too old.

        Returns:
            The thread, or `None` where there is nothing to do or the last try has just failed.
        """
        is_done = not self.ttl or self._is_new(self._snapshot())
        return None if is_done else self._refresher.start(self._renew, self._clock())

    def _snapshot(self) -> Snapshot | None:
        return self._cache.load() if self.ttl else None

    def _is_new(self, snapshot: Snapshot | None) -> bool:
        return snapshot is not None and 0 <= self._clock() - snapshot.fetched_at < self.ttl

    def _renew(self) -> None:
        with self._cache.download_lock:
            if not self._is_new(self._snapshot()):
                self._keep(self._download())

    def _warn_of_failure(self) -> None:
        error, since = self._refresher.untold_failure(), self.fetched_at
        if error is not None and since is not None:
            warnings.warn(
                f"OpenRouter's list of models cannot be renewed; that of {since:%Y-%m-%d %H:%M} UTC is used. {error}",
                stacklevel=4,
            )

    def _keep(self, wire: list[object]) -> ModelList:
        self._refresher.forget_failure()
        return self._cache.store(wire, self._clock()).models if self.ttl else parse_models(wire)

    def _download(self) -> list[object]:
        models, path = _parse_page(self._transport.get(_ALL_MODELS).content)
        while path is not None:
            more, path = _parse_page(self._transport.get(path).content)
            models += more
        return models

    async def _adownload(self) -> list[object]:
        models, path = _parse_page((await self._transport.aget(_ALL_MODELS)).content)
        while path is not None:
            more, path = _parse_page((await self._transport.aget(path)).content)
            models += more
        return models

    def _endpoints_path(self, model_id: str) -> str:
        info = (self.cached() or ModelList()).find(model_id)
        return f"/models/{quote(info.id if info else model_id.strip(), safe='/:~@')}/endpoints"

    @property
    def _refresher(self) -> Refresher:
        return refresher((os.getpid(), self._cache.path))

    @override
    def _opened(self) -> Transport | None:
        # a cached property that nobody has asked for is not there yet
        return self.__dict__.get("_transport")

    @cached_property
    def _transport(self) -> Transport:
        from langchain_openrouter._http.transport import Transport

        headers = {"user-agent": f"langchain-openrouter-agents/{version()}"}
        if key := self._api_key or api_key_from_environment():
            headers["authorization"] = f"Bearer {key.get_secret_value()}"
        return Transport(
            self.base_url, headers, limits=parse_timeout(_TIMEOUT), on_retry=self._on_retry, network=self._network
        )


def refresh_for_model(base_url: str | None, api_key: SecretStr | None, network: Network) -> None:
    """See to it, in the background, that the models are known the next time that a chat model is made."""
    catalogue = ModelCatalogue(base_url, api_key, **network.options())
    if not is_local(catalogue.base_url):
        catalogue.refresh_in_background()


def _parse_page(content: bytes) -> tuple[list[object], str | None]:
    body = _parse_object(content)
    models, links = body.get("data"), body.get("links")
    if not isinstance(models, list) or not models:
        raise ResponseFormatError(f"The list of models has no models: {content[:200]!r}")
    following = links.get("next") if isinstance(links, dict) else None
    query = urlsplit(following).query if isinstance(following, str) else ""
    return models, f"/models?{query}" if query else None


def _parse_endpoints(content: bytes) -> tuple[ModelEndpoint, ...]:
    model = _parse_object(content).get("data")
    endpoints = model.get("endpoints") if isinstance(model, dict) else None
    if not isinstance(endpoints, list):
        raise ResponseFormatError(f"The list of endpoints has no endpoints: {content[:200]!r}")
    return tuple(parse_endpoint(endpoint) for endpoint in endpoints)


def _parse_object(content: bytes) -> dict[str, object]:
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise ResponseFormatError(f"The answer is no JSON: {content[:200]!r}") from error
    if not isinstance(body, dict):
        raise ResponseFormatError(f"The answer is no JSON object: {content[:200]!r}")
    return body
