/* What the compiled parts of the locator share; see kernel.c. */
#ifndef EDGE_LOCATING_KERNEL_H
#define EDGE_LOCATING_KERNEL_H

#include <stdint.h>
#include <string.h>

#define API __attribute__((visibility("default")))

enum { SLOTS = 4, OTHERS = SLOTS - 1, NEAR = 32, NO_ANTENNA = 0xFFFF, NO_PLACE = 0xFFFF };

/* What a row begins with, see epcs.py. */
struct key {
    uint32_t words[3];
    uint16_t bits;
};

/* What is kept of one antenna that hears a tag, see tags.py. */
struct slot {
    float level_sum;
    uint16_t weight; /* 16 bits out of the middle of a float */
    uint16_t usual;  /* half precision */
    int32_t seen_ms;
    uint16_t antenna, belief;
};

/* A tag's row, see heads.py. */
struct head {
    uint32_t words[3];
    uint16_t bits, place;
    uint16_t gap_s, level_db; /* half precision */
    uint8_t state, reads;
    uint16_t spare;
    uint32_t since_s;
    uint32_t others; /* where its other slots are, from 1 on; 0 while they are as new */
    struct slot first;
};
_Static_assert(sizeof(struct head) == 48, "as heads.py has it");

/* The other slots of tags that more than one antenna hears, see others.py. */
struct others {
    struct slot (*slots)[OTHERS];
    int64_t left; /* how many are free */
    uint32_t free; /* the first of these, from 1 on; its first four bytes name the next */
};

/* All tags. */
struct table {
    struct head *heads;
    int64_t capacity;
    struct others *others;
};

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

/* What comes of a look, by tag. */
struct told {
    float *level_db, *usual_before;
    uint16_t *best;
    uint8_t *findings;
    uint8_t *agrees; /* none where nobody tells phases */
};

/* Said where they are written. */
API int64_t kernel_find(const struct hash *hash, int64_t n, const uint32_t *keys,
                        const uint16_t *bits, int64_t *rows);
API int64_t kernel_merge(const struct table *table, float window_s, int64_t n, const int64_t *rows,
                         const uint16_t *antenna, const float *rssi_dbm, const int32_t *seen_ms,
                         const struct merged *to, struct pair *strangers);
API int64_t kernel_kept(const struct table *table, int64_t m, const int64_t *rows,
                        const struct kept *to);
API int64_t kernel_lacking(const struct table *table, int64_t m, const int64_t *rows,
                           const struct slots *slots);
API int64_t kernel_put(const struct table *table, int64_t m, const int64_t *rows,
                       const struct slots *slots);
API int64_t kernel_look(const struct settings *is, const struct floor *floor, int64_t m,
                        const struct news *news, const struct slots *slots, const struct told *to,
                        const struct table *table);

/* Asks for a line that is needed some fifty reads from now, into the cache behind the first: that
 * one waits for two dozen lines at a time, and no more instructions are done meanwhile. */
static inline void ask_for(const void *line) { __builtin_prefetch(line, 0, 2); }

/* A row lies in two lines as often as in one. */
static inline void ask_for_head(const struct head *head)
{
    ask_for(head);
    ask_for((const char *)(head + 1) - 1);
}

static inline const struct slot *others_of(const struct table *table, const struct head *head)
{
    return table->others->slots[head->others - 1];
}

/* Asks for a tag's other slots, once its head has come. */
static inline void ask_for_others(const struct table *table, const struct head *head)
{
    if (!head->others)
        return;
    const struct slot *others = others_of(table, head);
    ask_for(others);
    ask_for((const char *)(others + OTHERS) - 1);
}

/* The last read of a tag; 0 for one without any. */
static inline int32_t newest_ms(const struct table *table, const struct head *head)
{
    int32_t newest = head->first.seen_ms;
    if (!head->others)
        return newest;
    const struct slot *others = others_of(table, head);
    for (int s = 0; s < OTHERS; s++)
        newest = others[s].seen_ms > newest ? others[s].seen_ms : newest;
    return newest;
}

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
