"""Batches that have no results to give."""

from __future__ import annotations

from langchain_openrouter.errors.base import OpenRouterError


class BatchError(OpenRouterError):
    """A batch ended without results, or cannot do what was asked of it.

    Attributes:
        batch_id: Which one, or `None`.
        status: Its status, such as `failed`, `expired` or `cancelled`, or `None`.
    """

    def __init__(self, message: str, *, batch_id: str | None = None, status: str | None = None) -> None:
        super().__init__(message)
        self.batch_id = batch_id
        self.status = status


class BatchNotDoneError(BatchError):
    """A batch is not done, or was not when the time to wait for it was up. It goes on at OpenRouter."""
