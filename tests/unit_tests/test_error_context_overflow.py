"""An input that is too long is told from its provider's words, and nothing else is taken for one."""

from __future__ import annotations

import json

import pytest
from langchain_core.exceptions import ContextOverflowError

from langchain_openrouter._error_body import parse_error
from langchain_openrouter.errors import ContextLengthExceededError, InsufficientCreditsError, NoEndpointsError

OVERFLOWS = {
    "OpenRouter": (
        "This endpoint's maximum context length is 200000 tokens. However, you requested about 2500021 tokens "
        "(2500021 of text input). Please reduce the length of either one, or use the context-compression plugin to"
        " compress your prompt automatically."
    ),
    "OpenAI": (
        "This model's maximum context length is 8192 tokens. However, your messages resulted in 8545 tokens. "
        "Please reduce the length of the messages."
    ),
    "OpenAI with tools": (
        "This model's maximum context length is 128000 tokens. However, your messages resulted in 130231 tokens "
        "(129001 in the messages, 1230 in the functions). Please reduce the length of the messages or functions."
    ),
    "OpenAI responses": "Your input exceeds the context window of this model. Please adjust your input and try again.",
    "OpenAI configured": (
        "Input tokens exceed the configured limit of 272000 tokens. Your messages resulted in 300113 tokens. "
        "Please reduce the length of the messages."
    ),
    "OpenAI code": "context_length_exceeded",
    "Anthropic": "prompt is too long: 213462 tokens > 200000 maximum",
    "Anthropic with max_tokens": (
        "input length and `max_tokens` exceed context limit: 188240 + 21333 > 200000, decrease input length or "
        "`max_tokens` and try again"
    ),
    "Google": "The input token count (1196265) exceeds the maximum number of tokens allowed (1048575).",
    "Google older": "The input token count exceeds the maximum number of tokens allowed 32768.",
    "Vertex": (
        "Unable to submit request because the input token count is 33000 but model only supports up to 32768. "
        "Reduce the input token count and try again."
    ),
    "Bedrock": "Input is too long for requested model.",
    "Bedrock Titan": "400 Bad Request: Too many input tokens. Max input tokens: 8192, request input token count: 11279",
    "Bedrock Nova": (
        "Input Tokens Exceeded: Number of input tokens exceeds maximum length. Please update the input to try again."
    ),
    "Mistral": "Prompt contains 40960 tokens and 0 draft tokens, too large for model with 32768 maximum context length",
    "Cohere": (
        "too many tokens: total number of tokens in the prompt cannot exceed 4081 - received 5072. Try using a "
        "shorter prompt, or enable prompt truncating."
    ),
    "Cohere newer": (
        "too many tokens: size limit exceeded by 11326 tokens. Try using shorter or fewer inputs. The limit for "
        "this model is 128000 tokens."
    ),
    "xAI": "This model's maximum prompt length is 131072 but the request contains 537812 tokens.",
    "Groq": "Please reduce the length of the messages or completion.",
    "Cerebras": "Please reduce the length of the messages or completion. Current length is 8850 while limit is 8192",
    "DeepSeek": (
        "This model's maximum context length is 65536 tokens. However, you requested 70021 tokens (65925 in the "
        "messages, 4096 in the completion). Please reduce the length of the messages or completion."
    ),
    "Together": "The input (10004 tokens) is longer than the model's context length (8192 tokens).",
    "Text Generation Inference": (
        "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens "
        "and 512 `max_new_tokens`"
    ),
    "Text Generation Inference alone": "Input validation error: `inputs` must have less than 1024 tokens. Given: 1411",
    "Fireworks": "The prompt is too long: 140113, model maximum context length: 131071",
    "SambaNova": (
        "Requested generation length 1 is not possible! The provided prompt is 9001 tokens long, so generating 1 "
        "tokens requires a sequence length of 9002, but the maximum supported sequence length is just 8192!"
    ),
    "vLLM": (
        "This model's maximum context length is 4096 tokens. However, you requested 5012 tokens (4500 in the "
        "messages, 512 in the completion). Please reduce the length of the messages or completion."
    ),
    "vLLM decoder": (
        "The decoder prompt (length 9000) is longer than the maximum model length of 8192. Make sure that "
        "`max_model_len` is no smaller than the number of text tokens."
    ),
    "vLLM newer": (
        "You passed 5001 input tokens and requested 100 output tokens. However, the model's context length is only"
        " 4096 tokens, resulting in a maximum input length of 3996 tokens. Please reduce the length of the input "
        "prompt."
    ),
    "SGLang": (
        "Requested token count exceeds the model's maximum context length of 8192 tokens. You requested a total of"
        " 9512 tokens: 9000 tokens from the input messages and 512 tokens for the completion."
    ),
    "llama.cpp": (
        "the request exceeds the available context size. try increasing the context size or enable context shift"
    ),
    "llama.cpp newer": "request (9001 tokens) exceeds the available context size (8192 tokens), try increasing it",
    "Ollama": "prompt too long; exceeded max context length by 101 tokens",
    "LM Studio": (
        "The number of tokens to keep from the initial prompt is greater than the context length. Try to load the "
        "model with a larger context length, or provide a shorter input"
    ),
    "Moonshot": "Invalid request: Your request exceeded model token limit: 131072 (requested: 150233)",
    "Z.AI": "Prompt exceeds max length",
    "Alibaba": "<400> InternalError.Algo.InvalidParameter: Range of input length should be [1, 129024]",
    "MiniMax": "invalid params, context window exceeds limit (2013)",
    "Copilot": "prompt token count of 130211 exceeds the limit of 128000",
    "Cloudflare": (
        "AiError: The estimated number of input and maximum output tokens (9001) exceeded this model context "
        "window limit (8192)."
    ),
    "DeepInfra": "Requested input length 200012 exceeds maximum input length 131072",
    "SiliconFlow": "length of prompt_tokens (100005) must be less than max_seq_len (32768).",
    "vLLM input": "Input length (9000) exceeds model's maximum context length (8192).",
    "SGLang input": "Input length (9000 tokens) exceeds the maximum allowed length (8192 tokens). Use a shorter input.",
    "SGLang context": "The input (9000 tokens) is longer than the model's context length (8192 tokens).",
    "llama.cpp type": '{"error": {"code": 400, "message": "too big", "type": "exceed_context_size_error"}}',
    "LM Studio loaded": (
        "Trying to keep the first 9000 tokens when context the overflows. However, the model is loaded with context "
        "length of only 4096 tokens, which is not enough."
    ),
    "Vertex for Anthropic": "Prompt is too long",
    "ByteDance": "Total tokens of image and text exceed max message tokens.",
    "NVIDIA": "Input length 5003 exceeds maximum allowed token size 4096",
}

