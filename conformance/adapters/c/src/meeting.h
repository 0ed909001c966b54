/* Every input of a session, by role; time; what the user sees. */
#ifndef MEETING_H
#define MEETING_H

#include "leader.h"

/* A new session from the input of `open`, or NULL. */
verdict session_open(json_t *input, struct input *in);
/* `r` has the fields of the input but for `op`, which is taken. */
verdict session_input(struct input *in, bytes op, struct reader *r);
json_t *session_observe(const struct session *s);
/* The next moment something happens by itself; false if there is none. */
bool session_deadline(const struct session *s, uint64_t *at);

#endif
