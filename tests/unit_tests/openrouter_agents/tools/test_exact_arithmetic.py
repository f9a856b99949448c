"""The engine of the calculator, judged by Python's own integers and fractions and by mpmath."""

import math
import pickle
import sys
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction

import mpmath
import pytest
from calculation_problems import check_problem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrouter_agents.tools.exact_arithmetic import CalculationError, calculate

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

EXACT = {
    "2**64 - 1": "18446744073709551615",
    "0.1 + 0.2": "0.3",
    "1e308 * 10": "1" + "0" * 309,
    "19.99 * 3": "59.97",
    "1/3 + 1/6": "0.5",
    "1/3": "1/3 = 0.33333333333333333333 (about)",
    "-100/7": "-100/7 = -14.285714285714285714 (about)",
    "-1/8": "-0.125",
    "1.5e-3": "0.0015",
    ".5 + 5.": "5.5",
    "2 + 3 * 4 - 10 / 5": "12",
    "2^10": "1024",
    "-2^2": "-4",
    "(-2)^2": "4",
    "2^-1": "0.5",
    "2^3^2": "512",
    "2**-3**2": "0.001953125",
    "--5": "5",
    "17 // 5": "3",
    "-17 // 5": "-4",
    "0^0": "1",
    "15% * 80": "12",
    "15% of 80": "12",
    "200 + 10%": "220",
    "200 - 10%": "180",
    "200 + -10%": "180",
    "200 + (10%)": "200.1",
    "200 * 10%": "20",
    "100 + 10% + 10%": "121",
    "50% + 25%": "0.75",
    "100% - 20%": "0.8",
    "200-10%-5%": "171",
    "7%%": "0.0007",
    "17 % 5": "2",
    "-7 % 3": "2",
    "17 mod 5": "2",
    "mod(-7, 3)": "2",
    "mod(7.5, 2)": "1.5",
    "2 x 3": "6",
    "2x3": "6",
    "2X3": "6",
    "2 \u00d7 3 \u00f7 4 \u2212 1": "0.5",
    "2\u00b73": "6",
    "2(3 + 4)": "14",
    "(1 + 2)(3 + 4)": "21",
    "2 sqrt(9)": "6",
    "2^3(4)": "32",
    "\uff11\uff12\uff0b\uff13": "15",
    "5\u00b2": "25",
    "2\u207b\u00b9\u2070": "0.0009765625",
    "-2\u00b2": "-4",
    "√16": "4",
    "√(9 + 16)": "5",
    "2√9": "6",
    "√4^2": "4",
    "√√16": "2",
    "∛27": "3",
    "½ + ¼": "0.75",
    "2½": "2.5",
    "2 1/2": "2.5",
    "5‰": "0.005",
    "15 percent of 80": "12",
    "200 plus 10 percent": "220",
    "3 squared + 2 cubed": "17",
    "1'234'567 + 1": "1234568",
    "1 000 000 + 1": "1000001",
    "12,34,567": "1234567",
    "5 300": "5300",
    "np.sqrt(16) + statistics.mean(1, 3)": "6",
    "average(1, 2)": "1.5",
    "nCr(5, 2) + nPr(5, 2)": "30",
    "count(3, 4, 5)": "3",
    "mode(1, 2, 2, 3)": "2",
    "range(3, 9, 4)": "6",
    "variance(1, 2, 3, 4)": "5/3 = 1.6666666666666666667 (about)",
    "pvariance(1, 2, 3, 4)": "1.25",
    "pstdev(2, 4, 4, 4, 5, 5, 7, 9)": "2",
    "geomean(2, 8)": "4",
    "harmmean(40, 60)": "48",
    "rms(1, 7)": "5",
    "iqr(1, 2, 3, 4, 5)": "2",
    "percentile([1, 2, 3, 4, 5], 90)": "4.6",
    "wmean([80, 90], [1, 3])": "87.5",
    "cov([1, 2, 3], [2, 4, 6])": "2",
    "corr([1, 2, 3], [6, 4, 2])": "-1",
    "slope([0, 1, 2], [1, 3, 5])": "2",
    "intercept([0, 1, 2], [1, 3, 5])": "1",
    "255 to hex": "0xff",
    "-255 in hexadecimal": "-0xff",
    "10 to binary": "0b1010",
    "8 to octal": "0o10",
    "0xff to decimal": "255",
    "255 to base 36": "73 (base 36)",
    "0 to base 3": "0 (base 3)",
    "hex(10) + 1": "11",
    'frombase("zz", 36)': "1295",
    "int('-ff', 16)": "-255",
    "0.375 to fraction": "3/8",
    "4 to fraction": "4",
    "0.125 to percent": "12.5%",
    "1/3 to %": "33.333333333333333333% (about; exactly 100/3%)",
    "50% to fraction": "1/2",
    "1,234,567 + 1": "1234568",
    "1,234.5": "1234.5",
    "1_000_000": "1000000",
    "1\u202f000\u00a0000": "1000000",
    "max(1,234)": "234",
    "max((1,234), 5)": "1234",
    "0xff": "255",
    "0b101 + 0o17": "20",
    "5!": "120",
    "3!^2": "36",
    "-3!": "-6",
    "factorial(0)": "1",
    "comb(52, 5)": "2598960",
    "comb(2, 5)": "0",
    "perm(5, 2)": "20",
    "perm(5)": "120",
    "gcd(12, 18, 27)": "3",
    "lcm(4, 6)": "12",
    "pow(2, 100000, 97)": "61",
    "pow(3, -1, 7)": "5",
    "pow(2, 8)": "256",
    "2**100000 % 97": "61",
    "sqrt(144)": "12",
    "sqrt(16/9)": "4/3 = 1.3333333333333333333 (about)",
    "sqrt(0.25)": "0.5",
    "cbrt(-27)": "-3",
    "root(81, 4)": "3",
    "root(-32, 5)": "-2",
    "27^(2/3)": "9",
    "4^0.5": "2",
    "0.25^-0.5": "2",
    "log(8, 2)": "3",
    "log2(1/8)": "-3",
    "log10(1000)": "3",
    "ln(1)": "0",
    "exp(0) + cos(0) + sin(0)": "2",
    "abs(-3.5)": "3.5",
    "sign(-2) + sign(0) + sign(9)": "0",
    "min(3, 1/2, 2)": "0.5",
    "max([3, 1, 2])": "3",
    "sum(1, 2, 3.5)": "6.5",
    "prod(1, 2, 3, 4)": "24",
    "mean([1, 2, 4])": "7/3 = 2.3333333333333333333 (about)",
    "median(3, 1, 2)": "2",
    "median(4, 1, 2, 3)": "2.5",
    "hypot(3, 4)": "5",
    "floor(-2.5)": "-3",
    "ceil(2.1)": "3",
    "trunc(-2.9)": "-2",
    "round(2.5)": "3",
    "round(-2.5)": "-3",
    "round(2.675, 2)": "2.68",
    "round(1250, -2)": "1300",
    "round(sqrt(2), 4)": "1.4142",
    "floor(sqrt(2)^2)": "2",
    "floor(2 - 1e-200 * pi)": "1",
    "math.sqrt(16) + Math.Floor(1.5)": "5",
    "MAX(1, 2)": "2",
    "factorial(1000) / factorial(998)": "999000",
    " \n7\t": "7",
}

