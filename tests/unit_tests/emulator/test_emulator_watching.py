"""Whoever watches sees every request to every emulator of the process."""

from __future__ import annotations

import httpx

from langchain_openrouter.emulator import OpenRouterEmulator, watch_requests

BODY = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}


def test_a_watcher_sees_the_requests_to_all_emulators_while_it_watches():
    with OpenRouterEmulator() as one, OpenRouterEmulator() as other:
        httpx.get(f"{one.base_url}/models/count")
        with watch_requests() as seen:
            httpx.post(f"{one.base_url}/chat/completions", json=BODY)
            httpx.get(f"{other.base_url}/nowhere", params={"a": "b"})
        httpx.get(f"{other.base_url}/models/count")
    shown = [(request.method, request.path, request.query, request.json) for request in seen]
    assert shown == [
        ("POST", "/api/v1/chat/completions", "", BODY),
        ("GET", "/api/v1/nowhere", "a=b", None),
    ]


def test_watchers_do_not_disturb_each_other():
    with OpenRouterEmulator() as emulator, watch_requests() as outer:
        with watch_requests() as inner:
            pass
        httpx.get(f"{emulator.base_url}/models/count")
    assert (len(outer), len(inner)) == (1, 0)
