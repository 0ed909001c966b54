#include "participant.h"

#include <sodium.h>

void ahead_forget(struct session *s)
{
    for (size_t i = 0; i < s->m.ahead.n; i++) list_release(s->m.ahead.at[i].after);
    ARRAY_FREE(s->m.ahead);
}

bool catches_up(const struct session *s)
{
    return !s->m.chain.taken && !sodium_is_zero(s->m.chain.hash, 32);
}

static bool same_peer(const struct peer *a, const struct peer *b)
{
    return device_equal(&a->who, &b->who) && memcmp(a->ivk, b->ivk, 32) == 0 &&
           bytes_equal((bytes){a->pk, a->pk_n}, (bytes){b->pk, b->pk_n});
}

verdict take_leader(struct input *in, const struct announced *a)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    bool known = m->leads || m->leader_known || m->led_before;
    if (known && m->list->locked && list_present(m->list, &a->who) == NULL) {
        device_leave(in);
        return (verdict){LEAVE, "LCK-07"};
    }
    struct peer peer;
    TRY(peer_from(s, a, &peer));
    if (has(s, MED_10) && !has_kem(peer.pk_n)) return REFUSE("ROT-42");
    const struct entry *e = list_present(m->list, &a->who);
    bool bound = e != NULL && memcmp(e->binding_hash, peer.binding_hash, 32) == 0;
    if (has(s, MED_10) && m->list->v > 0 && !bound) return REFUSE("ELE-10");
    if (!m->leads && m->leader_known && same_peer(&peer, &m->leader)) return OK;
    /* Who came back and finds the leader it left: nothing changed (BRK-03). */
    bool back = !m->leads && !m->leader_known && m->led_before && !m->leader_changed &&
                same_peer(&peer, &m->leader_before);
    m->led_before = false;
    if (m->leads) {
        m->leads = m->rotation_owed = false;
        m->silence_from = s->now;
        ARRAY_FREE(m->members);
    }
    m->leader = peer;
    m->leader_known = true;
    if (known && !back) {
        ahead_forget(s);
        m->anchor.set = false;
        m->chain.t = 0;
        m->chain.timestamp = 0;
        keys_drop_uncertified(s);
        m->holds = false;
        m->leader_changed = true;
        m->link_since = false;
        json_object_set_new(output(in, "show_leader_changed"), "user_id", json_text(&a->who.user));
    }
    show_code(in, peer.ivk);
    return OK;
}

static const struct list *list_with_ahead(const struct session *s)
{
    return s->m.ahead.n > 0 ? s->m.ahead.at[s->m.ahead.n - 1].after : s->m.list;
}

/* A snapshot that lists somebody present here as present with another binding. */
static bool changes_binding(const struct list *tip, const struct link *k)
{
    if (k->op == ADD) return list_present(tip, &k->who) != NULL;
    for (size_t i = 0; i < tip->entries.n && k->listed != NULL; i++) {
        const struct entry *here = &tip->entries.at[i];
        const struct entry *there = list_present(k->listed, &here->who);
        if (here->standing == PRESENT && there != NULL &&
            memcmp(here->binding_hash, there->binding_hash, 32) != 0)
            return true;
    }
    return false;
}

static bool changes_identity(const struct list *tip, const struct link *k)
{
    if (k->op == ADD) {
        const struct entry *here = list_find(tip, &k->who);
        return here != NULL && memcmp(here->ivk, k->ivk, 32) != 0;
    }
    for (size_t i = 0; i < tip->entries.n && k->listed != NULL; i++) {
        const struct entry *there = list_find(k->listed, &tip->entries.at[i].who);
        if (there != NULL && memcmp(there->ivk, tip->entries.at[i].ivk, 32) != 0) return true;
    }
    return false;
}

/* Whether a new leader's snapshot has everybody known here, with no fewer leaves. */
static bool keeps_known(const struct list *tip, const struct list *snapshot)
{
    for (size_t i = 0; i < tip->entries.n; i++) {
        const struct entry *there = list_find(snapshot, &tip->entries.at[i].who);
        if (there == NULL || there->leaves < tip->entries.at[i].leaves) return false;
    }
    return true;
}

