/* A participant's work: links, heartbeats, sealed keys, a co-host's wish. */
#ifndef PARTICIPANT_H
#define PARTICIPANT_H

#include "device.h"

/* The server names another device as the leader; a leader steps down. */
verdict take_leader(struct input *in, const struct announced *a);
verdict take_link(struct input *in, json_t *payload);
verdict take_heartbeat(struct input *in, json_t *payload);
verdict take_sealed_key(struct input *in, json_t *payload);
verdict wish_lock(struct input *in, bool locked);

/* Lock requests, both ways. */
struct lock_request {
    struct device_id who;
    bool locked;
    uint8_t link_hash[32], sig[64];
};
bytes lock_request_signed(const struct session *s, bool locked, const uint8_t link_hash[32]);

/* What a heartbeat by the device of the announcement signs. */
bytes heartbeat_signed(const struct session *s, const struct announced *leader,
                       const bytes *heartbeat);
void ahead_forget(struct session *s);
/* Whether this client came back, and no heartbeat has listed it again (BRK-03). */
bool catches_up(const struct session *s);

#endif
