"""How a model counts tokens before anything is sent, by an estimate or by a tokenizer that it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from langchain_core.messages import MessageLikeRepresentation, convert_to_messages

from langchain_openrouter.errors import ConfigurationError


class _Model(Protocol):
    """What counting needs of a model."""

    model_name: str
    custom_get_token_ids: Callable[[str], list[int]] | None

    def get_num_tokens(self, text: str) -> int: ...


class TokenCounting:
    """The part of a model that counts tokens. What an answer really used is in its `usage_metadata`."""

    def get_token_ids(self: _Model, text: str) -> list[int]:
        """The ids of a text's tokens, by `custom_get_token_ids`.

        Raises:
            ConfigurationError: There is no `custom_get_token_ids`. OpenRouter has no tokenizer to ask.
        """
        if self.custom_get_token_ids is None:
            raise ConfigurationError(
                f"The tokenizer of {self.model_name!r} is not known here. Give the model one as `custom_get_token_ids` "
                "(a function from a text to token ids), or use `get_num_tokens`, which estimates."
            )
        return self.custom_get_token_ids(text)

    def get_num_tokens(self: _Model, text: str) -> int:
        """Count the tokens of a text: an estimate of one token for four bytes, or exact by `custom_get_token_ids`."""
        from langchain_openrouter._wire.token_estimate import estimate_text

        return estimate_text(text) if self.custom_get_token_ids is None else len(self.custom_get_token_ids(text))

    def get_num_tokens_from_messages(
        self: _Model,
        messages: Sequence[MessageLikeRepresentation],
        tools: Sequence[Any] | None = None,
    ) -> int:
        """Estimate the input tokens of messages, as `trim_messages(token_counter=model)` asks for them.

        Texts, tool calls and reasoning count as `get_num_tokens` says, with 4 tokens for each message and a flat 1,000
        for each image, file, sound or video, whatever its size.

        Args:
            messages: The conversation.
            tools: Tools of any form that `bind_tools` takes; their descriptions count too.

        Raises:
            RequestError: A message or a tool cannot be sent.
        """
        from langchain_openrouter._wire.messages import render_messages
        from langchain_openrouter._wire.token_estimate import estimate_messages, estimate_tools
        from langchain_openrouter._wire.tools import render_tools

        count = self.get_num_tokens
        rendered = render_messages(convert_to_messages(messages), self.model_name)
        return estimate_messages(rendered, count) + estimate_tools(render_tools(tools or ()), count)
