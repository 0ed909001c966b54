/** The shape of every request (`docs/generated/adapter-messages.md`): what is not one is refused. */

import { hexToBytes, utf8ToBytes } from './crypto.js';
import { badRequest } from './refusal.js';

const U64_MAX = 2n ** 64n - 1n;

/** Reads bytes written in lower-case hexadecimal. */
export function readHex(value, what) {
  const isHex = typeof value === 'string' && /^([0-9a-f]{2})*$/.test(value);
  if (!isHex) throw badRequest(`${what} is not lower-case hexadecimal`);
  return hexToBytes(value);
}

function hexOf(width) {
  return (value, what) => {
    const bytes = readHex(value, what);
    if (bytes.length !== width) throw badRequest(`${what} is not ${width} bytes`);
    return bytes;
  };
}

function text(value, what) {
  if (typeof value !== 'string') throw badRequest(`${what} is not text`);
  return value;
}

function textOf(min, max) {
  return (value, what) => {
    const length = utf8ToBytes(text(value, what)).length;
    if (length < min || length > max) throw badRequest(`${what} is not ${min} to ${max} bytes`);
    return value;
  };
}

function flag(value, what) {
  if (typeof value !== 'boolean') throw badRequest(`${what} is not true or false`);
  return value;
}

function isNumber(value, max) {
  return Number.isSafeInteger(value) || typeof value === 'bigint' ? BigInt(value) <= max : false;
}

/** A number of 64 bits, kept as it is read: the `id` of a request. */
export function isId(value) {
  return isNumber(value, U64_MAX);
}

/** A moment, in milliseconds since `open`: this client's clock ends at 2^53 - 1. */
function moment(value, what) {
  if (!isNumber(value, BigInt(Number.MAX_SAFE_INTEGER))) throw badRequest(`${what} is no moment`);
  return value;
}

function u32(value, what) {
  if (!isNumber(value, 2n ** 32n - 1n)) throw badRequest(`${what} is not a number of 32 bits`);
  return value;
}

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapOf(read) {
  return (value, what) => {
    if (!isObject(value)) throw badRequest(`${what} is not a map`);
    const entries = Object.entries(value).map(([key, entry]) => [key, read(entry, `${what}.${key}`)]);
    return new Map(entries);
  };
}

function listOf(read) {
  return (value, what) => {
    if (!Array.isArray(value)) throw badRequest(`${what} is not a list`);
    return value.map((entry, i) => read(entry, `${what}[${i}]`));
  };
}

function oneOf(...words) {
  return (value, what) => {
    if (!words.includes(value)) throw badRequest(`${what} is none of ${words.join(', ')}`);
    return value;
  };
}

const optional = (read) => Object.assign((value, what) => read(value, what), { optional: true });

/** An object with these fields and no others. */
function shape(fields) {
  return (value, what) => {
    if (!isObject(value)) throw badRequest(`${what} is not an object`);
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(fields, key)) throw badRequest(`${what} has an unknown field`);
    }
    const result = {};
    for (const [key, read] of Object.entries(fields)) {
      if (key in value) result[key] = read(value[key], `${what}.${key}`);
      else if (!read.optional) throw badRequest(`${what} has no ${key}`);
    }
    return result;
  };
}

/** An object whose field `tag` says which shape it has. */
function tagged(tag, shapes) {
  return (value, what) => {
    const name = isObject(value) ? value[tag] : undefined;
    if (typeof name !== 'string' || !Object.hasOwn(shapes, name)) throw badRequest(`${what} has no known ${tag}`);
    return shape({ [tag]: text, ...shapes[name] })(value, what);
  };
}

/** A message, in either codec; which one the session speaks is seen when it is decoded. */
function payload(value, what) {
  const read = shape({ bytes: optional(readHex), fields: optional(mapOf(text)) })(value, what);
  if (Object.keys(read).length !== 1) throw badRequest(`${what} is not one payload`);
  return read;
}

const id = textOf(1, 255);
const name = textOf(0, 255);
const seat = { user_id: id, hardware_id: id };
const announced = { ...seat, ivk: hexOf(32), announcement: payload };

const randomness = tagged('class', {
  tape: { draws: mapOf(listOf(readHex)) },
  seeded: { seed: hexOf(32) },
  opaque: {},
});

const message = tagged('kind', {
  leader_named: announced,
  admitted: { ...announced, name, outdated: flag },
  departed: seat,
  renamed: { ...seat, name },
  nonce_posted: { ...seat, nonce: readHex },
  link: { link: payload },
  heartbeat: { heartbeat: payload },
  lock_requested: { request: payload },
  lock_claimed: { locked: flag },
  room_claimed: { ...seat, in_room: flag },
  sealed_key: { sealed: payload },
  packet: { from: id, hardware_id: id, stream: id, packet: payload },
  meeting_ended: {},
});

const input = tagged('op', {
  hello: { protocol_min: u32, protocol_max: u32 },
  open: { profile: text, ...seat, randomness, codec: oneOf('bytes', 'fields'), policies: optional(mapOf(text)) },
  join: { meeting_id: id, meeting_uuid: hexOf(16), role: oneOf('leader', 'participant'), name },
  deliver: { message },
  advance: { to_ms: moment },
  send: { stream: id, plaintext: readHex },
  set_lock: { locked: flag },
  kick: seat,
  step_out: {},
  leave: {},
  observe: {},
  compute: { formula: text, inputs: mapOf(text) },
  close: {},
});

/** Reads a request: hexadecimal becomes bytes, maps become `Map`. */
export const readRequest = shape({
  id: (value) => value,
  input,
  case: optional(text),
  session: optional(text),
});
