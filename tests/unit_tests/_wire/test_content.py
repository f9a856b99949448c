"""Content blocks of LangChain, OpenAI and Anthropic as the parts of OpenRouter's wire."""

from __future__ import annotations

import pytest

from langchain_openrouter._wire.content import render_content
from langchain_openrouter.errors import MessageError

URL = "https://example.com/a"


def test_a_string_stays_one():
    assert render_content("hello") == "hello"


def test_order_is_kept():
    blocks = ["a", {"type": "image", "url": URL}, {"type": "text", "text": "b"}]
    assert [part["type"] for part in render_content(blocks)] == ["text", "image_url", "text"]


@pytest.mark.parametrize(
    ("block", "part"),
    [
        pytest.param("hello", {"type": "text", "text": "hello"}, id="bare string"),
        pytest.param({"type": "text", "text": "a", "id": "1", "index": 0}, {"type": "text", "text": "a"}, id="text"),
        pytest.param({"type": "input_text", "text": "a"}, {"type": "text", "text": "a"}, id="OpenAI Responses text"),
        pytest.param(
            {"type": "image", "url": URL}, {"type": "image_url", "image_url": {"url": URL}}, id="image by URL"
        ),
        pytest.param(
            {"type": "image", "base64": "AA==", "mime_type": "image/png"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA=="}},
            id="image by data",
        ),
        pytest.param(
            {"type": "image", "base64": "AA=="},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AA=="}},
            id="image of no type",
        ),
        pytest.param(
            {"type": "image", "source_type": "base64", "data": "AA==", "mime_type": "image/gif"},
            {"type": "image_url", "image_url": {"url": "data:image/gif;base64,AA=="}},
            id="image of LangChain v0",
        ),
        pytest.param(
            {"type": "image", "source": {"type": "base64", "media_type": "image/webp", "data": "AA=="}},
            {"type": "image_url", "image_url": {"url": "data:image/webp;base64,AA=="}},
            id="image of Anthropic",
        ),
        pytest.param(
            {"type": "image", "source": {"type": "url", "url": URL}},
            {"type": "image_url", "image_url": {"url": URL}},
            id="image of Anthropic by URL",
        ),
        pytest.param(
            {"type": "image", "url": URL, "extras": {"detail": "high"}},
            {"type": "image_url", "image_url": {"url": URL, "detail": "high"}},
            id="image with detail",
        ),
        pytest.param(
            {"type": "image_url", "image_url": URL},
            {"type": "image_url", "image_url": {"url": URL}},
            id="bare image_url",
        ),
        pytest.param(
            {"type": "image_url", "image_url": {"url": URL, "detail": "low"}},
            {"type": "image_url", "image_url": {"url": URL, "detail": "low"}},
            id="image_url",
        ),
        pytest.param(
            {"type": "audio", "base64": "AA==", "mime_type": "audio/mpeg"},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "mp3"}},
            id="audio",
        ),
        pytest.param(
            {"type": "audio", "base64": "AA=="},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            id="audio of no type",
        ),
        pytest.param(
            {"type": "audio", "base64": "AA==", "mime_type": "audio/ogg;codecs=opus"},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "ogg"}},
            id="audio with parameters",
        ),
        pytest.param(
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            {"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}},
            id="input_audio",
        ),
        pytest.param(
            {"type": "video", "url": URL}, {"type": "video_url", "video_url": {"url": URL}}, id="video by URL"
        ),
        pytest.param(
            {"type": "video", "base64": "AA=="},
            {"type": "video_url", "video_url": {"url": "data:video/mp4;base64,AA=="}},
            id="video by data",
        ),
        pytest.param(
            {"type": "file", "base64": "AA==", "mime_type": "application/pdf", "filename": "a.pdf"},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
            id="file",
        ),
        pytest.param(
            {"type": "file", "url": URL, "extras": {"filename": "a.pdf"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": URL}},
            id="file by URL, name in extras",
        ),
        pytest.param(
            {"type": "file", "base64": "AA==", "metadata": {"filename": "a.pdf"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
            id="file, name in metadata",
        ),
        pytest.param(
            {"type": "file", "file": {"filename": "a.pdf", "file_data": URL}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": URL}},
            id="file of OpenAI",
        ),
        *(
            pytest.param(
                {"type": kind, "file_id": "f1"}, {"type": "file", "file": {"file_id": "f1"}}, id=f"{kind} by file id"
            )
            for kind in ("image", "audio", "video", "input_image")
        ),
        pytest.param(
            {"type": "image", "source": {"type": "file", "file_id": "f1"}},
            {"type": "file", "file": {"file_id": "f1"}},
            id="image of Anthropic by file id",
        ),
        pytest.param(
            {"type": "input_image", "image_url": URL, "detail": "low"},
            {"type": "image_url", "image_url": {"url": URL, "detail": "low"}},
            id="image of the Responses API",
        ),
        pytest.param(
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
            id="file of the Responses API",
        ),
        pytest.param(
            {"type": "input_file", "file_url": URL},
            {"type": "file", "file": {"file_data": URL}},
            id="file of the Responses API by URL",
        ),
        pytest.param({"type": "file", "file_id": "f1"}, {"type": "file", "file": {"file_id": "f1"}}, id="file by id"),
        pytest.param(
            {
                "type": "document",
                "source": {"type": "base64", "media_type": "application/pdf", "data": "AA=="},
                "title": "a.pdf",
            },
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:application/pdf;base64,AA=="}},
            id="document of Anthropic",
        ),
        pytest.param(
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "words"}},
            {"type": "text", "text": "words"},
            id="text document of Anthropic",
        ),
        pytest.param({"type": "text-plain", "text": "words"}, {"type": "text", "text": "words"}, id="plain text"),
        pytest.param({"type": "text-plain", "base64": "d29yZHM="}, {"type": "text", "text": "words"}, id="plain data"),
        pytest.param(
            {"type": "non_standard", "value": {"type": "new_part", "x": 1}}, {"type": "new_part", "x": 1}, id="wrapped"
        ),
        pytest.param({"type": "new_part", "x": None}, {"type": "new_part", "x": None}, id="unknown, verbatim"),
    ],
)
def test_block(block, part):
    assert render_content([block]) == [part]


@pytest.mark.parametrize("place", ["top", "extras"])
@pytest.mark.parametrize(
    "block", [{"type": "text", "text": "a"}, {"type": "image", "url": URL}, {"type": "file", "base64": "AA=="}]
)
def test_cache_control_stays_on_its_block(block, place):
    control = {"type": "ephemeral", "ttl": "1h"}
    given = {**block, "cache_control": control} if place == "top" else {**block, "extras": {"cache_control": control}}
    assert render_content([given])[0]["cache_control"] == control


def test_bytes_are_encoded():
    part = render_content([{"type": "image", "data": b"\x00", "mime_type": "image/png"}])[0]
    assert part["image_url"]["url"] == "data:image/png;base64,AA=="


def test_blocks_are_not_changed():
    block = {"type": "image", "base64": "AA==", "extras": {"cache_control": {"type": "ephemeral"}}}
    before = {**block, "extras": dict(block["extras"])}
    render_content([block])
    assert block == before


@pytest.mark.parametrize("content", [None, 5, {"type": "text"}])
def test_content_of_no_known_kind(content):
    with pytest.raises(MessageError, match="string or a list"):
        render_content(content)
