"""How a model submits batches, and finds them again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, cast

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.prompt_values import PromptValue
from langchain_core.runnables.base import RunnableBinding
from typing_extensions import override

from langchain_openrouter._wire.batches import render_batch
from langchain_openrouter.batches import Batch, BatchClient
from langchain_openrouter.call_settings import take_call_settings
from langchain_openrouter.errors import ConfigurationError, MessageError

if TYPE_CHECKING:
    # LangChain's name for its binding of a chat model, which differs from any other for type checkers alone
    from langchain_core.language_models.chat_models import _ChatModelBinding as ModelBinding

    from langchain_openrouter._http.batch_calls import BatchCalls
    from langchain_openrouter._http.call import CallSettings
    from langchain_openrouter._http.transport import Transport
else:
    ModelBinding = RunnableBinding[LanguageModelInput, AIMessage]

BatchInputs = Sequence[LanguageModelInput] | Mapping[str, LanguageModelInput]
"""A list of inputs, each as `invoke` takes one; or a mapping from custom ids, chosen by you, to inputs."""


class _Model(BatchClient, Protocol):
    """What submitting needs of a model."""

    model_name: str

    @property
    def base_url(self) -> str: ...

    def merge_call_options(self, call: Mapping[str, Any]) -> dict[str, Any]: ...

    def _convert_input(self, model_input: LanguageModelInput) -> PromptValue: ...

    def _transport(self) -> Transport: ...


class _Submitting(Protocol):
    """What is bound here: a model, or something that passes on to one."""

    def submit_batch(self, inputs: BatchInputs, **options: object) -> Batch: ...

    async def asubmit_batch(self, inputs: BatchInputs, **options: object) -> Batch: ...


class BatchSubmission:
    """The part of a model that submits batches."""

    def submit_batch(
        self: _Model,
        inputs: BatchInputs,
        *,
        completion_window: str = "24h",
        **options: Any,  # noqa: ANN401 - keys of the wire
    ) -> Batch:
        """Submit many requests at once, to be answered within 24 hours for about half the price of the tokens.

        Not every model has batches. The answers come when `Batch.wait` returns; the process may end before.

        ```python
        batch = model.submit_batch({"sky": "Why is the sky blue?", "grass": "Why is grass green?"}, max_tokens=100)
        batch.wait(on_progress=print).results()["sky"].text
        ```

        Args:
            inputs: A list of inputs, each as `invoke` takes one, whose custom ids will be `request-0`, `request-1`...;
                or a mapping from custom ids of your own to inputs. Text only.
            completion_window: In what time the batch is to be done. OpenRouter knows `24h`.
            **options: What `invoke` takes, for all requests: `tools`, `response_format`, `temperature`... `provider` is
                for the batch as a whole (OpenRouter knows `only` and `allow_fallbacks` there), and so is
                `callback_url`, an HTTPS address that is told when the batch ends. Those of `bind` and `bind_tools` are
                kept.

        Returns:
            The batch, as OpenRouter has accepted it.

        Raises:
            RequestError: The inputs cannot be sent: there are none, one is not text, a custom id is there twice...
            OpenRouterError: The batch was not accepted. After an `APIConnectionError`, an `InternalServerError` or a
                `RequestTimeoutError` it may have been, and is not sent again by itself.
        """
        conversations = _conversations(self, inputs)
        request = _request(self, conversations, {"completion_window": completion_window, **options})
        return Batch(self, self._batch_calls().create(*request), [custom_id for custom_id, _ in conversations])

    async def asubmit_batch(
        self: _Model,
        inputs: BatchInputs,
        *,
        completion_window: str = "24h",
        **options: Any,  # noqa: ANN401 - keys of the wire
    ) -> Batch:
        """Do what `submit_batch` does, without blocking the event loop."""
        conversations = _conversations(self, inputs)
        request = _request(self, conversations, {"completion_window": completion_window, **options})
        response = await self._batch_calls().acreate(*request)
        return Batch(self, response, [custom_id for custom_id, _ in conversations])

    def resume_batch(self: _Model, batch_id: str) -> Batch:
        """Find a batch that was submitted before, here or elsewhere, with a key of the same workspace.

        Args:
            batch_id: The `id` of the batch.

        Raises:
            NotFoundError: There is no such batch (any more: results are kept for 30 days).
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        return Batch(self, self._batch_calls().fetch(batch_id))

    async def aresume_batch(self: _Model, batch_id: str) -> Batch:
        """Do what `resume_batch` does, without blocking the event loop."""
        return Batch(self, await self._batch_calls().afetch(batch_id))

    def bind(self, **kwargs: Any) -> BoundModel:  # noqa: ANN401 - as BaseChatModel's
        """Fix options for every call, batches included."""
        return BoundModel(bound=cast("BaseChatModel", self), kwargs=kwargs)

    def _batch_calls(self: _Model) -> BatchCalls:
        from langchain_openrouter._http.batch_calls import BatchCalls

        return BatchCalls(self._transport(), self.base_url)


class BoundModel(ModelBinding):
    """A model with fixed options. LangChain's own binding would forget them in a batch."""

    def submit_batch(self, inputs: BatchInputs, **options: Any) -> Batch:  # noqa: ANN401 - keys of the wire
        """Do what `ChatOpenRouter.submit_batch` does, with the options that are bound."""
        return cast("_Submitting", self.bound).submit_batch(inputs, **{**self.kwargs, **options})

    async def asubmit_batch(self, inputs: BatchInputs, **options: Any) -> Batch:  # noqa: ANN401 - keys of the wire
        """Do what `submit_batch` does, without blocking the event loop."""
        return await cast("_Submitting", self.bound).asubmit_batch(inputs, **{**self.kwargs, **options})

    @classmethod
    @override
    def lc_id(cls) -> list[str]:
        # as LangChain does for its own, so that dumps stay loadable
        return RunnableBinding.lc_id()


def _conversations(model: _Model, inputs: BatchInputs) -> list[tuple[str, Sequence[BaseMessage]]]:
    if isinstance(inputs, str | PromptValue | BaseMessage):
        raise ConfigurationError("submit_batch takes a list of inputs, or a mapping from custom ids to inputs.")
    named = inputs.items() if isinstance(inputs, Mapping) else ((f"request-{i}", one) for i, one in enumerate(inputs))
    return [(custom_id, _messages(model, custom_id, one)) for custom_id, one in named]


def _messages(model: _Model, custom_id: str, model_input: LanguageModelInput) -> Sequence[BaseMessage]:
    try:
        return model._convert_input(model_input).to_messages()  # noqa: SLF001 - what `invoke` does with its input
    except (TypeError, ValueError) as error:
        raise MessageError(f"Request {custom_id!r}: {error}") from error


def _request(
    model: _Model, conversations: list[tuple[str, Sequence[BaseMessage]]], options: Mapping[str, Any]
) -> tuple[bytes, CallSettings | None]:
    """A body, and what the call has of its own."""
    merged = {"model": model.model_name, **model.merge_call_options(options)}
    settings = take_call_settings(merged)
    return render_batch(conversations, merged), settings
