"""The agent: a LangGraph graph of a model on OpenRouter and its tools."""

# No `from __future__ import annotations` here: LangGraph's server reads the annotations of `make_graph` as they stand.

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain.agents import AgentState, create_agent
from langchain_core.messages import SystemMessage
from langchain_core.runnables import RunnableConfig
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from langchain_openrouter import ChatOpenRouter, ConfigurationError
from openrouter_agents.middleware import AnyMiddleware, essential_middleware
from openrouter_agents.prompts import SYSTEM_PROMPT
from openrouter_agents.tools import ToolLike, resolve_tools

if TYPE_CHECKING:
    graph: "Agent"
    """The agent with everything as it is by default; made when it is first asked for."""

DEFAULT_MODEL = "openai/gpt-5-mini"
DEFAULT_TOOLS = ("calculator", "web_search", "code_interpreter")
DEFAULT_MAX_MODEL_CALLS = 25

Agent: TypeAlias = CompiledStateGraph[AgentState[Any], Any, Any, Any]
"""A compiled graph: `invoke`, `stream` and their async twins take and give `{"messages": [...]}`."""


def create_openrouter_agent(  # noqa: PLR0913 - all but the first two are options with defaults, given by name
    model: str | ChatOpenRouter = DEFAULT_MODEL,
    tools: Sequence[ToolLike | dict[str, Any]] = DEFAULT_TOOLS,
    *,
    fallbacks: Sequence[str] = (),
    system_prompt: str | SystemMessage | None = None,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
    response_format: Any = None,  # noqa: ANN401 - as in `create_agent`, which reads its type
    middleware: Sequence[AnyMiddleware] = (),
    name: str | None = None,
    max_model_calls: int = DEFAULT_MAX_MODEL_CALLS,
    **model_options: Any,  # noqa: ANN401 - ChatOpenRouter's own fields
) -> Agent:
    """Make an agent that answers with tools.

    A tool that raises does not end the run: the model is told that it failed, without the exception's text.

    ```python
    agent = create_openrouter_agent("openai/gpt-5-mini", tools=["calculator", my_function], temperature=0)
    agent.invoke({"messages": [("human", "What is 2**521 - 1?")]})["messages"][-1].text
    ```

    Args:
        model: The id of a model on OpenRouter, or a `ChatOpenRouter`.
        tools: Names (`calculator`, `web_search`, `code_interpreter`), tools, functions with a docstring, and dicts for
            tools that OpenRouter runs, such as `{"type": "openrouter:web_search"}`.
        fallbacks: Ids of models that OpenRouter tries, in this order, when `model` fails. Billed is who answers.
        system_prompt: What the model is told first; `None` means `prompts.SYSTEM_PROMPT`, `""` means nothing.
        checkpointer: Where threads are kept; `None` keeps none.
        store: Where tools and middleware keep what outlives a thread.
        response_format: A schema for a structured answer, in the state's `structured_response`.
        middleware: More middleware. One of a kind that is built in replaces the built-in one.
        name: The graph's name, for graphs that hold it.
        max_model_calls: Model calls after which a run ends with a message that says so.
        **model_options: Fields of `ChatOpenRouter`, such as `temperature=0` or `api_key=...`.

    Raises:
        ConfigurationError: There is no key, or options were given beside a `ChatOpenRouter`.
        ToolNameError: A tool's name is not known, or stands for two tools.
    """
    return create_agent(
        _model(model, fallbacks, model_options),
        [*resolve_tools([tool for tool in tools if not isinstance(tool, dict)]), *_server_tools(tools)],
        system_prompt=SYSTEM_PROMPT if system_prompt is None else system_prompt or None,
        middleware=essential_middleware(max_model_calls, middleware),
        response_format=response_format,
        checkpointer=checkpointer,
        store=store,
        name=name,
    )


def make_graph(config: RunnableConfig) -> Agent:
    """Make the agent for LangGraph's server, which brings its own checkpointer and store.

    Args:
        config: `configurable.model` may name the model.

    Raises:
        ConfigurationError: `OPENROUTER_API_KEY` is not set.
    """
    return _default_agent(str(config.get("configurable", {}).get("model") or DEFAULT_MODEL))


@lru_cache(maxsize=32)
def _default_agent(model: str) -> Agent:
    # The server asks for the graph at every run: a new one each time would be new tools, with sandboxes of their own.
    return create_openrouter_agent(model, name="agent")


def _model(model: str | ChatOpenRouter, fallbacks: Sequence[str], options: dict[str, Any]) -> ChatOpenRouter:
    if isinstance(fallbacks, str):
        raise ConfigurationError(f"Give a list of fallbacks, such as [{fallbacks!r}], not one text.")
    if isinstance(model, str):
        given = {"models": list(fallbacks), **options} if fallbacks else options
        return ChatOpenRouter(model=model.removeprefix("openrouter:"), **given)
    if options:
        raise ConfigurationError(f"Give {', '.join(sorted(options))} to the ChatOpenRouter itself.")
    return model.model_copy(update={"models": list(fallbacks)}) if fallbacks else model


def _server_tools(tools: Sequence[ToolLike | dict[str, Any]]) -> list[dict[str, Any]]:
    return [tool for tool in tools if isinstance(tool, dict)]


def __getattr__(attribute: str) -> Agent:
    # Not at import: making the agent needs a key, importing this module does not.
    if attribute != "graph":
        raise AttributeError(f"module {__name__!r} has no attribute {attribute!r}")
    return make_graph({})
