/* What lies between the walks through the table, compiled: what `intake.py`, `coverage.py`,
 * `meeting.py` and `telling.py` do with numpy. So a turn is a few calls, and a few hundred reads lie in
 * the nearest cache from one step to the next; of numpy each step is a call, whose code has left the
 * cache since the last turn.
 *
 * What is computed, and why, is said there; the names are those. `compiled_intake.py`,
 * `compiled_coverage.py`, `compiled_records.py` and `compiled_look.py` are the only callers and answer
 * for types and lengths; what came from outside is checked here once more.
 */
#include "kernel.h"

#include <math.h>

enum { EPC_BITS_MAX = 496, OFTEN_READS = 60, STATES = 4, FINDINGS = 5, IMPOSSIBLE = 255,
       DEPARTED = 3, LOW_MS = 1 };
#define REFERENCE_DBM -60.0f
#define LEVEL_LEAST_DBM -120.0f
#define LEVEL_MOST_DBM 20.0f
#define OFTEN_GAP_S 0.25f
#define TELLING_WEIGHT 2.0f
#define LOOK_S_MAX 1.0f

/* Reads as a driver tells them, one reader's behind the other's. */
struct told_reads {
    const uint32_t *keys; /* three words of each EPC */
    const uint16_t *bits, *port;
    const float *rssi_dbm;
    const int64_t *seen_us;
    const int64_t *reader; /* of each reader: its row of ports; count: its reads */
    const int64_t *count;
    int64_t readers;
};

/* By reader, and by one that is not on the floor, and by port: numbers of antennas. */
struct ports {
    const uint16_t *antenna;
    int64_t readers, width;
};

/* Reads of known rows and antennas, see slots.py. */
struct reads {
    int64_t *rows;
    uint16_t *antenna;
    float *rssi_dbm;
    int32_t *seen_ms;
};

/* What is known of m tags that were read, before a look. */
struct met {
    struct kept kept;
    float *gap_s;
    uint16_t *place; /* of each slot */
    uint8_t *silent; /* of each slot */
    int64_t some_are_silent;
    double span_s, square_s; /* see restlessness.py */
};

static float drawn_in(float rssi_dbm)
{
    float level = isnan(rssi_dbm) ? REFERENCE_DBM : rssi_dbm;
    level = level > LEVEL_LEAST_DBM ? level : LEVEL_LEAST_DBM;
    return level < LEVEL_MOST_DBM ? level : LEVEL_MOST_DBM;
}

static int32_t table_ms(int64_t seen_us, int64_t zero_us, int64_t now_ms)
{
    const int64_t seen_ms = (int64_t)((uint64_t)seen_us - (uint64_t)zero_us) / 1000;
    const int64_t late = seen_ms > LOW_MS ? seen_ms : LOW_MS;
    return (int32_t)(late < now_ms ? late : now_ms);
}

/* Takes n reads in as the table has them; returns how many are of tags that have no row yet, and -1
 * where one must be left out: then nothing was written but scratch. */
API int64_t kernel_take(const struct hash *hash, const struct ports *ports, int64_t n,
                        const struct told_reads *from, int64_t zero_us, int64_t now_ms,
                        const struct reads *to)
{
    int64_t i = 0;
    for (int64_t r = 0; r < from->readers; r++) {
        const int64_t reader = from->reader[r], count = from->count[r];
        if (reader < 0 || reader >= ports->readers || count < 0 || count > n - i)
            return -1;
        const uint16_t *antenna = ports->antenna + reader * ports->width;
        for (const int64_t end = i + count; i < end; i++) {
            const int64_t port = from->port[i];
            const uint16_t number = antenna[port < ports->width ? port : ports->width - 1];
            if (number == NO_ANTENNA || !from->bits[i] || from->bits[i] > EPC_BITS_MAX)
                return -1;
            to->antenna[i] = number;
            to->rssi_dbm[i] = drawn_in(from->rssi_dbm[i]);
            to->seen_ms[i] = table_ms(from->seen_us[i], zero_us, now_ms);
        }
    }
    return i == n ? kernel_find(hash, n, from->keys, from->bits, to->rows) : -1;
}

