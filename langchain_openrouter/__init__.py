"""OpenRouter for LangChain."""
