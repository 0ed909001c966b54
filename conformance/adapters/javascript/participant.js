/** The participant's work: the leader it follows, links, heartbeats, sealed keys, a co-host's wish. */

import { same } from './crypto.js';
import { LABELS, heartbeatSigned, linkHash, securityCode, sign, verify } from './formulas.js';
import { dropUncertified, install, newestNumber, supersede } from './keys.js';
import { encode } from './layouts.js';
import { isHybrid, openKey, readAnnouncement, verifyPeer } from './peers.js';
import { badRequest, ignore, reject } from './refusal.js';
import * as roster from './roster.js';
import { awayFrom, catchesUp, forgetOldLeader, hasBegun, rememberNonce } from './state.js';

/** Shows the security code of a leader. */
export function showSecurityCode(device, ivk) {
  const digits = securityCode(ivk);
  device.meeting.securityCode = digits;
  device.emit('show_security_code', { digits });
}

/** Forgets everything of the meeting but the packet counters. */
export function leaveMeeting(device) {
  device.state.meeting = null;
  device.state.phase = 'left';
  device.emit('show_left');
}

/** Leaves, to go to a breakout room or come from one, and join again. */
export function stepOut(device) {
  const away = awayFrom(device.meeting);
  leaveMeeting(device);
  if (device.has('BRK-02') || device.has('BRK-03')) device.state.away = away;
}

/** The user leaves for good, also while the device is away. */
export function leaveForGood(device) {
  device.state.away = null;
  if (device.meeting !== null) leaveMeeting(device);
}

// --- the leader

/** The server names another device as leader. A leader that is told so steps down. */
export function leaderNamed(device, message) {
  const { meeting } = device;
  const announcement = readAnnouncement(device, message);
  const known = meeting.leader;
  const led = known ?? meeting.ledBefore;
  if (device.has('LCK-07') && led && meeting.list.locked && !roster.presentEntry(meeting.list, message)) {
    leaveMeeting(device);
    return { cls: 'leave', code: 'LCK-07' };
  }
  const peer = verifyPeer(device, announcement);
  if (meeting.list.v > 0) device.require('ELE-10', roster.presentWith(meeting.list, peer, peer.binding_hash));
  if (known !== null && isSamePeer(known, peer)) return { cls: 'accept' };
  const other = meeting.ledBefore !== null && !isSamePeer(meeting.ledBefore, peer);
  const changes = known !== null || other || meeting.leaderIsNew;
  meeting.leader = peer;
  meeting.ledBefore = null;
  if (changes) leaderChanged(device);
  showSecurityCode(device, peer.ivk);
  return { cls: 'accept' };
}

function isSamePeer(a, b) {
  return a.user_id === b.user_id && a.hardware_id === b.hardware_id && same(a.ivk, b.ivk) && same(a.pk, b.pk);
}

function leaderChanged(device) {
  const { meeting } = device;
  if (meeting.leads) stepDown(device);
  forgetOldLeader(meeting);
  dropUncertified(device);
  meeting.leaderIsNew = true;
  meeting.linkSinceChange = false;
  device.emit('show_leader_changed', { user_id: meeting.leader.user_id });
}

function stepDown({ meeting, now }) {
  meeting.leads = false;
  meeting.members = new Map();
  meeting.beatAt = null;
  meeting.rotationAt = null;
  meeting.heardAt = now;
}

// --- links

/** The list with all links ahead. */
function listAhead(meeting) {
  return meeting.ahead.at(-1)?.list ?? meeting.list;
}

