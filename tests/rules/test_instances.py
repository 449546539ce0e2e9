"""What a planning file may not say, and how it is told."""

import json

import pytest

from edge.rules.reading_instances import batch_instance, route_instance

ROUTE = {
    "aisle_x": [0, 5],
    "cross_y": [0, 10],
    "start": [0, 0],
    "end": [2, 10],
    "stops": [[1, 4.5]],
}
BATCH = {
    "aisle_x": [0, 5],
    "cross_y": [0, 10],
    "start": [0, 0],
    "end": [0, 0],
    "capacity": 2,
    "orders": [{"id": "a", "stops": [[1, 4.5]]}, {"id": 7, "stops": []}],
}


def test_a_route_file_becomes_a_route_instance() -> None:
    """Whole numbers are lengths as well."""
    instance = route_instance(json.loads(json.dumps(ROUTE)))

    assert instance.aisle_x == (0.0, 5.0)
    assert instance.end == (2.0, 10.0)
    assert instance.stops == ((1, 4.5),)


def test_a_batch_file_becomes_a_batch_instance() -> None:
    """A number as id is its text."""
    instance = batch_instance(json.loads(json.dumps(BATCH)))

    assert [order.id for order in instance.orders] == ["a", "7"]
    assert instance.capacity == 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("aisle_x", [], "aisle_x is empty"),
        ("aisle_x", [0, "5"], r"aisle_x\[1\] is '5'"),
        ("aisle_x", [0, float("nan")], r"aisle_x\[1\] is nan"),
        ("aisle_x", [0, 10**400], r"aisle_x\[1\] is 1000.*at most 1e\+09 is needed"),
        ("aisle_x", 3, "aisle_x is 3: a list"),
        ("cross_y", [0], "two or more are needed"),
        ("cross_y", [0, 0], r"cross_y\[1\] is 0.0, not above 0.0"),
        ("start", [1, 5], "start is .* neither on an aisle nor on a cross aisle"),
        ("start", [0, 11], "start is .* neither"),
        ("end", [0, 0, 0], "end has 3 numbers"),
        ("stops", [[2, 5]], r"stops\[0\] names aisle 2: there are aisles 0 to 1"),
        ("stops", [[-1, 5]], r"stops\[0\] names aisle -1"),
        ("stops", [[0.0, 5]], r"stops\[0\] aisle is 0.0"),
        ("stops", [[0, 10.5]], r"stops\[0\] has y 10.5"),
        ("stops", [[0, True]], r"stops\[0\] y is True"),
        ("stops", [[0]], r"stops\[0\] has 1 entries"),
    ],
)
def test_a_wrong_route_file_is_told_what_and_where(
    field: str, value: object, sentence: str
) -> None:
    """One sentence with the place."""
    with pytest.raises(ValueError, match=sentence):
        route_instance({**ROUTE, field: value})


@pytest.mark.parametrize("field", list(ROUTE))
def test_a_missing_field_is_named(field: str) -> None:
    """A file without a field is not guessed at."""
    with pytest.raises(ValueError, match=f"has no {field}"):
        route_instance({name: value for name, value in ROUTE.items() if name != field})


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("capacity", 0, "capacity is 0"),
        ("capacity", 2.5, "capacity is 2.5"),
        ("capacity", True, "capacity is True"),
        ("orders", [{"id": "a", "stops": []}] * 2, r"orders\[1\] \(a\): the id stands twice"),
        (
            "orders",
            [{"id": "a", "stops": [[0, 1]] * 3}],
            "3 stops are more than the capacity of 2",
        ),
        ("orders", [{"id": "a", "stops": [[0, 99]]}], r"orders\[0\] \(a\).stops\[0\] has y 99"),
        ("orders", [{"id": None, "stops": []}], r"orders\[0\].id is None"),
        ("orders", [{"id": "a"}], r"orders\[0\] has no stops"),
        ("orders", ["a"], r"orders\[0\] is 'a': a JSON object"),
    ],
)
def test_a_wrong_batch_file_is_told_what_and_where(
    field: str, value: object, sentence: str
) -> None:
    """One sentence with the place."""
    with pytest.raises(ValueError, match=sentence):
        batch_instance({**BATCH, field: value})


@pytest.mark.parametrize("data", [None, [], "x", 3])
def test_a_file_that_holds_no_object_is_refused(data: object) -> None:
    """Whatever JSON it is."""
    with pytest.raises(ValueError, match=r"a JSON object .* is needed"):
        route_instance(data)
