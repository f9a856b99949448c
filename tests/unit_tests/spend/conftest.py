"""Ledgers in files and in Postgres: the same tests for both."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from contextlib import ExitStack
from pathlib import Path

import pytest

from langchain_openrouter import SpendLedger
from langchain_openrouter.spend.ulid import new_ulid
from tests.unit_tests.spend import postgres_server


@pytest.fixture(scope="session")
def postgres():
    """The URL of a Postgres server."""
    pytest.importorskip("psycopg")
    with ExitStack() as stack:
        try:
            url = stack.enter_context(postgres_server.running())
        except (LookupError, OSError, subprocess.SubprocessError) as error:
            pytest.skip(str(error))
        yield url


@pytest.fixture
def postgres_url(postgres):
    """The URL of a schema of its own."""
    import psycopg

    schema = f"s{new_ulid().lower()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
    return f"{postgres}&options=-csearch_path%3D{schema}"


@pytest.fixture
def file_url(tmp_path):
    """The URL of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'spend.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    """The URL of an empty ledger, of each kind."""
    return request.getfixturevalue("file_url" if request.param == "sqlite" else "postgres_url")


@pytest.fixture
def ledger(url):
    with SpendLedger(url) as opened:
        yield opened


@pytest.fixture
def program():
    """Start a Python program: `program(source, *arguments)`; its output is text."""
    started = []

    def start(source, *arguments):
        root = Path(__file__).parents[3]
        head = f"import sys; sys.path[:0] = [{str(root)!r}, {str(root / 'agents')!r}]\n"
        process = subprocess.Popen(
            [sys.executable, "-c", head + textwrap.dedent(source), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
