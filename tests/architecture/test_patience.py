"""What the tests promise of time: none fails because its machine is slow."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
OWN_PATIENCE = ("benchmarks", "faults", "fleet")
"""These measure, or play for hours."""
BOUNDED = frozenset({"join", "settimeout", "communicate", "wait_for_publish"})
BY_DESIGN = {"simulators/llrp/test_referees.py": "a client that is then ended by force"}
STOPWATCHES = frozenset({"monotonic", "perf_counter"})
MAY_LOOK = {
    "waiting.py": "the patience of all",
    "drivers/fakes.py": "a listener with that patience",
    "stories/test_calibrated_floor.py": "a stream is read with that patience",
    "web/test_stream.py": "a ratio of two times of one run",
    "web/toy_radio.py": "a clock that runs fast",
    "simulators/test_scanner.py": "a slow line is no faster than its pace",
    "fuzz.py": "tells of its progress",
}


@pytest.fixture(scope="module")
def calls() -> list[tuple[str, ast.Call]]:
    """Every call in the tests, with the module that makes it."""
    return list(_calls())


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(TESTS.rglob("*.py")):
        place = path.relative_to(TESTS)
        if place.parts[0] not in OWN_PATIENCE:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield place.as_posix(), node


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def is_hasty(call: ast.Call) -> bool:
    """Whether something is given a second or more, written as a number."""
    bounds = [one.value for one in call.keywords if one.arg == "timeout"]
    if called(call) in BOUNDED:
        bounds += call.args[-1:]
    numbers = [one.value for one in bounds if isinstance(one, ast.Constant)]
    return any(isinstance(one, int | float) and one >= 1 for one in numbers)


def test_whoever_waits_has_the_patience_of_the_house(calls: list[tuple[str, ast.Call]]) -> None:
    """It costs nothing when all is well; a busy machine needs it (`tests.waiting`)."""
    hasty = [
        f"{name}:{call.lineno}" for name, call in calls if name not in BY_DESIGN and is_hasty(call)
    ]

    assert hasty == []


def test_nobody_takes_the_time_of_a_machine(calls: list[tuple[str, ast.Call]]) -> None:
    """A promise is shown by an order, a count or a played clock."""
    looking = {name for name, call in calls if called(call) in STOPWATCHES}

    assert looking - MAY_LOOK.keys() == set()
