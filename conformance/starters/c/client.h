/* What the places of client.c work with, and your client's own state. */
#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buffer {
    char *at;
    size_t n, room;
};

/* Bytes, or a text in UTF-8; not ended by a zero, and gone with the answer: copy what you keep. */
struct bytes {
    const uint8_t *at;
    size_t n;
};

/* One device: an identity key, its own time, at first in no meeting. */
struct client {
    struct buffer outputs;
    uint64_t now_ms;
    /* When your client will next do something by itself, if it will without being given more. */
    bool has_deadline;
    uint64_t deadline_ms;
    uint8_t ivk[32];
};

/* What became of an input, the rule behind a refusal where your client knows it, and why. */
struct answer {
    const char *class, *code, *detail;
};

struct given; /* the fields of a request by name, hexadecimal already as bytes */
struct bytes bytes_of(const struct given *given, const char *name);
uint64_t number_of(const struct given *given, const char *name);
bool flag_of(const struct given *given, const char *name);

/* Something your client did at a moment: first its kind, then its fields, then the end. */
void emit(struct client *c, const char *kind, uint64_t at_ms);
void with_payload(struct client *c, const char *name, struct bytes message);
void with_hex(struct client *c, const char *name, struct bytes value);
void with_text(struct client *c, const char *name, struct bytes text);
void with_number(struct client *c, const char *name, uint64_t number);
void emitted(struct client *c);

extern struct buffer result; /* the JSON of `result`, for `observe` and formulas */
void put(struct buffer *to, const char *text);       /* as it is */
void put_text(struct buffer *to, struct bytes text); /* quoted and escaped */
void put_hex(struct buffer *to, struct bytes value); /* quoted */

/* An answer without words for people. */
struct answer answer(const char *class, const char *code);

/* What client.c says of itself; each list ends with NULL. */
extern const char NAME[], VERSION[];
extern const char *const PROFILES[], *const ROLES[], *const RANDOMNESS[], *const CODECS[];

/* The places of client.c. */
struct answer client_open(struct client *c, const struct given *given);
struct answer on_join(struct client *c, const struct given *given);
struct answer on_leader_named(struct client *c, const struct given *given);
struct answer on_admitted(struct client *c, const struct given *given);
struct answer on_departed(struct client *c, const struct given *given);
struct answer on_renamed(struct client *c, const struct given *given);
struct answer on_nonce_posted(struct client *c, const struct given *given);
struct answer on_link(struct client *c, const struct given *given);
struct answer on_heartbeat(struct client *c, const struct given *given);
struct answer on_sealed_key(struct client *c, const struct given *given);
struct answer on_packet(struct client *c, const struct given *given);
struct answer on_lock_requested(struct client *c, const struct given *given);
struct answer on_lock_claimed(struct client *c, const struct given *given);
struct answer on_room_claimed(struct client *c, const struct given *given);
struct answer on_meeting_ended(struct client *c, const struct given *given);
struct answer on_advance(struct client *c, const struct given *given);
struct answer on_send(struct client *c, const struct given *given);
struct answer on_set_lock(struct client *c, const struct given *given);
struct answer on_kick(struct client *c, const struct given *given);
struct answer on_step_out(struct client *c, const struct given *given);
struct answer on_leave(struct client *c, const struct given *given);
struct answer on_observe(struct client *c, const struct given *given);
struct answer on_close(struct client *c, const struct given *given);
struct answer security_code(struct client *c, const struct given *given);

#endif
