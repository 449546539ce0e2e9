import numpy as np
import pytest

from edge.locating import epcs
from edge.locating.epcs import EpcIndex, keys_of

pytestmark = pytest.mark.usefixtures("either_way")


def columns(epcs: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    width = max(12, *(len(one) for one in epcs))
    raw = b"".join(one.ljust(width, b"\0") for one in epcs)
    bits = np.array([8 * len(one) for one in epcs], np.uint16)
    return np.frombuffer(raw, np.uint8).reshape(len(epcs), width), bits


def rows_of(index: EpcIndex, epcs: list[bytes]) -> list[int]:
    epc, bits = columns(epcs)
    return index.find_or_add(epc, keys_of(epc, bits), bits).tolist()


@pytest.mark.parametrize("seed", range(12))
def test_the_index_answers_as_a_dictionary_would(seed: int) -> None:
    # given tags of many lengths, some equal but for their length, some differing in one bit
    chance = np.random.default_rng(seed)
    lengths = chance.choice([2, 4, 8, 12, 12, 12, 12, 16, 20, 62], size=400)
    pool = [chance.integers(0, 3, size=n, dtype=np.uint8).tobytes() for n in lengths]
    pool += [one + b"\0" for one in pool if len(one) < 12]
    index, plain = EpcIndex(8), {}
    row_of: dict[int, bytes] = {}
    for _ in range(30):
        # when batches come, with the same tag several times in one, and tags are forgotten
        batch = [pool[i] for i in chance.integers(0, len(pool), size=chance.integers(1, 200))]
        rows = rows_of(index, batch)
        for epc, row in zip(batch, rows, strict=True):
            plain.setdefault(epc, row)
            # then a tag always has its own row, and a row one tag
            assert plain[epc] == row
            assert row_of.setdefault(row, epc) == epc
        if chance.random() < 0.4 and plain:
            gone = [list(plain)[i] for i in chance.integers(0, len(plain), size=5)]
            forgotten = sorted({plain.pop(epc) for epc in dict.fromkeys(gone)})
            index.remove(np.array(forgotten, np.int64))
            for row in forgotten:
                del row_of[row]
        assert len(index) == len(plain)
    for epc, row in plain.items():
        assert index.epc_of(row) == epc.hex()


def test_a_tag_that_was_never_added_has_no_row() -> None:
    index = EpcIndex()
    rows_of(index, [b"\1" * 12])
    epc, bits = columns([b"\2" * 12, b"\1" * 12, b"\1" * 11])

    assert index.find(keys_of(epc, bits), bits).tolist() == [-1, 0, -1]


def test_rows_stay_where_they_are_while_the_index_grows() -> None:
    index = EpcIndex(4)
    epcs = [number.to_bytes(12, "big") for number in range(5000)]
    first = rows_of(index, epcs[:100])
    rows_of(index, epcs)

    assert rows_of(index, epcs[:100]) == first
    assert sorted(rows_of(index, epcs)) == list(range(5000))


def test_forgotten_rows_are_given_again() -> None:
    index = EpcIndex()
    rows_of(index, [bytes([n]) * 12 for n in range(10)])
    index.remove(np.arange(5, dtype=np.int64))

    again = rows_of(index, [bytes([n + 50]) * 12 for n in range(5)])

    assert sorted(again) == [0, 1, 2, 3, 4]
    assert index.rows == 10


def test_more_tags_than_a_place_of_the_hash_can_name_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(epcs, "ROWS_MAX", 10)
    index = EpcIndex()
    rows_of(index, [bytes([n]) * 12 for n in range(10)])

    with pytest.raises(OverflowError, match="more than 10 tags"):
        rows_of(index, [b"\xff" * 12])

    assert len(index) == 10