/** A link of the list: taken, but ahead until a heartbeat certifies it. */
export function takeLink(device, message) {
  const { meeting } = device;
  const link = device.read('conclave/link', message.link);
  if (!roster.isLink(link)) throw reject('DEV-10');
  const before = listAhead(meeting);
  const first = before.v === 0;
  const firstOfLeader = meeting.leaderIsNew && !meeting.linkSinceChange && roster.isSnapshot(link);
  requireNext(before, link, first, firstOfLeader);
  if (!roster.applies(before, link)) throw reject('MEM-05');
  const hash = linkHash(link, device.has);
  const list = roster.applied(before, link, hash);
  requireSameDevices(before, list, link);
  if (roster.isSnapshot(link) && !first) requireSnapshot(device, before, list, firstOfLeader);
  meeting.ahead.push({ link, list });
  meeting.linkSinceChange = true;
  return { cls: 'pending', code: 'MEM-21' };
}

/** The link follows the one before it. */
function requireNext(before, link, first, firstOfLeader) {
  if (firstOfLeader) return;
  if (first) {
    const begins = link.v === 1 && same(link.prev, roster.ZERO_HASH);
    if (!begins && !roster.isSnapshot(link)) throw reject('MEM-08');
    return;
  }
  if (!same(link.prev, before.head)) throw reject('MEM-01');
  if (link.v !== before.v + 1) throw reject('MEM-02');
}

/** Nobody who is present gets another binding, and nobody another identity key. */
function requireSameDevices(before, after, link) {
  const known = roster.sortedEntries(before).map((entry) => [entry, roster.entryOf(after, entry)]);
  const present = known.filter(([old, entry]) => old.standing === 'present' && entry?.standing === 'present');
  if (present.some(([old, entry]) => !same(old.binding_hash, entry.binding_hash))) throw reject('MEM-06');
  if (known.some(([old, entry]) => entry && !same(old.ivk, entry.ivk))) throw reject('MEM-07');
}

/** A snapshot says what the links before it say; a new leader's leaves nobody out [MEM-10, MEM-23]. */
function requireSnapshot(device, before, after, firstOfLeader) {
  if (!firstOfLeader) {
    if (!sameList(before, after)) throw reject('MEM-09');
    return;
  }
  const kept = (old) => roster.entryOf(after, old)?.leaves >= old.leaves;
  device.require('MEM-10', roster.sortedEntries(before).every(kept));
  device.require('MEM-23', sameList(before, after));
}

function sameList(a, b) {
  return a.locked === b.locked && same(roster.snapshotEntries(a), roster.snapshotEntries(b));
}

// --- heartbeats

/** A heartbeat: what it certifies becomes the list. */
export function takeHeartbeat(device, message) {
  const { meeting } = device;
  const beat = device.read('conclave/heartbeat', message.heartbeat);
  if (meeting.leader === null) throw reject('DEV-01');
  const { ivk, binding } = meeting.leader;
  const signed = heartbeatSigned({ ...beat, binding }, device.has, device.profile.heartbeatForm);
  if (!verify(ivk, LABELS.participantList, signed.message, beat.sig)) throw reject('HBT-01');
  requireForward(meeting, beat);
  const certified = certifiedLinks(meeting, beat);
  requireChained(device, beat);
  const list = certified.at(-1)?.list ?? meeting.list;
  if (!roster.presentWith(list, meeting.leader, meeting.leader.binding_hash)) throw reject('ELE-01');
  device.require('HBT-23', hasBegun(meeting) || listsOwnJoin(device, certified), ignore);
  device.require('HBT-18', !isStale(device, beat), ignore);
  return certify(device, beat, signed.hash, certified);
}

function requireForward({ chain, list }, beat) {
  if (beat.t <= chain.t) throw ignore('HBT-09');
  if (beat.v < list.v) throw ignore('HBT-11');
  if (beat.mk_seq < chain.mk_seq) throw ignore('HBT-12');
}

/** The links ahead up to the one that the heartbeat names. */
function certifiedLinks(meeting, beat) {
  const named = (list) => list.v === beat.v && same(list.head, beat.list_hash);
  if (named(meeting.list)) return [];
  const at = meeting.ahead.findIndex(({ list }) => named(list));
  if (at < 0) throw reject('HBT-10');
  return meeting.ahead.slice(0, at + 1);
}

