#include "leader.h"

static void link_raw(struct input *in, struct link *k)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    struct list *before = m->list;
    k->v = before->v + 1;
    memcpy(k->prev, before->head, 32);
    m->list = link_apply(s->profile, before, k);
    m->links = is_snapshot(k->op) ? 1 : m->links + 1;
    const struct key *newest = key_newest(s);
    lingering_note(s, before, newest != NULL ? newest->number : 0);
    list_release(before);
    bytes v[FIELDS_MAX];
    link_values(k, v);
    json_object_set_new(output(in, "post_link"), "link",
                        payload_write(s->profile, s->codec, &LINK, v));
}

/* The list as it is, instead of the links that made it. */
static void coalesce(struct input *in)
{
    struct session *s = in->s;
    struct link k = {.op = s->m.list->locked ? SNAPSHOT_LOCKED : SNAPSHOT,
                     .entries = entries_encoded(s->profile, s->m.list),
                     .listed = list_hold(s->m.list)};
    link_raw(in, &k);
    link_free(&k);
}

static void link(struct input *in, enum op op, const struct entry *e)
{
    struct link k = {.op = op};
    if (op <= RENAME) k.who = e->who;
    if (op == ADD || op == RENAME) k.name = e->name;
    if (op == ADD) {
        memcpy(k.ivk, e->ivk, 32);
        memcpy(k.binding_hash, e->binding_hash, 32);
    }
    link_raw(in, &k);
    if (in->s->m.links > LINKS_MAX && !in->s->policies.never_coalesces) coalesce(in);
}

static void link_device(struct input *in, enum op op, const struct device_id *who)
{
    struct entry e = {.who = *who};
    link(in, op, &e);
}

static void link_add(struct input *in, const struct device_id *who, const struct text *name,
                     const uint8_t ivk[32], const uint8_t binding_hash[32])
{
    struct entry e = {.who = *who, .name = *name};
    memcpy(e.ivk, ivk, 32);
    memcpy(e.binding_hash, binding_hash, 32);
    link(in, ADD, &e);
}

verdict beat(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    const struct key *newest = key_newest(s);
    uint32_t before = m->chain.number;
    uint64_t timestamp = s->now > m->chain.timestamp ? s->now : m->chain.timestamp + 1;
    if (newest != NULL) m->chain.number = newest->number;
    m->chain.t++;
    uint8_t hash[32], sig[64];
    bytes h[] = {BYTES(m->list->head), u32_bytes(m->list->v), u32_bytes(m->chain.t),
                 u32_bytes(m->chain.number), BYTES(m->chain.hash), u64_bytes(timestamp),
                 BYTES(sig)};
    bytes over = heartbeat_signed(s, &m->own, h);
    sha256(over, hash);
    sign(s->seed, labels[SIG_LIST], s->profile->heartbeat_hash ? BYTES(hash) : over, sig);
    json_object_set_new(output(in, "post_heartbeat"), "heartbeat",
                        payload_write(s->profile, s->codec, &HEARTBEAT, h));
    memcpy(m->chain.hash, hash, 32);
    m->chain.timestamp = timestamp;
    m->chain.taken = true;
    m->leader_changed = false;
    m->beat_due = s->now + HEARTBEAT_MS;
    keys_certified(s, before);
    if (m->chain.number > m->announced_number) m->announced_number = m->chain.number;
    m->number_calls = false;
    return OK;
}

/* Seals the newest key to a member, or notes that its nonce has to come first. */
static verdict seal_to(struct input *in, struct member *member)
{
    struct session *s = in->s;
    const struct peer *peer = &member->peer;
    const uint8_t *live = NULL;
    if (has(s, LIV_01)) {
        const struct posted_nonces *posted = nonces_of(s, &peer->who);
        member->waits = posted == NULL || posted->n == 0;
        if (member->waits) return OK;
        live = posted->nonce[0];
    }
    uint8_t nonce[24], coins[32], kem[KEM_CIPHER];
    bool hybrid = has_kem(peer->pk_n) && has_kem(s->m.own.pk_n);
    TRY(draw(in, BOX_NONCE, nonce));
    if (hybrid) TRY(draw(in, KEM_COINS, coins));
    struct box b;
    box_of(s, peer, true, live, nonce, hybrid, &b);
    const struct key *k = key_newest(s);
    bytes key[] = {BYTES(k->key), u32_bytes(k->number)};
    bytes plaintext = encode(s->profile, &MEETING_KEY, key);
    bytes ciphertext = hybrid ? hybrid_seal(&b, peer->pk + PK_CLASSIC, coins, plaintext, kem)
                              : classic_seal(&b, plaintext);
    bytes v[] = {text_bytes(&peer->who.user), text_bytes(&peer->who.hardware), BYTES(nonce),
                 hybrid ? BYTES(kem) : NO_BYTES, ciphertext};
    json_t *effect = output(in, "post_sealed_key");
    json_object_set_new(effect, "user_id", json_text(&peer->who.user));
    json_object_set_new(effect, "hardware_id", json_text(&peer->who.hardware));
    json_object_set_new(effect, "sealed", payload_write(s->profile, s->codec, &SEALED_KEY, v));
    member->seal_again = member->rejoined;
    return OK;
}

