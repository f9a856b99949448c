"""How a model submits batches, and finds them again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from langchain_core.runnables.base import RunnableBinding

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from langchain_openrouter._http.batch_calls import BatchCalls
    from langchain_openrouter.batch_request import BatchInputs, BatchModel
    from langchain_openrouter.batches import Batch
    from langchain_openrouter.bound_model import BoundModel
else:
    # LangChain evaluates the annotations of methods (in `with_fallbacks`), before there is a batch to load these for
    Batch = BatchInputs = BatchModel = Any
    BoundModel = RunnableBinding


class BatchSubmission:
    """The part of a model that submits batches."""

    def submit_batch(
        self: BatchModel,
        inputs: BatchInputs,
        *,
        completion_window: str = "24h",
        **options: Any,  # noqa: ANN401 - keys of the wire
    ) -> Batch:
        """Submit many requests at once, to be answered within 24 hours for about half the price of the tokens.

        Not every model has batches. The answers come when `Batch.wait` returns; the process may end before.

        ```python
        batch = model.submit_batch({"sky": "Why is the sky blue?", "grass": "Why is grass green?"}, max_tokens=100)
        batch.wait(on_progress=print).results()["sky"].text
        ```

        Args:
            inputs: A list of inputs, each as `invoke` takes one, whose custom ids will be `request-0`, `request-1`...;
                or a mapping from custom ids of your own to inputs. Text only.
            completion_window: In what time the batch is to be done. OpenRouter knows `24h`.
            **options: What `invoke` takes, for all requests: `tools`, `response_format`, `temperature`... `provider` is
                for the batch as a whole (OpenRouter knows `only` and `allow_fallbacks` there), and so is
                `callback_url`, an HTTPS address that is told when the batch ends. Those of `bind` and `bind_tools` are
                kept.

        Returns:
            The batch, as OpenRouter has accepted it.

        Raises:
            RequestError: The inputs cannot be sent: there are none, one is not text, a custom id is there twice...
            OpenRouterError: The batch was not accepted. After an `APIConnectionError`, an `InternalServerError` or a
                `RequestTimeoutError` it may have been, and is not sent again by itself.
        """
        from langchain_openrouter.batch_request import prepare_batch
        from langchain_openrouter.batches import Batch

        request = prepare_batch(self, inputs, {"completion_window": completion_window, **options})
        return Batch(self, self._batch_calls().create(request.body, request.settings), request.custom_ids)

    async def asubmit_batch(
        self: BatchModel,
        inputs: BatchInputs,
        *,
        completion_window: str = "24h",
        **options: Any,  # noqa: ANN401 - keys of the wire
    ) -> Batch:
        """Do what `submit_batch` does, without blocking the event loop."""
        from langchain_openrouter.batch_request import prepare_batch
        from langchain_openrouter.batches import Batch

        request = prepare_batch(self, inputs, {"completion_window": completion_window, **options})
        return Batch(self, await self._batch_calls().acreate(request.body, request.settings), request.custom_ids)

    def resume_batch(self: BatchModel, batch_id: str) -> Batch:
        """Find a batch that was submitted before, here or elsewhere, with a key of the same workspace.

        Args:
            batch_id: The `id` of the batch.

        Raises:
            NotFoundError: There is no such batch (any more: results are kept for 30 days).
            OpenRouterError: Of the kind that the last attempt failed with.
        """
        from langchain_openrouter.batches import Batch

        return Batch(self, self._batch_calls().fetch(batch_id))

    async def aresume_batch(self: BatchModel, batch_id: str) -> Batch:
        """Do what `resume_batch` does, without blocking the event loop."""
        from langchain_openrouter.batches import Batch

        return Batch(self, await self._batch_calls().afetch(batch_id))

    def bind(self, **kwargs: Any) -> BoundModel:  # noqa: ANN401 - as BaseChatModel's
        """Fix options for every call, batches included."""
        from langchain_openrouter.bound_model import BoundModel

        return BoundModel(bound=cast("BaseChatModel", self), kwargs=kwargs)

    def _batch_calls(self: BatchModel) -> BatchCalls:
        from langchain_openrouter._http.batch_calls import BatchCalls

        return BatchCalls(self._transport(), self.base_url)
