"""The records of generations, which are not there at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.account_pages import generation_page
from langchain_openrouter.emulator.book import Book, BookEntry
from langchain_openrouter.emulator.brain import JSON


def cost_in_the_book(entry: BookEntry) -> Decimal:
    """USD that a generation was billed."""
    return entry.cost


@dataclass(frozen=True, slots=True)
class GenerationRules:
    """How `GET /generation` behaves in an emulator."""

    unseen_looks: int = 0
    """Looks at a generation that do not find it yet: OpenRouter writes its record some seconds after the answer."""
    cost: Callable[[BookEntry], Decimal] = cost_in_the_book
    """USD that the record says, where that is to differ from the bill."""


class Generations:
    """Finds the records. Used from the server's thread."""

    def __init__(self, rules: GenerationRules) -> None:
        self.rules = rules
        self._looks: Counter[str] = Counter()

    def look(self, generation_id: str, book: Book) -> dict[str, JSON]:
        """The record of a generation.

        Raises:
            Refusal: There is none, or not yet.
        """
        entry = book.find(generation_id)
        if entry is not None and self._looks[generation_id] >= self.rules.unseen_looks:
            return generation_page(entry, self.rules.cost(entry))
        if entry is not None:
            self._looks[generation_id] += 1
        raise failures.Refusal(failures.not_found(f"Generation {generation_id}"))
