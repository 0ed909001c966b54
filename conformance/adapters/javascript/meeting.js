/** Every input of a session, by phase and role; and time. */

import { boxPublic, bytesToHex, concatBytes, kemKeys, same } from './crypto.js';
import { eraseDue, keyMoments } from './keys.js';
import * as leader from './leader.js';
import { receive, send } from './media.js';
import { bindingOf, signAnnouncement } from './peers.js';
import * as participant from './participant.js';
import { badRequest } from './refusal.js';
import { presentCount, seatKey } from './roster.js';
import { catchesUp, newMeeting, resume } from './state.js';

/** Carries out one input in its session; a class other than `accept` is returned or thrown. */
export function handle(device, input) {
  if (input.op === 'join') return join(device, input);
  if (input.op === 'advance') return advance(device, input.to_ms);
  if (input.op === 'leave' && device.state.away !== null) return participant.leaveForGood(device);
  if (device.state.phase !== 'joined') throw badRequest('this client is in no meeting');
  if (input.op === 'deliver') return deliver(device, input.message);
  return COMMANDS[input.op](device, input);
}

const COMMANDS = {
  send,
  step_out: participant.stepOut,
  leave: participant.leaveMeeting,
  set_lock(device, { locked }) {
    requireLocks(device);
    return device.meeting.leads ? leader.setLock(device, locked) : participant.wishLock(device, locked);
  },
  kick(device, seat) {
    if (!device.meeting.leads) throw badRequest('this client does not lead');
    leader.kick(device, seat);
  },
};

function requireLocks(device) {
  if (!device.has('LCK-01')) throw badRequest('meetings of this version have no lock');
}

// --- joining

function join(device, input) {
  if (device.state.phase === 'joined') throw badRequest('this client is in a meeting');
  const { away } = device.state;
  if (away !== null) device.require('BRK-02', isWayBack(away, input));
  const meeting = newMeeting(device, input, null);
  if (away !== null && isSameMeeting(away, input) && device.has('BRK-03')) resume(meeting, away);
  else device.state.away = null;
  device.state.meeting = meeting;
  device.state.phase = 'joined';
  meeting.announced = announce(device);
  if (device.has('LIV-01')) postNonce(device);
  if (input.role === 'leader') leader.beginMeeting(device);
}

function isSameMeeting(away, { meeting_id: id, meeting_uuid: uuid }) {
  return away.id === id && same(away.uuid, uuid);
}

/** Who stepped out comes back as a participant of the meeting it left [BRK-02]. */
function isWayBack(away, input) {
  return isSameMeeting(away, input) && input.role === 'participant';
}

const NO_KEM = { publicKey: new Uint8Array(0), secretKey: null };

/** Makes an ephemeral key pair and posts its announcement. */
function announce(device) {
  const { user_id, hardware_id, ivk, meeting } = device;
  const secret = device.draw('ephemeral');
  const kem = device.profile.hybrid ? kemKeys(device.draw('ephemeral_kem')) : NO_KEM;
  const pk = concatBytes(boxPublic(secret), kem.publicKey);
  const bound = bindingOf(device, meeting, { user_id, hardware_id, ivk, pk });
  const sig = signAnnouncement(device, bound.binding);
  const announcement = device.write('conclave/announcement', { user_id, hardware_id, pk, sig });
  device.emit('post_announcement', { announcement });
  return { secret, kemSecret: kem.secretKey, pk, ...bound };
}

// --- messages

function deliver(device, message) {
  return MESSAGES[message.kind](device, message);
}

/** A handler of what only a participant gets. */
function toParticipant(take) {
  return (device, message) => {
    if (device.meeting.leads) throw badRequest('this client leads');
    return take(device, message);
  };
}

const MESSAGES = {
  leader_named(device, message) {
    device.read('conclave/announcement', message.announcement);
    if (!device.isSelf(message)) return participant.leaderNamed(device, message);
    device.require('BRK-04', device.meeting.leads || !catchesUp(device.meeting));
    return leader.takeOver(device);
  },
  admitted(device, message) {
    return device.meeting.leads ? leader.admit(device, message) : participant.noteAdmitted(device, message);
  },
  departed(device, message) {
    if (device.meeting.leads) leader.depart(device, message);
  },
  renamed(device, message) {
    device.meeting.names.set(seatKey(message), message.name);
    if (device.meeting.leads) leader.rename(device, message);
  },
  nonce_posted(device, message) {
    if (device.meeting.leads) leader.takeNonce(device, message);
    else participant.noteNonce(device, message);
  },
  link: toParticipant(participant.takeLink),
  heartbeat: toParticipant(participant.takeHeartbeat),
  sealed_key: toParticipant(participant.takeSealedKey),
  lock_requested(device, message) {
    requireLocks(device);
    if (!device.meeting.leads) throw badRequest('this client does not lead');
    leader.takeLockRequest(device, message);
  },
  lock_claimed() {},
  room_claimed({ meeting }, message) {
    if (message.in_room) meeting.inRooms.add(seatKey(message));
    else meeting.inRooms.delete(seatKey(message));
  },
  packet: receive,
  meeting_ended: participant.leaveMeeting,
};

// --- time

/** The next moment at which this device does or changes something by itself, or undefined. */
export function deadline(device) {
  const { meeting, now, profile } = device;
  if (meeting === null) return undefined;
  const byRole = meeting.leads ? leader.leaderMoments(device) : [meeting.heardAt + profile.silence_ms];
  const moments = [...keyMoments(device), meeting.nonceAt, ...byRole];
  const later = moments.filter((moment) => moment !== null && moment > now);
  return later.length > 0 ? Math.min(...later) : undefined;
}

/** Lets time pass: up to the deadline, not over it. */
function advance(device, to) {
  const next = deadline(device);
  if (to < device.now) throw badRequest('time does not go back');
  if (next !== undefined && to > next) throw badRequest(`something is due at ${next} ms`);
  device.state.now = to;
  if (to === next) doDue(device);
}

/** At one moment: keys are erased, the silence ends, a nonce is posted, then comes the leader's work. */
function doDue(device) {
  const { meeting, now, profile } = device;
  const lostLast = eraseDue(device);
  const isSilent = now >= meeting.heardAt + profile.silence_ms;
  if (!meeting.leads && (isSilent || (lostLast && device.has('ROT-44')))) {
    participant.leaveMeeting(device);
    return;
  }
  if (meeting.nonceAt !== null && meeting.nonceAt <= now) postNonce(device);
  if (meeting.leads) leader.leaderDue(device);
}

/** Draws and posts a liveness nonce; the next one is due after an interval of the meeting's size. */
function postNonce(device) {
  const { meeting, now, profile } = device;
  const nonce = device.draw('liveness_nonce');
  meeting.ownNonces = [nonce, ...meeting.ownNonces.slice(0, 1)];
  meeting.nonceAt = now + nonceInterval(profile, presentCount(meeting.list));
  device.emit('post_nonce', { nonce: bytesToHex(nonce) });
}

/** Milliseconds to the next nonce where `n` devices are present. */
function nonceInterval({ nonceSchedule, nonce_interval_ms: interval }, n) {
  return nonceSchedule === 'quadratic' && n > 10 ? Math.floor((interval * n * n) / 100) : interval;
}
