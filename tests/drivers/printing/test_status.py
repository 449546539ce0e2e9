"""What a ZPL printer says of itself."""

import pytest

from drivers.printing.status import StatusError, is_whole, parse


def answer(
    *, paper: int = 0, pause: int = 0, formats: int = 0, head: int = 0, left: int = 0
) -> bytes:
    return (
        f"\x02030,{paper},{pause},1245,{formats:03},0,0,0,000,0,0,0\x03\r\n"
        f"\x02001,0,{head},0,1,2,6,0,{left:08},1,000\x03\r\n"
        "\x021234,0\x03\r\n"
    ).encode()


def test_a_printer_that_can_print_has_no_trouble() -> None:
    status = parse(answer())

    assert (status.trouble, status.waiting) == ("", 0)


@pytest.mark.parametrize(
    ("flags", "trouble"),
    [
        ({"paper": 1}, "it has no labels left"),
        ({"pause": 1}, "it is paused"),
        ({"head": 1, "pause": 1}, "its head is open"),
    ],
)
def test_its_worst_trouble_is_told(flags: dict[str, int], trouble: str) -> None:
    assert parse(answer(**flags)).trouble == trouble


def test_labels_in_its_buffer_and_of_its_batch_are_not_printed_yet() -> None:
    assert parse(answer(formats=2, left=3)).waiting == 5


def test_an_answer_is_whole_with_its_third_string() -> None:
    assert not is_whole(answer()[:-3])
    assert is_whole(answer())


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x02\x03\x02\x03\x02\x03",
        b"HTTP/1.1 400\x03\x03\x03",
        answer().replace(b"1245,000", b"1245,x"),
    ],
)
def test_what_is_no_status_is_refused(nonsense: bytes) -> None:
    with pytest.raises(StatusError):
        parse(nonsense)
