/* One look at tags that were read, compiled: `OffsetModel` and `PlaceFilter` for a tag at a time.
 *
 * What is computed, and why, is said in model.py and filter.py; the names and the order of sums are
 * those. `compiled_look.py` is the only caller and answers for types, lengths and bounds; antennas,
 * places and rows are checked here once more, before anything is written.
 */
#include "kernel.h"

#include <math.h>

enum { UNSURE = 0, CONFIRMED = 1, ELSEWHERE = 2, READS_KNOWN = 40, AHEAD = 32 };
#define ANTENNAS 4.0f
#define SURPRISE_DB 16.0f

/* Of a tag's four slots, what every machine can work on at once; flags are 0 or all bits. */
typedef float four __attribute__((vector_size(16)));
typedef int32_t four_flags __attribute__((vector_size(16)));

struct settings {
    float near_db, per_db, per_rest_db, per_away_db, log_away, quieter_db, louder_db, caution_reads,
        silence_claim, elsewhere, claim_min, near_claim_max, level_rate;
    float window_s, near_window_s, leave_per_s, leave_s_max, unplaced_leave_s, settling_s,
        settling_share, clip;
    float arrive_at, near_arrive_at, move_at;
    int32_t arrive_reads, near_arrive_reads, has_near, is_shared;
};

/* By antenna and, last, by no antenna; by place. */
struct floor {
    const float *offset;
    const uint8_t *near, *alive, *near_place;
    uint64_t antennas, places;
};

struct news {
    const int64_t *rows;
    const uint8_t *fresh;
    const float *since_s;
    const int32_t *reads;
    const uint16_t *place;     /* of each slot */
    const uint16_t *announced;
    const float *usual_db;
    const uint8_t *reads_before;
    const uint8_t *silent;     /* none where no antenna has long missed a tag */
    const float *placed_s;     /* none where nothing settles */
    const float *nearness;     /* none where walking tells nothing; five columns of m */
    const uint8_t *out_of_reach; /* four columns of m */
    const float *held;         /* none where nobody tells phases */
};

/* One tag: its slots, all four at once, and what the look makes of them. */
struct tag {
    four level, weight, trust, usual, belief, memory;
    four likelihood;
    float elsewhere; /* the likelihood of that */
    four_flags fresh, near, was_home, home, silent, is_empty, has_antenna;
    uint16_t place[SLOTS];
    float usual_db;
};

static float larger(float one, float other) { return one > other ? one : other; }
static float smaller(float one, float other) { return one < other ? one : other; }
static float between(float value, float low, float high) { return smaller(larger(value, low), high); }

static four all_of(float value) { return (four){value, value, value, value}; }
static four either(four_flags which, four yes, four no)
{
    return (four)((which & (four_flags)yes) | (~which & (four_flags)no));
}
static four larger_of(four one, four other) { return either(one > other, one, other); }
static four smaller_of(four one, four other) { return either(one < other, one, other); }
static four_flags is_nan(four value) { return value != value; }
static int any_of(four_flags which) { return (which[0] | which[1] | which[2] | which[3]) != 0; }
static float sum_of(four value) { return value[0] + value[1] + value[2] + value[3]; }
static float most_of(four value)
{
    return larger(larger(value[0], value[1]), larger(value[2], value[3]));
}

static four squared(four off_db, float per_db)
{
    four scaled = off_db * per_db;
    return scaled * scaled * -0.5f;
}

static four floats_at(const float *column, int64_t j)
{
    four value;
    memcpy(&value, column + SLOTS * j, sizeof value);
    return value;
}

static void put_at(float *column, int64_t j, four value)
{
    memcpy(column + SLOTS * j, &value, sizeof value);
}

/* Of a column whose next slots stand so many flags behind. */
static four_flags flags_at(const uint8_t *flag, int64_t apart)
{
    return -(four_flags){flag[0], flag[apart], flag[2 * apart], flag[3 * apart]};
}

