"""What it costs to start with a client: `python startup.py CLIENT URL WHAT`, in a process that has done nothing else.

- `import` prints the milliseconds of CPU of importing the client beyond langchain-core (`import_ms`) and the modules
  that it loads beyond langchain-core's (`modules`); then of making a first client (`first_ms`), and the microseconds
  that later ones take (`later_us`, the median of many).
- `blame` only imports, and says on standard error from where on it is beyond langchain-core.
- `answer` prints the milliseconds of CPU until the first answer, everything included, the interpreter's own start too.
"""

from __future__ import annotations

import gc
import importlib
import statistics
import sys
import time

LATER = 101
WITH_LANGCHAIN_CORE = ("ours", "chat-openai", "official")
WITHOUT_INSTANCES = ("litellm",)

_LANGCHAIN_CORE = [
    ("langchain_core.language_models", "BaseChatModel"),
    ("langchain_core.callbacks", "CallbackManagerForLLMRun"),
    ("langchain_core.messages", "AIMessage"),
    ("langchain_core.outputs", "ChatResult"),
    ("langchain_core.runnables", "Runnable"),
    ("langchain_core.tools", "BaseTool"),
]
"""What a chat model of LangChain cannot do without. The names are looked up, since langchain-core is lazy."""

_IMPORTS = {
    "chat-openai": [("langchain_openai", "ChatOpenAI")],
    "litellm": [("litellm", "completion")],
    "pydantic-ai": [("pydantic_ai", "Agent"), ("pydantic_ai.models.openrouter", "OpenRouterModel")],
}
"""What a program that uses a client imports, where it is not `ChatOpenRouter`."""


def beyond_langchain_core(client: str, url: str) -> None:
    """Measure importing and making."""
    _import_langchain_core(client)
    loaded, before = set(sys.modules), time.process_time()
    _import_client(client)
    imported = time.process_time() - before
    figures = {"import_ms": 1e3 * imported, "modules": len(set(sys.modules) - loaded)}
    if client not in WITHOUT_INSTANCES:
        figures["first_ms"] = 1e3 * _seconds_to_make(client, url)
        figures["later_us"] = 1e6 * statistics.median(_seconds_to_make(client, url) for _ in range(LATER))
    _report(**figures)


def to_first_answer(client: str, url: str) -> None:
    """Measure all of it."""
    from clients import open_client

    open_client(client, url).invoke()
    _report(answer_ms=1e3 * time.process_time())


def only_import(client: str, _: str) -> None:
    """Import, for `-X importtime` to see."""
    _import_langchain_core(client)
    print("langchain-core is imported", file=sys.stderr)
    _import_client(client)


def _import_langchain_core(client: str) -> None:
    """Import langchain-core, where the client builds on it."""
    if client in WITH_LANGCHAIN_CORE:
        _import_names(_LANGCHAIN_CORE)
        gc.collect()
        gc.freeze()  # langchain-core's objects are not the client's garbage to look through


def _import_client(client: str) -> None:
    _import_names(_IMPORTS.get(client, [("langchain_openrouter", "ChatOpenRouter")]))


def _import_names(names: list[tuple[str, str]]) -> None:
    for module, name in names:
        getattr(importlib.import_module(module), name)


def _seconds_to_make(client: str, url: str) -> float:
    from clients import open_client

    before = time.process_time()
    open_client(client, url)
    return time.process_time() - before


def _report(**figures: float) -> None:
    from readings import report

    report(**figures)


if __name__ == "__main__":
    runs = {"import": beyond_langchain_core, "blame": only_import, "answer": to_first_answer}
    runs[sys.argv[3]](sys.argv[1], sys.argv[2])
