"""Whether OpenRouter reads the files of a request itself, and asks for it by the page.

Source: https://openrouter.ai/docs/features/multimodal/pdfs
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langchain_openrouter.errors.facts import object_of, text_of
from langchain_openrouter.model_info import ModelInfo
from langchain_openrouter.spend.unbounded import UnboundedError
from langchain_openrouter.spend.wire_values import objects_in

_FREE_ENGINES = frozenset({"native", "cloudflare-ai", "pdf-text"})


def check_files(body: Mapping[str, object], media: Mapping[str, int], infos: Sequence[ModelInfo | None]) -> None:
    """Refuse to bound files whose pages are billed, since nobody knows how many pages there are.

    Raises:
        UnboundedError: As said.
    """
    engine = _engine(body)
    if "file" not in media or engine in _FREE_ENGINES:
        return
    if engine is None and all(info is not None and "file" in info.input_modalities for info in infos):
        return
    raise UnboundedError(
        "OpenRouter bills USD 0.002 for each page of a PDF that a model does not read itself, and how many pages there "
        'are is not known. Choose an engine that is free: `plugins=[plugins.file_parser(pdf_engine="cloudflare-ai")]`.'
    )


def _engine(body: Mapping[str, object]) -> str | None:
    for plugin in objects_in(body.get("plugins")):
        if plugin.get("id") == "file-parser":
            return text_of(object_of(plugin.get("pdf")).get("engine"))
    return None
