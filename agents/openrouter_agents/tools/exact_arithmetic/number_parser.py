"""Reading numbers of several tokens: 2½, 2 1/2, and the 1/2 of 1/2 inch."""

from fractions import Fraction

from openrouter_agents.tools.exact_arithmetic.characters import VULGAR
from openrouter_agents.tools.exact_arithmetic.token_stream import TokenStream
from openrouter_agents.tools.exact_arithmetic.tokens import Kind, Token
from openrouter_agents.tools.exact_arithmetic.unit_parser import starts_unit
from openrouter_agents.tools.exact_arithmetic.values import Value


def read_number(stream: TokenStream, token: Token) -> Value:
    """The number that begins with this token, which has been taken."""
    if not _is_whole(token):
        return token.value
    if stream.next.text in VULGAR:
        return _sum(token, stream.take())
    if _is_fraction(stream, 0) and stream.follows_space(stream.next):
        return _sum(token, *_take_fraction(stream))
    # With a unit behind it, a fraction without spaces is one number: 1/2 inch is no 1/(2 inch).
    before = stream.ahead(-2).text
    if _is_fraction(stream, -1) and starts_unit(stream, 2) and before not in {"/", "^"}:
        stream.take()
        return _quotient(token, stream.take())
    return token.value


def _is_fraction(stream: TokenStream, ahead: int) -> bool:
    """Whether three tokens are a fraction of two whole numbers without spaces."""
    above, sign, below = (stream.ahead(ahead + count) for count in range(3))
    if sign.text != "/" or not _is_whole(above) or not _is_whole(below) or not below.value:
        return False
    return not stream.follows_space(sign) and not stream.follows_space(below)


def _is_whole(token: Token) -> bool:
    return token.kind is Kind.NUMBER and token.written.isdecimal()


def _take_fraction(stream: TokenStream) -> tuple[Token, Token]:
    above = stream.take()
    stream.take()
    return above, stream.take()


def _sum(whole: Token, above: Token, below: Token | None = None) -> Fraction:
    part = above.value if below is None else _quotient(above, below)
    return _exact(whole.value) + _exact(part)


def _quotient(above: Token, below: Token) -> Fraction:
    return _exact(above.value) / _exact(below.value)


def _exact(value: Value) -> Fraction:
    if not isinstance(value, Fraction):
        raise TypeError
    return value
