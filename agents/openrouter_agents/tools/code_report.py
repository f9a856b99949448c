"""Writes what a call did as the text which the model reads."""

import struct

from .sandbox import ExecResult, SandboxLimits

_PNG_SIZE = slice(16, 24)  # width and height in the header, big-endian


def render_report(result: ExecResult, limits: SandboxLimits) -> str:
    """Write printed text, value, plots, files and error, each on lines of its own; never empty.

    Plots are named, not included: a PNG in the prompt costs thousands of tokens, and the user sees the artifact.
    """
    parts = [result["stdout"].rstrip("\n")]
    if result["value"] is not None:
        parts.append(result["value"])
    if result["truncated"]:
        parts.append(f"[output cut: at most {limits.output_bytes // 1000} kB are kept; print less]")
    parts += [_plot_line(number, image) for number, image in enumerate(result["images"], 1)]
    parts += [f"[file for the user: {file['name']}, {len(file['data'])} bytes]" for file in result["files"]]
    if result["error"] is not None:
        parts.append(f"Error: {result['error']}")
    return "\n".join(part for part in parts if part) or "(no output)"


def _plot_line(number: int, image: bytes) -> str:
    header = image[_PNG_SIZE]
    size = "x".join(map(str, struct.unpack(">II", header))) if len(header) == 8 else "unknown size"  # noqa: PLR2004
    return f"[plot {number}: {size} PNG, {max(1, round(len(image) / 1000))} kB]"
