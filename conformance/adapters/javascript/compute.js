/** The formulas as the adapter answers them (`docs/formulas.md`, "compute"). All rules are in force. */

import * as crypto from './crypto.js';
import * as formulas from './formulas.js';
import { decode, encode, fieldsOf, readDecimal, readFields, requireNames, writeText } from './layouts.js';
import { badRequest, reject } from './refusal.js';
import { readHex } from './shapes.js';

const { LABELS } = formulas;

/** All rules, but for the device in a stream key: formula `stream_key` has none. */
const has = (rule) => rule !== 'MED-10';

const COMBINATION = fieldsOf('conclave/combination', has).map(([name]) => name);
const DECODED = ['announcement', 'sealed-key', 'link', 'entry', 'heartbeat', 'lock-request'].map((name) => `conclave/${name}`);

/** Bytes of this width (any width, where none is given). */
const hex = (width) => (value, name) => {
  const read = readHex(value, name);
  if (width !== undefined && read.length !== width) throw badRequest(`${name} is not ${width} bytes`);
  return read;
};

const label = (value) => {
  if (!Object.values(LABELS).includes(value)) throw badRequest('label is no context string');
  return value;
};

const upTo = (max) => (value, name) => {
  const read = readDecimal(value, name);
  if (read > max) throw badRequest(`${name} is too large`);
  return read;
};

const words = (value) => value;

/** A group of inputs that are the fields of a layout. */
const layoutInputs = (tag) => ({ tag, names: fieldsOf(tag, has).map(([name]) => name) });

/** Reads inputs: those a reader is given for, and the fields of a layout, if one is named. */
function readInputs(map, readers, layout) {
  const { tag, names } = layout ?? { names: [] };
  requireNames(map, [...Object.keys(readers), ...names]);
  const read = Object.entries(readers).map(([name, reader]) => [name, reader(map.get(name), name)]);
  if (tag === undefined) return Object.fromEntries(read);
  const values = readFields(tag, new Map(names.map((name) => [name, map.get(name)])), has);
  if (values === null) throw badRequest(`no ${tag} has such fields`);
  return { ...Object.fromEntries(read), values };
}

function need(value, rule) {
  if (value === null || value === false) throw reject(rule);
  return value;
}

/** A formula that verifies a signature over the encoding of a layout and has no output. */
function verifier(tag, rule, labelText, message) {
  const keyName = rule === 'DEV-12' ? 'server_key' : 'ivk';
  return {
    readers: { [keyName]: hex(32), signature: hex() },
    layout: layoutInputs(tag),
    run: (i) => {
      need(formulas.verify(i[keyName], labelText, message(i.values), i.signature), rule);
      return {};
    },
  };
}

/** The statement names an `ivk` itself, so its key has another name. */
const heartbeatMessage = (form) => (values) => formulas.heartbeatSigned(values, has, form).message;
const encoded = (tag) => (values) => encode(tag, values, has);

const box = { shared: hex(32), meta: hex(), nonce: hex(24) };
const boxOpen = { ...box, nonce: hex(), ciphertext: hex() };

function openNonce(nonce) {
  return nonce.length === 24 ? nonce : need(null, 'ROT-01');
}

function hybridParts(i) {
  return { dh: i.shared, combination: encode('conclave/combination', i.values, has) };
}

