"""`ChatOpenRouter`, the chat model: its fields, and thin hooks between LangChain, the wire and the transport."""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput, ModelProfile
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, SecretStr, ValidationError, model_validator
from typing_extensions import override

from langchain_openrouter._environment import (
    DEFAULT_BASE_URL,
    api_key_from_environment,
    read_variable,
    version,
    warn_of_clash,
)
from langchain_openrouter._wire.parse import parse_response
from langchain_openrouter._wire.render import check_n, render_request
from langchain_openrouter._wire.stream import StreamParser
from langchain_openrouter._wire.tools import render_tool_choice, render_tools
from langchain_openrouter.chat_options import ChatOptions
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.structured_output import Method, Schema, plan_structured_output

if TYPE_CHECKING:
    from langchain_openrouter._http.transport import Transport

_CHAT = "/chat/completions"

_LONGEST_PLAUSIBLE_TIMEOUT = 3600


@dataclass(frozen=True, slots=True)
class _Connection:
    """The transport of a model and the settings that it was made for. Copies and pickles of a model find their own.

    Models compare equal by their settings, whether or not they have been used.
    """

    settings: tuple[object, ...] = field(default=(), compare=False)
    transport: Transport | None = field(default=None, compare=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> _Connection:
        return _Connection()

    def __reduce__(self) -> tuple[type[_Connection], tuple[()]]:
        return _Connection, ()


class ChatOpenRouter(ChatOptions, BaseChatModel):
    """Any of OpenRouter's models as a LangChain chat model.

    ```python
    from langchain_openrouter import ChatOpenRouter

    model = ChatOpenRouter(model="openai/gpt-5-mini")  # reads OPENROUTER_API_KEY
    answer = model.invoke("Why is the sky blue?")
    answer.text, answer.usage_metadata, answer.response_metadata["cost"]  # USD
    ```

    A field that is `None` is not sent, so that OpenRouter's or the provider's default holds. Any field can be given
    per call, by its name on the wire: `model.invoke(..., temperature=0)`. Keys that this class does not know are sent
    as they stand.

    Raises:
        ConfigurationError: There is no key, or `n` is not 1.

    Source: https://openrouter.ai/docs/api-reference/parameters
    """

    model_config = ConfigDict(populate_by_name=True, hide_input_in_errors=True, arbitrary_types_allowed=True)

    model_name: str = Field(alias="model")
    """The model's id, such as `openai/gpt-5-mini`, with a variant such as `:free` where wanted."""
    openrouter_api_key: SecretStr | None = Field(alias="api_key", default_factory=api_key_from_environment)
    """The key; `None` means `OPENROUTER_API_KEY`."""
    openrouter_api_base: str | None = Field(
        alias="base_url", default_factory=lambda: read_variable("OPENROUTER_API_BASE")
    )
    """Where the API is; `None` means `OPENROUTER_API_BASE`, else OpenRouter itself."""
    app_url: str | None = Field(
        default_factory=lambda: (
            read_variable("OPENROUTER_APP_URL", "OPENROUTER_SITE_URL") or "https://docs.langchain.com"
        )
    )
    """The app's URL for OpenRouter's rankings (`HTTP-Referer`); `None` sends none."""
    app_title: str | None = Field(
        default_factory=lambda: read_variable("OPENROUTER_APP_TITLE", "OPENROUTER_SITE_NAME") or "LangChain"
    )
    """The app's name for OpenRouter's rankings (`X-Title`); `None` sends none."""
    app_categories: list[str] | None = None
    """The app's categories for OpenRouter's rankings, at most two."""
    default_headers: Mapping[str, str] | None = Field(default=None, exclude=True, repr=False)
    """More headers for every request. They win over those that the fields above make."""
    request_timeout: float | None = Field(alias="timeout", default=None, gt=0)
    """Seconds without a byte from the server, and for the whole of an unstreamed call with its retries.

    `None` means 120 s without a byte and 600 s in all.
    """
    max_retries: int = Field(default=2, ge=0)
    """Attempts after the first, for failures that pass and cannot have been billed; `0` means one request."""

    streaming: bool = False
    """Whether `invoke` streams under the hood."""
    stream_usage: bool = True
    """Whether to ask for usage in a stream. OpenRouter sends it either way."""
    client: Any = Field(default=None, exclude=True, repr=False)
    """An `httpx.Client` of your own for synchronous calls; it is never closed here."""
    async_client: Any = Field(default=None, exclude=True, repr=False)
    """An `httpx.AsyncClient` of your own for asynchronous calls; it is never closed here."""

    _connection: _Connection = PrivateAttr(default_factory=_Connection)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the parent's
        warn_of_clash()
        try:
            super().__init__(*args, **kwargs)
        except ValidationError as error:
            _raise_own_error(error)
            raise

    @model_validator(mode="after")
    def _check(self) -> Self:
        check_n(self.n)
        if self.openrouter_api_key is None:
            self.openrouter_api_key = api_key_from_environment()
        self._require_key()
        if self.request_timeout is not None and self.request_timeout > _LONGEST_PLAUSIBLE_TIMEOUT:
            warnings.warn(
                f"timeout={self.request_timeout:g} is in seconds, which is more than an hour. "
                f"For milliseconds, give timeout={self.request_timeout / 1000:g}.",
                stacklevel=5,
            )
        _check_client(self.client, "client", "httpx.Client")
        _check_client(self.async_client, "async_client", "httpx.AsyncClient")
        return self

    def _require_key(self) -> SecretStr:
        if self.openrouter_api_key is None or not self.openrouter_api_key.get_secret_value():
            raise ConfigurationError(
                "OPENROUTER_API_KEY must be set, or `api_key` given: make a key at "
                "https://openrouter.ai/settings/keys. Without one, langchain_openrouter.emulator runs offline."
            )
        key = self.openrouter_api_key.get_secret_value()
        if not (key.isascii() and key.isprintable()):
            raise ConfigurationError(
                "`api_key` holds a line break or a character that is not ASCII: paste the bare key (sk-or-v1-...)."
            )
        return self.openrouter_api_key

    @property
    def model(self) -> str:
        """The model's id."""
        return self.model_name

    @property
    @override
    def _llm_type(self) -> str:
        return "openrouter-chat"

    @property
    @override
    def lc_secrets(self) -> dict[str, str]:
        return {"openrouter_api_key": "OPENROUTER_API_KEY"}

    @classmethod
    @override
    def is_lc_serializable(cls) -> bool:
        return True

    @property
    @override
    def _identifying_params(self) -> dict[str, Any]:
        return {
            "streaming": self.streaming,
            "model_kwargs": self.model_kwargs,
            "model": self.model_name,
            **self.wire_options(),
        }

    @override
    def _resolve_model_profile(self) -> ModelProfile | None:
        from langchain_openrouter.profiles import cached_profile

        return cached_profile(self.openrouter_api_base or DEFAULT_BASE_URL, self.model_name)

    @override
    def _get_ls_params(self, stop: list[str] | None = None, **kwargs: Any) -> LangSmithParams:
        params = LangSmithParams(
            ls_provider="openrouter",
            ls_model_name=kwargs.get("model") or self.model_name,
            ls_model_type="chat",
            ls_temperature=kwargs.get("temperature", self.temperature),
        )
        if max_tokens := kwargs.get("max_tokens", self.max_tokens) or self.max_completion_tokens:
            params["ls_max_tokens"] = max_tokens
        if stops := stop or self.stop:
            params["ls_stop"] = [stops] if isinstance(stops, str) else stops
        return params

    def _render(
        self, messages: list[BaseMessage], stop: list[str] | None, kwargs: Mapping[str, Any], *, stream: bool
    ) -> bytes:
        options = {"model": self.model_name, **self.wire_options()}
        if stream and self.stream_usage:
            options["stream_options"] = {"include_usage": True}
        if stop is not None:
            options["stop"] = stop
        options.update(kwargs)
        return render_request(messages, options, stream=stream)

    @override
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        response = self._transport().post(_CHAT, self._render(messages, stop, kwargs, stream=False))
        return parse_response(response.content, response.headers)

    @override
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        response = await self._transport().apost(_CHAT, self._render(messages, stop, kwargs, stream=False))
        return parse_response(response.content, response.headers)

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        with self._transport().stream(_CHAT, self._render(messages, stop, kwargs, stream=True)) as answer:
            parser = StreamParser(answer.headers)
            with parser.keeping_partial():
                for payloads in answer.batches:
                    yield from parser.feed(payloads)
                yield parser.close()

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        async with self._transport().astream(_CHAT, self._render(messages, stop, kwargs, stream=True)) as answer:
            parser = StreamParser(answer.headers)
            with parser.keeping_partial():
                async for payloads in answer.batches:
                    for chunk in parser.feed(payloads):
                        yield chunk
                yield parser.close()

    @override
    def bind_tools(
        self,
        tools: Sequence[dict[str, Any] | type | Callable[..., Any] | BaseTool],
        *,
        tool_choice: dict[str, Any] | str | bool | None = None,
        strict: bool | None = None,
        parallel_tool_calls: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, AIMessage]:
        """Let the model call tools.

        Args:
            tools: Functions, Pydantic classes, `TypedDict` classes, tools, dicts of the wire, or OpenRouter's server
                tools such as `{"type": "openrouter:web_search"}`, mixed.
            tool_choice: `"auto"`, `"none"`, `"required"` (or `"any"`), the name of a tool, `True` for the only tool, or
                a dict of the wire. `None` leaves the choice to the model.
            strict: Whether arguments must fit the schema; `None` leaves it to the provider.
            parallel_tool_calls: Whether one answer may hold several calls; `None` leaves it to the provider.
            **kwargs: More options for every call.

        Raises:
            ToolChoiceError: `tool_choice` names a tool that is not there.
        """
        rendered = render_tools(tools, strict=strict)
        if tool_choice:
            kwargs["tool_choice"] = render_tool_choice(tool_choice, rendered)
        if parallel_tool_calls is not None:
            kwargs["parallel_tool_calls"] = parallel_tool_calls
        return super().bind(tools=rendered, **kwargs)

    @override
    def with_structured_output(
        self,
        schema: Schema | None = None,
        *,
        method: Method = "function_calling",
        include_raw: bool = False,
        strict: bool | None = None,
        **kwargs: Any,
    ) -> Runnable[LanguageModelInput, dict[str, Any] | BaseModel]:
        """Make a model whose answers have the shape of `schema`.

        Args:
            schema: A Pydantic class (answers are its instances), a `TypedDict` class or a JSON schema (answers are
                dicts). `None` is allowed with `json_mode` alone.
            method: `"function_calling"` (most models), `"json_schema"` (models that list `structured_outputs`), or
                `"json_mode"` (any JSON; tell the model which).
            include_raw: Whether to return `{"raw": message, "parsed": answer or None, "parsing_error": error or None}`.
            strict: Whether the provider must hold to the schema; `None` leaves it to the provider.
            **kwargs: More options for every call.

        Raises:
            ConfigurationError: The method is unknown, or needs a schema.

        The runnable raises `RefusalError` or `StructuredOutputError` where the model did not answer in that shape.
        """
        plan = plan_structured_output(schema, method, strict=strict)
        options = {**plan.options, **kwargs}
        llm = self.bind_tools(plan.tools, strict=strict, **options) if plan.tools else self.bind(**options)
        if not include_raw:
            return llm | plan.parser
        parsed = RunnablePassthrough.assign(parsed=lambda answer: plan.parser.invoke(answer["raw"]))
        fitting = parsed.assign(parsing_error=lambda _: None)
        failed = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=llm) | fitting.with_fallbacks([failed], exception_key="parsing_error")

    def close(self) -> None:
        """Close the connections that synchronous calls opened, for every model that shares them."""
        if self._connection.transport is not None:
            self._connection.transport.close()

    async def aclose(self) -> None:
        """Close the connections that calls on the running event loop opened, for every model that shares them."""
        if self._connection.transport is not None:
            await self._connection.transport.aclose()

    def _transport(self) -> Transport:
        """The transport for the settings as they are now: fields may have been assigned since the last call."""
        settings = (
            self._require_key(),
            self.openrouter_api_base,
            self.app_url,
            self.app_title,
            self.app_categories,
            self.default_headers,
            self.request_timeout,
            self.max_retries,
            self.client,
            self.async_client,
        )
        connection = self._connection
        transport = connection.transport
        if transport is None or connection.settings != settings:
            transport = self._new_transport()
            self._connection = _Connection(settings, transport)
        return transport

    def _new_transport(self) -> Transport:
        from langchain_openrouter._http.transport import Transport
        from langchain_openrouter.catalogue import refresh_for_model

        if self.client is None and self.async_client is None:
            refresh_for_model(self.openrouter_api_base or DEFAULT_BASE_URL, self.openrouter_api_key)
        return Transport(
            self.openrouter_api_base or DEFAULT_BASE_URL,
            self._headers(),
            timeout=self.request_timeout,
            max_retries=self.max_retries,
            client=self.client,
            async_client=self.async_client,
        )

    def _headers(self) -> dict[str, str]:
        headers = {
            "authorization": f"Bearer {self._require_key().get_secret_value()}",
            "user-agent": f"langchain-openrouter-agents/{version()}",
            "http-referer": self.app_url,
            "x-title": self.app_title,
            "x-openrouter-categories": ",".join(self.app_categories or ()),
        }
        headers.update({name.lower(): value for name, value in (self.default_headers or {}).items()})
        sent = {name: value for name, value in headers.items() if value}
        if broken := [name for name, value in sent.items() if not (name + value).isprintable()]:
            raise ConfigurationError(f"The values of these headers hold line breaks or control characters: {broken}.")
        return sent

    def __getstate__(self) -> dict[Any, Any]:
        """Leave the key, the clients and the connections out of pickles."""
        state = super().__getstate__()
        hidden = {"openrouter_api_key": None, "client": None, "async_client": None, "default_headers": None}
        state["__dict__"] = {**state["__dict__"], **hidden}
        return state

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Take the key from the environment; without one there, the next call says what to do."""
        super().__setstate__(state)
        self.openrouter_api_key = api_key_from_environment()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Copy the settings; share injected clients."""
        memo = {} if memo is None else memo
        memo.update({id(client): client for client in (self.client, self.async_client) if client is not None})
        return super().__deepcopy__(memo)


def _raise_own_error(error: ValidationError) -> None:
    """Raise the error that a validator of ours raised, without pydantic's wrapping."""
    for detail in error.errors(include_input=False, include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, ConfigurationError):
            raise cause from None


def _check_client(client: object, field: str, wanted: str) -> None:
    if client is not None and not hasattr(client, "build_request"):
        raise ConfigurationError(
            f"{field} must be an {wanted}, not {type(client).__name__}. An SDK's client is not needed: leave it out."
        )
