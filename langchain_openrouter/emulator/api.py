"""The routes under `/api/v1`, and who may use them."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal, Protocol

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from langchain_openrouter.emulator import account_pages, failures, pages
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.batches import Batches
from langchain_openrouter.emulator.brain import JSON, Brain, Failure, Verbatim
from langchain_openrouter.emulator.catalogue import Model, find_model
from langchain_openrouter.emulator.chat import answer_request, parsed_body
from langchain_openrouter.emulator.embedding import embed
from langchain_openrouter.emulator.faults import Faults
from langchain_openrouter.emulator.generations import Generations
from langchain_openrouter.emulator.recording import ReceivedRequest, Recorder
from langchain_openrouter.emulator.reranking import rerank
from langchain_openrouter.emulator.responses import Pieces, failure_response, json_response
from langchain_openrouter.emulator.responses_api import RESPONSES

PREFIX = "/api/v1"
BETA_PREFIX = "/api/beta"
Access = Literal["open", "any key", "inference key", "management key"]
Handler = Callable[[Request], Awaitable[Response]]
RetrievalAnswer = Callable[[Mapping[str, JSON], Account, str | None], dict[str, JSON]]


class Context(Protocol):
    """What the routes need of the emulator."""

    brain: Brain

    @property
    def api_key(self) -> str:
        """The key for inference."""

    @property
    def management_key(self) -> str:
        """The key for administration."""

    @property
    def account(self) -> Account:
        """Whose money is spent."""

    @property
    def batches(self) -> Batches:
        """The batches that were submitted."""

    @property
    def generations(self) -> Generations:
        """The records of generations."""

    @property
    def faults(self) -> Faults:
        """Failures that are set up in advance."""


class Api:
    """The handlers of all routes."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def application(self, record: Callable[[ReceivedRequest], None]) -> ASGIApp:
        """The ASGI application. `record` is called with each request before it is handled."""
        table: tuple[tuple[str, str, Handler, Access], ...] = (
            ("POST", "/chat/completions", self._chat, "inference key"),
            ("POST", "/responses", self._responses, "inference key"),
            ("POST", "/embeddings", self._retrieval(embed), "inference key"),
            ("POST", "/rerank", self._retrieval(rerank), "inference key"),
            ("GET", "/embeddings/models", self._embeddings_models, "open"),
            ("GET", "/models", self._models, "open"),
            ("GET", "/models/count", self._models_count, "open"),
            ("GET", "/models/{author}/{slug}/endpoints", self._endpoints, "open"),
            ("GET", "/model/{author}/{slug}", self._model, "open"),
            ("GET", "/providers", self._providers, "open"),
            ("GET", "/key", self._key, "any key"),
            ("GET", "/credits", self._credits, "management key"),
            ("GET", "/generation", self._generation, "any key"),
            ("GET", "/activity", self._activity, "management key"),
        )
        routes = [
            Route(PREFIX + path, self._guarded(handler, access), methods=[method])
            for method, path, handler, access in table
        ]
        routes += self._batch_routes()
        app = Starlette(routes=routes, exception_handlers={failures.Refusal: _refused, HTTPException: _no_route})
        return Recorder(app, record)

    def _batch_routes(self) -> list[Route]:
        """The Batch API has moved from the second address to the first; some OpenRouters have it at one alone."""
        table: tuple[tuple[str, str, Handler], ...] = (
            ("POST", "/batches", self._submit_batch),
            ("GET", "/batches", self._list_batches),
            ("GET", "/batches/{batch_id}", self._look_at_batch),
            ("DELETE", "/batches/{batch_id}", self._delete_batch),
            ("POST", "/batches/{batch_id}/cancel", self._cancel_batch),
        )
        return [
            Route(prefix + path, self._guarded(handler, "inference key"), methods=[method])
            for prefix in (PREFIX, BETA_PREFIX)
            if prefix in self._context.batches.rules.addresses
            for method, path, handler in table
            if self._context.batches.rules.cancellable or handler != self._cancel_batch
        ]

    def _guarded(self, handler: Handler, access: Access) -> Handler:
        async def guarded(request: Request) -> Response:
            fault = self._context.faults.take(request.url.path.removeprefix(PREFIX))
            if isinstance(fault, Verbatim):
                return Pieces(fault.pieces, fault.status, fault.headers, cut=fault.cut)
            if fault is not None:
                return failure_response(fault)
            if access != "open":
                _authorize(self._kind_of_key(request), access)
            return await handler(request)

        return guarded

    def _kind_of_key(self, request: Request) -> Access:
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not key:
            raise failures.Refusal(Failure(401, "Missing Authentication header"))
        if hmac.compare_digest(key.encode(), self._context.api_key.encode()):
            return "inference key"
        if hmac.compare_digest(key.encode(), self._context.management_key.encode()):
            return "management key"
        raise failures.Refusal(Failure(401, "User not found."))

    async def _chat(self, request: Request) -> Response:
        return await answer_request(await request.body(), request.headers, self._context.brain, self._context.account)

    async def _responses(self, request: Request) -> Response:
        return await answer_request(
            await request.body(), request.headers, self._context.brain, self._context.account, RESPONSES
        )

    def _retrieval(self, answer: RetrievalAnswer) -> Handler:
        async def handler(request: Request) -> Response:
            body = parsed_body(await request.body())
            session_id = request.headers.get("x-session-id")
            answered = await asyncio.to_thread(answer, body, self._context.account, session_id)
            return json_response(answered, headers={"x-generation-id": str(answered["id"])})

        return handler

    async def _embeddings_models(self, request: Request) -> Response:
        return json_response(pages.models_page({**request.query_params, "output_modalities": "embeddings"}))

    async def _submit_batch(self, request: Request) -> Response:
        context = self._context
        submitted = context.batches.submit(await request.body(), context.brain, context.account)
        return json_response(submitted, 202)

    async def _list_batches(self, request: Request) -> Response:
        query = request.query_params
        return json_response(self._context.batches.page(query, query.getlist("status")))

    async def _look_at_batch(self, request: Request) -> Response:
        context = self._context
        seen, status = await context.batches.look(request.path_params["batch_id"], context.brain, context.account)
        return json_response(seen, status)

    async def _delete_batch(self, request: Request) -> Response:
        return json_response(self._context.batches.delete(request.path_params["batch_id"]))

    async def _cancel_batch(self, request: Request) -> Response:
        return json_response(self._context.batches.cancel(request.path_params["batch_id"]))

    async def _models(self, request: Request) -> Response:
        return json_response(pages.models_page(request.query_params))

    async def _models_count(self, request: Request) -> Response:
        return json_response(pages.models_count_page(request.query_params))

    async def _model(self, request: Request) -> Response:
        return json_response({"data": pages.model_object(_named(request))})

    async def _endpoints(self, request: Request) -> Response:
        return json_response(pages.endpoints_page(_named(request)))

    async def _providers(self, _: Request) -> Response:
        return json_response(pages.providers_page())

    async def _key(self, request: Request) -> Response:
        is_management = self._kind_of_key(request) == "management key"
        key = self._context.management_key if is_management else self._context.api_key
        return json_response(account_pages.key_page(self._context.account, key, is_management=is_management))

    async def _credits(self, _: Request) -> Response:
        return json_response(account_pages.credits_page(self._context.account))

    async def _generation(self, request: Request) -> Response:
        context = self._context
        return json_response(context.generations.look(request.query_params.get("id", ""), context.account.book))

    async def _activity(self, request: Request) -> Response:
        context = self._context
        return json_response(account_pages.activity_page(context.account, context.api_key, request.query_params))


def _authorize(kind: Access, access: Access) -> None:
    if access in {"any key", kind}:
        return
    if access == "management key":
        raise failures.Refusal(Failure(403, "Only management keys can perform this operation"))
    raise failures.Refusal(Failure(403, "Management keys cannot be used to call models"))


def _named(request: Request) -> Model:
    slug = "{author}/{slug}".format(**request.path_params)
    model = find_model(slug)
    if model is None:
        raise failures.Refusal(failures.not_found(f"Model {slug}"))
    return model


async def _refused(_: Request, error: Exception) -> Response:
    if not isinstance(error, failures.Refusal):
        raise error
    return failure_response(error.failure)


async def _no_route(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return failure_response(Failure(error.status_code, error.detail))
