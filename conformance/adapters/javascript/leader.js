/**
 * The leader's work: links, beats, rotations, admission, taking over.
 *
 * A member is a peer with two notes: `waiting`, that a key could not be sealed for want of its
 * nonce, and `again`, that its nonces may be of an earlier join, so that the next one calls for the
 * key once more.
 */

import { same } from './crypto.js';
import { LABELS, heartbeatSigned, linkHash, sign, verify } from './formulas.js';
import { dropUncertified, install, newestKey, newestNumber, supersede } from './keys.js';
import { ownPeer, readAnnouncement, sealKey, verifyPeer } from './peers.js';
import { lockRequestSigned, noteNonce, noteOnBoard, showSecurityCode } from './participant.js';
import { Refusal, badRequest, reject } from './refusal.js';
import * as roster from './roster.js';
import { forgetOldLeader } from './state.js';

const U32_MAX = 2 ** 32 - 1;

// --- beating

/** Sends a heartbeat over the list as it is and the newest key. */
function beat(device) {
  const { meeting, now } = device;
  const { chain, list, announced } = meeting;
  const mkSeq = newestNumber(meeting);
  if (device.profile.graceFrom === 'certificate' && mkSeq > chain.mk_seq) supersede(device, mkSeq);
  const values = {
    binding: announced.binding,
    list_hash: list.head,
    v: list.v,
    t: nextOf(chain.t),
    mk_seq: mkSeq,
    prev: chain.hash,
    timestamp_ms: BigInt(now) > chain.timestamp ? BigInt(now) : chain.timestamp + 1n,
  };
  const { message, hash } = heartbeatSigned(values, device.has, device.profile.heartbeatForm);
  const sig = sign(device.seed, LABELS.participantList, message);
  meeting.chain = { t: values.t, mk_seq: mkSeq, hash, timestamp: values.timestamp_ms, taken: true };
  meeting.beatAt = now + device.profile.heartbeat_ms_max;
  device.emit('post_heartbeat', { heartbeat: device.write('conclave/heartbeat', { ...values, sig }) });
}

/** The number after `n`; there are 2^32 - 1 of them. */
function nextOf(n) {
  if (n >= U32_MAX) throw badRequest('no number is left');
  return n + 1;
}

// --- linking

/** Posts a link, and a snapshot behind it when the chain has become long. */
function postLink(device, op, fields = {}) {
  if (op === 'left' || op === 'kicked') noteLeaver(device.meeting, fields);
  appendLink(device, roster.makeLink(device.meeting.list, op, fields));
  const isLong = device.meeting.list.links > device.profile.links_max;
  if (isLong && device.policies.coalescing === 'at_21') appendLink(device, roster.snapshotLink(device.meeting.list));
}

/** Who leaves is shown until a key is in use that it does not have [MEM-16]. */
function noteLeaver(meeting, seat) {
  meeting.shownUntil.set(roster.seatKey(seat), newestNumber(meeting));
}

function appendLink(device, link) {
  const { meeting } = device;
  nextOf(meeting.list.v);
  meeting.list = roster.applied(meeting.list, link, linkHash(link, device.has));
  device.emit('post_link', { link: device.write('conclave/link', link) });
}

function addLink(device, { user_id, hardware_id, ivk, binding_hash }, name) {
  postLink(device, 'add', { user_id, hardware_id, ivk, binding_hash, name });
}

// --- rotating and sealing

/** The number of the next key: one above all certified, and all held that nothing has to certify. */
function nextNumber(device) {
  const { meeting } = device;
  const held = device.has('HBT-19') ? 0 : newestNumber(meeting);
  return nextOf(Math.max(held, meeting.chain.mk_seq));
}

/** Makes a new key, beats, and seals the key to the members. */
function rotate(device) {
  const { meeting } = device;
  install(device, nextNumber(device), device.draw('meeting_key'), true);
  meeting.rotationAt = null;
  beat(device);
  for (const member of [...meeting.members.values()].sort(roster.bySeat)) sealNewest(device, member);
}

/** Seals the newest key to a member; without its nonce that waits. */
function sealNewest(device, member) {
  const { meeting } = device;
  const nonce = device.has('LIV-03') ? meeting.nonces.get(roster.seatKey(member))?.[0] : null;
  member.waiting = nonce === undefined;
  if (member.waiting) return;
  const sealed = sealKey(device, member, newestKey(meeting), nonce);
  const { user_id, hardware_id } = member;
  device.emit('post_sealed_key', { user_id, hardware_id, sealed: device.write('conclave/sealed-key', sealed) });
}

