"""What the package offers, and what importing it costs."""

from __future__ import annotations

import inspect
import subprocess
import sys
import textwrap
import typing

import pytest

import langchain_openrouter

NAMES = langchain_openrouter.__all__


def run(script, *arguments):
    """Run a script in a fresh interpreter where warnings are errors."""
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_names_are_sorted_and_unique():
    assert sorted(set(NAMES)) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_name_can_be_imported_and_is_documented(name):
    value = getattr(langchain_openrouter, name)
    assert name == "__version__" or inspect.getdoc(value)


@pytest.mark.parametrize("name", NAMES)
def test_type_checkers_see_the_name_too(name):
    source = inspect.getsource(langchain_openrouter)
    head = source.partition("__all__")[0]
    assert name in head


def test_dir_lists_the_names():
    assert dir(langchain_openrouter) == NAMES


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'ChatOpenRooter'"):
        _ = langchain_openrouter.ChatOpenRooter


def test_star_import():
    namespace: dict[str, object] = {}
    exec("from langchain_openrouter import *", namespace)
    assert set(NAMES) <= namespace.keys()


@pytest.mark.parametrize("public", ["ChatOpenRouter", "OpenRouterEmbeddings", "OpenRouterRerank"])
def test_public_methods_say_what_they_do(public):
    cls = getattr(langchain_openrouter, public)
    own = [value for name, value in vars(cls).items() if not name.startswith("_") and callable(value)]
    assert all(inspect.getdoc(value) for value in own)


def test_importing_loads_no_server_and_no_extra():
    loaded = run(
        """
        import sys
        import langchain_openrouter.chat_models
        print(sorted({"starlette", "uvicorn", "openai", "openrouter", "langgraph"} & sys.modules.keys()))
        """
    )
    assert loaded == "[]"


def test_importing_the_package_alone_loads_next_to_nothing():
    loaded = run("import sys; import langchain_openrouter; print('langchain_core' in sys.modules)")
    assert loaded == "False"


def test_importing_the_model_loads_little_beside_it():
    """What calls, tools, structured output, batches, errors and the ledger need comes with the first use of it."""
    loaded = run(
        """
        import sys
        from langchain_core.language_models import chat_models
        others = set(sys.modules)
        from langchain_openrouter import ChatOpenRouter
        print(*sorted(set(sys.modules) - others))
        """
    ).split()
    ours = {name.removeprefix("langchain_openrouter.") for name in loaded if name.startswith("langchain_openrouter.")}
    assert {name for name in ours if name.startswith(("_wire.", "errors."))} == {
        "_wire.block_translators",
        "_wire.checks",
        "_wire.types",
        "errors.pickling",
        "errors.request",
    }
    assert ours.isdisjoint(
        """_http _error_body usage structured_output batches batch_request bound_model catalogue credits account
        embeddings rerank spend callbacks emulator""".split()
    )
    assert {"aiohttp", "platformdirs", "openai", "starlette"}.isdisjoint(loaded)
    assert len(ours) <= 30


def test_the_errors_have_all_their_names():
    from langchain_openrouter import errors

    assert all(issubclass(getattr(errors, name), Exception) for name in errors.__all__)
    assert dir(errors) == sorted(errors.__all__)
    with pytest.raises(AttributeError, match=r"module 'langchain_openrouter\.errors' has no attribute 'SomeError'"):
        _ = errors.SomeError


@pytest.mark.parametrize("name", ["ChatOpenRouter", "OpenRouterEmbeddings", "OpenRouterRerank"])
def test_the_annotations_of_methods_can_be_evaluated(name):
    """LangChain does so in `with_fallbacks`; what is loaded late is missing from none of them."""
    methods = inspect.getmembers(getattr(langchain_openrouter, name), inspect.isfunction)
    ours = [method for _, method in methods if method.__module__.startswith("langchain_openrouter")]
    public = [method for method in ours if not method.__name__.startswith("_")]
    assert public
    for method in public:
        typing.get_type_hints(method)


def test_making_a_model_loads_no_transport():
    """The HTTP side loads with the first call, though langchain-core itself may load httpx for LangSmith."""
    loaded = run(
        """
        import sys
        from langchain_openrouter import ChatOpenRouter, OpenRouterEmbeddings, OpenRouterRerank
        ChatOpenRouter(model="m", api_key="k").bind_tools([]).with_retry()
        OpenRouterEmbeddings(api_key="k"), OpenRouterRerank(model="m", api_key="k")
        print([name for name in sys.modules if name.startswith("langchain_openrouter._http")])
        """
    )
    assert loaded == "[]"


def test_the_client_works_without_the_extras(emulator):
    answers = run(
        """
        import asyncio, sys

        class Blocked:
            def find_spec(self, name, path=None, target=None):
                extras = {"starlette", "uvicorn", "openai", "langchain", "langgraph", "psycopg", "rich", "typer"}
                if name.partition(".")[0] in extras:
                    raise ModuleNotFoundError(f"No module named {name!r}", name=name)

        sys.meta_path.insert(0, Blocked())
        from langchain_openrouter import ChatOpenRouter
        chat = ChatOpenRouter(model="openai/gpt-4o-mini", api_key=sys.argv[1], base_url=sys.argv[2])
        print(chat.invoke("hello").text, asyncio.run(chat.ainvoke("hello")).text)
        """,
        emulator.api_key,
        emulator.base_url,
    )
    assert answers == "Hi! Hi!"


def test_the_version_is_the_distributions():
    from importlib.metadata import version

    assert langchain_openrouter.__version__ == version("langchain-openrouter-agents")
