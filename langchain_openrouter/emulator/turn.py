"""One generation: who asked what, who answers, and the fields that every piece of its answer carries."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from langchain_openrouter.emulator.brain import JSON, ChatRequest
from langchain_openrouter.emulator.routing import Route

_ALPHABET = string.ascii_letters + string.digits
_TIERS = {"auto": "default", "fast": "priority"}
# How providers' own interfaces name the end of an answer, where they differ from OpenRouter.
_OF_RESPONSES = {"stop": "completed", "length": "max_output_tokens", "tool_calls": "completed"}
_NATIVE_FINISH: tuple[tuple[str, dict[str, str]], ...] = (
    ("anthropic/", {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}),
    ("google/", {"stop": "STOP", "length": "MAX_TOKENS", "tool_calls": "STOP", "content_filter": "SAFETY"}),
    ("openai/gpt-5", _OF_RESPONSES),
    ("openai/gpt-4.1", _OF_RESPONSES),
    ("openai/o", _OF_RESPONSES),
)


def random_id(length: int) -> str:
    """Letters and digits that nobody else has."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(frozen=True, slots=True)
class Turn:
    """A request that is being answered."""

    request: ChatRequest
    route: Route
    body: Mapping[str, JSON] = field(default_factory=dict)
    """The request as it came, for answers that repeat it."""
    router_metadata: Mapping[str, JSON] | None = None
    """How it was routed, where the client wants to know."""
    is_repeated: bool = False
    """Whether the answer was kept from an earlier request, and is free."""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    token: str = field(default_factory=lambda: random_id(20))

    @property
    def generation_id(self) -> str:
        """`gen-`, the time in seconds, and twenty letters and digits."""
        return f"gen-{int(self.created_at.timestamp())}-{self.token}"

    @property
    def streamed(self) -> bool:
        """Whether the client asked for a stream."""
        return self.request.get("stream") is True

    @property
    def shows_reasoning(self) -> bool:
        """Whether the client wants to see the reasoning; it is paid for in any case."""
        if self.request.get("include_reasoning") is False:
            return False
        return (self.request.get("reasoning") or {}).get("exclude") is not True

    @property
    def closing(self) -> dict[str, JSON]:
        """The fields beside `usage` at the end of an answer."""
        return {} if self.router_metadata is None else {"openrouter_metadata": self.router_metadata}

    def head(self, kind: str) -> dict[str, JSON]:
        """The fields before `choices`. `kind` is `chat.completion` or `chat.completion.chunk`."""
        head: dict[str, JSON] = {
            "id": self.generation_id,
            "object": kind,
            "created": int(self.created_at.timestamp()),
            "model": self.route.model.id,
            "provider": self.route.provider.name,
        }
        if self.route.model.maker == "openai":
            head["system_fingerprint"] = "fp_emulator00"
        elif not self.streamed:
            head["system_fingerprint"] = None
        if self.service_tier is not None:
            head["service_tier"] = self.service_tier
        return head

    @property
    def service_tier(self) -> str | None:
        """The tier that served; `None`: the client named none."""
        tier = self.request.get("service_tier")
        return _TIERS.get(tier, tier) if isinstance(tier, str) else None

    def native_finish_reason(self, finish: str) -> str:
        """The finish reason in the words of the model's maker."""
        words = (names for prefix, names in _NATIVE_FINISH if self.route.model.id.startswith(prefix))
        return next(words, {}).get(finish, finish)
