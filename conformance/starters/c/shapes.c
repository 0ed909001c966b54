/* The shape of requests: the kind of every field, and the place of client.c that takes them. */
#include "protocol.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define PERSON {"user_id", IDENTIFIER}, {"hardware_id", IDENTIFIER}
#define ANNOUNCED PERSON, {"ivk", HEX_32}, {"announcement", MESSAGE}

const struct shape MESSAGES[] = {
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
    {"room_claimed", on_room_claimed, {PERSON, {"in_room", FLAG}}},
    {"meeting_ended", on_meeting_ended, {{NULL, 0}}},
    {NULL, NULL, {{NULL, 0}}},
};

const struct shape INPUTS[] = {
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
    {"step_out", on_step_out, {{NULL, 0}}},
    {"leave", on_leave, {{NULL, 0}}},
    {"observe", on_observe, {{NULL, 0}}},
    {"compute", NULL, {{"formula", TEXT}, {"inputs", TEXTS}}},
    {"close", on_close, {{NULL, 0}}},
    {NULL, NULL, {{NULL, 0}}},
};

/* The formulas declared, and the inputs of each (docs/formulas.md, "compute"). */
const struct shape FORMULAS[] = {
    {"security_code", security_code, {{"ivk", HEX_32}}},
    {NULL, NULL, {{NULL, 0}}},
};

const struct value *value_of(const struct given *given, const char *name)
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

/* An answer that says why, in words of the adapter only. */
struct answer said(const char *class, const char *format, ...)
{
    static char detail[200];
    va_list words;
    va_start(words, format);
    vsnprintf(detail, sizeof detail, format, words);
    va_end(words);
    return (struct answer){class, NULL, detail};
}

bool among(struct bytes text, const char *const *words)
{
    while (*words != NULL && !same(text, *words)) words++;
    return *words != NULL;
}

/* A word the protocol knows. One that client.c does not declare is no error: not supported. */
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
struct answer read_fields(const struct shape *shape, const char *tag,
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

const struct shape *shape_of(const struct shape *shapes, struct bytes word)
{
    while (shapes->word != NULL && !same(word, shapes->word)) shapes++;
    return shapes->word == NULL ? NULL : shapes;
}
