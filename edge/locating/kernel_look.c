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
    const float *nearness;     /* none where walking tells nothing; five of each tag */
    const uint8_t *out_of_reach;
    const float *held;         /* none where nobody tells phases */
};

/* One tag: its slots and what the look makes of them. */
struct tag {
    float level[SLOTS], weight[SLOTS], trust[SLOTS], usual[SLOTS], belief[SLOTS], memory[SLOTS];
    float likelihood[SLOTS + 1];
    uint16_t antenna[SLOTS], place[SLOTS];
    uint8_t fresh[SLOTS], near[SLOTS], was_home[SLOTS], home[SLOTS], silent[SLOTS];
    float usual_db;
};

static float larger(float one, float other) { return one > other ? one : other; }
static float smaller(float one, float other) { return one < other ? one : other; }
static float between(float value, float low, float high) { return smaller(larger(value, low), high); }

/* The larger number, whatever is none. */
static float most_of(float one, float other) { return one >= other || isnan(other) ? one : other; }

static float squared(float off_db, float per_db)
{
    float scaled = off_db * per_db;
    return scaled * scaled * -0.5f;
}

static void take(struct tag *tag, const struct floor *floor, const struct slots *slots,
                 const struct news *news, int64_t j, int64_t m)
{
    const uint16_t announced = news->announced[j];
    float heard = -100.0f;
    for (int64_t s = 0, at = j; s < SLOTS; s++, at += m) {
        uint16_t antenna = slots->antenna[at];
        uint64_t known = antenna < floor->antennas ? antenna : floor->antennas - 1;
        float weight = slots->weight[at];
        tag->antenna[s] = antenna;
        tag->weight[s] = weight;
        tag->usual[s] = slots->usual[at];
        tag->belief[s] = slots->belief[at];
        tag->place[s] = news->place[at];
        tag->fresh[s] = news->fresh[at];
        tag->near[s] = floor->near[known];
        tag->silent[s] = news->silent && news->silent[at];
        tag->was_home[s] = tag->place[s] == announced && announced != NO_PLACE;
        tag->level[s] = slots->level_sum[at] / weight - floor->offset[known];
        tag->trust[s] = floor->alive[known] ? smaller(weight / (weight + 1.0f) * 2.0f, 1.0f) : 1.0f;
        heard = tag->fresh[s] ? larger(heard, tag->level[s]) : heard;
    }
    float usual_db = news->usual_db[j];
    tag->usual_db = isnan(usual_db) ? larger(heard, -20.0f) : usual_db;
}

/* The slots of the place where the tag lies; not the announced one's, if that was wrong. */
static void find_home(struct tag *tag, uint8_t reads, float louder_db)
{
    float home = NAN, most = NAN, heard[SLOTS];
    for (int s = 0; s < SLOTS; s++) {
        float loud = tag->near[s] ? NAN : tag->silent[s] ? -INFINITY : tag->usual[s];
        heard[s] = loud;
        most = most_of(most, loud);
        home = most_of(home, tag->was_home[s] ? loud : NAN);
    }
    int is_wrong = most > home + louder_db && reads >= READS_KNOWN;
    for (int s = 0; s < SLOTS; s++)
        tag->home[s] = is_wrong ? heard[s] == most : tag->was_home[s];
}

/* Near-field antennas claim by the level alone, against the best that the room says. */
static void add_near(const struct settings *is, struct tag *tag)
{
    float best = -INFINITY;
    int any = 0;
    for (int s = 0; s < SLOTS; s++)
        if (!tag->near[s] && tag->antenna[s] != NO_ANTENNA) {
            best = larger(best, tag->likelihood[s]);
            any = 1;
        }
    best = any ? best : 0.0f;
    for (int s = 0; s < SLOTS; s++)
        if (tag->near[s]) {
            float claim = (tag->level[s] - is->near_db) * is->per_db;
            claim = between(claim, is->claim_min, is->near_claim_max);
            tag->likelihood[s] = claim * tag->trust[s] + best;
        }
}

