"""The lines of `make faults` are shown the mistakes that they are for, and notice them."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

import pytest
from typing_extensions import override

from edge.model.events import CountWanted
from edge.model.ids import LocationId, Sku
from edge.store.errors import StoreDamagedError, told_by_store
from edge.sync.mqtt.link import MqttLink
from edge.sync.mqtt.settings import LinkStatus
from edge.sync.wire.outgoing import FactEncoder
from simulators.central_events import events_of
from simulators.central_store import CentralStore
from tests.faults.__main__ import LINES
from tests.faults.conftest import FAULTY_WRITER
from tests.faults.lines import flips, lanes, outages, wires
from tests.faults.lines.beside import shares, together
from tests.faults.lines.line import Bench, Found
from tests.faults.lines.syscalls import new_store, sweep
from tests.faults.making import measured
from tests.faults.schedule import ALONE, left_s, phases
from tests.faults.table import BEGIN, END, PAGE, Measured, seconds_of_page, write_table
from tests.faults.test_disk import _need_strace
from tests.sync.conftest import Floor, MemoryJournal, parts_for

pytestmark = pytest.mark.fault
BITS = 120


def test_a_flipped_bit_is_found_and_what_it_spoilt_is_not_used(tmp_path: Path) -> None:
    found = flips.flip_bits(Bench(tmp_path, 30, 1))

    assert found.good, found.text
    assert found.figures["noticed"] > 0


def test_the_oracle_notices_who_believes_sqlite(tmp_path: Path) -> None:
    found = flips.flip_bits(Bench(tmp_path, BITS, 1), flips.by_trust)

    assert not found.good
    assert found.amiss["wrong_and_used"] > 0


def test_a_damaged_schema_whose_name_is_no_text_is_damage() -> None:
    """SQLite quotes the name in its sentence, which Python then cannot read: no crash for that."""
    with (
        pytest.raises(StoreDamagedError, match=r"opening x.*restore a backup"),
        told_by_store("opening x"),
    ):
        b"\xa0".decode()


def test_a_damaged_list_of_the_schemas_steps_is_damage(tmp_path: Path) -> None:
    """A bit may flip in the name of a column, too."""
    path = tmp_path / "edge.db"
    new_store(path)
    with closing(sqlite3.connect(path)) as harmed:
        harmed.execute("ALTER TABLE _sqlite_migrations RENAME COLUMN applied_at TO applied_au")

    with pytest.raises(StoreDamagedError, match="restore a backup"):
        new_store(path)


@pytest.mark.parametrize("bug", [False, True], ids=["the writer", "one that tells all the same"])
def test_what_the_disk_refused_and_was_told_is_noticed(tmp_path: Path, *, bug: bool) -> None:
    _need_strace()
    with sweep(tmp_path, (*FAULTY_WRITER, "--bug", "believing") if bug else ()) as one:
        met = one.run("pwrite64:error=ENOSPC:when=150+")

    assert met
    assert one.counted.refused > 0
    assert (one.counted.amiss["told_and_lost"] > 0) is bug


def test_a_brokers_word_for_the_central_systems_is_noticed(tmp_path: Path) -> None:
    """Behind a short queue a PUBACK proves nothing: what the broker drops is lost."""
    bench = Bench(tmp_path, 8_000, 1)

    found = outages.short_queue(bench, away_s=0.0, confirmed_by="broker")

    assert found.amiss["lost"] > 0
    assert not found.good


@pytest.mark.parametrize("believed", [2, 3], ids=["what is there", "more than is there"])
def test_a_link_that_believes_more_than_the_books_hold_is_noticed(
    tmp_path: Path, believed: int
) -> None:
    """What the lines `half-open`, `down`, `loss`, `slow`, `queue` and `outage` are judged by."""
    journal = MemoryJournal()
    facts = [journal.append(CountWanted(LocationId("A"), Sku("S"), "empty")) for _ in range(3)]
    encoder = parts_for(journal, Floor(journal))
    written = FactEncoder("gate-1", encoder.clock_quality, encoder.epcis)
    books = CentralStore(tmp_path / "books.sqlite")
    for fact in facts[:2]:
        books.take(events_of(written.encode(fact, 0).text, "we1/hangzhou/gate-1"), 0)
    books.close()
    journal.acknowledge("e1", believed)

    lost = wires.judged(tmp_path / "books.sqlite", journal)["lost"]

    assert lost == believed - 2


class LeakingLink(MqttLink):
    """Forgets a descriptor each time that somebody looks."""

    forgotten: ClassVar[list[int]] = []

    @override
    def status(self) -> LinkStatus:
        self.forgotten.append(os.open(os.devnull, os.O_RDONLY))
        return super().status()


def test_a_descriptor_for_each_connection_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wires, "MqttLink", LeakingLink)
    monkeypatch.setattr(wires, "WARM_FLAPS", 5)
    found = wires.flapping(Bench(tmp_path, 60, 1))

    for descriptor in LeakingLink.forgotten:
        os.close(descriptor)
    grown, most = found.bounds["descriptors_grown"]
    assert grown > most
    assert not found.good


class LateLink(MqttLink):
    """A link that goes on saying that it stands when it does not."""

    believed_until_s = float("inf")

    @override
    def status(self) -> LinkStatus:
        told, now_s = super().status(), time.monotonic()
        if told.connected:
            self.believed_until_s = float("inf")
        else:
            self.believed_until_s = min(self.believed_until_s, now_s + wires.NOTICE_S_MAX)
        return replace(told, connected=told.connected or now_s < self.believed_until_s)


def test_a_link_that_notices_late_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines `half-open` and `down` measure it in one place."""
    if os.geteuid() != 0 or not all(map(shutil.which, ("ip", "iptables"))):
        pytest.skip("network namespaces need root, ip and iptables")
    monkeypatch.setattr(wires, "MqttLink", LateLink)

    found = wires.half_open(Bench(tmp_path, 1, 1))

    noticed_ms, most_ms = found.bounds["noticed_ms_max"]
    assert noticed_ms > most_ms
    assert not found.good
    assert not any(found.amiss.values())


