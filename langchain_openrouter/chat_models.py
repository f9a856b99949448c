"""`ChatOpenRouter`, the chat model: its fields, and thin hooks between LangChain, the wire and the transport."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from langchain_core.callbacks import AsyncCallbackManagerForLLMRun, CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel, LangSmithParams, LanguageModelInput, ModelProfile
from langchain_core.language_models.chat_models import agenerate_from_stream, generate_from_stream
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGenerationChunk, ChatResult
from langchain_core.runnables import Runnable, RunnableMap, RunnablePassthrough
from langchain_core.tools import BaseTool
from pydantic import BaseModel, ConfigDict, Field
from typing_extensions import override

from langchain_openrouter._signatures import keep_signature
from langchain_openrouter._wire import block_translators
from langchain_openrouter.async_batch import BatchesInFewTasks
from langchain_openrouter.attempt_booking import book, meter_for, watching
from langchain_openrouter.batch_submission import BatchSubmission
from langchain_openrouter.call_settings import render_header_options, take_call_settings, with_meter
from langchain_openrouter.chat_options import ChatOptions
from langchain_openrouter.connection import OpenRouterConnection
from langchain_openrouter.metered import Metered
from langchain_openrouter.quiet_runs import AnswersQuietly
from langchain_openrouter.run_facts import RunFacts, TellsStreamsTheirRun, facts_of, take_facts
from langchain_openrouter.schemas import Method, Schema
from langchain_openrouter.token_counting import TokenCounting

if TYPE_CHECKING:
    from langchain_openrouter._http.call import CallSettings
    from langchain_openrouter._http.transport import Transport
    from langchain_openrouter._wire.api import Api
    from langchain_openrouter.spend.call_meter import CallMeter

block_translators.register()


class ChatOpenRouter(
    Metered,
    OpenRouterConnection,
    ChatOptions,
    BatchSubmission,
    TokenCounting,
    TellsStreamsTheirRun,
    BatchesInFewTasks,
    AnswersQuietly,
    BaseChatModel,
):
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

    model_config = ConfigDict(defer_build=False)

    model_name: str = Field(alias="model")
    """The model's id, such as `openai/gpt-5-mini`, with a variant such as `:free` where wanted."""
    streaming: bool = False
    """Whether `invoke` streams under the hood."""
    stream_usage: bool = True
    """Whether to ask for usage in a stream. OpenRouter sends it either way."""

    use_responses_api: bool = False
    """Whether to use OpenRouter's Responses API instead of chat completions.

    Messages and options are the same. The items of an answer stand in `additional_kwargs["output"]` as they came, and
    go back with the next turn. Only there are the tools `apply_patch`, `shell` and `openrouter:tool_search`, custom
    tools and advice that is streamed (in `additional_kwargs["advice"]`). Only in chat completions are `stop`, `seed`,
    `logit_bias` and spoken answers: with the Responses API they raise `RequestError`.
    """

    anthropic_beta: list[str] | None = None
    """Anthropic's names of features to turn on, such as `structured-outputs-2025-11-13` for strict tools."""

    _more_headers: ClassVar[tuple[str, ...]] = ("anthropic_beta",)

    @property
    def model(self) -> str:
        """The model's id."""
        return self.model_name

    @property
    def _api(self) -> Api:
        if self.use_responses_api:
            from langchain_openrouter._wire.responses.api import RESPONSES

            return RESPONSES
        from langchain_openrouter._wire.api import CHAT

        return CHAT

    @property
    @override
    def _llm_type(self) -> str:
        return "openrouter-chat"

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
            "use_responses_api": self.use_responses_api,
            **self.wire_options(),
        }

    @override
    def _get_invocation_params(self, stop: list[str] | None = None, **kwargs: Any) -> dict[str, Any]:
        # LangChain's own calls its deprecated `dict()`, and silences warnings for all threads meanwhile
        return {**self.asdict(), "stop": stop, **kwargs}

    @override
    def _resolve_model_profile(self) -> ModelProfile | None:
        from langchain_openrouter.profiles import cached_profile

        return cached_profile(self.base_url, self.model_name)

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

    def _request(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None,
        run: RunFacts,
        kwargs: Mapping[str, Any],
        *,
        stream: bool,
    ) -> tuple[tuple[str, bytes, CallSettings | None], CallMeter | None]:
        """What the transport takes (a path, a body, and what the call has of its own), and what books the attempts."""
        options = {"model": self.model_name, **self.merge_call_options(kwargs)}
        if stream and self.stream_usage:
            options.setdefault("stream_options", {"include_usage": True})
        if stop is not None:
            options["stop"] = stop
        settings, money = take_call_settings(options), self.take_money_settings(options)
        body = self._api.render(messages, options, stream=stream)
        meter = meter_for(self, "chat", options, body, run, money)
        return (self._api.path, body, with_meter(settings, meter)), meter

    def _must_stream(self, kwargs: Mapping[str, Any]) -> bool:
        """Whether the answer comes in a stream only: OpenRouter gives audio in no other way."""
        modalities = kwargs.get("modalities", self.modalities) or ()
        return "audio" in modalities or kwargs.get("audio", self.audio) is not None

    @override
    @keep_signature
    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if self._must_stream(kwargs):
            return generate_from_stream(self._stream(messages, stop, run_manager, **kwargs))
        request, meter = self._request(messages, stop, facts_of(run_manager), kwargs, stream=False)
        with watching(meter):
            response = self._transport().post(*request)
            result = self._api.parse(response.content, response.headers)
            book(meter, result.generations[0])
        return result

    @override
    @keep_signature
    async def _agenerate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        if self._must_stream(kwargs):
            return await agenerate_from_stream(self._astream(messages, stop, run_manager, **kwargs))
        request, meter = self._request(messages, stop, facts_of(run_manager), kwargs, stream=False)
        with watching(meter):
            response = await self._transport().apost(*request)
            result = self._api.parse(response.content, response.headers)
            book(meter, result.generations[0])
        return result

    @override
    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        request, meter = self._request(messages, stop, take_facts(run_manager), kwargs, stream=True)
        with watching(meter), self._transport().stream(*request) as answer:
            parser = self._api.stream_parser(answer.headers)
            with parser.keeping_partial():
                for payloads in answer.batches:
                    yield from parser.feed(payloads)
                yield book(meter, parser.close())

    @override
    async def _astream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: AsyncCallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> AsyncIterator[ChatGenerationChunk]:
        request, meter = self._request(messages, stop, take_facts(run_manager), kwargs, stream=True)
        with watching(meter):
            async with self._transport().astream(*request) as answer:
                parser = self._api.stream_parser(answer.headers)
                with parser.keeping_partial():
                    async for payloads in answer.batches:
                        for chunk in parser.feed(payloads):
                            yield chunk
                    yield book(meter, parser.close())

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
            tools: Functions, Pydantic classes, `TypedDict` classes, tools (their `extras`, such as `cache_control`, are
                sent with them), dicts of the wire, or OpenRouter's server tools, of
                `langchain_openrouter.server_tools` or as dicts, mixed.
            tool_choice: `"auto"`, `"none"`, `"required"` (or `"any"`), the name of a tool, `True` for the only tool, or
                a dict of the wire. `None` leaves the choice to the model.
            strict: Whether arguments must fit the schema; `None` leaves it to the provider.
            parallel_tool_calls: Whether one answer may hold several calls; `None` leaves it to the provider.
            **kwargs: More options for every call. A `response_format` may be a class or a JSON schema too.

        Raises:
            ToolChoiceError: `tool_choice` names a tool that is not there.
        """
        from langchain_openrouter._wire.response_format import render_response_format
        from langchain_openrouter._wire.tools import render_tool_choice, render_tools

        if kwargs.get("response_format") is not None:
            kwargs["response_format"] = render_response_format(kwargs["response_format"], strict=strict)
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
        from langchain_openrouter.structured_output import plan_structured_output

        plan = plan_structured_output(schema, method, strict=strict)
        options = {**plan.options, **kwargs}
        llm = self.bind_tools(plan.tools, strict=strict, **options) if plan.tools else self.bind(**options)
        if not include_raw:
            return llm | plan.parser
        parsed = RunnablePassthrough.assign(parsed=lambda answer: plan.parser.invoke(answer["raw"]))
        fitting = parsed.assign(parsing_error=lambda _: None)
        failed = RunnablePassthrough.assign(parsed=lambda _: None)
        return RunnableMap(raw=llm) | fitting.with_fallbacks([failed], exception_key="parsing_error")

    @override
    def _own_headers(self) -> dict[str, str | None]:
        return {**super()._own_headers(), **render_header_options(anthropic_beta=self.anthropic_beta)}

    @override
    def _new_transport(self) -> Transport:
        from langchain_openrouter.catalogue import refresh_for_model

        if self.http_client is None and self.http_async_client is None:
            refresh_for_model(self.base_url, self.openrouter_api_key, self._network())
        return super()._new_transport()
