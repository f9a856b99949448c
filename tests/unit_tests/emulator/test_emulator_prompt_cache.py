"""Prompts that were seen before."""

from __future__ import annotations

from decimal import Decimal

from langchain_openrouter.emulator.catalogue import find_model
from langchain_openrouter.emulator.prompt_cache import CacheUse, PromptCache
from langchain_openrouter.emulator.tokens import Segment

CLAUDE = find_model("anthropic/claude-haiku-4.5")
GPT = find_model("openai/gpt-4o-mini")


def marked(tokens, content, ttl="5m"):
    return Segment(tokens, content, cache_ttl=ttl)


def test_a_marked_prefix_is_written_once_and_then_read():
    cache = PromptCache()
    assert cache.serve(CLAUDE, [marked(50, "rules"), Segment(5, "one")]) == CacheUse(0, 50)
    assert cache.serve(CLAUDE, [marked(50, "rules"), Segment(5, "two")]) == CacheUse(50, 0)
    assert cache.serve(CLAUDE, [marked(50, "other rules")]) == CacheUse(0, 50)


def test_a_later_mark_writes_only_what_is_new():
    cache = PromptCache()
    cache.serve(CLAUDE, [marked(50, "rules")])
    assert cache.serve(CLAUDE, [Segment(50, "rules"), marked(7, "more", "1h")]) == CacheUse(50, 7, for_an_hour=True)


def test_nothing_is_cached_unasked_or_for_another_model():
    cache = PromptCache()
    assert cache.serve(CLAUDE, [Segment(5000, "rules")]) == CacheUse()
    cache.serve(CLAUDE, [marked(50, "rules")])
    assert cache.serve(find_model("anthropic/claude-sonnet-5"), [marked(50, "rules")]).read == 0
    assert cache.serve(find_model("meta-llama/llama-3.3-70b-instruct"), [marked(50, "rules")]) == CacheUse()


def test_long_prompts_of_openai_are_cached_unasked_and_written_for_nothing():
    cache = PromptCache()
    prompt = [Segment(1000, "rules"), Segment(24, "more")]
    assert cache.serve(GPT, prompt) == CacheUse()
    assert cache.serve(GPT, [*prompt, Segment(9, "question")]) == CacheUse(read=1024)
    assert cache.serve(GPT, [Segment(1000, "rules"), Segment(24, "else")]) == CacheUse()


def test_usage_and_cost_tell_of_the_cache(served):
    rules = {"type": "text", "text": "Be kind. " * 40, "cache_control": {"type": "ephemeral"}}
    body = {"model": "anthropic/claude-haiku-4.5", "messages": [{"role": "user", "content": [rules]}]}
    written, read = (served.chat(**body).json()["usage"] for _ in range(2))
    assert written["prompt_tokens_details"]["cache_write_tokens"] == 93
    assert written["prompt_tokens_details"]["cached_tokens"] == 0
    assert read["prompt_tokens_details"]["cache_write_tokens"] == 0
    assert read["prompt_tokens_details"]["cached_tokens"] == 93
    assert written["prompt_tokens"] == read["prompt_tokens"] == 93
    assert written["cost_details"]["upstream_inference_prompt_cost"] == 93 * 1.25e-6
    assert Decimal(repr(read["cost_details"]["upstream_inference_prompt_cost"])) == 93 * Decimal("1e-7")
    last = served.emulator.book.entries[-1]
    assert last.cache_discount == 93 * Decimal("0.0000009")


def test_a_top_level_mark_caches_the_whole_prompt(served):
    body = {"model": "anthropic/claude-haiku-4.5", "cache_control": {"type": "ephemeral"}}
    first, second = (served.chat("Hello there", **body).json()["usage"]["prompt_tokens_details"] for _ in range(2))
    assert (first["cache_write_tokens"], second["cached_tokens"]) == (6, 6)
