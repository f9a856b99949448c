"""Own files become a source for searches: what is read, what is left out and why, and what a second run does."""

from __future__ import annotations

import io
import os
import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from pypdf import PdfWriter

from openrouter_agents.tools import DocumentIndexError, DocumentLimits, index_documents
from openrouter_agents.tools.documents import store
from openrouter_agents.tools.search.provider import SearchError, SearchRequest


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "notes"
    made.mkdir()
    return made


@pytest.fixture
def index(folder, tmp_path):
    def make(paths=folder, **options):
        return index_documents(paths, **{"index": tmp_path / "own" / "index.db", **options})

    return make


def find(documents, query, most=10):
    return documents.search(SearchRequest(query, most))["hits"]


def names(documents, query):
    return [hit["url"].removeprefix("document:").partition("#")[0] for hit in find(documents, query)]


def reasons(documents, folder):
    return {str(Path(file.path).relative_to(folder)): file.reason for file in documents.report.skipped}


def pdf(*pages: str, title: str | None = None, password: str | None = None) -> bytes:
    """A PDF file, by another library than the one that reads it."""
    written = io.BytesIO()
    with PdfPages(written, metadata={"Title": title} if title else None) as file:
        for page in pages:
            figure = Figure()
            figure.text(0.1, 0.5, page)
            file.savefig(figure)
    if password is None:
        return written.getvalue()
    locked = io.BytesIO()
    writer = PdfWriter(clone_from=written)
    writer.encrypt(password, algorithm="RC4-128")
    writer.write(locked)
    return locked.getvalue()


HTML = """<html><head><title>Quick &amp; easy</title><style>p { color: stylish }</style></head><body>
<nav>navigated</nav><main><h1>Start</h1><h2>Short <b>heading</b></h2><p>First<!-- hidden --> paragraph</p>
<ul><li>listed</li></ul><table><tr><td>tabled</td></tr></table><p style="display: none">unseen</p>
<pre># no heading
    indented</pre></main><script>scripted()</script></body></html>"""


def test_each_kind_is_read_with_its_title_and_headings(folder, index):
    handbook = "---\ntitle: Handbook\n---\n# Leave\nx\n## Sick days\nCall the walrus.\n"
    (folder / "a.md").write_text(handbook)
    (folder / "b.rst").write_text("Guide\n=====\n\nSetting up\n----------\n\nFeed the ocelot.\n")
    (folder / "c.html").write_text(HTML)
    (folder / "d.pdf").write_bytes(pdf("Cover", "Land the pelican", title="Flight manual"))
    (folder / "e.txt").write_text("An aardvark.")
    (folder / "f.py").write_text("def feed_the_badger(): ...")
    documents = index()
    found = {word: find(documents, word)[0] for word in "walrus ocelot indented pelican aardvark badger".split()}
    assert [hit["title"] for hit in found.values()] == [
        "Handbook - Leave - Sick days",
        "Guide - Setting up",
        "Quick & easy - Start - Short heading",
        "Flight manual - page 2",
        "e.txt",
        "f.py",
    ]
    assert found["walrus"]["url"] == f"document:notes/a.md#char={handbook.index('## Sick')}"
    assert found["aardvark"]["url"] == "document:notes/e.txt"
    assert all(names(documents, word) == ["notes/c.html"] for word in ("listed", "tabled", "heading", "first"))
    assert not any(names(documents, word) for word in ("stylish", "hidden", "unseen", "scripted", "navigated"))
    assert documents.report.documents == documents.report.read == 6
    assert documents.report.skipped == ()


