"""What is signed, hashed, sealed and sent, byte for byte (docs/formulas.md).

Written from the documents, not from the Rust crates, so that two parents can disagree.
"""

from __future__ import annotations

import copy
import re
from dataclasses import dataclass
from hashlib import sha3_256, sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from kyber_py.kyber import Kyber768
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

# Context strings (docs/generated/labels.md).
ANNOUNCEMENT = "Zoombase-1-ClientOnly-Sig-EncryptionKeyAnnouncement"
KEY_SEED_DERIVATION = "Zoombase-1-ClientOnly-KDF-KeyMeetingSeed"
KEY_SEED_CIPHER = "Zoombase-1-ClientOnly-Sig-EncryptionKeyMeetingSeed"
SECURITY_CODE = "Zoombase-1-ClientOnly-MAC-SecurityCode"
SERVER_STATEMENT = "Conclave-1-Sig-ServerStatement"
STREAM_KEY = "Conclave-1-KDF-StreamKey"

HEADER_BYTES = 16
TAG_BYTES = 16
COUNTER_BYTES = 12
KEM_PUBLIC_BYTES = 1184
KEM_CIPHERTEXT_BYTES = 1088

Value = str | int | bytes


class Malformed(Exception):
    """A value or an encoding is not what its layout says."""


class Refused(Exception):
    """A signature, a tag or a key was checked and is wrong."""


@dataclass(frozen=True)
class Width:
    """What a field holds: `text`, `u32` or `bytes` of `low` to `high` bytes."""

    kind: str
    low: int
    high: int

    def encode(self, value: Value) -> bytes:
        """The bytes of a value. Raises `Malformed` where it does not fit."""
        if self.kind == "text" and isinstance(value, str):
            try:
                raw = value.encode("utf-8")
            except UnicodeEncodeError as error:  # a lone surrogate, possible in JSON
                raise Malformed("not Unicode text") from error
        elif self.kind == "u32" and isinstance(value, int) and 0 <= value < 1 << 32:
            raw = value.to_bytes(4, "big")
        elif self.kind == "bytes" and isinstance(value, bytes):
            raw = value
        else:
            raise Malformed(f"not {self.kind}: {value!r}")
        if not self.low <= len(raw) <= self.high:
            raise Malformed(f"{len(raw)} bytes, not {self.low} to {self.high}")
        return raw

    def decode(self, raw: bytes) -> Value:
        """The value of some bytes. Raises `Malformed`."""
        if not self.low <= len(raw) <= self.high:
            raise Malformed(f"{len(raw)} bytes, not {self.low} to {self.high}")
        if self.kind == "bytes":
            return raw
        if self.kind == "u32":
            return int.from_bytes(raw, "big")
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed("not UTF-8") from error

    def write(self, value: Value) -> str:
        """A value as the adapter protocol writes it: text, decimal or hexadecimal."""
        return value.hex() if isinstance(value, bytes) else str(value)

    def read(self, text: str) -> Value:
        """The value of a text. Raises `Malformed`."""
        if self.kind == "u32":
            value: Value = decimal(text, 32)
        else:
            value = text if self.kind == "text" else unhex(text)
        self.encode(value)
        return value


TEXT = Width("text", 1, 255)
U32 = Width("u32", 4, 4)
UUID = Width("bytes", 16, 16)
KEY = Width("bytes", 32, 32)
KEM_KEY = Width("bytes", KEM_PUBLIC_BYTES, KEM_PUBLIC_BYTES)
NONCE = Width("bytes", 24, 24)
PK = Width("bytes", 0, 32 + KEM_PUBLIC_BYTES)
PEOPLE = {"user_id": TEXT, "hardware_id": TEXT}
WHERE = {"meeting_id": TEXT, "meeting_uuid": UUID}
SIDES = ("sender", "recipient")

# Ordered field lists by tag (docs/generated/layouts.md).
LAYOUTS: dict[str, dict[str, Width]] = {
    "conclave/binding": WHERE | PEOPLE | {"ivk": KEY, "pk": PK},
    "conclave/statement": {"meeting_uuid": UUID} | PEOPLE | {"ivk": KEY},
    "conclave/meta": WHERE | {"leader": TEXT, "recipient": TEXT},
    "conclave/meeting-key": {"meeting_key": KEY, "mk_seq": U32},
    "conclave/combination": {
        f"{side}_{name}": width
        for side in SIDES
        for name, width in {"ivk": KEY, "box_pk": KEY, "kem_pk": KEM_KEY}.items()
    },
    "conclave/stream-key": {"stream": TEXT} | WHERE | {"sender": TEXT},
    "conclave/announcement": PEOPLE | {"pk": PK, "sig": Width("bytes", 64, 64)},
    "conclave/sealed-key": PEOPLE
    | {
        "nonce": NONCE,
        "kem": Width("bytes", 0, KEM_CIPHERTEXT_BYTES),
        "ciphertext": Width("bytes", 0, 256),
    },
}


