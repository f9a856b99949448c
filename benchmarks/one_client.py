"""What one client costs, measured in a process of its own: `python one_client.py CLIENT MODE COUNT URL`.

Prints one JSON object: `cpu_us`, microseconds of CPU per call (`invoke`) or per chunk (`stream`).
"""

from __future__ import annotations

import json
import os
import resource
import sys
from collections.abc import Callable

os.environ.update(LANGSMITH_TRACING="false", LITELLM_LOCAL_MODEL_COST_MAP="True", OPENAI_API_KEY="sk-none")

MODEL, QUESTION, KEY = "openai/gpt-5-mini", "Why is the sky blue?", "sk-or-v1-none"
Call = Callable[[], int]


def langchain_model(url: str, client: str) -> tuple[Call, Call]:
    """Any LangChain chat model."""
    if client == "chat-openai":
        from langchain_openai import ChatOpenAI

        model = ChatOpenAI(model=MODEL, api_key=KEY, base_url=url, max_retries=0, stream_usage=True)
    elif client == "floor-langchain":
        from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
        from langchain_core.messages import AIMessage

        words = AIMessage(" ".join(f"word{n}" for n in range(500)))
        model = GenericFakeChatModel(messages=iter([words] * 10**6))
    else:
        from langchain_openrouter import ChatOpenRouter

        model = ChatOpenRouter(model=MODEL, api_key=KEY, base_url=url, max_retries=0)
    return lambda: len([model.invoke(QUESTION)]), lambda: sum(1 for _ in model.stream(QUESTION))


def bare_httpx(url: str, _: str) -> tuple[Call, Call]:
    """The least that HTTP and JSON cost."""
    import httpx
    import orjson

    client = httpx.Client()
    asked = {"model": MODEL, "messages": [{"role": "user", "content": QUESTION}]}

    def invoke() -> int:
        orjson.loads(client.post(f"{url}/chat/completions", json=asked).content)
        return 1

    def stream() -> int:
        seen, rest = 0, b""
        with client.stream("POST", f"{url}/chat/completions", json={**asked, "stream": True}) as answer:
            for data in answer.iter_bytes():
                *events, rest = (rest + data).split(b"\n\n")
                seen += sum(1 for event in events if event.startswith(b"data: {") and orjson.loads(event[6:]))
        return seen

    return invoke, stream


def litellm_client(url: str, _: str) -> tuple[Call, Call]:
    """LiteLLM's `completion`."""
    import litellm

    options = {
        "model": f"openrouter/{MODEL}",
        "messages": [{"role": "user", "content": QUESTION}],
        "api_key": KEY,
        "api_base": url,
        "num_retries": 0,
    }
    return (
        lambda: len([litellm.completion(**options)]),
        lambda: sum(1 for _ in litellm.completion(**options, stream=True, stream_options={"include_usage": True})),
    )


def pydantic_ai_client(url: str, _: str) -> tuple[Call, Call]:
    """pydantic-ai's agent without tools."""
    from openai import AsyncOpenAI
    from pydantic_ai import Agent
    from pydantic_ai.models.openrouter import OpenRouterModel
    from pydantic_ai.providers.openrouter import OpenRouterProvider

    provider = OpenRouterProvider(openai_client=AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0))
    agent = Agent(OpenRouterModel(MODEL, provider=provider))

    def stream() -> int:
        with agent.run_stream_sync(QUESTION) as answer:
            return sum(1 for _ in answer.stream_text(delta=True, debounce_by=None))

    return lambda: len([agent.run_sync(QUESTION)]), stream


CLIENTS = {
    "ours": langchain_model,
    "chat-openai": langchain_model,
    "official": langchain_model,
    "floor-langchain": langchain_model,
    "floor-httpx": bare_httpx,
    "litellm": litellm_client,
    "pydantic-ai": pydantic_ai_client,
}


def cpu_seconds() -> float:
    """CPU time of this process, its threads included."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Measure and print."""
    client, mode, count, url = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
    call = CLIENTS[client](url, client)[mode == "stream"]
    for _ in range(3):
        call()
    before, items = cpu_seconds(), 0
    for _ in range(count):
        items += call()
    print(json.dumps({"client": client, "mode": mode, "cpu_us": 1e6 * (cpu_seconds() - before) / items}))


if __name__ == "__main__":
    main()
