"""What is kept of a signature is what would be read anew."""

from __future__ import annotations

import inspect
from types import FunctionType

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.outputs import ChatResult

from langchain_openrouter import ChatOpenRouter


@pytest.mark.parametrize("function", [ChatOpenRouter._generate, ChatOpenRouter._agenerate])
def test_the_signature_that_is_kept_is_the_functions(function):
    anew = FunctionType(function.__code__, {}, argdefs=function.__defaults__, closure=function.__closure__)
    anew.__annotations__ = function.__annotations__
    assert not hasattr(anew, "__signature__")
    assert function.__signature__ == inspect.signature(anew)
    assert list(inspect.signature(function).parameters) == [
        *inspect.signature(getattr(BaseChatModel, function.__name__)).parameters
    ]


def test_a_subclass_has_signatures_of_its_own(model):
    class Old(ChatOpenRouter):
        def _generate(self, messages: list, stop: list[str] | None = None) -> ChatResult:
            return super()._generate(messages, stop)

    known = model()
    chat = Old(model=known.model, api_key=known.openrouter_api_key, base_url=known.base_url)
    assert chat.invoke("hello").text == "Hi!"