def test_a_fact_that_had_to_wait_for_the_backlog_is_noticed(tmp_path: Path) -> None:
    books = CentralStore(tmp_path / "central.sqlite")
    told = {"gateway": "gate-1", "epoch": "e", "type": lanes.KIND, "data": {}}
    recorded = datetime.now(UTC) - timedelta(seconds=7)
    backlog = told | {"seq": 1, "id": "1", "recorded_at": recorded.isoformat()}
    books.take(events_of(json.dumps(backlog).encode()), 0)

    with lanes.Watch(tmp_path / "central.sqlite", "e", 1) as watch:
        late = told | {"seq": 2, "id": "2", "recorded_at": recorded.isoformat()}
        books.take(events_of(json.dumps(late).encode()), 0)
        wires.wait(lambda: watch.seen == 2, "it is seen", 10)
    (late_ms,) = watch.taken()
    books.close()

    assert 7_000 <= late_ms < 20_000
    assert not lanes.compared([10.0] * 100, [9.0] * 90 + [late_ms] * 10).good


def test_a_backlog_kept_in_memory_shows() -> None:
    hoard = b"x" * (200 * 1024 * 1024)

    assert outages._resident_mib() > 200 > outages.RESIDENT_MIB_MAX
    assert len(hoard) == 200 * 1024 * 1024


@pytest.mark.parametrize(
    ("found", "good"),
    [
        (Found(5, {"lost": 0}, {"told": 9}, {"noticed_ms_max": (3_300, 3_300)}), True),
        (Found(5, {"lost": 1}, {}, {}), False),
        (Found(5, {"lost": 0}, {}, {"noticed_ms_max": (3_301, 3_300)}), False),
        (Found(0, {"lost": 0}, {}, {}), False),
    ],
    ids=["held", "something lost", "too late", "nothing tried"],
)
def test_a_line_holds_only_if_every_count_does(found: Found, *, good: bool) -> None:
    assert found.good is good


def test_rows_replace_those_of_the_same_name_and_leave_the_others(tmp_path: Path) -> None:
    page = tmp_path / "guarantees.md"
    page.write_text(f"before\n{BEGIN}\n{END}\nafter\n")
    held, broken = Found(5, {"lost": 0}, {"told": 1_234}, {}), Found(6, {"lost": 2}, {}, {})
    names = ["kill", "power", "disk"]

    write_table(
        [Measured(LINES[name], 1.0, 2.0, held, "") for name in ("disk", "kill")], names, page
    )
    write_table(
        [
            Measured(LINES["kill"], 0.5, 2.0, broken, ""),
            Measured(LINES["power"], 1.0, 0.1, None, "needs root"),
        ],
        names,
        page,
    )

    text = page.read_text()
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    assert [row.split("`")[1] for row in rows] == names
    assert "lost 2" in rows[0]
    assert "**broken**" in rows[0]
    assert "--scale 0.5 kill" in rows[0]
    assert "needs root | not made" in rows[1]
    assert "lost 0, told 1,234 | held" in rows[2]
    assert text.startswith("before\n")
    assert text.endswith("after\n")


