#include "base.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn void fatal(const char *what)
{
    fprintf(stderr, "conclave-client: %s\n", what);
    exit(1);
}

bytes bytes_of(const char *text)
{
    return (bytes){(const uint8_t *)text, strlen(text)};
}

bool bytes_equal(bytes a, bytes b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.at, b.at, a.n) == 0);
}

bool text_set(struct text *to, bytes from)
{
    memset(to, 0, sizeof *to);
    if (from.n > sizeof to->at) return false;
    if (from.n > 0) memcpy(to->at, from.at, from.n);
    to->n = (uint8_t)from.n;
    return true;
}

bytes text_bytes(const struct text *t)
{
    return (bytes){(const uint8_t *)t->at, t->n};
}

static int text_compare(const struct text *a, const struct text *b)
{
    size_t shorter = a->n < b->n ? a->n : b->n;
    int order = memcmp(a->at, b->at, shorter);
    return order != 0 ? order : (int)a->n - (int)b->n;
}

bool text_equal(const struct text *a, const struct text *b)
{
    return text_compare(a, b) == 0;
}

int device_compare(const struct device_id *a, const struct device_id *b)
{
    int order = text_compare(&a->user, &b->user);
    return order != 0 ? order : text_compare(&a->hardware, &b->hardware);
}

bool device_equal(const struct device_id *a, const struct device_id *b)
{
    return device_compare(a, b) == 0;
}

static void *room(size_t n)
{
    void *at = calloc(1, n > 0 ? n : 1);
    if (at == NULL) fatal("no memory");
    return at;
}

void *array_room(void *at, size_t n, size_t *cap, size_t size)
{
    if (n < *cap) {
        memset((char *)at + n * size, 0, size);
        return at;
    }
    size_t larger = *cap > 0 ? *cap * 2 : 4;
    char *to = room(larger * size);
    if (n > 0) memcpy(to, at, n * size);
    array_free(at, *cap * size);
    *cap = larger;
    return to;
}

void *array_gap(void *at, size_t i, size_t n, size_t *cap, size_t size)
{
    char *to = array_room(at, n, cap, size);
    memmove(to + (i + 1) * size, to + i * size, (n - i) * size);
    memset(to + i * size, 0, size);
    return to;
}

void array_close(void *at, size_t i, size_t n, size_t size)
{
    char *from = at;
    memmove(from + i * size, from + (i + 1) * size, (n - i - 1) * size);
    sodium_memzero(from + (n - 1) * size, size);
}

void *array_copy(const void *at, size_t n, size_t size)
{
    if (n == 0) return NULL;
    void *to = room(n * size);
    memcpy(to, at, n * size);
    return to;
}

void array_free(void *at, size_t size)
{
    if (at != NULL) sodium_memzero(at, size);
    free(at);
}

/* A list of blocks, newest first; a piece comes from the newest if it has room. */
struct block {
    struct block *before;
    size_t size, used;
    _Alignas(max_align_t) uint8_t at[];
};
static struct block *newest;

void *scratch(size_t n)
{
    n = (n + 15) & ~(size_t)15;
    if (newest == NULL || newest->size - newest->used < n) {
        size_t size = n > 65536 ? n : 65536;
        struct block *block = room(sizeof *block + size);
        block->before = newest;
        block->size = size;
        newest = block;
    }
    void *at = newest->at + newest->used;
    newest->used += n;
    return at;
}

void scratch_reset(void)
{
    while (newest != NULL) {
        struct block *before = newest->before;
        sodium_memzero(newest->at, newest->used);
        free(newest);
        newest = before;
    }
}

bytes join_bytes(const bytes *parts, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < n; i++) total += parts[i].n;
    uint8_t *at = scratch(total), *to = at;
    for (size_t i = 0; i < n; i++) {
        if (parts[i].n > 0) memcpy(to, parts[i].at, parts[i].n);
        to += parts[i].n;
    }
    return (bytes){at, total};
}

static bytes number_bytes(uint64_t n, size_t width)
{
    uint8_t *at = scratch(width);
    for (size_t i = 0; i < width; i++) at[i] = (uint8_t)(n >> (8 * (width - 1 - i)));
    return (bytes){at, width};
}

bytes u32_bytes(uint32_t n)
{
    return number_bytes(n, 4);
}

bytes u64_bytes(uint64_t n)
{
    return number_bytes(n, 8);
}

uint64_t u64_read(const uint8_t *at)
{
    return (uint64_t)u32_read(at) << 32 | u32_read(at + 4);
}

uint32_t u32_read(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

char *hex_of(bytes in)
{
    char *to = scratch(in.n * 2 + 1);
    sodium_bin2hex(to, in.n * 2 + 1, in.at, in.n);
    return to;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
}

/* Not libsodium's: that one reads capitals too. */
bool hex_read(const char *in, size_t n, bytes *out)
{
    if (n % 2 != 0) return false;
    uint8_t *to = scratch(n / 2);
    for (size_t i = 0; i < n / 2; i++) {
        int high = hex_digit(in[2 * i]), low = hex_digit(in[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        to[i] = (uint8_t)(high << 4 | low);
    }
    *out = (bytes){to, n / 2};
    return true;
}

bool is_utf8(bytes in)
{
    static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
    for (size_t i = 0; i < in.n;) {
        uint8_t first = in.at[i++];
        size_t more = first < 0x80 ? 0 : first >> 5 == 6 ? 1 : first >> 4 == 14 ? 2 : 3;
        if (more == 3 && first >> 3 != 30) return false;
        uint32_t point = more == 0 ? first : first & (0x3fu >> more);
        if (in.n - i < more) return false;
        for (size_t k = 0; k < more; k++, i++) {
            if (in.at[i] >> 6 != 2) return false;
            point = point << 6 | (in.at[i] & 0x3fu);
        }
        if (point < least[more] || point > 0x10ffff || (point >> 11) == 0x1b) return false;
    }
    return true;
}