static void take(struct tag *tag, const struct floor *floor, const struct slots *slots,
                 const struct news *news, int64_t j)
{
    const uint16_t announced = news->announced[j];
    const four_flags none = {0, 0, 0, 0};
    four_flags places, antennas, near, alive;
    four offset;
    for (int64_t s = 0, at = SLOTS * j; s < SLOTS; s++, at++) {
        const uint16_t antenna = slots->antenna[at];
        const uint64_t known = antenna < floor->antennas ? antenna : floor->antennas - 1;
        antennas[s] = antenna;
        places[s] = tag->place[s] = news->place[at];
        near[s] = floor->near[known];
        alive[s] = floor->alive[known];
        offset[s] = floor->offset[known];
    }
    tag->has_antenna = antennas != NO_ANTENNA;
    tag->is_empty = places == NO_PLACE;
    tag->was_home = (places == announced) & ~tag->is_empty;
    tag->near = -near;
    tag->fresh = flags_at(news->fresh + SLOTS * j, 1);
    tag->silent = news->silent ? flags_at(news->silent + SLOTS * j, 1) : none;
    const four weight = tag->weight = floats_at(slots->weight, j), one = all_of(1.0f);
    tag->usual = floats_at(slots->usual, j);
    tag->belief = floats_at(slots->belief, j);
    tag->level = floats_at(slots->level_sum, j) / weight - offset;
    tag->trust = either(-alive, smaller_of(weight / (weight + 1.0f) * 2.0f, one), one);
    const float usual_db = news->usual_db[j];
    const float heard = most_of(either(tag->fresh, tag->level, all_of(-100.0f)));
    tag->usual_db = isnan(usual_db) ? larger(heard, -20.0f) : usual_db;
}

/* The slots of the place where the tag lies; not the announced one's, if that was wrong. */
static void find_home(struct tag *tag, uint8_t reads, float louder_db)
{
    tag->home = tag->was_home;
    if (reads < READS_KNOWN)
        return;
    const four never = all_of(-INFINITY);
    const four_flags is_known = ~tag->near & (tag->silent | ~is_nan(tag->usual));
    const four loud = either(is_known & ~tag->silent, tag->usual, never);
    const float most = most_of(loud), home = most_of(either(tag->was_home, loud, never));
    if (any_of(tag->was_home & is_known) && most > home + louder_db)
        tag->home = is_known & (loud == most);
}

/* Near-field antennas claim by the level alone, against the best that the room says. */
static void add_near(const struct settings *is, struct tag *tag)
{
    const four_flags in_room = ~tag->near & tag->has_antenna;
    const float best = any_of(in_room)
                           ? most_of(either(in_room, tag->likelihood, all_of(-INFINITY)))
                           : 0.0f;
    four claim = (tag->level - is->near_db) * is->per_db;
    claim = larger_of(claim, all_of(is->claim_min));
    claim = smaller_of(claim, all_of(is->near_claim_max));
    tag->likelihood = either(tag->near, claim * tag->trust + best, tag->likelihood);
}

static void weigh(const struct settings *is, struct tag *tag, uint8_t reads, int some_silent)
{
    const four nothing = all_of(0.0f), usual_db = all_of(tag->usual_db);
    const float known = (float)reads + 1.0f, caution = known / (known + is->caution_reads);
    const float quiet = tag->usual_db - is->quieter_db;
    const four_flags is_new = is_nan(tag->usual);
    find_home(tag, reads, is->louder_db);
    tag->memory = either(is_new, either(tag->was_home, usual_db, all_of(quiet)), tag->usual);
    const four trust = either(tag->near, nothing, tag->trust * caution);
    const four away = squared(larger_of(tag->level - quiet, nothing), is->per_away_db) - is->log_away;
    const four as_ever = squared(tag->level - tag->memory, is->per_rest_db);
    four there = squared(smaller_of(tag->level - usual_db, nothing), is->per_rest_db);
    there = (there - away) * trust;
    const float stays = sum_of(either(is_new & ~tag->was_home, away, as_ever) * trust);
    const float gone = sum_of(away * trust);
    const float room = sum_of(either(tag->near, nothing, tag->weight));
    const float often = between((room - 1.0f) * 0.25f, 0.0f, 1.0f);
    const four came = there + gone;
    tag->likelihood = either(tag->home, all_of(stays), came);
    if (some_silent) {
        /* silence beyond chance: it may lie there, or have come there just now (silences.py) */
        const four best = larger_of(all_of(stays), came);
        tag->likelihood = either(tag->home & ~tag->was_home, best, tag->likelihood);
        tag->likelihood += either(tag->silent, all_of(is->silence_claim), nothing);
    }
    if (is->has_near && any_of(tag->near))
        add_near(is, tag);
    tag->likelihood += (1.0f - tag->trust) * often * is->silence_claim;
    tag->elsewhere = gone - is->elsewhere;
}

/* How much of the evidence is new after so many windows; expm1f() takes four times as long, and is
 * needed only where 1 and an exponential are nearly the same. */
static float new_of(float windows)
{
    return windows > 1.0f ? 1.0f - expf(-windows) : -expm1f(-windows);
}

