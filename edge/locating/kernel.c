/* The tag table's inner loops, compiled: what `epcs.py`, `tags.py` and `slots.py` do with numpy.
 *
 * numpy walks through all reads of a turn once for each of some fifty steps; here each read and each
 * tag is taken once through all of them. What costs time with a million tags is waiting for memory:
 * so the lines that later reads need are asked for while this one is worked on.
 *
 * Nothing here allocates, keeps anything between two calls, or knows Python. `kernel.py` is the
 * only caller: it answers for types, lengths and bounds of all columns. Numbers that came from
 * outside (rows, antennas) are checked here once more; -1 means that one was out of bounds, and that
 * nothing was written but scratch. Words are little-endian. Compile without contracted or
 * reassociated floating point: results are those of the numpy code but for the last bits of exp().
 */
#define _DEFAULT_SOURCE /* for madvise */
#include "kernel.h"

#include <math.h>
#include <sys/mman.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

enum { INDEX_BITS = 24, AHEAD = 64 };
enum { DIGIT_BITS = 11, DIGITS = 1 << DIGIT_BITS };
#define LEAST_WEIGHT 0x1p-20f
#define LOUDER_DB 6.0f
#define LEAST_CODE 0x35800u /* the bits of LEAST_WEIGHT without the last 12 */
#define BELIEF_FULL 65535.0f

/* Reads of one tag and antenna, summed. */
struct pair {
    float level_sum, weight;
    int32_t seen_ms;
    uint16_t antenna;
};

/* Changed with every change of what is called how: an older library must not be taken for this. */
API int64_t kernel_layout(void) { return 9; }

/* Asks for huge pages under columns that are read all over: half of the time with a million tags is
 * looking up where small pages lie. It asks for them now: by itself the system finds the time for
 * 16 MiB a minute. One that has none goes on as it was. The first and the last page of a column are
 * asked for too: what is advised differently in parts is copied when it grows, 60 ms for a million
 * tags, and not just moved. Returns 0. */
API int64_t kernel_spread(void *column, uint64_t bytes)
{
    const uint64_t page = 4096, before = (uintptr_t)column % page;
    const uint64_t pages = (before + bytes + page - 1) / page;
    (void)madvise((char *)column - before, pages * page, MADV_HUGEPAGE);
    (void)madvise((char *)column - before, pages * page, MADV_COLLAPSE);
    return 0;
}

/* Sorts by all bits above the index, which says where a read stood: reads of one key keep their
 * order. Returns which of the two arrays has the result. */
static uint64_t *sorted(uint64_t *from, uint64_t *to, int64_t n, uint64_t most)
{
    for (int shift = INDEX_BITS; shift < 64 && most >> shift; shift += DIGIT_BITS) {
        uint32_t ends[DIGITS] = {0};
        for (int64_t i = 0; i < n; i++)
            ends[from[i] >> shift & (DIGITS - 1)]++;
        for (uint32_t digit = 0, sum = 0; digit < DIGITS; digit++) {
            uint32_t count = ends[digit];
            ends[digit] = sum;
            sum += count;
        }
        for (int64_t i = 0; i < n; i++)
            to[ends[from[i] >> shift & (DIGITS - 1)]++] = from[i];
        uint64_t *other = from;
        from = to;
        to = other;
    }
    return from;
}

static float least(float weight) { return weight > LEAST_WEIGHT ? weight : LEAST_WEIGHT; }

/* One slot out of the table, faded to the tag's newest read. */
static void take_slot(const struct slot *slot, const struct slots *slots, int64_t at, float fade)
{
    float before = bits_to_float((slot->weight + LEAST_CODE) << 12);
    float weight = least(before * fade);
    slots->weight[at] = weight;
    slots->level_sum[at] = slot->level_sum * (weight / before);
    slots->seen_ms[at] = slot->seen_ms;
    slots->antenna[at] = slot->antenna;
    slots->belief[at] = (float)slot->belief * (1.0f / BELIEF_FULL);
    slots->usual[at] = half_to_float(slot->usual);
}

/* A slot of no antenna: as it was when it was new, it has nothing that fades. What was put leaves it
 * a little belief. */
static void new_slot(const struct slots *slots, int64_t at, int was_put)
{
    slots->weight[at] = LEAST_WEIGHT;
    slots->level_sum[at] = 0.0f;
    slots->seen_ms[at] = 0;
    slots->antenna[at] = NO_ANTENNA;
    slots->belief[at] = (float)was_put * (1.0f / BELIEF_FULL);
    slots->usual[at] = NAN;
}

/* All of a tag's. */
static void take_slots(const struct table *table, const struct head *head,
                       const struct slots *slots, int64_t j, float fade)
{
    take_slot(&head->first, slots, SLOTS * j, fade);
    if (!head->others) {
        for (int64_t at = SLOTS * j + 1; at < SLOTS * (j + 1); at++)
            new_slot(slots, at, head->first.belief > 0);
        return;
    }
    const struct slot *others = others_of(table, head);
    for (int64_t s = 0; s < OTHERS; s++)
        take_slot(others + s, slots, SLOTS * j + 1 + s, fade);
}

