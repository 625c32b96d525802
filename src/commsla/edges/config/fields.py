"""How a key of schools.toml is declared: its type, and the example that a message shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticKnownError

from commsla.edges.config import dates, values

Value = TypeVar("Value")


class Table(BaseModel):
    """One table of the file. Unknown keys are mistakes, and values are never shown by pydantic."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True)


def key(example: str, **more: Any) -> Any:
    """A key; the example is what a message tells the person to write."""
    return Field(examples=[example], **more)


def keys_of(model: type[Table]) -> dict[str, FieldInfo]:
    """The keys of a table as they stand in the file."""
    return {field.alias or name: field for name, field in model.model_fields.items()}


def from_text(read: Callable[[str], Value]) -> PlainValidator:
    """What `read` makes of a text."""

    def validate(value: object) -> Value:
        if not isinstance(value, str):
            raise PydanticKnownError("string_type")
        return read(values.read_text(value))

    return PlainValidator(validate)


def choice(*choices: str) -> PlainValidator:
    """One of a few words."""
    return from_text(lambda text: values.read_choice(text, choices))


def number(least: int, most: int) -> PlainValidator:
    """A whole number in a range."""

    def validate(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise PydanticKnownError("int_type")
        if not least <= value <= most:
            raise values.WrongValueError(f"is not between {least} and {most}")
        return value

    return PlainValidator(validate)


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise PydanticKnownError("bool_type")
    return value


Text = Annotated[str, from_text(values.read_text)]
Command = Annotated[list[Text], Field(min_length=1)]
Address = Annotated[str, from_text(values.read_address)]
YesOrNo = Annotated[bool, PlainValidator(_yes_or_no)]
Day = Annotated[date, PlainValidator(dates.read_day)]
Moment = Annotated[datetime | None, PlainValidator(dates.read_entered)]
