"""Amounts of units, money and temperatures in the calculator, judged by pint."""

import subprocess
import sys
from fractions import Fraction

import pint
import pytest
from calculation_problems import check_problem
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from openrouter_agents.tools.exact_arithmetic import calculate

unhurried = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
judge = pint.UnitRegistry()

KINDS = [
    "meter km mile inch foot yard nautical_mile light_year angstrom",
    "kilogram pound ounce stone tonne carat",
    "liter gallon cup teaspoon fluid_ounce m^3 barrel",
    "joule kWh calorie BTU electron_volt",
    "pascal psi bar atm mmHg",
    "m/s km/h mph knot",
    "byte bit kilobyte MiB gigabit",
    "degC degF kelvin",
    "watt horsepower kilowatt",
    "second minute hour day week",
]

RESULTS = {
    "5 km + 300 m": "5.3 km",
    "300 m + 5 km": "5300 m",
    "100 km / 2 h": "50 km/h",
    "100 km/h * 2 h": "200 km",
    "100 kilometers per hour * 90 min to km": "150 km",
    "3 m * 4 m": "12 m^2",
    "(3 m)^2 + 1 m²": "10 m^2",
    "sqrt(16 m^2)": "4 m",
    "5 km / 1000 m": "5",
    "9.81 m/s^2 * 75 kg to N": "735.75 N",
    "1 GB / 100 Mbps to s": "80 s",
    "5 ft 3 in to cm": "160.02 cm",
    "5'10\" to cm": "177.8 cm",
    "12 in in cm": "30.48 cm",
    "-5 ft 6 in": "-5.5 ft",
    "1 h 30 min to minutes": "90 minutes",
    "1/2 inch in mm": "12.7 mm",
    "2½ inch to mm": "63.5 mm",
    "2 1/2 hours to minutes": "150 minutes",
    "2 cubic meters to liters": "2000 liters",
    "10000 cm2 to m2": "1 m^2",
    "6 sq ft to m^2": "0.55741824 m^2",
    "8 fl oz to ml": "236.5882365 ml",
    "70 kilos to kg": "70 kg",
    "100 Mb to MB": "12.5 MB",
    "30 mpg to mile/gallon": "30 mile/gallon",
    "1 mile to km": "1.609344 km",
    "1 km to miles": "0.62137119223733396962 miles (about; exactly 15625/25146 miles)",
    "72 °F to °C": "22.222222222222222222 °C (about; exactly 200/9 °C)",
    "72 F to C": "22.222222222222222222 °C (about; exactly 200/9 °C)",
    "37℃ to fahrenheit": "98.6 °F",
    "-40 °C to °F": "-40 °F",
    "300 K to °C": "26.85 °C",
    "20 °C + 5 °C": "25 °C",
    "20 °C + 5 K": "25 °C",
    "5 K + 20 °C": "25 °C",
    "20 °C - 5 K": "15 °C",
    "30 °C - 68 °F": "10 Δ°C",
    "(30 °C - 20 °C) to °F": "18 Δ°F",
    "mean(20 °C, 22 °C)": "21 °C",
    "4.184 J/(g*°C) * 100 g * (30 °C - 20 °C) to kJ": "4.184 kJ",
    "sin(30 degrees)": "0.5 (rounded to 50 digits)",
    "60 rpm to turn/s": "1 turn/s (rounded to 50 digits)",
    "pi rad to degrees": "180 degrees (rounded to 50 digits)",
    "90° to degrees": "90 degrees (rounded to 50 digits)",
    "5 ppm to %": "0.0005%",
    "max(1 mile, 1 km)": "1 mile",
    "mean(5 km, 300 m)": "2.65 km",
    "stdev(1 m, 3 m, 2 m)": "1 m",
    "count(1 m, 2 m)": "2",
    "round(3.14159 m, 2)": "3.14 m",
    "floor(3.7 km)": "3 km",
    "5 km // 300 m": "16",
    "5 km mod 300 m": "0.2 km",
    "10% of 5 km": "0.5 km",
    "5 km + 10%": "5.5 km",
    "$1,234.50 + 8.25%": "1336.34625 $",
    "$100 / 8": "12.5 $",
    "$30/h * 8 h": "240 $",
    "$100 / $20": "5",
    "20% of $80": "16 $",
    "5 € + 2.50 €": "7.5 €",
    "USD 50 + 25 USD": "75 USD",
    "$1,000 + 500": "1500 $",
    "£19.99 * 3": "59.97 £",
}

PROBLEMS = {
    "5 km + 3 kg": ("measure different things", 5),
    "5 m + 3": ("do not go together", 4),
    "5 kg to m": ("kg and m measure different things", 5),
    "5 to m": ("Only an amount with a unit", 2),
    "5 km to 3 km": ("to a unit, not to an amount", 5),
    "2 * 20 °C": ("convert it to K", 2),
    "20 °C + 68 °F": ("two scales", 6),
    "60 rpm to Hz": ("different things", 7),
    "$5 + €3": ("Exchange rates", 3),
    "$5 to EUR": ("Exchange rates", 3),
    "10 dB": ("logarithmic", 3),
    "5 foobars": ("'foobars' is no function", 2),
    "sqrt(2 m, 3)": ("takes 1 number", 0),
    "exp(2 m)": ("needs plain numbers, not m", 0),
    "2^(3 m)": ("exponent", 1),
    "(2 m)^pi": ("exponent", 5),
    "5 m^0": ("whole number, not 0", 3),
    "5 m^101": ("go up to 100", 2),
    "5 km to": ("number is missing", 7),
    "(3 m)!": ("needs plain numbers", 5),
}


@pytest.mark.parametrize(("expression", "expected"), RESULTS.items())
def test_results_have_their_units(expression, expected):
    assert calculate(expression) == expected


@pytest.mark.parametrize(("expression", "expected"), PROBLEMS.items())
def test_problems_say_what_is_wrong_and_where(expression, expected):
    check_problem(expression, *expected)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.split()[0])
@unhurried
@given(data=st.data(), amount=st.fractions(min_value=-1000, max_value=1000, max_denominator=100))
def test_conversions_are_those_of_pint(kind, data, amount):
    source, target = (data.draw(st.sampled_from(kind.split())) for _ in range(2))
    expected = judge.Quantity(float(amount), source).to(target).magnitude
    found = _value(calculate(f"({amount}) {source} to {target}"))
    assert float(found) == pytest.approx(expected, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.split()[0])
@unhurried
@given(data=st.data(), amount=st.fractions(min_value=0, max_value=1000, max_denominator=20))
def test_there_and_back_again_nothing_is_lost(kind, data, amount):
    source, target = (data.draw(st.sampled_from(kind.split())) for _ in range(2))
    assert _value(calculate(f"(({amount}) {source} to {target}) to {source}")) == amount


def test_without_pint_a_unit_is_an_error_that_says_what_to_install():
    code = (
        "import sys; sys.modules['pint'] = None\n"
        "from openrouter_agents.tools import Calculator\n"
        "print(Calculator().description.count('km'))\n"
        "for text in ('2 days + 3 h', '$5 * 3', '5 km'): print(Calculator().invoke({'expression': text}))\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lines = run.stdout.splitlines()
    assert lines[:3] == ["0", "2.125 days", "15 $"]
    assert "pip install 'langchain-openrouter-agents[units]'" in lines[3]


def _value(text):
    return Fraction(text.split()[0] if "exactly" not in text else text.split("exactly ")[1].split()[0])
