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
const DECODED = [
  'conclave/announcement',
  'conclave/sealed-key',
  'conclave/link',
  'conclave/entry',
  'conclave/heartbeat',
  'conclave/lock-request',
];

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
  // A statement names an `ivk` itself, so the key that signed it has another name.
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

function heartbeatVerifier(form) {
  const message = (values) => formulas.heartbeatSigned(values, has, form).message;
  return verifier('conclave/heartbeat-signed', 'HBT-01', LABELS.participantList, message);
}

const encoded = (tag) => (values) => encode(tag, values, has);

const box = { shared: hex(32), meta: hex(), nonce: hex(24) };
const boxOpen = { ...box, nonce: hex(), ciphertext: hex() };

/** `K` of a hybrid box whose combination is among the inputs. */
function hybridKey(i, kemShared) {
  return formulas.hybridKey(i.shared, kemShared, encode('conclave/combination', i.values, has), i.meta);
}

/** Opens a box under its key `K`, bound to no liveness nonce. */
function opened(i, key) {
  if (i.nonce.length !== 24) throw reject('ROT-01');
  return { plaintext: need(formulas.openBox(key, i.meta, null, i.nonce, i.ciphertext), 'ROT-01') };
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
    run: (i) => ({ ciphertext: formulas.sealBox(formulas.classicKey(i.shared), i.meta, null, i.nonce, i.plaintext) }),
  },
  classic_open: { readers: boxOpen, run: (i) => opened(i, formulas.classicKey(i.shared)) },
  kem_public: { readers: { seed: hex(64) }, run: (i) => ({ public: crypto.kemKeys(i.seed).publicKey }) },
  hybrid_seal: {
    readers: { ...box, coins: hex(32), plaintext: hex() },
    layout: layoutInputs('conclave/combination'),
    run: (i) => {
      const { kem, shared } = crypto.kemEncapsulate(i.values.recipient_kem_pk, i.coins);
      return { kem, ciphertext: formulas.sealBox(hybridKey(i, shared), i.meta, null, i.nonce, i.plaintext) };
    },
  },
  hybrid_open: {
    readers: { ...boxOpen, kem_seed: hex(64), kem: hex() },
    layout: layoutInputs('conclave/combination'),
    run: (i) => {
      if (i.kem.length !== crypto.KEM_CIPHERTEXT) throw reject('ROT-01');
      const { secretKey } = crypto.kemKeys(i.kem_seed);
      return opened(i, hybridKey(i, crypto.kemDecapsulate(secretKey, i.kem)));
    },
  },
  stream_key: {
    readers: { meeting_key: hex(32) },
    layout: layoutInputs('conclave/stream-key'),
    run: (i) => ({ key: formulas.streamKey(i.meeting_key, i.values, has) }),
  },
  packet_seal: {
    readers: { key: hex(32), mk_seq: upTo(2n ** 32n - 1n), counter: upTo(formulas.COUNTER_MAX), plaintext: hex() },
    run: (i) => {
      const packet = formulas.sealPacket(i.key, Number(i.mk_seq), i.counter, i.plaintext);
      return { packet: formulas.packetBytes(packet) };
    },
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
  verify_heartbeat: heartbeatVerifier('hash'),
  verify_heartbeat_tuple: heartbeatVerifier('tuple'),
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
