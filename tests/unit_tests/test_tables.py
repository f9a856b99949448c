"""Models as a table, in a notebook and in a terminal."""

from __future__ import annotations

import io
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from rich.console import Console

from langchain_openrouter.model_list import ModelList, parse_models

MODELS = parse_models(
    [
        {
            "id": "acme/<script>alert('\"')</script>",
            "context_length": 1_000_000,
            "pricing": {"prompt": "0.0000001", "completion": "0.0001"},
            "supported_parameters": ["tools"],
            "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
        },
        {"id": "openrouter/auto[red]", "pricing": {"prompt": "-1", "completion": "-1"}},
    ]
)


class Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.tags, self.cells, self.sorted_by = [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "td":
            self.cells.append("")
            self.sorted_by.append(dict(attrs)["data-v"])

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data


def test_html():
    reader = Reader()
    reader.feed(MODELS._repr_html_())
    assert set(reader.tags) == {"table", "thead", "tbody", "tr", "th", "td"}
    assert reader.cells[:8] == [MODELS[0].id, "1,000,000", "0.1", "100", "text image", "text", "yes", ""]
    assert reader.cells[8:] == [MODELS[1].id, "?", "?", "?", "", "", "", ""]
    assert reader.sorted_by[1:4] == ["1000000", "0.1", "100"]
    assert reader.sorted_by[9:12] == ["", "", ""]


def test_rich():
    output = io.StringIO()
    Console(file=output, width=200).print(MODELS)
    text = output.getvalue()
    assert all(part in text for part in ("2 models", "1,000,000", "acme/<script>", "auto[red]"))


def test_no_models():
    assert "<tbody></tbody>" in ModelList()._repr_html_()


@pytest.mark.parametrize("module", ["rich", "langchain_openrouter._tables"])
def test_nothing_of_it_is_loaded_before_a_table_is_shown(module):
    script = "import sys, langchain_openrouter.model_list; print(sys.argv[1] in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, module], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
