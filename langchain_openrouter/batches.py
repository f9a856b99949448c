"""A batch of requests that OpenRouter answers within 24 hours, for about half the price of the tokens.

Source: https://openrouter.ai/docs/batch-quickstart
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol, Self

from langchain_core.messages import AIMessage

from langchain_openrouter._wire.batches import parse_results
from langchain_openrouter._wire.parse import parse_json
from langchain_openrouter._wire.types import Wire, as_object
from langchain_openrouter.batch_state import BatchState
from langchain_openrouter.errors import (
    APIStatusError,
    BatchError,
    BatchNotDoneError,
    InsufficientCreditsError,
    OpenRouterError,
    ResponseFormatError,
)

if TYPE_CHECKING:
    from langchain_openrouter._http.batch_calls import BatchCalls
    from langchain_openrouter._http.polling import Polling
    from langchain_openrouter._http.transport import Response

_NO_SUCH_CALL = (404, 405)


class BatchClient(Protocol):
    """A model that reaches OpenRouter's batches."""

    def _batch_calls(self) -> BatchCalls:
        """The calls of the Batch API, with the model's key and settings as they are now."""


class Batch(BatchState):
    """A batch of requests at OpenRouter. It goes on there, whatever becomes of this object.

    `ChatOpenRouter.submit_batch` makes one, and `ChatOpenRouter.resume_batch` finds it again, from any process.

    ```python
    batch = model.submit_batch(["Why is the sky blue?", "Why is grass green?"])
    for custom_id, answer in batch.wait().results().items():
        ...  # an AIMessage, or the OpenRouterError that this request failed with
    ```

    What it says of itself is what OpenRouter said last: `refresh` asks again, and `wait` until it has ended.
    """

    def __init__(self, client: BatchClient, response: Response, custom_ids: Sequence[str] = ()) -> None:
        self._client = client
        self._custom_ids = tuple(custom_ids)
        # a batch that was submitted just now may not be found for some seconds
        self._seen = not custom_ids
        self._keep(parse_json(response.content, response.headers))

    def refresh(self) -> Self:
        """Ask OpenRouter how the batch stands.

        Returns:
            This batch.

        Raises:
            NotFoundError: There is none of this id (any more: results are kept for 30 days). One that was submitted
                seconds ago may not be found yet.
            InsufficientCreditsError: It is done and more expensive than the credits that are left: add credits and ask
                again. It is not run again.
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        with self._keeping_what_is_withheld():
            self._take(self._calls().fetch(self.id))
        return self

    async def arefresh(self) -> Self:
        """Do what `refresh` does, without blocking the event loop."""
        with self._keeping_what_is_withheld():
            self._take(await self._calls().afetch(self.id))
        return self

    def wait(
        self,
        timeout: float | None = None,
        *,
        on_progress: Callable[[Self], object] | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> Self:
        """Look again and again until the batch has ended, well or not. Most take minutes, some take hours.

        Looks are 2 s apart at first and a minute at last. Failures of the network and of the server pass, unless ten
        come in a row. Interrupting the wait (Ctrl-C) does not touch the batch: it goes on at OpenRouter.

        Args:
            timeout: Seconds; `None` waits for as long as it takes, `0` looks once.
            on_progress: Is called with this batch after every look, such as `print`.
            sleep: How to wait for so many seconds.

        Returns:
            This batch.

        Raises:
            BatchNotDoneError: The time is up. The batch goes on; wait again when you like.
            OpenRouterError: Looking failed in a way that does not pass, as `refresh` says.
        """
        polling = self._polling(timeout)
        while not self.is_done:
            with self._bearing(polling):
                self.refresh()
            self._report(on_progress)
            if not self.is_done:
                sleep(self._next_delay(polling))
        return self

    async def await_(
        self,
        timeout: float | None = None,  # noqa: ASYNC109 - the twin of `wait`, whose last look has its turn
        *,
        on_progress: Callable[[Self], object] | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> Self:
        """Do what `wait` does, without blocking the event loop. `await` without the underscore is Python's."""
        polling = self._polling(timeout)
        while not self.is_done:
            with self._bearing(polling):
                await self.arefresh()
            self._report(on_progress)
            if not self.is_done:
                await sleep(self._next_delay(polling))
        return self

    def results(self) -> dict[str, AIMessage | OpenRouterError]:
        """What became of each request, by its custom id. Sends nothing: `refresh` or `wait` first.

        Returns:
            The answer, with the same metadata as a chat's (where OpenRouter does not say what one answer of a batch
            cost, it has no `cost`), or the error that this request failed with. In the order of submission, where this
            object submitted the batch.

        Raises:
            BatchNotDoneError: The batch has not ended.
            BatchError: It ended without results: it failed as a whole, expired or was cancelled.
        """
        found = parse_results(self.body)
        if found is None:
            raise self._why_no_results()
        missing = BatchError(f"{self!r} has no result for this request.", batch_id=self.id, status=self.status)
        return dict.fromkeys(self._custom_ids, missing) | found

    def cancel(self) -> Self:
        """Ask OpenRouter to stop the batch. What has been answered by then is billed.

        OpenRouter documents the states of a cancelled batch and no way into them: until it opens one, this raises.

        Returns:
            This batch, `cancelling` or `cancelled`.

        Raises:
            BatchError: This OpenRouter cannot cancel batches, so that it goes on.
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        with self._explaining_that_it_goes_on():
            self._take(self._calls().cancel(self.id))
        return self

    async def acancel(self) -> Self:
        """Do what `cancel` does, without blocking the event loop."""
        with self._explaining_that_it_goes_on():
            self._take(await self._calls().acancel(self.id))
        return self

    def _calls(self) -> BatchCalls:
        return self._client._batch_calls()  # noqa: SLF001 - a batch is a part of its client

    def _take(self, response: Response) -> None:
        self._keep(parse_json(response.content, response.headers))
        self._seen = True

    def _keep(self, body: Wire) -> None:
        if not isinstance(body.get("id"), str):
            raise ResponseFormatError(
                f"The answer is not a batch but {str(body)[:300]}. Is base_url an OpenRouter API?"
            )
        self.body = body

    @contextmanager
    def _keeping_what_is_withheld(self) -> Iterator[None]:
        """Keep what OpenRouter says of a batch whose results are to be paid for first."""
        try:
            yield
        except InsufficientCreditsError as error:
            body = as_object(error.body)
            if body.get("id") == self.id:
                self._keep(body)
            raise

    @contextmanager
    def _explaining_that_it_goes_on(self) -> Iterator[None]:
        try:
            yield
        except APIStatusError as error:
            if error.status_code not in _NO_SUCH_CALL:
                raise
            raise BatchError(
                f"OpenRouter has no way to cancel batch {self.id}: it goes on, and is billed. ({error.message})",
                batch_id=self.id,
                status=self.status,
            ) from error

    def _polling(self, timeout: float | None) -> Polling:
        from langchain_openrouter._http.polling import Polling

        return Polling(timeout)

    @contextmanager
    def _bearing(self, polling: Polling) -> Iterator[None]:
        try:
            yield
        except OpenRouterError as error:
            polling.bear(error, just_made=not self._seen)
        else:
            polling.succeeded()

    def _report(self, on_progress: Callable[[Self], object] | None) -> None:
        if on_progress is not None:
            on_progress(self)

    def _next_delay(self, polling: Polling) -> float:
        delay = polling.next_delay()
        if delay is None:
            raise BatchNotDoneError(
                f"The time to wait for {self!r} is up. It goes on at OpenRouter: wait again, or "
                f"resume_batch({self.id!r}) later.",
                batch_id=self.id,
                status=self.status,
            )
        return delay

    def _why_no_results(self) -> OpenRouterError:
        facts: Any = {"batch_id": self.id, "status": self.status}
        if not self.is_done:
            return BatchNotDoneError(f"{self!r} has no results yet: wait() for it.", **facts)
        why = self.error or ("OpenRouter did not send them" if self.status == "completed" else self.status)
        return BatchError(f"{self!r} ended without results: {why.removesuffix('.')}.", **facts)
