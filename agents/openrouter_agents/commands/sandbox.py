"""`openrouter-agent sandbox`: where model-written code can run on this machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from openrouter_agents.commands.json_output import JsonOption, print_json
from openrouter_agents.session import session

if TYPE_CHECKING:
    from rich.table import Table

sandboxes = typer.Typer(help="Show what can run model-written code on this machine.", no_args_is_help=True)


@dataclass(frozen=True)
class _Found:
    """A sandbox, and whether it works here."""

    name: str
    works: bool
    reason: str
    """What is missing and what to do; empty where it works."""

    taken: bool
    """Whether `CodeInterpreter()` takes it."""


@sandboxes.command("list")
def list_sandboxes(*, as_json: JsonOption = False) -> None:
    """Try every sandbox, and say which ones work, which one is taken, and what the others need."""
    with session():
        found = _find()
        if as_json:
            print_json({"sandboxes": [vars(sandbox) for sandbox in found]})
            return
        from openrouter_agents.console import make_table_console

        make_table_console().print(_table(found))


@sandboxes.command("warmup")
def warm_up() -> None:
    """Compile the WebAssembly runtime for this machine, once: about a minute, and 3 GB of memory while it lasts."""
    with session():
        from openrouter_agents.console import make_console
        from openrouter_agents.tools.wasi_preparation import cache_folder, is_prepared, prepare

        console = make_console()
        if is_prepared():
            console.print("wasi is ready: nothing to do")
            return
        with console.status("Compiling the WebAssembly runtime ...") as status:
            prepare(lambda passed: status.update(f"Compiling the WebAssembly runtime ... {passed:.0f} s"))
        console.print(f"wasi is ready; its runtime is kept in {cache_folder()}", soft_wrap=True)


def _find() -> list[_Found]:
    from openrouter_agents.tools.sandbox_backends import BACKENDS, BEST_FIRST, named_sandbox

    probes = {name: named_sandbox(name).probe() for name in BACKENDS}
    taken = next((name for name in BEST_FIRST if probes[name].ok), None)
    return [_Found(name, probe.ok, probe.reason, name == taken) for name, probe in probes.items()]


def _table(found: Sequence[_Found]) -> Table:
    from rich.table import Table

    table = Table("sandbox", "works here", "")
    for sandbox in found:
        note = "taken by default" if sandbox.taken else sandbox.reason
        table.add_row(sandbox.name, "yes" if sandbox.works else "no", note, style="" if sandbox.works else "dim")
    return table
