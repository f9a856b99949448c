"""What all errors of a call have in common."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

from langchain_core.exceptions import ModelError

from langchain_openrouter.errors.pickling import rebuild
from langchain_openrouter.errors.scrub import scrubbed

if TYPE_CHECKING:
    from langchain_openrouter.retrieval_results import EmbeddingsResult


class OpenRouterError(ModelError, ValueError):
    """A call that went to OpenRouter failed.

    It is a `ValueError` too, so that code written for LangChain's own package keeps catching it. The facts that only an
    answer can tell (`status_code` to `retry_after`) are `None`, or empty, where no answer came.

    Attributes:
        message: What went wrong and what to do, in a sentence. API keys that a server repeats are shortened in it.
        generation_id: The `gen-...` id of the attempt, or `None` if the server gave none.
        partial: The text that had arrived before the failure, or `""`.
        completed: What had come, and been paid for, where the call took several requests; else `None`.
        is_retryable: Whether the same request may succeed when it is sent again.
        status_code: The status that the error means: the HTTP status, or what the body says where that is 200.
        code: `error.code` as it came: an int, a string, or `None`.
        error_type: OpenRouter's name for the cause, such as `rate_limit_exceeded`, or `None`.
        provider: Who ran the model, or `None` if no provider was reached.
        metadata: `error.metadata` as it came.
        retry_after: Seconds to wait before another try, or `None`.
        advice: What to do about errors of this class, in a sentence.
    """

    advice: ClassVar[str] = "Try again, or look at https://status.openrouter.ai."
    status_code: int | None = None
    code: int | str | None = None
    error_type: str | None = None
    provider: str | None = None
    metadata: Mapping[str, Any] = MappingProxyType({})
    retry_after: float | None = None

    def __init__(
        self,
        message: str,
        *,
        generation_id: str | None = None,
        partial: str = "",
        is_retryable: bool | None = None,
    ) -> None:
        message = scrubbed(message)
        super().__init__(message)
        self.message = message
        self.generation_id = generation_id
        self.partial = partial
        self.completed: EmbeddingsResult | None = None
        if is_retryable is not None:
            self.is_retryable = is_retryable

    @property
    def retryable(self) -> bool:
        """The same as `is_retryable`: LangChain has that name for it, OpenRouter's documents have this one."""
        return self.is_retryable

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the constructors take more than `args` holds."""
        return rebuild, (type(self), self.args, self.__dict__.copy())