ROUNDED = {
    "sqrt(2)": "1.4142135623730950488016887242096980785696718753769",
    "pi": "3.1415926535897932384626433832795028841971693993751",
    "\u03c0 * 2 - \u03c4": "0",
    "sin(pi/6)": "0.5",
    "sin(30°)": "0.5",
    "sin(pi)": "0",
    "sin(pi) + 5": "5",
    "cos(pi/2)": "0",
    "tan(45°)": "1",
    "degrees(pi)": "180",
    "sqrt(2)^2 - 2": "0",
    "ln(e)": "1",
    "log(pi^2, pi)": "2",
    "asin(sqrt(2)^2 / 2) - pi/2": "0",
    "(1e60 + pi) - 1e60": "3.1415926535897932384626433832795028841971693993751",
    "5 + ((1e300 + pi) - 1e300)": "8.1415926535897932384626433832795028841971693993751",
    "tan(pi/2 + 1e-200)": "-1e+200",
    "sin(1e-2000)": "1e-2000",
    "2^0.5 * 2^0.5": "2",
    "2^1000000": "9.9006562292958982506979236163019032507336242417876e+301029",
}

PROBLEMS = {
    "": ("empty", 0),
    "   ": ("empty", 3),
    "1/0": ("Division by zero", 1),
    "1/(2-2)": ("Division by zero", 1),
    "5 % 0": ("Division by zero", 2),
    "0^-1": ("Division by zero", 1),
    "pow(2, 3, 0)": ("Division by zero", 0),
    "1 +": ("number is missing", 3),
    "(1 + 2": ("never closed", 0),
    "1 + 2)": ("closes nothing", 5),
    "()": ("number is missing", 1),
    "1 2": ("operator is missing", 2),
    "pi(3)": ("operator is missing", 2),
    "6/2(3)": ("two ways", 3),
    "6 % 2(3)": ("two ways", 5),
    "sqr(4)": ("did you mean sqrt", 0),
    "sqrt 4": ("in parentheses", 0),
    "5 apples": ("no function, constant or unit", 2),
    "1.234.567": ("commas between thousands", 0),
    "1.234,5": ("commas between thousands", 0),
    "mean(100 200)": ("operator is missing", 9),
    "12:30": ("Times of day", 2),
    "mode(1, 1, 2, 2)": ("no single mode", 0),
    "variance(4)": ("two numbers", 0),
    "percentile(50, [1, 2])": ("lists in brackets: percentile([1, 2, 3], 50)", 0),
    "corr([1, 2], [1, 2, 3])": ("same length", 0),
    "corr([1, 1], [1, 2])": ("no correlation", 0),
    "percentile([1, 2], 101)": ("from 0 to 100", 0),
    "harmmean(1, 0)": ("above 0", 0),
    "hex(1.5)": ("whole", 0),
    "base(10, 37)": ("from 2 to 36", 0),
    "10 to base 1": ("from 2 to 36", 3),
    'frombase("19", 8)': ("not digits of base 8", 0),
    "frombase(19, 8)": ("in quotes", 0),
    "'ff'": ("Text", 0),
    "sqrt(2) to fraction": ("irrational", 8),
    "5 to 3": ("After 'to' comes", 2),
    "x": ("number is missing", 0),
    "max()": ("number is missing", 4),
    "sqrt(1,234)": ("takes 1 number, not 2", 0),
    "root(4)": ("takes 2 numbers, not 1", 0),
    "log(1, 2, 3)": ("takes 1 to 2 numbers", 0),
    "1,23 + 4": ("group thousands", 1),
    "1,2345": ("group thousands", 1),
    "2 + 2 =": ("without '='", 6),
    "3 != 4": ("Comparisons", 2),
    "3 < 4": ("Comparisons", 2),
    "5!!": ("ambiguous", 1),
    "10 % -3": ("two ways", 3),
    "∞ + 1": ("Infinity", 0),
    "'a' * 3": ("Text", 0),
    "1 @ 2": ("'@' is not part", 2),
    "1 \u200b+ 2": ("U+200B", 2),
    "\u0663 + 1": ("is not part", 0),
    "sqrt(-4)": ("not a real number", 0),
    "(-8)^(1/3)": ("cbrt", 4),
    "log(0)": ("above 0", 0),
    "log(5, 1)": ("base", 0),
    "asin(2)": ("from -1 to 1", 0),
    "tan(pi/2)": ("tangent is not defined", 0),
    "2.5!": ("whole number", 3),
    "factorial(-1)": ("not negative", 0),
    "gcd(1.5, 2)": ("whole", 0),
    "comb(-1, 2)": ("not negative", 0),
    "root(4, 0)": ("index", 0),
    "pow(2, -1, 4)": ("no inverse", 0),
    "floor(exp(10000))": ("more digits", 0),
    "(1e3000 + pi) - 1e3000": ("cannot be settled", 0),
    "1e20001": ("out of range", 0),
}


