"""What the code of a sandbox may download: this process does it, so that there is no network inside."""

import base64
import time

from .sandbox import SandboxLimits

_SHARE = 0.9
"""Of the time that is left for a call: the code shall hear of a server that does not answer."""


class Downloads:
    """The downloads of one call.

    Args:
        limits: From where, and how much.
        deadline: When the call ends, on the clock of `time.monotonic()`.
    """

    def __init__(self, limits: SandboxLimits, deadline: float) -> None:
        self._limits = limits
        self._left = limits.download_bytes
        self._deadline = deadline

    def fetch(self, url: str) -> dict[str, object]:
        """Download something, as a message to the driver: `error`, or `url`, `type` and `body` in base64."""
        # Loaded by those who allow it, and nobody else.
        from .pages.addresses import PageError
        from .pages.allowed_hosts import AllowedHosts
        from .pages.download import Rules, download, public_tls

        rules = Rules(
            public_tls(),
            allow_loopback=True,
            total_timeout=max(0.0, self._deadline - time.monotonic()) * _SHARE,
            hosts=AllowedHosts(self._limits.allowed_hosts),
            any_type=True,
            max_bytes=self._left,
        )
        try:
            found = download(url, rules)
        except PageError as problem:
            return {"error": str(problem)}
        self._left -= len(found.body)
        if found.is_cut:
            return {"error": f"One call may download {self._limits.download_bytes} bytes, and this is more."}
        kind = f"{found.content_type}; charset={found.charset}" if found.charset else found.content_type
        return {"url": found.url, "type": kind, "body": base64.b64encode(found.body).decode("ascii")}