/* Adds a pair to its antenna's slot; false where there is none. */
static int add_pair(const struct pair *pair, const struct merged *to, int64_t j)
{
    const struct slots *slots = &to->slots;
    for (int64_t s = 0, at = SLOTS * j; s < SLOTS; s++, at++)
        if (slots->antenna[at] == pair->antenna) {
            slots->level_sum[at] += pair->level_sum;
            slots->weight[at] += pair->weight;
            if (slots->seen_ms[at] < pair->seen_ms)
                slots->seen_ms[at] = pair->seen_ms;
            to->fresh[at] = 1;
            return 1;
        }
    return 0;
}

/* A new antenna into an empty slot, else instead of the weakest, if that is weaker (slots.py). */
static void replace_weakest(const struct pair *pair, const struct merged *to, int64_t j)
{
    const struct slots *slots = &to->slots;
    const float level_dbm = pair->level_sum / pair->weight;
    int64_t weakest = SLOTS * j;
    float fewest = INFINITY;
    for (int64_t s = 0, at = SLOTS * j; s < SLOTS; s++, at++) {
        float weight = -1.0f;
        if (slots->antenna[at] != NO_ANTENNA) {
            float louder_db = slots->level_sum[at] / slots->weight[at] - level_dbm;
            weight = slots->weight[at] * expf(louder_db / LOUDER_DB) + slots->belief[at] * 8.0f;
        }
        if (weight < fewest) {
            fewest = weight;
            weakest = at;
        }
    }
    if (!(fewest < pair->weight))
        return;
    slots->level_sum[weakest] = pair->level_sum;
    slots->weight[weakest] = pair->weight;
    slots->seen_ms[weakest] = pair->seen_ms;
    slots->antenna[weakest] = pair->antenna;
    slots->belief[weakest] = 0.0f;
    slots->usual[weakest] = NAN;
    to->fresh[weakest] = 1;
}

/* Merges n reads into the slots of their tags, which become columns of m; returns m.
 *
 * Rows come out ascending. A tag's strangers are entered after the antennas that it knows, by
 * number, so that the order in which reads arrive does not matter.
 */
API int64_t kernel_merge(const struct table *table, float window_s, int64_t n, const int64_t *rows,
                         const uint16_t *antenna, const float *rssi_dbm, const int32_t *seen_ms,
                         const struct merged *to, struct pair *strangers)
{
    const uint64_t index = ((uint64_t)1 << INDEX_BITS) - 1;
    uint64_t all = 0, most = 0;
    for (int64_t i = 0; i < n; i++) {
        if (rows[i] < 0 || rows[i] >= table->capacity || antenna[i] == NO_ANTENNA)
            return -1;
        all |= antenna[i];
    }
    int antenna_bits = 0;
    while (all >> antenna_bits)
        antenna_bits++;
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = (uint64_t)rows[i] << antenna_bits | antenna[i];
        to->order[i] = key << INDEX_BITS | (uint64_t)i;
        most |= to->order[i];
    }
    const uint64_t *order = sorted(to->order, to->spare, n, most);
    const int row_shift = INDEX_BITS + antenna_bits;
    int64_t m = n > 0;
    for (int64_t i = 1; i < n; i++)
        m += order[i] >> row_shift != order[i - 1] >> row_shift;
    memset(to->fresh, 0, (size_t)(SLOTS * m));
    for (int64_t i = 0; i < n && i < AHEAD; i++)
        ask_for_head(table->heads + (order[i] >> row_shift));
    for (int64_t i = 0; i < n && i < NEAR; i++)
        ask_for_others(table, table->heads + (order[i] >> row_shift));

    for (int64_t begin = 0, end = 0, j = 0; begin < n; begin = end, j++) {
        const uint64_t row = order[begin] >> row_shift;
        const struct head *head = table->heads + row;
        const int32_t before = newest_ms(table, head);
        int32_t newest = before;
        for (end = begin; end < n && order[end] >> row_shift == row; end++) {
            int32_t seen = seen_ms[order[end] & index];
            newest = newest < seen ? seen : newest;
            if (end + AHEAD < n)
                ask_for_head(table->heads + (order[end + AHEAD] >> row_shift));
            if (end + NEAR < n)
                ask_for_others(table, table->heads + (order[end + NEAR] >> row_shift));
        }
        float since_s = (float)((int64_t)newest - before) * 1e-3f;
        to->rows[j] = (int64_t)row;
        to->at_ms[j] = newest;
        to->since_s[j] = since_s;
        to->reads[j] = (int32_t)(end - begin);
        take_slots(table, head, &to->slots, j, expf(since_s / -window_s));

        int64_t unknown = 0;
        for (int64_t i = begin; i < end;) {
            const uint64_t key = order[i] >> INDEX_BITS;
            struct pair pair = {0.0f, 0.0f, INT32_MIN, antenna[order[i] & index]};
            for (; i < end && order[i] >> INDEX_BITS == key; i++) {
                const uint64_t read = order[i] & index;
                float age_ms = (float)((int64_t)seen_ms[read] - newest);
                float weight = age_ms == 0.0f ? 1.0f : least(expf(age_ms * (1e-3f / window_s)));
                pair.level_sum += weight * rssi_dbm[read];
                pair.weight += weight;
                pair.seen_ms = pair.seen_ms < seen_ms[read] ? seen_ms[read] : pair.seen_ms;
            }
            if (!add_pair(&pair, to, j))
                strangers[unknown++] = pair;
        }
        for (int64_t i = 0; i < unknown; i++)
            replace_weakest(&strangers[i], to, j);
    }
    return m;
}

