/* Versions of the protocol: which rules are in force, and the numbers. */
#ifndef PROFILE_H
#define PROFILE_H

#include "base.h"

/* The rules that some profiles have and others have not, as far as a client acts on them. */
enum rule {
    ALWAYS,
    ROT_03, /* the number is sealed with the key; before, ROT-38: heartbeats tell it */
    ROT_17, /* the leader rotates at most once in the interval */
    ROT_36, /* a joiner is given a new key */
    ROT_37, /* no key is the newest for more than five minutes */
    MEM_10, /* a new leader's snapshot leaves out nobody */
    MEM_15, /* names come from the list; with it MEM-20: renames are listed */
    MEM_16, /* who left is shown until a key unknown to them is used */
    MEM_19, /* removals are listed as such; with it MEM-22: who was removed leaves */
    HBT_07, /* heartbeats are chained; with it HBT-08, 13, 14, 18 and 21, and ELE-06 */
    HBT_19, /* a key waits for its heartbeat; with it ELE-09 */
    LIV_01, /* liveness nonces: all of LIV */
    LCK_01, /* locked meetings: all of LCK */
    BRK_01, /* who is in a breakout room is shown as that */
    ROT_23, /* the hybrid box: ROT-23 to 32, 39 and 40, DEV-19 */
    MED_10, /* hardened: MED-10 and 11, ROT-41 to 44, MEM-23 and 24, ELE-10, HBT-22,
             * HBT-23, BRK-02 to 04, and neither MEM-10 nor LCK-13 */
};

struct profile {
    const char *name;
    int version; /* its place in the order of versions */
    bool heartbeat_hash;    /* what is signed is the hash, not the fields */
    bool grace_certificate; /* old keys run out by the certificate, not by receipt */
    bool nonce_constant;    /* the interval does not grow with the meeting */
};
extern const struct profile profiles[9];
/* Formulas belong to no profile; this one has every rule that their inputs have. */
#define FORMULAS (&profiles[7])

const struct profile *profile_named(bytes name);
bool in_force(const struct profile *p, enum rule rule);

/* Milliseconds. The same in every profile; the times not here are bounds of the harness. */
enum {
    ROTATION_INTERVAL_MS = 15000,
    JOINER_KEY_AGE_MS = 15000,
    KEY_AGE_MS = 300000,
    USE_WAIT_MS = 2000,
    OLD_KEY_MS = 10000,
    HEARTBEAT_MS = 10000,
    SILENCE_MS = 100000,
    NONCE_INTERVAL_MS = 180000,
    REPLAY_WINDOW = 64,
    LINKS_MAX = 20,
    LEAVES_SHOWN_FROM = 4,
};

struct policies {
    bool first_key_waits, never_coalesces, takeover_keeps;
    bool leader_at_once, leave_at_once, counter_increases;
    bool unlisted_dropped, leaves_of_user, own_join_first;
};
/* False for a key or a value that this client does not have. */
bool policy_set(struct policies *p, bytes key, bytes value);

#endif
