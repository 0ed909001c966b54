#include "roster.h"

#include <sodium.h>
#include <stdlib.h>

#include "crypto.h"

static const char *const op_names[OPS] = {"add",    "left",     "kicked",  "rename",
                                          "lock",   "unlock",   "snapshot", "snapshot_locked"};
static const char *const standing_names[] = {"present", "left", "kicked"};

struct list *list_empty(void)
{
    struct list *l = calloc(1, sizeof *l);
    if (l == NULL) fatal("no memory");
    l->holders = 1;
    return l;
}

struct list *list_hold(struct list *l)
{
    l->holders++;
    return l;
}

void list_release(struct list *l)
{
    if (l == NULL || --l->holders > 0) return;
    ARRAY_FREE(l->entries);
    free(l);
}

/* Where the device is, or would be. */
static size_t place(const struct list *l, const struct device_id *who)
{
    size_t low = 0, high = l->entries.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (device_compare(&l->entries.at[middle].who, who) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

const struct entry *list_find(const struct list *l, const struct device_id *who)
{
    size_t i = place(l, who);
    if (i == l->entries.n || !device_equal(&l->entries.at[i].who, who)) return NULL;
    return &l->entries.at[i];
}

const struct entry *list_present(const struct list *l, const struct device_id *who)
{
    const struct entry *e = list_find(l, who);
    return e != NULL && e->standing == PRESENT ? e : NULL;
}

size_t list_count_present(const struct list *l)
{
    size_t n = 0;
    for (size_t i = 0; i < l->entries.n; i++) n += l->entries.at[i].standing == PRESENT;
    return n;
}

bool is_snapshot(enum op op)
{
    return op == SNAPSHOT || op == SNAPSHOT_LOCKED;
}

static bool entry_from(const struct profile *p, bytes in, struct entry *e)
{
    bytes v[FIELDS_MAX];
    if (!decode(p, &ENTRY, in, v)) return false;
    text_set(&e->who.user, v[0]);
    text_set(&e->who.hardware, v[1]);
    text_set(&e->name, v[2]);
    memcpy(e->ivk, v[3].at, 32);
    size_t standing = 0;
    while (standing < 3 && !bytes_equal(v[4], bytes_of(standing_names[standing]))) standing++;
    if (standing == 3) return false;
    e->standing = (enum standing)standing;
    if (v[5].n != (e->standing == PRESENT ? 32 : 0)) return false;
    memcpy(e->binding_hash, v[5].at, v[5].n);
    e->leaves = u32_read(v[6].at);
    return true;
}

/* The entries of a snapshot, in order, none twice. */
static struct list *entries_from(const struct profile *p, bytes in)
{
    struct list *l = list_empty();
    while (in.n > 0) {
        size_t n = in.n < 4 ? SIZE_MAX : u32_read(in.at);
        if (in.n < 4 || in.n - 4 < n) break;
        struct entry *e = ARRAY_PUSH(l->entries);
        if (!entry_from(p, (bytes){in.at + 4, n}, e)) break;
        if (l->entries.n > 1 && device_compare(&e[-1].who, &e->who) >= 0) break;
        in = (bytes){in.at + 4 + n, in.n - 4 - n};
    }
    if (in.n == 0 && l->entries.n > 0) return l;
    list_release(l);
    return NULL;
}

bytes entries_encoded(const struct profile *p, const struct list *l)
{
    bytes *parts = scratch((2 * l->entries.n + 1) * sizeof *parts);
    for (size_t i = 0; i < l->entries.n; i++) {
        const struct entry *e = &l->entries.at[i];
        bytes v[] = {text_bytes(&e->who.user), text_bytes(&e->who.hardware), text_bytes(&e->name),
                     BYTES(e->ivk), bytes_of(standing_names[e->standing]),
                     e->standing == PRESENT ? BYTES(e->binding_hash) : NO_BYTES,
                     u32_bytes(e->leaves)};
        parts[2 * i + 1] = encode(p, &ENTRY, v);
        parts[2 * i] = u32_bytes((uint32_t)parts[2 * i + 1].n);
    }
    return join_bytes(parts, 2 * l->entries.n);
}

/* Which fields each operation uses, besides v, prev and op. */
enum { DEVICE = 1, KEYS = 2, NAME = 4, LISTED = 8 };
static unsigned fields_of(enum op op)
{
    if (op == ADD) return DEVICE | KEYS | NAME;
    if (op == LEAVES || op == REMOVED) return DEVICE;
    if (op == RENAME) return DEVICE | NAME;
    return is_snapshot(op) ? LISTED : 0;
}

bool link_from(const struct profile *p, const bytes *v, struct link *to)
{
    memset(to, 0, sizeof *to);
    to->v = u32_read(v[0].at);
    memcpy(to->prev, v[1].at, 32);
    size_t op = 0;
    while (op < OPS && !bytes_equal(v[2], bytes_of(op_names[op]))) op++;
    if (op == OPS) return false;
    to->op = (enum op)op;
    unsigned used = fields_of(to->op);
    if ((v[3].n > 0) != !!(used & DEVICE) || (v[4].n > 0) != !!(used & DEVICE)) return false;
    if (v[5].n != (used & KEYS ? 32 : 0) || v[6].n != (used & KEYS ? 32 : 0)) return false;
    if (v[7].n > 0 && !(used & NAME)) return false;
    if ((v[8].n > 0) != !!(used & LISTED)) return false;
    text_set(&to->who.user, v[3]);
    text_set(&to->who.hardware, v[4]);
    memcpy(to->ivk, v[5].at, v[5].n);
    memcpy(to->binding_hash, v[6].at, v[6].n);
    text_set(&to->name, v[7]);
    to->entries = v[8];
    if (used & LISTED) {
        to->listed = entries_from(p, v[8]);
        if (to->listed == NULL) return false;
        to->listed->locked = to->op == SNAPSHOT_LOCKED;
    }
    return true;
}

void link_free(struct link *l)
{
    list_release(l->listed);
    l->listed = NULL;
}

void link_values(const struct link *l, bytes *v)
{
    unsigned used = fields_of(l->op);
    v[0] = u32_bytes(l->v);
    v[1] = BYTES(l->prev);
    v[2] = bytes_of(op_names[l->op]);
    v[3] = text_bytes(&l->who.user);
    v[4] = text_bytes(&l->who.hardware);
    v[5] = used & KEYS ? BYTES(l->ivk) : NO_BYTES;
    v[6] = used & KEYS ? BYTES(l->binding_hash) : NO_BYTES;
    v[7] = text_bytes(&l->name);
    v[8] = used & LISTED ? l->entries : NO_BYTES;
}

void link_hash(const struct profile *p, const struct link *l, uint8_t hash[32])
{
    bytes v[FIELDS_MAX];
    link_values(l, v);
    sha256(encode(p, &LINK, v), hash);
}

bool link_applies(const struct list *l, const struct link *k)
{
    const struct entry *here = list_present(l, &k->who);
    switch (k->op) {
    case ADD: return here == NULL || memcmp(here->binding_hash, k->binding_hash, 32) != 0;
    case LEAVES:
    case REMOVED: return here != NULL;
    case RENAME: return here != NULL && !text_equal(&here->name, &k->name);
    case LOCK: return !l->locked;
    case UNLOCK: return l->locked;
    default: return true;
    }
}

struct list *link_apply(const struct profile *p, const struct list *l, const struct link *k)
{
    struct list *to = list_empty();
    to->entries = (is_snapshot(k->op) ? k->listed : l)->entries;
    ARRAY_COPY(to->entries);
    to->locked = k->op == LOCK || k->op == SNAPSHOT_LOCKED || (l->locked && k->op < LOCK);
    to->v = k->v;
    link_hash(p, k, to->head);
    if (k->op > RENAME) return to;

    size_t i = place(to, &k->who);
    bool known = i < to->entries.n && device_equal(&to->entries.at[i].who, &k->who);
    struct entry *e = known ? &to->entries.at[i] : ARRAY_INSERT(to->entries, i);
    e->who = k->who;
    if (k->op == ADD || k->op == RENAME) e->name = k->name;
    if (k->op == ADD) {
        memcpy(e->ivk, k->ivk, 32);
        memcpy(e->binding_hash, k->binding_hash, 32);
        e->standing = PRESENT;
    } else if (k->op != RENAME) {
        memset(e->binding_hash, 0, 32);
        e->standing = k->op == LEAVES ? LEFT : KICKED;
        e->leaves++;
    }
    return to;
}

bool same_list(const struct list *a, const struct list *b)
{
    if (a->locked != b->locked || a->entries.n != b->entries.n) return false;
    for (size_t i = 0; i < a->entries.n; i++) {
        const struct entry *x = &a->entries.at[i], *y = &b->entries.at[i];
        if (!device_equal(&x->who, &y->who) || !text_equal(&x->name, &y->name) ||
            memcmp(x->ivk, y->ivk, 32) != 0 || x->standing != y->standing ||
            memcmp(x->binding_hash, y->binding_hash, 32) != 0 || x->leaves != y->leaves)
            return false;
    }
    return true;
}
