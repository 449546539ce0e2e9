"""What antennas hear of the world: loud where things lie, faint beside, never what has left."""

from collections import Counter, defaultdict

import numpy as np

from simulators.air import Dwell, Sightings
from simulators.catalogue import make_catalogue
from simulators.hall import DOCK, PACK_STATION, STATION_READER, ZONE_READER
from simulators.things import RACK, tote_holder
from simulators.world import World
from simulators.world_air import WorldAir

CATALOGUE = make_catalogue(2)


def heard(air: WorldAir, antenna: int, seconds: float = 10.0) -> Sightings:
    return air.inventory(Dwell(antenna, 0, int(seconds * 1e6)))


def epcs(sightings: Sightings) -> list[str]:
    return [bytes(row).hex() for row in sightings.epc]


def filled_tote(world: World, holder: str) -> list[str]:
    world.bring_tote("T1", holder, "w1")
    inside = []
    for placement in CATALOGUE.placements[:5]:
        piece = world.take(placement.sku, placement.location, "p")
        assert piece is not None
        world.put(piece.epc, tote_holder("T1"))
        inside.append(piece.epc)
    return inside


def test_a_zones_antenna_hears_its_own_bins_best() -> None:
    """The strongest antenna names the right zone for 19 pieces of 20 after a minute."""
    world = World.opened(CATALOGUE)
    air = WorldAir(world, ZONE_READER, 2)
    levels: dict[str, dict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for antenna in range(1, 5):
        sightings = heard(air, antenna, 15.0)
        for epc, rssi in zip(epcs(sightings), sightings.rssi_dbm, strict=True):
            levels[epc][antenna].append(float(rssi))

    right = sum(
        world.hall.places[world.pieces[epc].holder].parent
        == f"zone-{max(of, key=lambda a: float(np.mean(of[a])))}"
        for epc, of in levels.items()
    )

    assert len(levels) > 0.95 * len(world.pieces)
    assert right > 0.95 * len(levels)


def test_what_lies_on_a_cart_is_loud_and_the_rack_beside_it_faint() -> None:
    world = World.opened(CATALOGUE)
    inside = set(filled_tote(world, "cart-1"))
    world.walk("cart-1", 9.5, 8.0)
    sightings = heard(WorldAir(world, STATION_READER, 2), 1)

    mine = np.array([epc in inside for epc in epcs(sightings)])

    assert mine.mean() > 0.8
    assert sightings.rssi_dbm[mine].mean() > -55.0
    assert sightings.rssi_dbm[~mine].mean() < -70.0
    assert (~mine).sum() > 0


def test_the_pack_table_hears_the_open_tote_and_not_those_that_wait() -> None:
    world = World.opened(CATALOGUE)
    inside = set(filled_tote(world, PACK_STATION))
    air = WorldAir(world, STATION_READER, 2)

    on_table = Counter(epcs(heard(air, 3)))
    world.bring_tote("T1", RACK)
    waiting = Counter(epcs(heard(air, 3)))

    assert set(on_table) == inside
    assert sum(waiting.values()) < 0.01 * sum(on_table.values())


def test_the_dock_hears_a_parcel_until_it_has_left() -> None:
    world = World.opened(CATALOGUE)
    inside = set(filled_tote(world, PACK_STATION))
    world.pack("T1", "s1", "o1")
    world.bring_parcel("s1", DOCK)
    air = WorldAir(world, STATION_READER, 2)

    before = Counter(epcs(heard(air, 4)))
    world.leave("s1", 1)
    after = Counter(epcs(heard(air, 4)))

    assert set(before) >= inside
    assert not set(after) & inside


def test_a_crowd_of_tags_shares_the_readers_time() -> None:
    """A lone tote is read many times a second, a full zone less than once."""
    world = World.opened(CATALOGUE)
    filled_tote(world, "cart-1")
    zone = heard(WorldAir(world, ZONE_READER, 2), 1)
    cart = heard(WorldAir(world, STATION_READER, 2), 1)

    assert len(zone) < 6000
    assert np.median(list(Counter(epcs(zone)).values())) / 10 < 5
    assert np.median(list(Counter(epcs(cart)).values())[:5]) / 10 > 5


def test_the_columns_keep_the_contract() -> None:
    sightings = heard(WorldAir(World.opened(CATALOGUE), ZONE_READER, 2), 1, 1.0)

    assert len(sightings) > 100
    assert (np.diff(sightings.seen_us) >= 0).all()
    assert sightings.seen_us[0] >= 0
    assert sightings.seen_us[-1] < 1_000_000
    assert sightings.epc.shape == (len(sightings), 12)
    assert ((sightings.phase_rad >= 0) & (sightings.phase_rad < 2 * np.pi)).all()


def test_an_antenna_that_does_not_exist_hears_nothing() -> None:
    assert len(heard(WorldAir(World.opened(CATALOGUE), ZONE_READER, 2), 9)) == 0
    assert len(heard(WorldAir(World.opened(CATALOGUE), "reader-9", 2), 1)) == 0


def test_the_same_seed_hears_the_same() -> None:
    first, second = (
        heard(WorldAir(World.opened(CATALOGUE), ZONE_READER, 2), 1, 1.0) for _ in range(2)
    )

    assert (first.epc == second.epc).all()
    assert (first.rssi_dbm == second.rssi_dbm).all()
