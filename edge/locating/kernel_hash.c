/* EPC to row, compiled: what `epcs.py` does with numpy; see kernel.c.
 *
 * A read of one tag among a million waits for a line of the hash, then for the head with its key
 * (and its record, in kernel.c). Each is asked for as soon as it is known, for a hundred reads at
 * once: then a line costs a thirtieth of the time that it takes to come.
 */
#include "kernel.h"

enum { EMPTY = -1, APART = 64, RING = 4 * APART, KEY_BYTES = 14 };
enum { PRINT_SHIFT = 24, ROW_MASK = (1 << PRINT_SHIFT) - 1, PRINT_MASK = 0x7F };

/* The hash and what it finds, see epcs.py. */
struct hash {
    int32_t *places; /* a row and, above it, seven bits of its key's hash */
    uint64_t size;
    char *heads;     /* one of each row, beginning with a key */
    uint64_t stride;
    uint64_t rows;
};

/* A walk: which place it is at, and what it looks for there. */
struct walk {
    uint64_t at;
    int32_t print;
};

static struct walk walk_of(const struct hash *hash, const uint32_t *key)
{
    uint64_t mixed = (key[0] | (uint64_t)key[1] << 32) * UINT64_C(0x9E3779B97F4A7C15);
    mixed ^= mixed >> 32;
    mixed += key[2];
    mixed *= UINT64_C(0xC2B2AE3D27D4EB4F);
    struct walk walk = {(mixed >> 32) * hash->size >> 32, (int32_t)(mixed >> 36 & PRINT_MASK)};
    return walk;
}

static uint64_t next_of(const struct hash *hash, uint64_t at)
{
    return at + 1 == hash->size ? 0 : at + 1;
}

static const struct key *key_at(const struct hash *hash, int64_t row)
{
    return (const struct key *)(hash->heads + (uint64_t)row * hash->stride);
}

static int is_key(const struct hash *hash, int64_t row, const uint32_t *key, uint16_t bits)
{
    if ((uint64_t)row >= hash->rows)
        return 0;
    const struct key *there = key_at(hash, row);
    return there->bits == bits && memcmp(there->words, key, sizeof there->words) == 0;
}

/* Walks on to a place that may be the key's own, or to an empty one; returns what is there. */
static int32_t walk_on(const struct hash *hash, struct walk *walk)
{
    for (uint64_t steps = 0; steps < hash->size; steps++) {
        int32_t place = hash->places[walk->at];
        if (place == EMPTY || place >> PRINT_SHIFT == walk->print)
            return place;
        walk->at = next_of(hash, walk->at);
    }
    return EMPTY;
}

/* Where the walk of a key ends: its own row, or -1 at an empty place. */
static int64_t end_of(const struct hash *hash, struct walk *walk, const uint32_t *key, uint16_t bits)
{
    for (uint64_t steps = 0; steps < hash->size; steps++) {
        int32_t place = walk_on(hash, walk);
        if (place < 0)
            return -1;
        if (is_key(hash, place & ROW_MASK, key, bits))
            return place & ROW_MASK;
        walk->at = next_of(hash, walk->at);
    }
    return -1;
}

static void ask_for_row(const struct hash *hash, struct walk *walk)
{
    int32_t place = walk_on(hash, walk);
    uint64_t row = (uint64_t)(place & ROW_MASK);
    if (place < 0 || row >= hash->rows)
        return;
    const char *head = hash->heads + row * hash->stride;
    ask_for(head);
    ask_for(head + KEY_BYTES - 1);
}

/* The row of each of n keys, -1 where it is not known; returns how many are not. */
API int64_t kernel_find(const struct hash *hash, int64_t n, const uint32_t *keys,
                        const uint16_t *bits, int64_t *rows)
{
    struct walk walks[RING];
    int64_t missing = 0;
    for (int64_t i = 0; i < n + 2 * APART; i++) {
        if (i < n) {
            walks[(uint64_t)i % RING] = walk_of(hash, keys + 3 * i);
            ask_for(hash->places + walks[(uint64_t)i % RING].at);
        }
        const int64_t found = i - APART, read = i - 2 * APART;
        if (found >= 0 && found < n)
            ask_for_row(hash, &walks[(uint64_t)found % RING]);
        if (read >= 0) {
            rows[read] = end_of(hash, &walks[(uint64_t)read % RING], keys + 3 * read, bits[read]);
            missing += rows[read] < 0;
        }
    }
    return missing;
}

/* Gives rows to keys that have none, in the order in which they first come.
 *
 * `given` has a row for each key that may be new; `first` becomes the read that each given row's
 * key came with. Returns how many rows were given. The hash must have room for them.
 */
API int64_t kernel_add(const struct hash *hash, int64_t n, const uint32_t *keys,
                       const uint16_t *bits, int64_t *rows, const int64_t *given, int64_t *first)
{
    int64_t added = 0;
    for (int64_t i = 0; i < n; i++) {
        if (rows[i] >= 0)
            continue;
        const uint32_t *key = keys + 3 * i;
        struct walk walk = walk_of(hash, key);
        rows[i] = end_of(hash, &walk, key, bits[i]);
        if (rows[i] >= 0)
            continue;
        const int64_t row = given[added];
        if (row < 0 || (uint64_t)row >= hash->rows || hash->places[walk.at] != EMPTY)
            return -1;
        struct key *own = (struct key *)(hash->heads + (uint64_t)row * hash->stride);
        memcpy(own->words, key, sizeof own->words);
        own->bits = bits[i];
        hash->places[walk.at] = (int32_t)row | walk.print << PRINT_SHIFT;
        rows[i] = row;
        first[added++] = i;
    }
    return added;
}

/* Finds places in an empty hash for all of the first n rows that have a key; returns how many. */
API int64_t kernel_place(const struct hash *hash, int64_t n)
{
    struct walk walks[APART];
    int64_t placed = 0;
    if (n < 0 || (uint64_t)n > hash->rows)
        return -1;
    for (int64_t i = 0; i < n + APART; i++) {
        const int64_t row = i - APART;
        if (row >= 0 && key_at(hash, row)->bits) {
            struct walk *walk = &walks[(uint64_t)row % APART];
            if ((uint64_t)placed >= hash->size)
                return -1;
            while (hash->places[walk->at] != EMPTY)
                walk->at = next_of(hash, walk->at);
            hash->places[walk->at] = (int32_t)row | walk->print << PRINT_SHIFT;
            placed++;
        }
        if (i < n) {
            walks[(uint64_t)i % APART] = walk_of(hash, key_at(hash, i)->words);
            ask_for(hash->places + walks[(uint64_t)i % APART].at);
        }
    }
    return placed;
}
