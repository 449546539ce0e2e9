"""What is wrong with a configuration file, told so that an operator can mend it at once."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Spelled:
    """How a text of a file is written, as a pattern for programs and as words for people.

    Attributes:
        pattern: regular expression of the whole text.
        words: what to write, after "write".
    """

    pattern: str
    words: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.str_schema(pattern=self.pattern),
            custom_error_type="spelled",
            custom_error_message=f"write {self.words}",
        )


SHA256 = "a SHA-256 in hex, 64 digits from 0 to f"


class Section(BaseModel):
    """A table of a file: frozen, and closed against keys that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


SomeSection = TypeVar("SomeSection", bound=Section)


class ConfigurationError(Exception):
    """The configuration cannot be used; the operator must act.

    Attributes:
        faults: one sentence each: file, line where known, key, reason, remedy.
    """

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


def read_toml(path: Path) -> dict[str, object]:
    """A TOML file as plain values.

    Raises:
        ConfigurationError: it is missing, unreadable or no TOML.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows editors put a mark at its front
    except FileNotFoundError:
        raise ConfigurationError([f"{path}: there is no such file; name the right one"]) from None
    except UnicodeDecodeError as error:
        told = f"{path}: is not UTF-8 text (byte {error.start}); save it as UTF-8"
        raise ConfigurationError([told]) from None
    except (OSError, ValueError) as error:  # no text, or a name that no file can have
        raise ConfigurationError([f"{path}: cannot be read: {error}"]) from None
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError([f"{path}: is not valid TOML: {error}"]) from None
    except RecursionError:
        raise ConfigurationError([f"{path}: is nested too deeply; no key needs it"]) from None
    except ValueError:  # tomllib leaves this one to int()
        raise ConfigurationError([f"{path}: has a number of thousands of digits"]) from None


def read_model(path: Path, model: type[SomeSection]) -> SomeSection:
    """A TOML file, checked whole.

    Raises:
        ConfigurationError: with every fault at once.
    """
    plain = read_toml(path)
    try:
        return model.model_validate(plain)
    except ValidationError as error:
        text = path.read_text(encoding="utf-8")
        raise ConfigurationError(
            [_sentence(path, text, model, fault) for fault in error.errors()]
        ) from None


def _sentence(path: Path, text: str, model: type[BaseModel], fault: Mapping[str, object]) -> str:
    """One fault with file, line, key, reason and remedy."""
    location = fault["loc"]
    keys = location if isinstance(location, tuple) else ()
    reason = str(fault["msg"])
    if fault["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(keys[-1]), _names(model, keys), n=1)
        reason = "there is no such key" + (f"; did you mean {near[0]}?" if near else "")
    dotted = ".".join(str(key) for key in keys)
    return f"{path}:{line_of(text, keys)}: {dotted}: {reason}"


def _names(model: type[BaseModel], keys: Sequence[object]) -> list[str]:
    """The keys that would be known where the last of `keys` stands."""
    section = model
    for key in keys[:-1]:
        field = section.model_fields.get(str(key))
        if field is not None:
            section = next(sections_in(field.annotation), section)
    return list(section.model_fields)


def sections_in(annotation: object) -> Iterator[type[BaseModel]]:
    """The models of tables that the type of a field holds."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from sections_in(inner)


def line_of(text: str, keys: Sequence[object]) -> int:
    """The line (from 1) on which a key stands, or its table; 1 where it is not to be found."""
    lines = text.splitlines()
    table: int | None = None
    for key, following in zip_longest(keys, keys[1:]):
        if not isinstance(key, int):
            table = _line_below(lines, table, str(key), following)
    return (table or 0) + 1


def _line_below(
    lines: Sequence[str], table: int | None, key: str, following: object
) -> int | None:
    """Where a key stands in the table that begins at a line, or the table of that name."""
    name = re.escape(key)
    at = table or 0
    headers = [
        number
        for number in range(at, len(lines))
        if re.match(rf"\s*\[+(?:[\w-]+\.)*{name}\]", lines[number])
    ]
    if headers and isinstance(following, int):
        return headers[min(following, len(headers) - 1)]
    if headers and table is None:
        return headers[0]
    for number in range(at, len(lines)):
        if number > at and lines[number].lstrip().startswith("["):
            break  # the next table may have a key of this name, too
        if re.match(rf"\s*{name}\s*=", lines[number]):
            return number
    return table
