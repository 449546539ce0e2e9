/* The search for tags that were silent too long, compiled: what `sweep.py` does with numpy, which goes
 * through the stretch a dozen times. `compiled_sweep.py` is the only caller and answers for types,
 * lengths and bounds; places are checked here.
 */
#include "kernel.h"

enum { UNPLACED = 0, PRESENT = 1, STALE = 2, LOST = 3, GONE = 4 }; /* see presence.py */

/* How the search for tags that were silent too long goes on, see sweep.py. */
struct sweep {
    const uint8_t *near_place, *dark; /* by place */
    int64_t started_ms, least_ms;
    float misses; /* of how many usual gaps silence is made */
    double least_s, most_s, near_least_s, near_most_s;
};

static int64_t later(int64_t one, int64_t other) { return one > other ? one : other; }

/* What a tag's silence means, see `Sweep.next_stretch`; 0 for nothing. */
static uint8_t found_of(const struct sweep *is, const struct coverage *at, const struct head *head,
                        int64_t seen_ms, int64_t now_ms)
{
    const uint16_t place = head->place;
    const int is_near = is->near_place[place];
    const double least_s = is_near ? is->near_least_s : is->least_s;
    const double most_s = is_near ? is->near_most_s : is->most_s;
    double allowed_s = half_to_float(head->gap_s) * is->misses;
    allowed_s = allowed_s > least_s ? allowed_s : least_s;
    allowed_s = allowed_s < most_s ? allowed_s : most_s;
    const int64_t allowed_ms = (int32_t)(allowed_s * 1e3);
    const int is_covered = at->covered[place];
    const int64_t from_ms = is_covered ? at->covered_since_ms[place] : is->started_ms;
    const int is_silent = now_ms - later(seen_ms, from_ms) > allowed_ms;
    if (is_covered && is_silent)
        return GONE;
    const int is_lost = (!is_covered && is_silent && at->antennas_at[place] > 0) || is->dark[place];
    return is_lost && head->state == PRESENT ? LOST : 0;
}

/* Looks at rows from `begin` to `end` for tags that were silent too long or lie in the dark; returns
 * how many they are. Where more than `gone_most` have departed `*end` becomes the row of the next. */
API int64_t kernel_sweep(const struct table *table, int64_t begin, int64_t *end,
                         const struct coverage *at, const struct sweep *is, int64_t now_ms,
                         int64_t gone_most, int64_t *rows, uint8_t *findings)
{
    int64_t count = 0, gone = 0;
    int is_dark = 0;
    for (int64_t p = 0; p < at->places; p++)
        is_dark |= is->dark[p];
    for (int64_t row = begin; row < *end; row++) {
        const struct head *head = table->heads + row;
        if (row + NEAR < *end)
            ask_for_others(table, head + NEAR);
        if ((head->state != PRESENT && head->state != STALE) || head->place >= at->places)
            continue;
        /* what lies in the dark is lost however lately it was heard */
        if (!is_dark && now_ms - head->first.seen_ms <= is->least_ms)
            continue;
        const int64_t seen_ms = newest_ms(table, head);
        if (!is_dark && now_ms - seen_ms <= is->least_ms)
            continue;
        const uint8_t found = found_of(is, at, head, seen_ms, now_ms);
        if (!found)
            continue;
        gone += found == GONE;
        if (gone > gone_most) {
            *end = row;
            break;
        }
        rows[count] = row;
        findings[count++] = found;
    }
    return count;
}

/* Rows from `begin` to `end` of tags that are announced nowhere and unread for longer than may be;
 * returns how many they are. */
API int64_t kernel_idle(const struct table *table, int64_t begin, int64_t end, int64_t now_ms,
                        int64_t most_ms, int64_t unplaced_most_ms, int64_t *rows)
{
    int64_t count = 0;
    for (int64_t row = begin; row < end; row++) {
        const struct head *head = table->heads + row;
        if (head->place != NO_PLACE || !head->bits)
            continue;
        const int64_t allowed_ms = head->state == UNPLACED ? unplaced_most_ms : most_ms;
        if (now_ms - newest_ms(table, head) > allowed_ms)
            rows[count++] = row;
    }
    return count;
}
