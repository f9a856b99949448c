"""Rewrites a program so that monty hands back text, and turns monty's errors into short tracebacks."""

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from .sandbox import ERROR_CHARS, VALUE_CHARS

if TYPE_CHECKING:
    from pydantic_monty import Frame, MontyError

_VALUE = "__value__"
_SHOWN_FRAMES = 12


def feed_name(index: int) -> str:
    """Say the file name that frames of a session's n-th program carry; the first is 0."""
    return f"<python-input-{index}>"


def with_value_as_text(code: str) -> str:
    """Make the program end in the text of its last expression, one character over the limit at most.

    The text is made inside, within the sandbox's limits: a value which crosses as an object is rebuilt in the memory
    of the host, which no limit guards. Lines keep their numbers.
    """
    last = _last_expression(code)
    if last is None or last.end_lineno is None or last.end_col_offset is None:
        return f"{code}\nNone"
    lines = code.encode("utf-8", "replace").splitlines(keepends=True)
    start = sum(map(len, lines[: last.lineno - 1])) + last.col_offset
    end = sum(map(len, lines[: last.end_lineno - 1])) + last.end_col_offset
    source = b"".join(lines)
    rewritten = source[:start] + f"{_VALUE} = (".encode() + source[start:end] + b")" + source[end:]
    return f"{rewritten.decode()}\nNone if {_VALUE} is None else repr({_VALUE})[:{VALUE_CHARS + 1}]"


def own_traceback(problem: "MontyError", sources: Mapping[str, str]) -> str:
    """Write an error as CPython would, with the lines which the model wrote.

    Args:
        problem: What monty raised.
        sources: The session's programs by the name which monty gives them, `feed_name(0)` the first.
    """
    from pydantic_monty import MontyRuntimeError, MontySyntaxError

    name = type(problem.exception()).__name__
    message = f"{name}: {problem}" if not str(problem).startswith(name) else str(problem)
    if not isinstance(problem, MontyRuntimeError | MontySyntaxError):
        return message[:ERROR_CHARS]
    frames = problem.traceback()
    shown = frames if len(frames) <= _SHOWN_FRAMES else [*frames[:2], *frames[2 - _SHOWN_FRAMES :]]
    lines = ["Traceback (most recent call last):"] if frames else []
    for frame in shown:
        lines += _frame_lines(frame, sources)
    return "\n".join([*lines, message])[:ERROR_CHARS]


def _last_expression(code: str) -> ast.Expr | None:
    try:
        tree = compile(code, "<code>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # monty says what is wrong with it
    last = tree.body[-1] if isinstance(tree, ast.Module) and tree.body else None
    return last if isinstance(last, ast.Expr) else None


def _frame_lines(frame: "Frame", sources: Mapping[str, str]) -> list[str]:
    where = f'  File "{frame.filename}", line {frame.line}'
    if frame.function_name:
        where += f", in {frame.function_name}"
    source = sources.get(frame.filename, "").split("\n")
    written = source[frame.line - 1].strip() if frame.line <= len(source) else ""
    return [where, f"    {written}"] if written else [where]
