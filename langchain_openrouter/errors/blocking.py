"""Answers that say that the content is not allowed."""

from __future__ import annotations

import re

from langchain_openrouter.errors.facts import text_of, texts_of
from langchain_openrouter.errors.status import PermissionDeniedError

_LABELS = re.compile(r"content filter:((?:\s*,?\s*\[[^\]]+\])+)", re.IGNORECASE)


class ModerationError(PermissionDeniedError):
    """403, or 400 from some providers: the input was flagged.

    Source: https://openrouter.ai/docs/api-reference/errors
    """

    advice = "Change what was flagged, or choose a model that is not moderated."

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why, such as `violence`; empty if a provider gave none."""
        return texts_of(self.metadata.get("reasons"))

    @property
    def flagged_input(self) -> str | None:
        """The start and the end of what was flagged, 100 characters at most; `None` if it was not shown."""
        return text_of(self.metadata.get("flagged_input"))


class GuardrailError(PermissionDeniedError):
    """403: a guardrail of the workspace blocked the request.

    Source: https://openrouter.ai/docs/guides/features/guardrails
    """

    advice = "Change the input, or the guardrail (https://openrouter.ai/settings)."

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns of a prompt injection that were found; empty where another filter blocked."""
        return texts_of(self.metadata.get("patterns"))

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels of the content filter that blocked, such as `EMAIL`; empty where another filter did."""
        found = _LABELS.search(self.message)
        return tuple(re.findall(r"\[([^\]]+)\]", found[1])) if found else ()
