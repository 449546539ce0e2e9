"""A packer whom the books do not know a tote for, with a page of paper."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from simulators.api import Device
from simulators.catalogue import Catalogue, make_catalogue
from simulators.hall import ASIDE
from simulators.packer import Packer
from simulators.people import Person, Shift
from simulators.things import RACK, tote_holder
from simulators.world import World

PACKER = Person("K1", "7", "packer")


@dataclass(slots=True)
class PaperDevice(Device):
    """Answers every scan with that no tote is open, and lets something happen before."""

    meanwhile: Callable[[], None] = lambda: None

    @override
    async def get(self, path: str) -> dict[str, Any]:
        return {"open": False, "tote_id": None}

    @override
    async def post(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        self.meanwhile()
        return {"accepted": False, "code": "nothing_open", "text": "", "data": {}}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(4)


def packer_of(catalogue: Catalogue) -> tuple[Packer, World, PaperDevice]:
    world = World.opened(catalogue)
    shift = Shift(world, catalogue, "", 1e6, np.random.default_rng(1), lambda: 1, patience=0.0)
    packer = Packer(shift, PACKER)
    device = packer._device = PaperDevice("", PACKER.badge, PACKER.pin)
    return packer, world, device


def test_a_tote_that_somebody_has_poured_out_meanwhile_is_not_set_back(
    catalogue: Catalogue,
) -> None:
    packer, world, device = packer_of(catalogue)
    # given an empty tote on the rack that the other packer pours out while this one scans it
    world.bring_tote("T1", RACK)
    device.meanwhile = lambda: world.take_away_tote("T1")

    async def scanned() -> object:
        await packer._one_tote()
        return packer._next_tote()

    # when it is scanned
    following = asyncio.run(scanned())
    # then it is on the pile of empty ones, and nobody scans it again
    assert world.totes == {}
    assert following is None


def test_a_tote_that_no_order_is_known_of_is_emptied_after_some_tries(
    catalogue: Catalogue,
) -> None:
    packer, world, _ = packer_of(catalogue)
    # given a tote on the rack with a piece that the books know nothing of
    piece = next(iter(world.pieces.values()))
    world.bring_tote("T1", RACK)
    world.put(piece.epc, tote_holder("T1"))

    async def tries() -> int:
        count = 0
        while world.totes and count < 20:
            packer._put_off.clear()  # it is looked at again
            await packer._one_tote()
            count += 1
        return count

    # when it is tried again and again
    count = asyncio.run(tries())
    # then the piece is laid aside before long, but not at the first try
    assert 1 < count < 20
    assert piece.holder == ASIDE
