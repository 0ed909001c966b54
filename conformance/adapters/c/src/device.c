#include "device.h"

#include <sodium.h>

bool has_kem(size_t pk_n)
{
    return pk_n == PK_HYBRID;
}

bytes binding_of(const struct session *s, const struct announced *a)
{
    bytes v[] = {text_bytes(&s->m.id), BYTES(s->m.uuid), text_bytes(&a->who.user),
                 text_bytes(&a->who.hardware), BYTES(a->ivk), {a->pk, a->pk_n}};
    return encode(s->profile, &BINDING, v);
}

static void announcement_write(struct input *in, const struct announced *a)
{
    bytes v[] = {text_bytes(&a->who.user), text_bytes(&a->who.hardware), {a->pk, a->pk_n},
                 BYTES(a->sig)};
    json_object_set_new(output(in, "post_announcement"), "announcement",
                        payload_write(in->s->profile, in->s->codec, &ANNOUNCEMENT, v));
}

verdict announcement_read(const struct session *s, json_t *payload, const struct device_id *who,
                          const uint8_t ivk[32], struct announced *to)
{
    bytes v[FIELDS_MAX];
    TRY(payload_read(s->profile, s->codec, &ANNOUNCEMENT, payload, v));
    memset(to, 0, sizeof *to);
    to->who = *who;
    memcpy(to->ivk, ivk, 32);
    memcpy(to->pk, v[2].at, v[2].n);
    to->pk_n = v[2].n;
    memcpy(to->sig, v[3].at, 64);
    return OK;
}

verdict peer_from(const struct session *s, const struct announced *a, struct peer *to)
{
    bytes binding = binding_of(s, a);
    memset(to, 0, sizeof *to);
    if (!verify(a->ivk, labels[SIG_ANNOUNCEMENT], binding, a->sig)) return REFUSE("DEV-01");
    bool width = a->pk_n == PK_CLASSIC || (a->pk_n == PK_HYBRID && has(s, ROT_23));
    if (!width || !agree(s->m.secret, a->pk, to->shared)) return REFUSE("ROT-09");
    to->who = a->who;
    memcpy(to->ivk, a->ivk, 32);
    memcpy(to->pk, a->pk, a->pk_n);
    to->pk_n = a->pk_n;
    sha256(binding, to->binding_hash);
    return OK;
}

verdict device_join(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    struct announced *own = &m->own;
    TRY(draw(in, EPHEMERAL, m->secret));
    agreement_public(m->secret, own->pk);
    own->pk_n = PK_CLASSIC;
    if (has(s, ROT_23)) {
        TRY(draw(in, EPHEMERAL_KEM, m->kem_seed));
        kem_public(m->kem_seed, own->pk + PK_CLASSIC);
        own->pk_n = PK_HYBRID;
    }
    own->who = s->who;
    memcpy(own->ivk, s->ivk, 32);
    bytes binding = binding_of(s, own);
    sign(s->seed, labels[SIG_ANNOUNCEMENT], binding, own->sig);
    sha256(binding, m->own_hash);
    announcement_write(in, own);
    return has(s, LIV_01) ? nonce_renew(in) : OK;
}

void device_leave(struct input *in)
{
    meeting_forget(in->s);
    in->s->phase = GONE;
    output(in, "show_left");
}

/* Leaves, and remembers what to go on with, where a return goes on with anything. */
void device_step_out(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    if (!has(s, MED_10)) {
        device_leave(in);
        return;
    }
    struct away *a = &s->away;
    away_forget(s);
    a->set = true;
    a->id = m->id;
    memcpy(a->uuid, m->uuid, sizeof a->uuid);
    a->list = list_hold(m->list);
    a->chain = m->chain;
    a->chain.taken = false;
    a->leader_changed = !m->leads && m->leader_changed;
    a->leader_known = m->leads || m->leader_known || m->led_before;
    if (m->leads) {
        a->leader.who = m->own.who;
        memcpy(a->leader.ivk, m->own.ivk, 32);
        memcpy(a->leader.pk, m->own.pk, m->own.pk_n);
        a->leader.pk_n = m->own.pk_n;
    } else {
        a->leader = m->leader_known ? m->leader : m->leader_before;
        sodium_memzero(a->leader.shared, sizeof a->leader.shared);
    }
    device_leave(in);
}