const FORMULAS = {
  sign: {
    readers: { seed: hex(32), label, message: hex() },
    run: (i) => ({ signature: formulas.sign(i.seed, i.label, i.message) }),
  },
  verify: {
    readers: { ivk: hex(32), label, message: hex(), signature: hex() },
    run: (i) => {
      need(formulas.verify(i.ivk, i.label, i.message, i.signature), 'DEV-01');
      return {};
    },
  },
  agree: {
    readers: { secret: hex(32), public: hex(32) },
    run: (i) => ({ shared: need(crypto.beforenm(i.secret, i.public), 'ROT-09') }),
  },
  binding: {
    readers: {},
    layout: layoutInputs('conclave/binding'),
    run: (i) => ({ binding: encode('conclave/binding', i.values, has) }),
  },
  verify_statement: verifier('conclave/statement', 'DEV-12', LABELS.serverStatement, encoded('conclave/statement')),
  classic_seal: {
    readers: { ...box, plaintext: hex() },
    run: (i) => ({ ciphertext: formulas.classicSeal(i.shared, i.meta, null, i.nonce, i.plaintext) }),
  },
  classic_open: {
    readers: boxOpen,
    run: (i) => ({
      plaintext: need(formulas.classicOpen(i.shared, i.meta, null, openNonce(i.nonce), i.ciphertext), 'ROT-01'),
    }),
  },
  kem_public: { readers: { seed: hex(64) }, run: (i) => ({ public: crypto.kemPublic(i.seed) }) },
  hybrid_seal: {
    readers: { ...box, coins: hex(32), plaintext: hex() },
    layout: layoutInputs('conclave/combination'),
    run: (i) => {
      const parts = { ...hybridParts(i), kemKey: i.values.recipient_kem_pk, coins: i.coins };
      return formulas.hybridSeal(parts, i.meta, null, i.nonce, i.plaintext);
    },
  },
  hybrid_open: {
    readers: { ...boxOpen, kem_seed: hex(64), kem: hex() },
    layout: layoutInputs('conclave/combination'),
    run: (i) => {
      const parts = { ...hybridParts(i), kemSeed: i.kem_seed, kem: i.kem };
      return { plaintext: need(formulas.hybridOpen(parts, i.meta, null, openNonce(i.nonce), i.ciphertext), 'ROT-01') };
    },
  },
  stream_key: {
    readers: { meeting_key: hex(32) },
    layout: layoutInputs('conclave/stream-key'),
    run: (i) => ({ key: formulas.streamKey(i.meeting_key, i.values, has) }),
  },
  packet_seal: {
    readers: { key: hex(32), mk_seq: upTo(2n ** 32n - 1n), counter: upTo(formulas.COUNTER_MAX), plaintext: hex() },
    run: (i) => ({ packet: formulas.packetBytes(formulas.sealPacket(i.key, Number(i.mk_seq), i.counter, i.plaintext)) }),
  },
  packet_open: {
    readers: { key: hex(32), packet: hex() },
    run: (i) => {
      const packet = need(formulas.parsePacket(i.packet), 'MED-01');
      const plaintext = need(formulas.openPacket(i.key, packet), 'MED-01');
      return { mk_seq: packet.mk_seq, counter: packet.counter, plaintext };
    },
  },
  security_code: { readers: { ivk: hex(32) }, run: (i) => ({ digits: formulas.securityCode(i.ivk) }) },
  link_hash: {
    readers: {},
    layout: layoutInputs('conclave/link'),
    run: (i) => ({ hash: formulas.linkHash(i.values, has) }),
  },
  heartbeat_hash: {
    readers: {},
    layout: layoutInputs('conclave/heartbeat-signed'),
    run: (i) => ({ hash: formulas.heartbeatSigned(i.values, has, 'hash').hash }),
  },
  verify_heartbeat: verifier('conclave/heartbeat-signed', 'HBT-01', LABELS.participantList, heartbeatMessage('hash')),
  verify_heartbeat_tuple: verifier('conclave/heartbeat-signed', 'HBT-01', LABELS.participantList, heartbeatMessage('tuple')),
  verify_lock_request: verifier(
    'conclave/lock-request-signed',
    'LCK-09',
    LABELS.lockRequest,
    encoded('conclave/lock-request-signed'),
  ),
  decode: {
    readers: { layout: words, bytes: hex() },
    run: (i) => {
      if (!DECODED.includes(i.layout)) throw badRequest('a layout that decode does not read');
      return need(decode(i.layout, i.bytes, has), 'DEV-10');
    },
  },
};

/** The names of the formulas. */
export const FORMULA_NAMES = Object.keys(FORMULAS);

/** Answers one formula: the outputs by name, as text. */
export function compute(name, inputs) {
  const { readers, layout, run } = FORMULAS[name];
  const outputs = run(readInputs(inputs, readers, layout));
  return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, writeText(value)]));
}
