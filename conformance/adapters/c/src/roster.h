/* The leader participant list as a value, links, and what a link makes of a list. */
#ifndef ROSTER_H
#define ROSTER_H

#include "layout.h"

enum standing { PRESENT, LEFT, KICKED };
struct entry {
    struct device_id who;
    struct text name;
    uint8_t ivk[32];
    enum standing standing;
    uint8_t binding_hash[32]; /* while present */
    uint32_t leaves;
};

/* Never changed once others may hold it; links make new ones. Entries are in the order of `who`. */
struct list {
    unsigned holders;
    uint32_t v;
    uint8_t head[32]; /* hash of the last link */
    bool locked;
    ARRAY(struct entry) entries;
};
struct list *list_empty(void);
struct list *list_hold(struct list *l);
void list_release(struct list *l);
const struct entry *list_find(const struct list *l, const struct device_id *who);
/* The entry if the device is present, else NULL. */
const struct entry *list_present(const struct list *l, const struct device_id *who);
size_t list_count_present(const struct list *l);

enum op { ADD, LEAVES, REMOVED, RENAME, LOCK, UNLOCK, SNAPSHOT, SNAPSHOT_LOCKED, OPS };
struct link {
    uint32_t v;
    uint8_t prev[32];
    enum op op;
    struct device_id who;
    uint8_t ivk[32], binding_hash[32];
    struct text name;
    bytes entries;       /* encoded */
    struct list *listed; /* decoded, for a snapshot; belongs to the link */
};
bool is_snapshot(enum op op);
/* False for what does not decode. On success link_free() is due. */
bool link_from(const struct profile *p, const bytes *values, struct link *to);
void link_free(struct link *l);
/* The values of the layout, with scratch memory behind them. */
void link_values(const struct link *l, bytes *values);
void link_hash(const struct profile *p, const struct link *l, uint8_t hash[32]);
bytes entries_encoded(const struct profile *p, const struct list *l);

/* Whether the operation changes the list (MEM-05), and the list it makes; v and head are set too. */
bool link_applies(const struct list *l, const struct link *k);
struct list *link_apply(const struct profile *p, const struct list *l, const struct link *k);
bool same_list(const struct list *a, const struct list *b);

#endif
