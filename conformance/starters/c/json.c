/* JSON, strictly. A line is read once; its texts are unescaped where they stand. */
#include "protocol.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DEPTH_MAX = 64, KEYS_MAX = 256 };

struct buffer result;

struct reader {
    uint8_t *at, *end;
    struct json *free; /* the next node nobody uses */
    bool repeated;     /* whether an object has a key twice */
};

void *no_null(void *memory)
{
    if (memory != NULL) return memory;
    fputs("no memory\n", stderr);
    exit(1);
}

bool same(struct bytes text, const char *word)
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

int hex_digit(uint8_t c)
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
struct json *read_json(uint8_t *line, size_t n, bool *repeated)
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

const struct json *entry_of(const struct json *object, const char *key)
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

void put_bytes(struct buffer *to, const void *at, size_t n)
{
    if (n > 0) memcpy(room_for(to, n), at, n);
}

void put(struct buffer *to, const char *text)
{
    put_bytes(to, text, strlen(text));
}

void put_number(struct buffer *to, uint64_t number)
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

void put_word(struct buffer *to, const char *word)
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

void put_name(struct buffer *to, const char *name)
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
