"""What is wrong with a configuration file, told so that an operator can mend it at once."""

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


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
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ConfigurationError([f"{path}: there is no such file; name the right one"]) from None
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
    at = 0
    for key, following in zip_longest(keys, keys[1:]):
        if isinstance(key, int):
            continue
        name = re.escape(str(key))
        pattern = re.compile(rf"^\s*(\[+{name}\]+|{name}\s*=)")
        hits = [i for i, line in enumerate(lines) if i >= at and pattern.match(line)]
        if hits:
            at = hits[min(following, len(hits) - 1)] if isinstance(following, int) else hits[0]
    return at + 1
