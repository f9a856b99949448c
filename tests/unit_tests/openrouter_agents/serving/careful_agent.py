"""What the test's server serves beside the project's own agent: one that asks before it uses its calculator."""

import asyncio

from langchain.agents.middleware import HumanInTheLoopMiddleware
from langchain_core.runnables import RunnableConfig

from openrouter_agents import create_openrouter_agent
from openrouter_agents.graph import Agent


async def make_graph(config: RunnableConfig) -> Agent:
    asking = HumanInTheLoopMiddleware({"calculator": True})
    return await asyncio.to_thread(create_openrouter_agent, tools=["calculator"], middleware=[asking])
