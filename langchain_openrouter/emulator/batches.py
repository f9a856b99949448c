"""The Batch API: requests that are taken at once, and answered while their client looks at them now and then."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import cast

from langchain_openrouter.emulator import failures
from langchain_openrouter.emulator.accounting import Account
from langchain_openrouter.emulator.batch_job import (
    ENDED,
    BatchJob,
    BatchRules,
    Line,
    at_batch_price,
    without_batch_variant,
)
from langchain_openrouter.emulator.brain import JSON, Brain, ChatRequest, Failure, Reply
from langchain_openrouter.emulator.chat import ask_brain, parsed_body
from langchain_openrouter.emulator.checks.batches import envelope_failure, request_failure
from langchain_openrouter.emulator.routing import Route, any_route, find_route

_POLLS_WITH_AN_END = 3
"""Looks at a batch from which on one of them finds it `finalizing`."""
_LONGEST_PAGE = 100
_PAGE = 20


class Batches:
    """All batches of an emulator, oldest first.

    Args:
        rules: How they go. Can be replaced while the emulator runs, but for what routes there are.
    """

    def __init__(self, rules: BatchRules) -> None:
        self.rules = rules
        self._jobs: dict[str, BatchJob] = {}

    def __repr__(self) -> str:
        return f"<Batches {', '.join(f'{job.id} {job.status}' for job in self._jobs.values()) or 'none'}>"

    def end(self, batch_id: str, status: str, message: str | None = None) -> None:
        """Let a batch end early, without results and unbilled, as its provider may.

        Args:
            batch_id: Which one.
            status: `failed`, `expired`, `cancelled`, or any other word.
            message: Why, for `error`.
        """
        self._jobs[batch_id].end(status, message)

    def submit(self, raw: bytes, brain: Brain, account: Account) -> dict[str, JSON]:
        """`POST /batches`: the batch as it was accepted.

        Raises:
            Refusal: It was not.
        """
        body = parsed_body(raw)
        failure = envelope_failure(body)
        if failure is not None:
            raise failures.Refusal(failure)
        name = without_batch_variant(str(body["model"]))
        lines = [_line(entry, name, body.get("provider")) for entry in cast("list[dict[str, JSON]]", body["requests"])]
        job = BatchJob(lines, _route(name, body.get("provider"), brain, account))
        self._jobs[job.id] = job
        return job.seen()

    async def look(self, batch_id: str, brain: Brain, account: Account) -> tuple[dict[str, JSON], int]:
        """`GET /batches/{id}`: the batch and the status of the response. Each look moves it on.

        Raises:
            Refusal: There is none of this id, or it is not found yet.
        """
        job = self._job(batch_id)
        job.looks += 1
        if job.looks <= self.rules.unseen_polls:
            raise failures.Refusal(_unknown(batch_id))
        if job.status == "cancelling":
            job.end("cancelled")
        elif job.status not in ENDED and job.finalized_at is None:
            await self._move_on(job, brain, account)
        if job.status == "completed" and account.credits_usd < account.book.total:
            return _withheld(job), 402
        return job.seen(), 200

    def page(self, query: Mapping[str, str], statuses: Sequence[str]) -> dict[str, JSON]:
        """`GET /batches`: newest first, without results.

        Raises:
            Refusal: `limit` is no number from 1 to 100.
        """
        limit = query.get("limit", str(_PAGE))
        if not limit.isdecimal() or not 1 <= int(limit) <= _LONGEST_PAGE:
            raise failures.Refusal(
                Failure(400, f"limit: expected a number from 1 to {_LONGEST_PAGE}, received {limit}")
            )
        newest = [job for job in reversed(self._jobs.values()) if not statuses or job.status in statuses]
        ids = [job.id for job in newest]
        start = ids.index(query["after"]) + 1 if query.get("after") in ids else 0
        shown = newest[start : start + int(limit)]
        return {
            "object": "list",
            "data": [{**job.seen(), "results": None} for job in shown],
            "first_id": shown[0].id if shown else None,
            "last_id": shown[-1].id if shown else None,
            "has_more": start + int(limit) < len(newest),
        }

    def delete(self, batch_id: str) -> dict[str, JSON]:
        """`DELETE /batches/{id}`: forget a batch that has ended.

        Raises:
            Refusal: There is none of this id, or it goes on.
        """
        job = self._job(batch_id)
        if job.status not in ENDED:
            raise failures.Refusal(Failure(409, f"Batch job {batch_id} is {job.status} and cannot be deleted."))
        del self._jobs[batch_id]
        upstream = {"provider": job.route.provider.name, "status": "deleted"}
        return {"id": batch_id, "object": "batch", "deletion": {"openrouter": "deleted", "upstream": upstream}}

    def cancel(self, batch_id: str) -> dict[str, JSON]:
        """`POST /batches/{id}/cancel`, where the rules have it: the next look finds the batch cancelled.

        Raises:
            Refusal: There is none of this id, or it has ended.
        """
        job = self._job(batch_id)
        if job.status in ENDED:
            raise failures.Refusal(Failure(409, f"Batch job {batch_id} is {job.status} and cannot be cancelled."))
        job.status = "cancelling"
        return job.seen()

    def _job(self, batch_id: str) -> BatchJob:
        if batch_id not in self._jobs:
            raise failures.Refusal(_unknown(batch_id))
        return self._jobs[batch_id]

    async def _move_on(self, job: BatchJob, brain: Brain, account: Account) -> None:
        if job.started == 0 and brain.checks_requests:
            for line in job.lines:
                failure = request_failure(line.request, line.request["model"])
                if failure is not None:
                    job.fail(line, failure)
                    return
        polls = job.looks - self.rules.unseen_polls
        wanted = max(1, self.rules.polls)
        total = len(job.lines)
        first, job.started = job.started, total * min(polls, wanted) // wanted
        due = {index: job.lines[index].request for index in range(first, job.started)}
        job.status = "finalizing" if polls == wanted - 1 >= _POLLS_WITH_AN_END - 1 else "in_progress"
        job.replies |= await asyncio.to_thread(_ask, brain, due)
        job.completed = len(job.replies)
        # another look, or the end, may have come while the brain was thinking
        if len(job.replies) == total and job.finalized_at is None and job.status != "cancelling":
            job.complete(account)


def _line(entry: Mapping[str, JSON], model: str, provider: JSON) -> Line:
    body = {**cast("Mapping[str, JSON]", entry["body"]), "model": model}
    if provider is not None:
        body["provider"] = provider
    return Line(str(entry["custom_id"]), cast("ChatRequest", body))


def _route(name: str, provider: JSON, brain: Brain, account: Account) -> Route:
    # what is wrong with the requests is found later
    asked = cast("ChatRequest", {"messages": [], "provider": provider})
    route = find_route(name, asked) if brain.checks_requests else any_route(name)
    if isinstance(route, Failure) and route.status == 404:  # noqa: PLR2004 - HTTP
        raise failures.Refusal(route)
    if isinstance(route, Failure) or (brain.checks_requests and (route.model.is_free or route.router is not None)):
        raise failures.Refusal(Failure(400, f"Model '{name}' does not have a :batch endpoint."))
    refusal = account.refusal(route.model, asked)
    if refusal is not None:
        raise failures.Refusal(refusal)
    return Route(at_batch_price(route.model), route.provider)


def _ask(brain: Brain, requests: Mapping[int, ChatRequest]) -> dict[int, Reply]:
    return {index: ask_brain(brain, request) for index, request in requests.items()}


def _unknown(batch_id: str) -> Failure:
    return failures.not_found(f"Batch job {batch_id}")


def _withheld(job: BatchJob) -> dict[str, JSON]:
    error: JSON = {
        "code": 402,
        "message": "Insufficient credits to pay for this batch. Add credits to read its results.",
    }
    return {**job.seen(), "results": None, "error": error}