RECIPE = """Une cr\u00e8me br\u00fbl\u00e9e est un dessert tr\u00e8s appr\u00e9ci\u00e9, servi apr\u00e8s le d\u00eener.
La recette demande des \u0153ufs, de la cr\u00e8me fra\u00eeche et du sucre;
on la pr\u00e9pare \u00e0 l\u2019avance, puis on br\u00fble la surface."""


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Cr\u00e8me br\u00fbl\u00e9e", "utf-8"),
        ("Cr\u00e8me br\u00fbl\u00e9e", "utf-8-sig"),
        ("Cr\u00e8me br\u00fbl\u00e9e", "utf-16"),
        ("Cr\u00e8me br\u00fbl\u00e9e", "utf-32"),
        (RECIPE, "cp1252"),
        (
            "\u65e5\u672c\u8a9e\u306e\u6587\u7ae0\u3067\u3059\u3002\u30af\u30ea\u30fc\u30e0\u30d6\u30ea\u30e5\u30ec\u3002",
            "shift_jis",
        ),
    ],
)
def test_encodings_are_told_by_their_marks_or_guessed(folder, index, text, encoding):
    (folder / "a.txt").write_bytes(text.encode(encoding))
    documents = index()
    (hit,) = find(documents, "\u30d6\u30ea\u30e5\u30ec" if encoding == "shift_jis" else "BRULEE")
    assert hit["snippet"].split() == text.split()


def test_what_cannot_be_read_is_said(folder, index):
    (folder / "photo.jpg").write_bytes(b"\xff\xd8\xff\x00\x01")
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7 nonsense")
    (folder / "locked.pdf").write_bytes(pdf("Secret", password="swordfish"))
    (folder / "scan.pdf").write_bytes(pdf(""))
    (folder / "large.txt").write_text("x" * 20_001)
    (folder / "nothing.html").write_text("")
    (folder / "good.md").write_text("fine")
    documents = index(limits=DocumentLimits(max_file_bytes=20_000))
    said = reasons(documents, folder)
    assert said.pop("photo.jpg").startswith("It is no text")
    assert said.pop("broken.pdf").startswith("It is no PDF that can be read")
    assert said.pop("locked.pdf") == "It needs a password."
    assert "OCR" in said.pop("scan.pdf")
    assert said.pop("large.txt") == "It is larger than 20,000 bytes."
    assert said.pop("nothing.html") == "There is no text in it."
    assert said == {}
    assert documents.report.documents == 1


@pytest.mark.parametrize(
    ("module", "file", "found"),
    [
        ("pypdf", "a.pdf", b"%PDF-1.4"),
        ("lxml", "a.html", b"<p>x</p>"),
        ("charset_normalizer", "a.txt", "tr\u00e8s".encode("cp1252")),
    ],
)
def test_what_is_missing_is_named_and_the_rest_is_read(folder, index, monkeypatch, module, file, found):
    monkeypatch.setitem(sys.modules, module, None)
    (folder / file).write_bytes(found)
    (folder / "b.txt").write_text("badger")
    documents = index()
    assert "pip install 'langchain-openrouter-agents[documents]'" in reasons(documents, folder)[file]
    assert names(documents, "badger") == ["notes/b.txt"]


def test_nothing_outside_of_the_folder_is_read(folder, index, tmp_path):
    (tmp_path / "secret.txt").write_text("swordfish")
    (tmp_path / "secrets").mkdir()
    (tmp_path / "secrets" / "more.txt").write_text("swordfish")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "folder").symlink_to(tmp_path / "secrets")
    (folder / "loop").symlink_to(folder)
    (folder / "dead.txt").symlink_to(tmp_path / "gone")
    (folder / ".env").write_text("KEY=swordfish")
    (folder / ".git").mkdir()
    (folder / ".git" / "config").write_text("swordfish")
    (folder / "node_modules").mkdir()
    (folder / "node_modules" / "a.md").write_text("swordfish")
    os.mkfifo(folder / "pipe.txt")
    (folder / "own.txt").write_text("badger")
    documents = index()
    assert find(documents, "swordfish") == []
    assert names(documents, "badger") == ["notes/own.txt"]
    assert set(reasons(documents, folder)) == {"link.txt", "folder", "loop", "dead.txt"}
    for address in ("document:notes/link.txt", "document:notes/../secret.txt", "document:/etc/passwd", "document:"):
        assert documents.read(address) is None


def test_a_file_that_becomes_a_link_meanwhile_is_not_followed(folder, index, tmp_path):
    (tmp_path / "secret.txt").write_text("swordfish")
    for name in "ab":
        (folder / f"{name}.txt").write_text("badger")

    def swap(progress):
        if progress.done == 1:
            (folder / "b.txt").unlink()
            (folder / "b.txt").symlink_to(tmp_path / "secret.txt")

    documents = index(on_progress=swap)
    assert find(documents, "swordfish") == []
    assert "cannot be read" in reasons(documents, folder)["b.txt"]


