"""What may be tuned in locating."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LocatingSettings:
    """How evidence turns into places; seconds, decibels and probabilities.

    Attributes:
        window_s: memory of the evidence of a tag that is read often.
        window_reads: memory of a tag that is read seldom, in its own mean gaps between reads.
        window_s_max: the longest memory, however seldom the tag is read.
        near_window_s: memory where a near-field antenna (cart, station, portal) hears the tag:
            somebody waits for that answer.
        stay_per_s: probability that a tag stays where it is for one second.
        softness_db: level difference that makes one place e times more likely than another.
        share_weight: how much the share of reads that an antenna gets counts beside its level.
        clip: the most that one independent look may count against a place, in nats.
        near_bonus_db: credit of near-field antennas over those that cover a room.
        unknown_dbm: a tag that is heard weaker than this everywhere is nowhere that we know.
        arrive_at: probability from which an unplaced tag is announced.
        move_at: probability from which a placed tag is announced elsewhere.
        arrive_reads: reads before a tag is announced at all; one read may be a stray or a ghost.
        unknown_below: `where` names no place below this probability.
        false_departure: wanted probability that a departure is nothing but bad luck in reading.
        silence_s_min, silence_s_max: bounds of the silence that a departure needs.
        near_silence_s_min: the lower bound for near-field places, which are read often.
        hearing_s_min, hearing_s_max: bounds of the silence after which an antenna counts as mute.
        forget_after_s: a departed or never announced tag is forgotten after this.
        tags_max: rows that may be held; above it, new tags are counted and not followed.
        sweep_s: every tag is checked for absence once in this time.
    """

    window_s: float = 1.0
    window_reads: float = 5.0
    window_s_max: float = 40.0
    near_window_s: float = 0.3
    stay_per_s: float = 0.98
    softness_db: float = 3.0
    share_weight: float = 0.5
    clip: float = 5.0
    near_bonus_db: float = 3.0
    unknown_dbm: float = -88.0
    arrive_at: float = 0.6
    move_at: float = 0.8
    arrive_reads: int = 2
    unknown_below: float = 0.4
    false_departure: float = 1e-6
    silence_s_min: float = 20.0
    silence_s_max: float = 900.0
    near_silence_s_min: float = 5.0
    hearing_s_min: float = 5.0
    hearing_s_max: float = 300.0
    forget_after_s: float = 86_400.0
    tags_max: int = 2_000_000
    sweep_s: float = 1.0

    def __post_init__(self) -> None:
        for name in ("stay_per_s", "arrive_at", "move_at", "unknown_below", "false_departure"):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"locating: {name} is a probability between 0 and 1")
        for name in ("window_s", "near_window_s", "softness_db", "clip", "sweep_s"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"locating: {name} must be more than 0")


DEFAULTS = LocatingSettings()
