"""A capture gives back what was written, tolerates a cut-off end and refuses damage."""

from pathlib import Path

import numpy as np
import pytest

from drivers.capture import MAGIC, CaptureError, CaptureReader, CaptureWriter, Kind, Record


class Ticking:
    """A clock that goes on by a millisecond at each look."""

    def __init__(self) -> None:
        self._us = 0

    def now_us(self) -> int:
        return 1_700_000_000_000_000 + self.monotonic_us()

    def monotonic_us(self) -> int:
        self._us += 1000
        return self._us


def write(folder: Path, file_bytes_max: int = 1 << 20, pieces: int = 20) -> CaptureWriter:
    writer = CaptureWriter(folder, Ticking(), file_bytes_max)
    writer.opened("dock", "llrp")
    for number in range(pieces):
        writer.received("dock", bytes([number]) * 50)
    writer.lost("dock", "connection lost: Réseau")
    writer.close()
    return writer


def read(folder: Path) -> list[Record]:
    return list(CaptureReader(folder).records())


def is_refused(folder: Path) -> bool:
    try:
        read(folder)
    except CaptureError as error:
        return "capture-000001.wec" in str(error)
    return False


def test_what_was_written_is_read_in_order_over_several_files(tmp_path: Path) -> None:
    writer = write(tmp_path, file_bytes_max=300)

    records = read(tmp_path)

    assert writer.files > 3
    assert all(path.stat().st_size <= 300 for path in tmp_path.iterdir())
    assert len(records) == writer.records == 22
    assert records[0].kind is Kind.OPENED
    assert [one.data for one in records[1:-1]] == [bytes([n]) * 50 for n in range(20)]
    assert records[-1].data.decode() == "connection lost: Réseau"
    stamps = [one.monotonic_us for one in records]
    assert stamps == sorted(stamps)


@pytest.mark.parametrize("kept", [len(MAGIC) + 3, len(MAGIC) + 12, -1, -60, 2])
def test_an_end_that_a_crash_cut_off_is_passed_over_and_told(tmp_path: Path, kept: int) -> None:
    write(tmp_path)
    (path,) = tmp_path.iterdir()
    whole = read(tmp_path)
    path.write_bytes(path.read_bytes()[:kept])

    reader = CaptureReader(tmp_path)
    records = list(reader.records())

    assert records == whole[: len(records)]
    assert len(records) < len(whole)
    assert reader.cut_bytes > 0


def test_any_changed_byte_is_noticed(tmp_path: Path) -> None:
    seed = 5
    chance = np.random.default_rng(seed)
    write(tmp_path, pieces=6)
    (path,) = tmp_path.iterdir()
    good = path.read_bytes()
    for turn in range(300):
        bad = bytearray(good)
        at = int(chance.integers(len(bad)))
        bad[at] ^= int(chance.integers(1, 256))
        path.write_bytes(bad)

        assert is_refused(tmp_path), f"seed {seed}, turn {turn}: byte {at}"


def test_a_cut_in_the_middle_of_a_capture_is_damage(tmp_path: Path) -> None:
    write(tmp_path, file_bytes_max=300)
    second = tmp_path / "capture-000002.wec"
    second.write_bytes(second.read_bytes()[:-4])

    with pytest.raises(CaptureError, match="another file follows"):
        read(tmp_path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    write(tmp_path, file_bytes_max=300)
    (tmp_path / "capture-000002.wec").unlink()

    with pytest.raises(CaptureError, match=r"capture-000002\.wec is missing"):
        read(tmp_path)


def test_a_folder_without_a_capture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CaptureError, match="holds no capture"):
        read(tmp_path)


def test_a_second_recording_does_not_go_into_the_same_folder(tmp_path: Path) -> None:
    write(tmp_path)

    with pytest.raises(CaptureError, match="name a new folder"):
        CaptureWriter(tmp_path, Ticking())


def test_a_full_capture_takes_no_more_and_says_so(tmp_path: Path) -> None:
    writer = CaptureWriter(tmp_path, Ticking(), total_bytes_max=500)
    for _ in range(20):
        writer.received("dock", bytes(100))
    fault = writer.fault
    writer.close()

    assert "full" in fault
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 500
    assert len(read(tmp_path)) == writer.records == 3
