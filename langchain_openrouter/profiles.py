"""What LangChain wants to know of a model before it calls it, made from what OpenRouter says about it.

Source: https://docs.langchain.com/oss/python/langchain/models#model-profiles
"""

from __future__ import annotations

from langchain_core.language_models import ModelProfile

from langchain_openrouter.catalogue import ModelCatalogue
from langchain_openrouter.model_info import ModelInfo


def model_profile(info: ModelInfo) -> ModelProfile:
    """Describe a model in LangChain's terms. A fact that OpenRouter does not give is left out.

    Sizes are in tokens. `pdf_inputs` is about models that read files themselves; OpenRouter converts PDFs for others.
    """
    profile: ModelProfile = {
        "name": info.name,
        "status": "deprecated" if info.expiration_date else "active",
        "open_weights": info.hugging_face_id is not None,
        **_inputs(info),
        **_outputs(info),
    }
    if info.created is not None:
        profile["release_date"] = info.created.date().isoformat()
    if (max_input_tokens := info.max_prompt_tokens or info.context_length) is not None:
        profile["max_input_tokens"] = max_input_tokens
    if info.max_output_tokens is not None:
        profile["max_output_tokens"] = info.max_output_tokens
    if info.supported_parameters:
        profile.update(_abilities(info))
    return profile


def cached_profile(base_url: str | None, model_id: str) -> ModelProfile | None:
    """The profile of a model as far as it is kept in memory or on disk; `None` if it is not. Never uses the network."""
    models = ModelCatalogue(base_url).cached()
    info = None if models is None else models.find(model_id)
    return None if info is None else model_profile(info)


def _inputs(info: ModelInfo) -> ModelProfile:
    takes = info.input_modalities
    if not takes:
        return {}
    return {
        "text_inputs": "text" in takes,
        "image_inputs": "image" in takes,
        "image_url_inputs": "image" in takes,
        "pdf_inputs": "file" in takes,
        "audio_inputs": "audio" in takes,
        "video_inputs": "video" in takes,
        "attachment": any(modality in takes for modality in ("image", "file", "audio", "video")),
    }


def _outputs(info: ModelInfo) -> ModelProfile:
    gives = info.output_modalities
    if not gives:
        return {}
    return {
        "text_outputs": "text" in gives,
        "image_outputs": "image" in gives,
        "audio_outputs": "audio" in gives,
        "video_outputs": "video" in gives,
    }


def _abilities(info: ModelInfo) -> ModelProfile:
    abilities: ModelProfile = {
        "tool_calling": info.supports("tools"),
        "tool_choice": info.supports("tool_choice"),
        "structured_output": info.supports("structured_outputs"),
        "temperature": info.supports("temperature"),
        "reasoning_output": info.can_reason,
    }
    if info.reasoning_efforts:
        abilities["reasoning_effort_levels"] = list(info.reasoning_efforts)
    if info.reasoning_efforts and info.default_reasoning_effort:
        abilities["reasoning_effort_default"] = info.default_reasoning_effort
    return abilities
