/* Views of bytes, short texts, growing arrays, memory that lasts one answer, and what can become
 * of an input. */
#ifndef BASE_H
#define BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Bytes that belong to somebody else: mostly scratch memory, or a part of a message. */
typedef struct {
    const uint8_t *at;
    size_t n;
} bytes;

#define BYTES(array) ((bytes){(array), sizeof(array)})
#define NO_BYTES ((bytes){(const uint8_t *)"", 0})
bytes bytes_of(const char *text);
bool bytes_equal(bytes a, bytes b);

/* An identifier or a display name, at most 255 bytes, held by value: copying a struct copies it. */
struct text {
    uint8_t n;
    char at[255];
};
bool text_set(struct text *to, bytes from);
bytes text_bytes(const struct text *t);
bool text_equal(const struct text *a, const struct text *b);

/* A device is named by user and hardware. */
struct device_id {
    struct text user, hardware;
};
int device_compare(const struct device_id *a, const struct device_id *b);
bool device_equal(const struct device_id *a, const struct device_id *b);

/* Growing arrays of plain values. They may hold secrets, so memory that is given back is zeroed. */
#define ARRAY(type) struct { type *at; size_t n, cap; }
#define ARRAY_PUSH(a) \
    ((a).at = array_room((a).at, (a).n, &(a).cap, sizeof *(a).at), &(a).at[(a).n++])
#define ARRAY_INSERT(a, i) \
    ((a).at = array_gap((a).at, (i), (a).n++, &(a).cap, sizeof *(a).at), &(a).at[i])
#define ARRAY_REMOVE(a, i) (array_close((a).at, (i), (a).n, sizeof *(a).at), (a).n--)
#define ARRAY_COPY(a) ((a).at = array_copy((a).at, (a).n, sizeof *(a).at), (a).cap = (a).n)
#define ARRAY_FREE(a) (array_free((a).at, (a).cap * sizeof *(a).at), (a).at = NULL, (a).n = (a).cap = 0)
void *array_room(void *at, size_t n, size_t *cap, size_t size);
void *array_gap(void *at, size_t i, size_t n, size_t *cap, size_t size);
void array_close(void *at, size_t i, size_t n, size_t size);
void *array_copy(const void *at, size_t n, size_t size);
void array_free(void *at, size_t size);

/* Memory until the end of this answer: nobody frees a piece of it, and a refusal leaks nothing. */
void *scratch(size_t n);
void scratch_reset(void);
/* Writes its parts one after the other into scratch memory. */
bytes join_bytes(const bytes *parts, size_t n);

bytes u32_bytes(uint32_t n);
bytes u64_bytes(uint64_t n);
uint32_t u32_read(const uint8_t *at);
uint64_t u64_read(const uint8_t *at);

char *hex_of(bytes in);
bool hex_read(const char *in, size_t n, bytes *out);
bool is_utf8(bytes in);

/* What became of an input; `why` is the rule behind it, or words for people (bad_request). */
enum class { ACCEPT, REJECT, IGNORE, PENDING, LEAVE, UNSUPPORTED, BAD_REQUEST, INTERNAL };
typedef struct {
    enum class class;
    const char *why;
} verdict;
#define OK ((verdict){ACCEPT, NULL})
#define REFUSE(rule) ((verdict){REJECT, (rule)})
#define PASS_OVER(rule) ((verdict){IGNORE, (rule)})
#define BAD(words) ((verdict){BAD_REQUEST, (words)})
/* Goes on only if the step was taken. */
#define TRY(step) \
    do { \
        verdict tried_ = (step); \
        if (tried_.class != ACCEPT) return tried_; \
    } while (0)

/* For failures that are nobody's input: no memory, a library that does not do its work. */
_Noreturn void fatal(const char *what);

#endif
