"""`POST /embeddings`: inputs to vectors in which texts that share words are near each other."""

from __future__ import annotations

import base64
import struct
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import cast

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.brain import JSON
from langchain_openrouter.emulator.checks.retrieval import embeddings_problem
from langchain_openrouter.emulator.pricing import TokenCounts, cost_of
from langchain_openrouter.emulator.retrieval import Body, Retrieval, refuse_media, route_of
from langchain_openrouter.emulator.retrieval_models import dimensions_of, shortens_vectors
from langchain_openrouter.emulator.routing import Route
from langchain_openrouter.emulator.similarity import features_of, vector_of
from langchain_openrouter.emulator.tokens import TOKENS_OF_MEDIA, count_text

MOST_INPUTS = 2048
"""Inputs of one request to OpenAI."""

_KIND_OF_PART = {"image_url": "image", "input_audio": "audio", "input_video": "video", "input_file": "file"}


@dataclass(slots=True)
class _Reading:
    """An input as a model reads it."""

    tokens: Counter[str] = field(default_factory=Counter)
    """By kind: `text`, `image`, `audio`, `video`, `file`."""
    features: Counter[str] = field(default_factory=Counter)


def embed(body: Body, account: Account, session_id: str | None) -> dict[str, JSON]:
    """Answer a request for vectors.

    Raises:
        Refusal: Something is wrong with it, or it cannot be paid for.
    """
    route = route_of(body, "embeddings", embeddings_problem(body))
    refusal = account.refusal_of_any(is_free=route.model.is_free)
    if refusal is not None:
        raise failures.Refusal(refusal)
    readings = [_read(one) for one in _listed(body["input"])]
    tokens: Counter[str] = sum((reading.tokens for reading in readings), Counter())
    refuse_media(route, set(tokens))
    _check_sizes(route, readings)
    dimensions = _dimensions(route, body.get("dimensions"))
    vectors = [vector_of(reading.features, dimensions) for reading in readings]
    retrieval = Retrieval(body, "embeddings", route, session_id)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "embedding": _encoded(vector, body.get("encoding_format")), "index": index}
            for index, vector in enumerate(vectors)
        ],
        "usage": _bill(retrieval, account, tokens),
        **retrieval.facts,
    }


def _listed(given: JSON) -> Sequence[JSON]:
    """The inputs: a text is one, and so is a list of tokens."""
    if isinstance(given, str) or (isinstance(given, list) and isinstance(given[0], int)):
        return [given]
    return cast("Sequence[JSON]", given)


def _read(one: JSON) -> _Reading:
    if isinstance(one, str):
        return _Reading(Counter(text=count_text(one)), features_of(one))
    if isinstance(one, Mapping):
        return _read_content(cast("Sequence[Mapping[str, JSON]]", one["content"]))
    tokens = cast("Sequence[int]", one)
    return _Reading(Counter(text=len(tokens)), Counter(str(token) for token in tokens) or Counter({"": 1}))


def _read_content(parts: Sequence[Mapping[str, JSON]]) -> _Reading:
    reading = _Reading()
    for part in parts:
        kind = _KIND_OF_PART.get(str(part["type"]), "text")
        if kind == "text":
            text = str(part["text"])
            reading.tokens["text"] += count_text(text)
            reading.features.update(features_of(text))
        else:
            reading.tokens[kind] += TOKENS_OF_MEDIA[kind]
            reading.features[str(part[str(part["type"])])] += 1
    return reading


def _check_sizes(route: Route, readings: list[_Reading]) -> None:
    if route.model.maker == "openai" and len(readings) > MOST_INPUTS:
        message = (
            f"Invalid 'input': array too long. Expected an array with maximum length {MOST_INPUTS}, but got an array "
            f"with length {len(readings)} instead."
        )
        raise failures.Refusal(failures.provider_error(route.provider.name, message, "input"))
    room = route.model.facts["context_length"]
    longest = max(reading.tokens.total() for reading in readings)
    if longest > room:
        message = f"This model's maximum context length is {room} tokens, however you requested {longest} tokens."
        raise failures.Refusal(failures.provider_error(route.provider.name, message, "input"))


def _dimensions(route: Route, asked: JSON) -> int:
    own = dimensions_of(route.model)
    if not isinstance(asked, int):
        return own
    if not shortens_vectors(route.model):
        message = "This model does not support specifying dimensions."
        raise failures.Refusal(failures.provider_error(route.provider.name, message, "dimensions"))
    if asked > own:
        message = f"Invalid value for 'dimensions' = {asked}. Must be less than or equal to {own}."
        raise failures.Refusal(failures.provider_error(route.provider.name, message, "dimensions"))
    return asked


def _encoded(vector: list[float], encoding_format: JSON) -> JSON:
    if encoding_format != "base64":
        return vector
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


def _bill(retrieval: Retrieval, account: Account, tokens: Counter[str]) -> dict[str, JSON]:
    total = tokens.total()
    counts = TokenCounts(total, 0, audio=tokens["audio"], video=tokens["video"], images=tokens["image"])
    cost = cost_of(retrieval.route.model.pricing, counts, retrieval.created_at).total
    retrieval.bill(account, total, cost)
    usage: dict[str, JSON] = {
        "prompt_tokens": total,
        "total_tokens": total,
        "cost": float(cost),
        "is_byok": False,
        "cost_details": {
            "upstream_inference_cost": float(cost),
            "upstream_inference_prompt_cost": float(cost),
            "upstream_inference_completions_cost": 0,
        },
    }
    if len(tokens) > 1:
        usage["prompt_tokens_details"] = {f"{kind}_tokens": count for kind, count in tokens.items()}
    return usage