def test_names_with_signs_are_addresses_without(folder, index):
    odd = folder / "\u00fcber uns" / "a#b?c%20\n\u202ed.md"
    odd.parent.mkdir()
    odd.write_text("badger")
    (hit,) = find(index(), "badger")
    assert hit["url"] == "document:notes/%C3%BCber%20uns/a%23b%3Fc%2520%0A%E2%80%AEd.md"
    assert index().read(hit["url"]).text == "badger"


def test_files_and_folders_are_told_apart_by_name_and_indexed_once(folder, index, tmp_path):
    other = tmp_path / "other" / "notes"
    other.mkdir(parents=True)
    (other / "a.md").write_text("badger")
    (folder / "a.md").write_text("badger")
    (folder / ".hidden.txt").write_text("badger")
    documents = index([folder, other, folder / "a.md", folder / ".hidden.txt", str(tmp_path / "other")])
    assert sorted(names(documents, "badger")) == ["notes/a.md", "other/notes/a.md"]
    documents = index([folder, other, str(folder)])
    assert sorted(names(documents, "badger")) == ["notes-2/a.md", "notes/a.md"]
    assert names(index(folder / ".hidden.txt"), "badger") == [".hidden.txt"]


def test_a_second_run_reads_what_has_changed(folder, index):
    for name, word in {"same": "aardvark", "changed": "badger", "touched": "cheetah", "gone": "dugong"}.items():
        (folder / f"{name}.md").write_text(word)
    assert index().report.read == 4
    (folder / "changed.md").write_text("bobcat")
    os.utime(folder / "touched.md", ns=(1, 1))
    (folder / "gone.md").unlink()
    (folder / "new.md").write_text("eland")
    documents = index()
    assert (documents.report.documents, documents.report.read, documents.report.removed) == (4, 2, 1)
    assert names(documents, "bobcat") == ["notes/changed.md"]
    assert names(documents, "eland") == ["notes/new.md"]
    assert not names(documents, "badger")
    assert not names(documents, "dugong")
    assert index().report.read == 0


def test_a_run_that_was_interrupted_goes_on(folder, index):
    for number in range(250):
        (folder / f"{number:03}.md").write_text(f"badger{number}")

    def interrupt(progress):
        if progress.done == 201:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        index(on_progress=interrupt)
    seen = []
    documents = index(on_progress=seen.append)
    assert documents.report.read == 49
    assert [progress.done for progress in seen] == list(range(1, 251))
    assert {progress.total for progress in seen} == {250}
    assert seen[-1].path == str(folder / "249.md")
    assert names(documents, "badger7") == ["notes/007.md"]


KILLED = """
import os, signal, sys
from openrouter_agents.tools import index_documents
def die(progress):
    if progress.done == 40:
        os.kill(os.getpid(), signal.SIGKILL)
index_documents(sys.argv[1], index=sys.argv[2], on_progress=die)
"""


def test_a_process_that_is_killed_leaves_an_index_that_can_be_gone_on_with(folder, index, tmp_path):
    for number in range(60):
        (folder / f"{number}.md").write_text(f"# Badger {number}\n\n" + "words of a badger. " * 200)
    (tmp_path / "own").mkdir()
    killed = subprocess.run([sys.executable, "-c", KILLED, folder, tmp_path / "own" / "index.db"], check=False)
    assert killed.returncode == -signal.SIGKILL
    documents = index()
    assert 20 <= documents.report.read < 60
    fresh = index(index=tmp_path / "fresh.db")
    assert find(documents, "badger 7", 100) == find(fresh, "badger 7", 100)


def test_threads_search_at_once(folder, index):
    for number in range(20):
        (folder / f"{number}.md").write_text(f"badger{number}")
    documents = index()
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda number: names(documents, f"badger{number}"), list(range(20)) * 5))
    assert found == [[f"notes/{number}.md"] for number in range(20)] * 5


