"""A look by compiled code against the same look by numpy."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.locating import kernel
from edge.locating.columns import FloorColumns
from edge.locating.compiled_bench import Bench, BenchMet, of_slots
from edge.locating.compiled_look import CompiledLook
from edge.locating.filter import PlaceFilter
from edge.locating.looking import Looking, Outcome, Present
from edge.locating.meeting import PlainMet
from edge.locating.model import OffsetModel
from edge.locating.presence import Finding, State
from edge.locating.restlessness import Unrest
from edge.locating.settings import DEFAULTS, LocatingSettings
from edge.locating.slots import LEAST_WEIGHT, NO_ANTENNA, Kept, News, Slots
from edge.locating.tags import NO_PLACE, TagTable
from edge.locating.walking import Walk
from edge.model.ids import DeviceName, LocationId
from edge.model.places import Antenna, Floor, Location, LocationKind

pytestmark = pytest.mark.skipif(kernel.KERNEL is None, reason=kernel.REASON)
NAN = np.float32(np.nan)


@dataclass(frozen=True)
class Case:
    """A floor and tags on it, drawn from a seed."""

    seed: int
    tags: int
    has_near: bool
    is_shared: bool
    walks: bool
    settles: bool
    is_silent: bool
    is_held: bool = False

    def settings(self) -> LocatingSettings:
        if not self.settles:
            return DEFAULTS
        return replace(DEFAULTS, settling_s=8.0, settling_share=0.2, move_at=0.5)

    def columns(self) -> FloorColumns:
        kinds = [LocationKind.SHELF, LocationKind.PORTAL if self.has_near else LocationKind.SHELF]
        places = [LocationId(f"place-{number}") for number in range(7)]
        antennas = [
            Antenna(DeviceName("north"), port, places[port // 2 if self.is_shared else port])
            for port in range(1, 7)
        ]
        named = {one: Location(one, kinds[at % 2]) for at, one in enumerate(places)}
        return FloorColumns(Floor(named, tuple(antennas)))


def slots_of(chance: np.random.Generator, tags: int) -> Slots:
    """Any four antennas of six, none twice; some slots empty, some strong, some long silent."""
    antenna = np.argsort(chance.random((tags, 6)), axis=1)[:, :4].astype(np.uint16).T.copy()
    empty = chance.random(antenna.shape) < 0.3
    empty[0] = False
    weight = np.exp(chance.uniform(-13.0, 3.0, antenna.shape)).astype(np.float32)
    weight[empty] = LEAST_WEIGHT
    level = chance.uniform(-80.0, -40.0, antenna.shape).astype(np.float32)
    level[empty] = 0.0
    belief = chance.dirichlet(np.full(5, 0.4), tags).T[:4].astype(np.float32)
    belief[empty] = 0.0
    usual = chance.uniform(-15.0, 15.0, antenna.shape).astype(np.float32)
    usual[empty | (chance.random(antenna.shape) < 0.4)] = NAN
    seen_ms = chance.integers(1, 90_000, antenna.shape).astype(np.int32)
    antenna[empty] = NO_ANTENNA
    return Slots(level * weight, weight, seen_ms, antenna, np.ascontiguousarray(belief), usual)


def looked(
    case: Case, way: Callable[[Looking, OffsetModel], Looking | CompiledLook]
) -> tuple[Outcome, Slots, TagTable]:
    """One look at the tags of a case, the tags' slots and the table after it."""
    chance, columns, tags = np.random.default_rng(case.seed), case.columns(), case.tags
    slots, table, rows = slots_of(chance, tags), TagTable(0.5, tags), np.arange(tags)
    table.reads[:] = chance.choice([0, 1, 3, 30, 39, 40, 254, 255], len(table.reads))
    places = columns.place_of.take(slots.antenna, mode="clip")
    announced = chance.integers(0, len(columns.places), tags).astype(np.uint16)
    announced[chance.random(tags) < 0.3] = NO_PLACE
    news = News(
        rows,
        slots,
        (slots.antenna != NO_ANTENNA) & (chance.random(places.shape) < 0.6),
        slots.seen_ms.max(axis=0),
        chance.choice([0.0, 0.02, 0.5, 3.0, 5000.0], tags).astype(np.float32),
        chance.integers(1, 400, tags).astype(np.int32),
    )
    usual_db = chance.uniform(-15.0, 15.0, tags).astype(np.float32)
    usual_db[chance.random(tags) < 0.4] = NAN
    silent = (chance.random(places.shape) < 0.3) & (slots.antenna != NO_ANTENNA)
    state = np.where(announced == NO_PLACE, State.UNPLACED, State.PRESENT).astype(np.uint8)
    gap_s = np.ones(tags, np.float32)
    kept = Kept(announced, state, table.reads[rows], gap_s, usual_db)
    met = PlainMet(news, kept, gap_s, places, silent if case.is_silent else None, Unrest())
    alive = np.append(chance.random(6) < 0.8, True)
    nearness = chance.uniform(0.1, 1.0, (5, tags)).astype(np.float32)
    walk = Walk(nearness, chance.random((4, tags)) < 0.2) if case.walks else None
    placed_s = chance.uniform(0.0, 16.0, tags).astype(np.float32)
    held = chance.choice([0.0, 0.5, 0.99], tags).astype(np.float32) if case.is_held else None
    present = Present(alive, walk, lambda: placed_s, held)
    settings_, model = case.settings(), OffsetModel(columns, case.settings())
    plain = Looking(columns, model, PlaceFilter(settings_, shared=columns.shared), settings_)
    look = way(plain, model)
    if isinstance(look, Looking):
        return look.look(table, met, present), slots, table
    on_bench = laid_out(met)
    return look.look(table, on_bench, present), on_bench.news.slots, table


