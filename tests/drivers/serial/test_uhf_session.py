"""The talk with a module: asked who it is, given its law, read back, started, watched."""

import pytest

from drivers.serial.uhf_frames import (
    OTHER_MARKS,
    USUAL_MARKS,
    Command,
    Kind,
    Marks,
    Region,
    frame_bytes,
    power_data,
    start_inventory,
)
from drivers.serial.uhf_session import (
    ANSWER_US,
    BROKEN_OFF_US,
    SILENCE_US,
    Identity,
    Outcome,
    Trouble,
    UhfSession,
    Wanted,
)

TAG_FRAME = bytes.fromhex(
    "BB 02 22 00 11 C9 34 00 30 75 1F EB 70 5C 59 04 E3 D5 0D 70 3A 76 EF 7E"
)
NO_TAG_FRAME = bytes.fromhex("BB 01 FF 00 01 15 16 7E")
LAWFUL = Wanted(Region.EU, 22.5)


class PaperModule:
    """Answers commands from a table; what the table lacks it leaves unanswered."""

    def __init__(self, marks: Marks = USUAL_MARKS) -> None:
        self.marks = marks
        self.asked: list[int] = []
        self.answers = {
            bytes((Command.STOP,)): b"\0",
            bytes((Command.INFORMATION, 0)): b"\0M100 26dBm V1.0",
            bytes((Command.INFORMATION, 1)): b"\1V2.3.5",
            bytes((Command.INFORMATION, 2)): b"\2MagicRF",
            bytes((Command.SET_REGION, 3)): b"\0",
            bytes((Command.GET_REGION,)): b"\3",
            bytes((Command.SET_POWER,)) + power_data(22.5): b"\0",
            bytes((Command.GET_POWER,)): power_data(22.5),
        }

    def answer(self, sent: bytes) -> bytes:
        if not sent or sent[0] != self.marks.start:
            return b""
        self.asked.append(sent[2])
        data = self.answers.get(bytes((sent[2],)) + sent[5:-2])
        return b"" if data is None else frame_bytes(Kind.RESPONSE, sent[2], data, self.marks)


def talk(session: UhfSession, module: PaperModule, now_us: int = 0) -> Outcome:
    """From the first question to the start or to trouble; each wait is played."""
    send = session.begin(now_us)
    for _ in range(60):
        said = module.answer(send)
        now_us += 1_000 if said else ANSWER_US
        outcome = session.received(said, now_us)
        if outcome.started or outcome.trouble:
            return outcome
        send = outcome.send
    raise AssertionError(f"no end of the talk; asked {module.asked}")


def reading(wanted: Wanted = LAWFUL) -> UhfSession:
    session = UhfSession(wanted)
    assert talk(session, PaperModule()).started
    return session


def test_a_module_is_stopped_asked_set_read_back_and_started() -> None:
    session, module = UhfSession(LAWFUL), PaperModule()

    outcome = talk(session, module)

    assert outcome.send == start_inventory()
    assert session.identity == Identity("M100 26dBm V1.0", "V2.3.5", "MagicRF")
    assert module.asked == [
        *(Command.STOP, Command.INFORMATION, Command.INFORMATION, Command.INFORMATION),
        *(Command.SET_REGION, Command.GET_REGION, Command.SET_POWER, Command.GET_POWER),
    ]


def test_what_nobody_wants_set_is_left_as_it_is() -> None:
    session, module = UhfSession(Wanted()), PaperModule()

    assert talk(session, module).started
    assert not {Command.SET_REGION, Command.SET_POWER} & set(module.asked)


def test_a_module_with_the_other_marks_is_found() -> None:
    session, module = UhfSession(LAWFUL), PaperModule(OTHER_MARKS)

    outcome = talk(session, module)

    assert outcome.send == start_inventory(OTHER_MARKS)
    assert session.farewell() == bytes.fromhex("AA 00 28 00 00 28 DD")


def test_a_module_that_tells_nothing_of_itself_is_taken() -> None:
    session, module = UhfSession(LAWFUL), PaperModule()
    for what in (0, 1, 2):
        del module.answers[bytes((Command.INFORMATION, what))]

    assert talk(session, module).started
    assert session.identity == Identity()


