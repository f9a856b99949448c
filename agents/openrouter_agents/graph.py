"""The agent: a LangGraph graph of a model on OpenRouter and its tools."""

# No `from __future__ import annotations` here: LangGraph's server reads the annotations of `make_graph` as they stand.

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

from langchain.agents import AgentState, create_agent
from langchain_core.messages import SystemMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langgraph.graph.state import CompiledStateGraph
from langgraph.store.base import BaseStore
from langgraph.types import Checkpointer

from langchain_openrouter import ChatOpenRouter, ConfigurationError
from openrouter_agents.middleware.budget import AgentBudgetPolicy
from openrouter_agents.middleware.budget_plan import AgentBudget, plan_budget
from openrouter_agents.middleware.call_limits import check_limit, most_steps
from openrouter_agents.middleware.human_review import Reviewed
from openrouter_agents.middleware.request_editing import AnyMiddleware
from openrouter_agents.middleware.stack import RunLimits, stack_middleware
from openrouter_agents.prompts import SYSTEM_PROMPT
from openrouter_agents.threads.state import DeltaState
from openrouter_agents.tools import ToolLike, resolve_tools

if TYPE_CHECKING:
    graph: "Agent"
    """The agent with everything as it is by default; made when it is first asked for."""

DEFAULT_MODEL = "openai/gpt-5-mini"
DEFAULT_TOOLS = ("calculator", "web_search", "code_interpreter")
DEFAULT_MAX_MODEL_CALLS = 25
DEFAULT_MAX_TOOL_CALLS = 50
DEFAULT_TOOL_TIMEOUT = 600.0
DEFAULT_MAX_CONCURRENCY = 8

_NO_CHECKPOINTER = (
    "A run that waits for a human has to be kept meanwhile: give a checkpointer, such as "
    "langgraph.checkpoint.memory.InMemorySaver(), or True where the graph around this one has it."
)

Agent: TypeAlias = CompiledStateGraph[AgentState[Any], Any, Any, Any]
"""A compiled graph: `invoke`, `stream` and their async twins take and give `{"messages": [...]}`."""


