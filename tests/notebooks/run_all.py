"""Runs every notebook from top to bottom: `python -m tests.notebooks.run_all [--check]` (`--check` saves nothing)."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def run(path: Path, *, save: bool) -> None:
    """Run one notebook; a cell that raises ends it with its traceback."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(
        notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": path.parent}}
    ).execute()
    if save:
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)
        nbformat.write(notebook, path)


def main() -> None:
    """Run them all."""
    for path in sorted(NOTEBOOKS.glob("*.ipynb")):
        run(path, save="--check" not in sys.argv)
        print(f"{path.name}: ok")  # noqa: T201 - a script's report


if __name__ == "__main__":
    main()