OTHERS = {
    "OpenAI tokens per minute": (
        "Request too large for gpt-4o in organization org-1 on tokens per min (TPM): Limit 30000, Requested 40131."
        " The input or output tokens must be reduced in order to run successfully."
    ),
    "OpenAI requests": "Rate limit reached for gpt-4o in organization org-1 on requests per day (RPD): Limit 200.",
    "Anthropic input tokens per minute": (
        "This request would exceed your organization's rate limit of 40,000 input tokens per minute. Please reduce"
        " the prompt length or the maximum tokens requested, or try again later."
    ),
    "Google quota": (
        "You exceeded your current quota. Quota exceeded for metric: "
        "generativelanguage.googleapis.com/generate_content_free_tier_input_token_count, limit: 250000"
    ),
    "Bedrock throttle": "Too many tokens, please wait before trying again.",
    "Groq tokens per minute": (
        "Request too large for model `llama-3.1-8b-instant` on tokens per minute (TPM): Limit 6000, Requested "
        "7112, please reduce your message size and try again."
    ),
    "OpenRouter free models": "Rate limit exceeded: free-models-per-min. ",
    "OpenRouter upstream": "m:free is temporarily rate-limited upstream. Please retry shortly, or add your own key.",
    "Anthropic size": "Request exceeds the maximum size",
    "Google size": "Request payload size exceeds the limit: 20971520 bytes.",
    "OpenAI max_tokens": (
        "max_tokens is too large: 100000. This model supports at most 16384 completion tokens, whereas you "
        "provided 100000."
    ),
    "OpenAI max_output_tokens": (
        "Invalid 'max_output_tokens': integer below minimum value. Expected a value >= 16, but got 10 instead."
    ),
    "Anthropic max_tokens": (
        "max_tokens: 100000 > 8192, which is the maximum allowed number of output tokens for claude-3-5-sonnet-20241022"
    ),
    "vLLM max_tokens": (
        "'max_tokens' or 'max_completion_tokens' is too large: 40000. This model's maximum context length is 32768"
        " tokens and your request has 21 input tokens (40000 > 32768 - 21)."
    ),
    "Bedrock max_tokens": (
        "The maximum tokens you requested exceeds the model limit of 8192. Try again with a maximum tokens value "
        "that is lower than 8192."
    ),
    "Vertex max_tokens": (
        "Unable to submit request because it has a maxOutputTokens value of 10000 but the supported range is from "
        "1 (inclusive) to 8193 (exclusive). Update the value and try again."
    ),
    "Alibaba max_tokens": "Range of max_tokens should be [1, 8192]",
    "DeepSeek max_tokens": "Invalid max_tokens value, the valid range of max_tokens is [1, 8192]",
    "MiniMax output": "Token limit reached",
    "OpenAI string": (
        "Invalid 'messages[0].content': string too long. Expected a string with maximum length 10485760, but got a"
        " string with length 10485761 instead."
    ),
    "OpenAI array": (
        "Invalid 'messages': array too long. Expected an array with maximum length 2048, but got an array with "
        "length 3000 instead."
    ),
    "Anthropic image": "messages.0.content.1.image.source.base64: image exceeds 5 MB maximum: 6291456 bytes > 5242880",
    "Anthropic a day": "Number of input tokens has exceeded your daily rate limit. Try again later.",
    "Cerebras tokens per minute": "Tokens per minute limit exceeded - too many tokens processed.",
    "An image": "Input image is too large",
    "A recording": "Input audio is too long",
    "A film": "Input video is too long",
    "Groq max_tokens": (
        "`max_tokens` must be less than or equal to `8192`, the maximum value for `max_tokens` is less than the "
        "`context_window` for this model"
    ),
    "A file": "Input file is too large",
    "Pydantic": "temperature: Input should be less than or equal to 1",
    "Empty input": "Input must have at least 1 token.",
    "A cache's name": (
        "Invalid 'prompt_cache_key': string too long. Expected a string with maximum length 64, but got a string "
        "with length 100 instead."
    ),
    "Log probabilities": "prompt_logprobs is too large: at most 20",
    "Anthropic long context": "The long context beta is not yet available for this subscription.",
    "Anthropic tokens per minute": "Number of input tokens has exceeded your per-minute rate limit",
    "Google input quota": "Number of input tokens has exceeded your quota.",
    "Text Generation Inference max_tokens": "Input validation error: `max_new_tokens` must be <= 512. Given: 1024",
    "Text Generation Inference temperature": "Input validation error: `temperature` must be < 2",
    "Text Generation Inference tools": "Input validation error: tools must have less than 128 items",
    "Stop": "The prompt contains too many stop sequences",
    "Pictures": "Input must have less than 5 images",
    "A recording's length": "Input of type voice exceeds 5 minutes",
    "How fast": "The input rate exceeded what is allowed, slow down",
    "A threshold": "The input was flagged: its score exceeds the threshold",
    "Tools": (
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'."
    ),
    "A tool's name": "tools.0.custom.name: String should have at most 128 characters",
}


