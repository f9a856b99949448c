"""Remote sandboxes: whatever has an adapter for deepagents, such as E2B, Daytona, Modal, Runloop and LangSmith."""

import functools
from collections.abc import Callable

from .jail import PACKAGES
from .remote_backend import RemoteBackend
from .remote_worker import RemoteWorker
from .sandbox import Probe, SandboxError, SandboxLimits, SandboxUnavailableError, refuse_downloads
from .sandbox_description import describe_python
from .sandbox_replies import Ready
from .sandbox_session import START_S, DriverSession
from .sandbox_start import start_line


def _leave(_backend: RemoteBackend) -> None:
    """Do nothing with a backend: it is the caller's."""


class DeepAgentsSandbox:
    """Runs code in sandboxes of others, through deepagents' `SandboxBackendProtocol`.

    ```python
    CodeInterpreter(backend=DeepAgentsSandbox(rent_machine, dispose=return_machine))
    ```

    where `rent_machine` makes, for example, the adapter's sandbox around a new machine of Daytona.

    What is inside is a Linux with a shell and Python 3.10 or later. Its walls, and whether it has a network, are the
    provider's; limits of time, memory, files and output are kept by the driver inside as well.

    Args:
        make_backend: Makes a sandbox, one for each conversation. One that is handed out twice mixes their files.
        dispose: Gives a sandbox back when its conversation is over; by default it is left as it is.
        python: The interpreter over there.
    """

    name = "deepagents"

    def __init__(
        self,
        make_backend: Callable[[], RemoteBackend],
        *,
        dispose: Callable[[RemoteBackend], object] = _leave,
        python: str = "python3",
    ) -> None:
        self._make_backend = make_backend
        self._dispose = dispose
        self._python = python

    def probe(self) -> Probe:
        """Start a sandbox and let it add two numbers."""
        try:
            session = self.open(SandboxLimits(timeout_s=START_S))
            try:
                result = session.run("1 + 1")
            finally:
                session.close()
        except SandboxError as problem:
            return Probe(ok=False, reason=str(problem))
        if result["value"] == "2":
            return Probe(ok=True)
        return Probe(ok=False, reason=f"The self-test failed: {result['error'] or result['value']}")

    def describe(self, limits: SandboxLimits) -> str:
        """Tell the model what the code may use."""
        refuse_downloads(self.name, limits)
        walls = "It is a Linux machine somewhere else; there is no input()."
        return describe_python(self._inside.python, self._inside.packages, limits, walls)

    def open(self, limits: SandboxLimits) -> DriverSession:
        """Make a sandbox and start a worker in it.

        Raises:
            SandboxUnavailableError: It does not start; the message says what the provider said. Or hosts are allowed:
                its network is the provider's.
        """
        refuse_downloads(self.name, limits)
        session, _ = self._open(limits)
        return session

    @functools.cached_property
    def _inside(self) -> Ready:
        session, ready = self._open(SandboxLimits(timeout_s=START_S))
        session.close()
        return ready

    def _open(self, limits: SandboxLimits) -> tuple[DriverSession, Ready]:
        try:
            backend = self._make_backend()
        except Exception as problem:
            # Each provider has errors of its own, and no root that they share.
            raise SandboxUnavailableError(f"No remote sandbox could be made: {problem!r}") from problem
        worker = RemoteWorker(backend, self._python, self._dispose)
        session = DriverSession(worker, limits)
        with session.starting(lambda last_words: f"Python does not start in the remote sandbox: {last_words}"):
            worker.start()
            return session, session.start(start_line(limits, PACKAGES))
