/**
 * Other devices: their announcements, and the boxes between them and this one. A peer is a device
 * whose announcement verified: `{user_id, hardware_id, ivk, pk, binding, binding_hash, dh}`.
 */

import { BOX_PUBLIC, KEM_CIPHERTEXT, KEM_PUBLIC, beforenm, kemDecapsulate, kemEncapsulate, sha256 } from './crypto.js';
import { LABELS, classicKey, hybridKey, openBox, sealBox, sign, verify } from './formulas.js';
import { decode, encode } from './layouts.js';
import { reject } from './refusal.js';

/** The encoded binding of a device in this meeting, and its hash. */
export function bindingOf(device, meeting, { user_id, hardware_id, ivk, pk }) {
  const values = { meeting_id: meeting.id, meeting_uuid: meeting.uuid, user_id, hardware_id, ivk, pk };
  const binding = encode('conclave/binding', values, device.has);
  return { binding, binding_hash: sha256(binding) };
}

/** Signs the binding of this device. */
export function signAnnouncement(device, binding) {
  return sign(device.seed, LABELS.announcement, binding);
}

/** Whether an announced key has a Kyber half. */
export function hasKem(pk) {
  return pk.length === BOX_PUBLIC + KEM_PUBLIC;
}

/** The secret shared with an announced key, or null where one cannot be agreed on in this profile. */
function agree(device, pk) {
  const fits = pk.length === BOX_PUBLIC || (device.profile.hybrid && hasKem(pk));
  return fits ? beforenm(device.meeting.announced.secret, pk.subarray(0, BOX_PUBLIC)) : null;
}

/** Verifies an announcement, `{user_id, hardware_id, ivk, pk, sig}`, and agrees: a peer. */
export function verifyPeer(device, announcement) {
  const { user_id, hardware_id, ivk, pk, sig } = announcement;
  const bound = bindingOf(device, device.meeting, announcement);
  if (!verify(ivk, LABELS.announcement, bound.binding, sig)) throw reject('DEV-01');
  const dh = agree(device, pk);
  if (dh === null) throw reject('ROT-09');
  device.require('ROT-42', hasKem(pk));
  return { user_id, hardware_id, ivk, pk, dh, ...bound };
}

/** The announcement a message carries: the device and its identity key are those beside it. */
export function readAnnouncement(device, message) {
  const { pk, sig } = device.read('conclave/announcement', message.announcement);
  return { user_id: message.user_id, hardware_id: message.hardware_id, ivk: message.ivk, pk, sig };
}

// --- sealed keys

/** Whether the box between this device and a peer is hybrid. */
export function isHybrid(device, peer) {
  return device.has('ROT-39') && hasKem(peer.pk) && hasKem(device.meeting.announced.pk);
}

function meta(device, leader, recipient) {
  const { id, uuid } = device.meeting;
  const values = { meeting_id: id, meeting_uuid: uuid, leader: leader.user_id, recipient: recipient.user_id };
  return encode('conclave/meta', values, device.has);
}

function combination(device, sender, recipient) {
  const values = {
    sender_ivk: sender.ivk,
    sender_box_pk: sender.pk.subarray(0, BOX_PUBLIC),
    sender_kem_pk: sender.pk.subarray(BOX_PUBLIC),
    recipient_ivk: recipient.ivk,
    recipient_box_pk: recipient.pk.subarray(0, BOX_PUBLIC),
    recipient_kem_pk: recipient.pk.subarray(BOX_PUBLIC),
  };
  return encode('conclave/combination', values, device.has);
}

/** This device as a peer sees it. */
export function ownPeer(device) {
  const { pk, binding, binding_hash } = device.meeting.announced;
  return { user_id: device.user_id, hardware_id: device.hardware_id, ivk: device.ivk, pk, binding, binding_hash };
}

/**
 * Seals a key to a peer: the fields of `conclave/sealed-key`. `livenessNonce` is the nonce of the
 * peer that the box is bound to, or null.
 */
export function sealKey(device, peer, { mk_seq, key }, livenessNonce) {
  const own = ownPeer(device);
  const plaintext = encode('conclave/meeting-key', { meeting_key: key, mk_seq }, device.has);
  const metadata = meta(device, own, peer);
  const nonce = device.draw('box_nonce');
  const { kem, boxKey } = sealingKey(device, peer, metadata);
  const ciphertext = sealBox(boxKey, metadata, livenessNonce, nonce, plaintext);
  return { user_id: peer.user_id, hardware_id: peer.hardware_id, nonce, kem, ciphertext };
}

/** The key of a new box to a peer, and the Kyber ciphertext that goes with it (empty in a classic one). */
function sealingKey(device, peer, metadata) {
  if (!isHybrid(device, peer)) return { kem: new Uint8Array(0), boxKey: classicKey(peer.dh) };
  const { kem, shared } = kemEncapsulate(peer.pk.subarray(BOX_PUBLIC), device.draw('kem_coins'));
  return { kem, boxKey: hybridKey(peer.dh, shared, combination(device, ownPeer(device), peer), metadata) };
}

/** Opens a sealed key of the leader: `{meeting_key, mk_seq}`, or null. */
export function openKey(device, { nonce, kem, ciphertext }) {
  const { leader, ownNonces } = device.meeting;
  const metadata = meta(device, leader, ownPeer(device));
  const boxKey = openingKey(device, leader, kem, metadata);
  if (boxKey === null) return null;
  for (const livenessNonce of device.has('LIV-03') ? ownNonces : [null]) {
    const plaintext = openBox(boxKey, metadata, livenessNonce, nonce, ciphertext);
    if (plaintext !== null) return decode('conclave/meeting-key', plaintext, device.has);
  }
  return null;
}

/** The key of a box from the leader; null where such a box cannot be from it. */
function openingKey(device, leader, kem, metadata) {
  if (kem.length === 0) return classicKey(leader.dh);
  if (kem.length !== KEM_CIPHERTEXT || !isHybrid(device, leader)) return null;
  const shared = kemDecapsulate(device.meeting.announced.kemSecret, kem);
  return hybridKey(leader.dh, shared, combination(device, leader, ownPeer(device)), metadata);
}
