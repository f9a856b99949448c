"""Names to tools, and the lazy face of the package."""

import subprocess
import sys

import pytest
from langchain_core.tools import BaseTool

from openrouter_agents import tools
from openrouter_agents.tools import TOOL_NAMES, Calculator, ToolNameError, WebSearch, resolve_tools


def test_names_become_tools():
    assert [tool.name for tool in resolve_tools(["web_search", "calculator"])] == ["web_search", "calculator"]


def test_every_known_name_gives_the_tool_of_that_name():
    resolved = resolve_tools(TOOL_NAMES)
    assert [tool.name for tool in resolved] == list(TOOL_NAMES)
    assert all(isinstance(tool, BaseTool) for tool in resolved)


def test_tools_and_functions_are_taken_too():
    def double(number: int) -> int:
        """Doubles a number."""
        return 2 * number

    calculator = Calculator()
    kept, made = resolve_tools([calculator, double])
    assert kept is calculator
    assert made.invoke({"number": 4}) == 8


@pytest.mark.parametrize(
    ("name", "hint"),
    [("calculater", "'calculator'"), ("websearch", "'web_search'"), ("Code-Interpreter", "'code_interpreter'")],
)
def test_an_unknown_name_gets_the_nearest_one(name, hint):
    with pytest.raises(ToolNameError, match=f"no tool '{name}'. Did you mean {hint}?"):
        resolve_tools([name])


def test_an_unknown_name_like_no_other_gets_the_list():
    with pytest.raises(ValueError, match=f"Known tools: {', '.join(TOOL_NAMES)}") as caught:
        resolve_tools(["zzz"])
    assert "Did you mean" not in str(caught.value)


def test_two_tools_of_one_name_are_refused():
    with pytest.raises(ToolNameError, match="2 tools with the name 'web_search'"):
        resolve_tools(["web_search", WebSearch(provider="offline-corpus")])


def test_one_text_is_not_a_list():
    with pytest.raises(ToolNameError, match="Give a list"):
        resolve_tools("calculator")


def test_public_names_are_sorted_and_exist():
    constants = [name for name in tools.__all__ if name.isupper()]
    classes = [name for name in tools.__all__ if not name.isupper() and name[0].isupper()]
    functions = [name for name in tools.__all__ if name[0].islower()]
    assert tools.__all__ == [*sorted(constants), *sorted(classes), *sorted(functions)]
    assert all(hasattr(tools, name) for name in tools.__all__)
    assert set(tools.__all__) <= set(dir(tools))


def test_an_unknown_attribute_is_an_attribute_error():
    with pytest.raises(AttributeError, match="has no attribute 'Nothing'"):
        _ = tools.Nothing


def test_importing_the_package_loads_no_tool():
    code = "import sys, openrouter_agents.tools; print([m for m in sys.modules if 'openrouter_agents.tools.' in m])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
