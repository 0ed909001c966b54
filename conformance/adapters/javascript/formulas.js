/**
 * The formulas of the paper (`docs/formulas.md`): signatures, boxes, stream keys, packets, codes.
 * What does not verify or open is false or null.
 */

import * as crypto from './crypto.js';
import { encode } from './layouts.js';

const { bytesToHex, concatBytes, sha256, sha3_256, u32, utf8ToBytes } = crypto;

/** The context strings (`docs/generated/labels.md`). */
export const LABELS = {
  announcement: 'Zoombase-1-ClientOnly-Sig-EncryptionKeyAnnouncement',
  keySeedDerivation: 'Zoombase-1-ClientOnly-KDF-KeyMeetingSeed',
  keySeedCipher: 'Zoombase-1-ClientOnly-Sig-EncryptionKeyMeetingSeed',
  participantList: 'Zoombase1-ClientOnly-Sig-LeaderParticipantList',
  securityCode: 'Zoombase-1-ClientOnly-MAC-SecurityCode',
  serverStatement: 'Conclave-1-Sig-ServerStatement',
  streamKey: 'Conclave-1-KDF-StreamKey',
  lockRequest: 'Conclave-1-Sig-LockRequest',
};

const EMPTY = new Uint8Array(0);
const KEY = 32;
const TAG = 16;
const HEADER = 16;
const KDF_CONTEXT = utf8ToBytes(LABELS.keySeedDerivation);
const CIPHER_CONTEXT_HASH = sha256(utf8ToBytes(LABELS.keySeedCipher));
const CODE_CONTEXT_HASH = sha256(utf8ToBytes(LABELS.securityCode));

/** The largest packet counter. */
export const COUNTER_MAX = 2n ** 64n - 1n;

function signedBytes(label, message) {
  return concatBytes(sha256(utf8ToBytes(label)), sha256(message));
}

/** `Sign(sk, context, M)`, 64 bytes, with the key of a 32-byte seed. */
export function sign(seed, label, message) {
  return crypto.signRaw(seed, signedBytes(label, message));
}

/** Whether a signature under `ivk` verifies. */
export function verify(ivk, label, message, signature) {
  return crypto.verifyRaw(ivk, signedBytes(label, message), signature);
}

// --- boxes

/** `D`: the associated data, with the liveness nonce the box is bound to, or null. */
function boxData(meta, livenessNonce) {
  const bound = livenessNonce === null ? EMPTY : sha256(livenessNonce);
  return concatBytes(CIPHER_CONTEXT_HASH, sha256(meta), bound);
}

/** `K` of a classic box; `dh` is `crypto_box_beforenm`. */
export function classicKey(dh) {
  return crypto.hkdf(dh, EMPTY, KDF_CONTEXT, KEY);
}

/** `K` of a hybrid box; `combination` is the encoding of `conclave/combination`. */
export function hybridKey(dh, kemShared, combination, meta) {
  const secret = sha3_256(concatBytes(KDF_CONTEXT, kemShared, dh, sha3_256(combination)));
  return crypto.hkdf(secret, meta, KDF_CONTEXT, KEY);
}

/** Seals in a box under its key `K`: the ciphertext and tag. */
export function sealBox(key, meta, livenessNonce, nonce, plaintext) {
  return crypto.xchachaSeal(key, nonce, boxData(meta, livenessNonce), plaintext);
}

/** Opens a box under its key `K`, or null. */
export function openBox(key, meta, livenessNonce, nonce, ciphertext) {
  return crypto.xchachaOpen(key, nonce, boxData(meta, livenessNonce), ciphertext);
}

// --- media

/** The key of one stream; `values` are the fields of `conclave/stream-key`. */
export function streamKey(meetingKey, values, has) {
  const label = utf8ToBytes(LABELS.streamKey);
  const info = concatBytes(u32(label.length), label, encode('conclave/stream-key', values, has));
  return crypto.hkdf(meetingKey, EMPTY, info, KEY);
}

/** The header of a packet: the key number, and the counter (a bigint) in twelve bytes. */
function packetHeader(mkSeq, counter) {
  const header = new Uint8Array(HEADER);
  const view = new DataView(header.buffer);
  view.setUint32(0, mkSeq);
  view.setBigUint64(8, counter);
  return header;
}

/** Cuts a packet into `{mk_seq, counter, body}`; null where it is too short, or its counter too large. */
export function parsePacket(packet) {
  if (packet.length < HEADER + TAG) return null;
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length);
  if (view.getUint32(4) !== 0) return null;
  return { mk_seq: view.getUint32(0), counter: view.getBigUint64(8), body: packet.slice(HEADER) };
}

/** Seals a packet: `{mk_seq, counter, body}`. */
export function sealPacket(key, mkSeq, counter, plaintext) {
  const header = packetHeader(mkSeq, counter);
  return { mk_seq: mkSeq, counter, body: crypto.gcmSeal(key, header.subarray(4), header, plaintext) };
}

/** The bytes of a packet. */
export function packetBytes({ mk_seq: mkSeq, counter, body }) {
  return concatBytes(packetHeader(mkSeq, counter), body);
}

/** Opens a packet, or null. */
export function openPacket(key, { mk_seq: mkSeq, counter, body }) {
  if (body.length < TAG) return null;
  const header = packetHeader(mkSeq, counter);
  return crypto.gcmOpen(key, header.subarray(4), header, body);
}

// --- codes and hashes

/** The meeting leader security code: 39 decimal digits. */
export function securityCode(ivk) {
  const hash = sha256(concatBytes(CODE_CONTEXT_HASH, sha256(ivk)));
  return (BigInt(`0x${bytesToHex(hash)}`) % 10n ** 39n).toString().padStart(39, '0');
}

/** The hash of a link. */
export function linkHash(link, has) {
  return sha256(encode('conclave/link', link, has));
}

/** What a heartbeat signs, and its hash `H_i`: `values` are the fields of `conclave/heartbeat-signed`. */
export function heartbeatSigned(values, has, form) {
  const encoded = encode('conclave/heartbeat-signed', values, has);
  const hash = sha256(encoded);
  return { hash, message: form === 'hash' ? hash : encoded };
}