function requireChained(device, beat) {
  const { chain } = device.meeting;
  device.require('HBT-13', !hasBegun(device.meeting) || !device.has('HBT-07') || same(beat.prev, chain.hash));
  device.require('HBT-14', beat.timestamp_ms > chain.timestamp);
}

/** Whether this join is on the list so certified, or on one on the way there. */
function listsOwnJoin(device, certified) {
  const { binding_hash: own } = device.meeting.announced;
  return certified.some(({ list }) => roster.presentWith(list, device, own));
}

/** Whether more time passed here since the anchor than the leader's clock says, by *silence_ms*. */
function isStale(device, beat) {
  const { anchor } = device.meeting;
  if (anchor === null) return false;
  const lateness = BigInt(device.now - anchor.at) - (beat.timestamp_ms - anchor.timestamp);
  return lateness > BigInt(device.profile.silence_ms);
}

function certify(device, beat, hash, certified) {
  const { meeting, now } = device;
  const before = meeting.list;
  const certifiedBefore = meeting.chain.mk_seq;
  // Who came back is behind until a heartbeat lists it again [BRK-03].
  const isBehind = device.has('HBT-23') && catchesUp(meeting) && !listsOwnJoin(device, certified);
  meeting.list = certified.at(-1)?.list ?? before;
  meeting.ahead = meeting.ahead.slice(certified.length);
  if (!isBehind) {
    meeting.heardAt = now;
    device.state.away = null;
  }
  meeting.leaderIsNew = false;
  meeting.chain = { t: beat.t, mk_seq: beat.mk_seq, hash, timestamp: beat.timestamp_ms ?? 0n, taken: !isBehind };
  noteLeavers(meeting, before, certifiedBefore);
  if (anyStep(before, certified, (list, link) => roster.unlocks(list, link))) device.emit('show_unlock_warning');
  if (device.has('MEM-22') && wasKicked(device, before, certified)) {
    leaveMeeting(device);
    return { cls: 'leave', code: 'MEM-22' };
  }
  if (!isBehind) setAnchor(device, beat, beat.mk_seq > certifiedBefore);
  if (device.profile.graceFrom === 'certificate' && beat.mk_seq > certifiedBefore) supersede(device, beat.mk_seq);
  if (device.has('ROT-38')) callForKey(device, beat.mk_seq);
  wishAgain(device);
  return { cls: 'accept' };
}

/** Whether something holds of a list and the certified link after it. */
function anyStep(before, certified, holds) {
  return certified.some(({ link }, i) => holds(i === 0 ? before : certified[i - 1].list, link));
}

function wasKicked(device, before, certified) {
  const { binding_hash: own } = device.meeting.announced;
  return anyStep(
    before,
    certified,
    (list, link) => link.op === 'kicked' && device.isSelf(link) && roster.presentWith(list, device, own),
  );
}

/** Who was present and is no more stays shown until a key above this number is in use [MEM-16]. */
function noteLeavers(meeting, before, certifiedBefore) {
  for (const entry of roster.sortedEntries(before)) {
    const gone = entry.standing === 'present' && !roster.presentEntry(meeting.list, entry);
    if (gone) meeting.shownUntil.set(roster.seatKey(entry), certifiedBefore);
  }
}

function setAnchor(device, beat, isGreater) {
  const { meeting, now } = device;
  if (beat.timestamp_ms === undefined) return;
  const { anchor } = meeting;
  const lessDelayed = () => beat.timestamp_ms - anchor.timestamp >= BigInt(now - anchor.at);
  const moves = anchor === null || (device.has('HBT-22') ? lessDelayed() : isGreater);
  if (moves) meeting.anchor = { at: now, timestamp: beat.timestamp_ms };
}

// --- sealed keys

