"""What every command does around its work: it reads `.env`, and says in one line what went wrong."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import typer

_FAILED = 1
_NO_KEY = 2


@contextmanager
def session() -> Iterator[None]:
    """Turn what goes wrong in the block into one line on standard error and an exit code; warnings into a line each.

    The exit code is 2 where there is no key, else 1. What is nobody's fault but the program's keeps its traceback.
    """
    from dotenv import find_dotenv, load_dotenv

    load_dotenv(find_dotenv(usecwd=True))
    with warnings.catch_warnings():
        warnings.showwarning = _show_warning
        try:
            yield
        except Exception as error:
            code = _exit_code(error)
            if code is None:
                raise
            _say(str(error), fg=typer.colors.RED)
            raise typer.Exit(code) from error


def _exit_code(error: Exception) -> int | None:
    from openrouter_agents.venue import NoKeyError

    if isinstance(error, NoKeyError):
        return _NO_KEY
    if isinstance(error, BrokenPipeError | typer.Exit):
        # the reader has seen enough: typer knows what to do
        return None
    from langchain_openrouter import OpenRouterError, RequestError
    from openrouter_agents.tools.documents.contracts import DocumentIndexError
    from openrouter_agents.tools.sandbox import SandboxError

    known = OpenRouterError | RequestError | SandboxError | DocumentIndexError | OSError
    return _FAILED if isinstance(error, known) else None


def _show_warning(message: Warning | str, *_: object, **__: object) -> None:
    _say(str(message), fg=typer.colors.YELLOW)


def _say(message: str, *, fg: str) -> None:
    typer.secho(" ".join(message.split()), fg=fg, err=True)
