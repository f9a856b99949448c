"""`CodeInterpreter`: the tool with which a model runs Python, in a sandbox and nowhere else."""

import asyncio
import weakref
from collections.abc import Callable
from typing import Any, Literal, TypeVar

from langchain_core.messages import ToolMessage
from langchain_core.runnables import RunnableConfig
from langchain_core.tools import BaseTool
from langchain_core.tools.base import ArgsSchema
from pydantic import BaseModel, Field, InstanceOf, PrivateAttr
from typing_extensions import override

from langchain_openrouter.closing import EndsWithBlock
from openrouter_agents.tool_progress import report_progress

from .code_report import render_report
from .deepagents_sandbox import DeepAgentsSandbox
from .printed_text import ToldLines
from .result_check import checked_result
from .sandbox import ExecResult, Sandbox, SandboxLimits, Session
from .sandbox_backends import BackendName, choose_sandbox
from .sandbox_sessions import Call, SandboxSessions

_Result = TypeVar("_Result")


class CodeInterpreterInput(BaseModel):
    """What the model fills in."""

    code: str = Field(description="The Python program to run, as plain source text without Markdown fences.")


class CodeInterpreter(EndsWithBlock, BaseTool):
    """Runs model-written Python in a sandbox, with variables that stay for the conversation.

    A conversation is the `thread_id` of the run's config; calls without one share a session. The message's content is
    text: what was printed, the value of the last expression, one line for each plot and file, and `Error:` with the
    traceback, which also sets the message's status to `error`. Its artifact is an `ExecResult` with the plots as PNG
    files, and the files which the code wrote for the user. `put_file` and `get_file` reach all files of a conversation.

    What is printed is streamed as `ToolProgress` while the code runs.

    Cancelling an asynchronous call kills its worker before the cancellation goes on. A synchronous call which LangGraph
    runs in a thread cannot be cancelled from outside; it ends with its time limit.

    Workers are ended by `close()`, `aclose()` or the context manager, else when the tool is collected or Python exits.

    Raises:
        SandboxUnavailableError: When it is made: the backend asked for, or any at all, does not work on this machine.
    """

    name: str = "code_interpreter"
    description: str = ""
    """Written for the backend in use: language, packages, plots and limits. Your own text replaces it."""

    args_schema: ArgsSchema | None = CodeInterpreterInput
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"

    backend: BackendName | InstanceOf[Sandbox] = "auto"
    """Which sandbox: `wasi` (WebAssembly with numpy, pandas, matplotlib; made ready by `openrouter-agent sandbox
    warmup`), `jail` (Linux: native Python with the same), `monty` (everywhere: a part of the language), `docker` or
    `podman` (a container of `python:3.13-slim`; `ContainerSandbox` takes other images), a `DeepAgentsSandbox` (E2B,
    Daytona, Modal and others), or one of your own. `auto` takes the first of the first three whose self-test passes.
    One that is asked for by name is used or refused, never replaced."""

    limits: SandboxLimits = SandboxLimits()
    """What a session may use."""

    max_sessions: int = Field(default=8, ge=1)
    """Most workers alive, and most calls at a time. Beyond it the least recently used worker is closed."""

    spare: bool | None = None
    """Whether a worker is kept ready for the next conversation, from the first call on until no conversation is left.
    It counts among `max_sessions`. `None`: yes, but for a `DeepAgentsSandbox`, whose machines cost money."""

    idle_timeout_s: float = Field(default=900.0, gt=0)
    """Seconds after which an unused worker is closed; its variables are gone then."""

    _sandbox: Sandbox = PrivateAttr()
    _sessions: SandboxSessions = PrivateAttr()
    _finalizer: Callable[[], object] = PrivateAttr()

    @property
    def is_untrusted(self) -> bool:
        """Whether it may show what others wrote: what the code has downloaded."""
        return bool(self.limits.allowed_hosts)

    def model_post_init(self, context: Any, /) -> None:  # noqa: ANN401  # pydantic's signature
        """Choose the sandbox and write the description for it."""
        super().model_post_init(context)
        sandbox = self._sandbox = choose_sandbox(self.backend)
        limits = self.limits
        self.description = self.description or sandbox.describe(limits)
        spare = sandbox.name != DeepAgentsSandbox.name if self.spare is None else self.spare
        self._sessions = SandboxSessions(
            lambda: sandbox.open(limits), self.max_sessions, self.idle_timeout_s, spare=spare
        )
        self._finalizer = weakref.finalize(self, self._sessions.close)

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox in use."""
        return self._sandbox

    @override
    def close(self) -> None:
        """End all workers, and wait until no process is left. Calls after this raise `SandboxClosedError`."""
        self._finalizer()

    def put_file(self, path: str, data: bytes, thread_id: str = "") -> None:
        """Write a file which the code of a conversation can read.

        Args:
            path: Relative to the code's working folder, such as `data/sales.csv`.
            data: What is in it, up to `SandboxLimits.disk_bytes`.
            thread_id: The conversation.

        Raises:
            SandboxFileError: The name is refused, there is no room, or the sandbox has no files (monty).
        """
        self._sessions.run(Call(thread_id, _putting(path, data)))

    async def aput_file(self, path: str, data: bytes, thread_id: str = "") -> None:
        """Do what `put_file` does, without holding up the event loop."""
        await self._await(Call(thread_id, _putting(path, data)))

    def get_file(self, path: str, thread_id: str = "") -> bytes:
        """Read a file of a conversation.

        Args:
            path: Relative to the code's working folder.
            thread_id: The conversation.

        Raises:
            SandboxFileError: There is none, or it is no regular file, or the sandbox has no files (monty).
        """
        return self._sessions.run(Call(thread_id, lambda session: session.get(path)))

    async def aget_file(self, path: str, thread_id: str = "") -> bytes:
        """Do what `get_file` does, without holding up the event loop."""
        return await self._await(Call(thread_id, lambda session: session.get(path)))

    def _run(
        self, code: str, config: RunnableConfig, tool_call_id: str | None = None
    ) -> tuple[str | ToolMessage, ExecResult]:
        return self._as_response(self._sessions.run(_program(config, code)), tool_call_id)

    async def _arun(
        self, code: str, config: RunnableConfig, tool_call_id: str | None = None
    ) -> tuple[str | ToolMessage, ExecResult]:
        return self._as_response(await self._await(_program(config, code)), tool_call_id)

    async def _await(self, call: Call[_Result]) -> _Result:
        running = asyncio.wrap_future(self._sessions.submit(call))
        try:
            # Shielded, because cancelling a thread's future only stops waiting for it.
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            if call.cancel():
                await asyncio.wait([running])
            running.add_done_callback(_retrieve)
            raise

    def _to_args_and_kwargs(
        self, tool_input: str | dict[str, Any], tool_call_id: str | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        # The one place where a tool learns its call's id without demanding one, as an injected argument would.
        arguments, options = super()._to_args_and_kwargs(tool_input, tool_call_id)
        return tuple(arguments), {**options, "tool_call_id": tool_call_id}

    def _as_response(self, result: ExecResult, tool_call_id: str | None) -> tuple[str | ToolMessage, ExecResult]:
        result = checked_result(result)
        text = render_report(result, self.limits)
        if result["error"] is None or tool_call_id is None:
            return text, result
        # Not a ToolException: it would lose the artifact, and with it the plots drawn before the error.
        message = ToolMessage(text, artifact=result, tool_call_id=tool_call_id, name=self.name, status="error")
        return message, result


def _program(config: RunnableConfig, code: str) -> Call[ExecResult]:
    key = str((config or {}).get("configurable", {}).get("thread_id", ""))
    return Call(key, lambda session: _run_telling(session, code))


def _run_telling(session: Session, code: str) -> ExecResult:
    lines = ToldLines(report_progress)
    try:
        return session.run(code, lines.add)
    finally:
        lines.flush()


def _putting(path: str, data: bytes) -> Callable[[Session], None]:
    return lambda session: session.put(path, data)


def _retrieve(future: "asyncio.Future[Any]") -> None:
    # asyncio complains about an exception nobody looked at; whoever waited for this one has been cancelled.
    if not future.cancelled():
        future.exception()
