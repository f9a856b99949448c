"""Answers that arrived and are not what was asked for."""

from __future__ import annotations

from typing import Any

from langchain_core.exceptions import OutputParserException

from langchain_openrouter.errors.pickling import rebuild


class StructuredOutputError(OutputParserException):
    """The answer is not what the schema asks for.

    Attributes:
        text: What the model said instead.
    """

    def __init__(self, message: str, *, text: str = "") -> None:
        super().__init__(message, llm_output=text)
        self.text = text

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: the parent's constructor would add its advice once more."""
        return rebuild, (type(self), self.args, self.__dict__.copy())


class RefusalError(StructuredOutputError):
    """The model refused to give the structured output; `text` has its words."""
