"""An OpenRouter on loopback: the real wire format, errors, prices and books, without a key and without a network.

```python
from langchain_openrouter.emulator import OpenRouterEmulator

with OpenRouterEmulator() as emulator:
    model = ChatOpenRouter(model="openai/gpt-5-mini", api_key=emulator.api_key, base_url=emulator.base_url)
    model.invoke("What is 6 times 7?")
    print(emulator.book.total)  # USD, exactly
```

A brain decides what is answered: `ReadingBrain` (the default) reads the question, `ScriptBrain` plays prepared replies,
`ReplayBrain` replays recorded traffic. Anything with their one method, `reply(request)`, can be a brain.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from langchain_openrouter.emulator.batch_job import BatchRules as BatchRules
    from langchain_openrouter.emulator.batches import Batches as Batches
    from langchain_openrouter.emulator.book import Book as Book
    from langchain_openrouter.emulator.book import BookEntry as BookEntry
    from langchain_openrouter.emulator.brain import Answer as Answer
    from langchain_openrouter.emulator.brain import Brain as Brain
    from langchain_openrouter.emulator.brain import ChatRequest as ChatRequest
    from langchain_openrouter.emulator.brain import Failure as Failure
    from langchain_openrouter.emulator.brain import Interruption as Interruption
    from langchain_openrouter.emulator.brain import Reply as Reply
    from langchain_openrouter.emulator.brain import ToolCall as ToolCall
    from langchain_openrouter.emulator.brain import Verbatim as Verbatim
    from langchain_openrouter.emulator.brains.reading import ReadingBrain as ReadingBrain
    from langchain_openrouter.emulator.brains.replay import ReplayBrain as ReplayBrain
    from langchain_openrouter.emulator.brains.script import ScriptBrain as ScriptBrain
    from langchain_openrouter.emulator.faults import Faults as Faults
    from langchain_openrouter.emulator.generations import GenerationRules as GenerationRules
    from langchain_openrouter.emulator.recording import ReceivedRequest as ReceivedRequest
    from langchain_openrouter.emulator.server import OpenRouterEmulator as OpenRouterEmulator
    from langchain_openrouter.emulator.watching import watch_requests as watch_requests

# Resolved when asked for: brains and replies work without the extra that the server needs.
_HOMES = {
    "Answer": "brain",
    "BatchRules": "batch_job",
    "Batches": "batches",
    "Book": "book",
    "BookEntry": "book",
    "Brain": "brain",
    "ChatRequest": "brain",
    "Failure": "brain",
    "Faults": "faults",
    "GenerationRules": "generations",
    "Interruption": "brain",
    "OpenRouterEmulator": "server",
    "ReadingBrain": "brains.reading",
    "ReceivedRequest": "recording",
    "ReplayBrain": "brains.replay",
    "Reply": "brain",
    "ScriptBrain": "brains.script",
    "ToolCall": "brain",
    "Verbatim": "brain",
    "watch_requests": "watching",
}

__all__ = [
    "Answer",
    "BatchRules",
    "Batches",
    "Book",
    "BookEntry",
    "Brain",
    "ChatRequest",
    "Failure",
    "Faults",
    "GenerationRules",
    "Interruption",
    "OpenRouterEmulator",
    "ReadingBrain",
    "ReceivedRequest",
    "ReplayBrain",
    "Reply",
    "ScriptBrain",
    "ToolCall",
    "Verbatim",
    "watch_requests",
]


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