def create_openrouter_agent(  # noqa: PLR0913 - all but the first two are options with defaults, given by name
    model: str | ChatOpenRouter = DEFAULT_MODEL,
    tools: Sequence[ToolLike | dict[str, Any]] = DEFAULT_TOOLS,
    *,
    fallbacks: Sequence[str] = (),
    budget: AgentBudget | None = None,
    budget_policy: AgentBudgetPolicy | None = None,
    checkpointer: Checkpointer = None,
    store: BaseStore | None = None,
    human_in_the_loop: Reviewed = (),
    system_prompt: str | SystemMessage | None = None,
    response_format: Any = None,  # noqa: ANN401 - as in `create_agent`, which reads its type
    middleware: Sequence[AnyMiddleware] = (),
    name: str | None = None,
    max_model_calls: int = DEFAULT_MAX_MODEL_CALLS,
    max_tool_calls: int = DEFAULT_MAX_TOOL_CALLS,
    tool_call_limits: Mapping[str, int] | None = None,
    tool_timeout: float | None = DEFAULT_TOOL_TIMEOUT,
    max_concurrency: int = DEFAULT_MAX_CONCURRENCY,
    **model_options: Any,  # noqa: ANN401 - ChatOpenRouter's own fields
) -> Agent:
    """Make an agent that answers with tools.

    A run ends in an answer: a tool that raises is told to the model by the kind of its exception, one that is called in
    circles is stopped, old results are left out before the model's context is full, and a run that is cancelled, or
    breaks off, leaves a thread that can be gone on with. A run is all that follows a question, up to the answer. What
    the answer cites of searches is checked (`Citations`), and where others write what tools give, its images are shown
    as text (`PlainImages`).

    ```python
    agent = create_openrouter_agent("openai/gpt-5-mini", tools=["calculator", my_function], temperature=0)
    agent.invoke({"messages": [("human", "What is 2**521 - 1?")]})["messages"][-1].text
    ```

    Args:
        model: The id of a model on OpenRouter, or a `ChatOpenRouter`. Its `max_retries` (2) are all the retries there
            are: one model call sends at most `1 + max_retries` requests, whatever the fallbacks.
        tools: Names (`calculator`, `web_search`, `code_interpreter`), tools, functions with a docstring, and dicts for
            tools that OpenRouter runs, such as `{"type": "openrouter:web_search"}`.
        fallbacks: Ids of models that OpenRouter tries, in this order, when `model` fails. Billed is who answers.
        budget: USD that each run may spend (`"0.50"`), or a `Budget` of the model's `ledger` (without one, of
            `SpendLedger()`). A call is sent only if there is money for the most that it can cost; so answers have at
            most 8,192 tokens where neither `max_tokens` is given nor the policy is `"clamp"`. `None`: what the ledger's
            budgets say, if any.
        budget_policy: What a run does that there is no money for, by a budget or by OpenRouter's word: `"answer"` ends
            it with what was spent and what is missing, `"ask"` asks a human for more, `"clamp"` asks for a shorter
            answer, `"next_model"` asks the next of `fallbacks`, `"raise"` raises. `None`: `"clamp"` where there is a
            ledger, else `"raise"`. See `middleware.budget.AgentBudgetPolicy`.
        checkpointer: Where threads are kept, such as `open_threads("sqlite:///threads.db")`, each step as what it adds;
            `None` keeps none. `True` takes the one of the graph around this one.
        store: Where tools and middleware keep what outlives a thread.
        human_in_the_loop: Names of tools whose calls a human approves, edits or rejects; or LangChain's
            `interrupt_on`, settings by name. Needs a checkpointer.
        system_prompt: What the model is told first; `None` means `prompts.SYSTEM_PROMPT`, `""` means nothing.
        response_format: A schema for a structured answer, in the state's `structured_response`.
        middleware: More middleware. One of a kind that is built in replaces the built-in one.
        name: The graph's name, for graphs that hold it.
        max_model_calls: Model calls of a run. The last one is made without tools, so that it is an answer.
        max_tool_calls: Tool calls of a run; the model is told of those that are not carried out.
        tool_call_limits: The same for single tools, by name.
        tool_timeout: Seconds that a call of a tool may take (600); the model is told of one that takes longer, and the
            run goes on. `None`: as long as it wants to.
        max_concurrency: Tool calls that run at the same time; the others wait. A run's `config` may say otherwise.
        **model_options: Fields of `ChatOpenRouter`, such as `temperature=0` or `api_key=...`.

    Raises:
        ConfigurationError: There is no key, options were given beside a `ChatOpenRouter`, a limit, a budget or a policy
            is none, a tool that is named is not there, or humans are to be asked without a checkpointer.
        LedgerError: The ledger of the budget cannot be written.
        ToolNameError: A tool's name is not known, or stands for two tools.
    """
    if (human_in_the_loop or budget_policy == "ask") and not checkpointer:
        raise ConfigurationError(_NO_CHECKPOINTER)
    chat, keeping_to_budget = plan_budget(_model(model, fallbacks, model_options), budget, budget_policy)
    own_tools = resolve_tools([tool for tool in tools if not isinstance(tool, dict)], chat)
    limits = RunLimits(max_model_calls, max_tool_calls, tool_call_limits or {}, tool_timeout)
    all_tools: list[BaseTool | dict[str, Any]] = [*own_tools, *_server_tools(tools)]
    stack = stack_middleware(limits, all_tools, human_in_the_loop, keeping_to_budget, middleware)
    agent = create_agent(
        chat,
        all_tools,
        system_prompt=SYSTEM_PROMPT if system_prompt is None else system_prompt or None,
        middleware=stack,
        response_format=response_format,
        state_schema=DeltaState if checkpointer else None,
        checkpointer=checkpointer,
        store=store,
        name=name,
    )
    return agent.with_config(
        recursion_limit=most_steps(len(agent.nodes), stack),
        max_concurrency=check_limit("max_concurrency", max_concurrency),
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
