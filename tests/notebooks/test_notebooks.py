"""Every notebook runs offline from top to bottom, and shows nothing that is nobody's business."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytest.importorskip("nbclient", reason="the notebooks extra is not installed")
pytest.importorskip("ipykernel", reason="the notebooks extra is not installed")

from tests.notebooks.run_all import NOTEBOOKS

PATHS = sorted(NOTEBOOKS.glob("*.ipynb"))


def test_all_run_from_top_to_bottom():
    environment = {name: value for name, value in os.environ.items() if not name.startswith("OPENROUTER_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.notebooks.run_all", "--check"],
        cwd=NOTEBOOKS.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert done.stdout.count(": ok") == len(PATHS) > 0


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_outputs_are_saved_and_clean(path):
    notebook = json.loads(path.read_text())
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert len(notebook["cells"]) < 25
    assert all(cell["execution_count"] for cell in code)
    outputs = json.dumps([cell["outputs"] for cell in code])
    assert not any(secret in outputs for secret in ("sk-or-", str(NOTEBOOKS.parent), "Traceback"))
