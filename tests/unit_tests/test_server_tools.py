"""The descriptions of plugins and server tools are those of OpenRouter's OpenAPI document."""

from __future__ import annotations

import inspect

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from langchain_openrouter import plugins, server_tools
from langchain_openrouter.emulator import Answer
from tests.openapi import openapi

TOOLS = [
    (server_tools.web_search(), {"type": "openrouter:web_search"}),
    (
        server_tools.web_search(max_results=3, allowed_domains=["a.org"], search_context_size="low"),
        {
            "type": "openrouter:web_search",
            "parameters": {"max_results": 3, "allowed_domains": ["a.org"], "search_context_size": "low"},
        },
    ),
    (
        server_tools.web_fetch(max_uses=2, blocked_domains=["b.org"]),
        {"type": "openrouter:web_fetch", "parameters": {"max_uses": 2, "blocked_domains": ["b.org"]}},
    ),
    (
        server_tools.datetime(timezone="Europe/Paris"),
        {"type": "openrouter:datetime", "parameters": {"timezone": "Europe/Paris"}},
    ),
    (
        server_tools.image_generation(model="openai/gpt-5-image", aspect_ratio="1:1"),
        {
            "type": "openrouter:image_generation",
            "parameters": {"model": "openai/gpt-5-image", "aspect_ratio": "1:1"},
        },
    ),
    (server_tools.files(), {"type": "openrouter:files"}),
    (
        server_tools.advisor(model="a/b", name="wise", reasoning={"effort": "high"}),
        {
            "type": "openrouter:advisor",
            "parameters": {"model": "a/b", "name": "wise", "reasoning": {"effort": "high"}},
        },
    ),
    (
        server_tools.subagent(model="a/b", tools=[{"type": "openrouter:datetime"}], max_tool_calls=3),
        {
            "type": "openrouter:subagent",
            "parameters": {"model": "a/b", "tools": [{"type": "openrouter:datetime"}], "max_tool_calls": 3},
        },
    ),
    (
        server_tools.fusion(analysis_models=["a/b"], max_tool_calls=2),
        {"type": "openrouter:fusion", "parameters": {"analysis_models": ["a/b"], "max_tool_calls": 2}},
    ),
    (
        server_tools.search_models(max_results=4),
        {"type": "openrouter:experimental__search_models", "parameters": {"max_results": 4}},
    ),
]
PLUGINS = [
    (plugins.web(engine="exa", max_results=2), {"id": "web", "engine": "exa", "max_results": 2}),
    (plugins.web_fetch(max_uses=1), {"id": "web-fetch", "max_uses": 1}),
    (plugins.file_parser(pdf_engine="native"), {"id": "file-parser", "pdf": {"engine": "native"}}),
    (plugins.file_parser(), {"id": "file-parser"}),
    (plugins.response_healing(), {"id": "response-healing"}),
    (plugins.context_compression(engine="middle-out"), {"id": "context-compression", "engine": "middle-out"}),
    (plugins.auto_router(allowed_models=["openai/*"]), {"id": "auto-router", "allowed_models": ["openai/*"]}),
    (plugins.auto_router(beta=True, cost_tier="low"), {"id": "auto-beta-router", "cost_tier": "low"}),
    (plugins.pareto_router(min_coding_score=0.5), {"id": "pareto-router", "min_coding_score": 0.5}),
    (plugins.fusion(preset="general-fast", model="a/b"), {"id": "fusion", "preset": "general-fast", "model": "a/b"}),
    (plugins.moderation(), {"id": "moderation"}),
]


def check(schema: dict, value: object) -> None:
    registry = Registry().with_resource("urn:openrouter", Resource(openapi(), DRAFT202012))
    Draft202012Validator(schema, registry=registry).validate(value)


@pytest.mark.parametrize(("made", "expected"), TOOLS + PLUGINS)
def test_describes(made, expected):
    assert made == expected


@pytest.mark.parametrize("tool", [tool for tool, _ in TOOLS])
def test_a_tool_is_one_of_chats(tool):
    check({"$ref": "urn:openrouter#/components/schemas/ChatFunctionTool"}, tool)


@pytest.mark.parametrize("plugin", [plugin for plugin, _ in PLUGINS])
def test_a_plugin_is_one_of_chats(plugin):
    check({"$ref": "urn:openrouter#/components/schemas/ChatRequest/properties/plugins"}, [plugin])


@pytest.mark.parametrize(
    ("tool", "schema"),
    [
        (server_tools.shell(engine="openrouter", environment={"type": "container_auto"}), "ShellServerTool_OpenRouter"),
        (server_tools.apply_patch(engine="auto"), "ApplyPatchServerTool_OpenRouter"),
        (server_tools.tool_search(max_results=3), "ToolSearchServerTool"),
    ],
)
def test_tools_of_the_responses_api(tool, schema):
    check({"$ref": f"urn:openrouter#/components/schemas/{schema}"}, tool)


@pytest.mark.parametrize(
    ("function", "schema"),
    [
        (server_tools.web_search, "WebSearchServerToolConfig"),
        (server_tools.web_fetch, "WebFetchServerToolConfig"),
        (server_tools.advisor, "AdvisorServerToolConfig"),
        (server_tools.subagent, "SubagentServerToolConfig"),
        (server_tools.fusion, "FusionServerToolConfig"),
        (server_tools.shell, "ShellServerToolConfig"),
        (server_tools.apply_patch, "ApplyPatchServerToolConfig"),
        (server_tools.tool_search, "ToolSearchServerToolConfig"),
        (plugins.web, "WebSearchPlugin"),
        (plugins.web_fetch, "WebFetchPlugin"),
        (plugins.auto_router, "AutoRouterPlugin"),
        (plugins.pareto_router, "ParetoRouterPlugin"),
        (plugins.fusion, "FusionPlugin"),
    ],
)
def test_every_argument_is_an_option_of_openrouter(function, schema):
    arguments = set(inspect.signature(function).parameters) - {"more", "beta"}
    assert arguments <= openapi()["components"]["schemas"][schema]["properties"].keys()


def test_are_bound_and_mixed(model, emulator, play):
    def add(a: int) -> int:
        """Add."""
        return a

    play(Answer("Hi!"))
    chat = model(model="openai/gpt-5-mini", plugins=[plugins.file_parser(pdf_engine="native")])
    tools = [server_tools.web_search(max_results=2), add, {"type": "openrouter:datetime"}]
    chat.bind_tools(tools, tool_choice="openrouter:web_search").invoke("hello")
    sent = emulator.requests[-1].json
    assert sent["tools"][0] == {"type": "openrouter:web_search", "parameters": {"max_results": 2}}
    assert sent["tools"][1]["function"]["name"] == "add"
    assert sent["tools"][2] == {"type": "openrouter:datetime"}
    assert sent["tool_choice"] == {"type": "openrouter:web_search"}
    assert sent["plugins"] == [{"id": "file-parser", "pdf": {"engine": "native"}}]
