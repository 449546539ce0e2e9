"""Gen2 Select: a client that asks for some tags hears of those only."""

from collections.abc import Callable
from typing import Any

import pytest

from simulators.llrp.parts import Bits, Part, part

Make = Callable[..., Any]


def _configuration(mask: Bits, pointer: int, action: int) -> Part:
    chosen = part(
        "C1G2Filter",
        part("C1G2TagInventoryMask", MB=1, Pointer=pointer, TagMask=mask),
        part("C1G2TagInventoryStateUnawareFilterAction", Action=action),
        T=0,
    )
    command = part("C1G2InventoryCommand", chosen, TagInventoryStateAware=0)
    return part("AntennaConfiguration", command, AntennaID=0)


def _heard(reader: Any, reads: Make) -> set[bytes]:  # noqa: ANN401 - the played reader of conftest
    reader.inventory()
    return {next(one.all("EPC_96")).fields["EPC"] for one in reads(reader.run(1.0))}


@pytest.mark.parametrize(("action", "match"), [(0, True), (1, True), (4, False)])
def test_only_selected_tags_take_part(play: Make, reads: Make, action: int, match: bool) -> None:  # noqa: FBT001 - a parameter of the test
    everything = _heard(play(), reads)
    one = min(everything)
    reader = play()
    configuration = _configuration(Bits(96, one), 32, action)
    status = reader.status("SET_READER_CONFIG", configuration, ResetToFactoryDefault=0)
    assert status.number("StatusCode") == 0
    assert _heard(reader, reads) == ({one} if match else everything - {one})


def test_a_mask_beyond_the_tags_memory_matches_none(play: Make, reads: Make) -> None:
    reader = play()
    beyond = _configuration(Bits(8, b"\x30"), 1000, 0)
    reader.status("SET_READER_CONFIG", beyond, ResetToFactoryDefault=0)
    assert _heard(reader, reads) == set()


def test_an_empty_mask_lets_every_tag_take_part(play: Make, reads: Make) -> None:
    reader = play()
    empty = _configuration(Bits(0, b""), 32, 0)
    reader.status("SET_READER_CONFIG", empty, ResetToFactoryDefault=0)
    assert len(_heard(reader, reads)) > 10
