import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from openrouter_agents.tools.plain_png import MAX_SIDE, is_plain_png
from openrouter_agents.tools.result_check import checked_result, plain_text
from openrouter_agents.tools.sandbox import ExecResult, OutputFile

ESCAPES = st.sampled_from("\x1b \x9b \x9d \x07 ] [ P \\ 2J 0;x m \r \n \x85 \u202e \ud800 text".split(" "))


def make_plot():
    file = io.BytesIO()
    figure = Figure(figsize=(2, 1))
    figure.add_subplot().plot([1, 3])
    figure.savefig(file, format="png")
    return file.getvalue()


def make_chunk(kind, content):
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def make_png(width=1, height=1, *extra):
    header = make_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    pixels = make_chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(extra) + pixels + make_chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("a\tb\nc", "a\tb\nc"),
        ("\N{WAVING HAND SIGN}\N{EMOJI MODIFIER FITZPATRICK TYPE-4} שלום 日本\N{ZERO WIDTH JOINER}", None),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b[2J\x1b[1;1Hgone", "gone"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x/\x1b\\click\x1b]8;;\x1b\\", "click"),
        ("\x1b]52;c;cm0=", ""),
        ("\x1bPq#0\x1b\\after", "after"),
        ("\x9b31mred\x9d0;t\x9ctext", "redtext"),
        ("\x1bcreset", "reset"),
        ("10%\r100%\r\ndone", "10%\n100%\ndone"),
        ("user\u202etxt.exe", "usertxt.exe"),
        ("a\0b\x7f\b\u2028c\ud800", "ab\nc"),
    ],
)
def test_text_is_left_with_letters_only(text, plain):
    assert plain_text(text) == (text if plain is None else plain)


@given(st.lists(ESCAPES).map("".join))
def test_nothing_that_moves_a_cursor_is_ever_left(text):
    plain = plain_text(text)
    assert plain == plain_text(plain)
    assert all(letter == "\n" or letter.isprintable() for letter in plain)


def test_a_plot_of_matplotlib_passes():
    assert is_plain_png(make_plot())
    assert is_plain_png(make_png(MAX_SIDE, MAX_SIDE))


@pytest.mark.parametrize(
    "image",
    [
        b"",
        b"GIF89a",
        b"\x89PNG\r\n\x1a\n",
        b"\x89PNG\r\n\x1a\n<svg onload=alert(1)>",
        make_png(MAX_SIDE + 1, 1),
        make_png(1, 300_000),
        make_png(0, 1),
        make_png(1, 1, make_chunk(b"zTXt", b"note\0\0" + zlib.compress(bytes(1000)))),
        make_png(1, 1, make_chunk(b"acTL", bytes(8))),
        make_png(1, 1, make_chunk(b"IEND", b"")),
        make_png() + b"PK\x03\x04 and a program",
        make_png()[:-1],
        make_png().replace(b"IDAT", b"IDAX"),
        make_plot()[:-12],
    ],
    ids=lambda image: ascii(image[8:60]),
)
def test_what_only_starts_like_a_png_is_refused(image):
    assert not is_plain_png(image)


def test_a_result_keeps_what_is_plain_and_says_what_is_missing():
    plot = make_plot()
    result = ExecResult(
        stdout="\x1b[1mhello\n",
        value=None,
        error="Owned\x07",
        images=[plot, plot + b"!"],
        files=[OutputFile(name="a.csv", data=b"a"), OutputFile(name="../a.csv", data=b"b")],
        duration_ms=1.0,
        truncated=False,
        killed=False,
    )
    checked = checked_result(result)
    assert checked == {
        **result,
        "stdout": (
            "hello\n[1 of the plots dropped: not plain PNG files]\n"
            "[a file was not handed over: '../a.csv' is no plain file name]\n"
        ),
        "error": "Owned",
        "images": [plot],
        "files": [OutputFile(name="a.csv", data=b"a")],
    }
    assert result["images"] == [plot, plot + b"!"]
