/* Tag reports of one layout to columns, compiled: what `layout.py` and `columns.py` do with numpy;
 * and the bytes of many sockets, received and looked through in one call.
 *
 * numpy goes over all bytes once to take the headers out, three times to compare what is no value,
 * and once for each column; here each record is taken once through all of it, while it lies in the
 * nearest cache.
 *
 * Nothing here allocates, keeps anything between two calls, or knows Python. `compiled.py` is the
 * only caller: it answers for the columns, which have room for `most` reads, and for the layout,
 * whose places lie within a record. The bytes are a device's: every length that stands in them is
 * checked here before it is used. Little-endian machines only.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#define API __attribute__((visibility("default")))

enum { HEADER_BYTES = 10, WORD_BYTES = 8 };
enum { UNSIGNED_16, SIGNED_8, SIGNED_16, STEPS_16, SIGNED_64 };

/* Where one field stands, and the column that it goes to. */
struct field {
    int64_t at;
    int64_t form;
    int64_t mask; /* of STEPS_16 */
    double scale; /* of SIGNED_16 and STEPS_16 */
    void *column;
};

/* How every record must look, see `Layout`; both have `length` bytes. */
struct layout {
    const uint8_t *mask, *constant;
    int64_t length; /* of a record, at least a word */
    int64_t epc_at, epc_bytes;
    int64_t last_mask; /* of the EPC's last byte */
    uint8_t *epc;
    int64_t fields;
    const struct field *field;
};

/* Changed with every change of what is called how: an older library must not be taken for this. */
API int64_t reading_layout(void) { return 4; }

static uint64_t word(const uint8_t *at)
{
    uint64_t found;
    memcpy(&found, at, sizeof found);
    return found;
}

static uint16_t big_16(const uint8_t *at) { return (uint16_t)(at[0] << 8 | at[1]); }

static uint32_t big_32(const uint8_t *at) { return (uint32_t)big_16(at) << 16 | big_16(at + 2); }

/* Whether all that is no value is as in the layout; the last word may overlap the one before. */
static int fits(const struct layout *layout, const uint8_t *record)
{
    const int64_t last = layout->length - WORD_BYTES;
    uint64_t differs = 0;
    for (int64_t at = 0; at < last; at += WORD_BYTES)
        differs |= (word(record + at) ^ word(layout->constant + at)) & word(layout->mask + at);
    differs |= (word(record + last) ^ word(layout->constant + last)) & word(layout->mask + last);
    return differs == 0;
}

static void take_field(const struct field *field, const uint8_t *record, int64_t row)
{
    const uint8_t *at = record + field->at;
    const float scale = (float)field->scale;
    switch (field->form) {
    case UNSIGNED_16:
        ((uint16_t *)field->column)[row] = big_16(at);
        break;
    case SIGNED_8:
        ((float *)field->column)[row] = (float)(int8_t)at[0];
        break;
    case SIGNED_16:
        ((float *)field->column)[row] = (float)(int16_t)big_16(at) * scale;
        break;
    case STEPS_16:
        ((float *)field->column)[row] = (float)(big_16(at) & field->mask) * scale;
        break;
    case SIGNED_64:
        ((int64_t *)field->column)[row] = (int64_t)((uint64_t)big_32(at) << 32 | big_32(at + 4));
        break;
    }
}

static void take(const struct layout *layout, const uint8_t *record, int64_t row)
{
    const int64_t width = layout->epc_bytes;
    uint8_t *epc = layout->epc + row * width;
    memcpy(epc, record + layout->epc_at, (size_t)width);
    if (width)
        epc[width - 1] &= (uint8_t)layout->last_mask;
    for (int64_t i = 0; i < layout->fields; i++)
        take_field(layout->field + i, record, row);
}

/* A socket, and what came on it: `bytes` from `begin` on in the buffer, 0 at its end, less than 0
 * for the number of an error. Where all of them are whole tag reports of one version and length,
 * they are `messages` of `length` bytes each, else none. */
struct arrival {
    int64_t socket;
    int64_t begin, bytes;
    int64_t length, messages;
};

enum { RO_ACCESS_REPORT = 61, TYPE_MASK = 0x3FF };

static int is_report(const uint8_t *data)
{
    const int head = big_16(data), version = head >> 10 & 7;
    return (head & TYPE_MASK) == RO_ACCESS_REPORT && (version == 1 || version == 2);
}

/* How many whole messages from `at` on have the same type, version and length as the one before,
 * which is whole and has this length. */
API int64_t reading_alike(const uint8_t *data, int64_t bytes, int64_t at, int64_t length)
{
    enum { ALIKE_BYTES = 6 };
    int64_t count = 0;
    if (length < HEADER_BYTES || at < length)
        return 0;
    for (; at + length <= bytes && memcmp(data + at, data + at - length, ALIKE_BYTES) == 0; count++)
        at += length;
    return count;
}

static void look_through(struct arrival *one, const uint8_t *data, int64_t cap_bytes)
{
    one->length = one->messages = 0;
    if (one->bytes < HEADER_BYTES || !is_report(data))
        return;
    const int64_t length = big_32(data + 2);
    if (length < HEADER_BYTES || length > cap_bytes || one->bytes % length)
        return;
    if ((1 + reading_alike(data, one->bytes, length, length)) * length == one->bytes) {
        one->length = length;
        one->messages = one->bytes / length;
    }
}

/* Receives what has come on sockets that do not block, one behind the other into a buffer with room
 * for `most` bytes of each; returns how many bytes there are. */
