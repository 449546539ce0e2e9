"""Busy readers say what the codec would say, in bulk."""

import numpy as np

from simulators.llrp.busy import (
    DOOR,
    NEWCOMER_ITEM,
    SERIALS_A_READER,
    ReportForm,
    Scene,
    Told,
    epcs,
    resident_epcs,
)
from simulators.llrp.codec import decode, frame_length
from simulators.llrp.reports import Content

CONTENT = Content(
    constants=(("ROSpecID", 1),),
    columns=frozenset({"AntennaID", "PeakRSSI", "ChannelIndex", "FirstSeen", "LastSeen"}),
)
SCENE = Scene(residents=6, group=4, groups_between=2, begin=0)


def test_messages_hold_what_was_told_by_the_judgement_of_the_codec() -> None:
    form = ReportForm.learn(CONTENT, 2)
    told = Told.of(SCENE, 3, 0, 12)
    seen_us = np.arange(12) + 1_790_000_000_000_000

    frames = [row.tobytes() for row in form.messages([told], seen_us, 7)]

    messages = [decode(frame) for frame in frames]
    assert [frame_length(frame) for frame in frames] == [len(frame) for frame in frames]
    assert [message.id for message in messages] == [7, 8, 9, 10, 11, 12]
    reads = [read for message in messages for read in message.all("TagReportData")]
    found = [
        (
            read.first("EPC_96").fields["EPC"],
            read.first("AntennaID").number("AntennaID"),
            read.first("PeakRSSI").fields["PeakRSSI"],
            read.first("LastSeenTimestampUTC").number("Microseconds"),
        )
        for read in reads
    ]
    assert found == [
        (epc.tobytes(), antenna, level, at)
        for epc, antenna, level, at in zip(
            told.epc,
            told.antenna.tolist(),
            told.rssi_dbm.tolist(),
            seen_us.tolist(),
            strict=True,
        )
    ]


def test_a_newcomer_is_read_twice_and_a_resident_in_turn() -> None:
    told = Told.of(SCENE, 3, 0, 80)

    passing = told.antenna == DOOR
    serials = [int.from_bytes(epc[8:].tobytes()) for epc in told.epc[passing]]
    residents = {epc.tobytes() for epc in told.epc[~passing]}

    assert told.newcomers.tolist() == [3 * SERIALS_A_READER + group for group in range(18)]
    assert all(serials.count(serial) == 2 for serial in told.newcomers.tolist())
    assert residents == {epc.tobytes() for epc in resident_epcs(3, np.arange(6))}
    assert residents.isdisjoint(epc.tobytes() for epc in epcs(NEWCOMER_ITEM, told.newcomers))


def test_reads_are_the_same_in_whatever_pieces_they_are_asked_for() -> None:
    whole = Told.of(SCENE, 1, 0, 40)
    pieces = [Told.of(SCENE, 1, begin, 5) for begin in range(0, 40, 5)]

    assert np.concatenate([one.epc for one in pieces]).tolist() == whole.epc.tolist()
    assert np.concatenate([one.newcomers for one in pieces]).tolist() == whole.newcomers.tolist()
