"""Places for threads: files and a real Postgres."""

from __future__ import annotations

import pytest

from tests.unit_tests.spend.conftest import postgres, postgres_url

__all__ = ["postgres", "postgres_url"]


@pytest.fixture
def file_url(tmp_path):
    """The URL of a file that is not there yet, nor its folder."""
    return f"sqlite:///{tmp_path / 'kept' / 'threads.db'}"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    """The URL of a place without threads, of each kind."""
    return request.getfixturevalue("file_url" if request.param == "sqlite" else "postgres_url")