def laid_out(met: PlainMet) -> BenchMet:
    """The same tags on a bench that has room for some more."""
    tags = len(met.news.rows)
    bench = Bench(tags + 3)
    on_bench, plain = BenchMet(bench, tags), met.news
    for name in News.__slots__:
        if name != "slots":
            getattr(on_bench.news, name)[:] = getattr(plain, name)
    for name in Slots.__slots__:
        getattr(on_bench.news.slots, name)[:] = getattr(plain.slots, name)
    for name in Kept.__slots__:
        getattr(on_bench.kept, name)[:] = getattr(met.kept, name)
    on_bench.gap_s[:], on_bench.places[:] = met.gap_s, met.places
    if met.silent is not None:
        of_slots(bench.silent, tags)[:] = met.silent
        bench.met.some_are_silent = 1
    return on_bench


def compiled(looking: Looking, model: OffsetModel) -> CompiledLook:
    assert kernel.KERNEL is not None
    return CompiledLook(kernel.KERNEL, looking, model)


@settings(max_examples=150)
@given(
    st.builds(
        Case,
        seed=st.integers(0, 2**32 - 1),
        tags=st.integers(1, 60),
        has_near=st.booleans(),
        is_shared=st.booleans(),
        walks=st.booleans(),
        settles=st.booleans(),
        is_silent=st.booleans(),
        is_held=st.booleans(),
    )
)
def test_a_look_comes_to_the_same_by_either_way(case: Case) -> None:
    theirs, their_slots, their_table = looked(case, lambda looking, _: looking)
    ours, our_slots, our_table = looked(case, compiled)

    near = {"rtol": 1e-4, "atol": 2e-4}
    np.testing.assert_allclose(our_slots.belief, their_slots.belief, **near)
    np.testing.assert_allclose(ours.level_db, theirs.level_db, **near)
    np.testing.assert_array_equal(ours.usual_db, theirs.usual_db)
    np.testing.assert_array_equal(our_table.reads, their_table.reads)
    # what hangs on a comparison may fall otherwise where both sides are within rounding
    ranked = np.sort(their_slots.belief, axis=0)
    bounds = np.array([0.9, 0.6, 0.5])
    clear = (ranked[-1] - ranked[-2] > 1e-3) & (
        np.abs(ranked[-1][:, np.newaxis] - bounds) > 1e-3
    ).all(axis=1)
    np.testing.assert_array_equal(ours.best[clear], theirs.best[clear])
    np.testing.assert_array_equal(ours.findings[clear], theirs.findings[clear])
    told = np.isin(np.arange(case.tags), theirs.changed)
    np.testing.assert_array_equal(np.isin(np.arange(case.tags), ours.changed)[clear], told[clear])
    for name in Slots.__slots__:  # what is believed stands in the table, too
        ours_, theirs_ = (
            getattr(one.slots_of(np.arange(case.tags)), name)[:, clear]
            for one in (our_table, their_table)
        )
        np.testing.assert_allclose(ours_, theirs_, rtol=1e-3, atol=2e-3, err_msg=name)
    np.testing.assert_allclose(
        our_slots.usual[:, clear], their_slots.usual[:, clear], rtol=1e-3, atol=2e-3
    )
    np.testing.assert_allclose(
        our_table.level_db[: case.tags][clear], their_table.level_db[: case.tags][clear], atol=0.02
    )
    assert set(ours.findings.tolist()) <= {one.value for one in Finding}
    assert (ours.agrees is not None) is (theirs.agrees is not None) is case.is_held
    if ours.agrees is not None and theirs.agrees is not None:
        np.testing.assert_array_equal(ours.agrees, theirs.agrees)


def test_a_place_or_a_state_that_cannot_be_is_refused() -> None:
    case = Case(1, 5, has_near=True, is_shared=False, walks=False, settles=False, is_silent=False)

    def of_fewer_places(looking: Looking, model: OffsetModel) -> CompiledLook:
        look = compiled(looking, model)
        look._floor.places = 2
        return look

    with pytest.raises(IndexError, match="cannot be"):
        looked(case, of_fewer_places)

    def of_more_antennas(looking: Looking, model: OffsetModel) -> CompiledLook:
        look = compiled(looking, model)
        look._floor.antennas = 9
        return look

    with pytest.raises(ValueError, match="differ in length"):
        looked(case, of_more_antennas)