/** After an input's links: rotates now, or beats and lets the rotation wait until a moment. */
function rotateBy(device, moment) {
  const { meeting, now } = device;
  if (moment <= now) {
    rotate(device);
    return;
  }
  beat(device);
  meeting.rotationAt = Math.min(moment, meeting.rotationAt ?? moment);
}

/** The first moment at which the throttle lets a rotation be, counted from the newest key. */
function throttleEnd({ meeting, profile }) {
  return newestKey(meeting).at + profile.rotation_interval_ms_min;
}

// --- beginning and taking over

/** Begins a meeting: the leader alone on the list, with key number 1. */
export function beginMeeting(device) {
  const { meeting } = device;
  meeting.leads = true;
  meeting.leader = ownPeer(device);
  meeting.keys = [];
  showSecurityCode(device, device.ivk);
  addLink(device, meeting.leader, meeting.name);
  rotate(device);
}

/** The server names this device as leader. */
export function takeOver(device) {
  const { meeting } = device;
  if (meeting.leads) return;
  forgetOldLeader(meeting);
  meeting.wish = null;
  if (meeting.list.v === 0) {
    beginMeeting(device);
    return;
  }
  dropUncertified(device);
  meeting.leads = true;
  meeting.leader = ownPeer(device);
  showSecurityCode(device, device.ivk);
  appendLink(device, roster.snapshotLink(meeting.list));
  listSelf(device);
  meeting.members = membersOnBoard(device);
  const kept = device.policies.takeover_key === 'keep' ? newestKey(meeting) : undefined;
  if (kept && mayGoOn(device, kept)) beat(device);
  else rotate(device);
}

/** Adds this device where it is not present with its binding. */
function listSelf(device) {
  const { meeting } = device;
  const { user_id, hardware_id } = device;
  if (roster.presentWith(meeting.list, device, meeting.announced.binding_hash)) return;
  if (roster.presentEntry(meeting.list, device)) postLink(device, 'left', { user_id, hardware_id });
  addLink(device, meeting.leader, meeting.name);
}

/** The other devices present whose announcement on the board is that of the list and verifies. */
function membersOnBoard(device) {
  const members = new Map();
  for (const announcement of device.meeting.board.values()) {
    const peer = tryVerify(device, announcement);
    if (peer === null || device.isSelf(peer)) continue;
    if (roster.presentWith(device.meeting.list, peer, peer.binding_hash)) addMember(members, peer, false);
  }
  return members;
}

