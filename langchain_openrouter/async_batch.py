"""`abatch` in the memory of its answers: as many tasks as calls run at the same time, not one for each input."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import TYPE_CHECKING, Any

from langchain_core.language_models import BaseChatModel, LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.runnables.config import ensure_config, get_config_list
from typing_extensions import override

if TYPE_CHECKING:
    _Model = BaseChatModel
else:
    # pydantic takes long to make a class of models of what has no fields
    _Model = object


class BatchesInFewTasks(_Model):
    """The part of a chat model that answers many prompts."""

    @override
    async def abatch(
        self,
        inputs: list[LanguageModelInput],
        config: RunnableConfig | list[RunnableConfig] | None = None,
        *,
        return_exceptions: bool = False,
        **kwargs: Any,
    ) -> list[AIMessage]:
        """Answer many prompts, `max_concurrency` of the configuration at a time; without it, all at once.

        Where one fails, and exceptions are not returned, no other one is begun.
        """
        limit = _most_at_once(config)
        if limit is None or limit >= len(inputs):
            return await super().abatch(inputs, config, return_exceptions=return_exceptions, **kwargs)
        answers: list[Any] = [None] * len(inputs)
        # a generator, which can be closed
        prompts = (one for one in enumerate(zip(inputs, _configs(config, len(inputs)), strict=False)))

        async def answer_some() -> None:
            for number, (prompt, one) in prompts:
                try:
                    answers[number] = await self.ainvoke(prompt, one, **kwargs)
                except Exception as error:
                    if not return_exceptions:
                        prompts.close()
                        raise
                    answers[number] = error

        await asyncio.gather(*(answer_some() for _ in range(limit)))
        return answers


def _most_at_once(config: RunnableConfig | Sequence[RunnableConfig] | None) -> int | None:
    first = (config[0] if config else None) if isinstance(config, Sequence) else config
    return ensure_config(first).get("max_concurrency")


def _configs(config: RunnableConfig | Sequence[RunnableConfig] | None, count: int) -> Iterable[RunnableConfig | None]:
    if isinstance(config, Sequence) or (config is not None and config.get("run_id") is not None):
        return get_config_list(config, count)
    return repeat(config)
