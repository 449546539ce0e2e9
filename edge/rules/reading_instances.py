"""Reading instances: a hall with its stops or orders from JSON, each fault told with its place."""

from collections.abc import Mapping
from typing import cast

from edge.rules.instances import (
    CLOSED_SIZE,
    LARGEST,
    POINT_SIZE,
    BatchInstance,
    BatchOrder,
    Closed,
    OneWay,
    Point,
    RouteInstance,
    Stop,
    shown,
)


def route_instance(data: object) -> RouteInstance:
    """A route instance from its decoded JSON object.

    Raises:
        ValueError: what is wrong, where, and how to mend it.
    """
    fields = _object(data, "the route instance")
    return RouteInstance(
        aisle_x=_numbers(fields, "aisle_x"),
        cross_y=_numbers(fields, "cross_y"),
        start=_point(fields, "start"),
        end=_point(fields, "end"),
        stops=_stops(_field(fields, "stops"), "stops"),
        blocked=tuple(
            _closed(one, f"blocked[{index}]")
            for index, one in enumerate(_list(fields.get("blocked", []), "blocked"))
        ),
        one_way=tuple(
            _direction(one, f"one_way[{index}]")
            for index, one in enumerate(_list(fields.get("one_way", []), "one_way"))
        ),
    )


def _closed(data: object, where: str) -> Closed:
    parts = _list(data, where)
    if len(parts) != CLOSED_SIZE:
        raise _wrong(where, data, "[aisle index, lower y, higher y]")
    return _aisle_index(parts[0], where), _number(parts[1], where), _number(parts[2], where)


def _direction(data: object, where: str) -> OneWay:
    parts = _list(data, where)
    if len(parts) != POINT_SIZE or not isinstance(parts[1], str):
        raise _wrong(where, data, '[aisle index, "up" or "down"]')
    return _aisle_index(parts[0], where), parts[1]


def _aisle_index(data: object, where: str) -> int:
    if not isinstance(data, int) or isinstance(data, bool):
        raise _wrong(where, data, "an aisle index")
    return data


def batch_instance(data: object) -> BatchInstance:
    """A batch instance from its decoded JSON object.

    Raises:
        ValueError: what is wrong, where, and how to mend it.
    """
    fields = _object(data, "the batch instance")
    capacity = _field(fields, "capacity")
    if not isinstance(capacity, int) or isinstance(capacity, bool):
        raise _wrong("capacity", capacity, "a whole number of stops")
    return BatchInstance(
        aisle_x=_numbers(fields, "aisle_x"),
        cross_y=_numbers(fields, "cross_y"),
        start=_point(fields, "start"),
        end=_point(fields, "end"),
        capacity=capacity,
        orders=tuple(
            _order(order, f"orders[{index}]")
            for index, order in enumerate(_list(_field(fields, "orders"), "orders"))
        ),
    )


def _order(data: object, where: str) -> BatchOrder:
    fields = _object(data, where)
    name = _field(fields, "id", where)
    if isinstance(name, bool) or not isinstance(name, (str, int)):
        raise _wrong(f"{where}.id", name, "a text")
    return BatchOrder(str(name), _stops(_field(fields, "stops", where), f"{where}.stops"))


def _wrong(where: str, found: object, needed: str) -> ValueError:
    return ValueError(f"{where} is {shown(found)}: {needed} is needed")


def _object(data: object, where: str) -> Mapping[str, object]:
    if not isinstance(data, dict):
        raise _wrong(where, data, "a JSON object {…}")
    return cast("Mapping[str, object]", data)


def _field(fields: Mapping[str, object], name: str, where: str = "the instance") -> object:
    if name not in fields:
        raise ValueError(f"{where} has no {name}: add it")
    return fields[name]


def _list(data: object, where: str) -> list[object]:
    if not isinstance(data, list):
        raise _wrong(where, data, "a list […]")
    return cast("list[object]", data)


def _number(data: object, where: str) -> float:
    if isinstance(data, bool) or not isinstance(data, (int, float)):
        raise _wrong(where, data, "a finite number")
    if not -LARGEST <= data <= LARGEST:
        raise _wrong(where, data, f"a number of at most {LARGEST:g}")
    return float(data)


def _numbers(fields: Mapping[str, object], name: str) -> tuple[float, ...]:
    values = _list(_field(fields, name), name)
    return tuple(_number(value, f"{name}[{index}]") for index, value in enumerate(values))


def _point(fields: Mapping[str, object], name: str) -> Point:
    values = _numbers(fields, name)
    if len(values) != POINT_SIZE:
        raise ValueError(f"{name} has {len(values)} numbers: a point is [x, y]")
    return values[0], values[1]


def _stops(data: object, where: str) -> tuple[Stop, ...]:
    return tuple(_stop(stop, f"{where}[{index}]") for index, stop in enumerate(_list(data, where)))


def _stop(data: object, where: str) -> Stop:
    pair = _list(data, where)
    if len(pair) != POINT_SIZE:
        raise ValueError(f"{where} has {len(pair)} entries: a stop is [aisle index, y]")
    aisle = pair[0]
    if isinstance(aisle, bool) or not isinstance(aisle, int):
        raise _wrong(f"{where} aisle", aisle, "a whole index into aisle_x")
    return aisle, _number(pair[1], f"{where} y")
