"""What LangChain runs cost: `OpenRouterCreditsCallbackHandler`, and `track_spend` for a block of code."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.outputs import ChatGenerationChunk, GenerationChunk, LLMResult
from langchain_core.tracers.context import register_configure_hook
from typing_extensions import override

from langchain_openrouter._tracking.answer import ModelAnswer, read_answer
from langchain_openrouter._tracking.balance import BalanceGuard
from langchain_openrouter._tracking.book import AttemptBook
from langchain_openrouter._tracking.failures import was_never_sent
from langchain_openrouter._tracking.runs import Run, Runs
from langchain_openrouter._tracking.spending import Dimension, Spending
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.spend.entry import Entry, EntryState
from langchain_openrouter.usage import dollars

if TYPE_CHECKING:
    from rich.table import Table

    from langchain_openrouter.account import Account
    from langchain_openrouter.connection import OpenRouterConnection
    from langchain_openrouter.credits import Credits

_KEPT = 100_000


class OpenRouterCreditsCallbackHandler(BaseCallbackHandler):
    """Adds up what LangChain runs cost: by attempt, model, tag, LangGraph node, user, thread and provider.

    ```python
    from langchain_openrouter import OpenRouterCreditsCallbackHandler

    credits = OpenRouterCreditsCallbackHandler()
    chain.invoke(question, config={"callbacks": [credits], "tags": ["nightly"], "metadata": {"user_id": "ann"}})
    credits.total_cost, credits.requests, credits.by_model  # USD
    ```

    Models, embeddings and rerankers of this package tell of every HTTP attempt: retries, fallbacks, failures and
    aborted streams are there. Any other model counts as one attempt for each call, with its tokens, and with a cost
    only if its answers tell one (`cost` in `response_metadata` or its `token_usage`, `total_cost` in `usage_metadata`);
    else it is in `unknown`, and so is a call of it that failed, unless nothing was sent.

    Every generation is counted once, by its id: what LangChain's cache gives, what a model hands on that another one
    answered, a handler that is attached twice and usage that a stream repeats add nothing. `user_id` and `thread_id` in
    the metadata of a run say whose it is. One handler serves any number of threads and event loops. Sums are of
    attempts that have ended; under `None` in `by_...` is what has no such name.

    Args:
        low_balance_usd: Issue a `LowBalanceWarning` when the balance of an account that is spent from falls below so
            many USD: once, and again only after it has risen above it. The balance is asked for in the background, at
            most every five minutes. Unless `account` is given, it is not asked of servers on this machine, nor for
            models with HTTP clients of your own. `None` never asks.
        on_low_balance: Called with the `Credits` beside that warning, in a thread that must not be blocked.
        account: The account to watch; `None` watches that of each client.
        keep_entries: How many attempts are kept in `entries` and `unknown`, how far back one is recognized that is told
            again, and how many names of a kind are told apart. Sums go on beyond it. `None` keeps all.

    Raises:
        ConfigurationError: The threshold is not a finite number, or `keep_entries` is not at least 1.
    """

    run_inline = True  # on the event loop, without a thread for each event: nothing here waits
    attempts_suffice = True
    ignore_chain = ignore_agent = ignore_retriever = ignore_retry = ignore_custom_event = True

    def __init__(
        self,
        low_balance_usd: Decimal | str | float | None = 1,
        on_low_balance: Callable[[Credits], object] | None = None,
        account: Account | None = None,
        *,
        keep_entries: int | None = _KEPT,
    ) -> None:
        super().__init__()
        if keep_entries is not None and keep_entries < 1:
            raise ConfigurationError(f"`keep_entries` is at least 1, or None for all, not {keep_entries!r}.")
        self._keep_entries = keep_entries
        self._guard = None if low_balance_usd is None else BalanceGuard(low_balance_usd, on_low_balance, account)
        self._book = AttemptBook(keep_entries)
        self._runs = Runs()
        self._outer: OpenRouterCreditsCallbackHandler | None = None
        self._lock = threading.RLock()

    @property
    def total_cost(self) -> Decimal:
        """USD in all, of the attempts whose cost is known: `unknown` has the others."""
        return self._total().cost

    @property
    def upstream_cost(self) -> Decimal:
        """USD that providers charged to one's own provider keys (BYOK), beside `total_cost`, as far as it is known."""
        return self._total().upstream_cost

    @property
    def input_tokens(self) -> int:
        """Tokens of all prompts."""
        return self._total().input_tokens

    @property
    def output_tokens(self) -> int:
        """Tokens of all answers."""
        return self._total().output_tokens

    @property
    def requests(self) -> int:
        """All attempts, those that failed and those that are under way among them."""
        with self._lock:
            return self._total().attempts + self.under_way

    @property
    def retries(self) -> int:
        """Attempts that were not the first of their call."""
        with self._lock:
            return self._total().retries + sum(entry.attempt > 1 for entry in self._book.under_way)

    @property
    def under_way(self) -> int:
        """Attempts whose end has not been told.

        LangChain does not tell of the end of an `ainvoke` that is cancelled. That of a model of this package is known
        all the same. Any other one stays here, and is booked as unknown when 10,000 younger calls are under way.
        """
        with self._lock:
            return len(self._book.under_way) + self._runs.untold

    @property
    def entries(self) -> tuple[Entry, ...]:
        """The last `keep_entries` attempts that have ended, in that order, and then those that are under way."""
        with self._lock:
            return self._book.ended + self._book.under_way

    @property
    def unknown(self) -> tuple[Entry, ...]:
        """Those attempts among the last `keep_entries` that have ended and whose cost is not known."""
        with self._lock:
            return self._book.unknown

    @property
    def by_model(self) -> Mapping[str | None, Spending]:
        """Sums by the model that answered; where none did, by the one that was asked. The dearest come first."""
        return self._by("model")

    @property
    def by_tag(self) -> Mapping[str | None, Spending]:
        """Sums by tag. An attempt with several tags is in the sum of each; LangChain's own tags are left out."""
        return self._by("tag")

    @property
    def by_node(self) -> Mapping[str | None, Spending]:
        """Sums by LangGraph's node."""
        return self._by("node")

    @property
    def by_user(self) -> Mapping[str | None, Spending]:
        """Sums by `metadata["user_id"]`."""
        return self._by("user")

    @property
    def by_thread(self) -> Mapping[str | None, Spending]:
        """Sums by `metadata["thread_id"]`, which LangGraph sets."""
        return self._by("thread")

    @property
    def by_provider(self) -> Mapping[str | None, Spending]:
        """Sums by who ran the model."""
        return self._by("provider")

    def reset(self) -> None:
        """Begin anew at nothing. What is under way is counted when it ends."""
        with self._lock:
            self._book = AttemptBook(self._keep_entries)

    def on_attempt(self, entry: Entry, client: OpenRouterConnection) -> None:
        """Take an attempt as it stands now: what models of this package call. See `AttemptListener`."""
        with self._lock:
            self._runs.mark_told(entry.attribution.run_id)
        self._take(entry)
        if self._guard is not None and entry.state is not EntryState.HELD:
            self._guard.look(entry, client)

    @override
    def on_chat_model_start(self, serialized: dict[str, Any], messages: list[list[Any]], **kwargs: Any) -> None:
        self._start(**kwargs)

    @override
    def on_llm_start(self, serialized: dict[str, Any], prompts: list[str], **kwargs: Any) -> None:
        self._start(**kwargs)

    @override
    def on_llm_new_token(
        self,
        token: str | list[str | dict[str, Any]],
        *,
        chunk: GenerationChunk | ChatGenerationChunk | None = None,
        run_id: UUID,
        **kwargs: Any,
    ) -> None:
        tokens = getattr(getattr(chunk, "message", None), "usage_metadata", None)
        if tokens:
            with self._lock:
                self._runs.add_streamed(str(run_id), tokens)

    @override
    def on_llm_end(self, response: LLMResult, *, run_id: UUID, **kwargs: Any) -> None:
        run = self._end(str(run_id))
        if run is None:
            return
        answer = read_answer(response, run.repeated_tokens())
        if not answer.is_from_cache:
            self._take(run.entry(answer), answer.names)

    @override
    def on_llm_error(self, error: BaseException, *, run_id: UUID, **kwargs: Any) -> None:
        run = self._end(str(run_id))
        if run is None or was_never_sent(error):
            return
        answer = read_answer(kwargs.get("response"), run.repeated_tokens())
        self._take(run.entry(answer, f"The call failed: {type(error).__name__}."), answer.names)

    def _start(
        self,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        invocation_params: Mapping[str, Any] | None = None,
        **_: object,
    ) -> None:
        facts, asked = metadata or {}, invocation_params or {}
        model = facts.get("ls_model_name") or asked.get("model") or asked.get("model_name")
        with self._lock:
            lost = self._runs.start(Run(str(run_id), parent_run_id, tags, metadata, model))
        if lost is not None:
            self._take(lost.entry(ModelAnswer(), "LangChain never told of its end."))

    def _end(self, run_id: str) -> Run | None:
        with self._lock:
            return self._runs.end(run_id)

    def _take(self, entry: Entry, names: tuple[str, ...] = ()) -> None:
        with self._lock:
            self._book.take(entry, names)
        if self._outer is not None:
            self._outer._take(entry, names)  # noqa: SLF001 - a handler too

    def _total(self) -> Spending:
        with self._lock:
            return self._book.totals.all()

    def _by(self, dimension: Dimension) -> Mapping[str | None, Spending]:
        with self._lock:
            return self._book.totals.by(dimension)

    def __copy__(self) -> OpenRouterCreditsCallbackHandler:
        """A copied model goes on telling the same handler."""
        return self

    def __deepcopy__(self, memo: object) -> OpenRouterCreditsCallbackHandler:
        """A copied model goes on telling the same handler."""
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {self._headline()}>"

    def _repr_html_(self) -> str:
        """A table by model, for notebooks."""
        from langchain_openrouter._tracking.table import html_table

        return html_table(self._headline(), self.by_model)

    def __rich__(self) -> Table:
        """A table by model, for `rich.print`."""
        from langchain_openrouter._tracking.table import rich_table

        return rich_table(self._headline(), self.by_model)

    def _headline(self) -> str:
        with self._lock:
            total, under_way = self._total(), self.under_way
        parts = [_counted(total.attempts, "attempt")]
        parts += [_counted(total.retries, "retry", "retries")] if total.retries else []
        parts += [f"{total.unknown} of unknown cost"] if total.unknown else []
        parts += [f"{under_way} under way"] if under_way else []
        return f"{dollars(total.cost)}, {', '.join(parts)}"


