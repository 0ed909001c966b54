/* JSON in and out: fields of a request, payloads in either codec, answers. */
#ifndef WIRE_H
#define WIRE_H

#include <jansson.h>

#include "layout.h"

/* Takes the fields of one object by name; `bad` once one is missing or of the wrong shape. What
 * was not taken in the end is a field nobody knows. */
struct reader {
    json_t *object;
    size_t taken;
    bool bad;
};
struct reader read_object(json_t *object);
json_t *take_json(struct reader *r, const char *name);  /* required, of any type */
json_t *take_object(struct reader *r, const char *name);
bytes take_string(struct reader *r, const char *name);
bytes take_hex(struct reader *r, const char *name);
uint64_t take_number(struct reader *r, const char *name);
bool take_bool(struct reader *r, const char *name);
void take_identifier(struct reader *r, const char *name, struct text *to); /* 1 to 255 bytes */
void take_name(struct reader *r, const char *name, struct text *to);       /* up to 255 bytes */
void take_device(struct reader *r, struct device_id *to);
void take_exactly(struct reader *r, const char *name, uint8_t *to, size_t n);
bool all_taken(const struct reader *r);

enum codec { CODEC_BYTES, CODEC_FIELDS };

/* A message as values in the order of its layout's fields. Badly written: bad_request; written
 * well, but not such a message: DEV-10. */
verdict payload_read(const struct profile *p, enum codec codec, const struct layout *l,
                     json_t *payload, bytes *values);
json_t *payload_write(const struct profile *p, enum codec codec, const struct layout *l,
                      const bytes *values);

/* A packet has a form of its own. */
struct packet {
    uint32_t number;
    uint64_t counter;
    bytes body;
};
verdict packet_read(enum codec codec, json_t *payload, struct packet *to);
json_t *packet_write(enum codec codec, bytes packet);
/* False for what is shorter than a header, or has a counter beyond 8 bytes. */
bool packet_split(bytes packet, struct packet *to);

/* One value as a field of a map; `value` has the width of its kind. */
json_t *value_write(const struct field *f, bytes value);
/* The reverse; BAD for what is not written like that. The width is not checked but for numbers:
 * one that is too large comes out with no width at all. */
verdict value_read(const struct field *f, json_t *json, bytes *value);
bool decimal_read(bytes in, uint64_t most, uint64_t *to, bool *too_large);

json_t *json_text(const struct text *t);
json_t *json_hex(bytes in);

#endif