def parse(words, status, *, raw=False, http_status=None):
    metadata = {"raw": json.dumps({"error": {"message": words}}), "provider_name": "Acme"} if raw else None
    wire = {"message": "Provider returned error" if raw else words, "code": status, "metadata": metadata}
    return parse_error(wire, status=status if http_status is None else http_status)


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("status", [400, 413, 422, 429, 500, 502])
@pytest.mark.parametrize("provider", OVERFLOWS)
def test_is_an_overflow_whatever_the_status(provider, status, raw):
    error = parse(OVERFLOWS[provider], status, raw=raw)
    assert type(error) is ContextLengthExceededError
    assert isinstance(error, ContextOverflowError)
    assert error.status_code == status
    assert not error.is_retryable


@pytest.mark.parametrize("provider", OVERFLOWS)
def test_is_an_overflow_inside_a_200(provider):
    assert type(parse(OVERFLOWS[provider], 400, http_status=200)) is ContextLengthExceededError


@pytest.mark.parametrize("raw", [False, True])
@pytest.mark.parametrize("status", [400, 413, 422, 429, 500, 502])
@pytest.mark.parametrize("case", OTHERS)
def test_is_something_else(case, status, raw):
    assert not isinstance(parse(OTHERS[case], status, raw=raw), ContextOverflowError)


@pytest.mark.parametrize("error_type", ["rate_limit_exceeded", "provider_unavailable", "invalid_request", "unmapped"])
def test_the_words_decide_where_the_type_is_a_wide_one(error_type):
    wire = {"message": OVERFLOWS["Anthropic"], "metadata": {"error_type": error_type}}
    assert type(parse_error(wire, status=429)) is ContextLengthExceededError


@pytest.mark.parametrize("error_type", ["max_tokens_exceeded", "string_too_long"])
def test_a_type_that_names_another_length_decides(error_type):
    wire = {"message": OVERFLOWS["vLLM"], "code": 400, "metadata": {"error_type": error_type}}
    assert not isinstance(parse_error(wire, status=400), ContextOverflowError)


def test_a_balance_that_is_too_small_is_no_overflow():
    words = "Prompt tokens limit exceeded: 9000 > 1200. To increase, visit https://openrouter.ai/settings/credits"
    assert type(parse(words, 402)) is InsufficientCreditsError


def test_no_endpoint_that_is_long_enough_is_no_overflow():
    """OpenRouter looked for one; which condition has to go is in the error."""
    assert type(parse("No endpoints found that support the requested context length.", 404)) is NoEndpointsError
