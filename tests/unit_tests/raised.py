"""The error that a call ends with."""

from __future__ import annotations

import pytest

from langchain_openrouter import APIStatusError


def raised_by(ask, make, /, **fields) -> APIStatusError:
    """Ask a model that is made with these fields, once."""
    with pytest.raises(APIStatusError) as raised:
        ask(make(max_retries=0, **fields), "hello")
    return raised.value
