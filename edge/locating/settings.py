"""What may be tuned in locating."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocatingSettings:
    """How evidence turns into places; seconds, decibels and probabilities.

    Attributes:
        window_s: memory of the evidence; looks closer together than this count for less.
        near_window_s: the same where a near-field antenna (cart, station, portal) hears the tag:
            somebody waits for that answer.
        stay_per_s: probability that a tag stays where it is for one second.
        unplaced_stay: probability that an unplaced tag stays during a look's worth of evidence.
        settling_s, settling_share: for so long after a tag's place changed it is taken to leave
            that again with this share of its usual rate: what was just put down stays a while.
        leave_s_max: longest time between two looks that counts as time to leave: a tag that is
            read seldom does not become restless because nobody looked.
        softness_db: level that makes a near-field antenna's place e times more likely.
        rest_db: spread of a resting tag's level from look to look.
        caution_reads: after so many reads the usual levels are believed by half.
        quieter_db, away_db: an antenna whose place is not the tag's hears it about this much more
            quietly than its own does, give or take; how much more quietly than that is all one.
        louder_db: where another antenna has long heard a resting tag this much louder than the
            announced place's own does, it lies there and was announced wrongly.
        elsewhere: how much less likely, in nats, a tag is at none of the places that hear it.
        claim_min: the least that one look of a near-field antenna may count, in nats.
        silence_claim: what the silence of an antenna counts, in nats, while others in the room
            hear the tag five times or more within the window; less while they hear it seldom.
        clip: the most that one look may count for one place against another, in nats.
        near_dbm: level at which a near-field antenna tells nothing; above it the tag lies there.
        near_claim_max: the most that one look of a near-field antenna may count, in nats.
        level_rate: share of a look by which a tag's usual levels follow what is heard.
        memory_rate: on a surveyed floor, share of a look by which what each antenna has heard of a
            tag lately follows.
        change_db: on a surveyed floor, how far levels are off that where a tag is as likely to
            leave as usual: e times likelier with each dB more; 0 where that tells nothing.
        unknown_db: a tag that a surveyed floor hears this much more quietly is elsewhere.
        arrive_at: probability from which an unplaced tag is announced.
        move_at: probability from which a placed tag is announced elsewhere.
        sureness: power that makes an honest probability of a belief, see `honesty`.
        arrive_reads: reads before a tag is announced at all; one read may be a stray or a ghost.
        near_arrive_at, near_arrive_reads: the same for near-field places: somebody waits there.
        unknown_below: `where` names no place below this probability.
        false_departure: wanted probability that a departure is nothing but bad luck in reading.
        silence_s_min, silence_s_max: bounds of the silence that a departure needs.
        near_silence_s_min, near_silence_s_max: the same for near-field places: what lies there is
            read often.
        hearing_s_min, hearing_s_max: bounds of the silence after which an antenna counts as mute.
        forget_after_s: a departed or never announced tag is forgotten after this.
        tags_max: rows that may be held; above it, new tags are counted and not followed.
        sweep_s: every tag is checked for absence once in this time.
    """

    window_s: float = 0.5
    near_window_s: float = 0.3
    stay_per_s: float = 0.998
    unplaced_stay: float = 0.75
    settling_s: float = 0.0
    settling_share: float = 1.0
    leave_s_max: float = 10.0
    softness_db: float = 2.5
    rest_db: float = 4.0
    caution_reads: float = 10.0
    quieter_db: float = 10.0
    away_db: float = 6.0
    louder_db: float = 1.5
    elsewhere: float = 2.0
    claim_min: float = -2.0
    silence_claim: float = -1.0
    clip: float = 6.0
    near_dbm: float = -60.0
    near_claim_max: float = 6.0
    level_rate: float = 0.05
    memory_rate: float = 0.05
    change_db: float = 0.0
    unknown_db: float = 12.0
    arrive_at: float = 0.9
    move_at: float = 0.9
    sureness: float = 1.0
    arrive_reads: int = 4
    near_arrive_at: float = 0.6
    near_arrive_reads: int = 2
    unknown_below: float = 0.4
    false_departure: float = 1e-6
    silence_s_min: float = 20.0
    silence_s_max: float = 900.0
    near_silence_s_min: float = 5.0
    near_silence_s_max: float = 20.0
    hearing_s_min: float = 5.0
    hearing_s_max: float = 300.0
    forget_after_s: float = 86_400.0
    tags_max: int = 2_000_000
    sweep_s: float = 2.0

    def __post_init__(self) -> None:
        for name in (
            "stay_per_s",
            "unplaced_stay",
            "arrive_at",
            "near_arrive_at",
            "move_at",
            "unknown_below",
            "false_departure",
        ):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"locating: {name} is a probability between 0 and 1")
        for name in (
            "window_s",
            "near_window_s",
            "softness_db",
            "rest_db",
            "away_db",
            "clip",
            "sureness",
            "sweep_s",
        ):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"locating: {name} must be more than 0")


DEFAULTS = LocatingSettings()
WALKED = {
    "stay_per_s": 0.94,
    "move_at": 0.45,
    "sureness": 0.4,
    "clip": 8.0,
    "level_rate": 0.02,
    "settling_s": 8.0,
    "settling_share": 1 / 6,
}
"""What differs where items are carried about; the defaults are for items that rest."""
SURVEYED = {
    **WALKED,
    "stay_per_s": 0.92,
    "move_at": 0.4,
    "arrive_at": 0.5,
    "settling_s": 11.0,
    "settling_share": 0.02,
    "clip": 12.0,
    "memory_rate": 0.35,
    "change_db": 3.1,
}
"""What differs where, besides, a survey tells the places apart."""


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """When an antenna is told to be at fault.

    Attributes:
        rate_low_share: share of its usual rate below which an antenna reads too little.
        rssi_jump_db: distance from its usual level from which something must have happened to it.
        reference_missing_s: silence of a reference tag that means a fault.
    """

    rate_low_share: float = 0.4
    rssi_jump_db: float = 8.0
    reference_missing_s: float = 60.0


RADIO_DEFAULTS = RadioSettings()