/* The first slot of a place speaks for all its antennas, with the best of their looks. */
static void unite(struct tag *tag)
{
    for (int one = 0; one < SLOTS - 1; one++)
        for (int other = one + 1; other < SLOTS; other++)
            if (tag->place[one] == tag->place[other]) {
                tag->belief[one] += tag->belief[other];
                tag->belief[other] = 0.0f;
                tag->likelihood[one] = larger(tag->likelihood[one], tag->likelihood[other]);
                tag->likelihood[other] = -INFINITY;
            }
}

/* What speaks for places that cannot have been reached speaks for "on the way". */
static void hold_back(struct tag *tag, four_flags out_of_reach)
{
    const four never = all_of(-INFINITY);
    tag->elsewhere = larger(tag->elsewhere, most_of(either(out_of_reach, tag->likelihood, never)));
    tag->likelihood = either(out_of_reach, never, tag->likelihood);
}

/* How far the tag is held where it lies; not where it was announced wrongly or somebody waits. */
static float held(const struct tag *tag, const struct news *news, int64_t j, int is_prompt)
{
    const int is_free = is_prompt || !news->held || any_of(tag->home ^ tag->was_home);
    return is_free ? 0.0f : news->held[j];
}

/* Leaves out what speaks against the place where the tag is held; returns whether nothing did. */
static uint8_t excuse(struct tag *tag, float held)
{
    const four candidates = either(tag->is_empty, all_of(-INFINITY), tag->likelihood);
    const float most = larger(tag->elsewhere, most_of(candidates));
    const four_flags lies = tag->was_home & (tag->likelihood > all_of(-INFINITY));
    const uint8_t agrees = any_of(lies & (tag->likelihood == all_of(most)));
    tag->likelihood = either(lies, tag->likelihood + held * (most - tag->likelihood), tag->likelihood);
    return agrees;
}

/* How the belief that leaves spreads: evenly, or by how near places are. The last is elsewhere's. */
static void spread(const struct tag *tag, const float *nearness, int64_t m, float shares[SLOTS + 1])
{
    const four_flags empty = tag->is_empty;
    const float even = 1.0f / (float)(SLOTS + 1 + empty[0] + empty[1] + empty[2] + empty[3]);
    float sum = 0.0f;
    for (int s = 0; s <= SLOTS; s++) {
        const float likelihood = s < SLOTS ? tag->likelihood[s] : tag->elsewhere;
        shares[s] = !nearness ? even : likelihood > -INFINITY ? nearness[s * m] : 0.0f;
        sum += shares[s];
    }
    for (int s = 0; s <= SLOTS && nearness; s++)
        shares[s] /= sum;
}

/* By what factor the belief in a place changes, by how much less likely than the best it is. */
static float factor_of(float likelihood, float clip, float new_share)
{
    if (likelihood == -INFINITY || isnan(likelihood))
        return 0.0f;
    return likelihood < 0.0f ? expf(larger(likelihood, -clip) * new_share) : 1.0f;
}

static void believe(const struct settings *is, struct tag *tag, const struct news *news, int64_t j,
                    int64_t m, float new_share, float held)
{
    const int is_placed = news->announced[j] != NO_PLACE;
    float leave_s = is_placed ? smaller(news->since_s[j], is->leave_s_max) * (1.0f - held)
                              : is->unplaced_leave_s * new_share;
    float shares[SLOTS + 1];
    tag->likelihood = either(tag->is_empty, all_of(-INFINITY), tag->likelihood);
    if (is->is_shared)
        unite(tag);
    if (news->out_of_reach)
        hold_back(tag, flags_at(news->out_of_reach + j, m));
    spread(tag, news->nearness ? news->nearness + j : 0, m, shares);
    /* exponentials are most of the work: one for all places but the settling one's, none for those
     * that cannot be */
    const float goes = expf(leave_s * -is->leave_per_s);
    four believed = tag->belief, stay = all_of(goes);
    float elsewhere = larger(1.0f - sum_of(believed), 0.0f), left = 1.0f - goes;
    if (news->placed_s) {
        if (news->placed_s[j] < is->settling_s) {
            const float settling = expf(leave_s * is->settling_share * -is->leave_per_s);
            stay = either(tag->was_home, all_of(settling), stay);
        }
        left = sum_of(believed * (1.0f - stay)) + elsewhere * (1.0f - goes);
    }
    believed *= stay;
    elsewhere *= goes;
    believed += left * (four){shares[0], shares[1], shares[2], shares[3]};
    elsewhere += left * shares[SLOTS];
    const float most = larger(most_of(tag->likelihood), tag->elsewhere);
    for (int s = 0; s < SLOTS; s++)
        believed[s] *= factor_of(tag->likelihood[s] - most, is->clip, new_share);
    elsewhere *= factor_of(tag->elsewhere - most, is->clip, new_share);
    tag->belief = believed / (sum_of(believed) + elsewhere);
}

