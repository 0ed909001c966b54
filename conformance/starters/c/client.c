/* Your client behind the adapter of adapter.c: fill in parts 1 and 2, and its state in client.h.
 *
 * Until a place is filled in it answers `unsupported`, which fails the cases that need it. */
#include "client.h"

#include <string.h>

/* 1. What your client is. The check holds it to every word, so declare no more than it does. */

const char NAME[] = "my-client", VERSION[] = "0.0.0";
const char *const PROFILES[] = {"zoom-4.6", NULL};
const char *const ROLES[] = {"participant", NULL}; /* "leader" once yours can also lead */
const char *const RANDOMNESS[] = {"opaque", NULL}; /* it draws its own random values */
const char *const CODECS[] = {"bytes", NULL};      /* the encoding of docs/formulas.md */

/* 2. Your client. */

/* The honest answer of a place that is still to be filled in. */
static struct answer not_connected(const char *detail)
{
    return (struct answer){"unsupported", NULL, detail};
}

/* A session opens: profile, user_id, hardware_id. */
struct answer client_open(struct client *c, const struct given *given)
{
    /* TODO: start your client as this device, and put its identity key (Ed25519) here. */
    memset(c->ivk, 0xee, sizeof c->ivk);
    return answer("accept", NULL);
}

/* The user joins: meeting_id, meeting_uuid, role, name. */
struct answer on_join(struct client *c, const struct given *given)
{
    /* TODO: have your client join, and report what it posts:
     *     emit(c, "post_announcement", c->now_ms);
     *     with_payload(c, "announcement", announcement);
     *     emitted(c);
     *     emit(c, "post_nonce", c->now_ms);
     *     with_hex(c, "nonce", nonce);
     *     emitted(c);
     *     c->has_deadline = true;
     *     c->deadline_ms = ...;
     *     return answer("accept", NULL); */
    return not_connected("join is not connected to a client yet");
}

/* The server says who leads: user_id, hardware_id, ivk, announcement. */
struct answer on_leader_named(struct client *c, const struct given *given)
{
    /* TODO: hand the announcement and the key server's ivk to your client; report
     *     emit(c, "show_security_code", c->now_ms);
     *     with_text(c, "digits", digits);
     *     emitted(c);
     * and refuse with answer("reject", "DEV-01"), or whichever rule it breaks. */
    return not_connected("leader_named is not connected to a client yet");
}

/* Somebody joined: user_id, hardware_id, name, ivk, announcement, outdated. */
struct answer on_admitted(struct client *c, const struct given *given)
{
    /* TODO: hand the newcomer's announcement and name to your client. */
    return not_connected("admitted is not connected to a client yet");
}

/* Somebody left: user_id, hardware_id. */
struct answer on_departed(struct client *c, const struct given *given)
{
    /* TODO: tell your client who left. */
    return not_connected("departed is not connected to a client yet");
}

/* Somebody has another display name: user_id, hardware_id, name. */
struct answer on_renamed(struct client *c, const struct given *given)
{
    /* TODO: tell your client the new name. */
    return not_connected("renamed is not connected to a client yet");
}

/* A liveness nonce from the board: user_id, hardware_id, nonce. */
struct answer on_nonce_posted(struct client *c, const struct given *given)
{
    /* TODO: hand the nonce to your client. */
    return not_connected("nonce_posted is not connected to a client yet");
}

/* A link of the leader participant list: link. */
struct answer on_link(struct client *c, const struct given *given)
{
    /* TODO: hand the link to your client; a good one is answer("pending", "MEM-21"). */
    return not_connected("link is not connected to a client yet");
}

/* A heartbeat of the leader: heartbeat. */
struct answer on_heartbeat(struct client *c, const struct given *given)
{
    /* TODO: hand the heartbeat to your client. */
    return not_connected("heartbeat is not connected to a client yet");
}

/* A sealed meeting key: sealed. */
struct answer on_sealed_key(struct client *c, const struct given *given)
{
    /* TODO: hand the sealed key to your client: bytes_of(given, "sealed"). */
    return not_connected("sealed_key is not connected to a client yet");
}

