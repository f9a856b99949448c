"""Those who keep to a budget, each as its documentation says. Who knows beforehand what a call costs is told so."""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import ExitStack
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from asking import KEY, MODEL, QUESTION
from prices import ANSWER_TOKENS, CALL_USD, COMPLETION_USD, PROMPT_USD

if TYPE_CHECKING:
    from pydantic_ai import Agent

TIMEOUT = 300.0
"""Seconds: a busy machine takes longer than SDKs wait to open 1,000 connections."""

REQUEST: dict[str, Any] = {
    "model": MODEL,
    "messages": [{"role": "user", "content": QUESTION}],
    "max_tokens": ANSWER_TOKENS,
}


class Racer(Protocol):
    """Asks as long as there is money."""

    refusals: tuple[type[Exception], ...]
    """What is raised where there is none."""

    def ask(self) -> None:
        """Ask once."""

    async def aask(self) -> None:
        """Ask once."""


class NoMoneyError(Exception):
    """The caller has looked, and there is none."""


class Ours:
    """`ChatOpenRouter` with a `SpendLedger` in a file. It asks the server for prices."""

    def __init__(self, url: str, budget: str, left: ExitStack) -> None:
        from pydantic import SecretStr

        from langchain_openrouter import Budget, BudgetExceededError, ChatOpenRouter, SpendLedger

        folder = left.enter_context(tempfile.TemporaryDirectory())
        os.environ |= {"OPENROUTER_CACHE_DIR": folder, "OPENROUTER_CACHE_TTL_MODELS": "3600000"}
        ledger = left.enter_context(SpendLedger(f"{folder}/spend.db"))
        ledger.set_budget(Budget("total", budget))
        self.refusals = (BudgetExceededError,)
        self.model = ChatOpenRouter(
            model=MODEL, api_key=SecretStr(KEY), base_url=url, max_retries=0, max_tokens=ANSWER_TOKENS, ledger=ledger
        )

    def ask(self) -> None:
        """Ask once."""
        self.model.invoke(QUESTION)

    async def aask(self) -> None:
        """Ask once."""
        await self.model.ainvoke(QUESTION)


class CheckedByHand:
    """`ChatOpenAI` with LangChain's counter of tokens, which is looked at before each call."""

    refusals = (NoMoneyError,)

    def __init__(self, url: str, budget: str, _: ExitStack) -> None:
        from langchain_core.callbacks import UsageMetadataCallbackHandler
        from langchain_openai import ChatOpenAI
        from pydantic import SecretStr

        self.budget, self.counter = Decimal(budget), UsageMetadataCallbackHandler()
        self.model = ChatOpenAI(
            model=MODEL,
            api_key=SecretStr(KEY),
            base_url=url,
            max_retries=0,
            timeout=TIMEOUT,
            max_completion_tokens=ANSWER_TOKENS,
            callbacks=[self.counter],
        )

    def check(self) -> None:
        """Refuse a call that there is no money for."""
        counted = self.counter.usage_metadata.values()
        spent = sum(one["input_tokens"] * PROMPT_USD + one["output_tokens"] * COMPLETION_USD for one in counted)
        if spent + CALL_USD > self.budget:
            raise NoMoneyError

    def ask(self) -> None:
        """Ask once."""
        self.check()
        self.model.invoke(QUESTION)

    async def aask(self) -> None:
        """Ask once."""
        self.check()
        await self.model.ainvoke(QUESTION)


class LiteLLMManager:
    """LiteLLM's `BudgetManager`."""

    refusals = (NoMoneyError,)

    def __init__(self, url: str, budget: str, left: ExitStack) -> None:
        os.environ.setdefault("LITELLM_LOCAL_MODEL_COST_MAP", "True")  # no download of prices
        import litellm

        folder = left.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        os.chdir(folder)  # where it keeps its file
        self.litellm, self.manager = litellm, litellm.BudgetManager("race")
        self.manager.create_budget(float(budget), "user")
        self.options = {**REQUEST, "model": f"openrouter/{MODEL}", "api_key": KEY, "api_base": url, "num_retries": 0}

    def check(self) -> None:
        """Refuse a call after the budget is spent."""
        if self.manager.get_current_cost("user") > self.manager.get_total_budget("user"):
            raise NoMoneyError

    def ask(self) -> None:
        """Ask once."""
        self.check()
        self.manager.update_cost("user", self.litellm.completion(**self.options))

    async def aask(self) -> None:
        """Ask once."""
        self.check()
        self.manager.update_cost("user", await self.litellm.acompletion(**self.options))