/* Sealing, the leader is this device and the recipient the peer; opening, the other way round. */
void box_of(const struct session *s, const struct peer *peer, bool seals, const uint8_t *live,
            const uint8_t *nonce, bool hybrid, struct box *to)
{
    const struct meeting *m = &s->m;
    const struct text *leader = seals ? &s->who.user : &peer->who.user;
    const struct text *recipient = seals ? &peer->who.user : &s->who.user;
    bytes meta[] = {text_bytes(&m->id), BYTES(m->uuid), text_bytes(leader), text_bytes(recipient)};
    *to = (struct box){peer->shared, encode(s->profile, &META, meta), live, nonce, NO_BYTES};
    if (!hybrid) return;
    bytes keys[2][3] = {
        {BYTES(s->ivk), {m->own.pk, PK_CLASSIC}, {m->own.pk + PK_CLASSIC, KEM_PUBLIC}},
        {BYTES(peer->ivk), {peer->pk, PK_CLASSIC}, {peer->pk + PK_CLASSIC, KEM_PUBLIC}},
    };
    bytes v[6];
    memcpy(v, keys[seals ? 0 : 1], sizeof keys[0]);
    memcpy(v + 3, keys[seals ? 1 : 0], sizeof keys[0]);
    to->combination = encode(s->profile, &COMBINATION, v);
}

struct key *key_newest(struct session *s)
{
    return s->m.keys.n > 0 ? &s->m.keys.at[s->m.keys.n - 1] : NULL;
}

const struct key *key_in_use(const struct session *s)
{
    for (size_t i = s->m.keys.n; i-- > 0;) {
        const struct key *k = &s->m.keys.at[i];
        if (k->use_at <= s->now && (!has(s, HBT_19) || k->number <= s->m.chain.number)) return k;
    }
    return NULL;
}

static void supersede(struct key *k, uint64_t at)
{
    if (k->superseded) return;
    k->superseded = true;
    k->erase_at = at;
}

void key_install(struct session *s, uint32_t number, const uint8_t key[32])
{
    bool first = s->m.keys.n == 0;
    if (!s->profile->grace_certificate)
        for (size_t i = 0; i < s->m.keys.n; i++) supersede(&s->m.keys.at[i], s->now + OLD_KEY_MS);
    struct key *k = ARRAY_PUSH(s->m.keys);
    k->number = number;
    memcpy(k->key, key, 32);
    k->arrived = s->now;
    bool at_once = s->m.leads && (has(s, MED_10) || s->policies.leader_at_once);
    bool waits = (!first || s->policies.first_key_waits) && !at_once;
    k->use_at = s->now + (waits ? USE_WAIT_MS : 0);
}

void keys_certified(struct session *s, uint32_t before)
{
    if (!s->profile->grace_certificate || s->m.chain.number <= before) return;
    for (size_t i = 0; i < s->m.keys.n; i++)
        if (s->m.keys.at[i].number < s->m.chain.number)
            supersede(&s->m.keys.at[i], s->now + OLD_KEY_MS);
}

void keys_drop_uncertified(struct session *s)
{
    bool dropped = false;
    if (!has(s, HBT_19)) return;
    while (s->m.keys.n > 0 && key_newest(s)->number > s->m.chain.number) {
        ARRAY_REMOVE(s->m.keys, s->m.keys.n - 1);
        dropped = true;
    }
    /* What superseded it was never certified and is gone. */
    if (dropped && s->m.keys.n > 0 && !s->profile->grace_certificate)
        key_newest(s)->superseded = false;
}

void keys_forget(struct session *s)
{
    ARRAY_FREE(s->m.keys);
}

