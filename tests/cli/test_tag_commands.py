"""Work on tags from the command line, against a simulated reader."""

import json

import pytest
from typer.testing import Result

from tests.cli.test_commands import call
from tests.drivers.llrp.bench import TagBench, tag_bench

NEW = "30340242201d8840009efdf7"
SECRET = "1234abcd"  # noqa: S105 - a tag's, of a simulated one


def at(bench: TagBench) -> str:
    return f"llrp://127.0.0.1:{bench.port}"


def lines(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_tags_are_told_with_epc_and_tid() -> None:
    with tag_bench(tags=2) as bench:
        result = call("tag", "read", at(bench))
    assert result.exit_code == 0
    assert {(one["epc"], one["tid"]) for one in lines(result)} == set(
        zip(bench.epcs(), bench.tids(), strict=True)
    )


def test_an_epc_is_written_locked_and_written_again_with_the_password_only() -> None:
    with tag_bench() as bench:
        wrote = call("tag", "write", at(bench), "--to", "urn:epc:tag:sgtin-96:1.4012345.012345.7")
        number = bench.epcs()[0]
        armed = call("tag", "password", at(bench), "access", "--new", SECRET)
        locked = call("tag", "lock", at(bench), "epc", "--password", SECRET)
        without = call("tag", "write", at(bench), "--to", NEW)
        right = call("tag", "write", at(bench), "--to", NEW, "--password", SECRET)

        assert [one.exit_code for one in (wrote, armed, locked, without, right)] == [0, 0, 0, 1, 0]
        (line,) = lines(wrote)
        assert line["done"]
        assert line["before"] == bench.born[0].hex()
        assert line["epc"] == number
        assert lines(without)[0]["code"] == "memory_locked"
        assert SECRET not in "".join(one.output for one in (armed, locked, right))
        assert bench.epcs() == [NEW]


def test_user_memory_is_written_and_read() -> None:
    with tag_bench() as bench:
        place = ("--bank", "user", "--word", "2")
        wrote = call("tag", "write", at(bench), *place, "--hex", "CAFEBABE")
        got = call("tag", "read", at(bench), *place, "--count", "2")
    assert wrote.exit_code == 0
    assert lines(got)[0]["hex"] == "cafebabe"


def test_a_tag_is_killed_after_two_confirmations_only() -> None:
    with tag_bench(tags=2) as bench:
        epc, tid = bench.epcs()[0], bench.tids()[0]
        call("tag", "password", at(bench), "kill", "--new", SECRET, "--tid", tid)
        kill = ("tag", "kill", at(bench), "--tid", tid, "--kill-password", SECRET)
        unnamed = call("tag", "kill", at(bench), "--kill-password", SECRET)
        other = call(*kill, "--confirm", bench.epcs()[1], "--yes-kill-for-ever")
        unsure = call(*kill, given=f"{epc}\nn\n")
        alive = [one.killed for one in bench.memories()]
        killed = call(*kill, given=f"{epc}\ny\n")

        assert [one.exit_code for one in (unnamed, other, unsure, killed)] == [2, 2, 1, 0]
        assert "is not the EPC of this tag" in other.output
        assert alive == [False, False]
        assert [one.killed for one in bench.memories()] == [True, False]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("read", "http://x"), "write llrp://HOST"),
        (("read", "llrp://127.0.0.1:{port}", "--tid", "xyz"), "a TID has hex digits"),
        (("read", "llrp://127.0.0.1:{port}", "--bank", "roof"), "there are reserved, epc"),
        (("write", "llrp://127.0.0.1:{port}"), "give --to EPC"),
        (("write", "llrp://127.0.0.1:{port}", "--to", "(01)04012345000016"), "serial number"),
        (("lock", "llrp://127.0.0.1:{port}", "epc", "--password", "12"), "8 hex digits"),
    ],
)
def test_wrong_words_are_told_with_the_remedy(words: tuple[str, ...], told: str) -> None:
    with tag_bench() as bench:
        result = call("tag", *(word.format(port=bench.port) for word in words))
    assert result.exit_code == 2
    assert told in result.stderr


def test_a_reader_that_is_not_there_is_a_no() -> None:
    with tag_bench() as bench:
        address = at(bench)
    result = call("tag", "read", address, "--wait", "0.5")
    assert result.exit_code == 1
    assert "no TCP connection" in result.stderr


def test_every_command_has_help_with_an_example() -> None:
    for name in ("read", "write", "lock", "password", "kill", "commission"):
        result = call("tag", name, "--help")
        assert result.exit_code == 0
        assert f"warehouse-edge tag {name} llrp://" in " ".join(result.stdout.split())