/* A media packet: from, hardware_id, stream, packet. */
struct answer on_packet(struct client *c, const struct given *given)
{
    /* TODO: hand the packet to your client, and report what it plays:
     *     emit(c, "render", c->now_ms);
     *     with_text(c, "from", bytes_of(given, "from"));
     *     with_text(c, "hardware_id", bytes_of(given, "hardware_id"));
     *     with_text(c, "stream", bytes_of(given, "stream"));
     *     with_number(c, "mk_seq", number);
     *     with_hex(c, "plaintext", plaintext);
     *     emitted(c); */
    return not_connected("packet is not connected to a client yet");
}

/* A co-host asks the leader to lock or unlock: request. */
struct answer on_lock_requested(struct client *c, const struct given *given)
{
    /* TODO: hand the request to your client. */
    return not_connected("lock_requested is not connected to a client yet");
}

/* The server says that the meeting is locked, or is not: locked. */
struct answer on_lock_claimed(struct client *c, const struct given *given)
{
    /* TODO: tell your client what the server says. */
    return not_connected("lock_claimed is not connected to a client yet");
}

/* The server says that somebody is in a breakout room, or is not: user_id, hardware_id, in_room. */
struct answer on_room_claimed(struct client *c, const struct given *given)
{
    /* TODO: tell your client what the server says. */
    return not_connected("room_claimed is not connected to a client yet");
}

/* The server says that the meeting is over. */
struct answer on_meeting_ended(struct client *c, const struct given *given)
{
    /* TODO: tell your client; report emit(c, "show_left", c->now_ms); emitted(c); */
    return not_connected("meeting_ended is not connected to a client yet");
}

/* Time passes: to_ms. */
struct answer on_advance(struct client *c, const struct given *given)
{
    /* TODO: move your client's clock to to_ms, emit with its moment what it does on the way, then
     *     c->now_ms = number_of(given, "to_ms"); */
    return not_connected("advance is not connected to a client yet");
}

/* The user sends: stream, plaintext. */
struct answer on_send(struct client *c, const struct given *given)
{
    /* TODO: have your client encrypt; report
     *     emit(c, "transmit", c->now_ms);
     *     with_text(c, "stream", bytes_of(given, "stream"));
     *     with_payload(c, "packet", packet);
     *     emitted(c); */
    return not_connected("send is not connected to a client yet");
}

/* The user locks or unlocks, as leader or as co-host: locked. */
struct answer on_set_lock(struct client *c, const struct given *given)
{
    /* TODO: press the button of your client, with flag_of(given, "locked"). */
    return not_connected("set_lock is not connected to a client yet");
}

/* The user removes somebody: user_id, hardware_id. */
struct answer on_kick(struct client *c, const struct given *given)
{
    /* TODO: remove that device. A participant answers answer("bad_request", NULL). */
    return not_connected("kick is not connected to a client yet");
}

/* The user goes to a breakout room or comes from one. The next join is the return. */
struct answer on_step_out(struct client *c, const struct given *given)
{
    /* TODO: as leave; a client that compares on return remembers what it left. */
    return not_connected("step_out is not connected to a client yet");
}

/* The user leaves. */
struct answer on_leave(struct client *c, const struct given *given)
{
    /* TODO: have your client leave and erase its keys; report
     *     emit(c, "show_left", c->now_ms);
     *     emitted(c); */
    return not_connected("leave is not connected to a client yet");
}

/* What the user sees now. */
struct answer on_observe(struct client *c, const struct given *given)
{
    /* TODO: say what your client shows (docs/client.md, "What a user sees"); before it joins
     *     put(&result, "{\"observed\":{\"phase\":\"outside\",\"roster\":[],\"locked\":false}}");
     *     return answer("accept", NULL); */
    return not_connected("observe is not connected to a client yet");
}

/* The session ends. */
struct answer on_close(struct client *c, const struct given *given)
{
    /* TODO: stop your client and free what it holds. */
    return answer("accept", NULL);
}

/* The 39 digits of an identity key: ivk. A formula belongs to no client. */
struct answer security_code(struct client *none, const struct given *given)
{
    /* TODO: ask your client for the digits it would show, and answer
     *     put(&result, "{\"computed\":{\"digits\":");
     *     put_text(&result, digits);
     *     put(&result, "}}");
     *     return answer("accept", NULL); */
    return not_connected("security_code is not connected to a client yet");
}
