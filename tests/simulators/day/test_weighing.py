"""A packer before the scale: what is too much comes out, what lacks is checked anew."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from typing_extensions import override

from simulators.api import Device
from simulators.catalogue import Catalogue, make_catalogue
from simulators.day.day_packer import DayPacker
from simulators.day.people import DayShift
from simulators.day.scales import CARTONS, Scales
from simulators.hall import ASIDE
from simulators.people import Person
from simulators.things import tote_holder
from simulators.world import World

OFFERED = [{"name": name, "tare_g": tare_g} for name, tare_g in CARTONS.items()]
OFF_G_MAX = 40


@dataclass(slots=True)
class ScreenDevice(Device):
    """A pack station's page that knows what the parcel should weigh."""

    view: dict[str, Any] = field(default_factory=dict)
    should_g: int = 0
    posted: list[dict[str, Any]] = field(default_factory=list)

    @override
    async def get(self, path: str) -> dict[str, Any]:
        return self.view

    @override
    async def post(self, path: str, body: dict[str, Any], key: str = "") -> dict[str, Any]:
        self.posted.append(body)
        said = body.get("weighing")
        if said is None:
            return {"accepted": True, "code": "opened", "word": "a word", "data": {}}
        off_g = abs(said["weight_g"] - CARTONS[said["carton"]] - self.should_g)
        code = "weight_off" if off_g > OFF_G_MAX and "acceptance" not in said else "closed"
        return {"accepted": code == "closed", "code": code, "data": {}}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return make_catalogue(4)


def before_scale(catalogue: Catalogue, lying: int, checked: int) -> tuple[DayPacker, ScreenDevice]:
    """So many pieces of an article lie in the box, and so many are checked by the screen."""
    world = World.opened(catalogue)
    chance = np.random.default_rng(1)
    shift = DayShift(world, catalogue, "", 1e6, chance, lambda: 1, scales=Scales(chance, 0.0))
    sku = next(iter(world.pieces.values())).sku
    world.bring_tote("T1", "pack-1")
    for piece in [one for one in world.pieces.values() if one.sku == sku][:lying]:
        world.put(piece.epc, tote_holder("T1"))
    line = {"sku": sku, "expected": checked, "checked": checked}
    packer = DayPacker(shift, Person("K1", "7", "packer"))
    screen = packer._device = ScreenDevice("", "K1", "7")
    screen.view = {"open": True, "tote_id": "T1", "order_id": "O1", "lines": [line]}
    screen.should_g = checked * catalogue.articles[sku].weight_g
    return packer, screen


def closed(packer: DayPacker, screen: ScreenDevice) -> str:
    return str(asyncio.run(packer._close_weighed(screen.view, {}, OFFERED))["code"])


def test_a_piece_too_many_comes_to_light_on_the_scale(catalogue: Catalogue) -> None:
    packer, screen = before_scale(catalogue, lying=3, checked=2)

    assert closed(packer, screen) == "closed"

    assert len(packer.shift.world.pieces_in(tote_holder("T1"))) == 2
    assert len(packer.shift.world.pieces_in(ASIDE)) == 1
    assert packer.shift.deeds["weighed_surplus"] == 1


def test_a_parcel_that_lacks_what_the_screen_has_checked_is_checked_anew(
    catalogue: Catalogue,
) -> None:
    packer, screen = before_scale(catalogue, lying=1, checked=2)

    assert closed(packer, screen) == "opened"

    assert screen.posted[-1] == {"code": "T1", "anew": True}


def test_where_an_article_s_weight_is_told_wrong_the_leader_lets_it_go(
    catalogue: Catalogue,
) -> None:
    packer, screen = before_scale(catalogue, lying=2, checked=2)
    screen.should_g //= 2

    assert closed(packer, screen) == "closed"

    assert screen.posted[-1]["weighing"]["acceptance"]["word"] == "a word"
