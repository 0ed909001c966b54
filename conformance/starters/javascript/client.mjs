// Your client behind the adapter of adapter.mjs: fill in parts 1 and 2.
//
// Until a place is filled in it answers `unsupported`, which fails the cases that need it.

// 1. What your client is. The check holds it to every word, so declare no more than it does.

export const NAME = "my-client";
export const VERSION = "0.0.0";
export const PROFILES = ["zoom-4.6"];
export const ROLES = ["participant"]; // add "leader" once a client of yours can also lead
export const RANDOMNESS = ["opaque"]; // your client draws its own random values
export const CODECS = ["bytes"]; // messages cross in the encoding of docs/formulas.md
export const POLICIES = new Map(); // only if it departs from a default: docs/adapter.md, "Policies"

// 2. Your client. `given` holds the fields of the request by name, hexadecimal already as Buffer.
// Every place may be `async`: answers are awaited, and stay in order.

/** One device: an identity key, its own time, at first in no meeting. */
export class Client {
  outputs = [];
  nowMs = 0;
  // When your client will next do something by itself. Null: not before it is given more.
  deadlineMs = null;
  ivk = null;

  /** A session opens: profile, user_id, hardware_id. */
  open(given) {
    // TODO: start your client as this device, and put its identity key (Ed25519) here.
    this.ivk = Buffer.alloc(32, 0xee);
  }

  /** Reports something your client did: now, or at another moment while time passes. */
  emit(kind, fields = {}, atMs = this.nowMs) {
    this.outputs.push({ at_ms: atMs, effect: { kind, ...fields } });
  }

  /** What is reported with an answer: what was emitted for it, and what comes next. */
  done() {
    const told = {};
    if (this.outputs.length > 0) told.outputs = this.outputs;
    if (this.deadlineMs !== null) told.deadline_ms = this.deadlineMs;
    this.outputs = [];
    return told;
  }

  /** The user joins: meeting_id, meeting_uuid, role, name. */
  join(given) {
    // TODO: have your client join, and report what it posts:
    //     this.emit("post_announcement", { announcement: payload(announcement) });
    //     this.emit("post_nonce", { nonce: nonce.toString("hex") });
    //     this.deadlineMs = ...;
    //     return answer("accept");
    return notConnected("join");
  }

  /** The server says who leads: user_id, hardware_id, ivk, announcement. */
  on_leader_named(given) {
    // TODO: hand the announcement and the key server's ivk to your client; report
    //     this.emit("show_security_code", { digits });
    // and refuse with answer("reject", { code: "DEV-01" }), or whichever rule it breaks.
    return notConnected("leader_named");
  }

  /** Somebody joined: user_id, hardware_id, name, ivk, announcement, outdated. */
  on_admitted(given) {
    // TODO: hand the newcomer's announcement and name to your client.
    return notConnected("admitted");
  }

  /** Somebody left: user_id, hardware_id. */
  on_departed(given) {
    // TODO: tell your client who left.
    return notConnected("departed");
  }

  /** Somebody has another display name: user_id, hardware_id, name. */
  on_renamed(given) {
    // TODO: tell your client the new name.
    return notConnected("renamed");
  }

  /** A liveness nonce from the board: user_id, hardware_id, nonce. */
  on_nonce_posted(given) {
    // TODO: hand the nonce to your client.
    return notConnected("nonce_posted");
  }

  /** A link of the leader participant list: link. */
  on_link(given) {
    // TODO: hand the link to your client; a good one is answer("pending", { code: "MEM-21" }).
    return notConnected("link");
  }

  /** A heartbeat of the leader: heartbeat. */
  on_heartbeat(given) {
    // TODO: hand the heartbeat to your client.
    return notConnected("heartbeat");
  }

  /** A sealed meeting key: sealed. */
  on_sealed_key(given) {
    // TODO: hand the sealed key to your client.
    return notConnected("sealed_key");
  }

  /** A media packet: from, hardware_id, stream, packet. */
  on_packet(given) {
    // TODO: hand the packet to your client, and report what it plays:
    //     const { from, hardware_id, stream } = given;
    //     const plaintext = played.toString("hex");
    //     this.emit("render", { from, hardware_id, stream, mk_seq, plaintext });
    return notConnected("packet");
  }

  /** A co-host asks the leader to lock or unlock: request. */
  on_lock_requested(given) {
    // TODO: hand the request to your client.
    return notConnected("lock_requested");
  }

  /** The server says that the meeting is locked, or is not: locked. */
  on_lock_claimed(given) {
    // TODO: tell your client what the server says.
    return notConnected("lock_claimed");
  }

  /** The server says that somebody is in a breakout room, or is not: user_id, hardware_id, in_room. */
  on_room_claimed(given) {
    // TODO: tell your client what the server says.
    return notConnected("room_claimed");
  }

  /** The server says that the meeting is over. */
  on_meeting_ended(given) {
    // TODO: tell your client; report this.emit("show_left").
    return notConnected("meeting_ended");
  }

  /** Time passes: to_ms. */
  advance(given) {
    // TODO: move your client's clock to to_ms, emit with its moment what it does on the way, then
    //     this.nowMs = given.to_ms;
    return notConnected("advance");
  }

  /** The user sends: stream, plaintext. */
  send(given) {
    // TODO: have your client encrypt; report
    //     this.emit("transmit", { stream: given.stream, packet: payload(packet) });
    return notConnected("send");
  }

  /** The user locks or unlocks, as leader or as co-host: locked. */
  set_lock(given) {
    // TODO: press the button of your client.
    return notConnected("set_lock");
  }

  /** The user removes somebody: user_id, hardware_id. */
  kick(given) {
    // TODO: remove that device. A participant answers answer("bad_request").
    return notConnected("kick");
  }

  /** The user goes to a breakout room or comes from one. The next join is the return. */
  step_out(given) {
    // TODO: as leave; a client that compares on return remembers what it left.
    return notConnected("step_out");
  }

  /** The user leaves. */
  leave(given) {
    // TODO: have your client leave and erase its keys; report this.emit("show_left").
    return notConnected("leave");
  }

  /** What the user sees now. */
  observe(given) {
    // TODO: say what your client shows (docs/client.md, "What a user sees"); before it joins
    //     const observed = { phase: "outside", roster: [], locked: false };
    //     return answer("accept", { result: { observed } });
    return notConnected("observe");
  }

  /** The session ends. */
  close() {
    // TODO: stop your client and free what it holds.
  }
}

/** The 39 digits of an identity key: ivk. */
export function securityCode(given) {
  // TODO: ask your client for the digits it would show, and answer
  //     return answer("accept", { result: { computed: { digits } } });
  return notConnected("security_code");
}

/** The honest answer of a place that is still to be filled in. */
function notConnected(place) {
  return answer("unsupported", { detail: `${place} is not connected to a client yet` });
}

/** What became of an input; `code` is the rule behind a refusal where your client knows it. */
export function answer(word, more = {}) {
  return { class: word, ...more };
}

/** A message as it crosses in codec `bytes`. */
function payload(message) {
  return { bytes: Buffer.from(message).toString("hex") };
}
