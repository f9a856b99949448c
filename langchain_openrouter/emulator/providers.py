"""Who runs the models: provider names, their routing slugs, and which of them serve which maker's models."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Provider:
    """A provider as `GET /providers` lists it."""

    name: str
    """As responses give it in `provider`."""
    slug: str
    """As requests name it in `provider.order`, `only` and `ignore`."""
    home: str
    """Two-letter code of the country of its headquarters."""

    def is_named(self, names: object) -> bool:
        """Whether a list of a request names this provider by slug (with or without a variant) or by name."""
        if not isinstance(names, (list, tuple)):
            return False
        wanted = {str(name).partition("/")[0].lower() for name in names}
        return self.slug in wanted or self.name.lower() in wanted


_ANTHROPIC = Provider("Anthropic", "anthropic", "US")
_AZURE = Provider("Azure", "azure", "US")
_BEDROCK = Provider("Amazon Bedrock", "amazon-bedrock", "US")
_COHERE = Provider("Cohere", "cohere", "CA")
_DEEPINFRA = Provider("DeepInfra", "deepinfra", "US")
_DEEPSEEK = Provider("DeepSeek", "deepseek", "CN")
_GOOGLE = Provider("Google", "google-vertex", "US")
_AI_STUDIO = Provider("Google AI Studio", "google-ai-studio", "US")
_ALIBABA = Provider("Alibaba", "alibaba", "CN")
_MINIMAX = Provider("Minimax", "minimax", "CN")
_MISTRAL = Provider("Mistral", "mistral", "FR")
_MOONSHOT = Provider("Moonshot AI", "moonshotai", "CN")
_NVIDIA = Provider("Nvidia", "nvidia", "US")
_OPENAI = Provider("OpenAI", "openai", "US")
_PERPLEXITY = Provider("Perplexity", "perplexity", "US")
_TOGETHER = Provider("Together", "together", "US")
_VOYAGE = Provider("VoyageAI by MongoDB", "voyageai", "US")
_XAI = Provider("xAI", "xai", "US")
_ZAI = Provider("Z.AI", "z-ai", "CN")

_OF_OPEN_MODELS = (_DEEPINFRA, _TOGETHER)
_BY_MAKER: dict[str, tuple[Provider, ...]] = {
    "amazon": (_BEDROCK,),
    "anthropic": (_ANTHROPIC, _BEDROCK, _GOOGLE),
    "cohere": (_COHERE,),
    "deepseek": (_DEEPSEEK, *_OF_OPEN_MODELS),
    "google": (_AI_STUDIO, _GOOGLE),
    "minimax": (_MINIMAX, *_OF_OPEN_MODELS),
    "mistralai": (_MISTRAL,),
    "moonshotai": (_MOONSHOT, *_OF_OPEN_MODELS),
    "nvidia": (_NVIDIA, _DEEPINFRA),
    "openai": (_OPENAI, _AZURE),
    "perplexity": (_PERPLEXITY,),
    "qwen": (_ALIBABA, *_OF_OPEN_MODELS),
    "voyageai": (_VOYAGE,),
    "x-ai": (_XAI,),
    "z-ai": (_ZAI, *_OF_OPEN_MODELS),
}

PROVIDERS: tuple[Provider, ...] = tuple(
    sorted({one for served in (*_BY_MAKER.values(), _OF_OPEN_MODELS) for one in served}, key=lambda one: one.slug)
)


def providers_of(maker: str) -> tuple[Provider, ...]:
    """The providers of a maker's models, first choice first. `maker` is the part of a model id before the slash."""
    return _BY_MAKER.get(maker, _OF_OPEN_MODELS)
