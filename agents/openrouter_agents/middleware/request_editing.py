"""The part of a middleware that changes what the model is asked, or answers in its place; and what all are made of."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable, Callable
from typing import Any, Literal, TypeAlias

from langchain.agents.middleware import AgentMiddleware, ModelRequest, ModelResponse
from langchain_core.messages import AIMessage, SystemMessage, ToolMessage
from langgraph.types import Command
from typing_extensions import override

AnyMiddleware: TypeAlias = AgentMiddleware[Any, Any, Any]
Request: TypeAlias = ModelRequest[Any]
Answer: TypeAlias = ModelResponse[Any] | AIMessage
Result: TypeAlias = ToolMessage | Command[Any]
"""What comes of a tool call."""
StopReason: TypeAlias = Literal["budget", "malformed_calls", "model_calls", "repeated_calls"]
"""What ended a run that the model did not end itself."""


class RequestEditor(AnyMiddleware):
    """Looks at each request before the model gets it. What it changes is for the model's eyes: the thread stays."""

    @abstractmethod
    def edit(self, request: Request) -> Request | AIMessage:
        """The request as it is to be sent, or an answer that makes sending it needless."""

    @override
    def wrap_model_call(self, request: Request, handler: Callable[[Request], ModelResponse[Any]]) -> Answer:
        edited = self.edit(request)
        return edited if isinstance(edited, AIMessage) else handler(edited)

    @override
    async def awrap_model_call(
        self, request: Request, handler: Callable[[Request], Awaitable[ModelResponse[Any]]]
    ) -> Answer:
        edited = self.edit(request)
        return edited if isinstance(edited, AIMessage) else await handler(edited)


def stop(why: StopReason, words: str) -> AIMessage:
    """The last message of a run that is ended from outside, in the words of the agent.

    Programs tell it from an answer of the model by `additional_kwargs["stopped_by"]`.
    """
    return AIMessage(f"I stopped, because {words}", additional_kwargs={"stopped_by": why})


def with_note(request: Request, note: str) -> Request:
    """Tell the model something by the end of its system prompt."""
    system = request.system_message
    if system is None:
        return request.override(system_message=SystemMessage(note))
    content = (
        f"{system.content}\n\n{note}"
        if isinstance(system.content, str)
        else [*system.content, {"type": "text", "text": note}]
    )
    return request.override(system_message=SystemMessage(content))


def with_answer_due(request: Request, why: str) -> Request:
    """Have the model answer at once, without tools.

    Args:
        request: What it was to be asked.
        why: The reason, as a clause: "it may ask a model 25 times, which this call is the last of".
    """
    noted = with_note(
        request,
        f"No tool can be called any more in this run: {why}. Answer now with what has been found out, and say plainly "
        "what is missing.",
    )
    if not request.tools:
        return noted
    # Tools stay in the request, because some providers refuse results of tools that they are not told of. A structured
    # answer has a choice of tools of its own, which this one would contradict.
    return noted.override(tool_choice="none") if request.response_format is None else noted.override(tools=[])
