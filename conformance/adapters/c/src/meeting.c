#include "meeting.h"

#include <stdlib.h>

static verdict tape_check(json_t *draws)
{
    const char *purpose;
    json_t *values, *value;
    size_t i;
    json_object_foreach(draws, purpose, values) {
        if (!json_is_array(values)) return BAD("draws that are no list");
        json_array_foreach(values, i, value) {
            bytes out;
            if (!json_is_string(value) ||
                !hex_read(json_string_value(value), json_string_length(value), &out))
                return BAD("a draw that is not hexadecimal");
        }
    }
    return OK;
}

static verdict randomness_read(struct session *s, json_t *object)
{
    struct reader r = read_object(object);
    bytes class = take_string(&r, "class");
    if (bytes_equal(class, bytes_of("opaque"))) {
        s->randomness = OPAQUE;
    } else if (bytes_equal(class, bytes_of("seeded"))) {
        s->randomness = SEEDED;
        take_exactly(&r, "seed", s->random_seed, 32);
    } else if (bytes_equal(class, bytes_of("tape"))) {
        s->randomness = TAPE;
        s->tape = json_incref(take_object(&r, "draws"));
    } else {
        return BAD("no such class of randomness");
    }
    if (!all_taken(&r)) return BAD("randomness of another shape");
    return tape_check(s->tape);
}

static verdict policies_read(struct session *s, json_t *object)
{
    const char *key;
    json_t *value;
    json_object_foreach(object, key, value)
        if (!json_is_string(value)) return BAD("a policy that is no text");
    json_object_foreach(object, key, value)
        if (!policy_set(&s->policies, bytes_of(key), bytes_of(json_string_value(value))))
            return (verdict){UNSUPPORTED, "no such policy"};
    return OK;
}

verdict session_open(json_t *input, struct input *in)
{
    struct reader r = read_object(input);
    struct session *s = in->s = calloc(1, sizeof *s);
    if (s == NULL) fatal("no memory");
    take_string(&r, "op");
    bytes profile = take_string(&r, "profile"), codec = take_string(&r, "codec");
    take_device(&r, &s->who);
    json_t *randomness = take_object(&r, "randomness"), *policies = NULL;
    if (json_object_get(input, "policies") != NULL) policies = take_object(&r, "policies");
    if (!all_taken(&r)) return BAD("an open of another shape");
    s->codec = bytes_equal(codec, bytes_of("fields")) ? CODEC_FIELDS : CODEC_BYTES;
    if (s->codec == CODEC_BYTES && !bytes_equal(codec, bytes_of("bytes")))
        return BAD("no such codec");
    TRY(randomness_read(s, randomness));
    s->profile = profile_named(profile);
    if (s->profile == NULL) return (verdict){UNSUPPORTED, "no such profile"};
    TRY(policies_read(s, policies));
    TRY(draw(in, IDENTITY, s->seed));
    identity(s->seed, s->ivk);
    return OK;
}

/* Who stepped out goes on where it left, in that meeting and as a participant. */
static verdict come_back(struct session *s, bool leads)
{
    struct meeting *m = &s->m;
    struct away *a = &s->away;
    if (!a->set) return OK;
    bool back = text_equal(&a->id, &m->id) && memcmp(a->uuid, m->uuid, sizeof a->uuid) == 0;
    if (!back || leads) return REFUSE("BRK-02");
    list_release(m->list);
    m->list = list_hold(a->list);
    m->chain = a->chain;
    m->led_before = a->leader_known;
    m->leader_before = a->leader;
    m->leader_changed = a->leader_changed;
    return OK;
}

