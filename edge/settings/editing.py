"""Changing a configuration's text and nothing else of it: comments and order stay.

Text in, text out. What comes out is read back and compared with what was wanted, so that a file
of an unusual shape is refused instead of spoilt. tomlkit is loaded at the first
change: 0.7 MiB that most gateways never need.
"""

import copy
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from edge.model.fault_sentences import fault

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import Table

Value = str | int | float | bool | None
"""None takes the key out, so that its default holds."""


class EditingError(Exception):
    """The text cannot be changed without harm; it has to be done by hand."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One antenna of a reader and the place that it hears.

    Attributes:
        port: from 1.
        location: a place of the floor file, or a new one.
        kind: of a new place, as the floor file writes it.
        x_m, y_m: the middle of a new place and of its antenna; metres.
    """

    port: int
    location: str
    kind: str
    x_m: float
    y_m: float


def with_values(text: str, values: Mapping[str, Mapping[str, Value]]) -> str:
    """A file with some keys of its tables set.

    Raises:
        EditingError: it cannot be done.
    """
    import tomlkit  # noqa: PLC0415 - see the module's text

    def edit(document: dict[str, object]) -> None:
        for name, keys in values.items():
            table = document.setdefault(name, tomlkit.table())
            if not isinstance(table, dict):
                raise EditingError(fault("edit_no_table", table=name))
            for key, value in keys.items():
                if value is None:
                    table.pop(key, None)
                else:
                    table[key] = value

    return _edited(text, edit)


def with_person(text: str, person: Mapping[str, Value]) -> str:
    """A file with one more `[[person]]`, or with another one for the same badge.

    Raises:
        EditingError: it cannot be done.
    """

    def edit(document: dict[str, object]) -> None:
        people = _tables(document, "person")
        same = [i for i, one in enumerate(people) if one["badge"] == person["badge"]]
        for i in reversed(same):
            del people[i]
        people.append(_table(person))

    return _edited(text, edit)


def with_antennas(text: str, reader: str, placed: Sequence[Placed]) -> str:
    """A floor file in which these are the antennas of a reader, each at its place.

    Places that are not there yet are made; what an antenna's table says besides (where it hangs,
    its reference tag) stays while its port stays.

    Raises:
        EditingError: it cannot be done.
    """

    def edit(document: dict[str, object]) -> None:
        locations = _tables(document, "location")
        for one in placed:
            if not any(known["id"] == one.location for known in locations):
                locations.append(
                    _table({"id": one.location, "kind": one.kind, "x_m": one.x_m, "y_m": one.y_m})
                )
        _place(_tables(document, "antenna"), reader, {one.port: one.location for one in placed})

    return _edited(text, edit)


def _place(antennas: "list[dict[str, object]]", reader: str, places: dict[object, str]) -> None:
    """Make the tables those of these ports: kept where they are, dropped, or added."""
    for i in reversed(range(len(antennas))):
        table = antennas[i]
        if table["reader"] != reader:
            continue
        place = places.pop(table["port"], None)
        if place is None:
            del antennas[i]
        elif table["location"] != place:
            table["location"] = place
    for port, place in places.items():
        antennas.append(_table({"reader": reader, "port": cast("int", port), "location": place}))


def _edited(text: str, edit: Callable[[dict[str, object]], None]) -> str:
    """The text after an edit, proved to mean what the edit makes of the plain values.

    Raises:
        EditingError: it is no TOML, or would mean something else.
    """
    import tomlkit  # noqa: PLC0415 - see the module's text
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415 - as above

    try:
        wanted = copy.deepcopy(tomllib.loads(text))
        edit(wanted)
        document: TOMLDocument = tomlkit.parse(text)
        edit(document)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == _plain(wanted):
            return changed
    except (TOMLKitError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise EditingError(fault("edit_impossible", error=error)) from error
    raise EditingError(fault("edit_by_hand"))


def _plain(value: object) -> object:
    """Without what the edit made for the other kind of document."""
    from tomlkit.items import AoT, Table  # noqa: PLC0415 - see the module's text

    if isinstance(value, Table | AoT):
        return value.unwrap()
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list) else value


def _tables(document: dict[str, object], name: str) -> "list[dict[str, object]]":
    """The tables `[[name]]`, made where there is none.

    Raises:
        TypeError: the key stands there as something else.
    """
    import tomlkit  # noqa: PLC0415 - see the module's text

    found = document.setdefault(name, tomlkit.aot())
    if not isinstance(found, list):
        raise TypeError(f"{name} is no list of tables")
    return found


def _table(values: Mapping[str, Value]) -> "Table":
    import tomlkit  # noqa: PLC0415 - see the module's text

    table = tomlkit.table()
    table.trivia.indent = "\n"  # an empty line before it
    for key, value in values.items():
        if value is not None:
            table[key] = value
    return table
