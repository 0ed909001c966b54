/** What the user of a device sees. */

import { same } from './crypto.js';
import { keyInUse } from './keys.js';
import { bindingOf, hasKem } from './peers.js';
import { bySeat, seatKey, sortedEntries } from './roster.js';

/** The answer to `observe`. */
export function observe(device) {
  const { meeting } = device;
  const { phase } = device.state;
  if (meeting === null) return { phase, roster: [], locked: false };
  const observed = { phase, roster: rosterLines(device), locked: meeting.list.locked, encryption: encryption(device) };
  if (meeting.leader !== null) observed.leader = meeting.leader.user_id;
  if (meeting.securityCode !== null) observed.security_code = meeting.securityCode;
  const key = keyInUse(device);
  if (key !== undefined) observed.sends_under = key.mk_seq;
  return observed;
}

function rosterLines(device) {
  return sortedEntries(device.meeting.list)
    .filter((entry) => !device.isSelf(entry))
    .map((entry) => rosterLine(device, entry));
}

function rosterLine(device, entry) {
  const { user_id, hardware_id } = entry;
  const standing = standingOf(device, entry);
  const line = { user_id, hardware_id, name: shownName(device, entry), standing };
  const leaves = shownLeaves(device, entry);
  return leaves >= device.profile.leaves_shown_from ? { ...line, leaves } : line;
}

function standingOf(device, entry) {
  const inRoom = entry.standing === 'present' && device.meeting.inRooms.has(seatKey(entry));
  if (inRoom && device.has('BRK-01')) return 'in_room';
  return isHere(device, entry) ? 'here' : 'left';
}

/** The name of the list [MEM-15]; before, that of the server for those present. */
function shownName(device, entry) {
  if (device.has('MEM-15') || entry.standing !== 'present') return entry.name;
  return device.meeting.names.get(seatKey(entry)) ?? '';
}

/** Who left is shown as here until a key it does not have is in use [MEM-16]. */
function isHere(device, entry) {
  if (entry.standing === 'present') return true;
  const until = device.meeting.shownUntil.get(seatKey(entry));
  if (!device.has('MEM-16') || until === undefined) return false;
  const key = keyInUse(device);
  return key !== undefined && key.mk_seq <= until;
}

/** How often the device left, or all devices of its user together [MEM-24]. */
function shownLeaves(device, entry) {
  if (!device.has('MEM-24')) return entry.leaves;
  const ofUser = sortedEntries(device.meeting.list).filter((other) => other.user_id === entry.user_id);
  return ofUser.reduce((sum, other) => sum + other.leaves, 0);
}

/** Whether every device present announced a key with a Kyber half. */
function encryption(device) {
  const { meeting } = device;
  const others = sortedEntries(meeting.list).filter((entry) => entry.standing === 'present' && !device.isSelf(entry));
  const all = hasKem(meeting.announced.pk) && others.every((entry) => announcedKem(device, entry));
  return device.has('DEV-19') && all ? 'post_quantum' : 'end_to_end';
}

function announcedKem(device, entry) {
  const { meeting } = device;
  const posted = meeting.board.get(seatKey(entry));
  const candidates = posted ? [{ ...posted, ...bindingOf(device, meeting, posted) }] : [];
  if (meeting.leader !== null && bySeat(meeting.leader, entry) === 0) candidates.push(meeting.leader);
  return candidates.some(({ pk, binding_hash }) => hasKem(pk) && same(binding_hash, entry.binding_hash));
}
