/**
 * The primitives, each as `docs/formulas.md` names it. Byte strings are `Uint8Array`; a function
 * that refuses what an attacker sent returns null (or false) and leaves the rule to its caller.
 */

import { gcm } from '@noble/ciphers/aes.js';
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { hsalsa } from '@noble/ciphers/salsa.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf as nobleHkdf } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { sha3_256 } from '@noble/hashes/sha3.js';
import { bytesToHex, concatBytes, hexToBytes, randomBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { kyber768 } from '@noble/post-quantum/ml-kem';

export { bytesToHex, concatBytes, hexToBytes, randomBytes, sha256, sha3_256, utf8ToBytes };

/** Sizes in bytes. */
export const KEM_PUBLIC = 1184;
export const KEM_CIPHERTEXT = 1088;
export const BOX_PUBLIC = 32;

/** `u32(n)`: four bytes, big-endian. */
export function u32(n) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, n);
  return bytes;
}

/** Whether two byte strings are the same. */
export function same(a, b) {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** HKDF-SHA256; `info` and `salt` are bytes, the length is in bytes. */
export function hkdf(ikm, salt, info, length) {
  return nobleHkdf(sha256, ikm, salt, info, length);
}

// --- Ed25519

/** The identity verification key of a 32-byte seed. */
export function signingPublic(seed) {
  return ed25519.getPublicKey(seed);
}

/** An Ed25519 signature, 64 bytes. */
export function signRaw(seed, message) {
  return ed25519.sign(message, seed);
}

function littleEndian(bytes) {
  return BigInt('0x' + bytesToHex(Uint8Array.from(bytes).reverse()));
}

/**
 * Strict verification, as libsodium's: key and `R` canonical and of no small order, `S` below the
 * group order, and `S B = R + k A` without the cofactor. (`ed25519.verify` clears the cofactor.)
 */
export function verifyRaw(publicKey, message, signature) {
  if (publicKey.length !== 32 || signature.length !== 64) return false;
  const { Point } = ed25519;
  const order = Point.Fn.ORDER;
  const s = littleEndian(signature.subarray(32));
  if (s >= order) return false;
  let a;
  let r;
  try {
    a = Point.fromBytes(publicKey, false);
    r = Point.fromBytes(signature.subarray(0, 32), false);
  } catch {
    return false;
  }
  if (a.isSmallOrder() || r.isSmallOrder()) return false;
  const k = littleEndian(sha512(concatBytes(signature.subarray(0, 32), publicKey, message))) % order;
  return Point.BASE.multiplyUnsafe(s).equals(r.add(a.multiplyUnsafe(k)));
}

// --- X25519

/** The X25519 public key of a 32-byte secret. */
export function boxPublic(secret) {
  return x25519.getPublicKey(secret);
}

function words(bytes) {
  return new Uint32Array(Uint8Array.from(bytes).buffer);
}

/** `crypto_box_beforenm`: HSalsa20 over X25519; null where the X25519 result is all zero. */
export function beforenm(secret, publicKey) {
  let point;
  try {
    point = x25519.getSharedSecret(secret, publicKey);
  } catch {
    return null;
  }
  const out = new Uint32Array(8);
  hsalsa(words(utf8ToBytes('expand 32-byte k')), words(point), new Uint32Array(4), out);
  return new Uint8Array(out.buffer);
}

// --- Kyber768 as of round 3

/** The key pair of a 64-byte seed `d || z`: `{publicKey, secretKey}`. */
export function kemKeys(seed) {
  return kyber768.keygen(seed);
}

/** Encapsulates with 32 bytes of coins: `{kem, shared}`. */
export function kemEncapsulate(publicKey, coins) {
  const { cipherText, sharedSecret } = kyber768.encapsulate(publicKey, coins);
  return { kem: cipherText, shared: sharedSecret };
}

/**
 * Decapsulates. This version of the package overwrites `z` in the secret key it is given, and would
 * refuse the next bad ciphertext with a value that anybody knows: it gets a copy.
 */
export function kemDecapsulate(secretKey, kem) {
  return kyber768.decapsulate(kem, secretKey.slice());
}

// --- authenticated encryption

/** XChaCha20-Poly1305 with a 24-byte nonce: ciphertext and tag. */
export function xchachaSeal(key, nonce, associated, plaintext) {
  return xchacha20poly1305(key, nonce, associated).encrypt(plaintext);
}

/** Opens it; null where the tag is wrong. */
export function xchachaOpen(key, nonce, associated, ciphertext) {
  return orNull(() => xchacha20poly1305(key, nonce, associated).decrypt(ciphertext));
}

/** AES-256-GCM with a 12-byte nonce: ciphertext and tag. */
export function gcmSeal(key, nonce, associated, plaintext) {
  return gcm(key, nonce, associated).encrypt(plaintext);
}

/** Opens it; null where the tag is wrong. */
export function gcmOpen(key, nonce, associated, ciphertext) {
  return orNull(() => gcm(key, nonce, associated).decrypt(ciphertext));
}

function orNull(open) {
  try {
    return open();
  } catch {
    return null;
  }
}