@pytest.mark.parametrize(
    ("command", "told", "sentence"),
    [
        (bytes((Command.GET_REGION,)), b"\2", "region eu was set, but it keeps us"),
        (bytes((Command.GET_REGION,)), b"\7", "it keeps number 7"),
        (bytes((Command.GET_REGION,)), b"", "it keeps nothing"),
        (bytes((Command.GET_POWER,)), power_data(26), "power_dbm = 26 "),
        (bytes((Command.SET_REGION, 3)), b"\1", "refuses a setting"),
    ],
)
def test_a_module_that_does_not_keep_the_law_is_not_started(
    command: bytes, told: bytes, sentence: str
) -> None:
    session, module = UhfSession(LAWFUL), PaperModule()
    module.answers[command] = told

    outcome = talk(session, module)

    assert outcome.trouble is Trouble.REFUSED
    assert sentence in outcome.reason
    assert outcome.send == b""


def test_a_command_that_the_module_refuses_is_told_with_its_error() -> None:
    session = UhfSession(Wanted(power_dbm=30.0))
    module = PaperModule()
    send = session.begin(0)
    while send[2] != Command.SET_POWER:
        send = session.received(module.answer(send), 1_000).send

    outcome = session.received(frame_bytes(Kind.RESPONSE, Command.FAILED, b"\x0e"), 2_000)

    assert outcome.trouble is Trouble.REFUSED
    assert outcome.reason == "it refuses SET_POWER, error 0x0e"


def test_a_module_that_still_runs_from_before_is_stopped_first() -> None:
    """Its reads at a power and a region that nobody has set yet are not taken."""
    session, module = UhfSession(LAWFUL), PaperModule()
    stop = session.begin(0)

    early = session.received(TAG_FRAME + NO_TAG_FRAME + TAG_FRAME, 1_000)
    answered = session.received(NO_TAG_FRAME + module.answer(stop) + NO_TAG_FRAME, 2_000)

    assert (early.tags, early.send, early.trouble) == ([], b"", None)
    assert answered.send[2] == Command.INFORMATION
    assert answered.tags == []


def test_a_module_that_answers_nothing_is_told_with_the_remedy() -> None:
    session, module = UhfSession(LAWFUL), PaperModule()
    module.answers.clear()

    outcome = talk(session, module)

    assert outcome.trouble is Trouble.SILENT
    assert "baud rate" in outcome.reason
    assert module.asked == [Command.STOP, Command.STOP], "every second try has other marks"


def test_a_lost_answer_is_asked_for_again() -> None:
    session, module = UhfSession(LAWFUL), PaperModule()
    send = session.begin(0)
    while send[2] != Command.GET_POWER:
        send = session.received(module.answer(send), 1_000).send

    again = session.received(b"", 1_000 + ANSWER_US)

    assert again.send == send
    assert session.received(module.answer(again.send), 600_000).started


def test_reads_come_in_order_and_empty_rounds_are_a_sign_of_life() -> None:
    session = reading()

    heard = session.received(TAG_FRAME + NO_TAG_FRAME + TAG_FRAME, 100_000)
    later = [session.received(NO_TAG_FRAME, at) for at in range(200_000, 5_000_000, 500_000)]

    assert [tag.rssi_dbm for tag in heard.tags] == [-55, -55]
    assert [tag.bytes_since for tag in heard.tags] == [56, 24]
    assert not any(one.send or one.trouble for one in later)


def test_a_module_that_falls_silent_is_given_its_law_again() -> None:
    """It may have lost its power and with it region and power."""
    session, module = reading(), PaperModule()

    quiet = session.received(b"", 20_000_000 + SILENCE_US)
    assert quiet.send[2] == Command.STOP
    assert not session.reading
    send, now_us = quiet.send, 21_000_000
    outcome = quiet
    while not outcome.started:
        now_us += 1_000
        outcome = session.received(module.answer(send), now_us)
        send = outcome.send

    assert Command.SET_REGION in module.asked
    assert send == start_inventory()


def test_garbage_is_no_sign_of_life() -> None:
    session = reading()
    session.received(NO_TAG_FRAME, 100_000)

    sent = [session.received(b"\xbb\x05\x00", at).send for at in range(200_000, 1_200_000, 50_000)]

    assert any(sent)


def test_a_frame_broken_off_does_not_hold_up_what_comes_behind() -> None:
    session = reading()
    long = frame_bytes(Kind.NOTIFICATION, 0x22, bytes(100))
    assert session.received(long[:20] + TAG_FRAME, 100_000).tags == []

    heard = session.received(b"", 100_000 + BROKEN_OFF_US)

    assert len(heard.tags) == 1


def test_a_tag_with_a_wrong_check_is_counted_and_not_told() -> None:
    session = reading()
    data = bytes((TAG_FRAME[5] ^ 1, *TAG_FRAME[6:-3], TAG_FRAME[-3] ^ 1))

    heard = session.received(frame_bytes(Kind.NOTIFICATION, 0x22, data), 100_000)

    assert heard.tags == []
    assert session.counters.wrong_tag == 1