bool keys_erase_due(struct session *s)
{
    bool had = s->m.keys.n > 0;
    for (size_t i = s->m.keys.n; i-- > 0;)
        if (s->m.keys.at[i].superseded && s->m.keys.at[i].erase_at <= s->now)
            ARRAY_REMOVE(s->m.keys, i);
    return had && s->m.keys.n == 0;
}

verdict nonce_renew(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    memcpy(m->own_nonce[1], m->own_nonce[0], 24);
    TRY(draw(in, LIVENESS_NONCE, m->own_nonce[0]));
    if (m->own_nonces < 2) m->own_nonces++;
    uint64_t interval = NONCE_INTERVAL_MS, present = list_count_present(m->list);
    if (!s->profile->nonce_constant && present > 10) interval = interval * present * present / 100;
    m->nonce_due = s->now + interval;
    json_object_set_new(output(in, "post_nonce"), "nonce", json_hex(BYTES(m->own_nonce[0])));
    return OK;
}

struct posted_nonces *nonces_of(struct session *s, const struct device_id *who)
{
    for (size_t i = 0; i < s->m.nonces.n; i++)
        if (device_equal(&s->m.nonces.at[i].who, who)) return &s->m.nonces.at[i];
    return NULL;
}

bool nonce_remember(struct session *s, const struct device_id *who, const uint8_t nonce[24])
{
    struct posted_nonces *p = nonces_of(s, who);
    if (p == NULL) {
        p = ARRAY_PUSH(s->m.nonces);
        p->who = *who;
    }
    for (size_t i = 0; i < p->n; i++)
        if (memcmp(p->nonce[i], nonce, 24) == 0) return false;
    memcpy(p->nonce[1], p->nonce[0], 24);
    memcpy(p->nonce[0], nonce, 24);
    if (p->n < 2) p->n++;
    return true;
}

struct announced *board_find(struct session *s, const struct device_id *who)
{
    for (size_t i = 0; i < s->m.board.n; i++)
        if (device_equal(&s->m.board.at[i].who, who)) return &s->m.board.at[i];
    return NULL;
}

void board_put(struct session *s, const struct announced *a)
{
    struct announced *to = board_find(s, &a->who);
    if (to == NULL) to = ARRAY_PUSH(s->m.board);
    *to = *a;
}

const struct text *name_find(const struct session *s, const struct device_id *who)
{
    for (size_t i = 0; i < s->m.names.n; i++)
        if (device_equal(&s->m.names.at[i].who, who)) return &s->m.names.at[i].name;
    return NULL;
}

void name_put(struct session *s, const struct device_id *who, const struct text *name)
{
    struct text *known = (struct text *)name_find(s, who);
    if (known != NULL) {
        *known = *name;
        return;
    }
    struct server_name *to = ARRAY_PUSH(s->m.names);
    to->who = *who;
    to->name = *name;
}

void lingering_note(struct session *s, const struct list *before, uint32_t number)
{
    for (size_t i = 0; i < before->entries.n; i++) {
        const struct device_id *who = &before->entries.at[i].who;
        if (before->entries.at[i].standing != PRESENT || list_present(s->m.list, who)) continue;
        struct lingering *to = NULL;
        for (size_t k = 0; k < s->m.lingering.n; k++)
            if (device_equal(&s->m.lingering.at[k].who, who)) to = &s->m.lingering.at[k];
        if (to == NULL) to = ARRAY_PUSH(s->m.lingering);
        to->who = *who;
        to->number = number;
    }
}

/* In most profiles a stream belongs to a user, whichever device it comes from. */
static void stream_key_of(const struct session *s, const struct key *k, const struct device_id *who,
                          const struct text *stream, uint8_t key[32])
{
    bytes v[] = {text_bytes(stream), text_bytes(&s->m.id), BYTES(s->m.uuid),
                 text_bytes(&who->user), text_bytes(&who->hardware)};
    stream_key(BYTES(k->key), encode(s->profile, &STREAM_KEY, v), key);
}

