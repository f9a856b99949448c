"""Programs for questions about data: what to compute from the numbers of a question, as a table, a plot or both."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from langchain_openrouter.emulator.brains.arithmetic import is_expression
from langchain_openrouter.emulator.brains.numerals import find_numbers, spell_digits

_PLOT: Final = re.compile(r"\b(?:plot|chart|graph|draw|visuali[sz]e|histogram)\b", re.IGNORECASE)
_STATISTICS: Final = re.compile(
    r"\b(?:mean|average|median|standard deviation|variance|statistics|summar[iy]\w*|sort|table|percent(?:age)? change|"
    r"change from|growth|trend|cumulative)\b",
    re.IGNORECASE,
)
_CHANGE: Final = re.compile(r"\bchanges?\b|\bgrowth\b|\bincrease\b", re.IGNORECASE)
_PAIR: Final = re.compile(r"\b([^\W\d_][\w-]{1,20})\s*(?:=|:|was|is|with)?\s+(-?\d+(?:\.\d+)?)\b(?!\s*\*\*)")
_FUNCTION: Final = re.compile(
    r"\by\s*=\s*(?P<formula>.+?)\s+(?:for|over|with)\s+x\s+(?:from|between|in)\s+(?P<low>-?[\d.]+)\s+(?:to|and)\s+"
    r"(?P<high>-?[\d.]+)",
    re.IGNORECASE,
)
_NOT_LABELS: Final = frozenset(
    ("to from and of is was were for by with the a an in at x y first last next than").split()
)
_FEWEST_PAIRS: Final = 2
_FORMULA_WORDS: Final = frozenset({"x", "sin", "cos", "tan", "exp", "log", "sqrt", "abs", "pi"})


@dataclass(frozen=True, slots=True)
class Series:
    """The data of a question."""

    labels: tuple[str, ...]
    values: tuple[float, ...]


def is_data_question(text: str) -> bool:
    """Whether a question wants numbers of its own to be worked on: a statistic, a table or a plot."""
    if _PLOT.search(text):
        return bool(_FUNCTION.search(text)) or len(find_numbers(text)) >= _FEWEST_PAIRS
    return bool(_STATISTICS.search(text)) and len(find_numbers(text)) > _FEWEST_PAIRS


def write_program(text: str, description: str) -> str:
    """Write the program for a data question, for the Python that a tool's description tells of.

    Args:
        text: The question.
        description: The tool's description: names matplotlib, or a function `plot(`, or neither.
    """
    style = _style(description)
    function = _FUNCTION.search(text)
    if function and _is_safe_formula(function["formula"]):
        return _function_program(function, style)
    series = read_series(text)
    lines = _table_lines(series, style, changes=bool(_CHANGE.search(text)))
    if _PLOT.search(text):
        lines += _plot_lines(style)
    return "\n".join(lines)


def read_series(text: str) -> Series:
    """Read labels with their numbers, or numbers alone, which are then counted from 1."""
    pairs = [
        (label, float(number))
        for label, number in _PAIR.findall(spell_digits(text))
        if label.lower() not in _NOT_LABELS
    ]
    if len(pairs) >= _FEWEST_PAIRS:
        return Series(tuple(label for label, _ in pairs), tuple(number for _, number in pairs))
    numbers = tuple(float(number) for number in find_numbers(text))
    return Series(tuple(str(at) for at in range(1, len(numbers) + 1)), numbers)


def _style(description: str) -> str:
    if "matplotlib" in description and "plot(kind" not in description:
        return "pandas" if "pandas" in description else "matplotlib"
    return "plot" if "plot(" in description else "plain"


def _is_safe_formula(formula: str) -> bool:
    words = set(re.findall(r"[A-Za-z_]+", formula))
    return words <= _FORMULA_WORDS and (is_expression(re.sub(r"[A-Za-z_]+", "2", formula)) or formula.strip() == "x")


def _table_lines(series: Series, style: str, *, changes: bool) -> list[str]:
    labels, values = list(series.labels), [int(v) if v.is_integer() else v for v in series.values]
    data = [f"labels = {labels!r}", f"values = {values!r}"]
    if style == "pandas":
        return ["import pandas as pd", "", *data, *(_PANDAS_CHANGES if changes else _PANDAS_STATISTICS)]
    return [*data, *(_PLAIN_CHANGES if changes else _PLAIN_STATISTICS)]


_PANDAS_CHANGES: Final = [
    'table = pd.DataFrame({"value": values}, index=labels)',
    'table["change %"] = (table["value"].pct_change() * 100).round(2)',
    "print(table.to_string())",
]
_PANDAS_STATISTICS: Final = [
    'table = pd.DataFrame({"value": values}, index=labels)',
    'statistics = table["value"].agg(["count", "sum", "mean", "median", "std", "min", "max"])',
    "print(statistics.round(6).to_string())",
]
_PLAIN_CHANGES: Final = [
    "before = None",
    "for label, value in zip(labels, values):",
    '    change = "" if before is None else str(round((value - before) / before * 100, 2)) + " %"',
    '    print(label, value, change, sep="\\t")',
    "    before = value",
]
_PLAIN_STATISTICS: Final = [
    "count = len(values)",
    "mean = sum(values) / count",
    "ordered = sorted(values)",
    "median = (ordered[(count - 1) // 2] + ordered[count // 2]) / 2",
    "deviation = (sum([(v - mean) ** 2 for v in values]) / (count - 1)) ** 0.5 if count > 1 else 0.0",
    'print("count", count, sep="\\t")',
    'print("sum", sum(values), sep="\\t")',
    'print("mean", round(mean, 6), sep="\\t")',
    'print("median", median, sep="\\t")',
    'print("std", round(deviation, 6), sep="\\t")',
    'print("min", min(values), sep="\\t")',
    'print("max", max(values), sep="\\t")',
]


def _plot_lines(style: str) -> list[str]:
    if style in {"pandas", "matplotlib"}:
        return [
            "",
            "import matplotlib.pyplot as plt",
            "",
            "figure, axes = plt.subplots(figsize=(7, 4))",
            'axes.bar(labels, values, color="#4f46e5")',
            "axes.set_ylim(bottom=min(0, min(values)))",
            "axes.bar_label(axes.containers[0])",
            'axes.spines[["top", "right"]].set_visible(False)',
            "figure.tight_layout()",
            'figure.savefig("plot.png", dpi=120)',
        ]
    return ['plot("bar", labels, values)'] if style == "plot" else []


def _function_program(function: re.Match[str], style: str) -> str:
    formula, low, high = function["formula"].strip(), function["low"], function["high"]
    names = "sin, cos, tan, exp, log, sqrt, pi"
    lines = [
        f"from math import {names}",
        "",
        f"low, high = {float(low)!r}, {float(high)!r}",
        "xs = [low + (high - low) * step / 100 for step in range(101)]",
        f"ys = [{formula} for x in xs]",
        "for step in range(0, 101, 10):",
        '    print(round(xs[step], 6), round(ys[step], 6), sep="\\t")',
    ]
    if style in {"pandas", "matplotlib"}:
        lines += [
            "",
            "import matplotlib.pyplot as plt",
            "",
            "figure, axes = plt.subplots(figsize=(7, 4))",
            "axes.plot(xs, ys)",
            f'axes.set(xlabel="x", ylabel="y", title={"y = " + formula!r})',
            'figure.savefig("plot.png", dpi=120)',
        ]
    elif style == "plot":
        lines.append(f'plot("line", xs, ys, title={"y = " + formula!r}, xlabel="x", ylabel="y")')
    return "\n".join(lines)
