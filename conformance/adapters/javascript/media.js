/** Packets out and in, and the counters of both. Counters outlive the meeting. */

import { COUNTER_MAX, openPacket, sealPacket, streamKey } from './formulas.js';
import { bytesToHex } from './crypto.js';
import { keyInUse, keyNumbered } from './keys.js';
import { badRequest, ignore, reject } from './refusal.js';
import { presentEntry } from './roster.js';

/** The key of a stream under a meeting key; `hardware_id` matters where MED-10 is in force. */
function keyOf(device, meetingKey, { stream, sender, hardware_id }) {
  const { id, uuid } = device.meeting;
  const values = { stream, meeting_id: id, meeting_uuid: uuid, sender, hardware_id };
  return streamKey(meetingKey.key, values, device.has);
}

/** What a counter counts in: the instance of the meeting, the key number, and further names. */
function counterKey({ meeting }, mkSeq, ...names) {
  return JSON.stringify([meeting.id, bytesToHex(meeting.uuid), mkSeq, ...names]);
}

/** The user sends something on a stream. */
export function send(device, { stream, plaintext }) {
  const key = keyInUse(device);
  if (key === undefined) throw reject('ROT-19');
  const { sent } = device.state;
  const name = counterKey(device, key.mk_seq, stream);
  const counter = sent.get(name) ?? 0n;
  if (counter > COUNTER_MAX) throw badRequest('no counter is left');
  sent.set(name, counter + 1n);
  const secret = keyOf(device, key, { stream, sender: device.user_id, hardware_id: device.hardware_id });
  const packet = sealPacket(secret, key.mk_seq, counter, plaintext);
  device.emit('transmit', { stream, packet: device.writePacket(packet) });
}

/** A packet arrives: it is played if it opens and its counter is new. */
export function receive(device, message) {
  const { from, hardware_id, stream } = message;
  const packet = device.readPacket(message.packet);
  const key = keyNumbered(device.meeting, packet.mk_seq);
  if (key === undefined) throw reject('MED-01');
  const plaintext = openPacket(keyOf(device, key, { stream, sender: from, hardware_id }), packet);
  if (plaintext === null) throw reject('MED-01');
  const sender = { user_id: from, hardware_id };
  device.require('MED-11', presentEntry(device.meeting.list, sender) !== undefined, ignore);
  const name = counterKey(device, packet.mk_seq, from, device.has('MED-10') ? hardware_id : '', stream);
  device.state.seen.set(name, seenWith(device, device.state.seen.get(name), packet.counter));
  device.emit('render', { from, hardware_id, stream, mk_seq: packet.mk_seq, plaintext: bytesToHex(plaintext) });
}

/**
 * The window with a counter added: the highest counter, and a bigint whose bit `n` says whether the
 * counter `n` below it was seen.
 */
function seenWith(device, window, counter) {
  const size = device.policies.replay_window === 'increase' ? 1 : device.profile.replay_window;
  if (window === undefined) return { highest: counter, bits: 1n };
  const { highest, bits } = window;
  if (counter > highest) {
    const ahead = counter - highest;
    const kept = ahead < BigInt(size) ? BigInt.asUintN(size, bits << ahead) : 0n;
    return { highest: counter, bits: kept | 1n };
  }
  const behind = highest - counter;
  if (behind >= BigInt(size) || (bits >> behind) & 1n) throw ignore('MED-02');
  return { highest, bits: bits | (1n << behind) };
}