def unhex(text: str) -> bytes:
    """Bytes of lower-case hexadecimal. Raises `Malformed`."""
    if not re.fullmatch("(?:[0-9a-f]{2})*", text):
        raise Malformed("not lower-case hexadecimal")
    return bytes.fromhex(text)


def decimal(text: str, bits: int) -> int:
    """A number in decimal without leading zeros, below `2 ** bits`. Raises `Malformed`."""
    if not re.fullmatch("0|[1-9][0-9]{0,38}", text) or int(text) >> bits:
        raise Malformed(f"not a decimal number of {bits} bits")
    return int(text)


def fields_of(tag: str, sealed_seq: bool = True) -> dict[str, Width]:
    """The fields in force. Before 3 a sealed meeting key has no number (3, 3.7.4 step 10)."""
    fields = LAYOUTS[tag]
    if tag == "conclave/meeting-key" and not sealed_seq:
        return {"meeting_key": fields["meeting_key"]}
    return fields


def prefixed(raw: bytes) -> bytes:
    """`u32(len(raw)) || raw`."""
    return len(raw).to_bytes(4, "big") + raw


def encode(tag: str, values: dict[str, Value], sealed_seq: bool = True) -> bytes:
    """The canonical encoding (docs/formulas.md, Encoding). Raises `Malformed`."""
    fields = fields_of(tag, sealed_seq)
    parts = [prefixed(width.encode(values[name])) for name, width in fields.items()]
    return prefixed(tag.encode()) + b"".join(parts)


def decode(tag: str, raw: bytes, sealed_seq: bool = True) -> dict[str, Value]:
    """The values of exactly the bytes that `encode` produces. Raises `Malformed`."""
    parts, at = [], 0
    while at < len(raw):
        end = at + 4 + int.from_bytes(raw[at : at + 4], "big")
        if at + 4 > len(raw) or end > len(raw):
            raise Malformed("cut short")
        parts.append(raw[at + 4 : end])
        at = end
    fields = fields_of(tag, sealed_seq)
    if not parts or parts[0] != tag.encode() or len(parts) != len(fields) + 1:
        raise Malformed(f"not a {tag}")
    return {name: fields[name].decode(part) for name, part in zip(fields, parts[1:])}


def write_fields(tag: str, values: dict[str, Value]) -> dict[str, str]:
    """Codec `fields` (docs/adapter.md, Codecs)."""
    return {name: width.write(values[name]) for name, width in LAYOUTS[tag].items()}


def read_fields(tag: str, texts: dict[str, str]) -> dict[str, Value]:
    """Reverse of `write_fields`. Raises `Malformed`."""
    if texts.keys() != LAYOUTS[tag].keys():
        raise Malformed(f"not the fields of {tag}")
    return {name: width.read(texts[name]) for name, width in LAYOUTS[tag].items()}


def hkdf(ikm: bytes, salt: bytes, info: bytes, size: int) -> bytes:
    """HKDF-SHA256."""
    return HKDF(algorithm=SHA256(), length=size, salt=salt, info=info).derive(ikm)


def two_hashes(context: str, message: bytes) -> bytes:
    """`SHA256(context) || SHA256(message)`, the shape of all signed and associated data."""
    return sha256(context.encode()).digest() + sha256(message).digest()


def ed25519_public(seed: bytes) -> bytes:
    """The identity verification key of a 32-byte seed."""
    return sodium.crypto_sign_seed_keypair(seed)[0]


def sign(seed: bytes, context: str, message: bytes) -> bytes:
    """A detached signature, 64 bytes (3.5.1)."""
    _, secret = sodium.crypto_sign_seed_keypair(seed)
    return sodium.crypto_sign(two_hashes(context, message), secret)[:64]


def verify(ivk: bytes, context: str, message: bytes, signature: bytes) -> None:
    """Checks a signature (3.5.1). Raises `Refused`.

    By libsodium, not OpenSSL: OpenSSL accepts keys and commitments of small order.
    """
    if len(signature) != 64:
        raise Refused("a signature has 64 bytes")
    try:
        sodium.crypto_sign_open(signature + two_hashes(context, message), ivk)
    except CryptoError as error:
        raise Refused("signature") from error


