"""How LangChain finds what reads the answers of this package as standard content blocks.

It is loaded with the first answer that is read so.
"""

from __future__ import annotations

from langchain_core.messages import AIMessage, AIMessageChunk, ContentBlock
from langchain_core.messages.block_translators import register_translator

from langchain_openrouter._wire.types import PROVIDER


def register() -> None:
    """Tell LangChain how to read the answers of this package."""
    register_translator(PROVIDER, _translate_message, _translate_chunk)


def _translate_message(message: AIMessage) -> list[ContentBlock]:
    from langchain_openrouter._wire.blocks import translate_message

    return translate_message(message)


def _translate_chunk(chunk: AIMessageChunk) -> list[ContentBlock]:
    from langchain_openrouter._wire.blocks import translate_chunk

    return translate_chunk(chunk)