static verdict link_check(const struct session *s, const struct link *k)
{
    const struct meeting *m = &s->m;
    const struct list *tip = list_with_ahead(s);
    static const uint8_t zero[32];
    bool snapshot = is_snapshot(k->op), first = tip->v == 0;
    bool new_chain = m->leader_changed && !m->link_since && snapshot;
    if (!new_chain) {
        if (first && !snapshot && (memcmp(k->prev, zero, 32) != 0 || k->v != 1))
            return REFUSE("MEM-08");
        if (!first && memcmp(k->prev, tip->head, 32) != 0) return REFUSE("MEM-01");
        if (!first && k->v != (uint64_t)tip->v + 1) return REFUSE("MEM-02");
    }
    if (!link_applies(tip, k)) return REFUSE("MEM-05");
    if (changes_binding(tip, k)) return REFUSE("MEM-06");
    if (changes_identity(tip, k)) return REFUSE("MEM-07");
    if (!snapshot || first) return OK;
    if (!new_chain) return same_list(tip, k->listed) ? OK : REFUSE("MEM-09");
    if (has(s, MED_10)) return same_list(tip, k->listed) ? OK : REFUSE("MEM-23");
    return !has(s, MEM_10) || keeps_known(tip, k->listed) ? OK : REFUSE("MEM-10");
}

verdict take_link(struct input *in, json_t *payload)
{
    struct session *s = in->s;
    struct link k;
    bytes v[FIELDS_MAX];
    TRY(payload_read(s->profile, s->codec, &LINK, payload, v));
    if (!link_from(s->profile, v, &k)) return REFUSE("DEV-10");
    verdict checked = link_check(s, &k);
    if (checked.class == ACCEPT) {
        struct list *after = link_apply(s->profile, list_with_ahead(s), &k);
        struct ahead *to = ARRAY_PUSH(s->m.ahead);
        *to = (struct ahead){k.op, k.who, after};
        s->m.link_since = true;
        checked = (verdict){PENDING, "MEM-21"};
    }
    link_free(&k);
    return checked;
}

bytes heartbeat_signed(const struct session *s, const struct announced *leader, const bytes *h)
{
    bytes v[] = {binding_of(s, leader), h[0], h[1], h[2], h[3], h[4], h[5]};
    return encode(s->profile, &HEARTBEAT_SIGNED, v);
}

/* How many links ahead the heartbeat certifies; -1 if its list is none this client has. */
static ptrdiff_t links_certified(const struct session *s, uint32_t v, bytes head)
{
    if (s->m.list->v > 0 && s->m.list->v == v && bytes_equal(BYTES(s->m.list->head), head))
        return 0;
    for (size_t i = 0; i < s->m.ahead.n; i++) {
        const struct list *after = s->m.ahead.at[i].after;
        if (after->v == v && bytes_equal(BYTES(after->head), head)) return (ptrdiff_t)i + 1;
    }
    return -1;
}

/* Whether this join is on one of the lists after the first `n` links ahead. */
static bool lists_own_join(const struct session *s, size_t n)
{
    const struct meeting *m = &s->m;
    for (size_t i = 0; i < n; i++) {
        const struct entry *own = list_present(m->ahead.at[i].after, &s->who);
        if (own != NULL && memcmp(own->binding_hash, m->own_hash, 32) == 0) return true;
    }
    return false;
}

/* The first `n` links ahead become the list. Whether one of them removed this client. */
static bool certify(struct input *in, size_t n)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    struct list *before = m->list, *at = before;
    bool unlocked = false, removed = false;
    for (size_t i = 0; i < n; i++) {
        const struct ahead *link = &m->ahead.at[i];
        const struct entry *own = list_present(at, &s->who);
        if (link->op == REMOVED && has(s, MEM_19) && device_equal(&link->who, &s->who) &&
            own != NULL && memcmp(own->binding_hash, m->own_hash, 32) == 0)
            removed = true;
        if (at->locked && !link->after->locked) unlocked = true;
        at = link->after;
    }
    m->list = list_hold(at);
    lingering_note(s, before, m->chain.number);
    for (size_t i = 0; i < n; i++) {
        list_release(m->ahead.at[0].after);
        ARRAY_REMOVE(m->ahead, 0);
    }
    list_release(before);
    if (unlocked) output(in, "show_unlock_warning");
    return removed;
}

static bool open_sealed(struct session *s, const struct sealed *k, struct key *to);