static verdict do_join(struct input *in, struct reader *r)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    if (s->phase == JOINED) return BAD("this client is in a meeting");
    memset(m, 0, sizeof *m);
    s->phase = JOINED;
    m->list = list_empty();
    m->silence_from = s->now;
    take_identifier(r, "meeting_id", &m->id);
    take_exactly(r, "meeting_uuid", m->uuid, 16);
    take_name(r, "name", &m->name);
    bytes role = take_string(r, "role");
    bool leads = bytes_equal(role, bytes_of("leader"));
    if (!all_taken(r) || (!leads && !bytes_equal(role, bytes_of("participant"))))
        return BAD("a join of another shape");
    TRY(come_back(s, leads));
    TRY(device_join(in));
    return leads ? begin_meeting(in) : OK;
}

/* leader_named and admitted: the server's words about a device, and its announcement. */
static void take_announced(struct reader *r, struct device_id *who, uint8_t ivk[32], json_t **payload)
{
    take_device(r, who);
    take_exactly(r, "ivk", ivk, 32);
    *payload = take_object(r, "announcement");
}

static verdict do_leader_named(struct input *in, struct reader *r)
{
    struct device_id who;
    uint8_t ivk[32];
    json_t *payload;
    struct announced a;
    take_announced(r, &who, ivk, &payload);
    if (!all_taken(r)) return BAD("leader_named of another shape");
    TRY(announcement_read(in->s, payload, &who, ivk, &a));
    if (!device_equal(&a.who, &in->s->who)) return take_leader(in, &a);
    if (in->s->m.leads) return OK;
    if (has(in->s, MED_10) && catches_up(in->s)) return REFUSE("BRK-04");
    return take_over(in);
}

static verdict do_admitted(struct input *in, struct reader *r)
{
    struct session *s = in->s;
    struct device_id who;
    uint8_t ivk[32];
    json_t *payload;
    struct announced a;
    struct text name;
    take_announced(r, &who, ivk, &payload);
    take_name(r, "name", &name);
    take_bool(r, "outdated"); /* the server's word; what was signed counts (ROT-39) */
    if (!all_taken(r)) return BAD("admitted of another shape");
    TRY(announcement_read(s, payload, &who, ivk, &a));
    if (device_equal(&a.who, &s->who)) return OK;
    if (s->m.leads) TRY(admit(in, &a, &name));
    board_put(s, &a);
    name_put(s, &a.who, &name);
    return OK;
}

static verdict do_departed(struct input *in, struct reader *r)
{
    struct session *s = in->s;
    struct device_id who;
    take_device(r, &who);
    if (!all_taken(r)) return BAD("departed of another shape");
    bool listed = s->m.leads && list_present(s->m.list, &who) && !device_equal(&who, &s->who);
    return listed ? list_departed(in, &who, false) : OK;
}

static verdict do_renamed(struct input *in, struct reader *r)
{
    struct device_id who;
    struct text name;
    take_device(r, &who);
    take_name(r, "name", &name);
    if (!all_taken(r)) return BAD("renamed of another shape");
    name_put(in->s, &who, &name);
    return in->s->m.leads ? list_rename(in, &who, &name) : OK;
}

static verdict do_nonce_posted(struct input *in, struct reader *r)
{
    struct device_id who;
    take_device(r, &who);
    bytes nonce = take_hex(r, "nonce");
    if (!all_taken(r)) return BAD("nonce_posted of another shape");
    if (nonce.n != 24) return REFUSE("DEV-10");
    bool new = nonce_remember(in->s, &who, nonce.at);
    return new && in->s->m.leads ? seal_after_nonce(in, &who) : OK;
}

/* A message that is one payload, for one role. */
static verdict do_payload(struct input *in, struct reader *r, const char *field, bool for_leader,
                          verdict (*take)(struct input *, json_t *))
{
    json_t *payload = take_object(r, field);
    if (!all_taken(r)) return BAD("a message of another shape");
    if (in->s->m.leads != for_leader) return BAD("a message for the other role");
    return take(in, payload);
}

static verdict do_link(struct input *in, struct reader *r)
{
    return do_payload(in, r, "link", false, take_link);
}

