"""A real SearXNG whose only engine is a server of ours.

It lives in an environment of its own, `searxng` within that of the tests: it holds older versions of what others need.
`make searxng` makes it. SearXNG is under the AGPL, and only run here.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import yaml

from tests.waiting import wait_until

ENVIRONMENT = Path(sys.prefix, "searxng")


@contextmanager
def searxng(folder: Path, engine: str, *formats: str) -> Iterator[str]:
    """Run it until the end of the block; its address.

    Args:
        folder: Where it keeps its files.
        engine: The address of the server that it asks, which answers with `{"results": [...]}`.
        *formats: In which forms it may answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = folder / "settings.yml"
    settings.write_text(yaml.safe_dump(_settings(port, engine, formats)))
    environment = {**os.environ, "SEARXNG_SETTINGS_PATH": str(settings), "TMPDIR": str(folder)}
    url = f"http://127.0.0.1:{port}"
    with (folder / "log").open("w+") as log:
        server = subprocess.Popen(
            [ENVIRONMENT / "bin" / "python", "-m", "searx.webapp"], env=environment, stdout=log, stderr=log
        )
        try:
            wait_until(lambda: server.poll() is not None or _is_up(url))
            log.seek(0)
            assert server.poll() is None, log.read()
            yield url
        finally:
            server.terminate()
            server.wait()


def _is_up(url: str) -> bool:
    try:
        return httpx.get(f"{url}/healthz", trust_env=False).is_success
    except httpx.TransportError:
        return False


def _settings(port: int, engine: str, formats: tuple[str, ...]) -> dict[str, object]:
    """All there is: the default settings would have it fetch lists from the internet when it starts."""
    return {
        "general": {"instance_name": "test"},
        "server": {"secret_key": "not-a-secret", "bind_address": "127.0.0.1", "port": port, "limiter": False},
        # An engine that failed is not left alone: each test has its own wishes.
        "search": {"formats": list(formats), "ban_time_on_fail": 0, "max_ban_time_on_fail": 0},
        "doi_resolvers": {"doi.org": "https://doi.org/"},
        "default_doi_resolver": "doi.org",
        "engines": [
            {
                "name": "local",
                "engine": "json_engine",
                "shortcut": "lo",
                "categories": ["general"],
                "enable_http": True,
                "search_url": f"{engine}?q={{query}}&lang={{lang}}{{time_range}}",
                "time_range_support": True,
                "time_range_url": "&hours={time_range_val}",
                "results_query": "results",
                "url_query": "url",
                "title_query": "title",
                "content_query": "text",
            }
        ],
    }
