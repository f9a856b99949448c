"""What a chat request may ask for: the options of `ChatOpenRouter`, and how they go into the body.

Source: https://openrouter.ai/docs/api-reference/parameters
"""

# no annotations as strings: pydantic would compile each when the class is made

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from langchain_openrouter._environment import read_variable
from langchain_openrouter._wire.checks import check_n, check_provider, check_reasoning
from langchain_openrouter.late_validation import ValidatedLate
from langchain_openrouter.settings import (
    AudioOutput,
    CacheControl,
    Plugin,
    Prediction,
    PromptCacheOptions,
    ProviderPreferences,
    Reasoning,
    StopServerTools,
    Trace,
    as_plain,
)
from langchain_openrouter.unknown_options import keep_unknown_options

_WIRE_NAMES = {
    "openrouter_provider": "provider",
    "request_metadata": "metadata",
    "stop_sequences": "stop",
    "model_name": "model",
}
"""Names that an option has here, where they are not its key on the wire."""


def _each_plain(given: object) -> object:
    return [as_plain(one) for one in given] if isinstance(given, list) else given


class ChatOptions(BaseModel):
    """Options of a chat request. One that is `None` is not sent."""

    # never made by itself, so that pydantic need not build what would validate it
    model_config = ConfigDict(defer_build=True)

    models: list[str] | None = None
    """Ids of models that OpenRouter tries in this order when `model` fails. Billed is the one that answers."""
    temperature: float | None = None
    """Randomness, 0 to 2."""
    top_p: float | None = None
    """Share of the probability mass to draw from, above 0 and up to 1."""
    top_k: int | None = None
    """How many of the likeliest tokens to draw from; 0 means all."""
    min_p: float | None = None
    """Least probability of a token, as a share of the likeliest one's, 0 to 1."""
    top_a: float | None = None
    """Like `min_p`, but by the square of the likeliest token's probability, 0 to 1."""
    frequency_penalty: float | None = None
    """-2 to 2: how much to avoid tokens by how often they came."""
    presence_penalty: float | None = None
    """-2 to 2: how much to avoid tokens that came at all."""
    repetition_penalty: float | None = None
    """Above 0 and up to 2: how much to avoid what stands in the prompt or the answer; 1 means not at all."""
    logit_bias: dict[str, float] | None = None
    """Token ids, and -100 to 100 by which they are made likelier."""
    logprobs: bool | None = None
    """Whether to give the log probability of each token, in `response_metadata["logprobs"]`."""
    top_logprobs: int | None = None
    """How many alternatives to give for each token, 0 to 20. Needs `logprobs`."""
    max_tokens: int | None = None
    """The most tokens that the answer may have, reasoning included."""
    max_completion_tokens: int | None = None
    """The newer name of `max_tokens` on the wire."""
    seed: int | None = None
    """For answers that repeat, where the provider can."""
    stop: list[str] | str | None = Field(alias="stop_sequences", default=None)
    """Texts at which the answer ends, at most four."""
    n: int = Field(default=1, ge=1)
    """Answers per request: 1, the only number that OpenRouter gives."""
    model_kwargs: dict[str, Any] = Field(default_factory=dict)
    """More keys of the request body, sent as they stand."""

    reasoning: Annotated[Reasoning | None, ValidatedLate(as_plain)] = None
    """How much to think, such as `{"effort": "high"}`."""
    reasoning_effort: str | None = None
    """Short for `reasoning={"effort": ...}`."""
    verbosity: str | None = None
    """How long the answer is: `low`, `medium`, `high`, `xhigh` or `max`."""
    modalities: list[str] | None = None
    """What the answer is made of: `text`, `image`, `audio`. An answer with audio is always streamed under the hood."""
    audio: Annotated[AudioOutput | None, ValidatedLate(as_plain)] = None
    """How a spoken answer sounds, such as `{"voice": "alloy", "format": "wav"}`."""
    image_config: Annotated[dict[str, Any] | None, ValidatedLate(as_plain)] = None
    """How images are made, such as `{"aspect_ratio": "16:9"}`."""
    prediction: Annotated[Prediction | None, ValidatedLate(as_plain)] = None
    """Text that most of the answer is likely to repeat, such as `{"type": "content", "content": ...}`."""

    openrouter_provider: Annotated[ProviderPreferences | None, ValidatedLate(as_plain)] = None
    """Which providers may serve, such as `{"only": ["openai"], "data_collection": "deny"}`."""
    route: str | None = None
    """Deprecated by OpenRouter in favour of `openrouter_provider["sort"]`."""
    service_tier: str | None = None
    """`auto`, `default`, `flex`, `priority` (or `fast`) or `scale`. Billed is the tier that served."""
    plugins: Annotated[list[Plugin] | None, ValidatedLate(_each_plain)] = None
    """Such as `[plugins.file_parser(pdf_engine="native")]`, of `langchain_openrouter.plugins`, or dicts."""
    max_tool_calls: int | None = None
    """The most calls of server tools in one request, up to 30, which is OpenRouter's default."""
    stop_server_tools_when: Annotated[list[StopServerTools] | None, ValidatedLate(_each_plain)] = None
    """When they stop, such as `[{"type": "max_cost", "max_cost_in_dollars": 0.05}]`. Wins over `max_tool_calls`."""
    preset: str | None = None
    """The slug of a preset of the account; what the request says wins over it."""

    cache_control: Annotated[CacheControl | None, ValidatedLate(as_plain)] = None
    """`{"type": "ephemeral"}` lets the provider choose where the prompt is cached. Also goes on any content block."""
    prompt_cache_key: str | None = None
    """What keeps requests with the same beginning on the same cache (OpenAI)."""
    prompt_cache_options: Annotated[PromptCacheOptions | None, ValidatedLate(as_plain)] = None
    """How OpenAI's prompt cache is used."""
    session_id: str | None = Field(default_factory=lambda: read_variable("OPENROUTER_SESSION_ID"))
    """Groups requests, and keeps a conversation on one provider, for its cache; `None` or `""` sends none."""
    user: str | None = None
    """A stable id of the end user, so that a block for abuse hits that user alone. It goes to providers as a hash."""
    request_metadata: dict[str, str] | None = None
    """Up to 16 pairs that OpenRouter keeps with the request (`metadata` on the wire; here LangChain has that name)."""
    trace: Annotated[Trace | None, ValidatedLate(as_plain)] = None
    """Names for the tracing tools that OpenRouter broadcasts to."""

    @model_validator(mode="before")
    @classmethod
    def _keep_unknown_options(cls, values: dict[str, Any]) -> dict[str, Any]:
        """Move constructor arguments that are no field to `model_kwargs`, with a warning."""
        return keep_unknown_options(cls, values, also_allowed=_ALSO_IN_MODEL_KWARGS, stacklevel=5)

    @model_validator(mode="after")
    def _check_options(self) -> Self:
        check_n(self.n)
        check_reasoning(self.reasoning, self.reasoning_effort)
        check_provider(self.openrouter_provider)
        return self

    def wire_options(self) -> dict[str, Any]:
        """The options that are set, by their names on the wire, and `model_kwargs` as they stand."""
        fields = self.__dict__
        options = {
            wire_name: value
            for name, wire_name in _FIELDS.items()
            if (value := fields[name]) is not None and value != ""
        }
        options.update(self.model_kwargs)
        return options

    def merge_call_options(self, call: Mapping[str, Any]) -> dict[str, Any]:
        """Join the options of a call, by their names here or on the wire, to those of the fields. The call's win."""
        options = self.wire_options()
        if not call:
            return options
        if "reasoning_effort" in call or "reasoning" in call:
            # what the call says of reasoning replaces what the fields say, in either spelling
            options.pop("reasoning_effort", None)
            if "reasoning" not in call and "reasoning" in options:
                options["reasoning"] = {key: value for key, value in options["reasoning"].items() if key != "effort"}
        for name, value in call.items():
            options[_WIRE_NAMES.get(name, name)] = value
        check_provider(call.get("provider", call.get("openrouter_provider")))
        options.update(options.pop("model_kwargs", None) or {})
        return options


_FIELDS = {name: _WIRE_NAMES.get(name, name) for name in ChatOptions.model_fields if name != "model_kwargs"}
"""The fields and their keys on the wire."""

_ALSO_IN_MODEL_KWARGS = frozenset(
    """models top_k min_p top_a repetition_penalty logit_bias logprobs top_logprobs reasoning_effort verbosity
    modalities audio image_config prediction service_tier max_tool_calls stop_server_tools_when preset cache_control
    prompt_cache_key prompt_cache_options user metadata""".split()
)
"""Keys of the wire that are no field of LangChain's own package, whose users give them in `model_kwargs`."""
