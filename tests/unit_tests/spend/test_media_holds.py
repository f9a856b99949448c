"""What is held for images, sound, films and files, and for vectors and ranks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from langchain_openrouter import plugins
from tests.unit_tests.spend.test_estimate import CONTEXT, MILLIONTH, hold, model, plan, why

PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 90_000}}


class TestMedia:
    def tokens(self, model_id, *parts, **changes):
        body = {"model": model_id, "messages": [{"role": "user", "content": list(parts)}], "max_tokens": 1}
        return plan(body, model(model_id, context_length=1_000_000, **changes)).bill.prompt_tokens

    @pytest.mark.parametrize(("maker", "each"), [("anthropic", 5_000), ("google", 5_000), ("openai", 50_000)])
    def test_images_are_bounded_by_what_their_maker_makes_of_them(self, maker, each):
        text = {"type": "text", "text": "and"}
        one = self.tokens(f"{maker}/model", PICTURE, text)
        assert each < one < each + 1_300
        assert self.tokens(f"{maker}/model", PICTURE, text, PICTURE) - one < each + 100

    @pytest.mark.parametrize(
        "part",
        [
            {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            {"type": "video_url", "video_url": {"url": "https://example.org/film.mp4"}},
            {"type": "file", "file": {"filename": "a.pdf", "file_data": "https://example.org/a.pdf"}},
        ],
    )
    def test_what_has_no_bound_may_fill_the_context(self, part):
        reads = {"input_modalities": ["text", "file"]}
        assert self.tokens("google/model", part, architecture=reads) == 1_000_000
        assert self.tokens("nobody/model", PICTURE) == 1_000_000

    def test_a_file_that_was_read_before_is_text(self):
        parsed = {"type": "file", "file": {"hash": "x", "content": [{"type": "text", "text": "a" * 3_000}]}}
        assert 3_000 < self.tokens("some/model", parsed) < 4_300

    def test_sound_has_a_price_of_its_own(self):
        pricing = {"prompt": "0.000001", "completion": "0", "audio": "0.0001"}
        sound = {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}
        said = [{"role": "user", "content": [sound]}]
        assert hold(None, model(pricing=pricing), messages=said) == CONTEXT * Decimal("0.0001")

    def test_pages_are_billed_unless_somebody_reads_them_for_nothing(self):
        file = {"type": "file", "file": {"file_data": "data:application/pdf;base64,AAAA"}}
        said = [{"role": "user", "content": [file]}]
        assert "USD 0.002 for each page" in why(None, messages=said)
        assert hold(None, messages=said, plugins=[plugins.file_parser(pdf_engine="cloudflare-ai")]) > 0
        assert "for each page" in why(None, messages=said, plugins=[plugins.file_parser(pdf_engine="mistral-ocr")])

    def test_what_limits_do_not_speak_of_stays_unknown(self):
        limits = {"max_price": {"prompt": 1, "completion": 1}}
        said = [{"role": "user", "content": [PICTURE]}]
        assert "'none/such'" in why(None, model="none/such", messages=said, provider=limits)


class TestRetrieval:
    def test_vectors_cost_their_bytes_however_many_there_are(self):
        embedder = model(pricing={"prompt": "0.000001", "completion": "0"}, context_length=100)
        body = {"model": "some/model", "input": ["a" * 50_000] * 3}
        assert hold(body, embedder, kind="embeddings") > 150_000 * MILLIONTH

    def test_tokens_are_never_more_than_the_characters_that_write_them(self):
        embedder = model(pricing={"prompt": "0.000001", "completion": "0"})
        body = {"model": "some/model", "input": [list(range(1_000))]}
        assert hold(body, embedder, kind="embeddings") > 1_000 * MILLIONTH

    def test_each_image_has_the_context_for_itself(self):
        embedder = model(pricing={"prompt": "0.000001", "completion": "0"})
        picture = {"content": [{"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}]}
        body = {"model": "some/model", "input": [picture, picture]}
        assert hold(body, embedder, kind="embeddings") > 2 * CONTEXT * MILLIONTH

    def test_the_query_is_counted_with_each_document(self):
        ranker = model(pricing={"prompt": "0.000001", "completion": "0"})
        body = {"model": "some/model", "query": "q" * 100, "documents": ["a"]}
        more = {**body, "documents": ["a", "b"]}
        assert hold(more, ranker, kind="rerank") - hold(body, ranker, kind="rerank") == (100 + 4) * MILLIONTH

    def test_a_search_without_a_price_is_unknown_and_a_free_one_is_free(self):
        body = {"model": "some/model", "query": "q", "documents": ["a", {"text": "b", "image": "https://e.org/b.png"}]}
        costs_nothing = {"prompt": "0", "completion": "0"}
        assert "not listed" in why(body, model(pricing=costs_nothing), kind="rerank")
        free = model("some/model:free", pricing=costs_nothing)
        assert hold({**body, "model": "some/model:free"}, free, kind="rerank") == 0
