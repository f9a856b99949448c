"""What holds for every text: each word is found, its passages are the text, and indexing again makes no difference."""

from __future__ import annotations

import re
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from hypothesis import example, given, settings
from hypothesis import strategies as st

from openrouter_agents.tools import index_documents
from openrouter_agents.tools.documents.contracts import DocumentText
from openrouter_agents.tools.documents.headings import read_markdown, read_restructured
from openrouter_agents.tools.documents.passages import PASSAGE_CHARACTERS, cut_passages
from openrouter_agents.tools.documents.store import read_known
from openrouter_agents.tools.search.provider import SearchRequest

unhurried = settings(max_examples=60, deadline=None)

# Letters of several scripts, with and without spaces between words; signs; and words as people write them.
ALPHABET = (
    "abcdeXYZ0189\u00e9\u00df\u0130\ufb01\u00bd\u03c9\u0416\u05d0\u0645\u0928\u093f\u0e01\u0e34\u4eac\u3042\uac00"
    " \t\n\r.,-_'\"#*=`()\u2028\u00ad\u200b"
)
TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=400),
    st.text(st.sampled_from(ALPHABET), max_size=400),
    st.lists(
        st.sampled_from(["running", "# Head", "```", "na\u00efve", "C++", "\n", "\n\n", "===", "x" * 30]), max_size=300
    ).map(" ".join),
)
MARKDOWN = st.lists(
    st.sampled_from(["# A", "## B ##", "### C#", "text", "", "===", "---", "```", "~~~~", "    # code", "#none", "# "]),
    max_size=30,
).map("\n".join)


def _index(folder: Path, **files: str):
    for name, text in files.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8", newline="")
    return index_documents(folder, index=folder.parent / "index.db")


def _words(text: str) -> set[str]:
    """What stands between spaces, and the parts of it that ASCII has words for."""
    words = {*text.split(), *re.findall(r"(?<![^\x00-\x2f])[a-zA-Z0-9]+(?![^\x00-\x2f])", text)}
    return {word for word in words if any(map(str.isalnum, word)) and len(word) < PASSAGE_CHARACTERS // 2}


@unhurried
@given(text=TEXTS)
@example("\U00010570 \u0130x \ufb01n 0\U00011a51 \u4eac\u90fd\u306b")
def test_every_word_is_found(text):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "notes"
        folder.mkdir()
        documents = _index(folder, one=text, two="something else entirely")
        stored = documents.read("document:notes/one.txt")
        if stored is None:  # a text with NUL is none
            assert "\0" in text
            return
        for word in _words(stored.text):
            hits = documents.search(SearchRequest(word, 10))["hits"]
            assert any(hit["url"].startswith("document:notes/one.txt") for hit in hits), word


@unhurried
@given(text=st.one_of(TEXTS, MARKDOWN), kind=st.sampled_from([read_markdown, read_restructured]))
def test_passages_are_the_text_and_short(text, kind):
    document = kind(text)
    passages = list(cut_passages(document))
    assert "".join(passage.text for passage in passages) == text
    assert all(0 < len(passage.text) <= PASSAGE_CHARACTERS for passage in passages)
    assert all(text.startswith(passage.text, passage.start) for passage in passages)
    assert all(one.start < two.start for one, two in pairwise(document.headings))
    assert all(heading.title in text for heading in document.headings)


@settings(max_examples=15, deadline=None)
@given(text=st.text(st.sampled_from("ab. \n\u3002"), min_size=2000, max_size=6000))
def test_long_sections_are_cut_into_pieces_of_a_sane_size(text):
    passages = list(cut_passages(DocumentText("", text)))
    assert all(len(passage.text) > PASSAGE_CHARACTERS // 2 for passage in passages[:-1])


FILES = st.dictionaries(
    st.sampled_from("abcdef"), st.sampled_from(["", "one two", "two # three\n# four", "five " * 500])
)


def _content(documents) -> tuple[object, ...]:
    with documents._store.open() as database:
        digests = {name: known.digest for name, known in read_known(database).items()}
        passages = database.execute("SELECT document, start, headings, body FROM passages ORDER BY 1, 2").fetchall()
        database.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    words = "one two three four five a b c txt notes".split()
    found = [documents.search(SearchRequest(word, 10)) for word in [*words, "two four", "five one"]]
    return digests, passages, found


@settings(max_examples=25, deadline=None)
@given(states=st.lists(FILES, min_size=1, max_size=4))
def test_an_index_that_was_brought_up_to_date_is_like_a_new_one(states):
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "notes"
        for files in states:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            documents = _index(folder, **files)
        fresh = index_documents(folder, index=Path(place) / "fresh.db")
        assert _content(documents) == _content(fresh)
        assert documents.report.documents == fresh.report.documents == len(states[-1])


def test_hostile_lines_take_no_longer():
    """Lines that would make a pattern look at everything again for each character."""
    for sign in (" ", "#", "# ", "\t", "=", "-", "`", "title: ", "---\n", "[", "<!--"):
        line = sign * (200_000 // len(sign))
        for text in (
            line,
            f"# {line}x",
            f"---\ntitle:{line}x\n---\n",
            f"{line}\n{line}x",
            f"a{line}b",
        ):
            assert "".join(passage.text for passage in cut_passages(read_markdown(text))) == text
            assert "".join(passage.text for passage in cut_passages(read_restructured(text))) == text
