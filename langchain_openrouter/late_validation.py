"""Fields that most programs leave out: what validates their values is built for the first one that is given."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler, TypeAdapter
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


class ValidatedLate:
    """Validates a field as its type says, in `Annotated[SomeTypedDict | None, ValidatedLate()]`.

    Pydantic would build the validators of all keys of a `TypedDict` when the class is made, which takes as long as all
    other fields together. Each field has one of its own.
    """

    def __init__(self, prepare: Callable[[Any], object] | None = None) -> None:
        """Keep what a value is brought into form by before it is validated; `None`: it is taken as it is."""
        self._prepare = prepare
        self._type: Any = None

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._type)

    def _validate(self, given: object) -> object:
        if given is None:
            return None
        return self._adapter.validate_python(given if self._prepare is None else self._prepare(given))

    def __get_pydantic_core_schema__(self, source: Any, _: GetCoreSchemaHandler) -> CoreSchema:  # noqa: ANN401 - a type
        self._type = source
        return core_schema.no_info_plain_validator_function(self._validate)

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return handler(self._adapter.core_schema)
