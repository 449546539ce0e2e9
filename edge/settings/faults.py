"""What is wrong with a configuration file, told so that an operator can mend it at once."""

import difflib
import json
import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError
from pydantic_core import CoreSchema, core_schema

from edge.model.fault_sentences import fault
from edge.settings.lines import Lines


@dataclass(frozen=True, slots=True)
class Spelled:
    """How a text of a file is written, as a pattern for programs and as words for people.

    Attributes:
        pattern: regular expression of the whole text.
        code: of the sentence that says what to write.
    """

    pattern: str
    code: str

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.custom_error_schema(
            core_schema.str_schema(pattern=self.pattern),
            custom_error_type="spelled",
            custom_error_message=fault(self.code),
        )


BYTES_MAX = 16 << 20
"""A floor of 100,000 places has half of it."""


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
    text = text_of(path)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _no_toml(path, str(error)) from None
    except RecursionError:
        raise _broken(path, "toml_too_deep") from None
    except ValueError:  # tomllib leaves this one to int()
        raise _broken(path, "toml_long_number") from None


def text_of(path: Path) -> str:
    """What a file holds, however much somebody names by mistake.

    Raises:
        ConfigurationError: it is missing, unreadable, no text, or too much.
    """
    try:
        with open(path, "rb", opener=_without_waiting) as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            content = file.read(BYTES_MAX + 1) if is_file else b""
    except FileNotFoundError:
        raise _broken(path, "file_missing") from None
    except IsADirectoryError:
        raise _broken(path, "file_is_folder") from None
    except OSError as error:
        raise _broken(path, "file_unreadable", error=error.strerror or error) from None
    except ValueError as error:  # a name that no file can have
        raise _broken(path, "file_unreadable", error=error) from None
    if not is_file:
        raise _broken(path, "file_is_none")
    if len(content) > BYTES_MAX:
        raise _broken(path, "file_large", most=BYTES_MAX >> 20)
    try:
        return content.decode("utf-8-sig")  # Windows editors put a mark at its front
    except UnicodeDecodeError as error:
        raise _broken(path, "no_utf8", at=error.start) from None


def _without_waiting(path: str, flags: int) -> int:
    """Open what may be a pipe that nobody ever writes to: a reload would wait for it for ever."""
    return os.open(path, flags | os.O_NONBLOCK)


def _broken(path: Path, code: str, **values: object) -> ConfigurationError:
    return ConfigurationError([f"{path}: {fault(code, **values)}"])


def _no_toml(path: Path, told: str) -> ConfigurationError:
    """What the parser says, with the place that it names in front."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", told, re.DOTALL)
    if found is None:
        return _broken(path, "no_toml_at_end", error=told.removesuffix(" (at end of document)"))
    return _broken(path, "no_toml", error=found[1], line=found[2], column=found[3])


def read_model(path: Path, model: type[SomeSection]) -> SomeSection:
    """A TOML file, checked whole; a text is no number, and a number neither yes nor no.

    Raises:
        ConfigurationError: with every fault at once.
    """
    plain = read_toml(path)
    try:
        # Of JSON, strictness still takes what TOML cannot say otherwise: lists, paths, networks.
        return model.model_validate_json(json.dumps(plain, default=_moment), strict=True)
    except RecursionError:  # keys with hundreds of dots are no depth for the parser
        raise _broken(path, "toml_too_deep") from None
    except ValidationError as error:
        lines = Lines(text_of(path))
        raise ConfigurationError(
            [_sentence(path, lines, model, one) for one in error.errors()]
        ) from None


def _moment(value: object) -> Mapping[str, str]:
    """A date or a time of TOML, which no key wants, as what every key refuses."""
    return {"moment": str(value)}


def _sentence(path: Path, lines: Lines, model: type[BaseModel], told: Mapping[str, Any]) -> str:
    """One fault with file, line, key, reason and remedy."""
    keys = tuple(key for key in told["loc"] if not _BRANCH.fullmatch(str(key)))
    dotted = ".".join(str(key) for key in keys)
    return f"{path}:{lines.of(keys) or 1}: {dotted}: {_reason(told, keys, model)}"


def _reason(told: Mapping[str, Any], keys: Sequence[object], model: type[BaseModel]) -> str:
    """Why a key is refused: in our words where pydantic's kind of fault is known."""
    kind, given = str(told["type"]), told.get("ctx", {})
    if kind == "extra_forbidden":
        near = difflib.get_close_matches(str(keys[-1]), _names(model, keys), n=1)
        return fault("key_unknown_near", near=near[0]) if near else fault("key_unknown")
    if kind in _TABLE_KINDS:
        name = [key for key in keys if not isinstance(key, int)][-1] if keys else "gateway"
        code = "write_tables" if kind == "tuple_type" else "write_table"
        is_tables = kind != "tuple_type" or isinstance(told["input"], Mapping)
        return fault(code, table=name) if is_tables else fault("write_list")
    if kind in _BOUNDS:
        code, bound, name = _BOUNDS[kind]
        value = str(given[bound])
        return fault(code, **{name: value.replace(" or ", ", ")})
    if kind in _WANTED:
        return fault(_WANTED[kind])
    return str(told["msg"]).removeprefix("Value error, ")


_BRANCH = re.compile(r"(constrained-|literal\[|tuple\[).*")
"""What pydantic puts behind a key that may be of several kinds: which of them it tried."""
_TABLE_KINDS = frozenset({"tuple_type", "model_type", "model_attributes_type", "dict_type"})
_BOUNDS = {
    "literal_error": ("write_one_of", "expected", "choices"),
    "enum": ("write_one_of", "expected", "choices"),
    "greater_than_equal": ("number_least", "ge", "least"),
    "less_than_equal": ("number_most", "le", "most"),
    "greater_than": ("number_above", "gt", "least"),
    "less_than": ("number_below", "lt", "most"),
    "too_short": ("items_least", "min_length", "least"),
    "too_long": ("items_most", "max_length", "most"),
    "string_too_short": ("signs_least", "min_length", "least"),
    "string_too_long": ("signs_most", "max_length", "most"),
}
"""The sentence of a kind of fault, the value of pydantic's that it names, and how it calls it."""
_WANTED = {
    "missing": "key_missing",
    "string_type": "write_text",
    "path_type": "write_path",
    **dict.fromkeys(
        ("int_type", "int_parsing", "int_from_float", "int_parsing_size"), "write_whole_number"
    ),
    **dict.fromkeys(("float_type", "float_parsing", "finite_number"), "write_number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "write_true_or_false"),
}


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
