/**
 * A device: what a session has whether it is in a meeting or not. All that changes is in `state`,
 * plain data, so that a refusal can put it back as it was.
 */

import { bytesToHex, hkdf, randomBytes, signingPublic, utf8ToBytes } from './crypto.js';
import { packetBytes, parsePacket } from './formulas.js';
import { decode, encode, readDecimal, readFields, requireNames, writeFields } from './layouts.js';
import { POLICIES, POLICY_RULES, PROFILES } from './profiles.js';
import { Refusal, badRequest, reject, unsupported } from './refusal.js';
import { readHex } from './shapes.js';

/** Widths of random values in bytes, by purpose. */
const DRAWS = {
  identity: 32,
  ephemeral: 32,
  ephemeral_kem: 64,
  meeting_key: 32,
  box_nonce: 24,
  kem_coins: 32,
  liveness_nonce: 24,
};

const DRAW_SALT = utf8ToBytes('conclave/draw');

/** Where draw `n` for a purpose comes from, by class. */
const SOURCES = {
  tape: ({ draws }, purpose, n) => draws.get(purpose)?.[n],
  seeded: ({ seed }, purpose, n) => hkdf(seed, DRAW_SALT, utf8ToBytes(`${purpose}/${n}`), DRAWS[purpose]),
  opaque: (_, purpose) => randomBytes(DRAWS[purpose]),
};

const U32_MAX = 2n ** 32n - 1n;
const U64_MAX = 2n ** 64n - 1n;

export class Device {
  /** @param open the input of operation `open` */
  constructor(open) {
    const profile = PROFILES.get(open.profile);
    if (profile === undefined) throw unsupported('no such profile');
    this.profile = profile;
    this.policies = policiesOf(open.policies ?? new Map(), profile);
    const chosen = Object.entries(POLICY_RULES).filter(([key]) => this.policies[key] !== POLICIES[key][0]);
    const rules = new Set(chosen.map(([, rule]) => rule));
    this.has = (rule) => profile.has(rule) || rules.has(rule);
    this.codec = open.codec;
    this.user_id = open.user_id;
    this.hardware_id = open.hardware_id;
    this.randomness = open.randomness;
    this.outputs = [];
    this.drawn = [];
    this.state = {
      /** The clock: milliseconds since `open`. */
      now: 0,
      /** `outside`, `joined` or `left`. */
      phase: 'outside',
      /** What is known in the meeting; null outside one. */
      meeting: null,
      /** What a device that stepped out goes on with on return, or null. */
      away: null,
      /** How many values were drawn, by purpose. */
      draws: {},
      /** Next counter to send, by instance, key number and stream. It outlives the meeting. */
      sent: new Map(),
      /** Counters seen, by instance, key number, sender and stream. It outlives the meeting. */
      seen: new Map(),
    };
    this.seed = this.draw('identity');
    this.ivk = signingPublic(this.seed);
  }

  get now() {
    return this.state.now;
  }

  get meeting() {
    return this.state.meeting;
  }

  /** Carries out a step. A refusal leaves the device exactly as it was. */
  step(run) {
    this.outputs = [];
    this.drawn = [];
    const before = structuredClone(this.state);
    try {
      return run() ?? { cls: 'accept' };
    } catch (error) {
      this.state = before;
      this.outputs = [];
      this.drawn = [];
      if (error instanceof Refusal) return error;
      throw error;
    }
  }

  /** Notes something the client does. */
  emit(kind, fields = {}) {
    this.outputs.push({ at_ms: this.now, effect: { kind, ...fields } });
  }

  /** The next random value for a purpose. */
  draw(purpose) {
    const n = this.state.draws[purpose] ?? 0;
    this.state.draws[purpose] = n + 1;
    const value = SOURCES[this.randomness.class](this.randomness, purpose, n);
    if (value?.length !== DRAWS[purpose]) throw badRequest(`the tape has no ${purpose}/${n}`);
    if (this.randomness.class !== 'opaque') this.drawn.push(`${purpose}/${n}`);
    return value;
  }

  /** Refuses by a rule where it is in force and its condition does not hold. */
  require(rule, holds, refuse = reject) {
    if (this.has(rule) && !holds) throw refuse(rule);
  }

  /** Whether a seat is this device's. */
  isSelf(seat) {
    return seat.user_id === this.user_id && seat.hardware_id === this.hardware_id;
  }

  // --- the codec

  /** Reads a message; one that does not decode is refused. */
  read(tag, payload) {
    const values = this.isBytes(payload)
      ? decode(tag, payload.bytes, this.has)
      : readFields(tag, payload.fields, this.has);
    if (values === null) throw reject('DEV-10');
    return values;
  }

  isBytes(payload) {
    if (!(this.codec in payload)) throw badRequest('a payload in the other codec');
    return this.codec === 'bytes';
  }

  /** Writes a message. */
  write(tag, values) {
    if (this.codec === 'bytes') return { bytes: bytesToHex(encode(tag, values, this.has)) };
    return { fields: writeFields(tag, values, this.has) };
  }

  /** Reads a packet: `{mk_seq, counter, body}`. */
  readPacket(payload) {
    const packet = this.isBytes(payload) ? parsePacket(payload.bytes) : packetFields(payload.fields);
    if (packet === null) throw reject('MED-01');
    return packet;
  }

  /** Writes a packet. */
  writePacket(packet) {
    if (this.codec === 'bytes') return { bytes: bytesToHex(packetBytes(packet)) };
    const { mk_seq: mkSeq, counter, body } = packet;
    return { fields: { mk_seq: String(mkSeq), counter: String(counter), body: bytesToHex(body) } };
  }
}

function packetFields(map) {
  requireNames(map, ['mk_seq', 'counter', 'body']);
  const mkSeq = readDecimal(map.get('mk_seq'), 'mk_seq');
  const counter = readDecimal(map.get('counter'), 'counter');
  const body = readHex(map.get('body'), 'body');
  return mkSeq > U32_MAX || counter > U64_MAX ? null : { mk_seq: Number(mkSeq), counter, body };
}

/** The policies to follow: the defaults, with what `open` names and what the profile itself says. */
function policiesOf(named, profile) {
  const policies = Object.fromEntries(Object.entries(POLICIES).map(([key, values]) => [key, values[0]]));
  for (const [key, value] of named) {
    if (!Object.hasOwn(POLICIES, key) || !POLICIES[key].includes(value)) throw unsupported(`no policy ${key}=${value}`);
    policies[key] = value;
  }
  if (profile.has('ROT-43')) policies.leader_wait = 'at_once';
  return policies;
}