static verdict do_heartbeat(struct input *in, struct reader *r)
{
    return do_payload(in, r, "heartbeat", false, take_heartbeat);
}

static verdict do_sealed_key(struct input *in, struct reader *r)
{
    return do_payload(in, r, "sealed", false, take_sealed_key);
}

static verdict do_lock_requested(struct input *in, struct reader *r)
{
    return do_payload(in, r, "request", true, take_lock_request);
}

static verdict do_lock_claimed(struct input *in, struct reader *r)
{
    (void)in; /* the certified list says whether the meeting is locked (LCK-05) */
    take_bool(r, "locked");
    return all_taken(r) ? OK : BAD("lock_claimed of another shape");
}

static verdict do_room_claimed(struct input *in, struct reader *r)
{
    struct meeting *m = &in->s->m;
    struct device_id who;
    take_device(r, &who);
    bool in_room = take_bool(r, "in_room");
    if (!all_taken(r)) return BAD("room_claimed of another shape");
    for (size_t i = 0; i < m->in_rooms.n; i++) {
        if (!device_equal(&m->in_rooms.at[i], &who)) continue;
        if (!in_room) m->in_rooms.at[i] = m->in_rooms.at[--m->in_rooms.n];
        return OK;
    }
    if (in_room) *ARRAY_PUSH(m->in_rooms) = who;
    return OK;
}

static verdict do_packet(struct input *in, struct reader *r)
{
    struct device_id from;
    struct text stream;
    take_identifier(r, "from", &from.user);
    take_identifier(r, "hardware_id", &from.hardware);
    take_identifier(r, "stream", &stream);
    json_t *payload = take_object(r, "packet");
    if (!all_taken(r)) return BAD("a packet of another shape");
    return device_packet(in, &from, &stream, payload);
}

static verdict do_leave(struct input *in, struct reader *r)
{
    if (!all_taken(r)) return BAD("a request of another shape");
    away_forget(in->s);
    if (in->s->phase == JOINED) device_leave(in);
    return OK;
}

static verdict do_meeting_ended(struct input *in, struct reader *r)
{
    if (!all_taken(r)) return BAD("a request of another shape");
    device_leave(in);
    return OK;
}

static verdict do_step_out(struct input *in, struct reader *r)
{
    if (!all_taken(r)) return BAD("a request of another shape");
    device_step_out(in);
    return OK;
}

static verdict do_send(struct input *in, struct reader *r)
{
    struct text stream;
    take_identifier(r, "stream", &stream);
    bytes plaintext = take_hex(r, "plaintext");
    if (!all_taken(r)) return BAD("a send of another shape");
    return device_send(in, &stream, plaintext);
}

static verdict do_set_lock(struct input *in, struct reader *r)
{
    bool locked = take_bool(r, "locked");
    if (!all_taken(r)) return BAD("a set_lock of another shape");
    return in->s->m.leads ? list_lock(in, locked) : wish_lock(in, locked);
}

static verdict do_kick(struct input *in, struct reader *r)
{
    struct session *s = in->s;
    struct device_id who;
    take_device(r, &who);
    if (!all_taken(r)) return BAD("a kick of another shape");
    if (!s->m.leads || device_equal(&who, &s->who) || list_present(s->m.list, &who) == NULL)
        return BAD("nobody this client can remove");
    return list_departed(in, &who, true);
}

struct handler {
    const char *name;
    verdict (*take)(struct input *, struct reader *);
};

static const struct handler messages[] = {
    {"leader_named", do_leader_named}, {"admitted", do_admitted},
    {"departed", do_departed},         {"renamed", do_renamed},
    {"nonce_posted", do_nonce_posted}, {"link", do_link},
    {"heartbeat", do_heartbeat},       {"lock_requested", do_lock_requested},
    {"lock_claimed", do_lock_claimed}, {"room_claimed", do_room_claimed},
    {"sealed_key", do_sealed_key},     {"packet", do_packet},
    {"meeting_ended", do_meeting_ended},
};