def test_each_choice_of_paths_has_an_index_of_its_own(folder, tmp_path, monkeypatch):
    monkeypatch.setenv("OPENROUTER_CACHE_DIR", str(tmp_path / "cache"))
    other = tmp_path / "other"
    other.mkdir()
    (folder / "a.md").write_text("badger")
    (other / "b.md").write_text("cheetah")
    one, two = index_documents(folder), index_documents([other])
    assert not names(one, "cheetah")
    assert not names(two, "badger")
    assert index_documents(str(folder)).report.read == 0
    files = list((tmp_path / "cache" / "documents-1").glob("*.db"))
    assert [file.stat().st_mode & 0o077 for file in files] == [0, 0]


def test_an_index_that_another_process_writes_can_be_searched_and_is_busy_for_writers(
    folder, index, tmp_path, monkeypatch
):
    monkeypatch.setattr(store, "_BUSY_SECONDS", 0.05)
    (folder / "a.md").write_text("badger")
    documents = index()
    (folder / "b.md").write_text("badger")
    with closing(sqlite3.connect(tmp_path / "own" / "index.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM documents")
        assert names(documents, "badger") == ["notes/a.md"]
        with pytest.raises(DocumentIndexError, match="Try again later"):
            index()
    assert index().report.read == 1


@pytest.mark.parametrize("paths", ["nowhere", [], ["notes", "nowhere"], "\0"])
def test_paths_that_are_not_there(folder, index, paths, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DocumentIndexError, match=r"no such file|at least one"):
        index(paths)


def test_too_many_files_are_an_error_before_anything_is_read(folder, index, tmp_path):
    for number in range(3):
        (folder / f"{number}.md").write_text("x")
    with pytest.raises(DocumentIndexError, match="more than 2 files"):
        index(limits=DocumentLimits(max_files=2))
    assert not (tmp_path / "own").exists()


def test_a_file_of_others_is_never_written(folder, index, tmp_path):
    database = tmp_path / "other.db"
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE documents (x)")
    connection.close()
    text = tmp_path / "other.txt"
    text.write_text("my letter " * 1000)
    kept = database.read_bytes()
    with pytest.raises(DocumentIndexError, match="of another program"):
        index(index=database)
    with pytest.raises(DocumentIndexError, match="cannot be used"):
        index(index=text)
    with pytest.raises(DocumentIndexError, match="cannot be written"):
        index(index=text / "index.db")
    assert database.read_bytes() == kept
    assert text.read_text() == "my letter " * 1000


def test_an_index_that_has_gone_is_said(folder, index, tmp_path):
    documents = index()
    (tmp_path / "own" / "index.db").unlink()
    with pytest.raises(SearchError, match="made again"):
        find(documents, "badger")
    assert not (tmp_path / "own" / "index.db").exists()


def test_an_index_of_another_version_is_made_anew(folder, index, tmp_path):
    (folder / "a.md").write_text("badger")
    documents = index()
    with sqlite3.connect(tmp_path / "own" / "index.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SearchError, match="has to be made again"):
        find(documents, "badger")
    assert index().report.read == 1
    assert names(documents, "badger") == ["notes/a.md"]


def test_the_best_passage_comes_first_and_noise_is_left_out(folder, index):
    (folder / "leave.md").write_text("# Leave\n\nHow many days of vacation: 28.\n")
    (folder / "many.md").write_text("many days " * 50)
    (folder / "other.md").write_text("You can have a parking space.")
    documents = index()
    hits = find(documents, "How many vacation days do I have?")
    assert [hit["title"] for hit in hits] == ["Leave", "many.md"]
    assert find(documents, "what is this")[0:] == []
    assert find(documents, "") == find(documents, "???") == find(documents, "zebra") == []


def test_words_of_headings_and_names_are_found_too(folder, index):
    (folder / "Budget 2026.txt").write_text("nothing but numbers")
    (folder / "b.md").write_text("# Overview\n\ntext\n\n## Walrus\n\nmore\n")
    documents = index()
    assert names(documents, "budget") == ["notes/Budget%202026.txt"]
    assert find(documents, "walrus")[0]["snippet"].startswith("## Walrus")