/* Follows a tag's mean gap between reads, see `TagTable.learn_gaps`. */
static float learnt_gap(float gap_s, float since_s, int32_t reads, uint8_t reads_before)
{
    const float most = 4.0f * gap_s + 1.0f, mean = since_s / (float)reads;
    const float per_read = mean < most ? mean : most;
    const float rate = per_read > gap_s ? 0.3f : 0.05f;
    return gap_s + rate * (per_read - gap_s) * (reads_before ? 1.0f : 0.0f);
}

/* Which slots' antennas hear a tag no more though they listen, see `Coverage.silent`. */
static int64_t look_for_silence(const struct coverage *at, const struct merged *of,
                                const struct met *met, int64_t j)
{
    const uint16_t announced = met->kept.place[j];
    const int64_t now_ms = of->at_ms[j];
    float long_ms = met->gap_s[j] * at->missed_ms;
    long_ms = long_ms > at->silent_ms_least ? long_ms : at->silent_ms_least;
    long_ms = long_ms < 2e9f ? long_ms : 2e9f;
    int64_t own_ms = 0, some = 0;
    for (int64_t s = 0, slot = SLOTS * j; s < SLOTS; s++, slot++) {
        const int is_home = met->place[slot] == announced && announced != NO_PLACE;
        own_ms = is_home && of->slots.seen_ms[slot] > own_ms ? of->slots.seen_ms[slot] : own_ms;
        met->silent[slot] = 0;
    }
    if (!((double)(now_ms - own_ms) > (double)long_ms) || own_ms <= 0
        || (double)met->kept.reads[j] < at->reads_least)
        return 0;
    for (int64_t s = 0, slot = SLOTS * j; s < SLOTS; s++, slot++) {
        const int64_t antenna = of->slots.antenna[slot], place = met->place[slot];
        const int is_home = place == announced;
        int no_more = 0;
        if (antenna < at->antennas && place < at->places && at->covered[place]) {
            const int64_t heard_ms = at->heard_ms[antenna], seen_ms = of->slots.seen_ms[slot];
            const int64_t until_ms = at->items[place] <= 1 || heard_ms > now_ms ? now_ms : heard_ms;
            const int64_t covered_ms = at->covered_since_ms[place];
            const int64_t since_ms = seen_ms > covered_ms ? seen_ms : covered_ms;
            no_more = (double)(until_ms - since_ms) > (double)long_ms;
        }
        if (is_home && !no_more) { /* one of its place hears it: none is silent */
            for (int64_t back = SLOTS * j; back < slot; back++)
                met->silent[back] = 0;
            return 0;
        }
        met->silent[slot] = (uint8_t)no_more;
        some |= no_more;
    }
    return some;
}

/* How a tag's levels wander from what is usual, see `restlessness.unrest_of`. */
static void add_unrest(const struct merged *of, struct met *met, int64_t j)
{
    const float span_s = of->since_s[j] < LOOK_S_MAX ? of->since_s[j] : LOOK_S_MAX;
    if (met->kept.reads[j] < OFTEN_READS || !(met->gap_s[j] <= OFTEN_GAP_S))
        return;
    for (int64_t s = 0, slot = SLOTS * j; s < SLOTS; s++, slot++)
        if (of->slots.weight[slot] >= TELLING_WEIGHT && !isnan(of->slots.usual[slot])) {
            const float level = of->slots.level_sum[slot] / of->slots.weight[slot];
            const float off_db = level - of->slots.usual[slot] - REFERENCE_DBM;
            met->span_s += span_s;
            met->square_s += (double)span_s * (off_db * off_db);
        }
}

