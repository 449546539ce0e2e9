"""A bar stands on a terminal's stderr for what takes long, and in no pipe and no result."""

import contextlib
import os
import pty
import subprocess
import sys

import pytest

SCRIPT = """
from edge.cli.bars import each_watched, watched
print(sum(each_watched(range(5), 5, "adding")))
with watched("writing", beside_lines=True) as watch:
    watch(1, 2)
    print("a line")
"""
RESULT = "10\na line\n"


def printed(*, out_is_terminal: bool, err_is_terminal: bool) -> tuple[str, str]:
    """What the script prints to stdout and to stderr, where each is a terminal or a pipe."""
    ends = [pty.openpty() if one else os.pipe() for one in (out_is_terminal, err_is_terminal)]
    subprocess.run(
        (sys.executable, "-c", SCRIPT),
        stdout=ends[0][1],
        stderr=ends[1][1],
        check=True,
        env={**os.environ, "TERM": "xterm"},
    )
    return read_all(*ends[0]), read_all(*ends[1])


def read_all(ours: int, theirs: int) -> str:
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):  # how a terminal says that its other end is closed
        while part := os.read(ours, 65536):
            seen += part
    os.close(ours)
    return seen.decode().replace("\r\n", "\n")


@pytest.mark.parametrize("out_is_terminal", [False, True])
def test_whoever_looks_at_stderr_sees_how_far_it_is(*, out_is_terminal: bool) -> None:
    out, err = printed(out_is_terminal=out_is_terminal, err_is_terminal=True)

    assert out == RESULT
    assert "adding" in err
    assert "100%" in err
    assert ("writing" in err) is not out_is_terminal  # lines and bar would stand in each other


def test_a_pipe_gets_no_bar() -> None:
    assert printed(out_is_terminal=False, err_is_terminal=False) == (RESULT, "")
    assert printed(out_is_terminal=True, err_is_terminal=False) == (RESULT, "")