function tryVerify(device, announcement) {
  try {
    return verifyPeer(device, announcement);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}

function addMember(members, peer, again) {
  members.set(roster.seatKey(peer), { ...peer, waiting: false, again });
}

/** Whether a new leader may go on with the newest key it holds. */
function mayGoOn(device, key) {
  const tooOld = device.has('ROT-37') && device.now - key.at >= device.profile.key_age_ms_max;
  return key.mk_seq >= device.meeting.chain.mk_seq && key.eraseAt === null && !tooOld;
}

// --- who joins

/** The server says that somebody joined. */
export function admit(device, message) {
  const { meeting } = device;
  const announcement = readAnnouncement(device, message);
  if (device.isSelf(message)) return;
  const peer = verifyPeer(device, announcement);
  const entry = roster.entryOf(meeting.list, peer);
  const isPresent = entry?.standing === 'present';
  if (isPresent && same(entry.binding_hash, peer.binding_hash)) {
    noteOnBoard(device, announcement, message.name);
    welcome(device, peer);
    return;
  }
  requireAdmissible(meeting.list, entry, peer);
  noteOnBoard(device, announcement, message.name);
  const { user_id, hardware_id } = peer;
  if (isPresent) postLink(device, 'left', { user_id, hardware_id });
  addLink(device, peer, message.name);
  addMember(meeting.members, peer, isPresent);
  sealToJoiner(device, peer);
}

/** Somebody on the list already: a member from now on, with the newest key. */
function welcome(device, peer) {
  const { members } = device.meeting;
  const key = roster.seatKey(peer);
  if (members.has(key)) return;
  addMember(members, peer, false);
  sealNewest(device, members.get(key));
}

function requireAdmissible(list, entry, peer) {
  if (entry === undefined) {
    if (list.locked) throw reject('LCK-02');
    return;
  }
  if (!same(entry.ivk, peer.ivk)) throw reject('MEM-07');
  if (entry.standing === 'kicked' && list.locked) throw reject('LCK-04');
}

/** A joiner gets a new key, or where keys need not be that new, the newest one. */
function sealToJoiner(device, peer) {
  const { meeting, now, profile } = device;
  if (device.has('ROT-36')) {
    rotateBy(device, now);
    return;
  }
  const tooOld = now - newestKey(meeting).at > profile.joiner_key_age_ms_max;
  rotateBy(device, tooOld ? now : throttleEnd(device));
  if (meeting.rotationAt !== null) sealNewest(device, meeting.members.get(roster.seatKey(peer)));
}

// --- who leaves

/** The server says that somebody left. */
export function depart(device, seat) {
  if (!device.isSelf(seat) && roster.presentEntry(device.meeting.list, seat)) remove(device, seat, 'left');
}

/** The user of the leader removes somebody. */
export function kick(device, seat) {
  const isOther = !device.isSelf(seat) && roster.presentEntry(device.meeting.list, seat);
  if (!isOther) throw badRequest('nobody to remove');
  remove(device, seat, device.has('MEM-19') ? 'kicked' : 'left');
}

function remove(device, seat, op) {
  const { meeting, now } = device;
  const { user_id, hardware_id } = seat;
  postLink(device, op, { user_id, hardware_id });
  meeting.members.delete(roster.seatKey(seat));
  meeting.nonces.delete(roster.seatKey(seat));
  const isThrottled = device.has('ROT-17') && device.policies.leave_in_throttle === 'throttled';
  rotateBy(device, isThrottled ? throttleEnd(device) : now);
}

// --- names, locks, nonces

/** The server says that somebody has another name. */
export function rename(device, { user_id, hardware_id, name }) {
  const { meeting } = device;
  const entry = roster.presentEntry(meeting.list, { user_id, hardware_id });
  if (!device.has('MEM-20') || entry === undefined || entry.name === name) return;
  postLink(device, 'rename', { user_id, hardware_id, name });
  beat(device);
}

/** The user of the leader locks or unlocks the meeting. */
export function setLock(device, locked) {
  if (device.meeting.list.locked === locked) throw badRequest('the list is so already');
  postLink(device, locked ? 'lock' : 'unlock');
  if (!locked) device.emit('show_unlock_warning');
  beat(device);
}

/** A co-host asks for it. */
export function takeLockRequest(device, message) {
  const { list } = device.meeting;
  const request = device.read('conclave/lock-request', message.request);
  if (!['lock', 'unlock'].includes(request.operation)) throw reject('DEV-10');
  const entry = roster.presentEntry(list, request);
  if (entry === undefined) throw reject('LCK-12');
  if (!verify(entry.ivk, LABELS.lockRequest, lockRequestSigned(device, request), request.sig)) throw reject('LCK-09');
  if (!same(request.link_hash, list.head)) throw reject('LCK-11');
  const locked = request.operation === 'lock';
  if (list.locked === locked) throw reject('MEM-05');
  setLock(device, locked);
}

/** A liveness nonce: whoever waits for it, or has it after an unnoticed join, gets the newest key. */
export function takeNonce(device, message) {
  const isNew = noteNonce(device, message);
  const member = device.meeting.members.get(roster.seatKey(message));
  if (!isNew || !member || !(member.waiting || member.again)) return;
  member.again = false;
  sealNewest(device, member);
}

// --- time

/** The moments at which a leader does something by itself. */
export function leaderMoments(device) {
  const { meeting, profile } = device;
  const tooOld = device.has('ROT-37') ? newestKey(meeting).at + profile.key_age_ms_max : null;
  return [meeting.beatAt, meeting.rotationAt, tooOld];
}

/** Does what is due: a rotation, which beats too, or a beat. */
export function leaderDue(device) {
  const { meeting, now } = device;
  const [beatAt, ...rotations] = leaderMoments(device);
  if (rotations.some((moment) => moment !== null && moment <= now)) rotate(device);
  else if (beatAt <= now) beat(device);
}
