"""What the documents promise of the whole tree, read from the tree itself."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.daemon.health import (
    ANTENNA_METRICS,
    ANTENNA_WORDS,
    CLOCK_METRICS,
    CLOCK_WORDS,
    METRICS,
    READER_METRICS,
    Health,
)
from edge.model.events import EVENT_TYPES

ROOT = Path(__file__).resolve().parents[2]
LINES_MAX = 400
REGISTRY_HOSTS = ("py" + "pi.org", "python" + "hosted.org", "npm" + "js.org", "crates" + ".io")
MODULES = sorted(
    path
    for room in ("edge", "drivers", "simulators")
    for path in (ROOT / room).rglob("*.py")
    if "__pycache__" not in path.parts
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def calls(path: Path, function: str) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(function):
            yield node


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_begins_with_a_sentence_and_is_not_long(path: Path) -> None:
    text = path.read_text("utf-8")
    docstring = ast.get_docstring(ast.parse(text)) or ""
    first = docstring.partition("\n\n")[0].replace("\n", " ")

    assert re.search(r"\w.*[.:!?]( .*)?$", first), "the docstring begins with a whole sentence"
    assert len(text.splitlines()) <= LINES_MAX


def test_every_thread_has_a_name_that_stands_in_the_document() -> None:
    document = (ROOT / "docs/architecture.md").read_text("utf-8")
    threads = [
        (path, call)
        for path in MODULES
        if path.relative_to(ROOT).parts[0] != "simulators"
        for call in calls(path, "threading.Thread")
    ]

    assert threads
    for path, call in threads:
        given = next((one.value for one in call.keywords if one.arg == "name"), None)
        assert given is not None, f"{name_of(path)}:{call.lineno}: the thread has no name"
        fixed = given.values[0] if isinstance(given, ast.JoinedStr) else given
        assert isinstance(fixed, ast.Constant)
        assert f"`{str(fixed.value).strip()}" in document, f"{name_of(path)}: {fixed.value}"


def test_nothing_sleeps_where_an_event_can_be_awaited() -> None:
    sleeping = [
        f"{name_of(path)}:{call.lineno}"
        for path in MODULES
        if path.relative_to(ROOT).parts[0] != "simulators"
        for call in calls(path, "sleep")
        if ast.unparse(call.func) != "asyncio.sleep"  # ends with its task at once
    ]

    assert sleeping == []


def test_every_fact_has_an_example() -> None:
    examples = {path.name for path in (ROOT / "tests/store/examples").glob("*.json")}

    assert {f"{kind}.1.json" for kind in EVENT_TYPES} <= examples


def test_every_alert_stands_in_the_operators_page() -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")
    codes = {
        call.args[1].value
        for path in MODULES
        for call in calls(path, "Alert")
        if isinstance(call.args[1], ast.Constant)
    }

    assert {"device_lost", "store_failed"} <= codes
    assert [code for code in sorted(codes) if f"| `{code}` |" not in page] == []


def test_every_figure_of_health_is_a_metric_and_stands_in_the_operators_page() -> None:
    page = (ROOT / "docs/operations.md").read_text("utf-8")

    assert set(METRICS) == set(Health.__slots__)
    assert [name for name in METRICS if f"| `{name}` |" not in page] == []
    each = (*ANTENNA_METRICS, *ANTENNA_WORDS, *READER_METRICS, *CLOCK_METRICS, *CLOCK_WORDS)
    assert [name for name in each if not re.search(rf"`\S*{name}`", page)] == []


def test_no_committed_file_names_the_host_of_a_package_registry() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git repository")
    naming = [
        name
        for name in listed.stdout.decode().split("\0")
        if name and (ROOT / name).is_file()
        for text in [(ROOT / name).read_bytes()]
        if any(host.encode() in text for host in REGISTRY_HOSTS)
    ]

    assert naming == []