def x25519_public(secret: bytes) -> bytes:
    """The public key of an X25519 secret."""
    return sodium.crypto_scalarmult_base(secret)


def agree(secret: bytes, public: bytes) -> bytes:
    """`dh` of the classic box. Raises `Refused` for an all-zero X25519 result."""
    try:
        return sodium.crypto_box_beforenm(public, secret)
    except CryptoError as error:
        raise Refused("all-zero agreement") from error


def classic_key(shared: bytes) -> bytes:
    """`K` of the classic box for a meeting key (3.5.2)."""
    return hkdf(shared, b"", KEY_SEED_DERIVATION.encode(), 32)


def seal(key: bytes, meta: bytes, nonce: bytes, plaintext: bytes) -> bytes:
    """`C'`: the plaintext and 16 bytes of tag (3.5.2)."""
    data = two_hashes(KEY_SEED_CIPHER, meta)
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, data, nonce, key)


def unseal(key: bytes, meta: bytes, nonce: bytes, ciphertext: bytes) -> bytes:
    """Opens `C'`. Raises `Refused`."""
    if len(nonce) != 24 or len(ciphertext) < TAG_BYTES:
        raise Refused("too short, or a nonce of another length")
    data = two_hashes(KEY_SEED_CIPHER, meta)
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, data, nonce, key)
    except CryptoError as error:
        raise Refused("box") from error


def kyber(draws: bytes = b""):
    """Kyber768 of round 3 that takes its random bytes from `draws`, 32 at a time."""
    scheme, rest = copy.copy(Kyber768), iter([draws[:32], draws[32:]])
    scheme.random_bytes = lambda _size: next(rest)
    return scheme


def kem_keys(seed: bytes) -> tuple[bytes, bytes]:
    """Public and secret key of a 64-byte seed, `d || z`."""
    return kyber(seed).keygen()


def kem_encapsulate(public: bytes, coins: bytes) -> tuple[bytes, bytes]:
    """`(K_kyber, C_kyber)` from 32 bytes of coins."""
    return kyber(coins).encaps(public)


def kem_decapsulate(seed: bytes, ciphertext: bytes) -> bytes:
    """`K_kyber`. A wrong ciphertext of the right length gives another key, not an error."""
    if len(ciphertext) != KEM_CIPHERTEXT_BYTES:
        raise Refused("length of the encapsulation")
    return kyber().decaps(kem_keys(seed)[1], ciphertext)


def hybrid_key(shared: bytes, kem_shared: bytes, parties: dict[str, Value], meta: bytes) -> bytes:
    """`K` of the hybrid box for a meeting key (4.6, subsubsec:meetingcrypto)."""
    combined = sha3_256(encode("conclave/combination", parties)).digest()
    context = KEY_SEED_DERIVATION.encode()
    secret = sha3_256(context + kem_shared + shared + combined).digest()
    return hkdf(secret, meta, context, 32)


def stream_key(meeting_key: bytes, names: dict[str, Value]) -> bytes:
    """The key of one stream of one sender (3.7.5, last paragraph; 3.9)."""
    info = prefixed(STREAM_KEY.encode()) + encode("conclave/stream-key", names)
    return hkdf(meeting_key, b"", info, 32)


def seal_packet(key: bytes, mk_seq: int, counter: int, plaintext: bytes) -> bytes:
    """A media packet (3.9)."""
    nonce = counter.to_bytes(COUNTER_BYTES, "big")
    header = mk_seq.to_bytes(4, "big") + nonce
    return header + AESGCM(key).encrypt(nonce, plaintext, header)


def split_packet(packet: bytes) -> tuple[int, int, bytes]:
    """Number of the meeting key, counter and body. Raises `Refused` when too short."""
    if len(packet) < HEADER_BYTES + TAG_BYTES:
        raise Refused("packet too short")
    counter = int.from_bytes(packet[4:HEADER_BYTES], "big")
    return int.from_bytes(packet[:4], "big"), counter, packet[HEADER_BYTES:]


def open_packet(key: bytes, packet: bytes) -> bytes:
    """The plaintext of a packet. Raises `Refused`."""
    _, _, body = split_packet(packet)
    try:
        return AESGCM(key).decrypt(packet[4:HEADER_BYTES], body, packet[:HEADER_BYTES])
    except InvalidTag as error:
        raise Refused("packet tag") from error


def security_code(ivk: bytes) -> str:
    """39 decimal digits (3.8)."""
    number = int.from_bytes(sha256(two_hashes(SECURITY_CODE, ivk)).digest(), "big")
    return f"{number % 10**39:039d}"
