"""A model of nobody's that answers what a test gives it."""

from __future__ import annotations

from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage
from langchain_core.outputs import ChatGeneration, ChatResult

TOKENS = {"input_tokens": 10, "output_tokens": 5, "total_tokens": 15}


class Scripted(BaseChatModel):
    """Answers with what it is given: a message, or an error to raise."""

    answers: list[Any]

    @property
    def _llm_type(self):
        return "scripted"

    def _next(self):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    def _generate(self, messages, stop=None, run_manager=None, **kwargs):
        return ChatResult(generations=[ChatGeneration(message=self._next())])


def answer_of(text="Hi!", *, cost=None, generation_id=None, tokens=TOKENS, **facts):
    known = {"model_name": "acme/wise", "cost": cost, "id": generation_id, **facts}
    metadata = {key: value for key, value in known.items() if value is not None}
    return AIMessage(text, usage_metadata=tokens, response_metadata=metadata)