/* Merges n reads as `kernel_merge` does, and tells what is known of their m tags; returns m. */
API int64_t kernel_meet(const struct table *table, float window_s, int64_t n,
                        const struct reads *reads, const struct coverage *coverage,
                        const struct merged *of, struct pair *strangers, struct met *met)
{
    const int64_t m = kernel_merge(table, window_s, n, reads->rows, reads->antenna,
                                   reads->rssi_dbm, reads->seen_ms, of, strangers);
    met->some_are_silent = 0;
    met->span_s = met->square_s = 0.0;
    if (m < 0 || kernel_kept(table, m, of->rows, &met->kept) < 0)
        return -1;
    for (int64_t j = 0; j < m; j++) {
        const float gap_s = learnt_gap(met->kept.gap_s[j], of->since_s[j], of->reads[j],
                                       met->kept.reads[j]);
        met->gap_s[j] = gap_s;
        table->heads[of->rows[j]].gap_s = float_to_half(gap_s);
        for (int64_t s = 0, slot = SLOTS * j; s < SLOTS; s++, slot++) {
            const int64_t antenna = of->slots.antenna[slot], none = coverage->antennas;
            met->place[slot] = coverage->place_of[antenna < none ? antenna : none];
        }
        met->some_are_silent |= look_for_silence(coverage, of, met, j);
        add_unrest(of, met, j);
    }
    return m;
}

/* Looks at m tags as `kernel_look` does and writes their slots back; returns of how many something is
 * to be told, by state and finding, and which they are. */
API int64_t kernel_see(const struct settings *is, const struct floor *floor, int64_t m,
                       const struct news *news, const struct slots *slots, const struct told *to,
                       const struct table *table, const int64_t *rows, const uint8_t *states,
                       const uint8_t *tellings, int64_t *changed)
{
    int64_t count = 0;
    if (kernel_look(is, floor, m, news, slots, to, table) < 0
        || kernel_put(table, m, rows, slots) < 0)
        return -1;
    for (int64_t j = 0; j < m; j++) {
        changed[count] = j;
        count += states[j] >= STATES || tellings[states[j] * FINDINGS + to->findings[j]] != 0;
    }
    return count;
}

/* What is announced of k tags, see telling.py. */
struct announced {
    int64_t *rows;
    uint8_t *tellings;
    uint16_t *best, *before; /* places */
    uint32_t *since_s;       /* of the place before */
    int32_t *at_ms;
    double *probability;
    uint8_t *departed;
};

#define MOST_SURE 0.9999

/* How sure the best place of a tag is, see `honesty.honest`. */
static double honest(const float belief[SLOTS], double sureness)
{
    double sum = 0.0, odds_sum = 0.0, most = 0.0;
    for (int s = 0; s < SLOTS; s++) {
        const double odds = pow((double)belief[s], sureness);
        sum += (double)belief[s];
        odds_sum += odds;
        most = odds > most ? odds : most;
    }
    const double elsewhere = 1.0 - sum > 0.0 ? 1.0 - sum : 0.0;
    const double told = most / (odds_sum + pow(elsewhere, sureness));
    return told < MOST_SURE ? told : MOST_SURE;
}

/* Announces k of the tags that were looked at, and keeps heads, dates and the items of places in step;
 * returns k. */
API int64_t kernel_announce(const struct table *table, const struct merged *of, const struct met *met,
                            const struct told *looked, int64_t k, const int64_t *changed,
                            const uint8_t *tellings, const uint8_t *next, int64_t zero_us,
                            float sureness, int64_t *items, int64_t places,
                            const struct announced *to)
{
    for (int64_t i = 0; i < k; i++) {
        const int64_t j = changed[i], before = met->kept.place[j];
        const uint8_t state = met->kept.state[j];
        if (state >= STATES || tellings[state * FINDINGS + looked->findings[j]] == IMPOSSIBLE
            || looked->best[j] >= places || (before >= places && before != NO_PLACE))
            return -1;
    }
    for (int64_t i = 0; i < k; i++) {
        const int64_t j = changed[i], row = of->rows[j];
        const int at = met->kept.state[j] * FINDINGS + looked->findings[j];
        const uint16_t before = met->kept.place[j], best = looked->best[j];
        struct head *head = table->heads + row;
        to->rows[i] = row;
        to->tellings[i] = tellings[at];
        to->best[i] = best;
        to->before[i] = before;
        to->since_s[i] = head->since_s;
        to->at_ms[i] = of->at_ms[j];
        to->probability[i] = honest(of->slots.belief + SLOTS * j, (double)sureness);
        to->departed[i] = met->kept.state[j] == DEPARTED;
        head->state = next[at];
        head->place = best;
        if (before == best)
            continue;
        head->since_s = (uint32_t)((zero_us + (int64_t)of->at_ms[j] * 1000) / 1000000);
        items[best]++;
        if (before != NO_PLACE)
            items[before]--;
    }
    return k;
}

