#include "profile.h"

enum { V231, V30, V31, V33, V512, V41, V44, V46, HARDENED };

const struct profile profiles[9] = {
    {"zoom-2.3.1", V231, false, false, false},
    {"zoom-3.0", V30, false, false, false},
    {"zoom-3.1", V31, false, false, false},
    {"zoom-3.3", V33, false, false, false},
    {"zoom-4.1-client-5.12", V512, false, false, false},
    {"zoom-4.1", V41, true, false, false},
    {"zoom-4.4", V44, true, false, false},
    {"zoom-4.6", V46, true, false, false},
    {"hardened", HARDENED, true, true, true},
};

const struct profile *profile_named(bytes name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (bytes_equal(name, bytes_of(profiles[i].name))) return &profiles[i];
    return NULL;
}

/* Every rule came with one version and was there from then on, but for the throttle, which went. */
bool in_force(const struct profile *p, enum rule rule)
{
    static const int since[] = {
        [ALWAYS] = V231, [ROT_03] = V30,  [ROT_17] = V231, [ROT_36] = V512, [ROT_37] = V512,
        [MEM_10] = V512, [MEM_15] = V30,  [MEM_16] = V512, [MEM_19] = V31,  [HBT_07] = V41,
        [HBT_19] = V512, [LIV_01] = V41,  [LCK_01] = V31,  [BRK_01] = V33,  [ROT_23] = V44,  [MED_10] = HARDENED,
    };
    if (rule == ROT_17) return p->version < V512;
    return p->version >= since[rule];
}

bool policy_set(struct policies *p, bytes key, bytes value)
{
    struct {
        const char *key, *usual, *other;
        bool *flag;
    } known[] = {
        {"first_key_wait", "no_wait", "wait", &p->first_key_waits},
        {"coalescing", "at_21", "never", &p->never_coalesces},
        {"takeover_key", "rotate", "keep", &p->takeover_keeps},
        {"leader_wait", "waits", "at_once", &p->leader_at_once},
        {"leave_in_throttle", "throttled", "immediate", &p->leave_at_once},
        {"replay_window", "window", "increase", &p->counter_increases},
        {"unlisted_sender", "play", "drop", &p->unlisted_dropped},
        {"leaves_counted", "device", "user", &p->leaves_of_user},
        {"first_heartbeat", "any", "own_join", &p->own_join_first},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (!bytes_equal(key, bytes_of(known[i].key))) continue;
        *known[i].flag = bytes_equal(value, bytes_of(known[i].other));
        return *known[i].flag || bytes_equal(value, bytes_of(known[i].usual));
    }
    return false;
}
