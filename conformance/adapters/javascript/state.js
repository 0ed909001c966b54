/** What a device knows in a meeting, from its join on. Plain data: `Device.step` copies it. */

import { same } from './crypto.js';
import { ZERO_HASH, emptyList, seatKey } from './roster.js';

/**
 * @param device the device that joins
 * @param join `meeting_id`, `meeting_uuid` (16 bytes) and the display `name`
 * @param announced `secret` (X25519), `kemSecret` (Kyber, or null), the announced key `pk`, the
 *   encoded `binding` and `binding_hash`
 */
export function newMeeting(device, join, announced) {
  return {
    id: join.meeting_id,
    uuid: join.meeting_uuid,
    name: join.name,
    announced,
    /** Whether this device leads. */
    leads: false,
    /** The leader whose announcement verified: a peer (see `peers.js`), or null. */
    leader: null,
    /** Who led when this device stepped out, until a leader is named again: a peer, or null. */
    ledBefore: null,
    /** The digits shown last, or null. */
    securityCode: null,

    /** The certified list; a leader's own. */
    list: emptyList(),
    /** Links ahead: `{link, list}`, with the list after each. */
    ahead: [],
    /** The last heartbeat taken or sent. */
    chain: { t: 0, mk_seq: 0, hash: ZERO_HASH, timestamp: 0n, taken: false },
    /** When the anchor came and what it said, `{at, timestamp}`, or null. */
    anchor: null,
    /** Whether the leader changed and no heartbeat was taken since. */
    leaderIsNew: false,
    /** Whether a link came since the leader changed. */
    linkSinceChange: false,
    /** By device: it is shown as here while the key in use has no greater number [MEM-16]. */
    shownUntil: new Map(),
    /** When the last heartbeat was taken. */
    heardAt: device.now,

    /** The meeting keys held (see `keys.js`). */
    keys: [],
    /** In 2.3.1: a sealed key held back, the number that calls for one, the greatest that ever did. */
    heldBack: null,
    called: null,
    calledMax: 0,

    /** What a co-host wants: `{locked, head}` with the link hash it signed, or null. */
    wish: null,

    /** By device: the latest announcement, as `{user_id, hardware_id, ivk, pk, sig}`. */
    board: new Map(),
    /** By device: its two newest liveness nonces, the newest first. */
    nonces: new Map(),
    /** By device: the display name the server gave. */
    names: new Map(),
    /** The devices in a breakout room, as the server says. */
    inRooms: new Set(),
    /** The own two newest liveness nonces, the newest first, and when the next one is due, or null. */
    ownNonces: [],
    nonceAt: null,

    /** A leader's members: peers by device, with what they wait for (see `leader.js`). */
    members: new Map(),
    /** When the next beat and the next rotation are due, or null. */
    beatAt: null,
    rotationAt: null,
  };
}

/** What who steps out goes on with on return [BRK-02, BRK-03]. Nothing of it is secret. */
export function awayFrom({ id, uuid, list, chain, leads, leader, ledBefore, leaderIsNew }) {
  const led = { ledBefore: leader ?? ledBefore, leaderIsNew: leaderIsNew && !leads };
  return { id, uuid, list, chain: { ...chain, taken: false }, ...led };
}

/** Goes on with what was left; no heartbeat of this join has been taken yet. */
export function resume(meeting, { list, chain, ledBefore, leaderIsNew }) {
  Object.assign(meeting, { list, chain, ledBefore, leaderIsNew });
}

/** Whether a heartbeat was ever taken or sent, before stepping out included. */
export function hasBegun({ chain }) {
  return !same(chain.hash, ZERO_HASH);
}

/** Whether this device came back, and no heartbeat has listed it again [BRK-03]. */
export function catchesUp(meeting) {
  return hasBegun(meeting) && !meeting.chain.taken;
}

/** Remembers a nonce that is not among the two newest yet, with the newest before. Whether it did. */
export function rememberNonce(meeting, seat, nonce) {
  const key = seatKey(seat);
  const before = meeting.nonces.get(key) ?? [];
  if (before.some((old) => same(old, nonce))) return false;
  meeting.nonces.set(key, [nonce, ...before.slice(0, 1)]);
  return true;
}

/** Forgets what was only for the old leader: links ahead, a key held back, the anchor. */
export function forgetOldLeader(meeting) {
  meeting.ahead = [];
  meeting.heldBack = null;
  meeting.anchor = null;
  meeting.chain.t = 0;
  meeting.chain.timestamp = 0n;
}
