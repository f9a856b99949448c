"""Reads the errors that servers answer with into typed errors."""

from langchain_openrouter._error_body.parse import parse_error

__all__ = ["parse_error"]
