"""Which HTTP status an error means, where the answer's own status is 200 or the error names a cause instead.

Source: https://openrouter.ai/docs/api-reference/errors
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

ERROR_TYPE_STATUSES: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "context_length_exceeded",
            "max_tokens_exceeded",
            "token_limit_exceeded",
            "string_too_long",
            "invalid_request",
            "invalid_prompt",
            "content_policy_violation",
            "refusal",
            "invalid_image",
            "image_too_large",
            "image_too_small",
            "unsupported_image_format",
            "image_download_failed",
        ),
        400,
    ),
    "authentication": 401,
    "payment_required": 402,
    "permission_denied": 403,
    "not_found": 404,
    "image_not_found": 404,
    "precondition_failed": 412,
    "payload_too_large": 413,
    "unprocessable": 422,
    "rate_limit_exceeded": 429,
    "server": 500,
    "unmapped": 500,
    "provider_unavailable": 502,
    "provider_overloaded": 503,
    "timeout": 504,
}
"""`error_type`, which all of OpenRouter's APIs have."""

NATIVE_STATUSES: Mapping[str, int] = {
    **dict.fromkeys(
        (
            "invalid_image_format",
            "invalid_base64_image",
            "invalid_image_url",
            "image_parse_error",
            "image_content_policy_violation",
            "invalid_image_mode",
            "image_file_too_large",
            "unsupported_image_media_type",
            "empty_image_file",
            "failed_to_download_image",
            "bio_policy",
            "data_residency_mismatch",
            "invalid_request_error",
        ),
        400,
    ),
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "image_file_not_found": 404,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "server_error": 500,
    "api_error": 500,
    "timeout_error": 504,
    "vector_store_timeout": 504,
    "overloaded_error": 529,
}
"""`error.code` of the Responses API and `error.type` of the Messages API, where they are no `error_type`."""

AVAILABILITY_STATUSES: Mapping[str, int] = {
    "model_not_found": 400,
    "wrong_endpoint": 400,
    "region_restricted": 403,
    **dict.fromkeys(
        (
            "no_endpoints",
            "model_deprecated",
            "model_unavailable_upstream",
            "privacy_restricted",
            "constraint_filtered",
            "free_variant_ended",
        ),
        404,
    ),
    "capacity_exhausted": 429,
    "temporarily_unavailable": 503,
}
"""`error.availability.code`."""


def parse_status(
    http_status: int, wire: Mapping[str, Any], name: str | None, availability: Mapping[str, Any]
) -> int | None:
    """The status that is meant: the HTTP status where it is an error, else what the body says; `None` if it does not.

    Args:
        http_status: Of the answer.
        wire: The wire's `error`.
        name: Its name for the cause.
        availability: The wire's `error.availability`.
    """
    if http_status >= 300:  # noqa: PLR2004 - HTTP
        return http_status
    for value in (wire.get("code"), wire.get("http_status")):
        if isinstance(value, int | str) and re.fullmatch("[45][0-9]{2}", str(value)):
            return int(value)
    named = ERROR_TYPE_STATUSES.get(name or "") or NATIVE_STATUSES.get(name or "")
    return named or AVAILABILITY_STATUSES.get(str(availability.get("code")))