_tracked: ContextVar[OpenRouterCreditsCallbackHandler | None] = ContextVar("openrouter_track_spend", default=None)
# once for the process: a hook for each block would never go away again
register_configure_hook(_tracked, inheritable=True)


@contextmanager
def track_spend(*, keep_entries: int | None = _KEPT) -> Iterator[OpenRouterCreditsCallbackHandler]:
    """Add up what all LangChain runs in a block of code cost, without passing a handler on.

    ```python
    with track_spend() as credits:
        chain.invoke(question)
    credits.total_cost  # USD
    ```

    What an inner block costs is part of the outer one, too. A block reaches as far as Python's context variables: into
    tasks, LangGraph's branches, `batch` and `asyncio.to_thread`, but not into threads that code starts by itself. Give
    those a handler, in `callbacks`.

    Args:
        keep_entries: As `OpenRouterCreditsCallbackHandler` has it.

    Yields:
        A handler, which can still be asked afterwards. It does not ask for the balance.
    """
    tracker = OpenRouterCreditsCallbackHandler(None, keep_entries=keep_entries)
    tracker._outer = _tracked.get()  # noqa: SLF001 - the handler is of this module
    token = _tracked.set(tracker)
    try:
        yield tracker
    finally:
        # a generator may be closed in another context than it was begun in, where there is nothing to take back
        with contextlib.suppress(ValueError):
            _tracked.reset(token)


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number:,d} {one if number == 1 else many or one + 's'}"
