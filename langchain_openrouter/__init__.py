"""OpenRouter for LangChain: a chat model that loses nothing, with exact costs."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from langchain_openrouter.lazy_names import lazy_names

if TYPE_CHECKING:
    from langchain_openrouter import plugins, server_tools
    from langchain_openrouter._tracking.spending import Spending
    from langchain_openrouter.account import Account
    from langchain_openrouter.activity import ActivityDay
    from langchain_openrouter.batch_state import BatchCounts
    from langchain_openrouter.batches import Batch
    from langchain_openrouter.callbacks import OpenRouterCreditsCallbackHandler, track_spend
    from langchain_openrouter.catalogue import ModelCatalogue
    from langchain_openrouter.chat_models import ChatOpenRouter
    from langchain_openrouter.credits import Credits
    from langchain_openrouter.drift import Drift, afetch_drift, fetch_drift
    from langchain_openrouter.embeddings import OpenRouterEmbeddings
    from langchain_openrouter.errors import (
        APIConnectionError,
        APIStatusError,
        APITimeoutError,
        AuthenticationError,
        BadRequestError,
        BatchError,
        BatchNotDoneError,
        BudgetBlockedError,
        BudgetExceededError,
        CapacityExhaustedError,
        ConfigurationError,
        ConflictError,
        ContextLengthExceededError,
        EmptyResponseError,
        GatewayTimeoutError,
        GoneError,
        GuardrailError,
        InFlightBudgetError,
        InsufficientCreditsError,
        InternalServerError,
        InvalidModelError,
        KeyLimitError,
        LedgerError,
        MessageError,
        ModelUnavailableError,
        ModerationError,
        NoEndpointFitsError,
        NoEndpointsError,
        NotFoundError,
        OpenRouterError,
        OverloadedError,
        PermissionDeniedError,
        PreconditionFailedError,
        PriceUnknownError,
        RateLimitError,
        RefusalError,
        RegionRestrictedError,
        RequestError,
        RequestTimeoutError,
        RequestTooLargeError,
        ResponseFormatError,
        ServiceUnavailableError,
        StreamInterruptedError,
        StructuredOutputError,
        TemporarilyUnavailableError,
        ToolChoiceError,
        UnknownModelError,
        UnprocessableEntityError,
        UpstreamError,
    )
    from langchain_openrouter.generation import Generation
    from langchain_openrouter.key_info import KeyInfo
    from langchain_openrouter.ledger import SpendLedger
    from langchain_openrouter.low_balance import LowBalanceWarning
    from langchain_openrouter.model_info import ModelEndpoint, ModelInfo, parse_model
    from langchain_openrouter.model_list import ModelList
    from langchain_openrouter.pricing import PriceOverride, Pricing
    from langchain_openrouter.profiles import model_profile
    from langchain_openrouter.reconciliation import Reconciliation, areconcile, reconcile
    from langchain_openrouter.rerank import OpenRouterRerank
    from langchain_openrouter.retrieval_results import (
        EmbeddingsResponse,
        EmbeddingsResult,
        RankedDocument,
        RerankResult,
    )
    from langchain_openrouter.retry_events import RetryEvent
    from langchain_openrouter.settings import (
        AudioOutput,
        CacheControl,
        MaxPrice,
        Plugin,
        Prediction,
        PromptCacheOptions,
        ProviderPreferences,
        Reasoning,
        ResponseCache,
        StopServerTools,
        Timeout,
        Trace,
    )
    from langchain_openrouter.spend.budget import Budget, BudgetStatus
    from langchain_openrouter.spend.entry import Attribution, CostSource, Entry, EntryState
    from langchain_openrouter.spend.spend_table import SpendRow, SpendTable
    from langchain_openrouter.usage import Usage, parse_usage

__version__: str

__all__ = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "Account",
    "ActivityDay",
    "Attribution",
    "AudioOutput",
    "AuthenticationError",
    "BadRequestError",
    "Batch",
    "BatchCounts",
    "BatchError",
    "BatchNotDoneError",
    "Budget",
    "BudgetBlockedError",
    "BudgetExceededError",
    "BudgetStatus",
    "CacheControl",
    "CapacityExhaustedError",
    "ChatOpenRouter",
    "ConfigurationError",
    "ConflictError",
    "ContextLengthExceededError",
    "CostSource",
    "Credits",
    "Drift",
    "EmbeddingsResponse",
    "EmbeddingsResult",
    "EmptyResponseError",
    "Entry",
    "EntryState",
    "GatewayTimeoutError",
    "Generation",
    "GoneError",
    "GuardrailError",
    "InFlightBudgetError",
    "InsufficientCreditsError",
    "InternalServerError",
    "InvalidModelError",
    "KeyInfo",
    "KeyLimitError",
    "LedgerError",
    "LowBalanceWarning",
    "MaxPrice",
    "MessageError",
    "ModelCatalogue",
    "ModelEndpoint",
    "ModelInfo",
    "ModelList",
    "ModelUnavailableError",
    "ModerationError",
    "NoEndpointFitsError",
    "NoEndpointsError",
    "NotFoundError",
    "OpenRouterCreditsCallbackHandler",
    "OpenRouterEmbeddings",
    "OpenRouterError",
    "OpenRouterRerank",
    "OverloadedError",
    "PermissionDeniedError",
    "Plugin",
    "PreconditionFailedError",
    "Prediction",
    "PriceOverride",
    "PriceUnknownError",
    "Pricing",
    "PromptCacheOptions",
    "ProviderPreferences",
    "RankedDocument",
    "RateLimitError",
    "Reasoning",
    "Reconciliation",
    "RefusalError",
    "RegionRestrictedError",
    "RequestError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "RerankResult",
    "ResponseCache",
    "ResponseFormatError",
    "RetryEvent",
    "ServiceUnavailableError",
    "SpendLedger",
    "SpendRow",
    "SpendTable",
    "Spending",
    "StopServerTools",
    "StreamInterruptedError",
    "StructuredOutputError",
    "TemporarilyUnavailableError",
    "Timeout",
    "ToolChoiceError",
    "Trace",
    "UnknownModelError",
    "UnprocessableEntityError",
    "UpstreamError",
    "Usage",
    "__version__",
    "afetch_drift",
    "areconcile",
    "fetch_drift",
    "model_profile",
    "parse_model",
    "parse_usage",
    "plugins",
    "reconcile",
    "server_tools",
    "track_spend",
]

_HOMES = {
    "Account": "account",
    "ActivityDay": "activity",
    "Attribution": "spend.entry",
    "AudioOutput": "settings",
    "CacheControl": "settings",
    "Batch": "batches",
    "BatchCounts": "batch_state",
    "Budget": "spend.budget",
    "BudgetStatus": "spend.budget",
    "ChatOpenRouter": "chat_models",
    "Credits": "credits",
    "CostSource": "spend.entry",
    "Drift": "drift",
    "EmbeddingsResponse": "retrieval_results",
    "EmbeddingsResult": "retrieval_results",
    "Entry": "spend.entry",
    "EntryState": "spend.entry",
    "Generation": "generation",
    "KeyInfo": "key_info",
    "LowBalanceWarning": "low_balance",
    "MaxPrice": "settings",
    "ModelCatalogue": "catalogue",
    "ModelEndpoint": "model_info",
    "ModelInfo": "model_info",
    "ModelList": "model_list",
    "OpenRouterCreditsCallbackHandler": "callbacks",
    "OpenRouterEmbeddings": "embeddings",
    "OpenRouterRerank": "rerank",
    "Plugin": "settings",
    "Prediction": "settings",
    "PriceOverride": "pricing",
    "Pricing": "pricing",
    "PromptCacheOptions": "settings",
    "ProviderPreferences": "settings",
    "RankedDocument": "retrieval_results",
    "Reasoning": "settings",
    "Reconciliation": "reconciliation",
    "RerankResult": "retrieval_results",
    "ResponseCache": "settings",
    "Spending": "_tracking.spending",
    "RetryEvent": "retry_events",
    "SpendLedger": "ledger",
    "SpendRow": "spend.spend_table",
    "SpendTable": "spend.spend_table",
    "StopServerTools": "settings",
    "Timeout": "settings",
    "Trace": "settings",
    "Usage": "usage",
    "afetch_drift": "drift",
    "areconcile": "reconciliation",
    "fetch_drift": "drift",
    "model_profile": "profiles",
    "parse_model": "model_info",
    "parse_usage": "usage",
    "reconcile": "reconciliation",
    "track_spend": "callbacks",
}
"""Where a public name lives, if not in `errors`."""

_find = lazy_names(__name__, dict.fromkeys(__all__, "errors") | _HOMES)

_MODULES = frozenset({"plugins", "server_tools"})
"""Modules whose functions are used by the module's name."""


def __getattr__(name: str) -> object:
    if name == "__version__":
        from langchain_openrouter._environment import version

        return version()
    if name in _MODULES:
        return importlib.import_module(f"{__name__}.{name}")
    return _find(name)


def __dir__() -> list[str]:
    return __all__
