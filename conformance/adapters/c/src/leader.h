/* The leader's work. */
#ifndef LEADER_H
#define LEADER_H

#include "participant.h"

verdict begin_meeting(struct input *in); /* as its first leader */
verdict take_over(struct input *in);     /* as its next */
verdict beat(struct input *in);
verdict rotate(struct input *in);

verdict admit(struct input *in, const struct announced *a, const struct text *name);
verdict list_departed(struct input *in, const struct device_id *who, bool removed);
verdict list_rename(struct input *in, const struct device_id *who, const struct text *name);
verdict list_lock(struct input *in, bool locked);
verdict take_lock_request(struct input *in, json_t *payload);
verdict seal_after_nonce(struct input *in, const struct device_id *who);

#endif
