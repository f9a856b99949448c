"""Search in one's own files, by an index that `index_documents` has made."""

from __future__ import annotations

import asyncio
from typing import ClassVar, Final

from openrouter_agents.tools.documents.contracts import DocumentIndexError, IndexReport
from openrouter_agents.tools.documents.store import (
    DocumentStore,
    FoundPassage,
    StoredDocument,
    find_passages,
    read_stored,
)
from openrouter_agents.tools.search.provider import FilterName, SearchError, SearchHit, SearchOutcome, SearchRequest
from openrouter_agents.tools.search.urls import document_address, read_document_address

_SOURCE: Final = "Results come from the user's own documents, not from the web."


class DocumentSearch:
    """Finds passages of indexed documents. `index_documents` makes it; what it finds is as it was indexed last.

    Results have addresses such as `document:notes/setup.md#char=840`: the indexed folder, the way from there, and the
    character at which the passage begins. They name what is in the index, and nothing else that is on the disk.

    Args:
        store: Where the index is.
        report: What was indexed.
    """

    name: Final = "documents"
    filters: ClassVar[frozenset[FilterName]] = frozenset({"addresses", "duplicates"})

    def __init__(self, store: DocumentStore, report: IndexReport) -> None:
        self._store = store
        self.report = report
        """What was read, removed and skipped."""

    def search(self, request: SearchRequest) -> SearchOutcome:
        """Finds the passages that hold most of what is asked for.

        Raises:
            SearchError: The index cannot be read.
        """
        try:
            with self._store.open() as database:
                found = find_passages(database, request.query)
        except DocumentIndexError as error:
            raise _unusable() from error
        return {"hits": [_hit(passage) for passage in found[: request.max_results]], "warnings": [_SOURCE]}

    async def asearch(self, request: SearchRequest) -> SearchOutcome:
        """The async twin of `search`; works in a thread."""
        return await asyncio.to_thread(self.search, request)

    def read(self, address: str) -> StoredDocument | None:
        """The whole text of the document at an address; `None` where it is not in the index.

        Raises:
            SearchError: The index cannot be read.
        """
        name, _ = read_document_address(address)
        try:
            with self._store.open() as database:
                return read_stored(database, name)
        except DocumentIndexError as error:
            raise _unusable() from error


def _unusable() -> SearchError:
    # Where the index is, is nothing for a model to know.
    return SearchError("The index of the documents cannot be read; it has to be made again.")


def _hit(passage: FoundPassage) -> SearchHit:
    titles = (passage.title, *passage.headings)
    return {
        "title": " - ".join(dict.fromkeys(titles)),
        "url": document_address(passage.name, passage.start),
        "snippet": passage.text,
    }
