"""What has no upper bound."""

from __future__ import annotations


class UnboundedError(Exception):
    """Nobody knows what a request may cost at most. It never leaves the package: the plan says it in words.

    Attributes:
        why: What is not known and what to do about it, in whole sentences.
        model_id: The model whose price is missing; `None` where it is not a model's.
    """

    def __init__(self, why: str, model_id: str | None = None) -> None:
        super().__init__(why)
        self.why = why
        self.model_id = model_id
