/* What the compiled parts of the locator share; see kernel.c. */
#ifndef EDGE_LOCATING_KERNEL_H
#define EDGE_LOCATING_KERNEL_H

#include <stdint.h>
#include <string.h>

#define API __attribute__((visibility("default")))

enum { SLOTS = 4, NO_ANTENNA = 0xFFFF, NO_PLACE = 0xFFFF, RECORD_BYTES = 64 };

/* What a row begins with, see epcs.py. */
struct key {
    uint32_t words[3];
    uint16_t bits;
};

/* What is known of a tag besides its slots, see tags.py. */
struct head {
    uint32_t words[3];
    uint16_t bits, place;
    uint16_t gap_s, level_db; /* half precision */
    uint8_t state, reads;
    uint16_t spare;
};
_Static_assert(sizeof(struct head) == 24, "as tags.py has it");

/* One tag's slots, as they lie in the table: one line of cache. */
struct record {
    float level_sum[SLOTS];
    uint16_t weight[SLOTS]; /* 16 bits out of the middle of a float, see tags.py */
    uint16_t usual[SLOTS];  /* half precision */
    int32_t seen_ms[SLOTS];
    uint16_t antenna[SLOTS];
    uint16_t belief[SLOTS];
};
_Static_assert(sizeof(struct record) == RECORD_BYTES, "a record is one line of cache");

/* Slots of m tags in columns, the four of a tag behind those of the one before: what is worked on
 * together lies together. */
struct slots {
    float *level_sum, *weight;
    int32_t *seen_ms;
    uint16_t *antenna;
    float *belief, *usual;
};

/* What a merge works on and leaves behind; all columns have room for n reads. */
struct merged {
    struct slots slots;
    int64_t *rows;
    uint8_t *fresh;
    int32_t *at_ms;
    float *since_s;
    int32_t *reads;
    uint64_t *order, *spare; /* scratch */
};

/* What is known of m tags besides their slots, in columns, see tags.py. */
struct kept {
    uint16_t *place;
    uint8_t *state, *reads;
    float *gap_s, *level_db;
};

/* Readers, antennas and places, see coverage.py; by antenna, but `place_of` has no antenna behind the
 * last. */
struct coverage {
    const uint16_t *place_of;
    const int64_t *reader_of;
    const uint8_t *reader_told; /* by reader */
    const uint8_t *up;
    uint8_t *hearing;
    int64_t *heard_ms;
    double *gap_s;
    const int64_t *items, *antennas_at; /* by place */
    int64_t *covered_since_ms;
    uint8_t *covered;
    int64_t *ups, *hearings; /* scratch, by place */
    int64_t antennas, places, readers;
    float missed_ms, silent_ms_least;
    double reads_least, silences, hearing_ms_least, hearing_ms_most;
};

struct pair;
struct hash;
struct settings;
struct floor;
struct news;

/* What comes of a look: heads of the table by row, the rest by tag. */
struct told {
    struct head *heads;
    uint64_t capacity;
    float *level_db, *usual_before;
    uint16_t *best;
    uint8_t *findings;
    uint8_t *agrees; /* none where nobody tells phases */
};

/* Said where they are written. */
API int64_t kernel_find(const struct hash *hash, int64_t n, const uint32_t *keys,
                        const uint16_t *bits, int64_t *rows);
API int64_t kernel_merge(const struct record *records, int64_t capacity, float window_s, int64_t n,
                         const int64_t *rows, const uint16_t *antenna, const float *rssi_dbm,
                         const int32_t *seen_ms, const struct merged *to, struct pair *strangers);
API int64_t kernel_kept(const struct head *heads, int64_t capacity, int64_t m, const int64_t *rows,
                        const struct kept *to);
API int64_t kernel_put(struct record *records, int64_t capacity, int64_t m, const int64_t *rows,
                       const struct slots *slots);
API int64_t kernel_look(const struct settings *is, const struct floor *floor, int64_t m,
                        const struct news *news, const struct slots *slots, const struct told *to);

/* Asks for a line that is needed some fifty reads from now, into the cache behind the first: that
 * one waits for two dozen lines at a time, and no more instructions are done meanwhile. */
static inline void ask_for(const void *line) { __builtin_prefetch(line, 0, 2); }

static inline float bits_to_float(uint32_t bits)
{
    float value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static inline uint32_t float_to_bits(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline float half_to_float(uint16_t half)
{
    uint32_t sign = (uint32_t)(half & 0x8000) << 16;
    uint32_t rest = (uint32_t)(half & 0x7FFF) << 13;
    if (rest >= 0x0F800000) /* infinity or NaN */
        return bits_to_float(sign | 0x70000000 | rest);
    return bits_to_float(sign | float_to_bits(bits_to_float(rest) * 0x1p112f));
}

/* Rounds to the nearest, of two as near to the even one, as numpy does. */
static inline uint16_t float_to_half(float value)
{
    uint32_t bits = float_to_bits(value), sign = bits >> 16 & 0x8000;
    bits &= 0x7FFFFFFF;
    if (bits > 0x7F800000)
        return (uint16_t)(sign | 0x7E00);
    if (bits >= 0x477FF000) /* rounds to 65,536 or is more: infinity */
        return (uint16_t)(sign | 0x7C00);
    if (bits < 0x38800000) /* a subnormal: the sum rounds at the right bit */
        return (uint16_t)(sign | (float_to_bits(bits_to_float(bits) + 0.5f) - 0x3F000000));
    return (uint16_t)(sign | ((bits - 0x38000000 + 0xFFF + (bits >> 13 & 1)) >> 13));
}

#endif
