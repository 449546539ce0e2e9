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
        settling_s, settling_share: for so long after a tag's place changed it is taken to leave
            again with this share of its usual rate: what was just put down stays a while.
        leave_s_max: longest time between two looks that counts as time to leave: a tag that is
            read seldom does not become restless because nobody looked.
        softness_db: level difference that makes one place e times more likely than another.
        contrast_db: a tag that is this much quieter than usual tells nothing.
        claim_min, claim_max: the least and the most that one look's level may count, in nats: a
            tag that turns or is covered is quiet in its own place, too.
        silence_claim: what the silence of an antenna counts, in nats, while others in the room
            hear the tag five times or more within the window; less while they hear it seldom.
        share_weight: how much the share of reads that an antenna gets counts beside its level.
        clip: the most that one look may count for one place against another, in nats.
        near_dbm: level at which a near-field antenna tells nothing; above it the tag lies there.
        near_claim_max: the most that one look of a near-field antenna may count, in nats.
        level_rate: share of a look by which a tag's usual level follows what its place hears.
        unknown_db: a tag that everybody hears this much more quietly than usual is elsewhere.
        arrive_at: probability from which an unplaced tag is announced.
        move_at: probability from which a placed tag is announced elsewhere.
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
    stay_per_s: float = 0.99
    settling_s: float = 0.0
    settling_share: float = 1.0
    leave_s_max: float = 0.25
    softness_db: float = 2.5
    contrast_db: float = 1.5
    claim_min: float = -2.0
    claim_max: float = 2.5
    silence_claim: float = -1.0
    share_weight: float = 0.5
    clip: float = 6.0
    near_dbm: float = -60.0
    near_claim_max: float = 6.0
    level_rate: float = 0.2
    unknown_db: float = 12.0
    arrive_at: float = 0.9
    move_at: float = 0.9
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
            "arrive_at",
            "near_arrive_at",
            "move_at",
            "unknown_below",
            "false_departure",
        ):
            if not 0.0 < getattr(self, name) < 1.0:
                raise ValueError(f"locating: {name} is a probability between 0 and 1")
        for name in ("window_s", "near_window_s", "softness_db", "clip", "sweep_s"):
            if not getattr(self, name) > 0.0:
                raise ValueError(f"locating: {name} must be more than 0")


DEFAULTS = LocatingSettings()
