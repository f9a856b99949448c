"""What gives an answer its shape, and the ways to ask a model for it."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

Schema: TypeAlias = dict[str, Any] | type
"""A Pydantic class, a `TypedDict` class, or a JSON schema as a dict."""

Method: TypeAlias = Literal["function_calling", "json_schema", "json_mode"]
"""By a call of a tool, by a JSON schema that the provider holds to, or by a request for any JSON."""
