"""Keeps requests within the model's context window, by leaving out old results of tools, and then old turns."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from langchain.agents.middleware import ClearToolUsesEdit, ContextEditingMiddleware
from langchain_core.language_models import BaseChatModel, ModelProfile
from langchain_core.messages import AnyMessage, BaseMessage, ToolMessage
from typing_extensions import override

from langchain_openrouter import ChatOpenRouter, ModelCatalogue, model_profile
from openrouter_agents.middleware.cut_results import cut_results
from openrouter_agents.middleware.old_turns import leave_out_old_turns
from openrouter_agents.middleware.request_editing import Request, RequestEditor

DEFAULT_WINDOW: Final = 128_000
"""Tokens: what is assumed of a model whose window is not known. Nearly all that call tools have at least this."""

_SHARE = 0.7
"""How much of the window a request may fill: tokens are estimated, and the answer needs room too."""
_KEPT = 3
"""Results that stay beside those that the model has not read yet, where that is enough."""
_CLEARED = "[This result was left out to save space. Call the tool again if you need it.]"


class FitContext(RequestEditor):
    """Leaves out old results, then old turns, and then the middle of new results, before a request gets too long.

    It does so for the model's eyes only, and says where something is missing. Results that the model has not read yet
    are cut as the last resort, the longest ones: a tool that floods neither ends the run, nor costs others theirs. The
    newest question always stays.

    The window is the smallest of the model's and its fallbacks', by OpenRouter's list of models as far as that has been
    fetched, or by the model's `profile`; else `default_window`.

    Args:
        default_window: Tokens that are assumed of models whose window is not known.
    """

    def __init__(self, default_window: int = DEFAULT_WINDOW) -> None:
        super().__init__()
        self._default_window = default_window

    @property
    @override
    def name(self) -> str:
        """LangChain's own name for it, by which one given by the caller replaces it."""
        return ContextEditingMiddleware.__name__

    @override
    def edit(self, request: Request) -> Request:
        trigger = int(_SHARE * (context_window(request.model) or self._default_window))
        if _surely_fits(request.messages, trigger):
            return request
        unread = _unread(request.messages)
        system = [] if request.system_message is None else [request.system_message]

        def count(messages: Sequence[BaseMessage]) -> int:
            return request.model.get_num_tokens_from_messages([*system, *messages], request.tools)

        edited = list(request.messages)
        others = sum(isinstance(message, ToolMessage) for message in edited) - unread
        for keep in range(unread + min(_KEPT, others - 1), unread - 1, -1):
            if count(edited) <= trigger:
                break
            ClearToolUsesEdit(trigger, keep=keep, placeholder=_CLEARED).apply(edited, count_tokens=count)
        else:
            if count(edited) > trigger:
                edited = _shorten(edited, unread, trigger, count)
        return request.override(messages=edited)


def _shorten(
    messages: list[AnyMessage], unread: int, tokens: int, count: Callable[[Sequence[BaseMessage]], int]
) -> list[AnyMessage]:
    """Leave out old turns, and cut the results at the end, which keep half of the room at least."""
    room = tokens // 2 if unread else tokens
    kept = leave_out_old_turns(messages, lambda rest: count(rest[: len(rest) - unread]) <= room)
    if unread == 0 or count(kept) <= tokens:
        return kept
    return cut_results(kept, unread, tokens - count(kept[: len(kept) - unread]))


def _surely_fits(messages: Sequence[AnyMessage], tokens: int) -> bool:
    # Without counting, which takes longer than all else here: no token is shorter than a character.
    texts = [message.content for message in messages if not isinstance(message, ToolMessage)]
    return (
        len(texts) == len(messages) and all(isinstance(text, str) for text in texts) and sum(map(len, texts)) < tokens
    )


def context_window(model: BaseChatModel) -> int | None:
    """The longest input in tokens that a model, and each of its fallbacks, takes; `None` if nothing is known."""
    profiles = [model.profile or {}, *(_listed(model) if isinstance(model, ChatOpenRouter) else ())]
    return min((size for one in profiles if (size := one.get("max_input_tokens"))), default=None)


def _listed(model: ChatOpenRouter) -> Iterator[ModelProfile]:
    """What OpenRouter's list says of a model and its fallbacks; the list may have come after the model was made."""
    listed = ModelCatalogue(model.base_url).cached()
    if listed is None:
        return
    for name in (model.model, *(model.models or ())):
        info = listed.find(name)
        if info is not None:
            yield model_profile(info)


def _unread(messages: list[AnyMessage]) -> int:
    """How many results have come since the model last spoke."""
    read = next((at for at, message in enumerate(reversed(messages)) if not isinstance(message, ToolMessage)), 0)
    return read if messages else 0
