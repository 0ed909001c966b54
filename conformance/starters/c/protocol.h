/* What json.c, shapes.c and adapter.c share. */
#ifndef PROTOCOL_H
#define PROTOCOL_H

#include "client.h"

/* json.c */

enum { LINE_BYTES_MAX = 1 << 20 };
enum json_type { JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_type type;
    bool flag, whole;          /* `whole`: a number from 0 to 2^64 - 1 */
    uint64_t number;
    struct bytes key, text;    /* `key`: of an entry of an object */
    struct json *first, *next; /* entries, and the entry after this one */
};

void *no_null(void *memory);
bool same(struct bytes text, const char *word);
int hex_digit(uint8_t c); /* -1 if it is none */
/* The value on a line, in nodes that the caller frees; NULL if there is not exactly one. */
struct json *read_json(uint8_t *line, size_t n, bool *repeated);
const struct json *entry_of(const struct json *object, const char *key);
void put_bytes(struct buffer *to, const void *at, size_t n);
void put_number(struct buffer *to, uint64_t number);
void put_word(struct buffer *to, const char *word);
void put_name(struct buffer *to, const char *name); /* with a comma before it */

/* shapes.c */

enum kind {
    TEXT, IDENTIFIER, SHOWN_NAME, HEX, HEX_16, HEX_32, NUMBER_32, NUMBER_64, FLAG, MESSAGE, OBJECT,
    TEXTS, PROFILE, CODEC, ROLE, RANDOM, POLICIES
};

enum { FIELDS_MAX = 7 };

struct field {
    const char *name; /* NULL after the last one */
    enum kind kind;
};

struct shape {
    const char *word; /* NULL after the last one */
    struct answer (*place)(struct client *c, const struct given *given);
    struct field fields[FIELDS_MAX];
};

struct value {
    const char *name;
    struct bytes bytes;
    const struct json *json;
};

struct given {
    struct value at[FIELDS_MAX];
    size_t n;
};

enum { FORMULAS_MAX = 64 }; /* more than docs/formulas.md has */

/* Each ends with a shape without a word. */
extern const struct shape MESSAGES[], INPUTS[], FORMULAS[];

#define FINE ((struct answer){NULL, NULL, NULL})
#define BAD(...) said("bad_request", __VA_ARGS__)

struct answer said(const char *class, const char *format, ...);
const struct value *value_of(const struct given *given, const char *name);
bool among(struct bytes text, const char *const *words);
const struct shape *shape_of(const struct shape *shapes, struct bytes word);
struct answer read_fields(const struct shape *shape, const char *tag, const struct json *json,
                          struct given *to);

#endif
