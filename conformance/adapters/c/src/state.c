#include "state.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

bool has(const struct session *s, enum rule rule)
{
    return in_force(s->profile, rule);
}

struct session *session_copy(const struct session *s)
{
    struct session *c = malloc(sizeof *c);
    if (c == NULL) fatal("no memory");
    *c = *s;
    json_incref(c->tape);
    ARRAY_COPY(c->sent);
    ARRAY_COPY(c->seen);
    if (c->away.set) list_hold(c->away.list);
    if (c->phase != JOINED) return c;
    struct meeting *m = &c->m;
    list_hold(m->list);
    ARRAY_COPY(m->ahead);
    for (size_t i = 0; i < m->ahead.n; i++) list_hold(m->ahead.at[i].after);
    ARRAY_COPY(m->lingering);
    ARRAY_COPY(m->board);
    ARRAY_COPY(m->nonces);
    ARRAY_COPY(m->names);
    ARRAY_COPY(m->in_rooms);
    ARRAY_COPY(m->keys);
    ARRAY_COPY(m->members);
    return c;
}

/* Keys, nonces, the ephemeral secret: all of the meeting is zeroed and gone. */
void meeting_forget(struct session *s)
{
    struct meeting *m = &s->m;
    list_release(m->list);
    for (size_t i = 0; i < m->ahead.n; i++) list_release(m->ahead.at[i].after);
    ARRAY_FREE(m->ahead);
    ARRAY_FREE(m->lingering);
    ARRAY_FREE(m->board);
    ARRAY_FREE(m->nonces);
    ARRAY_FREE(m->names);
    ARRAY_FREE(m->in_rooms);
    ARRAY_FREE(m->keys);
    ARRAY_FREE(m->members);
    sodium_memzero(m, sizeof *m);
}

void away_forget(struct session *s)
{
    list_release(s->away.list);
    sodium_memzero(&s->away, sizeof s->away);
}

void session_free(struct session *s)
{
    if (s == NULL) return;
    meeting_forget(s);
    away_forget(s);
    ARRAY_FREE(s->sent);
    ARRAY_FREE(s->seen);
    json_decref(s->tape);
    sodium_memzero(s, sizeof *s);
    free(s);
}

const char *const purpose_names[PURPOSES] = {"identity",  "ephemeral", "ephemeral_kem",
                                             "meeting_key", "box_nonce", "kem_coins",
                                             "liveness_nonce"};
const size_t purpose_sizes[PURPOSES] = {32, 32, 64, 32, 24, 32, 24};

verdict draw(struct input *in, enum purpose purpose, uint8_t *to)
{
    struct session *s = in->s;
    size_t size = purpose_sizes[purpose];
    uint32_t number = s->drawn[purpose]++;
    char *name = scratch(48);
    snprintf(name, 48, "%s/%" PRIu32, purpose_names[purpose], number);
    if (s->randomness == OPAQUE) {
        random_fill(to, size);
        return OK;
    }
    if (s->randomness == SEEDED) {
        hkdf(BYTES(s->random_seed), bytes_of("conclave/draw"), bytes_of(name), to, size);
    } else {
        json_t *value = json_array_get(json_object_get(s->tape, purpose_names[purpose]), number);
        bytes entry = NO_BYTES;
        if (value == NULL || !hex_read(json_string_value(value), json_string_length(value), &entry))
            return BAD("the tape has no such value");
        if (entry.n != size) return BAD("a value of the tape is of another width");
        memcpy(to, entry.at, size);
    }
    json_array_append_new(in->drawn, json_string(name));
    return OK;
}

json_t *output(struct input *in, const char *kind)
{
    json_t *out = json_object(), *effect = json_object();
    json_object_set_new(out, "at_ms", json_integer((json_int_t)in->s->now));
    json_object_set_new(effect, "kind", json_string(kind));
    json_object_set_new(out, "effect", effect);
    json_array_append_new(in->outputs, out);
    return effect;
}
