"""LangGraph agents on OpenRouter."""