API int64_t reading_receive(struct arrival *arrivals, int64_t count, uint8_t *buffer, int64_t most,
                            int64_t cap_bytes)
{
    int64_t used = 0;
    for (struct arrival *one = arrivals; one < arrivals + count; one++) {
        const int64_t got = recv((int)one->socket, buffer + used, (size_t)most, MSG_DONTWAIT);
        one->begin = used;
        one->bytes = got < 0 ? -(int64_t)errno : got;
        look_through(one, buffer + used, cap_bytes);
        used += got > 0 ? got : 0;
    }
    return used;
}

/* Reads whole messages, one behind the other with their headers, into the columns from `row` on;
 * returns the row behind the last, -1 if any record differs or a length cannot be true. */
static int64_t take_messages(const struct layout *layout, const uint8_t *data, int64_t bytes,
                             int64_t row, int64_t most)
{
    while (bytes > 0) {
        if (bytes < HEADER_BYTES)
            return -1;
        int64_t length = big_32(data + 2);
        if (length < HEADER_BYTES || length > bytes)
            return -1;
        for (int64_t at = HEADER_BYTES; at < length; at += layout->length) {
            if (length - at < layout->length || row == most || !fits(layout, data + at))
                return -1;
            take(layout, data + at, row++);
        }
        data += length;
        bytes -= length;
    }
    return row;
}

/* The same from the first row on; returns how many reads there were. */
API int64_t reading_take(const struct layout *layout, const uint8_t *data, int64_t bytes,
                         int64_t most)
{
    return take_messages(layout, data, bytes, 0, most);
}

/* A reader whose reports come as ever, see `steady.py`: what has come on its socket just now, and
 * what has been taken of it since somebody looked last. */
struct steady {
    int64_t socket;
    int64_t begin, bytes;         /* in the buffer; as of an arrival */
    int64_t messages, rows;       /* that came just now; -1 rows: not as ever */
    int64_t offset, least, below; /* to be added to stamps; what arrival less stamp may be */
    int64_t messages_sum, reads_sum, bytes_sum;
    int64_t heard_us, arrived_us; /* the last time anything came; 0 for never */
};

/* How many records of this length there are in whole tag reports and nothing else; -1 where it is
 * anything else. */
static int64_t records_in(const uint8_t *data, int64_t bytes, int64_t cap_bytes,
                          int64_t record_bytes, int64_t *messages)
{
    int64_t records = 0;
    for (*messages = 0; bytes > 0; ++*messages) {
        const int64_t length = bytes < HEADER_BYTES ? 0 : big_32(data + 2);
        if (length < HEADER_BYTES || length > bytes || length > cap_bytes || !is_report(data)
            || (length - HEADER_BYTES) % record_bytes)
            return -1;
        records += (length - HEADER_BYTES) / record_bytes;
        data += length;
        bytes -= length;
    }
    return records;
}

/* Receives of readers as `reading_receive` does; returns how many reads there can be. */
API int64_t reading_hear(struct steady *readers, int64_t count, uint8_t *buffer, int64_t most,
                         int64_t cap_bytes, int64_t record_bytes)
{
    int64_t used = 0, reads = 0;
    for (struct steady *one = readers; one < readers + count; one++) {
        uint8_t *data = buffer + used;
        const int64_t got = recv((int)one->socket, data, (size_t)most, MSG_DONTWAIT);
        const int is_nothing = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
        one->begin = used;
        one->bytes = got < 0 ? -(int64_t)errno : got;
        one->messages = 0;
        one->rows = is_nothing ? 0 : -1;
        if (got <= 0)
            continue;
        used += got;
        one->rows = records_in(data, got, cap_bytes, record_bytes, &one->messages);
        reads += one->rows > 0 ? one->rows : 0;
    }
    return reads;
}

/* Whether a reader's reads, whose stamps lie in `last`, are dated as ever; dates them. */
static int date(const struct steady *one, const int64_t *last, int64_t *seen, int64_t arrived_us)
{
    uint64_t newest = 0;
    for (int64_t i = 0; i < one->rows; i++)
        newest = newest < (uint64_t)last[i] ? (uint64_t)last[i] : newest;
    if (newest > INT64_MAX) /* one is absent */
        return 0;
    const int64_t difference = arrived_us - (int64_t)newest;
    if (difference < one->least || difference >= one->below)
        return 0;
    for (int64_t i = 0; i < one->rows; i++)
        seen[i] = last[i] + one->offset;
    return 1;
}

/* Reads what `reading_hear` has received of readers of one layout; returns how many reads. A reader
 * with any other record or time than ever has -1 rows, and no read of it is taken. */
API int64_t reading_take_steady(const struct layout *layout, struct steady *readers, int64_t count,
                                const uint8_t *buffer, int64_t now_us, int64_t arrived_us,
                                const int64_t *last, int64_t *seen)
{
    int64_t row = 0;
    for (struct steady *one = readers; one < readers + count; one++) {
        if (one->rows < 0 || one->bytes <= 0)
            continue;
        const uint8_t *data = buffer + one->begin;
        const int64_t end = row + one->rows;
        if (take_messages(layout, data, one->bytes, row, end) != end
            || (one->rows && !date(one, last + row, seen + row, arrived_us))) {
            one->rows = -1;
            continue;
        }
        one->messages_sum += one->messages;
        one->reads_sum += one->rows;
        one->bytes_sum += one->bytes;
        one->heard_us = now_us;
        one->arrived_us = arrived_us;
        row = end;
    }
    return row;
}
