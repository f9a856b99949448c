"""What is closed when it is told to, or at the end of a `with` block."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self

from typing_extensions import override

if TYPE_CHECKING:
    from langchain_openrouter._http.transport import Transport


class EndsWithBlock:
    """What holds something until `close`, or the end of a `with` or an `async with` block."""

    def close(self) -> None:
        """Give up what it holds. May be called again."""
        raise NotImplementedError

    async def aclose(self) -> None:
        """Do what `close` does, without holding up the event loop."""
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class Closing(EndsWithBlock):
    """A client whose connections can be closed. It can be used again: the next call opens new ones.

    ```python
    with ChatOpenRouter(model="openai/gpt-5-mini") as model:
        model.invoke("Why is the sky blue?")
    ```

    `async with` does the same in asynchronous code. Without either, connections close when no client needs them any
    more, or when their event loop ends.
    """

    def _opened(self) -> Transport | None:
        """The way out that calls have taken; `None`: there has been no call."""
        raise NotImplementedError

    @override
    def close(self) -> None:
        """Close the connections that synchronous calls opened, for every client that shares them."""
        if (transport := self._opened()) is not None:
            transport.close()

    @override
    async def aclose(self) -> None:
        """Close the connections that calls on the running event loop opened, for every client that shares them."""
        if (transport := self._opened()) is not None:
            await transport.aclose()
