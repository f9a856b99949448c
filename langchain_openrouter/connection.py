"""The way to OpenRouter that every client of this package has: key, address, headers, timeouts, shared connections."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from operator import itemgetter
from ssl import SSLContext
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)
from typing_extensions import override

from langchain_openrouter._api_key import check_key
from langchain_openrouter._environment import (
    DEFAULT_BASE_URL,
    api_key_from_environment,
    read_variable,
    version,
    warn_of_clash,
)
from langchain_openrouter.call_settings import check_headers, render_header_options
from langchain_openrouter.closing import Closing
from langchain_openrouter.errors import ConfigurationError
from langchain_openrouter.late_validation import ValidatedLate
from langchain_openrouter.network import Network, NetworkOptions, Verify
from langchain_openrouter.retry_events import OnRetry, check_on_retry
from langchain_openrouter.settings import ResponseCache, Timeout
from langchain_openrouter.timeouts import as_timeout, parse_timeout

if TYPE_CHECKING:
    from langchain_openrouter._http.transport import Transport

_LONGEST_PLAUSIBLE_TIMEOUT = 3600

_NOT_PICKLED = ("openrouter_api_key", "default_headers", "proxy", "on_retry", "http_client", "http_async_client")


@dataclass(frozen=True, slots=True)
class _Connection:
    """The transport of a client and the settings that it was made for. Copies and pickles of a client find their own.

    Clients compare equal by their settings, whether or not they have been used.
    """

    settings: tuple[object, ...] = field(default=(), compare=False)
    transport: Transport | None = field(default=None, compare=False)

    def __deepcopy__(self, memo: dict[int, Any]) -> _Connection:
        return _Connection()

    def __reduce__(self) -> tuple[type[_Connection], tuple[()]]:
        return _Connection, ()


class OpenRouterConnection(Closing, BaseModel):
    """How a client reaches OpenRouter. Clients with the same key and address share their connections.

    Raises:
        ConfigurationError: There is no key, or an option cannot be right.
    """

    # never made by itself, so that pydantic need not build what would validate it
    model_config = ConfigDict(
        populate_by_name=True, hide_input_in_errors=True, arbitrary_types_allowed=True, defer_build=True
    )

    openrouter_api_key: SecretStr | None = Field(alias="api_key", default=None)
    """The key; `None` means `OPENROUTER_API_KEY`."""
    openrouter_api_base: str | None = Field(alias="base_url", default=None)
    """Where the API is; `None` means `OPENROUTER_API_BASE`, else OpenRouter itself."""
    app_url: str | None = Field(
        default_factory=lambda: (
            read_variable("OPENROUTER_APP_URL", "OPENROUTER_SITE_URL") or "https://docs.langchain.com"
        )
    )
    """The app's URL for OpenRouter's rankings (`HTTP-Referer`); `None` sends none."""
    app_title: str | None = Field(
        default_factory=lambda: read_variable("OPENROUTER_APP_TITLE", "OPENROUTER_SITE_NAME") or "LangChain"
    )
    """The app's name for OpenRouter's rankings (`X-Title`); `None` sends none."""
    app_categories: list[str] | None = None
    """The app's categories for OpenRouter's rankings, at most two."""
    default_headers: Mapping[str, str] | None = Field(default=None, exclude=True, repr=False)
    """More headers for every request. They win over those that other fields make."""
    response_cache: Annotated[ResponseCache | bool | None, ValidatedLate()] = None
    """Whether OpenRouter may answer from its cache of whole answers, such as `{"ttl": 3600}` (seconds) or `True`.

    `None` leaves it to the account's presets. `response_metadata["response_cache"]` tells whether it did.
    """
    router_metadata: bool | None = None
    """Whether answers tell how they were routed, in `response_metadata["openrouter_metadata"]`."""
    request_timeout: Annotated[float | Timeout | None, ValidatedLate(as_timeout)] = Field(alias="timeout", default=None)
    """Seconds without a byte from the server, and for the whole of an unstreamed call with its retries.

    `None` means 10 s to connect, 120 s without a byte and 600 s in all. Each has a key in a `Timeout`; an
    `httpx.Timeout` means the same as to httpx, and no limit in all.
    """
    max_retries: int = Field(default=2, ge=0)
    """Attempts after the first, for failures that pass and cannot have been billed; `0` means one request."""
    on_retry: OnRetry | None = Field(default=None, exclude=True, repr=False)
    """A plain function that is told of each attempt that is followed by another one, and why, before the wait.

    An exception in it is logged, and the call goes on. Retries are logged in any case (`langchain_openrouter`, `INFO`).
    """
    proxy: SecretStr | None = Field(default=None, exclude=True, repr=False)
    """The URL of an HTTP or SOCKS proxy, with user and password where it needs them.

    `None` means what the environment says (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`). It is in no pickle.
    """
    verify: Verify = Field(default=True, exclude=True)
    """Whose certificates are trusted: a file or a directory of authorities, or an `ssl.SSLContext`.

    `True` means `SSL_CERT_FILE` or `SSL_CERT_DIR`, else certifi's; `False` shows the key to whoever answers.
    """
    http2: bool = False
    """Whether to offer HTTP/2. It needs the extra `http2`; asynchronous calls cost more CPU by it."""
    trust_env: bool = True
    """Whether the environment may name a proxy and authorities. Its netrc file is never read."""
    http_client: Any = Field(alias="client", default=None, exclude=True, repr=False)
    """An `httpx.Client` of your own for synchronous calls, with its own proxies, certificates and HTTP version.

    It is never closed here.
    """
    http_async_client: Any = Field(alias="async_client", default=None, exclude=True, repr=False)
    """The same for asynchronous calls: an `httpx.AsyncClient`."""

    _more_headers: ClassVar[tuple[str, ...]] = ()
    """Fields that `_own_headers` is made of, beside those of this class."""
    _connection: _Connection = PrivateAttr(default_factory=_Connection)

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - as the parent's
        warn_of_clash()
        try:
            super().__init__(*args, **kwargs)
        except ValidationError as error:
            _raise_own_error(error)
            raise

    @model_validator(mode="after")
    def _check_connection(self) -> Self:
        if self.openrouter_api_key is None:
            self.openrouter_api_key = api_key_from_environment()
        if self.openrouter_api_base is None:
            self.openrouter_api_base = read_variable("OPENROUTER_API_BASE")
        self._require_key()
        if isinstance(self.request_timeout, float) and self.request_timeout > _LONGEST_PLAUSIBLE_TIMEOUT:
            warnings.warn(
                f"timeout={self.request_timeout:g} is in seconds, which is more than an hour. "
                f"For milliseconds, give timeout={self.request_timeout / 1000:g}.",
                stacklevel=5,
            )
        self._network().check()
        check_on_retry(self.on_retry)
        _check_client(self.http_client, "http_client", "httpx.Client")
        _check_client(self.http_async_client, "http_async_client", "httpx.AsyncClient")
        return self

    def _require_key(self) -> SecretStr:
        return check_key(self.openrouter_api_key)

    @property
    def lc_secrets(self) -> dict[str, str]:
        """The fields that hold secrets, and the variables that LangChain reads them from."""
        return {"openrouter_api_key": "OPENROUTER_API_KEY"}

    @property
    def base_url(self) -> str:
        """Where requests go."""
        return self.openrouter_api_base or DEFAULT_BASE_URL

    @property
    def client(self) -> Any:  # noqa: ANN401 - as the field
        """The same as `http_client`, by the name that it has in LangChain's own package."""
        return self.http_client

    @override
    def _opened(self) -> Transport | None:
        return self._connection.transport

    def _transport(self) -> Transport:
        """The transport for the settings as they are now: fields may have been assigned since the last call."""
        settings = _settings_of(self._more_headers)(self.__dict__)
        connection = self._connection
        transport = connection.transport
        if transport is None or connection.settings != settings:
            transport = self._new_transport()
            self._connection = _Connection(settings, transport)
        return transport

    def _new_transport(self) -> Transport:
        from langchain_openrouter._http.transport import Transport

        return Transport(
            self.base_url,
            self._headers(),
            limits=parse_timeout(self.request_timeout),
            max_retries=self.max_retries,
            on_retry=self.on_retry,
            network=self._network(),
            client=self.http_client,
            async_client=self.http_async_client,
        )

    def network_options(self) -> NetworkOptions:
        """How this client leaves the machine, for what asks the same server beside it."""
        return self._network().options()

    def _network(self) -> Network:
        return Network(self.proxy, self.verify, self.http2, self.trust_env)

    def _own_headers(self) -> dict[str, str | None]:
        """The headers that fields stand for, by lower-case name; `None` and `""` send none."""
        return {
            "authorization": f"Bearer {self._require_key().get_secret_value()}",
            "user-agent": f"langchain-openrouter-agents/{version()}",
            "http-referer": self.app_url,
            "x-title": self.app_title,
            "x-openrouter-categories": ",".join(self.app_categories or ()),
            **render_header_options(response_cache=self.response_cache, router_metadata=self.router_metadata),
        }

    def _headers(self) -> dict[str, str]:
        headers = self._own_headers()
        headers.update({name.lower(): value for name, value in (self.default_headers or {}).items()})
        return check_headers({name: value for name, value in headers.items() if value})

    def __getstate__(self) -> dict[Any, Any]:
        """Leave the key, the proxy, the clients, the connections and what Python cannot pickle out of pickles."""
        state = super().__getstate__()
        hidden: dict[str, object] = dict.fromkeys(_NOT_PICKLED)
        if isinstance(self.verify, SSLContext):
            hidden["verify"] = True
        state["__dict__"] = {**state["__dict__"], **hidden}
        return state

    def __setstate__(self, state: dict[Any, Any]) -> None:
        """Take the key from the environment; without one there, the next call says what to do."""
        super().__setstate__(state)
        self.openrouter_api_key = api_key_from_environment()

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        """Copy the settings; share injected clients, certificates and functions."""
        memo = {} if memo is None else memo
        shared = (self.http_client, self.http_async_client, self.verify, self.on_retry)
        memo.update({id(one): one for one in shared if one is not None})
        return super().__deepcopy__(memo)


@cache
def _settings_of(more_headers: tuple[str, ...]) -> Callable[[Mapping[str, object]], tuple[object, ...]]:
    """What takes all that a transport is made of out of the fields of a client."""
    return itemgetter(*OpenRouterConnection.model_fields, *more_headers)


def _raise_own_error(error: ValidationError) -> None:
    """Raise the error that a validator of ours raised, without pydantic's wrapping."""
    for detail in error.errors(include_input=False, include_url=False):
        cause = detail.get("ctx", {}).get("error")
        if isinstance(cause, ConfigurationError):
            raise cause from None


def _check_client(client: object, field: str, wanted: str) -> None:
    if client is None:
        return
    is_async = inspect.iscoroutinefunction(getattr(client, "send", None))
    if not hasattr(client, "build_request") or is_async != ("Async" in wanted):
        raise ConfigurationError(
            f"{field} must be an {wanted}, not {type(client).__name__}. An SDK's client is not needed: leave it out."
        )