/* Counts n reads and sums their levels by antenna, for this turn and for as long as is counted.
 * Returns 0. */
API int64_t kernel_count(int64_t n, const uint16_t *antenna, const float *rssi_dbm, int64_t antennas,
                         int64_t *counts, int64_t *all_counts, double *levels, double *all_levels)
{
    for (int64_t a = 0; a < antennas; a++) {
        counts[a] = 0;
        levels[a] = 0.0;
    }
    for (int64_t i = 0; i < n; i++)
        if (antenna[i] >= antennas)
            return -1;
    for (int64_t i = 0; i < n; i++) {
        counts[antenna[i]]++;
        levels[antenna[i]] += (double)rssi_dbm[i];
    }
    for (int64_t a = 0; a < antennas; a++) {
        all_counts[a] += counts[a];
        all_levels[a] += levels[a];
    }
    return 0;
}

/* So many reads came from each antenna, see `Coverage.heard`; returns how many of these antennas are
 * of readers of which nobody has told. */
API int64_t kernel_heard(const struct coverage *at, const int64_t *counts, int64_t now_ms)
{
    int64_t untold = 0;
    for (int64_t a = 0; a < at->antennas; a++) {
        if (!counts[a])
            continue;
        const double usual_s = at->gap_s[a], most_s = 4.0 * usual_s + 1.0;
        double gap_s = (double)(now_ms - at->heard_ms[a]) * 1e-3;
        gap_s = gap_s < most_s ? gap_s : most_s;
        at->gap_s[a] += (gap_s > usual_s ? 0.3 : 0.01) * (gap_s - usual_s);
        at->heard_ms[a] = now_ms;
        const int64_t reader = at->reader_of[a];
        untold += reader < 0 || reader >= at->readers || !at->reader_told[reader];
    }
    return untold;
}

/* Which antennas hear and which places are covered now, see `Coverage.look`; returns 0. */
API int64_t kernel_cover(const struct coverage *at, int64_t now_ms)
{
    for (int64_t p = 0; p < at->places; p++)
        at->ups[p] = at->hearings[p] = 0;
    for (int64_t a = 0; a < at->antennas; a++) {
        double patience_ms = at->silences * at->gap_s[a] * 1e3;
        patience_ms = patience_ms > at->hearing_ms_least ? patience_ms : at->hearing_ms_least;
        patience_ms = patience_ms < at->hearing_ms_most ? patience_ms : at->hearing_ms_most;
        at->hearing[a] = at->up[a] && (double)(now_ms - at->heard_ms[a]) <= patience_ms;
        if (at->place_of[a] >= at->places)
            return -1;
        at->ups[at->place_of[a]] += at->up[a];
        at->hearings[at->place_of[a]] += at->hearing[a];
    }
    for (int64_t p = 0; p < at->places; p++) {
        const int all_up = at->antennas_at[p] > 0 && at->ups[p] == at->antennas_at[p];
        const int is_covered = all_up && (at->hearings[p] > 0 || at->items[p] <= 1);
        if (is_covered && !at->covered[p])
            at->covered_since_ms[p] = now_ms;
        at->covered[p] = (uint8_t)is_covered;
    }
    return 0;
}
