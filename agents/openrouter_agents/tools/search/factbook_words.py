"""How questions are worded, and how the Factbook words their answers."""

from collections.abc import Mapping
from typing import Final

from openrouter_agents.tools.search.full_text import FUNCTION_WORDS

UNSPOKEN: Final = FUNCTION_WORDS | frozenset(
    """
    compare comparison country current currently info information latest length name named nation no not number recent s
    today total versus
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
