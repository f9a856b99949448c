"""The plugins of OpenRouter, which run once per request, as functions that make their settings.

```python
from langchain_openrouter import ChatOpenRouter, plugins

ChatOpenRouter(model="openai/gpt-5-mini", plugins=[plugins.file_parser(pdf_engine="native")])
```

An option that is `None` is left to OpenRouter. Options that are not named here are given by keyword and sent as they
stand. `{"id": ..., "enabled": False}` turns off what the account has on by default.

Source: https://openrouter.ai/docs/features/plugins
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from langchain_openrouter.settings import Plugin


def web(
    *,
    engine: str | None = None,
    max_results: int | None = None,
    search_prompt: str | None = None,
    include_domains: Sequence[str] | None = None,
    exclude_domains: Sequence[str] | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> Plugin:
    """Search the web before the model answers, once, whatever was asked.

    OpenRouter advises `server_tools.web_search`, with which the model decides. Results are billed.

    Args:
        engine: `native`, `exa`, `firecrawl`, `parallel` or `perplexity`.
        max_results: How many; OpenRouter's default is 5.
        search_prompt: What introduces the results to the model.
        include_domains: Search only these.
        exclude_domains: Never search these.
        **more: Options that are not named here.
    """
    return _plugin(
        "web",
        engine=engine,
        max_results=max_results,
        search_prompt=search_prompt,
        include_domains=include_domains,
        exclude_domains=exclude_domains,
        **more,
    )


def web_fetch(
    *,
    max_uses: int | None = None,
    max_content_tokens: int | None = None,
    allowed_domains: Sequence[str] | None = None,
    blocked_domains: Sequence[str] | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> Plugin:
    """Read the pages whose addresses stand in the prompt.

    Args:
        max_uses: Pages per request.
        max_content_tokens: Tokens per page.
        allowed_domains: Read only from these.
        blocked_domains: Never read from these.
        **more: Options that are not named here.
    """
    return _plugin(
        "web-fetch",
        max_uses=max_uses,
        max_content_tokens=max_content_tokens,
        allowed_domains=allowed_domains,
        blocked_domains=blocked_domains,
        **more,
    )


def file_parser(
    *,
    pdf_engine: str | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> Plugin:
    """Choose how PDFs are read for models that cannot read them.

    Args:
        pdf_engine: `native`, `cloudflare-ai` (free) or `mistral-ocr` (USD 2 per 1,000 pages, and what OpenRouter takes
            where the model does not read PDFs itself).
        **more: Options that are not named here.

    Source: https://openrouter.ai/docs/features/multimodal/pdfs
    """
    return _plugin("file-parser", pdf=None if pdf_engine is None else {"engine": pdf_engine}, **more)


def response_healing() -> Plugin:
    """Repair broken JSON in unstreamed answers that have a `response_format`. It does not enforce the schema."""
    return _plugin("response-healing")


def context_compression(*, engine: str | None = None) -> Plugin:
    """Leave out the middle of a conversation that is too long for the model.

    Args:
        engine: `middle-out`, the only one there is.
    """
    return _plugin("context-compression", engine=engine)


def auto_router(
    *,
    allowed_models: Sequence[str] | None = None,
    excluded_models: Sequence[str] | None = None,
    cost_tier: str | None = None,
    pin_model: bool | None = None,
    beta: bool = False,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> Plugin:
    """Tell the router `openrouter/auto` what it may choose.

    Args:
        allowed_models: Ids or patterns such as `anthropic/*`.
        excluded_models: Likewise.
        cost_tier: `low`, `medium`, `high`, `xhigh` or `max`.
        pin_model: Whether a conversation stays with the model that it began with.
        beta: Whether this is for `openrouter/auto-beta`, which reads no other settings than its own.
        **more: Options that are not named here.

    Source: https://openrouter.ai/docs/guides/routing/routers/auto-router
    """
    return _plugin(
        "auto-beta-router" if beta else "auto-router",
        allowed_models=allowed_models,
        excluded_models=excluded_models,
        cost_tier=cost_tier,
        pin_model=pin_model,
        **more,
    )


def pareto_router(
    *,
    min_coding_score: float | None = None,
    max_price: float | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> Plugin:
    """Tell the router `openrouter/pareto-code` how good and how dear a model may be.

    Args:
        min_coding_score: 0 to 1.
        max_price: USD per million input tokens.
        **more: Options that are not named here.
    """
    return _plugin("pareto-router", min_coding_score=min_coding_score, max_price=max_price, **more)


def fusion(
    *,
    preset: str | None = None,
    analysis_models: Sequence[str] | None = None,
    model: str | None = None,
    max_tool_calls: int | None = None,
    **more: Any,  # noqa: ANN401 - values of the wire
) -> Plugin:
    """Let several models work on the question and one write the answer; it costs four to five times as much.

    Args:
        preset: `general-high`, `general-budget` or `general-fast`.
        analysis_models: Ids of one to eight models.
        model: The id of the model that writes the answer.
        max_tool_calls: 1 to 16; OpenRouter's default is 4.
        **more: Options that are not named here.
    """
    return _plugin(
        "fusion",
        preset=preset,
        analysis_models=analysis_models,
        model=model,
        max_tool_calls=max_tool_calls,
        **more,
    )


def moderation() -> Plugin:
    """Have the input checked, and refused with 403 where it is flagged."""
    return _plugin("moderation")


def _plugin(plugin_id: str, **options: object) -> Plugin:
    given = {key: value for key, value in options.items() if value is not None}
    return cast("Plugin", {"id": plugin_id, **given})