@pytest.mark.parametrize(("expression", "expected"), EXACT.items())
def test_exact_results(expression, expected):
    assert calculate(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), ROUNDED.items())
def test_irrational_results_say_that_they_are_rounded(expression, expected):
    assert calculate(expression) == f"{expected} (rounded to 50 digits)"


@pytest.mark.parametrize(("expression", "expected"), PROBLEMS.items())
def test_problems_say_what_is_wrong_and_where(expression, expected):
    check_problem(expression, *expected)


def test_the_caret_stands_under_the_problem():
    with pytest.raises(CalculationError) as caught:
        calculate("1 + 2/(3-3)")
    assert str(caught.value) == "Division by zero.\n  1 + 2/(3-3)\n       ^"


def test_a_long_expression_is_shown_around_the_problem():
    with pytest.raises(CalculationError) as caught:
        calculate("1+" * 200 + "1/0" + "+1" * 200)
    _, shown, caret = str(caught.value).splitlines()
    assert len(shown) < 80
    assert shown.strip().startswith("...")
    assert shown.endswith("...")
    assert shown[caret.index("^")] == "/"


def test_errors_survive_pickling():
    with pytest.raises(CalculationError) as caught:
        calculate("1/0")
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


@unhurried
@given(st.integers(), st.integers())
def test_integers_agree_with_python(a, b):
    assert calculate(f"({a}) + ({b})") == str(a + b)
    assert calculate(f"({a}) - ({b})") == str(a - b)
    assert calculate(f"({a}) * ({b})") == str(a * b)
    if b:
        assert calculate(f"({a}) // ({b})") == str(a // b)
        assert calculate(f"mod({a}, {b})") == str(a % b)
        assert calculate(f"gcd({a}, {b})") == str(math.gcd(a, b))


@unhurried
@given(st.integers(-1000, 1000), st.integers(0, 200))
def test_powers_of_integers_agree_with_python(a, n):
    assert calculate(f"({a})^{n}") == str(a**n)


@unhurried
@given(st.fractions(), st.fractions())
def test_fractions_agree_with_python(a, b):
    assert _value(calculate(f"({a}) + ({b})")) == a + b
    assert _value(calculate(f"({a}) * ({b})")) == a * b
    if b:
        assert _value(calculate(f"({a}) / ({b})")) == a / b
    assert _value(calculate(f"max({a}, {b})")) == max(a, b)


@unhurried
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**15), max_value=10**15, places=6))
def test_decimals_are_read_and_written_exactly(number):
    assert Decimal(calculate(f"({number:f})")) == number


