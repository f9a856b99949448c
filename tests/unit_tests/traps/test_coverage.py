"""Every known defect of the official package, and every trap that other clients fell into, has a test that holds it.

`M1` to `M32` were measured on langchain-openrouter 0.2.9; `1` to `60` were reported in public, of it or of others.
"""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[2]

COVERAGE: dict[str, tuple[str, ...]] = {
    # fields that crash, vanish or arrive changed
    "M1": (
        "unit_tests/test_chat_models.py::test_field_is_sent",
        "unit_tests/test_bad_input.py::test_several_answers_per_model",
    ),
    "M2": (
        "unit_tests/_wire/test_render.py::test_what_is_not_known_is_sent_as_it_stands",
        "unit_tests/test_chat_models.py::test_model_kwargs_are_sent_without_a_warning",
    ),
    "M3": ("unit_tests/test_chat_models.py::test_field_is_sent",),
    "M4": (
        "unit_tests/test_chat_models.py::test_field_is_sent",
        "unit_tests/test_chat_models.py::test_preferences_of_tomorrow_are_sent_verbatim",
        "unit_tests/test_chat_options.py::TestProvider::test_a_key_that_it_does_not_know",
    ),
    # facts that never reach the message
    "M5": (
        "unit_tests/test_answer_fields.py::test_metadata",
        "unit_tests/_wire/test_stream.py::test_what_is_said_once_is_on_the_last_chunk_alone",
    ),
    # failures that pass for answers, or lose their words
    "M6": (
        "unit_tests/traps/test_failures.py::test_an_error_beside_an_answer_is_an_error",
        "unit_tests/traps/test_failures.py::test_a_finish_reason_of_error_is_an_error",
    ),
    "M7": (
        "unit_tests/traps/test_failures.py::test_an_error_instead_of_an_answer_is_read",
        "unit_tests/traps/test_failures.py::test_an_error_page_that_only_calls_itself_json",
    ),
    # attempts and time
    "M8": (
        "unit_tests/_http/test_retry.py::test_what_passes_is_sent_once_more_for_each_retry",
        "unit_tests/_http/test_retry.py::test_the_wait_that_the_server_asks_for_is_the_one_that_is_waited",
    ),
    "M9": (
        "unit_tests/_http/test_retry.py::test_never_more_than_promised",
        "unit_tests/_http/test_retry.py::test_no_retries_means_one_request",
    ),
    "M10": (
        "unit_tests/_http/test_retry.py::test_a_silent_server_is_asked_once",
        "unit_tests/_http/test_retry.py::test_a_refused_port_is_tried_as_often_as_promised",
        "unit_tests/_http/test_retry.py::test_no_wait_reaches_over_the_deadline",
    ),
    "M11": (
        "unit_tests/traps/test_connections.py::test_a_timeout_is_in_seconds",
        "unit_tests/test_chat_models.py::test_a_timeout_in_milliseconds_warns",
    ),
    "M12": (
        "unit_tests/traps/test_connections.py::test_without_a_timeout_the_limits_are_minutes",
        "unit_tests/_http/test_retry.py::test_a_silent_server_is_asked_once",
    ),
    # reasoning that is merged wrong, or lost
    "M13": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "M14": (
        "unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",
        "unit_tests/_wire/test_reasoning.py::test_what_was_streamed_goes_back_as_what_was_not",
    ),
    "M15": ("unit_tests/_wire/test_reasoning.py::test_fragments_kept_side_by_side_go_out_whole",),
    "M16": ("unit_tests/traps/test_reasoning.py::test_what_is_not_known_goes_round_any_number_of_times",),
    # messages
    "M17": ("unit_tests/traps/test_requests.py::test_a_tool_may_return_what_a_user_may_send",),
    "M18": (
        "unit_tests/_wire/test_blocks.py::TestAllWays::test_content_blocks",
        "unit_tests/test_structured_output.py::test_a_refusal_is_not_a_broken_answer",
    ),
    # answers that are a little different
    "M19": (
        "unit_tests/traps/test_streams.py::test_an_odd_event_costs_nothing",
        "unit_tests/traps/test_streams.py::test_token_counts_may_be_odd",
        "unit_tests/traps/test_streams.py::test_arguments_of_any_form",
        "unit_tests/_wire/test_parse.py::test_facts_may_be_missing",
        "unit_tests/_wire/test_parse.py::test_whatever_an_answer_holds_is_a_message_or_a_typed_error",
    ),
    "M20": ("unit_tests/traps/test_failures.py::test_a_stream_that_just_ends_is_no_answer",),
    "M21": ("unit_tests/traps/test_streams.py::test_fragments_of_two_calls_are_told_apart",),
    "M22": ("unit_tests/_wire/test_stream.py::test_reasoning_under_either_name",),
    "M23": ("unit_tests/_wire/test_messages.py::test_message",),
    "M24": ("unit_tests/test_chat_models.py::test_server_tools_and_functions_together",),
    # what a model needs and leaves behind
    "M25": ("unit_tests/traps/test_connections.py::test_a_thousand_models_leave_nothing_open",),
    "M26": (
        "unit_tests/_http/test_pool.py::test_several_event_loops_in_one_process",
        "unit_tests/test_serialization.py::test_a_copy_works_on_its_own",
        "unit_tests/test_serialization.py::test_a_pickle_has_the_settings_and_takes_the_key_from_where_it_arrives",
    ),
    "M27": (
        "unit_tests/test_public_api.py::test_importing_loads_no_server_and_no_extra",
        "unit_tests/test_public_api.py::test_making_a_model_loads_no_transport",
    ),
    "M28": ("unit_tests/test_errors.py::test_langchain_family",),
    "M29": (
        "unit_tests/test_profiles.py::test_an_agent_asks_for_its_answer_in_the_way_that_the_model_can",
        "unit_tests/traps/test_agents.py::test_an_unknown_model_with_a_profile_is_not_asked_for_ever",
    ),
    "M30": ("unit_tests/traps/test_streams.py::test_a_server_that_does_not_stream_is_read_all_the_same",),
    "M31": ("unit_tests/test_structured_output.py::test_json_schema_on_the_wire",),
    "M32": (
        "unit_tests/test_token_counting.py::test_no_tokenizer_is_loaded",
        "unit_tests/test_token_counting.py::test_a_message",
    ),
    # reported of LangChain and what is built on it
    "1": ("unit_tests/test_official_surface.py::test_reasoning_comes_before_the_text_in_content_blocks",),
    "2": ("unit_tests/test_profiles.py::test_an_agent_asks_for_its_answer_in_the_way_that_the_model_can",),
    "3": ("unit_tests/test_profiles.py::test_an_agent_asks_for_its_answer_in_the_way_that_the_model_can",),
    "4": (
        "unit_tests/_wire/test_content.py::test_cache_control_stays_on_its_block",
        "unit_tests/test_chat_models.py::test_field_is_sent",
    ),
    "5": ("unit_tests/test_answer_fields.py::test_metadata",),
    "6": ("unit_tests/test_public_api.py::test_importing_loads_no_server_and_no_extra",),
    "7": ("unit_tests/test_chat_models.py::test_headers_are_no_body",),
    "8": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "9": ("unit_tests/_wire/test_reasoning.py::test_stored_ids_are_not_sent_and_others_are",),
    "10": ("unit_tests/traps/test_streams.py::test_a_second_finish_neither_repeats_nor_erases",),
    "11": ("unit_tests/_wire/test_stream.py::test_usage_is_read_wherever_it_stands",),
    "12": ("unit_tests/test_chat_models.py::test_the_cost_of_an_answer_is_the_one_in_the_servers_book",),
    "13": (
        "unit_tests/test_chat_models.py::test_field_is_sent",
        "unit_tests/test_chat_models.py::test_an_option_of_a_call_replaces_the_field_for_that_call",
    ),
    "14": ("unit_tests/traps/test_connections.py::test_a_timeout_is_in_seconds",),
    "15": ("unit_tests/_http/test_retry.py::test_no_retries_means_one_request",),
    "16": ("unit_tests/traps/test_connections.py::test_a_thousand_models_leave_nothing_open",),
    "17": ("unit_tests/traps/test_requests.py::test_a_tool_may_return_what_a_user_may_send",),
    "18": (
        "unit_tests/test_embeddings.py::test_near_texts_have_near_vectors",
        "unit_tests/test_rerank.py::test_the_most_relevant_comes_first",
        "integration_tests/test_responses_agents.py::test_every_way_of_asking_gives_the_same_message",
    ),
    "19": ("unit_tests/test_chat_options.py::TestResponseFormat::test_schemas",),
    "20": ("unit_tests/traps/test_connections.py::test_without_a_timeout_the_limits_are_minutes",),
    "21": (
        "unit_tests/traps/test_streams.py::test_a_call_that_the_limit_cut_is_never_made",
        "unit_tests/traps/test_streams.py::test_a_call_that_the_network_cut_is_an_error",
        "unit_tests/_wire/test_tools.py::test_arguments_that_were_cut_are_never_carried_out",
    ),
    "22": (
        "unit_tests/test_chat_models.py::test_reasoning_survives_a_turn_with_tools",
        "unit_tests/traps/test_failures.py::test_an_error_beside_an_answer_is_an_error",
        "unit_tests/test_chat_models.py::test_disable_streaming",
    ),
    "23": ("unit_tests/_wire/test_stream.py::test_what_is_said_once_is_on_the_last_chunk_alone",),
    "24": ("unit_tests/_wire/test_stream.py::test_the_sum_has_each_fact_once",),
    "25": ("unit_tests/_wire/test_blocks.py::TestAllWays::test_content_blocks",),
    "26": ("unit_tests/test_answer_fields.py::test_metadata",),
    "27": ("unit_tests/_http/test_retry.py::test_what_passes_is_sent_once_more_for_each_retry",),
    "28": ("unit_tests/traps/test_requests.py::test_cache_marks_stay_where_they_are_as_the_conversation_grows",),
    "29": ("unit_tests/traps/test_streams.py::test_fragments_of_two_calls_are_told_apart",),
    "30": ("unit_tests/traps/test_failures.py::test_a_context_that_overflows_is_told_as_one",),
    "31": (
        "unit_tests/test_chat_options.py::TestReasoning::test_two_that_differ",
        "unit_tests/test_chat_options.py::TestReasoning::test_joins_the_rest",
    ),
    "32": ("unit_tests/_wire/test_parse.py::test_whatever_an_answer_holds_is_a_message_or_a_typed_error",),
    # reported of other clients
    "33": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "34": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "35": (
        "unit_tests/traps/test_streams.py::test_calls_decide_whatever_the_finish_reason_says",
        "unit_tests/traps/test_streams.py::test_an_agent_goes_on_where_there_are_calls",
    ),
    "36": ("unit_tests/traps/test_streams.py::test_calls_decide_whatever_the_finish_reason_says",),
    "37": (
        "unit_tests/_wire/test_content.py::test_cache_control_stays_on_its_block",
        "unit_tests/traps/test_requests.py::test_cache_marks_stay_where_they_are_as_the_conversation_grows",
    ),
    "38": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "39": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "40": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "41": ("unit_tests/_wire/test_assistant.py::TestChangedModel::test_details",),
    "42": (
        "unit_tests/traps/test_streams.py::test_a_finish_reason_may_be_any_word",
        "unit_tests/traps/test_failures.py::test_a_finish_reason_of_error_is_an_error",
    ),
    "43": ("unit_tests/_wire/test_parse.py::test_facts_of_the_choice_may_be_missing_or_unknown",),
    "44": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "45": ("unit_tests/traps/test_streams.py::test_an_odd_event_costs_nothing",),
    "46": ("unit_tests/traps/test_streams.py::test_arguments_of_any_form",),
    "47": ("unit_tests/_wire/test_reasoning.py::test_stored_ids_are_not_sent_and_others_are",),
    "48": ("unit_tests/_wire/test_stream.py::test_usage_is_read_wherever_it_stands",),
    "49": ("unit_tests/traps/test_streams.py::test_an_answer_without_usage_is_given_none",),
    "50": ("unit_tests/_wire/test_stream.py::test_the_sum_of_a_stream_is_the_unstreamed_answer",),
    "51": (
        "unit_tests/traps/test_streams.py::test_an_odd_event_costs_nothing",
        "unit_tests/_http/test_sse.py::test_known_shapes",
    ),
    "52": (
        "unit_tests/traps/test_streams.py::test_an_odd_event_costs_nothing",
        "unit_tests/_http/test_sse.py::test_known_shapes",
    ),
    "53": ("unit_tests/traps/test_failures.py::test_an_error_beside_an_answer_is_an_error",),
    "54": ("unit_tests/traps/test_streams.py::test_a_second_finish_neither_repeats_nor_erases",),
    "55": ("unit_tests/traps/test_streams.py::test_everything_may_come_in_the_finishing_event",),
    "56": ("unit_tests/traps/test_streams.py::test_log_probabilities_may_lack_the_alternatives",),
    "57": ("unit_tests/traps/test_streams.py::test_fragments_of_two_calls_are_told_apart",),
    "58": ("unit_tests/traps/test_reasoning.py::test_details_go_back_as_the_provider_signed_them",),
    "59": ("unit_tests/traps/test_failures.py::test_the_providers_that_could_be_allowed_are_told",),
    "60": (
        "unit_tests/traps/test_connections.py::test_without_a_timeout_the_limits_are_minutes",
        "unit_tests/traps/test_failures.py::test_an_error_instead_of_an_answer_is_read",
    ),
}
"""Row to the tests that hold it, as `file::test` or `file::Class::test` under `tests/`."""


def test_every_row_is_held():
    assert COVERAGE.keys() == {f"M{number}" for number in range(1, 33)} | {str(number) for number in range(1, 61)}


@pytest.mark.parametrize("row", COVERAGE)
def test_its_tests_are_there(row):
    assert COVERAGE[row]
    for node in COVERAGE[row]:
        path, _, name = node.partition("::")
        assert name in find_tests(path), f"{node} is gone: name the test that holds row {row} now"


@cache
def find_tests(path: str) -> frozenset[str]:
    """The names of the tests that stand in a file."""
    tree = ast.parse((TESTS / path).read_text())
    return frozenset(name for statement in tree.body for name in names_of_tests(statement))


def names_of_tests(statement: ast.stmt) -> list[str]:
    """The names of the tests that a statement of a module defines."""
    if isinstance(statement, ast.ClassDef):
        return [f"{statement.name}::{inner}" for part in statement.body for inner in names_of_tests(part)]
    is_test = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and statement.name.startswith("test_")
    return [statement.name] if is_test else []
