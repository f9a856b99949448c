"""A state whose threads grow with what is said in them, and not with its square."""

from __future__ import annotations

from typing import Annotated, Any, Required

from langchain.agents import AgentState
from langchain_core.messages import AnyMessage
from langgraph.channels.delta import DeltaChannel

# LangGraph gives messages their ids before they are saved for this reducer alone: with one of our own, a question
# without an id would be read back under a new one each time.
from langgraph.graph.message import _messages_delta_reducer


class DeltaState(AgentState[Any]):
    """The state of `create_agent`, saved as what each step adds to `messages`, with all of them at every 100th.

    LangGraph otherwise saves the whole conversation at every step: 200 turns of a few sentences are hundreds of
    megabytes, and 5 this way. Threads that were begun otherwise go on.
    """

    messages: Required[Annotated[list[AnyMessage], DeltaChannel(_messages_delta_reducer)]]
