/* Layouts and their canonical encoding (docs/formulas.md, docs/generated/layouts.md). */
#ifndef LAYOUT_H
#define LAYOUT_H

#include "profile.h"

enum kind { TEXT, OCTETS, NUMBER }; /* a number is 4 or 8 bytes, big-endian */
struct field {
    const char *name;
    enum kind kind;
    size_t least, most; /* width in bytes */
    enum rule rule;     /* the field is there while the rule is in force */
};
enum { FIELDS_MAX = 9 };
struct layout {
    const char *tag;
    size_t n;
    struct field fields[FIELDS_MAX];
};
extern const struct layout BINDING, STATEMENT, META, MEETING_KEY, COMBINATION, STREAM_KEY,
    ANNOUNCEMENT, SEALED_KEY, LINK, ENTRY, HEARTBEAT_SIGNED, HEARTBEAT, LOCK_REQUEST_SIGNED,
    LOCK_REQUEST;

/* Values stand in the order of the fields; those of fields not in force are left alone. */
bytes encode(const struct profile *p, const struct layout *l, const bytes *values);
bool decode(const struct profile *p, const struct layout *l, bytes in, bytes *values);
/* Whether a value is one the field can have. */
bool fits(const struct field *f, bytes value);

#endif
