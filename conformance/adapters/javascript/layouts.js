/**
 * The layouts (`docs/generated/layouts.md`) and both codecs. A message is an object with the names
 * of its fields: text as string, bytes as `Uint8Array`, 32-bit numbers as number, 64-bit numbers as
 * bigint.
 */

import { bytesToHex, concatBytes, same, u32, utf8ToBytes } from './crypto.js';
import { badRequest } from './refusal.js';
import { readHex } from './shapes.js';

const text = (min, max) => ({ kind: 'text', min, max });
const bytes = (min, max = min) => ({ kind: 'bytes', min, max });
const number = (width) => ({ kind: 'number', min: width, max: width });
const id = text(1, 255);
const word = text(1, 16);
const anyText = text(0, 255);
const since = (rule, field) => ({ ...field, rule });

const binding = {
  meeting_id: id,
  meeting_uuid: bytes(16),
  user_id: id,
  hardware_id: id,
  ivk: bytes(32),
  pk: bytes(0, 1216),
};

const beat = {
  list_hash: bytes(32),
  v: number(4),
  t: number(4),
  mk_seq: number(4),
  prev: since('HBT-07', bytes(32)),
  timestamp_ms: since('HBT-08', number(8)),
};

/** Tag to fields, in order. A field with a `rule` is there while the rule is in force. */
export const LAYOUTS = {
  'conclave/binding': binding,
  'conclave/statement': { meeting_uuid: bytes(16), user_id: id, hardware_id: id, ivk: bytes(32) },
  'conclave/meta': { meeting_id: id, meeting_uuid: bytes(16), leader: id, recipient: id },
  'conclave/meeting-key': { meeting_key: bytes(32), mk_seq: since('ROT-03', number(4)) },
  'conclave/combination': {
    sender_ivk: bytes(32),
    sender_box_pk: bytes(32),
    sender_kem_pk: bytes(1184),
    recipient_ivk: bytes(32),
    recipient_box_pk: bytes(32),
    recipient_kem_pk: bytes(1184),
  },
  'conclave/stream-key': {
    stream: id,
    meeting_id: id,
    meeting_uuid: bytes(16),
    sender: id,
    hardware_id: since('MED-10', id),
  },
  'conclave/announcement': { user_id: id, hardware_id: id, pk: bytes(0, 1216), sig: bytes(64) },
  'conclave/sealed-key': {
    user_id: id,
    hardware_id: id,
    nonce: bytes(24),
    kem: bytes(0, 1088),
    ciphertext: bytes(0, 256),
  },
  'conclave/link': {
    v: number(4),
    prev: bytes(32),
    op: word,
    user_id: anyText,
    hardware_id: anyText,
    ivk: bytes(0, 32),
    binding_hash: bytes(0, 32),
    name: anyText,
    entries: bytes(0, 1048576),
  },
  'conclave/entry': {
    user_id: id,
    hardware_id: id,
    name: anyText,
    ivk: bytes(32),
    standing: word,
    binding_hash: bytes(0, 32),
    leaves: number(4),
  },
  'conclave/heartbeat-signed': { binding: bytes(0, 4096), ...beat },
  'conclave/heartbeat': { ...beat, sig: bytes(64) },
  'conclave/lock-request-signed': { meeting_id: id, meeting_uuid: bytes(16), operation: word, link_hash: bytes(32) },
  'conclave/lock-request': { user_id: id, hardware_id: id, operation: word, link_hash: bytes(32), sig: bytes(64) },
};

/** The fields of a layout where `has(rule)` says which rules are in force. */
export function fieldsOf(tag, has) {
  return Object.entries(LAYOUTS[tag]).filter(([, field]) => field.rule === undefined || has(field.rule));
}

function fits(field, value) {
  return value.length >= field.min && value.length <= field.max;
}

function framed(value) {
  return concatBytes(u32(value.length), value);
}

function bigEndian(value, width) {
  const out = new Uint8Array(8);
  new DataView(out.buffer).setBigUint64(0, BigInt(value));
  return out.subarray(8 - width);
}

function fieldBytes(field, value) {
  if (field.kind === 'text') return utf8ToBytes(value);
  return field.kind === 'number' ? bigEndian(value, field.max) : value;
}

/** The encoding: tag, then each field in force, each behind its length in four bytes. */
export function encode(tag, values, has) {
  const parts = fieldsOf(tag, has).map(([name, field]) => framed(fieldBytes(field, values[name])));
  return concatBytes(framed(utf8ToBytes(tag)), ...parts);
}

/** Cuts bytes into values that stand behind their lengths; null where they do not come out even. */
export function unframe(encoded) {
  const parts = [];
  const view = new DataView(encoded.buffer, encoded.byteOffset, encoded.length);
  let at = 0;
  while (at < encoded.length) {
    if (at + 4 > encoded.length) return null;
    const end = at + 4 + view.getUint32(at);
    if (end > encoded.length) return null;
    parts.push(encoded.slice(at + 4, end));
    at = end;
  }
  return parts;
}

/** Joins values, each behind its length. */
export function frame(parts) {
  return concatBytes(...parts.map(framed));
}

function fieldValue(field, part) {
  if (!fits(field, part)) return null;
  if (field.kind === 'bytes') return part;
  if (field.kind === 'number') return numberValue(field, BigInt(`0x${bytesToHex(part)}`));
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(part);
  } catch {
    return null;
  }
}

function numberValue(field, value) {
  return field.max === 8 ? value : Number(value);
}

/** Decodes exactly what `encode` produces; null for anything else. */
export function decode(tag, encoded, has) {
  const fields = fieldsOf(tag, has);
  const parts = unframe(encoded);
  if (parts === null || parts.length !== fields.length + 1) return null;
  if (!same(parts[0], utf8ToBytes(tag))) return null;
  return collect(fields.map(([name, field], i) => [name, fieldValue(field, parts[i + 1])]));
}

function collect(entries) {
  return entries.some(([, value]) => value === null) ? null : Object.fromEntries(entries);
}

/** Reads a number in decimal, as a bigint. */
export function readDecimal(value, what) {
  if (!/^(0|[1-9][0-9]*)$/.test(value)) throw badRequest(`${what} is not a decimal number`);
  return BigInt(value);
}

/** Reads one value of codec `fields`; null where its width is not one the layout has. */
function readField(field, value, name) {
  if (field.kind === 'number') {
    const read = readDecimal(value, name);
    return read < 256n ** BigInt(field.max) ? numberValue(field, read) : null;
  }
  if (field.kind === 'text') return fits(field, utf8ToBytes(value)) ? value : null;
  const read = readHex(value, name);
  return fits(field, read) ? read : null;
}

/** Refuses a map of fields that has another set of names. */
export function requireNames(map, names) {
  const isSame = map.size === names.length && names.every((name) => map.has(name));
  if (!isSame) throw badRequest('a field is missing or unknown');
}

/** Reads the fields of a layout from a map of text; null where the message does not decode. */
export function readFields(tag, map, has) {
  const fields = fieldsOf(tag, has);
  requireNames(map, fields.map(([name]) => name));
  return collect(fields.map(([name, field]) => [name, readField(field, map.get(name), name)]));
}

/** Writes a value as text: identifiers as they are, numbers in decimal, bytes in hexadecimal. */
export function writeText(value) {
  return value instanceof Uint8Array ? bytesToHex(value) : String(value);
}

/** Writes a message as a map from field name to text. */
export function writeFields(tag, values, has) {
  return Object.fromEntries(fieldsOf(tag, has).map(([name]) => [name, writeText(values[name])]));
}