verdict device_send(struct input *in, const struct text *stream, bytes plaintext)
{
    struct session *s = in->s;
    const struct key *k = key_in_use(s);
    if (k == NULL) return REFUSE("ROT-19");
    struct sent *count = NULL;
    for (size_t i = 0; i < s->sent.n && count == NULL; i++) {
        struct sent *c = &s->sent.at[i];
        if (memcmp(c->uuid, s->m.uuid, 16) == 0 && c->number == k->number &&
            text_equal(&c->stream, stream))
            count = c;
    }
    if (count == NULL) {
        count = ARRAY_PUSH(s->sent);
        memcpy(count->uuid, s->m.uuid, 16);
        count->number = k->number;
        count->stream = *stream;
    }
    uint8_t key[32];
    stream_key_of(s, k, &s->who, stream, key);
    json_t *effect = output(in, "transmit");
    json_object_set_new(effect, "stream", json_text(stream));
    json_object_set_new(
        effect, "packet",
        packet_write(s->codec, packet_seal(key, k->number, count->next++, plaintext)));
    sodium_memzero(key, sizeof key);
    return OK;
}

/* Whether the counter is new within the window, which then knows it. */
static bool counter_new(struct session *s, const struct device_id *from, const struct text *stream,
                        const struct packet *packet)
{
    struct device_id sender = *from;
    if (!has(s, MED_10)) memset(&sender.hardware, 0, sizeof sender.hardware);
    struct seen *w = NULL;
    for (size_t i = 0; i < s->seen.n && w == NULL; i++) {
        struct seen *c = &s->seen.at[i];
        if (memcmp(c->uuid, s->m.uuid, 16) == 0 && c->number == packet->number &&
            device_equal(&c->sender, &sender) && text_equal(&c->stream, stream))
            w = c;
    }
    if (w == NULL) {
        w = ARRAY_PUSH(s->seen);
        memcpy(w->uuid, s->m.uuid, 16);
        w->number = packet->number;
        w->sender = sender;
        w->stream = *stream;
        w->highest = packet->counter;
        w->below = 1;
        return true;
    }
    if (packet->counter > w->highest) {
        uint64_t up = packet->counter - w->highest;
        w->below = (up < REPLAY_WINDOW ? w->below << up : 0) | 1;
        w->highest = packet->counter;
        return true;
    }
    uint64_t down = w->highest - packet->counter;
    bool increases = has(s, MED_10) || s->policies.counter_increases;
    if (down >= (increases ? 1 : REPLAY_WINDOW) || (w->below >> down & 1) != 0) return false;
    w->below |= (uint64_t)1 << down;
    return true;
}

verdict device_packet(struct input *in, const struct device_id *from, const struct text *stream,
                      json_t *payload)
{
    struct session *s = in->s;
    struct packet packet;
    TRY(packet_read(s->codec, payload, &packet));
    const struct key *k = NULL;
    for (size_t i = 0; i < s->m.keys.n; i++)
        if (s->m.keys.at[i].number == packet.number) k = &s->m.keys.at[i];
    if (k == NULL) return REFUSE("MED-01");
    uint8_t key[32];
    bytes plaintext;
    stream_key_of(s, k, from, stream, key);
    bool opened = packet_open(key, packet.number, packet.counter, packet.body, &plaintext);
    sodium_memzero(key, sizeof key);
    if (!opened) return REFUSE("MED-01");
    bool listed = list_present(s->m.list, from) != NULL;
    if ((has(s, MED_10) || s->policies.unlisted_dropped) && !listed) return PASS_OVER("MED-11");
    if (!counter_new(s, from, stream, &packet)) return PASS_OVER("MED-02");
    json_t *effect = output(in, "render");
    json_object_set_new(effect, "from", json_text(&from->user));
    json_object_set_new(effect, "hardware_id", json_text(&from->hardware));
    json_object_set_new(effect, "stream", json_text(stream));
    json_object_set_new(effect, "mk_seq", json_integer(packet.number));
    json_object_set_new(effect, "plaintext", json_hex(plaintext));
    return OK;
}

void show_code(struct input *in, const uint8_t ivk[32])
{
    security_code(ivk, in->s->m.code);
    json_object_set_new(output(in, "show_security_code"), "digits", json_string(in->s->m.code));
}
