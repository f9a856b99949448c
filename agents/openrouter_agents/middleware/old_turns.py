"""Leaves out the beginning of a conversation that has become too long."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Final

from langchain_core.messages import AnyMessage, HumanMessage

_GAP: Final = HumanMessage("[The beginning of this conversation was left out here, because it is too long.]")


def leave_out_old_turns(
    messages: Sequence[AnyMessage], fits: Callable[[Sequence[AnyMessage]], bool]
) -> list[AnyMessage]:
    """Leave out whole turns from the beginning, as few as will do; the newest always stays.

    A turn is a question and all that came of it, so that no call is parted from its result.

    Args:
        messages: The conversation.
        fits: Whether messages are short enough. What comes of leaving out more fits if what comes of less does.

    Returns:
        The rest, with a word in the place of what was left out; all of it where it fits.
    """
    starts = [at for at, message in enumerate(messages) if isinstance(message, HumanMessage)]

    def rest(turns: int) -> list[AnyMessage]:
        return [_GAP, *messages[starts[turns] :]] if turns else list(messages)

    fewest = bisect_left(range(len(starts) - 1), 1, key=lambda turns: int(fits(rest(turns))))
    return rest(fewest)
