"""The asynchronous half of a checkpointer whose synchronous half waits for a disk or a server."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    DeltaChannelHistory,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from typing_extensions import override

from langchain_openrouter.closing import EndsWithBlock

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


class _Connections:
    """What a saver and its copies share: LangGraph keeps a copy where it knows of more classes that are allowed."""

    def __init__(self, threads: int, close: Callable[[], object]) -> None:
        self.threads = ThreadPoolExecutor(threads, thread_name_prefix="agent-threads")
        self.close = weakref.finalize(self, _end, self.threads, close)


class OffLoop(EndsWithBlock, BaseCheckpointSaver[Any]):
    """Runs what is synchronous in threads of its own, so that one saver does for `invoke` and `ainvoke`.

    LangGraph's own savers come in pairs, and those for asynchronous code belong to the event loop that made them. The
    threads are not asyncio's: those are few, and tools that hang in them would keep every thread from being saved.
    """

    _connections: _Connections

    def keep_open(self, threads: int, close: Callable[[], object], prepare: Callable[[], object]) -> None:
        """Start with so many threads, and prepare the database; `close` is called once, also where that fails."""
        self._connections = _Connections(threads, close)
        try:
            prepare()
        except BaseException:
            self.close()
            raise

    @override
    def close(self) -> None:
        """Let what is being written end, and close the connections. May be called again.

        Else it is done when no agent uses them any more, or when Python exits.
        """
        self._connections.close()

    @override
    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return await self.off_loop(self.get_tuple, config)

    @override
    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for found in await self.off_loop(lambda: [*self.list(config, filter=filter, before=before, limit=limit)]):
            yield found

    @override
    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return await self.off_loop(self.put, config, checkpoint, metadata, new_versions)

    @override
    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        await self.off_loop(self.put_writes, config, writes, task_id, task_path)

    @override
    async def adelete_thread(self, thread_id: str) -> None:
        await self.off_loop(self.delete_thread, thread_id)

    @override
    async def aget_delta_channel_history(
        self, *, config: RunnableConfig, channels: Sequence[str]
    ) -> Mapping[str, DeltaChannelHistory]:
        return await self.off_loop(self.get_delta_channel_history, config=config, channels=channels)

    async def off_loop(
        self, function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        """Run a function in these threads."""
        return await asyncio.get_running_loop().run_in_executor(
            self._connections.threads, partial(function, *args, **kwargs)
        )


def strict_serializer(allow: Collection[type]) -> JsonPlusSerializer:
    """A serializer that makes nothing but messages, plain values and these classes of what it reads.

    LangGraph's default makes an object of whatever class the database names: who can write into it runs code.
    """
    return JsonPlusSerializer(allowed_msgpack_modules=[*allow] or None)


def _end(threads: ThreadPoolExecutor, close: Callable[[], object]) -> None:
    threads.shutdown(wait=True)
    close()
