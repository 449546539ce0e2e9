/* The shortest lengths of pairs of batches: the sweep of `lengths.py`, some columns at a time.

What a batch asks of the hall stands in columns, one for each batch. For one batch and a run of
others the costs of each step are rows of as many numbers as there are others in the run, and so is
the length of each state: a row is short enough to stay in the nearest cache. The order of the
operations is that of the numpy code, so the lengths are the same to the last bit.

The tape has one part for each step: kind (0 entering an aisle, 1 a stretch, 2 a crossing), index
of the stretch or crossing, count of sets of choices, the sets (a bit for each choice of
`sweep.py`), count of states, and for each state the count of its ways and for each way the state
before and the set's place. */

#include <math.h>
#include <stdint.h>

#define API __attribute__((visibility("default")))
#define RUN 128
#define CHOICES 6

enum kind { ENTERING, STRETCH, CROSSING };
enum aisle_choice { NOTHING, ONCE, TWICE, FROM_BELOW, FROM_ABOVE, GAP };
enum cross_choice { UNTOUCHED, LEFT, CROSS_ONCE, CROSS_TWICE };

struct hall {
    const int32_t *tape;
    int64_t steps;
    const float *width;      /* of each step */
    const float *whole;      /* of each stretch */
    const float *once;       /* the same, or infinity where nobody can pass */
    const uint8_t *needed;   /* of each crossing */
    int64_t states;          /* of any step at most */
    int64_t sets;            /* of any step at most */
};

struct content {
    const float *highest, *lowest, *inside; /* inside: depth rows for each stretch */
    const uint8_t *asked;
    int64_t columns;
    int64_t stride;   /* from one row to the next, in numbers */
    int64_t layer;    /* from one depth of `inside` to the next */
};

API int64_t pair_sweep_layout(void) { return 1; }

static float larger(float a, float b) { return a > b ? a : b; }
static float smaller(float a, float b) { return a < b ? a : b; }

/* What each choice in a stretch costs the pairs of a run. */
static void stretch_costs(const struct hall *hall, const struct content *mine, int64_t batch,
                          const struct content *theirs, int64_t first, int64_t run,
                          int64_t depth, int64_t stretch, float cost[CHOICES][RUN])
{
    float gap[RUN], reached[RUN];
    const float whole = hall->whole[stretch], once = hall->once[stretch];
    const float own_highest = mine->highest[stretch * mine->stride + batch];
    const float own_lowest = mine->lowest[stretch * mine->stride + batch];
    const float *highest = theirs->highest + stretch * theirs->stride + first;
    const float *lowest = theirs->lowest + stretch * theirs->stride + first;
    for (int64_t at = 0; at < run; at++)
        gap[at] = reached[at] = 0.0f;
    for (int64_t row = 0; row < depth; row++) {
        const float own = mine->inside[row * mine->layer + stretch * mine->stride + batch];
        const float *inside = theirs->inside + row * theirs->layer + stretch * theirs->stride + first;
        for (int64_t at = 0; at < run; at++) {
            const float height = larger(own, inside[at]);
            gap[at] = larger(gap[at], height - reached[at]);
            reached[at] = larger(reached[at], height);
        }
    }
    for (int64_t at = 0; at < run; at++) {
        const float top = larger(own_highest, highest[at]);
        const float bottom = smaller(own_lowest, lowest[at]);
        const int is_free = top == 0.0f;
        cost[NOTHING][at] = is_free ? 0.0f : INFINITY;
        cost[ONCE][at] = once;
        cost[TWICE][at] = 2.0f * once;
        cost[FROM_BELOW][at] = is_free ? INFINITY : 2.0f * top;
        cost[FROM_ABOVE][at] = is_free ? INFINITY : 2.0f * whole - 2.0f * bottom;
        cost[GAP][at] = is_free ? INFINITY : 2.0f * whole - 2.0f * gap[at];
    }
}

/* What each choice at a crossing costs them. */
static void crossing_costs(const struct hall *hall, const struct content *mine, int64_t batch,
                           const struct content *theirs, int64_t first, int64_t run,
                           int64_t crossing, float width, float cost[CHOICES][RUN])
{
    const uint8_t *asked = theirs->asked + crossing * theirs->stride + first;
    const uint8_t own = hall->needed[crossing] | mine->asked[crossing * mine->stride + batch];
    for (int64_t at = 0; at < run; at++) {
        cost[UNTOUCHED][at] = (own | asked[at]) ? INFINITY : 0.0f;
        cost[LEFT][at] = 0.0f;
        cost[CROSS_ONCE][at] = width;
        cost[CROSS_TWICE][at] = 2.0f * width;
    }
}

/* The cheapest of a set of choices. */
static void cheapest(int32_t set, float cost[CHOICES][RUN], int64_t run, float *found)
{
    for (int64_t at = 0; at < run; at++)
        found[at] = INFINITY;
    for (int choice = 0; choice < CHOICES; choice++)
        if (set >> choice & 1)
            for (int64_t at = 0; at < run; at++)
                found[at] = smaller(found[at], cost[choice][at]);
}

/* The lengths of one batch with a run of others; two rows of states are scratch. */
static void swept(const struct hall *hall, const struct content *mine, int64_t batch,
                  const struct content *theirs, int64_t first, int64_t run, int64_t depth,
                  float *scratch, float *length)
{
    float cost[CHOICES][RUN];
    float *before = scratch, *after = scratch + hall->states * RUN;
    float *of_set = scratch + 2 * hall->states * RUN;
    const int32_t *tape = hall->tape;
    for (int64_t at = 0; at < run; at++)
        before[at] = 0.0f;
    for (int64_t step = 0; step < hall->steps; step++) {
        const int32_t kind = *tape++, index = *tape++, sets = *tape++;
        if (kind == STRETCH)
            stretch_costs(hall, mine, batch, theirs, first, run, depth, index, cost);
        else if (kind == CROSSING)
            crossing_costs(hall, mine, batch, theirs, first, run, index, hall->width[step], cost);
        else
            for (int64_t at = 0; at < run; at++)
                cost[NOTHING][at] = 0.0f;
        for (int32_t set = 0; set < sets; set++)
            cheapest(*tape++, cost, run, of_set + set * RUN);
        const int32_t states = *tape++;
        for (int32_t state = 0; state < states; state++) {
            float *best = after + state * RUN;
            int32_t ways = *tape++;
            for (int32_t way = 0; way < ways; way++, tape += 2) {
                const float *from = before + tape[0] * RUN, *by = of_set + tape[1] * RUN;
                if (way == 0)
                    for (int64_t at = 0; at < run; at++)
                        best[at] = from[at] + by[at];
                else
                    for (int64_t at = 0; at < run; at++)
                        best[at] = smaller(best[at], from[at] + by[at]);
            }
        }
        float *swapped = before;
        before = after;
        after = swapped;
    }
    for (int64_t at = 0; at < run; at++)
        length[at] = before[at];
}

/* The lengths of each batch joined with each of the others, a row for each batch.

   The scratch has RUN numbers for each of two rows of states and for each set. */
API int64_t pair_sweep(const struct hall *hall, const struct content *batches,
                       const struct content *others, int64_t depth, float *scratch, float *lengths)
{
    for (int64_t batch = 0; batch < batches->columns; batch++)
        for (int64_t first = 0; first < others->columns; first += RUN) {
            const int64_t left = others->columns - first, run = left < RUN ? left : RUN;
            swept(hall, batches, batch, others, first, run, depth, scratch,
                  lengths + batch * others->columns + first);
        }
    return batches->columns * others->columns;
}
