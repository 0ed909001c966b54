/* A starting adapter for Conclave: one JSON object per line in, one per line out.
 *
 * Fill in parts 1 and 2; parts 3 to 5 are the protocol of docs/adapter.md and can stay as they are.
 * Until a place is filled in it answers `unsupported`, which fails the cases that need it. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What part 2 works with; defined in parts 3 to 5. */

struct buffer {
    char *at;
    size_t n, room;
};

/* Bytes, or a text in UTF-8; not ended by a zero, and gone with the answer: copy what you keep. */
struct bytes {
    const uint8_t *at;
    size_t n;
};

/* What became of an input, the rule behind a refusal where your client knows it, and why. */
struct answer {
    const char *class, *code, *detail;
};

struct client;
struct given; /* the fields of a request by name, hexadecimal already as bytes */
struct bytes bytes_of(const struct given *given, const char *name);
uint64_t number_of(const struct given *given, const char *name);
bool flag_of(const struct given *given, const char *name);

/* Something your client did at a moment: first its kind, then its fields, then the end. */
void emit(struct client *c, const char *kind, uint64_t at_ms);
void with_payload(struct client *c, const char *name, struct bytes message);
void with_hex(struct client *c, const char *name, struct bytes value);
void with_text(struct client *c, const char *name, struct bytes text);
void with_number(struct client *c, const char *name, uint64_t number);
void emitted(struct client *c);

static struct buffer result; /* the JSON of `result`, for `observe` and formulas */
void put(struct buffer *to, const char *text);       /* as it is */
void put_text(struct buffer *to, struct bytes text); /* quoted and escaped */
void put_hex(struct buffer *to, struct bytes value); /* quoted */

struct answer answer(const char *class, const char *code)
{
    return (struct answer){class, code, NULL};
}

/* The honest answer of a place that is still to be filled in. */
static struct answer not_connected(const char *detail)
{
    return (struct answer){"unsupported", NULL, detail};
}

/* 1. What your client is. The check holds it to every word, so declare no more than it does. */

static const char NAME[] = "my-client", VERSION[] = "0.0.0";
static const char *const PROFILES[] = {"zoom-4.6", NULL};
static const char *const ROLES[] = {"participant", NULL}; /* "leader" once yours can also lead */
static const char *const RANDOMNESS[] = {"opaque", NULL}; /* it draws its own random values */
static const char *const CODECS[] = {"bytes", NULL};      /* the encoding of docs/formulas.md */

/* 2. Your client. */

/* One device: an identity key, its own time, at first in no meeting. */
struct client {
    struct buffer outputs;
    uint64_t now_ms;
    /* When your client will next do something by itself, if it will without being given more. */
    bool has_deadline;
    uint64_t deadline_ms;
    uint8_t ivk[32];
};

/* A session opens: profile, user_id, hardware_id. */
static struct answer client_open(struct client *c, const struct given *given)
{
    /* TODO: start your client as this device, and put its identity key (Ed25519) here. */
    memset(c->ivk, 0xee, sizeof c->ivk);
    return answer("accept", NULL);
}

/* The user joins: meeting_id, meeting_uuid, role, name. */
static struct answer on_join(struct client *c, const struct given *given)
{
    /* TODO: have your client join, and report what it posts:
     *     emit(c, "post_announcement", c->now_ms);
     *     with_payload(c, "announcement", announcement);
     *     emitted(c);
     *     emit(c, "post_nonce", c->now_ms);
     *     with_hex(c, "nonce", nonce);
     *     emitted(c);
     *     c->has_deadline = true;
     *     c->deadline_ms = ...;
     *     return answer("accept", NULL); */
    return not_connected("join is not connected to a client yet");
}

/* The server says who leads: user_id, hardware_id, ivk, announcement. */
static struct answer on_leader_named(struct client *c, const struct given *given)
{
    /* TODO: hand the announcement and the key server's ivk to your client; report
     *     emit(c, "show_security_code", c->now_ms);
     *     with_text(c, "digits", digits);
     *     emitted(c);
     * and refuse with answer("reject", "DEV-01"), or whichever rule it breaks. */
    return not_connected("leader_named is not connected to a client yet");
}

/* Somebody joined: user_id, hardware_id, name, ivk, announcement, outdated. */
static struct answer on_admitted(struct client *c, const struct given *given)
{
    /* TODO: hand the newcomer's announcement and name to your client. */
    return not_connected("admitted is not connected to a client yet");
}

/* Somebody left: user_id, hardware_id. */
static struct answer on_departed(struct client *c, const struct given *given)
{
    /* TODO: tell your client who left. */
    return not_connected("departed is not connected to a client yet");
}

/* Somebody has another display name: user_id, hardware_id, name. */
static struct answer on_renamed(struct client *c, const struct given *given)
{
    /* TODO: tell your client the new name. */
    return not_connected("renamed is not connected to a client yet");
}

/* A liveness nonce from the board: user_id, hardware_id, nonce. */
static struct answer on_nonce_posted(struct client *c, const struct given *given)
{
    /* TODO: hand the nonce to your client. */
    return not_connected("nonce_posted is not connected to a client yet");
}