/* Before numbers were sealed: the number calls for a key, and one held back may answer. */
static void number_announced(struct session *s, uint32_t number)
{
    struct meeting *m = &s->m;
    if (has(s, ROT_03) || number <= m->announced_number) return;
    struct key opened;
    m->announced_number = number;
    m->number_calls = true;
    if (!m->holds) return;
    m->holds = false;
    if (!open_sealed(s, &m->held, &opened)) return;
    m->number_calls = false;
    key_install(s, number, opened.key);
}

static void post_wish(struct input *in);

static void wish_again(struct input *in)
{
    struct meeting *m = &in->s->m;
    if (!m->wish.wants) return;
    if (m->list->locked == m->wish.locked) m->wish.wants = false;
    else if (!has(in->s, MED_10) && memcmp(m->wish.head, m->list->head, 32) != 0) post_wish(in);
}

verdict take_heartbeat(struct input *in, json_t *payload)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    bytes h[FIELDS_MAX];
    TRY(payload_read(s->profile, s->codec, &HEARTBEAT, payload, h));
    if (!m->leader_known) return REFUSE("DEV-01");
    struct announced leader = {.who = m->leader.who, .pk_n = m->leader.pk_n};
    memcpy(leader.ivk, m->leader.ivk, 32);
    memcpy(leader.pk, m->leader.pk, m->leader.pk_n);
    bytes over = heartbeat_signed(s, &leader, h);
    uint8_t hash[32];
    sha256(over, hash);
    if (!verify(m->leader.ivk, labels[SIG_LIST], s->profile->heartbeat_hash ? BYTES(hash) : over,
                h[6].at))
        return REFUSE("HBT-01");
    uint32_t v = u32_read(h[1].at), t = u32_read(h[2].at), number = u32_read(h[3].at);
    if (t <= m->chain.t) return PASS_OVER("HBT-09");
    if (v < m->list->v) return PASS_OVER("HBT-11");
    if (number < m->chain.number) return PASS_OVER("HBT-12");
    ptrdiff_t certified = links_certified(s, v, h[0]);
    if (certified < 0) return REFUSE("HBT-10");
    uint64_t timestamp = 0;
    /* Also before this client stepped out; then it is behind until a heartbeat lists it again. */
    bool begun = !sodium_is_zero(m->chain.hash, 32);
    if (has(s, HBT_07)) {
        timestamp = u64_read(h[5].at);
        if (begun && !bytes_equal(h[4], BYTES(m->chain.hash))) return REFUSE("HBT-13");
        if (timestamp <= m->chain.timestamp) return REFUSE("HBT-14");
    }
    const struct list *listed = certified == 0 ? m->list : m->ahead.at[certified - 1].after;
    const struct entry *e = list_present(listed, &m->leader.who);
    if (e == NULL || memcmp(e->binding_hash, m->leader.binding_hash, 32) != 0)
        return REFUSE("ELE-01");
    bool dated = has(s, MED_10) || s->policies.own_join_first;
    bool unlisted = dated && !m->chain.taken && !lists_own_join(s, (size_t)certified);
    if (unlisted && !begun) return PASS_OVER("HBT-23");
    if (has(s, HBT_07) && m->anchor.set) {
        uint64_t here = s->now - m->anchor.at;
        uint64_t there = timestamp - m->anchor.timestamp;
        if (here > there && here - there > SILENCE_MS) return PASS_OVER("HBT-18");
    }

    bool removed = certify(in, (size_t)certified);
    uint32_t before = m->chain.number;
    m->chain.t = t;
    m->chain.number = number;
    memcpy(m->chain.hash, hash, 32);
    m->chain.timestamp = timestamp;
    m->chain.taken = !unlisted;
    if (!unlisted) {
        m->silence_from = s->now;
        away_forget(s);
    }
    m->leader_changed = false;
    if (removed) {
        device_leave(in);
        return (verdict){LEAVE, "MEM-22"};
    }
    /* HBT-22: only what came with no more delay than the anchor did takes its place. */
    bool least = m->anchor.set && timestamp - m->anchor.timestamp >= s->now - m->anchor.at;
    if (!unlisted && (!m->anchor.set || (has(s, MED_10) ? least : number > before))) {
        m->anchor.set = true;
        m->anchor.at = s->now;
        m->anchor.timestamp = timestamp;
    }
    keys_certified(s, before);
    number_announced(s, number);
    wish_again(in);
    return OK;
}

