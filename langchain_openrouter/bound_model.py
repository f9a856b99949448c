"""A model with fixed options, which batches have too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

from langchain_core.language_models import LanguageModelInput
from langchain_core.messages import AIMessage
from langchain_core.runnables.base import RunnableBinding
from typing_extensions import override

if TYPE_CHECKING:
    # LangChain's name for its binding of a chat model, which differs from any other for type checkers alone
    from langchain_core.language_models.chat_models import _ChatModelBinding as ModelBinding

    from langchain_openrouter.batch_request import BatchInputs
    from langchain_openrouter.batches import Batch
else:
    ModelBinding = RunnableBinding[LanguageModelInput, AIMessage]


class _Submitting(Protocol):
    """What is bound here: a model, or something that passes on to one."""

    def submit_batch(self, inputs: BatchInputs, **options: object) -> Batch: ...

    async def asubmit_batch(self, inputs: BatchInputs, **options: object) -> Batch: ...


class BoundModel(ModelBinding):
    """A model with fixed options. LangChain's own binding would forget them in a batch."""

    def submit_batch(self, inputs: BatchInputs, **options: Any) -> Batch:  # noqa: ANN401 - keys of the wire
        """Do what `ChatOpenRouter.submit_batch` does, with the options that are bound."""
        return cast("_Submitting", self.bound).submit_batch(inputs, **{**self.kwargs, **options})

    async def asubmit_batch(self, inputs: BatchInputs, **options: Any) -> Batch:  # noqa: ANN401 - keys of the wire
        """Do what `submit_batch` does, without blocking the event loop."""
        return await cast("_Submitting", self.bound).asubmit_batch(inputs, **{**self.kwargs, **options})

    @classmethod
    @override
    def lc_id(cls) -> list[str]:
        # as LangChain does for its own, so that dumps stay loadable
        return RunnableBinding.lc_id()