def test_a_row_stays_unless_as_much_is_made_again_or_a_part_of_it_breaks(tmp_path: Path) -> None:
    page = tmp_path / "guarantees.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    held, broken = Found(5, {"lost": 0}, {"told": 1_234}, {}), Found(6, {"lost": 2}, {}, {})
    names = ["kill", "power", "disk"]
    write_table([Measured(LINES[name], 0.5, 2.0, held, "") for name in names], names, page)

    write_table(
        [
            Measured(LINES["kill"], 0.1, 2.0, held, ""),
            Measured(LINES["power"], 0.1, 2.0, broken, ""),
            Measured(LINES["disk"], 1.0, 2.0, held, ""),
        ],
        names,
        page,
    )

    kill, power, disk = (line for line in page.read_text().splitlines() if line.startswith("| `"))
    assert "--scale 0.5 kill" in kill
    assert "**broken**" in power
    assert "--scale" not in disk


def test_the_page_tells_how_long_lines_take_in_full_and_all_together(tmp_path: Path) -> None:
    page = tmp_path / "guarantees.md"
    page.write_text(f"{BEGIN}\n{END}\nafter\n")
    held = Found(5, {"lost": 0}, {}, {})

    for whole_s in (3_000.0, 3_300.0, None):
        write_table(
            [
                Measured(LINES["kill"], 1.0, 90.0, held, ""),
                Measured(LINES["power"], 0.1, 7.0, held, ""),
            ],
            ["kill", "power"],
            page,
            whole_s,
        )

    assert seconds_of_page(page) == {"kill": 90, "power": 70}
    assert page.read_text().count("All lines in one run:") == 1
    assert "55 minutes" in page.read_text()


def test_bounds_of_time_are_kept_to_alone_and_the_longest_counts_begin_first() -> None:
    expected_s = dict.fromkeys(LINES, 10.0) | {"outage": 100.0, "clock": 50.0}

    planned = phases(list(LINES), expected_s)

    assert sorted(name for one in planned for name in one.names) == sorted(LINES)
    assert [one.names for one in planned if one.places == 1] == [(name,) for name in ALONE]
    assert planned[-1].names[:2] == ("outage", "clock")


def test_what_is_left_is_told_by_places_and_by_what_was_spent() -> None:
    expected_s = {"kill": 30.0, "outage": 100.0, "clock": 50.0, "flips": 20.0}
    planned = phases(list(expected_s), expected_s)
    over = float("inf")

    assert left_s(planned, expected_s, {}) == 130
    assert left_s(planned, expected_s, {"kill": 10.0}) == 120
    assert left_s(planned, expected_s, {"kill": over, "outage": 70.0, "clock": 5.0}) == 50
    assert left_s(planned, expected_s, dict.fromkeys(expected_s, over)) == 0


def test_tries_are_shared_out_and_what_was_found_adds_up(tmp_path: Path) -> None:
    parts = shares(Bench(tmp_path, 10, 1), 4)
    found = [
        Found(one.tries, {"lost": one.number}, {"told": 5, "p95_ms": one.number}, {"ms": (4, 9)})
        for one in parts
    ]

    assert [one.tries for one in parts] == [2, 3, 2, 3]
    assert len({(one.folder, one.seed) for one in parts}) == 4
    assert together(found) == Found(10, {"lost": 6}, {"told": 20, "p95_ms": 3}, {"ms": (4, 9)})
    assert len(shares(Bench(tmp_path / "beside-0", 1, 1), 4)) == 1


def test_a_line_that_takes_too_long_is_ended_and_says_so() -> None:
    endless = subprocess.Popen(
        [sys.executable, "-c", "input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )

    one = measured(LINES["outage"], 1.0, endless, 0.01)

    assert endless.returncode is not None
    assert (one.verdict, one.good) == ("not made", False)
    assert "not done after" in one.row


def test_every_line_of_the_page_can_be_made() -> None:
    """A row whose command no longer exists would be a promise that nobody can check."""
    table = PAGE.read_text(encoding="utf-8").partition(BEGIN)[2].partition(END)[0]
    rows = [line for line in table.splitlines() if line.startswith("| `")]

    assert {row.split("`")[1] for row in rows} <= set(LINES)


def test_every_line_has_an_oracle_that_was_shown_a_planted_mistake() -> None:
    oracles = PAGE.read_text(encoding="utf-8").partition("| oracle | planted mistake | test |")[2]
    rows = [line.split(" | ") for line in oracles.splitlines() if line.startswith("| ")]

    named = {name for row in rows for name in row[0].split("`")[1::2]}
    files = {name for row in rows for name in row[2].split("`")[1::2]}

    assert named == set(LINES)
    assert [name for name in files if not (PAGE.parents[1] / name).is_file()] == []
