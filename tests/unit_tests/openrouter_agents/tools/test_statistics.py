"""The calculator's statistics and bases, judged by Python's statistics module, numpy and int()."""

import math
import statistics
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrouter_agents.tools.exact_arithmetic import calculate

unhurried = settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow])
numbers = st.lists(st.fractions(min_value=-1000, max_value=1000, max_denominator=50), min_size=2, max_size=12)
pairs = st.lists(st.tuples(st.integers(-100, 100), st.integers(-100, 100)), min_size=2, max_size=10)


@pytest.mark.parametrize(
    ("name", "judge"),
    [
        ("mean", statistics.mean),
        ("median", statistics.median),
        ("variance", statistics.variance),
        ("pvariance", statistics.pvariance),
    ],
)
@unhurried
@given(values=numbers)
def test_exact_statistics_are_those_of_python(name, judge, values):
    assert _value(calculate(f"{name}({_list(values)})")) == judge(values)


@pytest.mark.parametrize(("name", "judge"), [("stdev", statistics.variance), ("pstdev", statistics.pvariance)])
@unhurried
@given(values=numbers)
def test_the_square_of_a_deviation_is_the_variance(name, judge, values):
    assert math.isclose(_value(calculate(f"{name}({_list(values)})")) ** 2, judge(values), rel_tol=1e-40, abs_tol=0)


@unhurried
@given(values=numbers, share=st.integers(0, 100))
def test_percentiles_are_those_of_numpy(values, share):
    expected = np.percentile([float(value) for value in values], share)
    assert math.isclose(_value(calculate(f"percentile([{_list(values)}], {share})")), expected, abs_tol=1e-9)


@unhurried
@given(points=pairs)
def test_lines_and_correlations_are_those_of_python(points):
    xs, ys = zip(*points, strict=True)
    lists = f"([{_list(xs)}], [{_list(ys)}])"
    assert math.isclose(_value(calculate("cov" + lists)), statistics.covariance(xs, ys), abs_tol=1e-9)
    if len(set(xs)) > 1:
        line = statistics.linear_regression(xs, ys)
        assert math.isclose(_value(calculate("slope" + lists)), line.slope, abs_tol=1e-9)
        assert math.isclose(_value(calculate("intercept" + lists)), line.intercept, abs_tol=1e-9)
        if len(set(ys)) > 1:
            assert math.isclose(_value(calculate("corr" + lists)), statistics.correlation(xs, ys), abs_tol=1e-9)


@unhurried
@given(values=st.lists(st.integers(1, 1000), min_size=1, max_size=8))
def test_other_means_are_those_of_python(values):
    assert math.isclose(_value(calculate(f"geomean({_list(values)})")), statistics.geometric_mean(values))
    assert _value(calculate(f"harmmean({_list(values)})")) == statistics.harmonic_mean([Fraction(v) for v in values])


@unhurried
@given(number=st.integers(-(10**30), 10**30), base=st.integers(2, 36))
def test_digits_of_any_base_are_read_as_they_are_written(number, base):
    digits = calculate(f"({number}) to base {base}").split()[0]
    assert int(digits, base if base not in {2, 8, 16} else 0) == number
    assert calculate(f'frombase("{np.base_repr(number, base)}", {base})') == str(number)


def _list(values):
    return ", ".join(f"({value})" for value in values)


def _value(text):
    return Fraction(text.split()[0])