class PydanticAILimits:
    """pydantic-ai's `UsageLimits`, with one usage for all runs."""

    def __init__(self, url: str, budget: str, _: ExitStack) -> None:
        from pydantic_ai import RunUsage, UsageLimitExceeded, UsageLimits

        self.url, self.agents = url, threading.local()
        self.refusals = (UsageLimitExceeded,)
        self.options: dict[str, Any] = {
            "usage": RunUsage(),
            "usage_limits": UsageLimits(cost_limit=Decimal(budget), request_limit=None),
        }

    def agent(self) -> Agent[None, str]:
        """The agent of this thread: the connections of one belong to an event loop."""
        from openai import AsyncOpenAI
        from pydantic_ai import Agent
        from pydantic_ai.models.openrouter import OpenRouterModel
        from pydantic_ai.providers.openrouter import OpenRouterProvider

        if not hasattr(self.agents, "own"):
            client = AsyncOpenAI(api_key=KEY, base_url=self.url, max_retries=0, timeout=TIMEOUT)
            model = OpenRouterModel(MODEL, provider=OpenRouterProvider(openai_client=client))
            self.agents.own = Agent(model, model_settings={"max_tokens": ANSWER_TOKENS})
        own: Agent[None, str] = self.agents.own
        return own

    def ask(self) -> None:
        """Ask once."""
        self.agent().run_sync(QUESTION, **self.options)

    async def aask(self) -> None:
        """Ask once."""
        await self.agent().run(QUESTION, **self.options)


class OverOpenAI:
    """The SDK of OpenAI, which the others watch or are told of."""

    def __init__(self, url: str) -> None:
        from openai import AsyncOpenAI, OpenAI

        self.client = OpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=TIMEOUT)
        self.async_client = AsyncOpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=TIMEOUT)

    def ask(self) -> None:
        """Ask once."""
        self.client.chat.completions.create(**REQUEST)

    async def aask(self) -> None:
        """Ask once."""
        await self.async_client.chat.completions.create(**REQUEST)


class Shekel(OverOpenAI):
    """shekel's `budget`, which watches the SDK."""

    def __init__(self, url: str, budget: str, left: ExitStack) -> None:
        import shekel

        super().__init__(url)
        self.refusals = (shekel.BudgetExceededError,)
        price = {"input": float(1000 * PROMPT_USD), "output": float(1000 * COMPLETION_USD)}
        left.enter_context(shekel.budget(max_usd=float(budget), price_per_1k_tokens=price))


class AgentBudget(OverOpenAI):
    """agentbudget's session, asked before each call and told after it."""

    def __init__(self, url: str, budget: str, left: ExitStack) -> None:
        import agentbudget

        super().__init__(url)
        self.refusals = (agentbudget.BudgetExhausted, NoMoneyError)
        agentbudget.register_model(MODEL, float(10**6 * PROMPT_USD), float(10**6 * COMPLETION_USD))
        # the same question so often would count as a loop
        made = agentbudget.AgentBudget(float(budget), max_repeated_calls=10**9)
        self.session = left.enter_context(made.session())

    def check(self) -> None:
        """Refuse a call that there is no money for."""
        if self.session.would_exceed(float(CALL_USD)):
            raise NoMoneyError

    def ask(self) -> None:
        """Ask once."""
        self.check()
        self.session.wrap(self.client.chat.completions.create(**REQUEST))

    async def aask(self) -> None:
        """Ask once."""
        self.check()
        self.session.wrap(await self.async_client.chat.completions.create(**REQUEST))


class TokenBudgetPool(OverOpenAI):
    """token-budget-py's pool: what a call costs is reserved, and committed afterwards."""

    def __init__(self, url: str, budget: str, _: ExitStack) -> None:
        import token_budget

        super().__init__(url)
        self.refusals = (token_budget.BudgetExceeded,)
        self.pool = token_budget.BudgetPool(usd_cap=float(budget))

    def ask(self) -> None:
        """Ask once."""
        with self.pool.reserve(usd=float(CALL_USD)) as reservation:
            super().ask()
            reservation.commit()

    async def aask(self) -> None:
        """Ask once."""
        with self.pool.reserve(usd=float(CALL_USD)) as reservation:
            await super().aask()
            reservation.commit()


RACERS = {
    "ours": Ours,
    "token-budget-py": TokenBudgetPool,
    "agentbudget": AgentBudget,
    "chat-openai:check": CheckedByHand,
    "litellm:manager": LiteLLMManager,
    "pydantic-ai:limits": PydanticAILimits,
    "shekel": Shekel,
}
