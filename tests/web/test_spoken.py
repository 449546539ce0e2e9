"""Whatever the gateway says to a person has words in both languages.

The catalogues themselves are held equal by `test_words`; here every code that can come is found in
the program: answers and refusals where they are made, doubts and facts in their tables.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import edge
from edge.model.doubts import SENTENCES
from edge.model.events import EVENT_TYPES
from edge.web.refusals import CODE_OF_STATUS
from tests.web.test_words import words

PROGRAM = Path(edge.__file__).parent
CODE_AT = {"accept": 0, "refuse": 0, "Answer": 1, "RefusedError": 1, "refusal": 1}
"""Which argument of a call is the code."""
TO_MACHINES = frozenset(
    {
        *("acknowledged", "agreed", "begun", "cancelled", "changed", "device_down", "device_up"),
        *("expected", "left_alone", "listed", "located", "not_passed", "pallet_left", "planned"),
        *("reader_busy", "reader_down", "seen", "unclear", "work_returned"),
    }
)
"""Answers to readers, planners and the central system; no page posts what they answer."""


def told_codes() -> Iterator[tuple[str, str]]:
    """Each code that stands in a call, with the file."""
    for file in PROGRAM.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((file.name, code) for code in codes_of(node))


def codes_of(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name not in CODE_AT:
        return
    named = [one.value for one in call.keywords if one.arg == "code"]
    for code in named or call.args[CODE_AT[name] : CODE_AT[name] + 1]:
        for part in (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,):
            if isinstance(part, ast.Constant):
                yield str(part.value)


def test_every_answer_and_refusal_has_words() -> None:
    told = set(told_codes())
    known = words("zh").keys()

    silent = {(file, code) for file, code in told if f"code.{code}" not in known}
    assert len(told) > 200
    assert {(file, code) for file, code in silent if code not in TO_MACHINES} == set()
    assert {code for _, code in silent} == TO_MACHINES
    assert {f"code.{code}" for code in CODE_OF_STATUS.values()} <= known


def test_every_doubt_of_review_is_said_in_chinese_with_all_that_it_names() -> None:
    english, chinese = words("en"), words("zh")

    for (code, form), sentence in SENTENCES.items():
        assert f"doubt.{code}" in chinese
        names = set(re.findall(r"\{(\w+)\}", sentence))
        for catalogue in (english, chinese):
            assert set(re.findall(r"\{(\w+)\}", catalogue[f"doubt.{code}.{form}"])) == names


def test_every_fact_has_a_name_for_the_history_of_an_item() -> None:
    assert {f"event.{kind}" for kind in EVENT_TYPES} <= words("zh").keys()


def test_chinese_words_are_chinese() -> None:
    latin = {
        key
        for key, text in words("zh").items()
        if not re.search(r"[\u4e00-\u9fff]", text)
        and re.search(r"[A-Za-z]{2}", re.sub(r"\{\w+\}", "", text))
    }

    assert latin == {"calibration.epc", "find.dbm", "frame.other_language"}
