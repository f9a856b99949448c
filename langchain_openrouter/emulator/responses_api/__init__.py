"""`POST /responses`: the same models and the same brains, asked and answering in items.

Source: https://openrouter.ai/docs/api-reference/responses/overview
"""

from langchain_openrouter.emulator.chat import Dialect
from langchain_openrouter.emulator.responses_api.answering import response_body, response_events
from langchain_openrouter.emulator.responses_api.checks import check_response_request
from langchain_openrouter.emulator.responses_api.request import chat_request

RESPONSES = Dialect("/responses", check_response_request, chat_request, response_body, response_events)
