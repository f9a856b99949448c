"""The Batch API of the emulator, in plain HTTP."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
import pytest

from langchain_openrouter.emulator import Answer, BatchRules, Failure

MODEL = "openai/gpt-4o-mini"


def line(custom_id="a", text="Hello", **body):
    return {"custom_id": custom_id, "body": {"messages": [{"role": "user", "content": text}], **body}}


def envelope(*lines, **facts):
    return {"endpoint": "/v1/chat/completions", "model": MODEL, **facts, "requests": list(lines or [line()])}


def submit(served, *lines, **facts):
    response = served.client.post("/batches", json=envelope(*lines, **facts))
    assert response.status_code == 202, response.text
    return response.json()["id"]


def look(served, batch_id):
    response = served.get(f"/batches/{batch_id}")
    assert response.status_code == 200, response.text
    return response.json()


def test_accepted(served):
    body = served.client.post("/batches", json=envelope(line("a"), line("b"))).json()
    assert body["id"].startswith("batch-")
    assert (body["object"], body["status"], body["model"]) == ("batch", "validating", "openai/gpt-4o-mini")
    assert body["request_counts"] == {"total": 2, "completed": 0, "failed": 0}
    assert (body["results"], body["usage"], body["error"], body["finalized_at"]) == (None,) * 4
    assert body["expires_at"] == body["created_at"] + 86400


@pytest.mark.parametrize(
    ("polls", "statuses"),
    [
        (0, ["completed"]),
        (1, ["completed"]),
        (2, ["in_progress", "completed"]),
        (4, ["in_progress", "in_progress", "finalizing", "completed"]),
    ],
)
def test_each_look_moves_it_on(serve, polls, statuses):
    served = serve(batch_rules=BatchRules(polls=polls))
    batch_id = submit(served, *(line(str(i)) for i in range(4)))
    seen = [look(served, batch_id) for _ in statuses]
    assert [one["status"] for one in seen] == statuses
    assert [one["request_counts"]["completed"] for one in seen] == [4 * i // len(seen) for i in range(1, len(seen) + 1)]
    assert [one["results"] is None for one in seen] == [status != "completed" for status in statuses]
    assert look(served, batch_id) == seen[-1]


def test_bills_once_at_its_end_and_half(serve):
    served = serve([Answer("word " * 5)] * 3, batch_rules=BatchRules(polls=2))
    single = served.cost_in(served.chat().json())
    batch_id = submit(served, line("a"), line("b"))
    look(served, batch_id)
    assert served.emulator.book.total == single
    usage = look(served, batch_id)["usage"]
    look(served, batch_id)
    assert Decimal(repr(usage["cost"])) == single
    assert served.emulator.book.total == 2 * single
    assert [entry.model for entry in served.emulator.book.entries[1:]] == [f"{MODEL}:batch"] * 2


def test_results_are_those_of_their_requests_and_in_no_order(served):
    results = look(served, submit(served, line("a"), line("b")))["results"]
    assert [row["custom_id"] for row in results] == ["b", "a"]
    body = results[0]["response"]["body"]
    assert (body["object"], body["choices"][0]["message"]["content"]) == ("chat.completion", "Hi!")
    assert "cost" not in body["usage"], "only the batch says what it cost"
    assert served.get(f"/generation?id={body['id']}").status_code == 200


def test_a_failure_of_one(serve):
    served = serve([Answer("Hi!"), Failure(429, "Slow.")])
    batch = look(served, submit(served, line("a"), line("b")))
    assert batch["request_counts"] == {"total": 2, "completed": 1, "failed": 1}
    row = batch["results"][0]
    assert (row["response"], row["error"]) == (None, {"message": "Slow.", "type": "rate_limit_error", "param": None})


def test_looks_at_the_same_time_answer_and_bill_once(serve):
    served = serve(batch_rules=BatchRules(polls=5))
    batch_id = submit(served, *(line(str(i)) for i in range(20)))
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: look(served, batch_id), range(30)))
    assert look(served, batch_id)["request_counts"] == {"total": 20, "completed": 20, "failed": 0}
    assert len(served.emulator.book.entries) == 20


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"requests": [line()], "endpoint": "/v1/chat/completions", "model": MODEL}, 400, "must appear before"),
        ({"model": MODEL, "requests": [line()]}, 400, "must appear before"),
        (envelope(endpoint="/v1/embeddings"), 400, "emulator"),
        (envelope(endpoint="/v1/nothing"), 400, "endpoint: Invalid option"),
        (envelope(completion_window="1h"), 400, "completion_window"),
        (envelope(provider={"order": ["openai"]}), 400, "order"),
        (envelope(provider={"only": ["nobody"]}), 404, "No allowed providers"),
        (envelope(model="nobody/nothing"), 400, "does not have a :batch endpoint"),
        (envelope(model="z-ai/glm-5.2:free"), 400, "does not have a :batch endpoint"),
        ({**envelope(), "requests": []}, 400, "requests"),
        (envelope({"body": {}}), 400, r"custom_id is required on requests\[0\]"),
        (envelope({"custom_id": "a"}), 400, r"body is required on requests\[0\]"),
        (envelope(line("a"), line("a")), 422, "line 2 has a duplicate custom_id 'a'"),
        (envelope(line(model="openai/gpt-4o")), 400, "must match"),
        ([], 400, "expected object"),
    ],
)
def test_not_accepted(served, body, status, words):
    response = served.client.post("/batches", json=body)
    assert response.status_code == status
    with pytest.raises(AssertionError, match=words):
        raise AssertionError(response.json()["error"]["message"])


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (line("bad", temperature=9), "temperature"),
        (line("bad", stream=True), "stream"),
        (line("bad", modalities=["image"]), "modalities"),
        ({"custom_id": "bad", "body": {}}, "messages"),
        (line("bad", [{"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}]), "image_url"),
        (line("bad", max_tokens=10_000_000), "maximum context length"),
    ],
)
def test_a_request_that_is_refused_fails_the_whole_batch_later(served, wrong, words):
    batch = look(served, submit(served, line("good"), wrong))
    assert (batch["status"], batch["results"]) == ("failed", None)
    assert batch["request_counts"] == {"total": 2, "completed": 0, "failed": 2}
    assert batch["error"]["message"].startswith("Request 'bad': ")
    assert words in batch["error"]["message"]
    assert served.emulator.book.entries == ()


def test_without_credits_nothing_is_accepted(serve):
    served = serve(credits_usd="0")
    assert served.client.post("/batches", json=envelope()).status_code == 402


def test_results_are_withheld_until_they_are_paid(serve):
    served = serve(Answer("Hi!", usage={"cost": 3}), credits_usd="1")
    batch_id = submit(served)
    response = served.get(f"/batches/{batch_id}")
    assert response.status_code == 402
    body = response.json()
    assert (body["id"], body["results"], body["error"]["code"]) == (batch_id, None, 402)


def test_listed_newest_first_by_pages(served):
    ids = [submit(served) for _ in range(5)][::-1]
    look(served, ids[0])
    first = served.get("/batches?limit=2").json()
    assert [one["id"] for one in first["data"]] == ids[:2]
    assert first["data"][0]["results"] is None, "a list has none, though the batch is done"
    assert (first["first_id"], first["last_id"], first["has_more"]) == (ids[0], ids[1], True)
    rest = served.get(f"/batches?after={ids[1]}").json()
    assert ([one["id"] for one in rest["data"]], rest["has_more"]) == (ids[2:], False)
    done = served.get("/batches?status=completed&status=failed").json()
    assert [one["id"] for one in done["data"]] == ids[:1]
    assert served.get("/batches?limit=101").status_code == 400
    assert served.get("/batches?status=expired").json()["last_id"] is None


def test_deleted_when_it_has_ended(served):
    batch_id = submit(served)
    assert served.client.delete(f"/batches/{batch_id}").status_code == 409
    look(served, batch_id)
    deleted = served.client.delete(f"/batches/{batch_id}").json()
    assert deleted["deletion"]["openrouter"] == "deleted"
    assert served.get(f"/batches/{batch_id}").status_code == 404


@pytest.mark.parametrize("cancellable", [False, True])
def test_cancelled_only_where_the_rules_have_it(serve, cancellable):
    served = serve(batch_rules=BatchRules(cancellable=cancellable))
    batch_id = submit(served)
    response = served.client.post(f"/batches/{batch_id}/cancel")
    assert response.status_code == (200 if cancellable else 404)
    assert look(served, batch_id)["status"] == ("cancelled" if cancellable else "completed")


def test_ended_early(served):
    batch_id = submit(served)
    served.emulator.batches.end(batch_id, "expired", "Too late.")
    batch = look(served, batch_id)
    assert (batch["status"], batch["error"], batch["results"]) == ("expired", {"message": "Too late."}, None)
    assert repr(served.emulator.batches) == f"<Batches {batch_id} expired>"


def test_both_addresses_are_one(served):
    batch_id = submit(served)
    beta = served.emulator.base_url.replace("/v1", "/beta")
    headers = {"authorization": f"Bearer {served.emulator.api_key}"}
    assert httpx.get(f"{beta}/batches/{batch_id}", headers=headers).json()["status"] == "completed"


def test_a_key_is_needed(served):
    assert httpx.post(f"{served.emulator.base_url}/batches", json=envelope()).status_code == 401
    assert served.get("/batches", management=True).status_code == 403