static void weigh(const struct settings *is, struct tag *tag, uint8_t reads, int some_silent)
{
    float known = (float)reads + 1.0f, caution = known / (known + is->caution_reads);
    float there[SLOTS], stays = 0.0f, gone = 0.0f, room = 0.0f;
    float quiet = tag->usual_db - is->quieter_db;
    find_home(tag, reads, is->louder_db);
    for (int s = 0; s < SLOTS; s++) {
        int is_new = isnan(tag->usual[s]);
        float trust = tag->near[s] ? 0.0f : tag->trust[s] * caution;
        float expected = tag->was_home[s] ? tag->usual_db : tag->usual_db - is->quieter_db;
        tag->memory[s] = is_new ? expected : tag->usual[s];
        float away = squared(larger(tag->level[s] - quiet, 0.0f), is->per_away_db) - is->log_away;
        float as_ever = squared(tag->level[s] - tag->memory[s], is->per_rest_db);
        stays += (is_new && !tag->was_home[s] ? away : as_ever) * trust;
        there[s] = squared(smaller(tag->level[s] - tag->usual_db, 0.0f), is->per_rest_db);
        there[s] = (there[s] - away) * trust;
        gone += away * trust;
        room += tag->near[s] ? 0.0f : tag->weight[s];
    }
    float often = between((room - 1.0f) * 0.25f, 0.0f, 1.0f);
    for (int s = 0; s < SLOTS; s++) {
        float came = there[s] + gone;
        tag->likelihood[s] = tag->home[s] ? stays : came;
        /* silence beyond chance: it may lie there, or have come there just now (silences.py) */
        if (some_silent && tag->home[s] && !tag->was_home[s])
            tag->likelihood[s] = larger(stays, came);
        if (tag->silent[s])
            tag->likelihood[s] += is->silence_claim;
    }
    if (is->has_near)
        add_near(is, tag);
    for (int s = 0; s < SLOTS; s++)
        tag->likelihood[s] += (1.0f - tag->trust[s]) * often * is->silence_claim;
    tag->likelihood[SLOTS] = gone - is->elsewhere;
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
static void hold_back(struct tag *tag, const uint8_t *out_of_reach, int64_t m)
{
    for (int s = 0; s < SLOTS; s++)
        if (out_of_reach[s * m])
            tag->likelihood[SLOTS] = larger(tag->likelihood[SLOTS], tag->likelihood[s]);
    for (int s = 0; s < SLOTS; s++)
        if (out_of_reach[s * m])
            tag->likelihood[s] = -INFINITY;
}

/* How far the tag is held where it lies; not where it was announced wrongly or somebody waits. */
static float held(const struct tag *tag, const struct news *news, int64_t j, int is_prompt)
{
    int is_free = is_prompt || !news->held;
    for (int s = 0; s < SLOTS; s++)
        is_free |= tag->home[s] != tag->was_home[s];
    return is_free ? 0.0f : news->held[j];
}

/* Leaves out what speaks against the place where the tag is held; returns whether nothing did. */
static uint8_t excuse(struct tag *tag, float held)
{
    float most = tag->likelihood[SLOTS];
    int agrees = 0;
    for (int s = 0; s < SLOTS; s++)
        most = tag->place[s] == NO_PLACE ? most : larger(most, tag->likelihood[s]);
    for (int s = 0; s < SLOTS; s++)
        if (tag->was_home[s] && tag->likelihood[s] > -INFINITY) {
            agrees |= tag->likelihood[s] == most;
            tag->likelihood[s] += held * (most - tag->likelihood[s]);
        }
    return (uint8_t)agrees;
}

/* How the belief that leaves spreads: evenly, or by how near places are. */
static void spread(const struct tag *tag, const float *nearness, int64_t m, float shares[SLOTS + 1])
{
    float sum = 0.0f;
    int empty = 0;
    for (int s = 0; s < SLOTS; s++)
        empty += tag->place[s] == NO_PLACE;
    for (int s = 0; s <= SLOTS; s++) {
        shares[s] = nearness && tag->likelihood[s] > -INFINITY ? nearness[s * m] : 0.0f;
        sum += shares[s];
    }
    for (int s = 0; s <= SLOTS; s++)
        shares[s] = nearness ? shares[s] / sum : 1.0f / (float)(SLOTS + 1 - empty);
}

static void believe(const struct settings *is, struct tag *tag, const struct news *news, int64_t j,
                    int64_t m, float new_share, float held)
{
    const int is_placed = news->announced[j] != NO_PLACE;
    float leave_s = is_placed ? smaller(news->since_s[j], is->leave_s_max) * (1.0f - held)
                              : is->unplaced_leave_s * new_share;
    float believed[SLOTS + 1], shares[SLOTS + 1], sum = 0.0f, left = 0.0f, most = -INFINITY;
    for (int s = 0; s < SLOTS; s++)
        if (tag->place[s] == NO_PLACE)
            tag->likelihood[s] = -INFINITY;
    if (is->is_shared)
        unite(tag);
    if (news->out_of_reach)
        hold_back(tag, news->out_of_reach + j, m);
    spread(tag, news->nearness ? news->nearness + j : 0, m, shares);
    /* exponentials are most of the work: one for all places but the settling one's, none for those
     * that cannot be */
    const float goes = expf(leave_s * -is->leave_per_s);
    const float settling = !news->placed_s ? goes
                                           : expf(leave_s * is->settling_share * -is->leave_per_s);
    for (int s = 0; s < SLOTS; s++) {
        believed[s] = tag->belief[s];
        sum += believed[s];
    }
    believed[SLOTS] = larger(1.0f - sum, 0.0f);
    for (int s = 0; s <= SLOTS; s++) {
        int settles = s < SLOTS && tag->was_home[s] && news->placed_s
                      && news->placed_s[j] < is->settling_s;
        float stay = settles ? settling : goes;
        left += believed[s] * (1.0f - stay);
        believed[s] *= stay;
        if (!news->placed_s && s == SLOTS)
            left = 1.0f - stay;
        most = larger(most, tag->likelihood[s]);
    }
    sum = 0.0f;
    for (int s = 0; s <= SLOTS; s++) {
        float likelihood = tag->likelihood[s] - most;
        believed[s] += left * shares[s];
        if (likelihood == -INFINITY || isnan(likelihood))
            believed[s] = 0.0f;
        else if (likelihood < 0.0f) /* else it is the most likely one, by a factor of 1 */
            believed[s] *= expf(larger(likelihood, -is->clip) * new_share);
        sum += believed[s];
    }
    for (int s = 0; s < SLOTS; s++)
        tag->belief[s] = believed[s] / sum;
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
    float rate = larger(ANTENNAS / ((float)reads + ANTENNAS), is->level_rate) * new_share;
    float stays = 0.0f;
    for (int s = 0; s < SLOTS; s++)
        stays += tag->home[s] ? tag->belief[s] : 0.0f;
    for (int s = 0; s < SLOTS; s++) {
        float off_db = tag->level[s] - tag->memory[s];
        float far_db = off_db - between(off_db, -SURPRISE_DB, SURPRISE_DB);
        float memory = isnan(tag->usual[s]) ? tag->memory[s] + far_db
                                            : tag->memory[s] + rate * tag->trust[s] * off_db;
        if (tag->fresh[s] && stays > 0.5f)
            tag->usual[s] = memory;
    }
    /* where it moves, all is new; where it is put right, what was louder than there was not so */
    float here = tag->home[best] ? tag->usual[best] + is->louder_db : -INFINITY;
    for (int s = 0; s < SLOTS && has_moved; s++)
        if (!tag->home[best] || tag->usual[s] > here)
            tag->usual[s] = NAN;
    float drawn = tag->near[best] ? 0.0f : rate * tag->trust[best];
    return tag->usual_db + drawn * (tag->level[best] - tag->usual_db);
}

/* Looks at m different tags; their slots and their columns in the table follow. Returns m. */
API int64_t kernel_look(const struct settings *is, const struct floor *floor, int64_t m,
                        const struct news *news, const struct slots *slots, const struct told *to)
{
    for (int64_t j = 0; j < m; j++)
        if (news->rows[j] < 0 || (uint64_t)news->rows[j] >= to->capacity)
            return -1;
    for (int64_t at = 0; at < SLOTS * m; at++)
        if (news->place[at] != NO_PLACE && news->place[at] >= floor->places)
            return -1;
    for (int64_t j = 0; j < m; j++) {
        struct tag tag;
        const uint8_t reads = news->reads_before[j];
        const uint16_t announced = news->announced[j];
        int is_prompt = 0, best = 0;
        if (j + AHEAD < m)
            ask_for(&to->heads[news->rows[j + AHEAD]].level_db);
        take(&tag, floor, slots, news, j, m);
        weigh(is, &tag, reads, news->silent != 0);
        for (int s = 0; s < SLOTS; s++)
            is_prompt |= tag.near[s] && tag.fresh[s];
        float window_s = is->has_near && is_prompt ? is->near_window_s : is->window_s;
        float new_share = new_of(news->since_s[j] / window_s);
        float is_held = held(&tag, news, j, is_prompt);
        if (to->agrees)
            to->agrees[j] = excuse(&tag, is_held);
        believe(is, &tag, news, j, m, new_share, is_held);
        for (int s = 1; s < SLOTS; s++)
            best = tag.belief[s] > tag.belief[best] ? s : best;
        int32_t counted = reads + (news->reads[j] < 255 ? news->reads[j] : 255);
        counted = counted < 255 ? counted : 255;
        to->findings[j] = finding(is, floor, &tag, best, announced, counted);
        to->best[j] = tag.place[best];
        for (int64_t s = 0, at = j; s < SLOTS; s++, at += m) {
            to->level_db[at] = tag.level[s];
            to->usual_before[at] = tag.usual[s];
        }
        float usual_db = follow(is, &tag, best, reads, new_share, to->findings[j] == ELSEWHERE);
        struct head *head = to->heads + news->rows[j];
        head->reads = (uint8_t)counted;
        head->level_db = float_to_half(usual_db);
        for (int64_t s = 0, at = j; s < SLOTS; s++, at += m) {
            slots->belief[at] = tag.belief[s];
            slots->usual[at] = tag.usual[s];
        }
    }
    return m;
}
