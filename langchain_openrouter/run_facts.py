"""What is known of the LangChain run that a call belongs to: whom it is booked to, and who wants to hear of it.

LangChain hands the run to `_generate`, but not to `_stream`. So a stream is told of its run by a context variable: the
run is announced right before LangChain begins the stream, whose first deed is to take it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, closing, contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, cast

from langchain_core.callbacks import (
    AsyncCallbackManager,
    AsyncCallbackManagerForLLMRun,
    BaseCallbackHandler,
    CallbackManager,
    CallbackManagerForLLMRun,
)
from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, get_callback_manager_for_config
from langchain_core.utils.uuid import uuid7
from pydantic import ConfigDict
from typing_extensions import override

RunManager: TypeAlias = CallbackManagerForLLMRun | AsyncCallbackManagerForLLMRun | None
"""LangChain's run of a model call; `None` outside of one."""


class QuietRun(CallbackManagerForLLMRun):
    """A run without handlers: those that there are want to hear of its attempts, and of nothing else."""

    listeners: Sequence[BaseCallbackHandler] = ()


class AsyncQuietRun(AsyncCallbackManagerForLLMRun):
    """The asynchronous twin of `QuietRun`."""

    listeners: Sequence[BaseCallbackHandler] = ()


class RunFacts(NamedTuple):
    """A run, or what surrounds a call that is none."""

    handlers: Sequence[BaseCallbackHandler] = ()
    run_id: object = None
    parent_run_id: object = None
    tags: Sequence[str] = ()
    metadata: Mapping[str, object] = {}


class _Announcement(NamedTuple):
    facts: RunFacts
    before: _Announcement | None
    """One that has not been taken yet: a handler may stream something of its own before the stream begins."""


_announced: ContextVar[_Announcement | None] = ContextVar("openrouter_announced_run", default=None)


def facts_of(run_manager: RunManager) -> RunFacts:
    """The facts of the run that LangChain handed over."""
    if run_manager is None:
        return RunFacts()
    return RunFacts(
        run_manager.listeners if isinstance(run_manager, QuietRun | AsyncQuietRun) else run_manager.handlers,
        run_manager.run_id,
        run_manager.parent_run_id,
        run_manager.tags,
        run_manager.metadata,
    )


def take_facts(run_manager: RunManager) -> RunFacts:
    """The facts of the run of a stream: of the one that was handed over, or else announced."""
    announcement = _announced.get()
    if run_manager is not None or announcement is None:
        return facts_of(run_manager)
    _announced.set(announcement.before)
    return announcement.facts


def surrounding_facts(config: RunnableConfig | None = None) -> RunFacts:
    """What surrounds a call that is no run of its own, such as one of an embedding model."""
    manager = get_callback_manager_for_config(ensure_config(config))
    return RunFacts(manager.handlers, None, manager.parent_run_id, manager.tags, manager.metadata)


if TYPE_CHECKING:
    _Streaming = BaseChatModel
else:
    # pydantic takes long to make a class of models of what has no fields
    _Streaming = object


class TellsStreamsTheirRun(_Streaming):
    """The part of a chat model that announces runs to its streams."""

    # never made by itself, so that pydantic need not build what would validate it
    model_config = ConfigDict(defer_build=True)

    @override
    def stream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> Iterator[AIMessageChunk]:
        config = _named(config)
        stream = cast("Any", super().stream(input, config, stop=stop, **kwargs))
        with closing(stream):
            with _announcing(self._facts(config, CallbackManager)):
                first = next(stream, None)
            if first is not None:
                yield first
                yield from stream

    @override
    async def astream(
        self,
        input: LanguageModelInput,
        config: RunnableConfig | None = None,
        *,
        stop: list[str] | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[AIMessageChunk]:
        config = _named(config)
        stream = cast("Any", super().astream(input, config, stop=stop, **kwargs))
        async with aclosing(stream):
            with _announcing(self._facts(config, AsyncCallbackManager)):
                first = await anext(stream, None)
            if first is not None:
                yield first
                async for chunk in stream:
                    yield chunk

    @override
    def _should_stream(self, *, async_api: bool, run_manager: RunManager = None, **kwargs: Any) -> bool:
        """Announce the run of an `invoke` that LangChain turns into a stream."""
        is_streamed = super()._should_stream(async_api=async_api, run_manager=run_manager, **kwargs)
        if is_streamed and run_manager is not None:
            _announced.set(_Announcement(facts_of(run_manager), _announced.get()))
        return is_streamed

    def _facts(self, config: RunnableConfig, manager: type[CallbackManager | AsyncCallbackManager]) -> RunFacts:
        made = manager.configure(
            config.get("callbacks"),
            self.callbacks,
            self.verbose,
            config.get("tags"),
            self.tags,
            config.get("metadata"),
            self.metadata,
        )
        return RunFacts(made.handlers, config.get("run_id"), made.parent_run_id, made.tags, made.metadata)


def _named(config: RunnableConfig | None) -> RunnableConfig:
    """A configuration that says what the run will be called."""
    full = ensure_config(config)
    if full.get("run_id") is None:
        full["run_id"] = uuid7()
    return full


@contextmanager
def _announcing(facts: RunFacts) -> Iterator[None]:
    announcement = _Announcement(facts, _announced.get())
    _announced.set(announcement)
    try:
        yield
    finally:
        # nobody has taken it: the stream failed before it began, or is none
        if _announced.get() is announcement:
            _announced.set(announcement.before)
