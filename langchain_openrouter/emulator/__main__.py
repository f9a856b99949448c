"""`python -m langchain_openrouter.emulator`: an OpenRouter for whoever wants to try one."""

from __future__ import annotations

import argparse
import contextlib
import sys
import threading
from collections.abc import Callable, Sequence

from langchain_openrouter.emulator.server import OpenRouterEmulator

_HOW_TO = """\
OpenRouter emulator: {base_url}
key: {api_key}
management key: {management_key}

  export OPENROUTER_API_BASE={base_url}
  export OPENROUTER_API_KEY={api_key}

  curl {base_url}/chat/completions -H "Authorization: Bearer {api_key}" -H "Content-Type: application/json" \\
    -d '{{"model": "openai/gpt-5-mini", "messages": [{{"role": "user", "content": "What is 6 times 7?"}}]}}'

Press ctrl-C to stop.
"""


def main(arguments: Sequence[str] | None = None, wait: Callable[[], object] | None = None) -> None:
    """Serve until ctrl-C.

    Args:
        arguments: The command line; `None`: that of the process.
        wait: Returns, or raises `KeyboardInterrupt`, when it is time to stop; `None`: waits for ctrl-C.
    """
    parser = argparse.ArgumentParser(prog="python -m langchain_openrouter.emulator", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="the port on 127.0.0.1; 0, the default, is a free one")
    parser.add_argument("--api-key", default="sk-or-v1-emulator", help="the key clients must send")
    parser.add_argument("--credits", default="10", help="credits in USD")
    options = parser.parse_args(arguments)
    emulator = OpenRouterEmulator(port=options.port, api_key=options.api_key, credits_usd=options.credits)
    with emulator:
        sys.stdout.write(
            _HOW_TO.format(base_url=emulator.base_url, api_key=emulator.api_key, management_key=emulator.management_key)
        )
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            (wait or threading.Event().wait)()
    sys.stdout.write(f"Stopped after {len(emulator.book.entries)} generations for {emulator.book.total} USD.\n")


if __name__ == "__main__":
    main()