/* Number and key of a sealed key, if it opens under one of the nonces it may be bound to. */
static bool open_sealed(struct session *s, const struct sealed *k, struct key *to)
{
    const struct meeting *m = &s->m;
    bool hybrid = k->kem_n > 0, opened = false;
    if (hybrid && (k->kem_n != KEM_CIPHER || !has_kem(m->own.pk_n) || !has_kem(m->leader.pk_n)))
        return false;
    bytes ciphertext = {k->ciphertext, k->ciphertext_n}, plaintext = NO_BYTES;
    size_t tries = has(s, LIV_01) ? m->own_nonces : 1;
    for (size_t i = 0; i < tries && !opened; i++) {
        struct box b;
        box_of(s, &m->leader, false, has(s, LIV_01) ? m->own_nonce[i] : NULL, k->nonce, hybrid,
               &b);
        opened = hybrid ? hybrid_open(&b, m->kem_seed, k->kem, ciphertext, &plaintext)
                        : classic_open(&b, ciphertext, &plaintext);
    }
    bytes v[FIELDS_MAX];
    if (!opened || !decode(s->profile, &MEETING_KEY, plaintext, v)) return false;
    memcpy(to->key, v[0].at, 32);
    to->number = has(s, ROT_03) ? u32_read(v[1].at) : 0;
    return true;
}

verdict take_sealed_key(struct input *in, json_t *payload)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    bytes v[FIELDS_MAX];
    TRY(payload_read(s->profile, s->codec, &SEALED_KEY, payload, v));
    if (!m->leader_known) return REFUSE("DEV-01");
    if (v[3].n == 0 && has_kem(m->own.pk_n) && has_kem(m->leader.pk_n)) return REFUSE("ROT-40");
    struct sealed sealed = {.kem_n = v[3].n, .ciphertext_n = v[4].n};
    memcpy(sealed.nonce, v[2].at, 24);
    memcpy(sealed.kem, v[3].at, v[3].n);
    memcpy(sealed.ciphertext, v[4].at, v[4].n);
    struct key opened;
    if (!open_sealed(s, &sealed, &opened)) return REFUSE("ROT-01");
    if (has(s, ROT_03)) {
        const struct key *newest = key_newest(s);
        uint32_t least = newest != NULL ? newest->number + 1 : 1;
        bool certified = has(s, MED_10) || (has(s, HBT_19) && newest == NULL);
        if (certified && least != 0 && m->chain.number > least) least = m->chain.number;
        if (least == 0 || opened.number < least) return PASS_OVER("ROT-02");
        bool by_another = m->leader_changed && opened.number <= m->chain.number;
        if (by_another && has(s, MED_10)) return PASS_OVER("ROT-41");
        key_install(s, opened.number, opened.key);
        return OK;
    }
    if (!m->number_calls) {
        m->holds = true;
        m->held = sealed;
        return (verdict){PENDING, "ROT-38"};
    }
    m->number_calls = false;
    key_install(s, m->announced_number, opened.key);
    return OK;
}

bytes lock_request_signed(const struct session *s, bool locked, const uint8_t link_hash[32])
{
    bytes v[] = {text_bytes(&s->m.id), BYTES(s->m.uuid), bytes_of(locked ? "lock" : "unlock"),
                 {link_hash, 32}};
    return encode(s->profile, &LOCK_REQUEST_SIGNED, v);
}

static void post_wish(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    uint8_t sig[64];
    memcpy(m->wish.head, m->list->head, 32);
    sign(s->seed, labels[SIG_LOCK], lock_request_signed(s, m->wish.locked, m->wish.head), sig);
    bytes v[] = {text_bytes(&s->who.user), text_bytes(&s->who.hardware),
                 bytes_of(m->wish.locked ? "lock" : "unlock"), BYTES(m->wish.head), BYTES(sig)};
    json_object_set_new(output(in, "post_lock_request"), "request",
                        payload_write(s->profile, s->codec, &LOCK_REQUEST, v));
}

verdict wish_lock(struct input *in, bool locked)
{
    struct meeting *m = &in->s->m;
    if (!has(in->s, LCK_01)) return BAD("meetings have no lock yet");
    if (!m->leader_known) return BAD("no leader is known");
    if (m->list->locked == locked) return BAD("the list is as wanted");
    m->wish.wants = true;
    m->wish.locked = locked;
    post_wish(in);
    return OK;
}