/* What is known of m tags besides their slots; returns 0. */
API int64_t kernel_kept(const struct table *table, int64_t m, const int64_t *rows,
                        const struct kept *to)
{
    for (int64_t j = 0; j < m; j++)
        if (rows[j] < 0 || rows[j] >= table->capacity)
            return -1;
    for (int64_t j = 0; j < m; j++) {
        const struct head *head = table->heads + rows[j];
        if (j + AHEAD < m)
            ask_for(&table->heads[rows[j + AHEAD]].place);
        to->place[j] = head->place;
        to->state[j] = head->state;
        to->reads[j] = head->reads;
        to->gap_s[j] = half_to_float(head->gap_s);
        to->level_db[j] = half_to_float(head->level_db);
    }
    return 0;
}

/* A weight as the table has it. */
static uint32_t code_of(float weight)
{
    uint32_t code = ((float_to_bits(weight) + (1u << 11)) >> 12) - LEAST_CODE;
    return code < 0xFFFF ? code : 0xFFFF;
}

/* One worked-on slot as the table has it. */
static struct slot put_slot(const struct slots *slots, int64_t at)
{
    uint32_t code = code_of(slots->weight[at]);
    float rounded = bits_to_float((code + LEAST_CODE) << 12);
    /* rounds, and leaves every candidate a little to grow from */
    float belief = slots->belief[at] * (BELIEF_FULL - 1.0f) + 1.5f;
    return (struct slot){
        slots->level_sum[at] * (rounded / slots->weight[at]), /* the mean stays as it was */
        (uint16_t)code,
        float_to_half(slots->usual[at]),
        slots->seen_ms[at],
        slots->antenna[at],
        belief >= 0.0f && belief < BELIEF_FULL ? (uint16_t)belief : 0xFFFF,
    };
}

/* Whether the other slots of a tag say no more than new ones do. */
static int are_new(const struct slots *slots, int64_t j)
{
    for (int64_t at = SLOTS * j + 1; at < SLOTS * (j + 1); at++)
        if (slots->antenna[at] != NO_ANTENNA || slots->seen_ms[at] || slots->level_sum[at] != 0.0f
            || code_of(slots->weight[at]) || !isnan(slots->usual[at]))
            return 0;
    return 1;
}

/* Of how many of m tags the other slots must be kept that have none yet. */
API int64_t kernel_lacking(const struct table *table, int64_t m, const int64_t *rows,
                           const struct slots *slots)
{
    int64_t lacking = 0;
    for (int64_t j = 0; j < m; j++) {
        if (rows[j] < 0 || rows[j] >= table->capacity)
            return -1;
        lacking += !table->heads[rows[j]].others && !are_new(slots, j);
    }
    return lacking;
}

/* Writes the slots of m different tags back; returns 0. */
API int64_t kernel_put(const struct table *table, int64_t m, const int64_t *rows,
                       const struct slots *slots)
{
    struct others *all = table->others;
    for (int64_t j = 0; j < m; j++)
        if (rows[j] < 0 || rows[j] >= table->capacity)
            return -1;
    if (all->left < m && all->left < kernel_lacking(table, m, rows, slots))
        return -1;
    for (int64_t j = 0; j < m; j++) {
        struct head *head = table->heads + rows[j];
        if (j + AHEAD < m)
            ask_for_head(table->heads + rows[j + AHEAD]);
        head->first = put_slot(slots, SLOTS * j);
        if (!head->others) {
            if (are_new(slots, j))
                continue;
            head->others = all->free;
            memcpy(&all->free, all->slots[all->free - 1], sizeof all->free);
            all->left--;
        }
        struct slot *others = all->slots[head->others - 1];
        for (int64_t s = 0; s < OTHERS; s++)
            others[s] = put_slot(slots, SLOTS * j + 1 + s);
    }
    return 0;
}
