"""Cassettes without secrets: what a recording of OpenRouter's traffic may hold, and what is replaced in it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from os import PathLike
from typing import Any

import httpx
from langchain_tests.conftest import CustomPersister, CustomSerializer
from vcr import VCR
from vcr.request import Request

SERIALIZER = "yaml.gz"
SCRUBBED = "scrubbed"

# Names of what may stay, so that a header of tomorrow stays out: cookies, request ids, dates and all.
REQUEST_HEADERS = frozenset({"content-type", "http-referer", "x-title"})
RESPONSE_HEADERS = frozenset({"content-type", "location", "retry-after", "x-generation-id"})

_KEY = re.compile(rb"sk-or-[\w.-]+")
_FIELDS = rb"(?:creator_)?user_id|external_user|(?:org|organization|account|workspace)_id|label|hash|request_id"
# with the backslashes that JSON has within JSON
_FIELD = re.compile(rb'(\\*"(?:' + _FIELDS + rb')\\*"\s*:\s*\\*")[^"\\]+')
_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ACCOUNT = re.compile(rb"\b(?:user|org)_[A-Za-z0-9]{20,}")


class SecretInCassetteError(Exception):
    """Something that must not be written down would have been."""


def recorder_settings(**settings: Any) -> dict[str, Any]:
    """Settings for `VCR.use_cassette`. The host is not matched, so that what one server said can be played anywhere."""
    return {
        "match_on": ["method", "path", "query", "body"],
        "before_record_request": scrub_request,
        "before_record_response": scrub_response,
        "serializer": SERIALIZER,
        **settings,
    }


def prepare_recorder(vcr: VCR, *secrets: str) -> None:
    """Give a recorder cassettes that are compressed YAML and are not written with any of the secrets in them."""
    vcr.register_serializer(SERIALIZER, CustomSerializer())
    vcr.register_persister(CleanPersister(*secrets))


def scrub_request(request: Request) -> Request:
    """The request without what must not be written down, and with the ids that are drawn anew each time numbered."""
    body = request.body
    clean = _number_ids(scrub(body)) if isinstance(body, bytes) else body
    uri = scrub(request.uri.encode()).decode()
    headers = {name: scrub(value.encode()).decode() for name, value in _only(REQUEST_HEADERS, request.headers).items()}
    return Request(request.method, uri, clean, headers)


def scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    """The response without what must not be written down, uncompressed.

    Raises:
        SecretInCassetteError: It cannot be read, because of its compression.
    """
    headers = _only(RESPONSE_HEADERS, response["headers"])
    clean = {name: [scrub(value.encode()).decode() for value in values] for name, values in headers.items()}
    return {**response, "headers": clean, "body": {"string": scrub(_uncompressed(response))}}


def scrub(text: bytes) -> bytes:
    """Replace keys, and the names of users, organizations, workspaces and keys, wherever they stand."""
    text = _KEY.sub(SCRUBBED.encode(), text)
    text = _FIELD.sub(rb"\1" + SCRUBBED.encode(), text)
    return _ACCOUNT.sub(SCRUBBED.encode(), text)


class CleanPersister(CustomPersister):
    """Looks once more before it writes."""

    def __init__(self, *secrets: str) -> None:
        self._pieces = {piece for secret in secrets for piece in _pieces(secret)}

    def save_cassette(
        self, cassette_path: str | PathLike[str], cassette_dict: dict[str, Any], serializer: CustomSerializer
    ) -> None:
        """Write a cassette.

        Raises:
            SecretInCassetteError: A piece of a secret is in it, also if only in a stream's words put together.
        """
        if any(piece in text for text in _texts(cassette_dict) for piece in self._pieces):
            raise SecretInCassetteError(f"{cassette_path} was not written: it would hold a piece of an API key.")
        CustomPersister.save_cassette(cassette_path, cassette_dict, serializer)


def _uncompressed(response: dict[str, Any]) -> bytes:
    # vcrpy does not know all that httpx asks for
    body: bytes = response["body"].get("string") or b""
    for value in _only(frozenset({"content-encoding"}), response["headers"]).values():
        encodings = ", ".join(value)
        if not {one.strip() for one in encodings.split(",")} <= _readable_encodings():
            raise SecretInCassetteError(f"A response could not be decompressed, and so not be scrubbed: {encodings}.")
        body = httpx.Response(200, headers={"content-encoding": encodings}, content=body).content
    return body


@cache
def _readable_encodings() -> set[str]:
    with httpx.Client(verify=False) as client:
        return set(client.headers["accept-encoding"].split(", "))


def _number_ids(body: bytes) -> bytes:
    ids = list(dict.fromkeys(_UUID.findall(body)))
    return _UUID.sub(lambda found: b"id-%d" % ids.index(found[0]), body)


def _pieces(secret: str) -> Iterator[str]:
    """Long enough to be no accident, short enough to be found where the rest has been scrubbed."""
    length = min(12, len(secret))
    return (secret[start : start + length] for start in range(len(secret) - length + 1))


def _only(names: frozenset[str], headers: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in headers.items() if name.lower() in names}


def _texts(cassette: dict[str, Any]) -> Iterator[str]:
    for request in cassette["requests"]:
        yield f"{request.uri} {dict(request.headers)}"
        yield _readable(request.body)
    for response in cassette["responses"]:
        body = _readable(response["body"]["string"])
        yield f"{response['headers']} {body}"
        yield from _streamed(body)


def _readable(body: object) -> str:
    return body.decode(errors="replace") if isinstance(body, bytes) else str(body)


def _streamed(body: str) -> list[str]:
    """What a stream says under each key, put together."""
    said: defaultdict[str, str] = defaultdict(str)
    for line in body.splitlines():
        if line.startswith("data: {"):
            for key, text in _strings(json.loads(line.removeprefix("data: "))):
                said[key] += text
    return list(said.values())


def _strings(value: object, key: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _strings(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, key)
