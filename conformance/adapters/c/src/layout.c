#include "layout.h"

#define IDENTIFIER(name, rule) {name, TEXT, 1, 255, rule}
#define FIXED(name, width, rule) {name, OCTETS, width, width, rule}
#define UP_TO(name, width) {name, OCTETS, 0, width, ALWAYS}
#define WORD(name) {name, TEXT, 1, 16, ALWAYS}
#define SHORT_TEXT(name) {name, TEXT, 0, 255, ALWAYS}
#define U32(name, rule) {name, NUMBER, 4, 4, rule}
#define U64(name, rule) {name, NUMBER, 8, 8, rule}
#define LAYOUT(name, tag, ...) \
    const struct layout name = {tag, \
                                sizeof((struct field[]){__VA_ARGS__}) / sizeof(struct field), \
                                {__VA_ARGS__}}

LAYOUT(BINDING, "conclave/binding", IDENTIFIER("meeting_id", ALWAYS),
       FIXED("meeting_uuid", 16, ALWAYS), IDENTIFIER("user_id", ALWAYS),
       IDENTIFIER("hardware_id", ALWAYS), FIXED("ivk", 32, ALWAYS), UP_TO("pk", 1216));
LAYOUT(STATEMENT, "conclave/statement", FIXED("meeting_uuid", 16, ALWAYS),
       IDENTIFIER("user_id", ALWAYS), IDENTIFIER("hardware_id", ALWAYS), FIXED("ivk", 32, ALWAYS));
LAYOUT(META, "conclave/meta", IDENTIFIER("meeting_id", ALWAYS), FIXED("meeting_uuid", 16, ALWAYS),
       IDENTIFIER("leader", ALWAYS), IDENTIFIER("recipient", ALWAYS));
LAYOUT(MEETING_KEY, "conclave/meeting-key", FIXED("meeting_key", 32, ALWAYS),
       U32("mk_seq", ROT_03));
LAYOUT(COMBINATION, "conclave/combination", FIXED("sender_ivk", 32, ALWAYS),
       FIXED("sender_box_pk", 32, ALWAYS), FIXED("sender_kem_pk", 1184, ALWAYS),
       FIXED("recipient_ivk", 32, ALWAYS), FIXED("recipient_box_pk", 32, ALWAYS),
       FIXED("recipient_kem_pk", 1184, ALWAYS));
LAYOUT(STREAM_KEY, "conclave/stream-key", IDENTIFIER("stream", ALWAYS),
       IDENTIFIER("meeting_id", ALWAYS), FIXED("meeting_uuid", 16, ALWAYS),
       IDENTIFIER("sender", ALWAYS), IDENTIFIER("hardware_id", MED_10));
LAYOUT(ANNOUNCEMENT, "conclave/announcement", IDENTIFIER("user_id", ALWAYS),
       IDENTIFIER("hardware_id", ALWAYS), UP_TO("pk", 1216), FIXED("sig", 64, ALWAYS));
LAYOUT(SEALED_KEY, "conclave/sealed-key", IDENTIFIER("user_id", ALWAYS),
       IDENTIFIER("hardware_id", ALWAYS), FIXED("nonce", 24, ALWAYS), UP_TO("kem", 1088),
       UP_TO("ciphertext", 256));
LAYOUT(LINK, "conclave/link", U32("v", ALWAYS), FIXED("prev", 32, ALWAYS), WORD("op"),
       SHORT_TEXT("user_id"), SHORT_TEXT("hardware_id"), UP_TO("ivk", 32),
       UP_TO("binding_hash", 32), SHORT_TEXT("name"), UP_TO("entries", 1048576));
LAYOUT(ENTRY, "conclave/entry", IDENTIFIER("user_id", ALWAYS), IDENTIFIER("hardware_id", ALWAYS),
       SHORT_TEXT("name"), FIXED("ivk", 32, ALWAYS), WORD("standing"), UP_TO("binding_hash", 32),
       U32("leaves", ALWAYS));
LAYOUT(HEARTBEAT_SIGNED, "conclave/heartbeat-signed", UP_TO("binding", 4096),
       FIXED("list_hash", 32, ALWAYS), U32("v", ALWAYS), U32("t", ALWAYS), U32("mk_seq", ALWAYS),
       FIXED("prev", 32, HBT_07), U64("timestamp_ms", HBT_07));
LAYOUT(HEARTBEAT, "conclave/heartbeat", FIXED("list_hash", 32, ALWAYS), U32("v", ALWAYS),
       U32("t", ALWAYS), U32("mk_seq", ALWAYS), FIXED("prev", 32, HBT_07),
       U64("timestamp_ms", HBT_07), FIXED("sig", 64, ALWAYS));
LAYOUT(LOCK_REQUEST_SIGNED, "conclave/lock-request-signed", IDENTIFIER("meeting_id", ALWAYS),
       FIXED("meeting_uuid", 16, ALWAYS), WORD("operation"), FIXED("link_hash", 32, ALWAYS));
LAYOUT(LOCK_REQUEST, "conclave/lock-request", IDENTIFIER("user_id", ALWAYS),
       IDENTIFIER("hardware_id", ALWAYS), WORD("operation"), FIXED("link_hash", 32, ALWAYS),
       FIXED("sig", 64, ALWAYS));

bytes encode(const struct profile *p, const struct layout *l, const bytes *values)
{
    bytes parts[2 + 2 * FIELDS_MAX];
    size_t n = 0;
    parts[n++] = u32_bytes((uint32_t)strlen(l->tag));
    parts[n++] = bytes_of(l->tag);
    for (size_t i = 0; i < l->n; i++) {
        if (!in_force(p, l->fields[i].rule)) continue;
        parts[n++] = u32_bytes((uint32_t)values[i].n);
        parts[n++] = values[i];
    }
    return join_bytes(parts, n);
}

bool fits(const struct field *f, bytes value)
{
    return value.n >= f->least && value.n <= f->most && (f->kind != TEXT || is_utf8(value));
}

/* Takes one value behind its length off the front. */
static bool take(bytes *in, bytes *value)
{
    if (in->n < 4) return false;
    size_t n = u32_read(in->at);
    if (in->n - 4 < n) return false;
    *value = (bytes){in->at + 4, n};
    in->at += 4 + n;
    in->n -= 4 + n;
    return true;
}

bool decode(const struct profile *p, const struct layout *l, bytes in, bytes *values)
{
    bytes tag;
    if (!take(&in, &tag) || !bytes_equal(tag, bytes_of(l->tag))) return false;
    for (size_t i = 0; i < l->n; i++) {
        values[i] = NO_BYTES;
        if (!in_force(p, l->fields[i].rule)) continue;
        if (!take(&in, &values[i]) || !fits(&l->fields[i], values[i])) return false;
    }
    return in.n == 0;
}
