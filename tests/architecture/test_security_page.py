"""Every claim of the security page names a test, and every test that it names exists."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


@cache
def names_of_tests(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return frozenset(one.name for one in tree.body if isinstance(one, ast.FunctionDef))


def test_every_test_that_the_page_names_exists() -> None:
    missing = [f"{file}::{name}" for file, name in NAMED if name not in names_of_tests(file)]

    assert missing == []


def test_every_row_of_its_tables_names_a_test() -> None:
    rows = [line for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]
    heads = ("| what |", "| a stranger … |", "| row |")
    claims = [row for row in rows if row.count("|") == 4 and not row.startswith(heads)]
    protected = PAGE[PAGE.index("| what |") : PAGE.index("Not in scope")]

    unproved = [row for row in claims if row not in protected and "::" not in row]

    assert unproved == []
    assert len(NAMED) >= len(claims) - protected.count("\n| ")
