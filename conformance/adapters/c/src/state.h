/* What one session knows. A session is copied before each input; the copy takes its place unless
 * the input was refused, which is how a refusal changes nothing. */
#ifndef STATE_H
#define STATE_H

#include "crypto.h"
#include "roster.h"
#include "wire.h"

enum purpose { IDENTITY, EPHEMERAL, EPHEMERAL_KEM, MEETING, BOX_NONCE, KEM_COINS, LIVENESS_NONCE,
               PURPOSES };
enum randomness { TAPE, SEEDED, OPAQUE };

/* An announcement, with the identity key the key server served for its device. */
struct announced {
    struct device_id who;
    uint8_t ivk[32], pk[PK_HYBRID], sig[64];
    size_t pk_n;
};

/* Somebody whose announcement verified: the leader, or a member. */
struct peer {
    struct device_id who;
    uint8_t ivk[32], pk[PK_HYBRID], shared[32], binding_hash[32];
    size_t pk_n;
};

struct member {
    struct peer peer;
    bool waits;       /* for its first nonce, to be sealed to then */
    bool rejoined;    /* unnoticed: the nonces on the board may be of its earlier join */
    bool seal_again;  /* and it was sealed to since */
};

struct key {
    uint32_t number;
    uint8_t key[32];
    uint64_t arrived, use_at, erase_at;
    bool superseded; /* erase_at counts */
};

struct sealed {
    uint8_t nonce[24], kem[KEM_CIPHER], ciphertext[256];
    size_t kem_n, ciphertext_n;
};

struct posted_nonces { /* the two newest, newest first */
    struct device_id who;
    uint8_t nonce[2][24];
    size_t n;
};

struct server_name {
    struct device_id who;
    struct text name;
};

struct lingering { /* who left is shown as here up to this key number (MEM-16) */
    struct device_id who;
    uint32_t number;
};

struct chain { /* the last heartbeat taken or sent; all zero before the first */
    uint32_t t, number; /* send counter; certified key number */
    uint8_t hash[32];
    uint64_t timestamp;
    bool taken; /* since the join; of who came back, one that lists this join */
};

struct ahead { /* a link taken, not certified yet, and the list it makes */
    enum op op;
    struct device_id who;
    struct list *after;
};

/* What who stepped out goes on with on return (BRK-02, BRK-03). */
struct away {
    bool set;
    struct text id;
    uint8_t uuid[16];
    struct list *list;
    struct chain chain;
    bool leader_known, leader_changed;
    struct peer leader;
};

struct meeting {
    struct text id, name;
    uint8_t uuid[16];
    bool leads;
    /* own ephemeral keys and their announcement */
    uint8_t secret[32], kem_seed[KEM_SEED];
    struct announced own;
    uint8_t own_hash[32];

    struct list *list; /* certified; a leader's own */
    ARRAY(struct ahead) ahead;
    ARRAY(struct lingering) lingering;
    struct chain chain;

    bool leader_known;
    struct peer leader; /* of a participant */
    bool led_before;    /* by whom, when this client stepped out; until a leader is named */
    struct peer leader_before;
    bool leader_changed, link_since; /* since the last heartbeat taken; since that change */
    struct {
        bool set;
        uint64_t at, timestamp;
    } anchor;
    uint64_t silence_from;
    struct {
        bool wants, locked;
        uint8_t head[32];
    } wish; /* of a co-host */

    ARRAY(struct announced) board;
    ARRAY(struct posted_nonces) nonces;
    ARRAY(struct server_name) names;
    ARRAY(struct device_id) in_rooms; /* as the server says */
    ARRAY(struct key) keys; /* in the order of arrival, which is that of numbers */

    uint8_t own_nonce[2][24]; /* newest first */
    size_t own_nonces;
    uint64_t nonce_due;

    /* before numbers were sealed (ROT-38) */
    uint32_t announced_number; /* the greatest so far */
    bool number_calls;         /* for a key */
    bool holds;
    struct sealed held;

    /* the leader's work */
    ARRAY(struct member) members; /* in the order of `who` */
    uint64_t beat_due, last_rotation, rotation_due;
    bool rotation_owed;
    uint32_t links; /* of the chain since its start or its last snapshot */

    char code[40]; /* shown last */
};

struct sent { /* the next counter of a stream */
    uint8_t uuid[16];
    uint32_t number;
    struct text stream;
    uint64_t next;
};

struct seen { /* counters of a sender's stream: the highest, and bit n for the one n below it */
    uint8_t uuid[16];
    uint32_t number;
    struct device_id sender; /* without hardware where streams are of users */
    struct text stream;
    uint64_t highest, below;
};

enum phase { OUTSIDE, JOINED, GONE };
struct session {
    const struct profile *profile;
    struct policies policies;
    enum codec codec;
    struct device_id who;
    uint8_t seed[32], ivk[32];

    enum randomness randomness;
    json_t *tape; /* shared by copies */
    uint8_t random_seed[32];
    uint32_t drawn[PURPOSES];

    uint64_t now;
    enum phase phase;
    struct meeting m; /* while joined */
    struct away away;
    ARRAY(struct sent) sent; /* these two survive leaving */
    ARRAY(struct seen) seen;
};

struct session *session_copy(const struct session *s);
void session_free(struct session *s);
void meeting_forget(struct session *s);
void away_forget(struct session *s);

/* One input under way: the session it may change, and what it made it do. */
struct input {
    struct session *s;
    json_t *outputs, *drawn;
};
verdict draw(struct input *in, enum purpose purpose, uint8_t *to);
extern const char *const purpose_names[PURPOSES];
extern const size_t purpose_sizes[PURPOSES];
/* Adds an output of now; the effect's further fields are to be set on what comes back. */
json_t *output(struct input *in, const char *kind);

bool has(const struct session *s, enum rule rule);

#endif
