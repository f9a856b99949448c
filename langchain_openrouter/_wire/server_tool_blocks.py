"""Tools that OpenRouter carried out, as LangChain's standard blocks: what was called, and what came of it.

Chat completions tell of them among the reasoning, the Responses API by items of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from langchain_openrouter._wire.json_text import load_model_json
from langchain_openrouter._wire.types import ReadOnlyWire, Wire, as_object

_PREFIX, _SUFFIX = "openrouter:", "_call"
_PLACES = frozenset({"id", "type", "status", "action", "arguments"})


def translate_detail(detail: ReadOnlyWire, index: str) -> Iterator[Wire]:
    """The blocks of an entry of `reasoning_details`."""
    call_id = str(detail.get("tool_call_id") or detail.get("id") or index)
    name, args = str(detail.get("tool_name") or ""), _arguments(detail.get("arguments"))
    yield _call(call_id, name, args, index)
    if detail.get("result") is not None:
        yield _result(call_id, detail["result"], index)


def translate_items(output: Sequence[object], client_calls: frozenset[str]) -> Iterator[Wire]:
    """The blocks of the items of a response.

    Args:
        output: The items.
        client_calls: Ids of the calls that the client is to carry out.
    """
    for position, item in enumerate(map(as_object, output)):
        kind = str(item.get("type"))
        is_tool = kind.startswith(_PREFIX) or kind.endswith(_SUFFIX)
        if is_tool and str(item.get("call_id") or item.get("id")) not in client_calls:
            yield from _translate_item(item, kind, f"lc_server_tool_{position}")


def _translate_item(item: Wire, kind: str, index: str) -> Iterator[Wire]:
    call_id = str(item.get("id") or index)
    name = kind.removeprefix(_PREFIX).removesuffix(_SUFFIX)
    yield _call(call_id, name, _arguments(item.get("action") or item.get("arguments")), index)
    if rest := {key: value for key, value in item.items() if key not in _PLACES}:
        failed = str(item.get("status")) in {"failed", "incomplete"} or bool(item.get("error"))
        yield _result(call_id, rest, index, failed=failed)


def _call(call_id: str, name: str, args: Wire, index: str) -> Wire:
    return {"type": "server_tool_call", "id": call_id, "name": name, "args": args, "index": f"{index}_call"}


def _result(call_id: str, output: object, index: str, *, failed: bool = False) -> Wire:
    return {
        "type": "server_tool_result",
        "tool_call_id": call_id,
        "status": "error" if failed else "success",
        "output": output,
        "index": f"{index}_result",
    }


def _arguments(wire: object) -> Wire:
    if isinstance(wire, str):
        try:
            wire = load_model_json(wire)
        except ValueError:
            return {"arguments": wire}
    return as_object(wire)