/* A link of the leader participant list: link. */
static struct answer on_link(struct client *c, const struct given *given)
{
    /* TODO: hand the link to your client; a good one is answer("pending", "MEM-21"). */
    return not_connected("link is not connected to a client yet");
}

/* A heartbeat of the leader: heartbeat. */
static struct answer on_heartbeat(struct client *c, const struct given *given)
{
    /* TODO: hand the heartbeat to your client. */
    return not_connected("heartbeat is not connected to a client yet");
}

/* A sealed meeting key: sealed. */
static struct answer on_sealed_key(struct client *c, const struct given *given)
{
    /* TODO: hand the sealed key to your client: bytes_of(given, "sealed"). */
    return not_connected("sealed_key is not connected to a client yet");
}

/* A media packet: from, hardware_id, stream, packet. */
static struct answer on_packet(struct client *c, const struct given *given)
{
    /* TODO: hand the packet to your client, and report what it plays:
     *     emit(c, "render", c->now_ms);
     *     with_text(c, "from", bytes_of(given, "from"));
     *     with_text(c, "hardware_id", bytes_of(given, "hardware_id"));
     *     with_text(c, "stream", bytes_of(given, "stream"));
     *     with_number(c, "mk_seq", number);
     *     with_hex(c, "plaintext", plaintext);
     *     emitted(c); */
    return not_connected("packet is not connected to a client yet");
}

/* A co-host asks the leader to lock or unlock: request. */
static struct answer on_lock_requested(struct client *c, const struct given *given)
{
    /* TODO: hand the request to your client. */
    return not_connected("lock_requested is not connected to a client yet");
}

/* The server says that the meeting is locked, or is not: locked. */
static struct answer on_lock_claimed(struct client *c, const struct given *given)
{
    /* TODO: tell your client what the server says. */
    return not_connected("lock_claimed is not connected to a client yet");
}

/* The server says that the meeting is over. */
static struct answer on_meeting_ended(struct client *c, const struct given *given)
{
    /* TODO: tell your client; report emit(c, "show_left", c->now_ms); emitted(c); */
    return not_connected("meeting_ended is not connected to a client yet");
}

/* Time passes: to_ms. */
static struct answer on_advance(struct client *c, const struct given *given)
{
    /* TODO: move your client's clock to to_ms, emit with its moment what it does on the way, then
     *     c->now_ms = number_of(given, "to_ms"); */
    return not_connected("advance is not connected to a client yet");
}

/* The user sends: stream, plaintext. */
static struct answer on_send(struct client *c, const struct given *given)
{
    /* TODO: have your client encrypt; report
     *     emit(c, "transmit", c->now_ms);
     *     with_text(c, "stream", bytes_of(given, "stream"));
     *     with_payload(c, "packet", packet);
     *     emitted(c); */
    return not_connected("send is not connected to a client yet");
}

/* The user locks or unlocks, as leader or as co-host: locked. */
static struct answer on_set_lock(struct client *c, const struct given *given)
{
    /* TODO: press the button of your client, with flag_of(given, "locked"). */
    return not_connected("set_lock is not connected to a client yet");
}

/* The user removes somebody: user_id, hardware_id. */
static struct answer on_kick(struct client *c, const struct given *given)
{
    /* TODO: remove that device. A participant answers answer("bad_request", NULL). */
    return not_connected("kick is not connected to a client yet");
}

/* The user leaves. */
static struct answer on_leave(struct client *c, const struct given *given)
{
    /* TODO: have your client leave and erase its keys; report
     *     emit(c, "show_left", c->now_ms);
     *     emitted(c); */
    return not_connected("leave is not connected to a client yet");
}

/* What the user sees now. */
static struct answer on_observe(struct client *c, const struct given *given)
{
    /* TODO: say what your client shows (docs/client.md, "What a user sees"); before it joins
     *     put(&result, "{\"observed\":{\"phase\":\"outside\",\"roster\":[],\"locked\":false}}");
     *     return answer("accept", NULL); */
    return not_connected("observe is not connected to a client yet");
}

/* The session ends. */
static struct answer on_close(struct client *c, const struct given *given)
{
    /* TODO: stop your client and free what it holds. */
    return answer("accept", NULL);
}

/* The 39 digits of an identity key: ivk. A formula belongs to no client. */
static struct answer security_code(struct client *none, const struct given *given)
{
    /* TODO: ask your client for the digits it would show, and answer
     *     put(&result, "{\"computed\":{\"digits\":");
     *     put_text(&result, digits);
     *     put(&result, "}}");
     *     return answer("accept", NULL); */
    return not_connected("security_code is not connected to a client yet");
}

/* 3. JSON, strictly. A line is read once; its texts are unescaped where they stand. */

enum { LINE_BYTES_MAX = 1 << 20, DEPTH_MAX = 64, KEYS_MAX = 256 };
enum json_type { JSON_NULL, JSON_FLAG, JSON_NUMBER, JSON_TEXT, JSON_LIST, JSON_OBJECT };

