"""Calls whose events no handler wants are answered where they are made, and without those events.

langchain-core makes what handlers would be told, whether there are any or not, and whatever they want to hear. In
asynchronous calls it also makes a task for each prompt, and another one to say that the answer is there. With many
calls at once, these and what they give the garbage collector to do are a quarter of what the whole call costs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.callbacks import (
    AsyncCallbackManager,
    BaseCallbackHandler,
    CallbackManager,
    Callbacks,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult, LLMResult, RunInfo
from langchain_core.utils.uuid import uuid7
from typing_extensions import override

from langchain_openrouter.run_facts import AsyncQuietRun, QuietRun

_Manager = TypeVar("_Manager", CallbackManager, AsyncCallbackManager)
_Run = TypeVar("_Run", QuietRun, AsyncQuietRun)

_OF_THE_RUN = ("tags", "metadata", "run_name", "run_id", "ls_structured_output_format", "structured_output_format")
"""What langchain-core takes for the run and its handlers; all else is for the model."""

if TYPE_CHECKING:
    _Model = BaseChatModel
else:
    # pydantic takes long to make a class of models of what has no fields
    _Model = object


class AnswersQuietly(_Model):
    """The part of a chat model that answers a prompt where no handler wants to hear of the run."""

    @override
    def generate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> LLMResult:
        manager = self._manager_of_quiet_run(CallbackManager, messages, callbacks, kwargs)
        if manager is None:
            return super().generate(messages, stop, callbacks, **kwargs)
        run = _make_run(QuietRun, manager, kwargs)
        return self._one_answer(self._generate_with_cache(messages[0], stop, run, **_for_the_model(kwargs)), run)

    @override
    async def agenerate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> LLMResult:
        manager = self._manager_of_quiet_run(AsyncCallbackManager, messages, callbacks, kwargs)
        if manager is None:
            return await super().agenerate(messages, stop, callbacks, **kwargs)
        run = _make_run(AsyncQuietRun, manager, kwargs)
        return self._one_answer(await self._agenerate_with_cache(messages[0], stop, run, **_for_the_model(kwargs)), run)

    def _manager_of_quiet_run(
        self, cls: type[_Manager], prompts: list[list[BaseMessage]], callbacks: Callbacks, options: Mapping[str, Any]
    ) -> _Manager | None:
        """What the run of the only prompt is made of; `None` where langchain-core is to answer and to tell of it."""
        handlers = (*_handlers(callbacks), *_handlers(self.callbacks))
        if len(prompts) != 1 or any(map(_wants_events, handlers)) or not all(map(_is_plain, prompts[0])):
            return None
        tags, metadata = options.get("tags"), options.get("metadata")
        # there may be a tracer that the environment asks for, or a handler of the `with` block around the call
        manager = cls.configure(callbacks, self.callbacks, self.verbose, tags, self.tags, metadata, self.metadata)
        return None if any(map(_wants_events, manager.handlers)) else manager

    def _one_answer(self, result: ChatResult, run: QuietRun | AsyncQuietRun) -> LLMResult:
        llm_output = self._combine_llm_outputs([result.llm_output])
        return LLMResult(generations=[[*result.generations]], llm_output=llm_output, run=[RunInfo(run_id=run.run_id)])


def _make_run(cls: type[_Run], manager: CallbackManager | AsyncCallbackManager, options: Mapping[str, Any]) -> _Run:
    run = cls(
        run_id=options.get("run_id") or uuid7(),
        handlers=[],
        inheritable_handlers=[],
        parent_run_id=manager.parent_run_id,
        tags=manager.tags,
        inheritable_tags=manager.inheritable_tags,
        metadata=manager.metadata,
        inheritable_metadata=manager.inheritable_metadata,
    )
    run.listeners = manager.handlers
    return run


def _handlers(callbacks: Callbacks) -> Sequence[BaseCallbackHandler]:
    return (callbacks or ()) if callbacks is None or isinstance(callbacks, list) else callbacks.handlers


def _wants_events(handler: BaseCallbackHandler) -> bool:
    # what a class says for itself: one that is derived from it may do more
    return not vars(type(handler)).get("attempts_suffice", False)


def _is_plain(message: BaseMessage) -> bool:
    # blocks may have one of LangChain's older forms, which it brings to the newest
    return isinstance(message.content, str)


def _for_the_model(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in _OF_THE_RUN}
