"""How questions are worded, and how the Factbook words their answers."""

from collections.abc import Mapping
from typing import Final

UNSPOKEN: Final = frozenset(
    """
    a about also an and any are as at be been by can compare comparison country current currently did do does each
    find for from get give had has have how i in info information into is it its latest length list look main many me
    much name named nation no not number of on or our please recent s say search show some tell than that the their
    them there these they this to today total up us versus vs was we were what when where which who whom whose why
    will with would you your
    """.split()
)
"""Words that say nothing about what is asked."""

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "army": ("military",),
    "biggest": ("largest",),
    "border": ("boundaries",),
    "bordering": ("boundaries", "border"),
    "borders": ("boundaries",),
    "citizens": ("population",),
    "currency": ("exchange rates",),
    "debt": ("external",),
    "domain": ("internet code",),
    "economy": ("gdp",),
    "ethnicity": ("ethnic",),
    "faith": ("religions",),
    "goods": ("commodities",),
    "government": ("executive",),
    "highest": ("elevation",),
    "inhabitants": ("population",),
    "jobless": ("unemployment",),
    "king": ("chief of state",),
    "large": ("area",),
    "leader": ("chief of state", "head of government"),
    "live": ("population",),
    "lives": ("population",),
    "lowest": ("elevation",),
    "money": ("exchange rates",),
    "monarch": ("chief of state",),
    "mountain": ("highest point",),
    "neighboring": ("boundaries",),
    "neighbors": ("boundaries",),
    "neighbour": ("boundaries",),
    "neighbours": ("boundaries",),
    "peak": ("highest point",),
    "people": ("population",),
    "poverty": ("poor",),
    "premier": ("head of government",),
    "president": ("chief of state",),
    "produce": ("products", "production"),
    "queen": ("chief of state",),
    "religion": ("religions",),
    "shoreline": ("coastline",),
    "size": ("area",),
    "speak": ("languages",),
    "spoken": ("languages",),
    "tld": ("internet code",),
    "wealth": ("gdp",),
    "weather": ("climate",),
}
"""For a word of a question, the words and phrases the Factbook uses for it."""
