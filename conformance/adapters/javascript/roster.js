/**
 * The leader participant list as a value, and what a link makes of it. A list is never changed in
 * place: `applied` makes another one.
 */

import { decode, encode, frame, unframe } from './layouts.js';
import { same, utf8ToBytes } from './crypto.js';

const NONE = new Uint8Array(0);
const HASH = 32;
const U32_MAX = 2 ** 32 - 1;
const inForce = () => true;

/** The hash before the first link and the first heartbeat: 32 zero bytes. */
export const ZERO_HASH = new Uint8Array(HASH);

/** The key of a device in a `Map`. */
export function seatKey({ user_id: userId, hardware_id: hardwareId }) {
  return JSON.stringify([userId, hardwareId]);
}

/** Orders seats by (user ID, hardware ID), compared as bytes. */
export function bySeat(a, b) {
  return (
    Buffer.compare(utf8ToBytes(a.user_id), utf8ToBytes(b.user_id)) ||
    Buffer.compare(utf8ToBytes(a.hardware_id), utf8ToBytes(b.hardware_id))
  );
}

/**
 * The list before the first link. `links` counts the links since the start of the chain or the last
 * snapshot, which is the first of a new one.
 */
export function emptyList() {
  return { v: 0, head: ZERO_HASH, locked: false, entries: new Map(), links: 0 };
}

/** The entry of a device, or undefined if it never was in the meeting. */
export function entryOf(list, seat) {
  return list.entries.get(seatKey(seat));
}

/** The entry of a device that is present, or undefined. */
export function presentEntry(list, seat) {
  const entry = entryOf(list, seat);
  return entry?.standing === 'present' ? entry : undefined;
}

/** Whether a device is present with this binding hash. */
export function presentWith(list, seat, bindingHash) {
  const entry = presentEntry(list, seat);
  return entry !== undefined && same(entry.binding_hash, bindingHash);
}

/** All entries, in order. */
export function sortedEntries(list) {
  return [...list.entries.values()].sort(bySeat);
}

/** How many devices are present. */
export function presentCount(list) {
  return sortedEntries(list).filter((entry) => entry.standing === 'present').length;
}

/** The field `entries` of a snapshot of the list. */
export function snapshotEntries(list) {
  return frame(sortedEntries(list).map((entry) => encode('conclave/entry', entry, inForce)));
}

// --- links

/** The fields each operation uses; those it may leave empty are only `name`. */
const USES = {
  add: ['user_id', 'hardware_id', 'ivk', 'binding_hash', 'name'],
  left: ['user_id', 'hardware_id'],
  kicked: ['user_id', 'hardware_id'],
  rename: ['user_id', 'hardware_id', 'name'],
  lock: [],
  unlock: [],
  snapshot: ['entries'],
  snapshot_locked: ['entries'],
};

/** A link of an operation, with all fields it does not use empty. */
export function makeLink(list, op, fields) {
  const unused = { user_id: '', hardware_id: '', ivk: NONE, binding_hash: NONE, name: '', entries: NONE };
  return { v: list.v + 1, prev: list.head, op, ...unused, ...fields };
}

/** The link that says the whole list. */
export function snapshotLink(list) {
  return makeLink(list, list.locked ? 'snapshot_locked' : 'snapshot', { entries: snapshotEntries(list) });
}

/** Whether a link stands for all links before it. */
export function isSnapshot(link) {
  return link.op === 'snapshot' || link.op === 'snapshot_locked';
}

/** Whether the fields of a link are those its operation uses, in their widths. */
export function isLink(link) {
  if (!Object.hasOwn(USES, link.op)) return false;
  const uses = USES[link.op];
  const fields = ['user_id', 'hardware_id', 'ivk', 'binding_hash', 'name', 'entries'];
  const asUsed = (name) => (uses.includes(name) ? name === 'name' || link[name].length > 0 : link[name].length === 0);
  if (!fields.every(asUsed)) return false;
  if (link.op === 'add' && (link.ivk.length !== HASH || link.binding_hash.length !== HASH)) return false;
  return !isSnapshot(link) || decodeEntries(link.entries) !== null;
}

/** The entries of a snapshot, in order; null where they do not decode. */
export function decodeEntries(encoded) {
  const entries = unframe(encoded)?.map((part) => decode('conclave/entry', part, inForce));
  if (!entries?.every((entry) => entry !== null && isEntry(entry))) return null;
  const ordered = entries.every((entry, i) => i === 0 || bySeat(entries[i - 1], entry) < 0);
  return ordered ? entries : null;
}

function isEntry(entry) {
  const present = entry.standing === 'present';
  return (present || ['left', 'kicked'].includes(entry.standing)) && entry.binding_hash.length === (present ? HASH : 0);
}

/** Whether the operation of a link applies to a list. */
export function applies(list, link) {
  const present = presentEntry(list, link);
  switch (link.op) {
    case 'add':
      return !present || !same(present.binding_hash, link.binding_hash);
    case 'left':
    case 'kicked':
      return present !== undefined;
    case 'rename':
      return present !== undefined && present.name !== link.name;
    case 'lock':
      return !list.locked;
    case 'unlock':
      return list.locked;
    default:
      return true;
  }
}

/** The list after a link with this hash. */
export function applied(list, link, hash) {
  const entries = new Map(isSnapshot(link) ? [] : list.entries);
  const put = (entry) => entries.set(seatKey(entry), entry);
  const before = entryOf(list, link);
  const { user_id, hardware_id, name, ivk, binding_hash } = link;
  if (link.op === 'add') {
    put({ user_id, hardware_id, name, ivk, standing: 'present', binding_hash, leaves: before?.leaves ?? 0 });
  } else if (link.op === 'left' || link.op === 'kicked') {
    put({ ...before, standing: link.op, binding_hash: NONE, leaves: Math.min(before.leaves + 1, U32_MAX) });
  } else if (link.op === 'rename') {
    put({ ...before, name });
  } else if (isSnapshot(link)) {
    decodeEntries(link.entries).forEach(put);
  }
  return {
    v: link.v,
    head: hash,
    locked: lockedAfter(list, link),
    entries,
    links: isSnapshot(link) ? 1 : list.links + 1,
  };
}

function lockedAfter(list, link) {
  if (isSnapshot(link)) return link.op === 'snapshot_locked';
  return link.op === 'lock' || (list.locked && link.op !== 'unlock');
}

/** Whether a link makes a locked list an unlocked one. */
export function unlocks(list, link) {
  return list.locked && !lockedAfter(list, link);
}
