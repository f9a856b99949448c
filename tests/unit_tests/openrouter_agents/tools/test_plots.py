import math
import struct
from concurrent.futures import ThreadPoolExecutor

import pytest

from openrouter_agents.tools.plots import PlotError, draw_plot


class _Sly(float):
    def __float__(self):
        raise AssertionError("foreign code ran")


@pytest.mark.parametrize("kind", ["line", "bar", "scatter"])
@pytest.mark.parametrize("x", [[1, 2.5, 3], ["a", "$\\frac{1}{2}$", "日本\x00\ud800"]])
def test_draws_numbers_and_names(kind, x):
    image = draw_plot(kind, x, (1, -2, 1e9), "50% of $x^ & \\input{/etc/passwd}", "x", "y")
    assert image.startswith(b"\x89PNG\r\n\x1a\n")
    assert struct.unpack(">II", image[16:24]) == (640, 480)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"kind": "pie"}, "kind must be one of"),
        ({"kind": ["line"]}, "kind must be one of"),
        ({"x": "123"}, "x must be a list"),
        ({"x": []}, "1 to 10000 items"),
        ({"x": [0] * 10_001}, "1 to 10000 items"),
        ({"x": ["a"] * 201}, "at most 200 strings"),
        ({"x": ["a", 1, 2]}, "each item of x must be a string"),
        ({"x": [1, "a", 2]}, "x must hold finite numbers"),
        ({"x": [1, 2]}, "equally long"),
        ({"y": {1: 2}}, "y must be a list"),
        ({"y": [1, 2, math.nan]}, "y must hold finite numbers"),
        ({"y": [1, 2, math.inf]}, "y must hold finite numbers"),
        ({"y": [1, 2, 10**400]}, "y must hold finite numbers"),
        ({"y": [1, 2, 1e305]}, "y must hold finite numbers"),
        ({"y": [1, 2, True]}, "y must hold finite numbers"),
        ({"y": [1, 2, None]}, "y must hold finite numbers"),
        ({"y": [1, 2, _Sly(3)]}, "y must hold finite numbers"),
        ({"title": 5}, "title must be a string"),
        ({"xlabel": "x" * 201}, "xlabel must be a string of at most 200"),
        ({"ylabel": b"y"}, "ylabel must be a string"),
    ],
)
def test_refuses_what_is_no_chart(arguments, complaint):
    chart = {"kind": "line", "x": [1, 2, 3], "y": [1, 2, 3], "title": "", "xlabel": "", "ylabel": ""}
    with pytest.raises(PlotError, match=complaint):
        draw_plot(**{**chart, **arguments})


def test_draws_in_several_threads_alike():
    with ThreadPoolExecutor(4) as threads:
        images = list(threads.map(lambda n: draw_plot("bar", [1, 2], [n % 2, 3], "", "", ""), range(8)))
    assert len(set(images)) == 2
