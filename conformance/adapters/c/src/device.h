/* What a device does whatever its role: announcements, boxes, keys held, nonces, packets. */
#ifndef DEVICE_H
#define DEVICE_H

#include "state.h"

/* Joins: ephemeral keys, announcement, first nonce. */
verdict device_join(struct input *in);
/* Leaves: forgets everything of the meeting but packet counters, and shows it. */
void device_leave(struct input *in);
void device_step_out(struct input *in);

bytes binding_of(const struct session *s, const struct announced *a);
/* Decodes an announcement. Whose it is, and with which key, the server says; the signature has to
 * bear both out, and what the announcement says of itself decides nothing. */
verdict announcement_read(const struct session *s, json_t *payload, const struct device_id *who,
                          const uint8_t ivk[32], struct announced *to);
/* Verifies (DEV-01) and agrees (ROT-09). */
verdict peer_from(const struct session *s, const struct announced *a, struct peer *to);
bool has_kem(size_t pk_n);

void box_of(const struct session *s, const struct peer *leader_or_member, bool seals,
            const uint8_t *live, const uint8_t *nonce, bool hybrid, struct box *to);

struct key *key_newest(struct session *s); /* or NULL */
/* The key that packets are encrypted under now, or NULL. */
const struct key *key_in_use(const struct session *s);
void key_install(struct session *s, uint32_t number, const uint8_t key[32]);
/* A heartbeat certified a greater number: where grace is counted from that, old keys run out. */
void keys_certified(struct session *s, uint32_t before);
void keys_drop_uncertified(struct session *s);
void keys_forget(struct session *s);
/* Whether that leaves none. */
bool keys_erase_due(struct session *s);

verdict nonce_renew(struct input *in);
struct posted_nonces *nonces_of(struct session *s, const struct device_id *who);
/* Whether the nonce was new. */
bool nonce_remember(struct session *s, const struct device_id *who, const uint8_t nonce[24]);

struct announced *board_find(struct session *s, const struct device_id *who);
void board_put(struct session *s, const struct announced *a);
void name_put(struct session *s, const struct device_id *who, const struct text *name);
const struct text *name_find(const struct session *s, const struct device_id *who);
/* Who is on the old list and not on the new one lingers while keys up to this number are used. */
void lingering_note(struct session *s, const struct list *before, uint32_t number);

verdict device_send(struct input *in, const struct text *stream, bytes plaintext);
verdict device_packet(struct input *in, const struct device_id *from, const struct text *stream,
                      json_t *payload);

void show_code(struct input *in, const uint8_t ivk[32]);

#endif
