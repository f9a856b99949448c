"""The tools that OpenRouter itself carries out while a model answers, as functions that make their descriptions.

```python
from langchain_openrouter import ChatOpenRouter, server_tools

model = ChatOpenRouter(model="openai/gpt-5-mini")
model.bind_tools([server_tools.web_search(max_results=3), server_tools.datetime(timezone="Europe/Paris")])
```

They can be mixed with tools of your own. An option that is `None` is left to OpenRouter. Options that are not named
here are given by keyword and sent as they stand. Plain dicts (`{"type": "openrouter:web_search"}`) do as well.

Source: https://openrouter.ai/docs/guides/features/server-tools/overview
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NotRequired

from typing_extensions import TypedDict


class ServerTool(TypedDict):
    """A tool that OpenRouter carries out."""

    type: str
    parameters: NotRequired[dict[str, Any]]


def web_search(
    *,
    engine: str | None = None,
    max_results: int | None = None,
    max_total_results: int | None = None,
    max_uses: int | None = None,
    allowed_domains: Sequence[str] | None = None,
    excluded_domains: Sequence[str] | None = None,
    user_location: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Search the web, as often as the model wants to; each search is billed.

    Args:
        engine: `auto`, `native`, `exa`, `firecrawl`, `parallel` or `perplexity`.
        max_results: Results per search, 1 to 25; OpenRouter's default is 5.
        max_total_results: Results of all searches; OpenRouter's default is 50.
        max_uses: Searches per request.
        allowed_domains: Search only these.
        excluded_domains: Never search these.
        user_location: Such as `{"type": "approximate", "city": "Paris", "country": "FR"}`.
        **more: Options that are not named here, such as `search_context_size` or `max_characters`.
    """
    return _tool(
        "web_search",
        engine=engine,
        max_results=max_results,
        max_total_results=max_total_results,
        max_uses=max_uses,
        allowed_domains=allowed_domains,
        excluded_domains=excluded_domains,
        user_location=user_location,
        **more,
    )


def web_fetch(
    *,
    engine: str | None = None,
    max_uses: int | None = None,
    max_content_tokens: int | None = None,
    allowed_domains: Sequence[str] | None = None,
    blocked_domains: Sequence[str] | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Read web pages.

    Args:
        engine: `auto`, `native`, `openrouter` (free), `exa`, `parallel` or `firecrawl`.
        max_uses: Pages per request.
        max_content_tokens: Tokens per page.
        allowed_domains: Read only from these.
        blocked_domains: Never read from these.
        **more: Options that are not named here.
    """
    return _tool(
        "web_fetch",
        engine=engine,
        max_uses=max_uses,
        max_content_tokens=max_content_tokens,
        allowed_domains=allowed_domains,
        blocked_domains=blocked_domains,
        **more,
    )


def datetime(*, timezone: str | None = None) -> ServerTool:
    """Tell the date and the time.

    Args:
        timezone: An IANA name such as `Europe/Paris`; OpenRouter's default is UTC.
    """
    return _tool("datetime", timezone=timezone)


def image_generation(
    *,
    model: str | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Make images.

    Args:
        model: The id of an image model; OpenRouter's default is `openai/gpt-5-image`.
        **more: Options of that model, such as `aspect_ratio`.
    """
    return _tool("image_generation", model=model, **more)


def files() -> ServerTool:
    """Read and write the files of the key's workspace."""
    return _tool("files")


def advisor(
    *,
    model: str | None = None,
    name: str | None = None,
    instructions: str | None = None,
    forward_transcript: bool | None = None,
    max_completion_tokens: int | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Let the model ask another one for advice. Several may be given; keep their order from turn to turn.

    Args:
        model: The id of the model that advises.
        name: What the model calls it; at most one advisor may have none.
        instructions: What the advisor is told.
        forward_transcript: Whether the advisor reads the conversation.
        max_completion_tokens: Tokens of one piece of advice.
        **more: Options that are not named here, such as `reasoning` or `temperature`.
    """
    return _tool(
        "advisor",
        model=model,
        name=name,
        instructions=instructions,
        forward_transcript=forward_transcript,
        max_completion_tokens=max_completion_tokens,
        **more,
    )


def subagent(
    *,
    model: str | None = None,
    name: str | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    instructions: str | None = None,
    max_tool_calls: int | None = None,
    max_completion_tokens: int | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Let the model hand work to another one.

    Args:
        model: The id of the model that does the work.
        name: What the model calls it.
        tools: Server tools that it may use.
        instructions: What it is told.
        max_tool_calls: 1 to 25.
        max_completion_tokens: Tokens of one piece of work.
        **more: Options that are not named here, such as `reasoning` or `temperature`.
    """
    return _tool(
        "subagent",
        model=model,
        name=name,
        tools=tools,
        instructions=instructions,
        max_tool_calls=max_tool_calls,
        max_completion_tokens=max_completion_tokens,
        **more,
    )


def fusion(
    *,
    analysis_models: Sequence[str] | None = None,
    model: str | None = None,
    max_tool_calls: int | None = None,
    max_completion_tokens: int | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Let several models work on a question; it costs four to five times as much.

    Args:
        analysis_models: Ids of the models that work on it.
        model: The id of the model that joins their answers.
        max_tool_calls: Tool calls of each.
        max_completion_tokens: Tokens of each; OpenRouter's default is 16,000.
        **more: Options that are not named here, such as `reasoning` or `tools`.
    """
    return _tool(
        "fusion",
        analysis_models=analysis_models,
        model=model,
        max_tool_calls=max_tool_calls,
        max_completion_tokens=max_completion_tokens,
        **more,
    )


def search_models(*, max_results: int | None = None) -> ServerTool:
    """Search OpenRouter's models (experimental: OpenRouter will rename it).

    Args:
        max_results: 1 to 20.
    """
    return _tool("experimental__search_models", max_results=max_results)


def shell(
    *,
    engine: str | None = None,
    environment: Mapping[str, Any] | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> ServerTool:
    """Run commands (`use_responses_api=True` only).

    Args:
        engine: `auto`, `native` or `openrouter`.
        environment: Where they run.
        **more: Options that are not named here.
    """
    return _tool("shell", engine=engine, environment=environment, **more)


def apply_patch(*, engine: str | None = None) -> ServerTool:
    """Change files by patches (`use_responses_api=True` only).

    Args:
        engine: `auto`, `native` or `openrouter`.
    """
    return _tool("apply_patch", engine=engine)


def tool_search(*, max_results: int | None = None) -> ServerTool:
    """Find the tools that have `defer_loading` when they are needed (`use_responses_api=True` only).

    Args:
        max_results: Tools per search, at most 50; OpenRouter's default is 5.
    """
    return _tool("tool_search", max_results=max_results)


def _tool(kind: str, /, **options: object) -> ServerTool:
    given = {key: value for key, value in options.items() if value is not None}
    tool = ServerTool(type=f"openrouter:{kind}")
    return {**tool, "parameters": given} if given else tool
