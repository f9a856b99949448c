"""The judge of requests: it takes what OpenRouter took, and it fails the tests that send anything else."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from langchain_openrouter.emulator import ReceivedRequest
from tests.openapi import document
from tests.request_judge import judge

ROOT = Path(__file__).parents[2]
EXCHANGES = ROOT / "../shared/traffic/exchanges"
# What others send, and OpenRouter took and nowhere documents; `path: complaint`, the path without its indices.
UNDOCUMENTED = {
    "$: Additional properties are not allowed ('n' was unexpected)",
    "$: Additional properties are not allowed ('transforms' was unexpected)",
    "$: Additional properties are not allowed ('extras' was unexpected)",
    "$.messages: Additional properties are not allowed ('name' was unexpected)",  # a tool's
    "$.messages.tool_calls: Additional properties are not allowed ('index' was unexpected)",
    "$.tool_choice: Additional properties are not allowed ('name' was unexpected)",  # Anthropic's way to say it
}
GOOD = {"model": "a/b", "messages": [{"role": "user", "content": "Hi"}]}
INVALID = pytest.mark.invalid_requests("why").mark


def posted(body, path="/chat/completions"):
    return [ReceivedRequest("POST", f"/api/v1{path}", {}, body)]


def test_it_takes_what_openrouter_took():
    judging = document()
    if not EXCHANGES.exists():
        pytest.skip("The recorded traffic is not beside this checkout (../shared/traffic)")
    exchanges = [json.loads(path.read_bytes()) for path in EXCHANGES.glob("*.json")]
    taken = [one["request"] for one in exchanges if one["response"]["status"] == 200]
    chats = [one["json"] for one in taken if one["path"].endswith("/chat/completions") and one["json"]]
    assert len(chats) > 1000
    problems = {problem for chat in chats for problem in judging.request_problems("/chat/completions", chat)}
    assert {re.sub(r"\[\d+\]", "", problem) for problem in problems} <= UNDOCUMENTED


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"temprature": 1}, "$: Additional properties are not allowed ('temprature' was unexpected)"),
        ({"temperature": "1"}, "$.temperature: '1' is not of type 'number', 'null'"),
        ({"provider": {"ordr": []}}, "$.provider: Additional properties are not allowed ('ordr' was unexpected)"),
        ({"reasoning": {"efort": 1}}, "$.reasoning: Additional properties are not allowed ('efort' was unexpected)"),
        ({"messages": []}, "$.messages: [] should be non-empty"),
        ({"messages": [{"role": "robot"}]}, "$.messages[0]: its 'role' is 'robot', not one of ['assistant', "),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "txt": "Hi"}]}]},
            "$.messages[0].content[0]: 'text' is a required property",
        ),
        ({"plugins": [{"id": "wbe"}]}, "$.plugins[0]: its 'id' is 'wbe', not one of ["),
        ({"tools": [{"type": "function", "function": {}}]}, "$.tools[0].function: 'name' is a required property"),
        (
            {"tools": [{"type": "openrouter:web_search", "parameters": {"engin": "exa"}}]},
            "$.tools[0].parameters: Additional properties are not allowed ('engin' was unexpected)",
        ),
        ({"tools": [{"type": "web_serch"}]}, "$.tools[0]: {'type': 'web_serch'} is not valid under any of the given"),
    ],
)
def test_a_test_that_sends_something_else_fails(change, problem):
    document()
    with pytest.raises(pytest.fail.Exception, match=re.escape(f"POST /chat/completions {problem}")):
        judge(posted({**GOOD, **change}), None)
    judge(posted({**GOOD, **change}), INVALID)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/embeddings", {"model": "a/b", "input": "Hi"}),
        ("/rerank", {"model": "a/b", "query": "Hi", "documents": ["Ho"]}),
        ("/responses", {"model": "a/b", "input": "Hi"}),
    ],
)
def test_every_path_with_a_schema_is_judged(path, body):
    document()
    judge(posted(body, path), None)
    with pytest.raises(pytest.fail.Exception, match=re.escape(f"POST {path} $: Additional properties are not allowed")):
        judge(posted({**body, "of_tomorrow": 1}, path), None)


def test_no_body_is_no_request():
    document()
    with pytest.raises(pytest.fail.Exception, match=re.escape("$: None is not of type 'object'")):
        judge(posted(None), None)


def test_a_marker_that_is_not_needed_fails_the_test():
    document()
    judge(posted(GOOD), None)
    judge(posted(GOOD), pytest.mark.invalid_requests("some cases", sometimes=True).mark)
    with pytest.raises(pytest.fail.Exception, match="take the marker `invalid_requests` away"):
        judge(posted(GOOD), INVALID)


def test_paths_without_a_schema_are_not_judged():
    judge(posted({"any": "thing"}, "/nowhere"), None)


def test_every_test_is_judged(tmp_path):
    document()
    tmp_path.joinpath("test_it.py").write_text("""
def test_wrong(model):
    model(model_kwargs={"temprature": 1}).invoke("Hi")

def test_right(model):
    model().invoke("Hi")
""")
    options = ["-p", "tests.conftest", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    command = [sys.executable, "-m", "pytest", *options, tmp_path]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "'temprature' was unexpected" in run.stdout
    assert "1 failed, 1 passed" in run.stdout