static verdict rotate_to(struct input *in, uint64_t number)
{
    struct session *s = in->s;
    uint8_t key[32];
    if (number > UINT32_MAX) return BAD("there is no number left");
    TRY(draw(in, MEETING, key));
    key_install(s, (uint32_t)number, key);
    s->m.rotation_owed = false;
    s->m.last_rotation = s->now;
    TRY(beat(in));
    for (size_t i = 0; i < s->m.members.n; i++) TRY(seal_to(in, &s->m.members.at[i]));
    return OK;
}

verdict rotate(struct input *in)
{
    const struct key *newest = key_newest(in->s);
    return rotate_to(in, newest != NULL ? (uint64_t)newest->number + 1 : 1);
}

static void lead(struct session *s)
{
    s->m.leads = true;
    s->m.leader_known = false;
    s->m.holds = s->m.number_calls = s->m.wish.wants = s->m.rotation_owed = false;
    ahead_forget(s);
    ARRAY_FREE(s->m.members);
    s->m.chain.t = 0;
    s->m.chain.timestamp = 0;
}

verdict begin_meeting(struct input *in)
{
    struct session *s = in->s;
    lead(s);
    keys_forget(s);
    show_code(in, s->ivk);
    link_add(in, &s->who, &s->m.name, s->ivk, s->m.own_hash);
    return rotate_to(in, 1);
}

static struct member *member_of(struct session *s, const struct device_id *who)
{
    for (size_t i = 0; i < s->m.members.n; i++)
        if (device_equal(&s->m.members.at[i].peer.who, who)) return &s->m.members.at[i];
    return NULL;
}

static struct member *member_put(struct session *s, const struct peer *peer)
{
    struct member *known = member_of(s, &peer->who);
    if (known == NULL) {
        size_t i = 0;
        while (i < s->m.members.n &&
               device_compare(&s->m.members.at[i].peer.who, &peer->who) < 0)
            i++;
        known = ARRAY_INSERT(s->m.members, i);
    }
    *known = (struct member){.peer = *peer};
    return known;
}

static void member_drop(struct session *s, const struct device_id *who)
{
    struct member *known = member_of(s, who);
    if (known != NULL) ARRAY_REMOVE(s->m.members, (size_t)(known - s->m.members.at));
}

/* Whom a new leader can seal to: who is present with the binding of an announcement that holds. */
static void members_from_board(struct session *s)
{
    for (size_t i = 0; i < s->m.list->entries.n; i++) {
        const struct entry *e = &s->m.list->entries.at[i];
        const struct announced *a = board_find(s, &e->who);
        struct peer peer;
        if (e->standing != PRESENT || device_equal(&e->who, &s->who) || a == NULL) continue;
        if (peer_from(s, a, &peer).class != ACCEPT) continue;
        if (has(s, MED_10) && !has_kem(peer.pk_n)) continue;
        if (memcmp(peer.binding_hash, e->binding_hash, 32) == 0) member_put(s, &peer);
    }
}

verdict take_over(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    if (m->list->v == 0) return begin_meeting(in);
    lead(s);
    keys_drop_uncertified(s);
    show_code(in, s->ivk);
    coalesce(in);
    const struct entry *own = list_present(m->list, &s->who);
    if (own == NULL || memcmp(own->binding_hash, m->own_hash, 32) != 0) {
        if (own != NULL) link_device(in, LEAVES, &s->who);
        link_add(in, &s->who, &m->name, s->ivk, m->own_hash);
    }
    members_from_board(s);

    const struct key *newest = key_newest(s);
    bool usable = newest != NULL && !newest->superseded && newest->number >= m->chain.number &&
                  !(has(s, ROT_37) && s->now - newest->arrived >= KEY_AGE_MS);
    if (s->policies.takeover_keeps && usable) {
        m->last_rotation = newest->arrived;
        return beat(in);
    }
    uint64_t known = m->chain.number;
    if (!has(s, HBT_19) && newest != NULL && newest->number > known) known = newest->number;
    return rotate_to(in, known + 1);
}

/* When the throttle lets the leader rotate. */
static uint64_t rotation_allowed(const struct session *s)
{
    uint64_t at = s->m.last_rotation + ROTATION_INTERVAL_MS;
    return has(s, ROT_17) && at > s->now ? at : s->now;
}