@unhurried
@given(st.fractions(min_value=-(10**6), max_value=10**6, max_denominator=1000), st.integers(-3, 6))
def test_rounding_is_half_away_from_zero(number, places):
    scaled = abs(number) * Fraction(10) ** places
    expected = Fraction(math.floor(scaled + Fraction(1, 2))) / Fraction(10) ** places
    assert _value(calculate(f"round({number}, {places})")) == (expected if number >= 0 else -expected)


@unhurried
@given(st.integers(0, 300), st.integers(0, 300))
def test_counting_agrees_with_python(n, k):
    assert calculate(f"comb({n}, {k})") == str(math.comb(n, k))
    assert calculate(f"perm({n}, {k})") == str(math.perm(n, k))
    assert calculate(f"{n}!") == str(math.factorial(n))


@pytest.mark.parametrize("name", ["sqrt", "cbrt", "exp", "log", "sin", "cos", "tan", "atan", "sinh", "cosh", "tanh"])
@unhurried
@given(number=st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=10_000))
def test_functions_agree_with_mpmath(name, number):
    _assert_close(calculate(f"{name}({number})"), _judge(name, number))


@pytest.mark.parametrize("name", ["asin", "acos"])
@unhurried
@given(number=st.fractions(min_value=-1, max_value=1))
def test_inverse_functions_agree_with_mpmath(name, number):
    _assert_close(calculate(f"{name}({number})"), _judge(name, number))


@unhurried
@given(
    st.fractions(min_value=Fraction(1, 100), max_value=100, max_denominator=100),
    st.fractions(min_value=-20, max_value=20, max_denominator=20),
)
def test_powers_agree_with_mpmath(base, exponent):
    with mpmath.workdps(120):
        expected = mpmath.power(_real(base), _real(exponent))
    _assert_close(calculate(f"({base})^({exponent})"), expected)


@unhurried
@given(st.text(max_size=60))
def test_any_text_is_answered_or_refused(text):
    _answer_or_refuse(text)


@unhurried
@given(st.lists(st.sampled_from([*"0123456789.,+-*/^%!()[]x°e ", "sqrt(", "log(", "max(", "pi", "mod"]), max_size=30))
def test_any_mixture_of_signs_is_answered_or_refused(parts):
    _answer_or_refuse("".join(parts))


@pytest.mark.parametrize("expression", ["2^20000", "factorial(2000)", "10^9999", "3^-9000", "7^5100 / 11^4000"])
def test_python_s_limit_for_long_integers_is_not_met(expression):
    assert sys.get_int_max_str_digits() == 4300
    assert len(calculate(expression)) > 50


def test_results_longer_than_ten_thousand_digits_are_rounded_and_say_so():
    assert calculate("10^10000") == "1e+10000 (about; the exact integer has 10,001 digits)"
    assert calculate("2^120000").endswith("e+36123 (about; the exact integer has 36,124 digits)")


def test_integers_longer_than_are_kept_are_rounded():
    assert calculate("2^200000").endswith("e+60205 (rounded to 50 digits)")


def test_threads_do_not_disturb_each_other():
    expressions = [*EXACT, *ROUNDED] * 3
    alone = [calculate(expression) for expression in expressions]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(calculate, expressions)) == alone


def test_other_users_of_mpmath_keep_their_precision():
    with mpmath.workdps(33):
        calculate("sin(1) + (1e300 + pi) - 1e300")
        assert mpmath.mp.dps == 33


def _answer_or_refuse(text):
    refusal = None
    try:
        answer = calculate(text)
    except CalculationError as error:
        refusal = error
    if refusal is None:
        assert 0 < len(answer) < 12_000
    else:
        assert 0 <= refusal.position <= len(text)
        assert refusal.message.endswith((".", "?"))


def _value(text):
    return Fraction(text.split()[0])


def _real(fraction):
    return mpmath.mpf(fraction.numerator) / fraction.denominator


def _judge(name, number):
    with mpmath.workdps(120):
        return getattr(mpmath, name)(_real(number))


def _assert_close(text, expected):
    with mpmath.workdps(120):
        found = mpmath.mpf(Fraction(text.split()[0]).numerator) / Fraction(text.split()[0]).denominator
        assert abs(found - expected) <= abs(expected) * mpmath.mpf(10) ** -49
