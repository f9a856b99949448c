"""Requests that cannot be sent."""

from __future__ import annotations

from typing import Any

from langchain_core.exceptions import ModelInvalidRequestError

from langchain_openrouter.errors.pickling import rebuild


class RequestError(ModelInvalidRequestError, ValueError):
    """The request cannot be sent as it is; nothing left this machine."""


class ConfigurationError(RequestError):
    """The model is not set up: a key is missing, or an option is wrong."""


class ToolChoiceError(RequestError):
    """`tool_choice` names a tool that is not there."""


class MessageError(RequestError):
    """A message or a content block has no form on OpenRouter's wire."""


class UnknownModelError(RequestError):
    """No model in the catalogue has that name.

    Attributes:
        model_id: What was looked for.
        nearest: Ids that look like it, the likeliest first.
    """

    def __init__(self, model_id: str, nearest: tuple[str, ...] = ()) -> None:
        meant = f" Did you mean {', '.join(nearest)}?" if nearest else " See https://openrouter.ai/models."
        super().__init__(f"OpenRouter lists no model {model_id!r}.{meant}")
        self.model_id = model_id
        self.nearest = nearest

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructor makes the message."""
        return rebuild, (type(self), self.args, self.__dict__.copy())
