"""The agent for LangGraph's server: what `agents/langgraph.json` names."""

# No `from __future__ import annotations` here: LangGraph's server reads the annotations of `make_graph` as they stand.

import asyncio

from langchain_core.runnables import RunnableConfig

from openrouter_agents import graph


async def make_graph(config: RunnableConfig) -> graph.Agent:
    """Do what `graph.make_graph` does, in a thread.

    Making the agent tests sandboxes, opens an index and starts processes. The server makes graphs on its event loop,
    where `langgraph dev` refuses whatever waits.

    Args:
        config: `configurable.model` may name the model.

    Raises:
        ConfigurationError: `OPENROUTER_API_KEY` is not set.
    """
    return await asyncio.to_thread(graph.make_graph, config)
