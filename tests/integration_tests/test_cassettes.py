"""Cassettes hold no secrets, and answer when the server is gone."""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import uuid
from pathlib import Path

import httpx
import pytest
import zstandard
from langchain_tests.conftest import CustomSerializer
from vcr import VCR
from vcr.errors import CannotOverwriteExistingCassetteException

from langchain_openrouter import ChatOpenRouter, RateLimitError
from langchain_openrouter.emulator import Answer, Failure, OpenRouterEmulator, ScriptBrain
from tests.cassettes import SecretInCassetteError, prepare_recorder, recorder_settings, scrub
from tests.unit_tests.plain_server import Page, plain_server

TAPE = "tape.yaml.gz"
ROOT = Path(__file__).parents[2]
CANARY = "sk-or-v1-canary"
LONG_CANARY = "sk-or-v1-canary0123456789abcdef"  # too long for one chunk of a stream
USER = "user_2dHFtVWx2n56w6HkM0000000000"


@pytest.fixture
def tape(tmp_path):
    """A recorder and player as the integration tests have it."""

    def use(mode="once", secret=CANARY):
        vcr = VCR()
        prepare_recorder(vcr, secret)
        return vcr.use_cassette(str(tmp_path / TAPE), **recorder_settings(record_mode=mode))

    return use


def written(path):
    """All that is readable in a cassette, bodies decoded."""
    cassette = CustomSerializer.deserialize(path.read_bytes())
    requests = [(one.method, one.uri, dict(one.headers), one.body) for one in cassette["requests"]]
    return repr((requests, cassette["responses"]))


def chat(emulator, **fields):
    defaults = {"model": "openai/gpt-4o-mini", "api_key": CANARY, "base_url": emulator.base_url, "max_retries": 0}
    return ChatOpenRouter(**{**defaults, **fields})


def test_what_is_recorded_is_clean_and_answers_without_a_server(ask, tape, tmp_path):
    headers = {"Cookie": f"a={CANARY}", "X-Title": f"My {CANARY}", "cf-ray": "ray0"}
    question = f"My key is {CANARY} and I am {USER}."
    with OpenRouterEmulator(ScriptBrain([Answer(f"So {CANARY} is your key.")]), api_key=CANARY) as emulator:
        model = chat(emulator, default_headers=headers)
        with tape():
            said = ask(model, question)
    assert CANARY in said.text
    text = written(tmp_path / TAPE)
    assert "My key is scrubbed and I am scrubbed." in text
    for secret in ("canary", USER, "ray0", "authorization", "cookie"):
        assert secret.lower() not in text.lower()
    with tape("none"):
        played = ask(model, question)
    assert played.text == scrub(said.text.encode()).decode()
    assert played.usage_metadata == said.usage_metadata
    assert played.response_metadata == said.response_metadata


def test_refusals_are_clean_and_played_as_errors(ask, tape, tmp_path):
    refusal = Failure(429, "Slow down", headers={"retry-after": "7"})
    with OpenRouterEmulator(ScriptBrain([refusal]), api_key=CANARY) as emulator:
        model = chat(emulator)
        with tape(), pytest.raises(RateLimitError):
            ask(model, "Hi")
    assert '"user_id":"scrubbed"' in written(tmp_path / TAPE)
    with tape("none"), pytest.raises(RateLimitError, match="Slow down") as caught:
        ask(model, "Hi")
    assert caught.value.retry_after == 7


def test_whose_key_it_is_stays_unknown(tape, tmp_path):
    with OpenRouterEmulator(api_key=CANARY) as emulator, tape():
        owner = httpx.get(f"{emulator.base_url}/key", headers={"authorization": f"Bearer {CANARY}"}).json()["data"]
    for name in ("creator_user_id", "label", "workspace_id"):
        assert owner[name] not in written(tmp_path / TAPE)


@pytest.mark.parametrize(("encoding", "compress"), [("gzip", gzip.compress), ("zstd", zstandard.compress)])
def test_compressed_answers_are_read_before_they_are_written(encoding, compress, tape, tmp_path):
    headers = {"content-encoding": encoding, "set-cookie": "__cf_bm=secret0", "x-request-id": "req-0", "cf-ray": "ray0"}
    body = compress(f'{{"user_id": "someone", "key": "{CANARY}"}}'.encode())
    with plain_server(lambda _: Page(body, headers=headers)) as server, tape():
        httpx.get(server.url)
    for secret in ("canary", "someone", "secret0", "req-0", "ray0"):
        assert secret not in written(tmp_path / TAPE)
    with tape("none"):
        assert httpx.get(server.url).json() == {"user_id": "scrubbed", "key": "scrubbed"}


