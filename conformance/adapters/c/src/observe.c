/* What the user of a client sees: from the certified list, and from what was verified. */
#include "meeting.h"

/* Whether a device signed a Kyber key with the very binding that the list has of it. */
static bool signed_kem(const struct session *s, const struct entry *e)
{
    const struct meeting *m = &s->m;
    if (device_equal(&e->who, &s->who)) return true;
    if (!m->leads && m->leader_known && device_equal(&m->leader.who, &e->who) &&
        memcmp(m->leader.binding_hash, e->binding_hash, 32) == 0)
        return has_kem(m->leader.pk_n);
    for (size_t i = 0; i < m->board.n; i++) {
        const struct announced *a = &m->board.at[i];
        if (!device_equal(&a->who, &e->who)) continue;
        uint8_t hash[32];
        sha256(binding_of(s, a), hash);
        return has_kem(a->pk_n) && memcmp(hash, e->binding_hash, 32) == 0;
    }
    return false;
}

static bool post_quantum(const struct session *s)
{
    const struct list *l = s->m.list;
    if (!has(s, ROT_23)) return false;
    for (size_t i = 0; i < l->entries.n; i++)
        if (l->entries.at[i].standing == PRESENT && !signed_kem(s, &l->entries.at[i])) return false;
    return true;
}

/* Who left is shown as here until this client encrypts under a key unknown to them. */
static bool lingers(const struct session *s, const struct device_id *who)
{
    const struct key *used = key_in_use(s);
    if (!has(s, MEM_16)) return false;
    for (size_t i = 0; i < s->m.lingering.n; i++)
        if (device_equal(&s->m.lingering.at[i].who, who))
            return used != NULL && used->number <= s->m.lingering.at[i].number;
    return false;
}

/* How often a device left or, by MEM-24, its user with any device. */
static uint64_t leaves_of(const struct session *s, const struct entry *e)
{
    uint64_t leaves = 0;
    if (!has(s, MED_10) && !s->policies.leaves_of_user) return e->leaves;
    for (size_t i = 0; i < s->m.list->entries.n; i++)
        if (text_equal(&s->m.list->entries.at[i].who.user, &e->who.user))
            leaves += s->m.list->entries.at[i].leaves;
    return leaves < UINT32_MAX ? leaves : UINT32_MAX;
}

static const char *standing_of(const struct session *s, const struct entry *e)
{
    if (e->standing != PRESENT) return lingers(s, &e->who) ? "here" : "left";
    if (has(s, BRK_01))
        for (size_t i = 0; i < s->m.in_rooms.n; i++)
            if (device_equal(&s->m.in_rooms.at[i], &e->who)) return "in_room";
    return "here";
}

static json_t *roster_line(const struct session *s, const struct entry *e)
{
    static const struct text nameless;
    json_t *line = json_object();
    bool present = e->standing == PRESENT;
    const struct text *name = &e->name;
    if (!has(s, MEM_15) && present) {
        name = name_find(s, &e->who);
        if (name == NULL) name = &nameless;
    }
    json_object_set_new(line, "user_id", json_text(&e->who.user));
    json_object_set_new(line, "hardware_id", json_text(&e->who.hardware));
    json_object_set_new(line, "name", json_text(name));
    json_object_set_new(line, "standing", json_string(standing_of(s, e)));
    uint64_t leaves = leaves_of(s, e);
    if (leaves >= LEAVES_SHOWN_FROM)
        json_object_set_new(line, "leaves", json_integer((json_int_t)leaves));
    return line;
}

json_t *session_observe(const struct session *s)
{
    static const char *const phases[] = {"outside", "joined", "left"};
    json_t *seen = json_object(), *roster = json_array();
    json_object_set_new(seen, "phase", json_string(phases[s->phase]));
    json_object_set_new(seen, "roster", roster);
    json_object_set_new(seen, "locked", json_boolean(s->phase == JOINED && s->m.list->locked));
    if (s->phase != JOINED) return seen;
    const struct meeting *m = &s->m;
    for (size_t i = 0; i < m->list->entries.n; i++)
        if (!device_equal(&m->list->entries.at[i].who, &s->who))
            json_array_append_new(roster, roster_line(s, &m->list->entries.at[i]));
    json_object_set_new(seen, "encryption",
                        json_string(post_quantum(s) ? "post_quantum" : "end_to_end"));
    if (m->leads || m->leader_known)
        json_object_set_new(seen, "leader",
                            json_text(m->leads ? &s->who.user : &m->leader.who.user));
    if (m->code[0] != '\0') json_object_set_new(seen, "security_code", json_string(m->code));
    const struct key *used = key_in_use(s);
    if (used != NULL) json_object_set_new(seen, "sends_under", json_integer(used->number));
    return seen;
}