static void owe_rotation(struct session *s, uint64_t at)
{
    if (!s->m.rotation_owed || at < s->m.rotation_due) s->m.rotation_due = at;
    s->m.rotation_owed = true;
}

/* After an addition: a new key at once, or the young one now and a new one in its time. */
static verdict serve_joiner(struct input *in, struct member *joiner)
{
    struct session *s = in->s;
    const struct key *newest = key_newest(s);
    if (has(s, ROT_36) || newest == NULL || s->now - newest->arrived > JOINER_KEY_AGE_MS ||
        rotation_allowed(s) <= s->now)
        return rotate(in);
    TRY(beat(in));
    TRY(seal_to(in, joiner));
    owe_rotation(s, rotation_allowed(s));
    return OK;
}

verdict admit(struct input *in, const struct announced *a, const struct text *name)
{
    struct session *s = in->s;
    struct peer peer;
    TRY(peer_from(s, a, &peer));
    if (has(s, MED_10) && !has_kem(peer.pk_n)) return REFUSE("ROT-42");
    const struct entry *e = list_find(s->m.list, &a->who);
    bool present = e != NULL && e->standing == PRESENT;
    if (present && memcmp(e->binding_hash, peer.binding_hash, 32) == 0) {
        if (member_of(s, &a->who) != NULL) return OK;
        return seal_to(in, member_put(s, &peer));
    }
    if (e != NULL && memcmp(e->ivk, peer.ivk, 32) != 0) return REFUSE("MEM-07");
    if (e != NULL && e->standing == KICKED && s->m.list->locked) return REFUSE("LCK-04");
    if (e == NULL && s->m.list->locked) return REFUSE("LCK-02");
    if (present) link_device(in, LEAVES, &a->who);
    link_add(in, &a->who, name, peer.ivk, peer.binding_hash);
    struct member *member = member_put(s, &peer);
    member->rejoined = present;
    return serve_joiner(in, member);
}

verdict list_departed(struct input *in, const struct device_id *who, bool removed)
{
    struct session *s = in->s;
    link_device(in, removed && has(s, MEM_19) ? REMOVED : LEAVES, who);
    member_drop(s, who);
    struct posted_nonces *posted = nonces_of(s, who);
    if (posted != NULL) ARRAY_REMOVE(s->m.nonces, (size_t)(posted - s->m.nonces.at));
    owe_rotation(s, s->policies.leave_at_once ? s->now : rotation_allowed(s));
    return s->m.rotation_due <= s->now ? rotate(in) : beat(in);
}

verdict list_rename(struct input *in, const struct device_id *who, const struct text *name)
{
    const struct entry *e = list_present(in->s->m.list, who);
    if (!has(in->s, MEM_15) || e == NULL || text_equal(&e->name, name)) return OK;
    struct entry renamed = {.who = *who, .name = *name};
    link(in, RENAME, &renamed);
    return beat(in);
}

verdict list_lock(struct input *in, bool locked)
{
    if (!has(in->s, LCK_01)) return BAD("meetings have no lock yet");
    if (in->s->m.list->locked == locked) return BAD("the list is as wanted");
    link(in, locked ? LOCK : UNLOCK, NULL);
    if (!locked) output(in, "show_unlock_warning");
    return beat(in);
}

verdict take_lock_request(struct input *in, json_t *payload)
{
    struct session *s = in->s;
    bytes v[FIELDS_MAX];
    if (!has(s, LCK_01)) return BAD("meetings have no lock yet");
    TRY(payload_read(s->profile, s->codec, &LOCK_REQUEST, payload, v));
    bool locked = bytes_equal(v[2], bytes_of("lock"));
    if (!locked && !bytes_equal(v[2], bytes_of("unlock"))) return REFUSE("DEV-10");
    struct device_id who;
    text_set(&who.user, v[0]);
    text_set(&who.hardware, v[1]);
    const struct entry *e = list_present(s->m.list, &who);
    if (e == NULL) return REFUSE("LCK-12");
    if (!verify(e->ivk, labels[SIG_LOCK], lock_request_signed(s, locked, v[3].at), v[4].at))
        return REFUSE("LCK-09");
    if (!bytes_equal(v[3], BYTES(s->m.list->head))) return REFUSE("LCK-11");
    if (s->m.list->locked == locked) return REFUSE("MEM-05");
    return list_lock(in, locked);
}

verdict seal_after_nonce(struct input *in, const struct device_id *who)
{
    struct member *member = member_of(in->s, who);
    if (member == NULL) return OK;
    bool due = member->waits || member->seal_again;
    member->rejoined = false;
    member->seal_again = false;
    return due ? seal_to(in, member) : OK;
}
