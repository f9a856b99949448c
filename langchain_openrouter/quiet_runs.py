"""Calls that no handler is told of are answered where they are made, without the events that nobody would hear.

langchain-core makes what handlers would be told, whether there are any or not. In asynchronous calls it also makes a
task for each prompt, and another one to say that the answer is there. With many calls at once, these and what they give
the garbage collector to do are a quarter of what the whole call costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from langchain_core.callbacks import (
    AsyncCallbackManager,
    AsyncCallbackManagerForLLMRun,
    CallbackManager,
    CallbackManagerForLLMRun,
    Callbacks,
)
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage
from langchain_core.outputs import ChatResult, LLMResult, RunInfo
from langchain_core.utils.uuid import uuid7
from typing_extensions import override

_Manager = TypeVar("_Manager", CallbackManager, AsyncCallbackManager)
_Run = TypeVar("_Run", CallbackManagerForLLMRun, AsyncCallbackManagerForLLMRun)

_OF_THE_RUN = ("tags", "metadata", "run_name", "run_id", "ls_structured_output_format", "structured_output_format")
"""What langchain-core takes for the run and its handlers; all else is for the model."""

if TYPE_CHECKING:
    _Model = BaseChatModel
else:
    # pydantic takes long to make a class of models of what has no fields
    _Model = object


class AnswersQuietly(_Model):
    """The part of a chat model that answers a prompt of which no handler is told."""

    @override
    def generate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> LLMResult:
        manager = self._manager_without_handlers(CallbackManager, messages, callbacks, kwargs)
        if manager is None:
            return super().generate(messages, stop, callbacks, **kwargs)
        run = _make_run(CallbackManagerForLLMRun, manager, kwargs)
        return self._one_answer(self._generate_with_cache(messages[0], stop, run, **_for_the_model(kwargs)), run)

    @override
    async def agenerate(
        self,
        messages: list[list[BaseMessage]],
        stop: list[str] | None = None,
        callbacks: Callbacks = None,
        **kwargs: Any,
    ) -> LLMResult:
        manager = self._manager_without_handlers(AsyncCallbackManager, messages, callbacks, kwargs)
        if manager is None:
            return await super().agenerate(messages, stop, callbacks, **kwargs)
        run = _make_run(AsyncCallbackManagerForLLMRun, manager, kwargs)
        return self._one_answer(await self._agenerate_with_cache(messages[0], stop, run, **_for_the_model(kwargs)), run)

    def _manager_without_handlers(
        self, cls: type[_Manager], prompts: list[list[BaseMessage]], callbacks: Callbacks, options: Mapping[str, Any]
    ) -> _Manager | None:
        """What the run of the only prompt is made of; `None` where langchain-core is to answer."""
        if len(prompts) != 1 or self.callbacks or _handlers(callbacks) or not all(map(_is_plain, prompts[0])):
            return None
        tags, metadata = options.get("tags"), options.get("metadata")
        # there may be a tracer that the environment asks for, or a handler of the `with` block around the call
        manager = cls.configure(callbacks, None, self.verbose, tags, self.tags, metadata, self.metadata)
        return None if manager.handlers else manager

    def _one_answer(
        self, result: ChatResult, run: CallbackManagerForLLMRun | AsyncCallbackManagerForLLMRun
    ) -> LLMResult:
        llm_output = self._combine_llm_outputs([result.llm_output])
        return LLMResult(generations=[[*result.generations]], llm_output=llm_output, run=[RunInfo(run_id=run.run_id)])


def _make_run(cls: type[_Run], manager: CallbackManager | AsyncCallbackManager, options: Mapping[str, Any]) -> _Run:
    return cls(
        run_id=options.get("run_id") or uuid7(),
        handlers=manager.handlers,
        inheritable_handlers=manager.inheritable_handlers,
        parent_run_id=manager.parent_run_id,
        tags=manager.tags,
        inheritable_tags=manager.inheritable_tags,
        metadata=manager.metadata,
        inheritable_metadata=manager.inheritable_metadata,
    )


def _handlers(callbacks: Callbacks) -> object:
    return callbacks if callbacks is None or isinstance(callbacks, list) else callbacks.handlers


def _is_plain(message: BaseMessage) -> bool:
    # blocks may have one of LangChain's older forms, which it brings to the newest
    return isinstance(message.content, str)


def _for_the_model(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name not in _OF_THE_RUN}