/** A sealed key from the leader. */
export function takeSealedKey(device, message) {
  const { meeting } = device;
  const sealed = device.read('conclave/sealed-key', message.sealed);
  if (meeting.leader === null) throw reject('DEV-01');
  device.require('ROT-40', sealed.kem.length > 0 || !isHybrid(device, meeting.leader));
  const opened = openKey(device, sealed);
  if (opened === null) throw reject('ROT-01');
  if (device.has('ROT-38')) return takeUnnumbered(device, sealed, opened);
  requireNewNumber(device, opened.mk_seq);
  install(device, opened.mk_seq, opened.meeting_key, false);
}

function requireNewNumber(device, mkSeq) {
  const { meeting } = device;
  const held = newestNumber(meeting);
  if (mkSeq <= held) throw ignore('ROT-02');
  const mindsCertified = held === 0 || device.profile.graceFrom === 'certificate';
  if (mindsCertified && device.has('HBT-19') && mkSeq < meeting.chain.mk_seq) throw ignore('ROT-02');
  device.require('ROT-41', !meeting.leaderIsNew || mkSeq > meeting.chain.mk_seq, ignore);
}

/** In 2.3.1: the number that calls for a key is its number; else it is held back. */
function takeUnnumbered(device, sealed, opened) {
  const { meeting } = device;
  if (meeting.called === null) {
    meeting.heldBack = sealed;
    return { cls: 'pending', code: 'ROT-38' };
  }
  install(device, meeting.called, opened.meeting_key, false);
  meeting.called = null;
  return { cls: 'accept' };
}

/** In 2.3.1: a number above every one before calls for one sealed key. */
function callForKey(device, mkSeq) {
  const { meeting } = device;
  if (mkSeq <= meeting.calledMax) return;
  meeting.calledMax = mkSeq;
  meeting.called = mkSeq;
  const { heldBack } = meeting;
  if (heldBack === null) return;
  meeting.heldBack = null;
  const opened = openKey(device, heldBack);
  if (opened !== null) takeUnnumbered(device, heldBack, opened);
}

// --- a co-host's wish

/** A co-host presses the button. */
export function wishLock(device, locked) {
  const { meeting } = device;
  if (meeting.leader === null) throw badRequest('no leader to ask');
  if (meeting.list.locked === locked) throw badRequest('the list is so already');
  requestLock(device, locked);
}

function requestLock(device, locked) {
  const { meeting } = device;
  const operation = locked ? 'lock' : 'unlock';
  const { head } = meeting.list;
  meeting.wish = { locked, head };
  const sig = sign(device.seed, LABELS.lockRequest, lockRequestSigned(device, { operation, link_hash: head }));
  const request = { user_id: device.user_id, hardware_id: device.hardware_id, operation, link_hash: head, sig };
  device.emit('post_lock_request', { request: device.write('conclave/lock-request', request) });
}

/** What a lock request signs. */
export function lockRequestSigned(device, { operation, link_hash }) {
  const { id, uuid } = device.meeting;
  const values = { meeting_id: id, meeting_uuid: uuid, operation, link_hash };
  return encode('conclave/lock-request-signed', values, device.has);
}

/** After a heartbeat: the wish came true, or is signed again over another head [LCK-13]. */
function wishAgain(device) {
  const { wish, list } = device.meeting;
  if (wish === null) return;
  if (wish.locked === list.locked) device.meeting.wish = null;
  else if (device.has('LCK-13') && !same(wish.head, list.head)) requestLock(device, wish.locked);
}

// --- the board

/** Somebody's announcement and name, for later. */
export function noteAdmitted(device, message) {
  noteOnBoard(device, readAnnouncement(device, message), message.name);
}

/** Puts an announcement on the board, with the name the server gave. */
export function noteOnBoard({ meeting }, announcement, name) {
  const key = roster.seatKey(announcement);
  meeting.board.set(key, announcement);
  meeting.names.set(key, name);
}

/** Somebody's liveness nonce. Whether it was not on the board yet. */
export function noteNonce(device, message) {
  if (message.nonce.length !== 24) throw reject('DEV-10');
  return rememberNonce(device.meeting, message, message.nonce);
}