def test_what_cannot_be_read_is_not_recorded(tape):
    page = Page(b"?", headers={"content-encoding": "zstd-of-tomorrow"})
    with plain_server(lambda _: page) as server, tape(), pytest.raises(SecretInCassetteError, match="decompressed"):
        httpx.get(server.url)


@pytest.mark.parametrize("words", ["open sesame today", "a-key-of-no-known-form", LONG_CANARY])
def test_no_cassette_is_written_with_the_key_in_it(words, tape, tmp_path):
    """Also if a model has said it in several chunks."""
    with OpenRouterEmulator(ScriptBrain([Answer(f"You said {words}, I think.")]), api_key=CANARY) as emulator:
        model = chat(emulator)
        recorder = tape(secret=words)
        with pytest.raises(SecretInCassetteError, match="was not written"), recorder:
            list(model.stream("What did I say?"))
        # where saving fails, vcrpy goes on recording whoever comes next
        recorder._CassetteContextDecorator__finish.close()
    assert not list(tmp_path.iterdir())


def test_json_within_json_is_scrubbed():
    assert scrub(rb'{"raw": "{\"user_id\": \"u1\", \"user\": \"u2\"}"}') == (
        rb'{"raw": "{\"user_id\": \"scrubbed\", \"user\": \"u2\"}"}'
    )


def test_drawn_ids_do_not_matter_but_which_is_which_does(tape):
    first, second = str(uuid.uuid4()), str(uuid.uuid4())
    with OpenRouterEmulator(ScriptBrain([Answer("Hi")]), api_key=CANARY) as emulator:
        model = chat(emulator)
        with tape():
            model.invoke(f"{first} {second} {first}")
    with tape("none"):
        assert model.invoke(f"{second} {first} {second}").text == "Hi"
        with pytest.raises(CannotOverwriteExistingCassetteException):
            model.invoke(f"{first} {second} {second}")


def test_another_request_is_not_answered(tape):
    with OpenRouterEmulator(ScriptBrain([Answer("Hi")]), api_key=CANARY) as emulator:
        model = chat(emulator)
        with tape():
            model.invoke("Hi")
    with tape("none"), pytest.raises(CannotOverwriteExistingCassetteException):
        model.invoke("Ho")


def test_the_suite_can_be_recorded_and_played(tmp_path):
    """What `make record` and then `make test` do, with an emulator in OpenRouter's place."""
    with OpenRouterEmulator(api_key=CANARY) as emulator:
        recorded = run_standard_tests(tmp_path, emulator.base_url, "--record-mode=rewrite")
        assert emulator.requests
    cassettes = list(tmp_path.rglob("*.yaml.gz"))
    assert not any("canary" in written(path) for path in cassettes)
    played = run_standard_tests(tmp_path, emulator.base_url)
    assert passed(played) == passed(recorded) == len(cassettes)
    # only what is played is measured
    assert ("benchmark: 1 tests" in played, "benchmark: 1 tests" in recorded) == (True, False)


def test_recording_needs_a_key():
    if shutil.which("make") is None:
        pytest.skip("there is no make here")
    run = subprocess.run(["make", "key"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, len(run.stderr.splitlines())) == (2, 1)
    assert "Recording needs OPENROUTER_API_KEY" in run.stderr


def run_standard_tests(cassettes: Path, base_url: str, *options: str) -> str:
    """Run some of the standard suite in a process of its own; return what it prints."""
    chosen = "TestJsonSchema and (invoke or stream or tool_calling or structured or usage_metadata)"
    where = ["-c", ROOT / "pyproject.toml", "-p", "no:cacheprovider", "--cassettes", cassettes, "-k", chosen]
    command = [sys.executable, "-m", "pytest", *where, *options, ROOT / "tests/integration_tests/test_standard.py"]
    mine = {"OPENROUTER_API_KEY": CANARY, "OPENROUTER_API_BASE": base_url, "PYTEST_XDIST_WORKER": ""}
    environment = {**os.environ, **mine}
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    return run.stdout


def passed(printed: str) -> int:
    """How many tests passed."""
    return int(re.findall(r"(\d+) passed", printed)[0])