/* What the belief means for the tag, whose reads are counted. */
static uint8_t finding(const struct settings *is, const struct floor *floor, const struct tag *tag,
                       int best, uint16_t announced, int32_t counted)
{
    const uint16_t place = tag->place[best];
    const float probability = tag->belief[best];
    if (announced != NO_PLACE && place == announced)
        return CONFIRMED;
    if (place == NO_PLACE)
        return UNSURE;
    if (announced != NO_PLACE)
        return probability >= is->move_at ? ELSEWHERE : UNSURE;
    int is_near = floor->near_place[place];
    int is_sure = probability >= (is_near ? is->near_arrive_at : is->arrive_at)
                  && counted >= (is_near ? is->near_arrive_reads : is->arrive_reads);
    return is_sure ? ELSEWHERE : UNSURE;
}

/* What the antennas usually hear of a tag that stays; returns the usual level from now on. */
static float follow(const struct settings *is, struct tag *tag, int best, uint8_t reads,
                    float new_share, int has_moved)
{
    const float rate = larger(ANTENNAS / ((float)reads + ANTENNAS), is->level_rate) * new_share;
    const float stays = sum_of(either(tag->home, tag->belief, all_of(0.0f)));
    if (stays > 0.5f) {
        const four off_db = tag->level - tag->memory;
        four near_db = larger_of(off_db, all_of(-SURPRISE_DB));
        near_db = smaller_of(near_db, all_of(SURPRISE_DB));
        const four first = tag->memory + (off_db - near_db);
        const four drawn = tag->memory + rate * tag->trust * off_db;
        const four memory = either(is_nan(tag->usual), first, drawn);
        tag->usual = either(tag->fresh, memory, tag->usual);
    }
    if (has_moved) {
        /* where it moves, all is new; where it is put right, what was louder than there was not so */
        const float here = tag->home[best] ? tag->usual[best] + is->louder_db : -INFINITY;
        four_flags wrong = tag->usual > here;
        wrong = tag->home[best] ? wrong : wrong | (tag->usual == tag->usual);
        tag->usual = either(wrong, all_of(NAN), tag->usual);
    }
    float drawn = tag->near[best] ? 0.0f : rate * tag->trust[best];
    return tag->usual_db + drawn * (tag->level[best] - tag->usual_db);
}

/* Looks at m different tags; their slots and their columns in the table follow. Returns m. */
API int64_t kernel_look(const struct settings *is, const struct floor *floor, int64_t m,
                        const struct news *news, const struct slots *slots, const struct told *to,
                        const struct table *table)
{
    for (int64_t j = 0; j < m; j++)
        if (news->rows[j] < 0 || news->rows[j] >= table->capacity)
            return -1;
    for (int64_t at = 0; at < SLOTS * m; at++)
        if (news->place[at] != NO_PLACE && news->place[at] >= floor->places)
            return -1;
    for (int64_t j = 0; j < m; j++) {
        struct tag tag;
        const uint8_t reads = news->reads_before[j];
        const uint16_t announced = news->announced[j];
        if (j + AHEAD < m)
            ask_for(&table->heads[news->rows[j + AHEAD]].level_db);
        take(&tag, floor, slots, news, j);
        weigh(is, &tag, reads, news->silent != 0);
        const int is_prompt = is->has_near && any_of(tag.near & tag.fresh);
        const float windows = news->since_s[j] / (is_prompt ? is->near_window_s : is->window_s);
        const float new_share = new_of(windows), is_held = held(&tag, news, j, is_prompt);
        if (to->agrees)
            to->agrees[j] = excuse(&tag, is_held);
        believe(is, &tag, news, j, m, new_share, is_held);
        int best = 0;
        for (int s = 1; s < SLOTS; s++)
            best = tag.belief[s] > tag.belief[best] ? s : best;
        int32_t counted = reads + (news->reads[j] < 255 ? news->reads[j] : 255);
        counted = counted < 255 ? counted : 255;
        to->findings[j] = finding(is, floor, &tag, best, announced, counted);
        to->best[j] = tag.place[best];
        put_at(to->level_db, j, tag.level);
        put_at(to->usual_before, j, tag.usual);
        float usual_db = follow(is, &tag, best, reads, new_share, to->findings[j] == ELSEWHERE);
        struct head *head = table->heads + news->rows[j];
        head->reads = (uint8_t)counted;
        head->level_db = float_to_half(usual_db);
        put_at(slots->belief, j, tag.belief);
        put_at(slots->usual, j, tag.usual);
    }
    return m;
}