struct json {
    enum json_type type;
    bool flag, whole;          /* `whole`: a number from 0 to 2^64 - 1 */
    uint64_t number;
    struct bytes key, text;    /* `key`: of an entry of an object */
    struct json *first, *next; /* entries, and the entry after this one */
};

struct reader {
    uint8_t *at, *end;
    struct json *free; /* the next node nobody uses */
    bool repeated;     /* whether an object has a key twice */
};

static void *no_null(void *memory)
{
    if (memory != NULL) return memory;
    fputs("no memory\n", stderr);
    exit(1);
}

static bool same(struct bytes text, const char *word)
{
    return text.n == strlen(word) && memcmp(text.at, word, text.n) == 0;
}

static void skip_space(struct reader *r)
{
    while (r->at < r->end && memchr(" \t\r\n", *r->at, 4) != NULL) r->at++;
}

static bool next_is(struct reader *r, char c)
{
    if (r->at >= r->end || *r->at != (uint8_t)c) return false;
    r->at++;
    return true;
}

static bool read_word(struct reader *r, const char *word)
{
    size_t n = strlen(word);
    if ((size_t)(r->end - r->at) < n || memcmp(r->at, word, n) != 0) return false;
    r->at += n;
    return true;
}

/* Whether bytes are UTF-8: shortest form, no surrogates, nothing above U+10FFFF. */
static bool is_utf8(const uint8_t *at, const uint8_t *end)
{
    while (at < end) {
        uint8_t lead = *at++, least = 0x80, most = 0xbf;
        if (lead < 0x80) continue;
        int more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
        if (lead < 0xc2 || lead > 0xf4) return false;
        if (lead == 0xe0) least = 0xa0;
        if (lead == 0xed) most = 0x9f;
        if (lead == 0xf0) least = 0x90;
        if (lead == 0xf4) most = 0x8f;
        for (; more > 0; more--, least = 0x80, most = 0xbf)
            if (at >= end || *at < least || *at++ > most) return false;
    }
    return true;
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* Four digits after `\u`, of either case. */
static bool read_code(struct reader *r, uint32_t *code)
{
    *code = 0;
    if (r->end - r->at < 4) return false;
    for (int i = 0; i < 4; i++, r->at++) {
        int digit = hex_digit(*r->at >= 'A' && *r->at <= 'F' ? *r->at + ('a' - 'A') : *r->at);
        if (digit < 0) return false;
        *code = *code << 4 | (uint32_t)digit;
    }
    return true;
}

/* What follows a backslash, as UTF-8 at `*to`, which never overtakes what is read. */
static bool read_escape(struct reader *r, uint8_t **to)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    uint32_t code, low;
    if (r->at >= r->end) return false;
    uint8_t c = *r->at++;
    if (c != 'u') {
        const char *letter = c == 0 ? NULL : strchr(letters, c);
        if (letter == NULL) return false;
        *(*to)++ = (uint8_t)meant[letter - letters];
        return true;
    }
    if (!read_code(r, &code) || (code >= 0xdc00 && code <= 0xdfff)) return false;
    if (code >= 0xd800 && code <= 0xdbff) {
        if (!read_word(r, "\\u") || !read_code(r, &low)) return false;
        if (low < 0xdc00 || low > 0xdfff) return false;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    int more = code >= 0x10000 ? 3 : code >= 0x800 ? 2 : code >= 0x80 ? 1 : 0;
    static const uint8_t leads[] = {0, 0xc0, 0xe0, 0xf0};
    *(*to)++ = (uint8_t)(leads[more] | code >> (6 * more));
    while (more-- > 0) *(*to)++ = (uint8_t)(0x80 | (code >> (6 * more) & 0x3f));
    return true;
}

static bool read_text(struct reader *r, struct bytes *text)
{
    if (!next_is(r, '"')) return false;
    uint8_t *to = r->at;
    text->at = to;
    while (r->at < r->end && *r->at != '"') {
        uint8_t c = *r->at++;
        if (c < 0x20) return false;
        if (c != '\\') *to++ = c;
        else if (!read_escape(r, &to)) return false;
    }
    text->n = (size_t)(to - text->at);
    return next_is(r, '"');
}

static size_t skip_digits(struct reader *r)
{
    const uint8_t *from = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
    return (size_t)(r->at - from);
}

static bool read_number(struct reader *r, struct json *to)
{
    to->whole = !next_is(r, '-');
    const uint8_t *digits = r->at;
    size_t n = skip_digits(r);
    if (n == 0 || (n > 1 && *digits == '0')) return false;
    for (size_t i = 0; i < n; i++) {
        uint64_t digit = (uint64_t)(digits[i] - '0');
        if (to->number > (UINT64_MAX - digit) / 10) to->whole = false;
        to->number = to->number * 10 + digit;
    }
    if (next_is(r, '.')) {
        to->whole = false;
        if (skip_digits(r) == 0) return false;
    }
    if (next_is(r, 'e') || next_is(r, 'E')) {
        to->whole = false;
        if (!next_is(r, '+')) next_is(r, '-');
        if (skip_digits(r) == 0) return false;
    }
    return true;
}

static bool read_value(struct reader *r, struct json *to, int depth);

/* The entries of a list or an object, behind its bracket. */
static bool read_entries(struct reader *r, struct json *to, int depth)
{
    bool object = to->type == JSON_OBJECT;
    char end = object ? '}' : ']';
    struct json **place = &to->first;
    size_t keys = 0;
    skip_space(r);
    if (next_is(r, end)) return true;
    do {
        struct json *entry = *place = r->free++;
        place = &entry->next;
        skip_space(r);
        if (object) {
            if (!read_text(r, &entry->key)) return false;
            skip_space(r);
            if (!next_is(r, ':')) return false;
            /* No request has so many keys that comparing them all would take long. */
            if (++keys > KEYS_MAX) r->repeated = true;
            for (struct json *e = to->first; e != entry && keys <= KEYS_MAX; e = e->next)
                if (e->key.n == entry->key.n && !memcmp(e->key.at, entry->key.at, e->key.n))
                    r->repeated = true;
        }
        if (!read_value(r, entry, depth + 1)) return false;
    } while (next_is(r, ','));
    return next_is(r, end);
}

static bool read_value(struct reader *r, struct json *to, int depth)
{
    bool good;
    skip_space(r);
    if (r->at >= r->end || depth > DEPTH_MAX) return false;
    switch (*r->at) {
    case '{':
    case '[':
        to->type = *r->at++ == '{' ? JSON_OBJECT : JSON_LIST;
        good = read_entries(r, to, depth);
        break;
    case '"':
        to->type = JSON_TEXT;
        good = read_text(r, &to->text);
        break;
    case 't':
    case 'f':
        to->type = JSON_FLAG;
        to->flag = *r->at == 't';
        good = read_word(r, to->flag ? "true" : "false");
        break;
    case 'n':
        good = read_word(r, "null");
        break;
    default:
        to->type = JSON_NUMBER;
        good = read_number(r, to);
    }
    skip_space(r);
    return good;
}

/* The value on a line, in nodes that the caller frees; NULL if there is not exactly one. */
static struct json *read_json(uint8_t *line, size_t n, bool *repeated)
{
    size_t nodes = 1; /* every node but the first stands behind one of these */
    for (size_t i = 0; i < n; i++) nodes += line[i] == ',' || line[i] == '[' || line[i] == '{';
    struct json *root = no_null(calloc(nodes, sizeof *root));
    struct reader r = {line, line + n, root + 1, false};
    bool good = is_utf8(line, r.end) && read_value(&r, root, 0) && r.at == r.end;
    *repeated = r.repeated;
    if (good) return root;
    free(root);
    return NULL;
}

static const struct json *entry_of(const struct json *object, const char *key)
{
    const struct json *entry = object->type == JSON_OBJECT ? object->first : NULL;
    while (entry != NULL && !same(entry->key, key)) entry = entry->next;
    return entry;
}

static char *room_for(struct buffer *to, size_t n)
{
    if (to->room - to->n < n) {
        to->room = 2 * to->room + n;
        to->at = no_null(realloc(to->at, to->room));
    }
    to->n += n;
    return to->at + to->n - n;
}

static void put_bytes(struct buffer *to, const void *at, size_t n)
{
    if (n > 0) memcpy(room_for(to, n), at, n);
}

void put(struct buffer *to, const char *text)
{
    put_bytes(to, text, strlen(text));
}

static void put_number(struct buffer *to, uint64_t number)
{
    char digits[24];
    snprintf(digits, sizeof digits, "%" PRIu64, number);
    put(to, digits);
}

void put_text(struct buffer *to, struct bytes text)
{
    put(to, "\"");
    for (size_t i = 0; i < text.n; i++) {
        char escaped[8];
        uint8_t c = text.at[i];
        if (c < 0x20 || c == '"' || c == '\\') {
            snprintf(escaped, sizeof escaped, "\\u%04x", c);
            put(to, escaped);
        } else {
            put_bytes(to, &c, 1);
        }
    }
    put(to, "\"");
}

static void put_word(struct buffer *to, const char *word)
{
    put_text(to, (struct bytes){(const uint8_t *)word, strlen(word)});
}

void put_hex(struct buffer *to, struct bytes value)
{
    put(to, "\"");
    char *digits = room_for(to, 2 * value.n);
    for (size_t i = 0; i < value.n; i++) {
        *digits++ = "0123456789abcdef"[value.at[i] >> 4];
        *digits++ = "0123456789abcdef"[value.at[i] & 15];
    }
    put(to, "\"");
}

static void put_name(struct buffer *to, const char *name)
{
    put(to, ",");
    put_word(to, name);
    put(to, ":");
}

void emit(struct client *c, const char *kind, uint64_t at_ms)
{
    put(&c->outputs, c->outputs.n > 0 ? ",{\"at_ms\":" : "{\"at_ms\":");
    put_number(&c->outputs, at_ms);
    put(&c->outputs, ",\"effect\":{\"kind\":");
    put_word(&c->outputs, kind);
}

void with_payload(struct client *c, const char *name, struct bytes message)
{
    put_name(&c->outputs, name);
    put(&c->outputs, "{\"bytes\":");
    put_hex(&c->outputs, message);
    put(&c->outputs, "}");
}

void with_hex(struct client *c, const char *name, struct bytes value)
{
    put_name(&c->outputs, name);
    put_hex(&c->outputs, value);
}

void with_text(struct client *c, const char *name, struct bytes text)
{
    put_name(&c->outputs, name);
    put_text(&c->outputs, text);
}

void with_number(struct client *c, const char *name, uint64_t number)
{
    put_name(&c->outputs, name);
    put_number(&c->outputs, number);
}

void emitted(struct client *c)
{
    put(&c->outputs, "}}");
}

/* 4. The shape of requests: the kind of every field, and the place of part 2 that takes them. */

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

#define PERSON {"user_id", IDENTIFIER}, {"hardware_id", IDENTIFIER}
#define ANNOUNCED PERSON, {"ivk", HEX_32}, {"announcement", MESSAGE}

static const struct shape MESSAGES[] = {
    {"leader_named", on_leader_named, {ANNOUNCED}},
    {"admitted", on_admitted, {ANNOUNCED, {"name", SHOWN_NAME}, {"outdated", FLAG}}},
    {"departed", on_departed, {PERSON}},
    {"renamed", on_renamed, {PERSON, {"name", SHOWN_NAME}}},
    {"nonce_posted", on_nonce_posted, {PERSON, {"nonce", HEX}}},
    {"link", on_link, {{"link", MESSAGE}}},
    {"heartbeat", on_heartbeat, {{"heartbeat", MESSAGE}}},
    {"sealed_key", on_sealed_key, {{"sealed", MESSAGE}}},
    {"packet", on_packet, {{"from", IDENTIFIER}, {"hardware_id", IDENTIFIER},
                           {"stream", IDENTIFIER}, {"packet", MESSAGE}}},
    {"lock_requested", on_lock_requested, {{"request", MESSAGE}}},
    {"lock_claimed", on_lock_claimed, {{"locked", FLAG}}},
    {"meeting_ended", on_meeting_ended, {{NULL, 0}}},
    {NULL, NULL, {{NULL, 0}}},
};

static const struct shape INPUTS[] = {
    {"hello", NULL, {{"protocol_min", NUMBER_32}, {"protocol_max", NUMBER_32}}},
    {"open", client_open, {PERSON, {"profile", PROFILE}, {"randomness", RANDOM}, {"codec", CODEC},
                           {"policies", POLICIES}}},
    {"join", on_join, {{"meeting_id", IDENTIFIER}, {"meeting_uuid", HEX_16}, {"role", ROLE},
                       {"name", SHOWN_NAME}}},
    {"deliver", NULL, {{"message", OBJECT}}},
    {"advance", on_advance, {{"to_ms", NUMBER_64}}},
    {"send", on_send, {{"stream", IDENTIFIER}, {"plaintext", HEX}}},
    {"set_lock", on_set_lock, {{"locked", FLAG}}},
    {"kick", on_kick, {PERSON}},
    {"leave", on_leave, {{NULL, 0}}},
    {"observe", on_observe, {{NULL, 0}}},
    {"compute", NULL, {{"formula", TEXT}, {"inputs", TEXTS}}},
    {"close", on_close, {{NULL, 0}}},
    {NULL, NULL, {{NULL, 0}}},
};

/* The formulas declared, and the inputs of each (docs/formulas.md, "compute"). */
static const struct shape FORMULAS[] = {
    {"security_code", security_code, {{"ivk", HEX_32}}},
    {NULL, NULL, {{NULL, 0}}},
};

static const struct value *value_of(const struct given *given, const char *name)
{
    static const struct json nothing;
    static const struct value absent = {NULL, {NULL, 0}, &nothing};
    for (size_t i = 0; i < given->n; i++)
        if (strcmp(given->at[i].name, name) == 0) return &given->at[i];
    return &absent;
}

struct bytes bytes_of(const struct given *given, const char *name)
{
    return value_of(given, name)->bytes;
}

uint64_t number_of(const struct given *given, const char *name)
{
    return value_of(given, name)->json->number;
}

bool flag_of(const struct given *given, const char *name)
{
    return value_of(given, name)->json->flag;
}

/* An answer that says why, in words of this file only. */
static struct answer said(const char *class, const char *format, ...)
{
    static char detail[200];
    va_list words;
    va_start(words, format);
    vsnprintf(detail, sizeof detail, format, words);
    va_end(words);
    return (struct answer){class, NULL, detail};
}

#define FINE ((struct answer){NULL, NULL, NULL})
#define BAD(...) said("bad_request", __VA_ARGS__)

static bool among(struct bytes text, const char *const *words)
{
    while (*words != NULL && !same(text, *words)) words++;
    return *words != NULL;
}

/* A word the protocol knows. One that part 1 does not declare is no error: not supported. */
static struct answer declared(struct bytes word, const char *name, const char *const *known,
                              const char *const *have)
{
    if (known != NULL && !among(word, known)) return BAD("field %s: an unknown word", name);
    if (!among(word, have)) return said("unsupported", "this %s is not declared", name);
    return FINE;
}

static struct answer must(bool holds, const char *name, const char *what)
{
    return holds ? FINE : BAD("field %s: %s", name, what);
}

/* Bytes from lower-case hexadecimal, written over its digits. */
static struct answer read_hex(const char *name, struct bytes *to)
{
    uint8_t *out = (uint8_t *)to->at; /* it points into the line */
    if (to->n % 2 != 0) return BAD("field %s: half a byte", name);
    for (size_t i = 0; i < to->n; i += 2) {
        int high = hex_digit(to->at[i]), low = hex_digit(to->at[i + 1]);
        if (high < 0 || low < 0) return BAD("field %s: not lower-case hexadecimal", name);
        out[i / 2] = (uint8_t)(high << 4 | low);
    }
    to->n /= 2;
    return FINE;
}

static struct answer read_hex_of(const char *name, struct bytes *to, size_t width)
{
    struct answer wrong = read_hex(name, to);
    if (wrong.class == NULL && to->n != width) return BAD("field %s: not %zu bytes", name, width);
    return wrong;
}

/* A message in codec `bytes`. */
static struct answer read_message(const char *name, const struct json *json, struct bytes *to)
{
    const struct json *bytes = entry_of(json, "bytes");
    if (bytes == NULL || bytes->type != JSON_TEXT || json->first->next != NULL)
        return BAD("field %s: not a message in codec bytes", name);
    *to = bytes->text;
    return read_hex(name, to);
}

/* Where random values come from. A tape or a seed has to be declared first, and read here. */
static struct answer read_randomness(const struct json *json)
{
    static const char *const known[] = {"tape", "seeded", "opaque", NULL};
    const struct json *class = entry_of(json, "class");
    if (class == NULL || class->type != JSON_TEXT) return BAD("randomness without a class");
    struct answer wrong = declared(class->text, "randomness", known, RANDOMNESS);
    if (wrong.class != NULL) return wrong;
    return json->first->next == NULL ? FINE : BAD("randomness with an unknown field");
}

static struct answer read_texts(const char *name, const struct json *json)
{
    for (const struct json *entry = json->first; entry != NULL; entry = entry->next)
        if (entry->type != JSON_TEXT) return BAD("field %s: not texts by name", name);
    return FINE;
}

static enum json_type type_of(enum kind kind)
{
    if (kind == NUMBER_32 || kind == NUMBER_64) return JSON_NUMBER;
    if (kind == FLAG) return JSON_FLAG;
    bool object = kind == MESSAGE || kind == OBJECT || kind == TEXTS || kind == RANDOM ||
                  kind == POLICIES;
    return object ? JSON_OBJECT : JSON_TEXT;
}

/* One field, as its kind says. */
static struct answer read_field(const struct field *f, const struct json *json, struct value *to)
{
    static const char *const codecs[] = {"bytes", "fields", NULL};
    static const char *const roles[] = {"leader", "participant", NULL};
    struct answer wrong;
    *to = (struct value){f->name, json->text, json};
    if (json->type != type_of(f->kind)) return BAD("field %s: of another type", f->name);
    switch (f->kind) {
    case TEXT:
    case FLAG:
    case OBJECT:
        return FINE;
    case IDENTIFIER:
        return must(to->bytes.n >= 1 && to->bytes.n <= 255, f->name, "not 1 to 255 bytes");
    case SHOWN_NAME:
        return must(to->bytes.n <= 255, f->name, "more than 255 bytes");
    case NUMBER_32:
        return must(json->whole && json->number <= UINT32_MAX, f->name, "not 32 bits");
    case NUMBER_64:
        return must(json->whole, f->name, "not 64 bits");
    case HEX:
        return read_hex(f->name, &to->bytes);
    case HEX_16:
        return read_hex_of(f->name, &to->bytes, 16);
    case HEX_32:
        return read_hex_of(f->name, &to->bytes, 32);
    case MESSAGE:
        return read_message(f->name, json, &to->bytes);
    case TEXTS:
        return read_texts(f->name, json);
    case PROFILE:
        return declared(json->text, f->name, NULL, PROFILES);
    case CODEC:
        return declared(json->text, f->name, codecs, CODECS);
    case ROLE:
        return declared(json->text, f->name, roles, ROLES);
    case RANDOM:
        return read_randomness(json);
    case POLICIES: /* this adapter declares none: docs/adapter.md, "Policies" */
        wrong = read_texts(f->name, json);
        if (wrong.class != NULL || json->first == NULL) return wrong;
        return said("unsupported", "no policy is declared");
    }
    return BAD("field %s: of a kind nobody reads", f->name);
}

static bool has_field(const struct shape *shape, struct bytes name)
{
    for (const struct field *f = shape->fields; f->name != NULL; f++)
        if (same(name, f->name)) return true;
    return false;
}

/* Exactly the fields of a shape, beside the field `tag` that named it; `policies` may be absent. */
static struct answer read_fields(const struct shape *shape, const char *tag,
                                 const struct json *json, struct given *to)
{
    to->n = 0;
    for (const struct json *entry = json->first; entry != NULL; entry = entry->next)
        if (!(tag != NULL && same(entry->key, tag)) && !has_field(shape, entry->key))
            return BAD("%s with an unknown field", shape->word);
    for (const struct field *f = shape->fields; f->name != NULL; f++) {
        const struct json *entry = entry_of(json, f->name);
        if (entry == NULL && f->kind == POLICIES) continue;
        if (entry == NULL) return BAD("%s without field %s", shape->word, f->name);
        struct answer wrong = read_field(f, entry, &to->at[to->n++]);
        if (wrong.class != NULL) return wrong;
    }
    return FINE;
}

static const struct shape *shape_of(const struct shape *shapes, struct bytes word)
{
    while (shapes->word != NULL && !same(word, shapes->word)) shapes++;
    return shapes->word == NULL ? NULL : shapes;
}

/* 5. Lines and sessions. */

enum { PROTOCOL = 2 };

struct session {
    struct bytes name;
    struct client *client;
};

static struct session *sessions;
static size_t sessions_n;

static struct session *session_of(struct bytes name)
{
    for (size_t i = 0; i < sessions_n; i++)
        if (sessions[i].name.n == name.n && !memcmp(sessions[i].name.at, name.at, name.n))
            return &sessions[i];
    return NULL;
}

static void put_words(struct buffer *to, const char *name, const char *const *words)
{
    put_name(to, name);
    for (size_t i = 0; words[i] != NULL; i++) {
        put(to, i == 0 ? "[" : ",");
        put_word(to, words[i]);
    }
    put(to, words[0] == NULL ? "[]" : "]");
}

/* Who this is and what it can do. */
static struct answer hello(const struct given *given)
{
    const char *formulas[sizeof FORMULAS / sizeof *FORMULAS];
    for (size_t i = 0; i < sizeof FORMULAS / sizeof *FORMULAS; i++) formulas[i] = FORMULAS[i].word;
    if (number_of(given, "protocol_min") > PROTOCOL || number_of(given, "protocol_max") < PROTOCOL)
        return said("unsupported", "speaks protocol %d only", PROTOCOL);
    put(&result, "{\"hello\":{\"protocol\":");
    put_number(&result, PROTOCOL);
    put_name(&result, "name");
    put_word(&result, NAME);
    put_name(&result, "version");
    put_word(&result, VERSION);
    put_words(&result, "roles", ROLES);
    put_words(&result, "profiles", PROFILES);
    put_words(&result, "formulas", formulas);
    put_words(&result, "randomness", RANDOMNESS);
    put_words(&result, "codecs", CODECS);
    put(&result, ",\"maps_codes\":false}}"); /* true once every refusal has the right rule */
    return answer("accept", NULL);
}

/* The outputs of a formula. */
static struct answer compute(const struct given *given)
{
    const struct shape *formula = shape_of(FORMULAS, bytes_of(given, "formula"));
    struct given inputs;
    if (formula == NULL) return said("unsupported", "a formula that is not declared");
    struct answer wrong = read_fields(formula, NULL, value_of(given, "inputs")->json, &inputs);
    return wrong.class != NULL ? wrong : formula->place(NULL, &inputs);
}

/* A new session, at the end of the list. */
static struct answer open_session(struct bytes name, const struct given *given)
{
    if (session_of(name) != NULL) return BAD("a session that is open already");
    struct client *client = no_null(calloc(1, sizeof *client));
    struct answer opened = client_open(client, given);
    if (strcmp(opened.class, "accept") != 0) {
        free(client->outputs.at);
        free(client);
        return opened;
    }
    uint8_t *kept = no_null(malloc(name.n + 1));
    memcpy(kept, name.at, name.n);
    sessions = no_null(realloc(sessions, (sessions_n + 1) * sizeof *sessions));
    sessions[sessions_n++] = (struct session){{kept, name.n}, client};
    put(&result, "{\"opened\":{\"ivk\":");
    put_hex(&result, (struct bytes){client->ivk, sizeof client->ivk});
    put(&result, "}}");
    return opened;
}

static struct answer close_session(struct session *session, const struct given *given)
{
    struct answer closed = on_close(session->client, given);
    free(session->client->outputs.at);
    free(session->client);
    free((void *)session->name.at);
    *session = sessions[--sessions_n];
    return closed;
}

static struct answer deliver(struct client *client, const struct json *message)
{
    struct given given;
    const struct json *kind = entry_of(message, "kind");
    const struct shape *shape = NULL;
    if (kind != NULL && kind->type == JSON_TEXT) shape = shape_of(MESSAGES, kind->text);
    if (shape == NULL) return BAD("an unknown kind");
    struct answer wrong = read_fields(shape, "kind", message, &given);
    return wrong.class != NULL ? wrong : shape->place(client, &given);
}

/* Answers what is asked of the session of that name, if there is a name. */
static struct answer respond(const struct json *name, const struct json *input)
{
    struct given given;
    const struct json *op = entry_of(input, "op");
    const struct shape *shape = NULL;
    if (op != NULL && op->type == JSON_TEXT) shape = shape_of(INPUTS, op->text);
    if (shape == NULL) return BAD("an unknown op");
    struct answer wrong = read_fields(shape, "op", input, &given);
    if (wrong.class != NULL) return wrong;
    if (same(op->text, "hello")) return hello(&given);
    if (same(op->text, "compute")) return compute(&given);
    if (name == NULL) return BAD("an input for a session, without its name");
    if (same(op->text, "open")) return open_session(name->text, &given);
    struct session *session = session_of(name->text);
    if (session == NULL) return BAD("no such session");
    if (same(op->text, "close")) return close_session(session, &given);
    if (same(op->text, "deliver"))
        return deliver(session->client, value_of(&given, "message")->json);
    return shape->place(session->client, &given);
}

/* A request's own fields, then what it asks. */
static struct answer answer_to(const struct json *request, const struct json **name)
{
    static const char *const known[] = {"id", "session", "case", "input", NULL};
    const struct json *id = entry_of(request, "id"), *input = entry_of(request, "input");
    const struct json *session = entry_of(request, "session"), *of = entry_of(request, "case");
    for (const struct json *entry = request->first; entry != NULL; entry = entry->next)
        if (!among(entry->key, known)) return BAD("a request with an unknown field");
    if (id == NULL || id->type != JSON_NUMBER || !id->whole) return BAD("a request without an id");
    if (input == NULL || input->type != JSON_OBJECT) return BAD("a request without an input");
    if (of != NULL && of->type != JSON_TEXT && of->type != JSON_NULL)
        return BAD("a case that is no text");
    if (session != NULL && session->type != JSON_TEXT && session->type != JSON_NULL)
        return BAD("a session that is no text");
    if (session != NULL && session->type == JSON_TEXT) *name = session;
    return respond(*name, input);
}

/* What a client reports with its answer: what was emitted for it, and what comes next. */
static void put_told(struct buffer *to, struct client *client)
{
    if (client->outputs.n > 0) {
        put(to, ",\"outputs\":[");
        put_bytes(to, client->outputs.at, client->outputs.n);
        put(to, "]");
    }
    client->outputs.n = 0;
    if (client->has_deadline) {
        put(to, ",\"deadline_ms\":");
        put_number(to, client->deadline_ms);
    }
}

/* The one answer to a line, whatever is on it. */
static void serve(uint8_t *line, size_t n, struct buffer *to)
{
    bool repeated = false;
    const struct json *name = NULL, *id = NULL;
    struct json *request = n > LINE_BYTES_MAX ? NULL : read_json(line, n, &repeated);
    struct answer a = BAD(n > LINE_BYTES_MAX ? "a line of more than 1 MiB" : "not one JSON object");
    result.n = to->n = 0;
    if (request != NULL) id = entry_of(request, "id");
    if (request != NULL && request->type == JSON_OBJECT)
        a = repeated ? BAD("a repeated key") : answer_to(request, &name);
    put(to, "{\"id\":");
    put_number(to, id != NULL && id->type == JSON_NUMBER && id->whole ? id->number : 0);
    put_name(to, "class");
    put_word(to, a.class);
    if (a.code != NULL) put_name(to, "code"), put_word(to, a.code);
    if (a.detail != NULL) put_name(to, "detail"), put_word(to, a.detail);
    if (result.n > 0) put_name(to, "result"), put_bytes(to, result.at, result.n);
    struct session *session = name == NULL ? NULL : session_of(name->text);
    if (session != NULL) put_told(to, session->client);
    put(to, "}\n");
    free(request);
}

/* Reads a line into `line`, at most one byte more than is allowed; the rest of it is lost. */
static bool read_line(uint8_t *line, size_t *n)
{
    int c;
    *n = 0;
    while ((c = getchar()) != EOF && c != '\n')
        if (*n <= LINE_BYTES_MAX) line[(*n)++] = (uint8_t)c;
    return c != EOF || *n > 0;
}

/* Serves standard input until it ends. Anything for people goes to standard error. */
int main(void)
{
    static uint8_t line[LINE_BYTES_MAX + 1];
    struct buffer out = {NULL, 0, 0};
    size_t n;
    while (read_line(line, &n)) {
        serve(line, n, &out);
        fwrite(out.at, 1, out.n, stdout);
        fflush(stdout); /* the harness waits for the answer */
    }
    free(out.at);
    free(result.at);
    for (size_t i = 0; i < sessions_n; i++) {
        free((void *)sessions[i].name.at);
        free(sessions[i].client->outputs.at);
        free(sessions[i].client);
    }
    free(sessions);
    return 0;
}
