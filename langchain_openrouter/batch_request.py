"""What is sent to submit a batch: the inputs of a model and its options, brought into one body."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import BaseMessage
from langchain_core.prompt_values import PromptValue

from langchain_openrouter._wire.batches import render_batch
from langchain_openrouter.batches import BatchClient
from langchain_openrouter.call_settings import take_call_settings
from langchain_openrouter.errors import ConfigurationError, MessageError

if TYPE_CHECKING:
    from langchain_openrouter._http.call import CallSettings
    from langchain_openrouter._http.transport import Transport

BatchInputs = Sequence[LanguageModelInput] | Mapping[str, LanguageModelInput]
"""A list of inputs, each as `invoke` takes one; or a mapping from custom ids, chosen by you, to inputs."""


class BatchModel(BatchClient, Protocol):
    """What submitting needs of a model."""

    model_name: str

    @property
    def base_url(self) -> str:
        """Where requests go."""

    def merge_call_options(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Join the options of a call to those of the model."""

    def _convert_input(self, model_input: LanguageModelInput) -> PromptValue: ...

    def _transport(self) -> Transport: ...


class BatchRequest(NamedTuple):
    """The custom ids of its requests, a body, and what the call has of its own."""

    custom_ids: list[str]
    body: bytes
    settings: CallSettings | None


def prepare_batch(model: BatchModel, inputs: BatchInputs, options: Mapping[str, Any]) -> BatchRequest:
    """Render a batch.

    Args:
        model: Whose options and address it has.
        inputs: As `BatchSubmission.submit_batch` takes them.
        options: Those of this batch alone.

    Raises:
        RequestError: The inputs or the options cannot be sent.
    """
    conversations = _conversations(model, inputs)
    merged = {"model": model.model_name, **model.merge_call_options(options)}
    settings = take_call_settings(merged)
    return BatchRequest([custom_id for custom_id, _ in conversations], render_batch(conversations, merged), settings)


def _conversations(model: BatchModel, inputs: BatchInputs) -> list[tuple[str, Sequence[BaseMessage]]]:
    if isinstance(inputs, str | PromptValue | BaseMessage):
        raise ConfigurationError("submit_batch takes a list of inputs, or a mapping from custom ids to inputs.")
    named = inputs.items() if isinstance(inputs, Mapping) else ((f"request-{i}", one) for i, one in enumerate(inputs))
    return [(custom_id, _messages(model, custom_id, one)) for custom_id, one in named]


def _messages(model: BatchModel, custom_id: str, model_input: LanguageModelInput) -> Sequence[BaseMessage]:
    try:
        return model._convert_input(model_input).to_messages()  # noqa: SLF001 - what `invoke` does with its input
    except (TypeError, ValueError) as error:
        raise MessageError(f"Request {custom_id!r}: {error}") from error
