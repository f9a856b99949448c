"""One batch: its requests, what became of them, and how it looks from outside."""

from __future__ import annotations

import json
import secrets
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from langchain_openrouter.emulator.accounting import Account, as_on_the_wire
from langchain_openrouter.emulator.answering import answer_object
from langchain_openrouter.emulator.brain import JSON, Answer, ChatRequest, Failure, Interruption, Reply, Verbatim
from langchain_openrouter.emulator.catalogue import Model
from langchain_openrouter.emulator.checks.batches import CHAT
from langchain_openrouter.emulator.routing import Route
from langchain_openrouter.emulator.turn import Turn, random_id

ENDED = frozenset({"completed", "failed", "expired", "cancelled"})
_A_DAY = 24 * 60 * 60
_BATCH_VARIANT = ":batch"
_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


@dataclass(frozen=True, slots=True)
class BatchRules:
    """How batches go in an emulator."""

    polls: int = 1
    """Looks at a batch (`GET`) until it is done: a share of its requests is answered for each."""
    unseen_polls: int = 0
    """Looks before those that do not find it yet: OpenRouter's list of batches lags some seconds behind."""
    cancellable: bool = False
    """Whether there is `POST /batches/{id}/cancel`. OpenRouter has none."""
    addresses: tuple[str, ...] = ("/api/v1", "/api/beta")
    """Where batches are: OpenRouter has had them at the second address before the first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a batch, ready for the brain."""

    custom_id: str
    request: ChatRequest


@dataclass(slots=True)
class BatchJob:
    """A batch and its state. Used from the server's thread."""

    lines: list[Line]
    route: Route
    status: str = "validating"
    looks: int = 0
    started: int = 0
    """How many of its requests the brain has been given."""
    replies: dict[int, Reply] = field(default_factory=dict)
    results: list[dict[str, JSON]] | None = None
    usage: dict[str, JSON] | None = None
    error: str | None = None
    completed: int = 0
    failed: int = 0
    created_at: int = field(default_factory=lambda: int(time.time()))
    finalized_at: int | None = None
    id: str = field(default_factory=lambda: f"batch-{int(time.time())}-{random_id(20)}")

    def end(self, status: str, error: str | None = None) -> None:
        """Go into a state that is the last."""
        self.status = status
        self.error = error
        self.finalized_at = int(time.time())

    def fail(self, line: Line, failure: Failure) -> None:
        """Fail as a whole, for one request that cannot be sent."""
        self.failed = len(self.lines)
        self.end("failed", f"Request '{line.custom_id}': {failure.message}")

    def complete(self, account: Account) -> None:
        """Bill what was answered and give the results. OpenRouter promises no order for them: the last comes first."""
        rows = [self._row(line, self.replies[index], account) for index, line in enumerate(self.lines)]
        self.failed = sum(_has_failed(row) for row in rows)
        self.completed = len(rows) - self.failed
        self.results = rows[::-1]
        self.end("completed")

    def seen(self) -> dict[str, JSON]:
        """The batch as `GET /batches/{id}` shows it."""
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": CHAT,
            "model": self.route.model.facts["canonical_slug"],
            "completion_window": "24h",
            "status": self.status,
            "created_at": self.created_at,
            "finalized_at": self.finalized_at,
            "expires_at": self.created_at + _A_DAY,
            "provider": self.route.provider.name,
            "request_counts": {"total": len(self.lines), "completed": self.completed, "failed": self.failed},
            "usage": self.usage,
            "results": self.results,
            "error": None if self.error is None else {"message": self.error},
        }

    def _row(self, line: Line, reply: Reply, account: Account) -> dict[str, JSON]:
        row: dict[str, JSON] = {
            "id": f"batch_req_{secrets.token_hex(16)}",
            "custom_id": line.custom_id,
            "response": None,
            "error": None,
        }
        if isinstance(reply, Failure):
            return {**row, "error": _row_error(reply)}
        if isinstance(reply, Interruption):
            return {**row, "error": _row_error(reply.failure or Failure(502, "Upstream request failed."))}
        if isinstance(reply, Verbatim):
            return {**row, "response": _response(reply.status, _json(b"".join(reply.pieces)))}
        return {**row, "response": _response(200, self._answer(line, reply, account))}

    def _answer(self, line: Line, answer: Answer, account: Account) -> dict[str, JSON]:
        body = answer_object(Turn(line.request, self.route), answer, account)
        usage = body["usage"]
        if isinstance(usage, Mapping):
            self._add(usage)
            # the batch as a whole says what it cost; an answer does not
            hidden = {"cost", "cost_details", "is_byok"} - answer.usage.keys()
            body["usage"] = {key: value for key, value in usage.items() if key not in hidden}
        return body

    def _add(self, usage: Mapping[str, JSON]) -> None:
        total = self.usage or {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0, "cost": 0}
        names = ("prompt_tokens", "completion_tokens", "total_tokens")
        tokens: dict[str, JSON] = {
            name: int(as_on_the_wire(total[name]) + as_on_the_wire(usage[name])) for name in names
        }
        cost = as_on_the_wire(total["cost"]) + as_on_the_wire(usage["cost"])
        self.usage = {**tokens, "cost": float(cost), "is_byok": False}


def without_batch_variant(name: str) -> str:
    """The model's name without `:batch`, which may stand in a batch and need not."""
    return name.removesuffix(_BATCH_VARIANT)


def at_batch_price(model: Model) -> Model:
    """The `:batch` variant of a model: at half the price."""
    paid = 1 - Decimal(repr(model.pricing.get("discount", 0)))
    pricing = {**model.pricing, "discount": float(1 - paid / 2)}
    return Model({**model.facts, "id": model.id + _BATCH_VARIANT, "pricing": pricing})


def _has_failed(row: Mapping[str, JSON]) -> bool:
    response = row["response"]
    return not isinstance(response, Mapping) or response["status_code"] != 200  # noqa: PLR2004 - HTTP


def _row_error(failure: Failure) -> dict[str, JSON]:
    error: dict[str, JSON] = {
        "message": failure.message,
        "type": _ERROR_TYPES.get(failure.status, "server_error"),
        "param": None,
    }
    if failure.metadata and "error_type" in failure.metadata:
        error["error_type"] = failure.metadata["error_type"]
    return error


def _response(status: int, body: JSON) -> dict[str, JSON]:
    return {"status_code": status, "request_id": str(uuid.uuid4()), "body": body}


def _json(content: bytes) -> JSON:
    try:
        parsed: JSON = json.loads(content)
    except ValueError:
        return content.decode(errors="replace")
    return parsed