static verdict do_deliver(struct input *in, struct reader *r)
{
    struct reader message = read_object(take_object(r, "message"));
    bytes kind = take_string(&message, "kind");
    if (!all_taken(r)) return BAD("a deliver of another shape");
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        if (!bytes_equal(kind, bytes_of(messages[i].name))) continue;
        return messages[i].take(in, &message);
    }
    return BAD("no such message");
}

static const struct handler inputs[] = {
    {"deliver", do_deliver}, {"send", do_send},   {"set_lock", do_set_lock},
    {"kick", do_kick},       {"leave", do_leave}, {"step_out", do_step_out},
};

static void earlier(uint64_t candidate, bool *any, uint64_t *at)
{
    if (!*any || candidate < *at) *at = candidate;
    *any = true;
}

/* The next moment to act; moments at which a key only comes into use are no act but count. */
bool session_deadline(const struct session *s, uint64_t *at)
{
    const struct meeting *m = &s->m;
    bool any = false;
    if (s->phase != JOINED) return false;
    const struct key *used = key_in_use(s);
    for (size_t i = 0; i < m->keys.n; i++) {
        const struct key *k = &m->keys.at[i];
        bool certified = !has(s, HBT_19) || k->number <= m->chain.number;
        if (k->superseded) earlier(k->erase_at, &any, at);
        if (k->use_at > s->now && certified && (used == NULL || k->number > used->number))
            earlier(k->use_at, &any, at);
    }
    if (has(s, LIV_01)) earlier(m->nonce_due, &any, at);
    if (!m->leads) {
        earlier(m->silence_from + SILENCE_MS, &any, at);
        return any;
    }
    earlier(m->beat_due, &any, at);
    if (m->rotation_owed) earlier(m->rotation_due, &any, at);
    if (has(s, ROT_37) && m->keys.n > 0)
        earlier(m->keys.at[m->keys.n - 1].arrived + KEY_AGE_MS, &any, at);
    return any;
}

/* What is due now: erasing first, then leaving, then the nonce, then the leader's work. */
static verdict act(struct input *in)
{
    struct session *s = in->s;
    struct meeting *m = &s->m;
    bool keyless = keys_erase_due(s) && has(s, MED_10);
    if (!m->leads && (keyless || m->silence_from + SILENCE_MS <= s->now)) {
        device_leave(in);
        return OK;
    }
    if (has(s, LIV_01) && m->nonce_due <= s->now) TRY(nonce_renew(in));
    if (!m->leads) return OK;
    const struct key *newest = key_newest(s);
    bool aged = has(s, ROT_37) && newest != NULL && newest->arrived + KEY_AGE_MS <= s->now;
    if (aged || (m->rotation_owed && m->rotation_due <= s->now)) return rotate(in);
    return m->beat_due <= s->now ? beat(in) : OK;
}

static verdict do_advance(struct input *in, struct reader *r)
{
    struct session *s = in->s;
    uint64_t to = take_number(r, "to_ms"), at;
    if (!all_taken(r)) return BAD("an advance of another shape");
    if (to < s->now) return BAD("time does not go back");
    while (session_deadline(s, &at) && at <= to) {
        s->now = at;
        TRY(act(in));
    }
    s->now = to;
    return OK;
}

verdict session_input(struct input *in, bytes op, struct reader *r)
{
    if (bytes_equal(op, bytes_of("join"))) return do_join(in, r);
    if (bytes_equal(op, bytes_of("advance"))) return do_advance(in, r);
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        if (!bytes_equal(op, bytes_of(inputs[i].name))) continue;
        /* Who stepped out may still leave for good. */
        bool goodbye = in->s->away.set && inputs[i].take == do_leave;
        if (in->s->phase != JOINED && !goodbye) return BAD("this client is in no meeting");
        return inputs[i].take(in, r);
    }
    return BAD("no such operation");
}
