"""Whatever happens between gateway, broker and central system: the laws of the delivery.

Loss, doubles, reconnections, refusals, acknowledgements out of date, journals that answer late and
requests to send again come in any order; after each step the laws hold, and in the end, when all
works again, the central system's books have no gap and no double.
"""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edge.sync.session.phases import Phase
from edge.sync.session.settings import DeliverySettings
from tests.sync.world import BAD_FORMAT, ERROR, FORBIDDEN, NOBODY, OK, QUOTA, World

REASONS = (OK, OK, OK, NOBODY, ERROR, FORBIDDEN, QUOTA, BAD_FORMAT)


class AnyWeather(RuleBasedStateMachine):
    """A world in which everything may happen at any time."""

    world: World
    receive_maximum = 20
    acknowledged = 0

    @initialize(is_patient=st.booleans(), lane_opens=st.sampled_from([3, 20, 500]))
    def begin(self, is_patient: bool, lane_opens: int) -> None:  # noqa: FBT001 - drawn
        self.world = World(DeliverySettings(lane_opens_facts=lane_opens), is_patient=is_patient)

    @rule(count=st.sampled_from([1, 1, 2, 30]))
    def facts_happen(self, count: int) -> None:
        self.world.grow(count)

    @rule(receive_maximum=st.integers(1, 20))
    def a_connection_stands(self, receive_maximum: int) -> None:
        if not self.world.is_up:
            self.receive_maximum = receive_maximum
        self.world.connect(receive_maximum)

    @rule()
    def the_weather_is_good_for_a_while(self) -> None:
        if not self.world.is_up:
            self.receive_maximum = 20
        self.world.settle_down()

    @rule()
    def the_connection_breaks(self) -> None:
        self.world.lose()

    @rule()
    def the_broker_dies_with_all_that_it_holds(self) -> None:
        self.world.at_broker.clear()
        self.world.lose()

    @rule(reason_code=st.sampled_from(REASONS))
    def the_broker_answers(self, reason_code: int) -> None:
        self.world.answer(reason_code)

    @rule()
    def the_broker_answers_twice(self) -> None:
        message = self.world.answer()
        if message is not None:
            self.world.do(self.world.delivery.puback(message.token, OK, self.world.now_us))

    @rule(times=st.integers(1, 2))
    def the_central_system_stores(self, times: int) -> None:
        self.world.pass_on(times)

    @precondition(lambda self: len(self.world.at_broker) > 1)
    @rule()
    def messages_overtake_each_other(self) -> None:
        self.world.at_broker.rotate(1)

    @rule()
    def the_central_system_acknowledges(self) -> None:
        self.world.acknowledge()

    @rule(share=st.floats(0, 1))
    def an_acknowledgement_comes_late(self, share: float) -> None:
        upto = int(self.world.upto * share)
        self.world.do(self.world.delivery.acknowledged("e", upto, self.world.now_us))

    @rule(share=st.floats(0, 1))
    def the_central_system_asks_again(self, share: float) -> None:
        from_seq = 1 + int(len(self.world.facts) * share)
        self.world.do(self.world.delivery.resend(from_seq, self.world.now_us))

    @rule()
    def the_journal_answers(self) -> None:
        self.world.answer_fetch()

    @rule(seconds=st.sampled_from([0.3, 5, 40]))
    def time_passes(self, seconds: float) -> None:
        self.world.wait(seconds)

    @invariant()
    def no_more_is_under_way_than_the_broker_allows(self) -> None:
        if hasattr(self, "world"):
            assert self.world.delivery.in_flight == len(self.world.sent) <= self.receive_maximum

    @invariant()
    def what_is_acknowledged_is_stored_and_stays_so(self) -> None:
        if hasattr(self, "world"):
            assert self.acknowledged <= self.world.delivery.acknowledged_seq <= self.world.upto
            self.acknowledged = self.world.delivery.acknowledged_seq
            assert self.world.doubled == 0

    @invariant()
    def nobody_is_absent_who_owes_nothing(self) -> None:
        if hasattr(self, "world"):
            delivery = self.world.delivery
            assert delivery.unsent > 0 or delivery.phase is not Phase.ABSENT
            assert self.world.is_up or delivery.phase is Phase.DOWN

    def teardown(self) -> None:
        """All works again: it is delivered, and a quiet night raises no alarm."""
        if not hasattr(self, "world"):
            return
        world = self.world
        world.settle_down()
        assert sorted(world.stored) == list(range(1, len(world.facts) + 1))
        assert world.doubled == 0
        held_back = {n for n, event in world.stored.items() if "withheld" in str(event["data"])}
        assert held_back <= set(world.set_aside)
        while world.sent:
            world.answer()
        world.wait(36_000)
        assert world.delivery.phase is Phase.DRAINING
        assert world.alarms.get("central-absent") is None


TestAnyWeather = AnyWeather.TestCase
TestAnyWeather.settings = settings(
    max_examples=75,
    stateful_step_count=60,
)
