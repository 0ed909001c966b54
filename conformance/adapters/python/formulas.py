"""What is signed, hashed, sealed and sent, byte for byte (docs/formulas.md and the pages it names).

Written from the documents, not from the Rust crates, so that two parents can disagree.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence, Set
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
PARTICIPANT_LIST = "Zoombase1-ClientOnly-Sig-LeaderParticipantList"
LOCK_REQUEST = "Conclave-1-Sig-LockRequest"
SIGCHAIN_LINK = "Conclave-1-Sig-SigchainLink"
PER_USER_X25519 = "Zoombase-2-ClientOnly-KDF-PerUserX25519"
PER_USER_KYBER768 = "Conclave-1-KDF-PerUserKyber768"
PER_USER_EMAIL_SEED = "Zoombase-2-ClientOnly-KDF-PerUserEmailSeed"
PER_USER_EMAIL_X25519 = "Zoombase-2-ClientOnly-KDF-PerUserEmailX25519"
PER_USER_EMAIL_KYBER768 = "Conclave-1-KDF-PerUserEmailKyber768"
PER_USER_VOICEMAIL_SEED = "Zoombase-2-ClientOnly-KDF-PerUserVoicemailSeed"
PER_USER_VOICEMAIL_X25519 = "Zoombase-2-ClientOnly-KDF-PerUserVoicemailX25519"
PER_USER_VOICEMAIL_KYBER768 = "Conclave-1-KDF-PerUserVoicemailKyber768"
PER_USER_SYMMETRIC_KEY = "Zoombase-2-ClientOnly-KDF-PerUserSymmetricKey"
SECRET_STORE = "Zoombase-1-ClientOnly-KDF-SecretStore"
ATTESTATION = "Conclave-1-Sig-Attestation"
BACKUP_KEY_SALT = "Conclave-1-KDF-BackupKeySalt"
BACKUP_KEY_ED25519 = "Conclave-1-KDF-BackupKeyEd25519"
BACKUP_KEY_X25519 = "Conclave-1-KDF-BackupKeyX25519"
BACKUP_KEY_KYBER768 = "Conclave-1-KDF-BackupKeyKyber768"
SEED_BOX_DERIVATION = "Conclave-1-KDF-PerUserSeedBox"
SEED_BOX_CIPHER = "Conclave-1-Box-PerUserSeed"
CONTENT_DERIVATION = "Conclave-1-KDF-PerUserContent"
CONTENT_CIPHER = "Conclave-1-Box-PerUserContent"
CONTACT_DERIVATION = "Conclave-1-KDF-ContactRecord"
CONTACT_CIPHER = "Conclave-1-Box-ContactRecord"
CONTACT_TAG = "Conclave-1-KDF-ContactTag"
CONTACT_RECORD = "Conclave-1-Sig-ContactRecord"
TREE_COMMITMENT = "Conclave-1-Sig-TreeCommitment"
TREE_AUDIT = "Conclave-1-Sig-TreeAudit"
ESCROW_BOX_DERIVATION = "Conclave-1-KDF-EscrowBox"
ESCROW_BOX_CIPHER = "Conclave-1-Box-Escrow"
ESCROW_BOX = "Conclave-1-Sig-EscrowBox"
USER_BOX_DERIVATION = "Conclave-1-KDF-PerUserBox"
USER_BOX_CIPHER = "Conclave-1-Box-PerUser"
USER_BOX_SIGNATURE = "Conclave-1-Sig-PerUserBox"
KEY_STATEMENT = "Conclave-1-Sig-KeyStatement"
CONTEXTS = {
    ANNOUNCEMENT, KEY_SEED_DERIVATION, KEY_SEED_CIPHER, SECURITY_CODE, SERVER_STATEMENT, STREAM_KEY,
    PARTICIPANT_LIST, LOCK_REQUEST, SIGCHAIN_LINK, PER_USER_X25519, PER_USER_KYBER768,
    PER_USER_EMAIL_SEED, PER_USER_EMAIL_X25519, PER_USER_EMAIL_KYBER768, PER_USER_VOICEMAIL_SEED,
    PER_USER_VOICEMAIL_X25519, PER_USER_VOICEMAIL_KYBER768, PER_USER_SYMMETRIC_KEY, SECRET_STORE,
    ATTESTATION, BACKUP_KEY_SALT, BACKUP_KEY_ED25519, BACKUP_KEY_X25519, BACKUP_KEY_KYBER768,
    SEED_BOX_DERIVATION, SEED_BOX_CIPHER, CONTENT_DERIVATION, CONTENT_CIPHER, CONTACT_DERIVATION,
    CONTACT_CIPHER, CONTACT_TAG, CONTACT_RECORD, TREE_COMMITMENT, TREE_AUDIT, KEY_STATEMENT,
    ESCROW_BOX_DERIVATION, ESCROW_BOX_CIPHER, ESCROW_BOX,
    USER_BOX_DERIVATION, USER_BOX_CIPHER, USER_BOX_SIGNATURE,
}  # fmt: skip

COUNTER_BYTES = 12
HEADER_BYTES = 4 + COUNTER_BYTES
TAG_BYTES = 16
KEM_PUBLIC_BYTES = 1184
KEM_CIPHERTEXT_BYTES = 1088

Value = str | int | bytes
Values = Mapping[str, Value]


class BadRequest(Exception):
    """The request makes no sense. Nothing changed."""


class Misfit(BadRequest):
    """A value that is well written but does not fit its field."""


class Refusal(Exception):
    """The input was refused as wrong, by the rule in `code`. Nothing changed."""

    word = "reject"

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True)
class Width:
    """What a field holds: `text`, `number` or `bytes`, of `low` to `high` bytes."""

    kind: str
    low: int
    high: int

    def encode(self, value: Value) -> bytes:
        """The bytes of a value. Raises `ValueError` where it does not fit."""
        if isinstance(value, int):
            return value.to_bytes(self.high, "big")
        raw = value.encode() if isinstance(value, str) else value
        if not self.low <= len(raw) <= self.high:
            raise ValueError(f"{len(raw)} bytes, not {self.low} to {self.high}")
        return raw

    def decode(self, raw: bytes) -> Value:
        """The value of some bytes. Raises `ValueError`."""
        self.encode(raw)
        if self.kind == "number":
            return int.from_bytes(raw, "big")
        return raw.decode() if self.kind == "text" else raw

    def read(self, text: str) -> Value:
        """The value of a text: identifier, decimal or hexadecimal. Raises `BadRequest`, `Misfit`."""
        try:
            if self.kind == "number" and re.fullmatch("[0-9]{1,39}", text):
                return self.decode(int(text).to_bytes(self.high, "big"))
            if self.kind == "bytes" and re.fullmatch("([0-9a-f]{2})*", text):
                return self.decode(bytes.fromhex(text))
            if self.kind == "text":
                return self.decode(text.encode())
        except (ValueError, OverflowError) as error:
            raise Misfit(str(error)) from error
        raise BadRequest(f"not {self.kind} as text: {text[:80]!r}")


def written(values: Values) -> dict[str, str]:
    """Values as the adapter protocol writes them, the reverse of `Width.read`."""
    return {name: v.hex() if isinstance(v, bytes) else str(v) for name, v in values.items()}


TEXT = Width("text", 1, 255)
MAYBE_TEXT = Width("text", 0, 255)
WORD = Width("text", 1, 16)
U32 = Width("number", 4, 4)
U64 = Width("number", 8, 8)
BYTES = Width("bytes", 0, (1 << 32) - 1)
UUID = Width("bytes", 16, 16)
KEY = Width("bytes", 32, 32)
KEM_KEY = Width("bytes", KEM_PUBLIC_BYTES, KEM_PUBLIC_BYTES)
MAYBE_KEY = Width("bytes", 0, 32)
SIGNATURE = Width("bytes", 64, 64)
NONCE = Width("bytes", 24, 24)
PK = Width("bytes", 0, 32 + KEM_PUBLIC_BYTES)
PEOPLE = {"user_id": TEXT, "hardware_id": TEXT}
WHERE = {"meeting_id": TEXT, "meeting_uuid": UUID}
PARTY = {"ivk": KEY, "box_pk": KEY, "kem_pk": KEM_KEY}
PACKET = {"mk_seq": U32, "counter": U64, "body": BYTES}
KEM = Width("bytes", 0, KEM_CIPHERTEXT_BYTES)
SEALED = {"nonce": NONCE, "kem": KEM, "ciphertext": Width("bytes", 0, 256)}
MAYBE_PEOPLE = {"user_id": MAYBE_TEXT, "hardware_id": MAYBE_TEXT}
CERTIFIED = {"list_hash": KEY, "v": U32, "t": U32, "mk_seq": U32}
CHAINED = {"prev": KEY, "timestamp_ms": U64}
REQUESTED = {"operation": WORD, "link_hash": KEY}
LINK_TYPE = Width("text", 1, 32)
LIST = Width("bytes", 0, 1 << 18)
MAYBE_KEM_KEY = Width("bytes", 0, KEM_PUBLIC_BYTES)
CHAIN_LINK = {
    "sigchain_type": WORD,
    "link_type": LINK_TYPE,
    "sequence_number": U32,
    "prev": KEY,
    "cloud_name": TEXT,
    "subject": Width("bytes", 0, 255),
    "body": Width("bytes", 0, 1 << 18),
}
SIGNATURES = {"signatures": Width("bytes", 0, 1024)}
DEVICE_KEYS = {"device_ed25519": KEY, "device_x25519": KEY, "device_kyber768": MAYBE_KEM_KEY}
NAMED = {"device_id": TEXT, "device_name": KEY}
DEVICE = NAMED | {"device_type": WORD} | DEVICE_KEYS
USER_KEYS = {"user_keys": Width("bytes", 0, 8192)}
SIGNER = {"signer": TEXT}
REVOKED = {"revoke_device_ids": LIST}
CONTEXT = {"context": Width("text", 1, 64)}
SECRET = {"secret": Width("bytes", 0, 4096)}
TAILS = {f"{side}_tail": Width("bytes", 0, 128) for side in ("user", "email", "account")}
ATTESTED = {"attestation": Width("text", 1, 1 << 14), "adn": TEXT}
SHARING = {"with_email": U32, "issued_s": U64}

REMEMBERED = {
    "last_sequence_number": U32,
    "last_link_hash": KEY,
    "first_met_s": U64,
    "meetings": U32,
}
FILED = {"device_id": TEXT, "tag": KEY, "record": Width("bytes", 0, 1024)}

SEALED_FOR_USER = {
    "device_id": TEXT,
    "generation": U32,
    "x25519": KEY,
    "kyber768": MAYBE_KEM_KEY,
    "nonce": NONCE,
    "kem": KEM,
    "ciphertext": Width("bytes", 0, 1 << 20),
}

VRF_PROOF = Width("bytes", 80, 80)
LABEL = Width("bytes", 36, 36)
ROOTED = {"epoch": U64, "root": KEY, "vrf_key": KEY}
VALUED = {"version": U64, "epoch": U64, "value": Width("bytes", 0, 128), "nonce": KEY}
STEPS = Width("bytes", 0, 1 << 15)
WAY = Width("bytes", 0, 1 << 16)
MANY = Width("bytes", 0, 1 << 20)
PROVED = {"vrf_proof": VRF_PROOF, "path": WAY}
ESCROW_TAIL = {"last_sequence_number": U32, "last_link_hash": KEY, "generation": U32}
ESCROW_SEALED = {
    "ephemeral": KEY,
    "nonce": NONCE,
    "kem": KEM,
    "ciphertext": Width("bytes", 0, 512),
}

# Ordered field lists by tag (docs/generated/layouts.md).
LAYOUTS: dict[str, dict[str, Width]] = {
    "conclave/binding": WHERE | PEOPLE | {"ivk": KEY, "pk": PK},
    "conclave/statement": {"meeting_uuid": UUID} | PEOPLE | {"ivk": KEY},
    "conclave/meta": WHERE | {"leader": TEXT, "recipient": TEXT},
    "conclave/meeting-key": {"meeting_key": KEY, "mk_seq": U32},
    "conclave/combination": {
        f"{side}_{name}": width for side in ("sender", "recipient") for name, width in PARTY.items()
    },
    "conclave/stream-key": {"stream": TEXT} | WHERE | {"sender": TEXT, "hardware_id": TEXT},
    "conclave/link": {"v": U32, "prev": KEY, "op": WORD}
    | MAYBE_PEOPLE
    | {"ivk": MAYBE_KEY, "binding_hash": MAYBE_KEY, "name": MAYBE_TEXT}
    | {"entries": Width("bytes", 0, 1 << 20)},
    "conclave/entry": PEOPLE
    | {"name": MAYBE_TEXT, "ivk": KEY, "standing": WORD, "binding_hash": MAYBE_KEY, "leaves": U32},
    "conclave/heartbeat-signed": {"binding": Width("bytes", 0, 4096)} | CERTIFIED | CHAINED,
    "conclave/heartbeat": CERTIFIED | CHAINED | {"sig": SIGNATURE},
    "conclave/lock-request-signed": WHERE | REQUESTED,
    "conclave/lock-request": PEOPLE | REQUESTED | {"sig": SIGNATURE},
    "conclave/announcement": PEOPLE | {"pk": PK, "sig": SIGNATURE},
    "conclave/sealed-key": PEOPLE | SEALED,
    "conclave/chain-link": CHAIN_LINK | SIGNATURES,
    "conclave/chain-link-signed": CHAIN_LINK,
    "conclave/chain-link-hashed": CHAIN_LINK | SIGNATURES,
    "conclave/chain-signature": {"sig": SIGNATURE},
    "conclave/per-user-keys": {
        f"user_{use}{kind}": width
        for use in ("", "email_", "voicemail_")
        for kind, width in (("x25519", KEY), ("kyber768", MAYBE_KEM_KEY))
    },
    "conclave/user-root": DEVICE
    | USER_KEYS
    | {"email_change": MAYBE_KEY, "account_change": MAYBE_KEY},
    "conclave/email-change": {"email_change": KEY},
    "conclave/account-change": {"account_change": KEY},
    "conclave/device-add": DEVICE | USER_KEYS | REVOKED,
    "conclave/device-rename": NAMED,
    "conclave/device-revoke": {"signer": MAYBE_TEXT} | REVOKED | USER_KEYS,
    "conclave/device-key-rotate": SIGNER | {"device_id": TEXT} | DEVICE_KEYS | USER_KEYS,
    "conclave/batch-approve": SIGNER | REVOKED | USER_KEYS,
    "conclave/device-add-and-approve": SIGNER
    | DEVICE
    | USER_KEYS
    | REVOKED
    | {"escrow": Width("bytes", 0, 1024)},
    "conclave/per-user-key-rotate": SIGNER | USER_KEYS,
    "conclave/lockdown-mode": SIGNER | {"mode": WORD},
    "conclave/user-id-change": {"user_id_change": KEY},
    "conclave/idp-update": {"idp_domain": TEXT},
    "conclave/escrow-admin": {"escrow_admin": KEY},
    "conclave/change-members": {"added": LIST, "removed": LIST},
    "conclave/device-id": {"device_id": TEXT},
    "conclave/commitment": {"commitment": KEY},
    "conclave/escrow": {
        "user_id": TEXT,
        "last_sequence_number": U32,
        "last_link_hash": KEY,
        "generation": U32,
    },
    "conclave/opening": {
        "sequence_number": U32,
        "field": LINK_TYPE,
        "key": Width("bytes", 0, 64),
        "value": Width("bytes", 0, 4096),
    },
    "conclave/email-change-opened": {"email": TEXT, "email_chain_sequence_number": U32},
    "conclave/account-change-opened": {
        "account_id": MAYBE_TEXT,
        "membership_chain_sequence_number": U32,
        "addition_index": U32,
    },
    "conclave/device-name-opened": {"name": TEXT, "version": U32},
    "conclave/user-id-opened": {"user_id": TEXT, "user_chain_sequence_number": U32},
    "conclave/escrow-admin-opened": {
        "user_id": MAYBE_TEXT,
        "escrow_admin_chain_sequence_number": U32,
    },
    "conclave/device-state": {"device_id": TEXT, "device_type": WORD}
    | DEVICE_KEYS
    | {"added": U32, "revoked": U32, "class": TEXT},
    "conclave/contact-record": SIGNER | {"last_sequence_number": U32, "meetings": U32},
    "conclave/seed-box": {"sender": TEXT, "generation": U32}
    | {"nonce": NONCE, "kem": KEM, "ciphertext": Width("bytes", 0, 256)},
    "conclave/seed-meta": {"user_id": TEXT, "sender": TEXT, "recipient": TEXT, "generation": U32},
    "conclave/generation": {"sequence_number": U32} | USER_KEYS,
    "conclave/known-seed": {"generation": U32},
    "conclave/seed-due": {"device_id": TEXT, "generation": U32},
    "conclave/held-seed": {"generation": U32, "seed": KEY},
    "conclave/sealed-content": {"generation": U32, "nonce": NONCE}
    | {"ciphertext": Width("bytes", 0, 1 << 20)},
    "conclave/content-meta": {"user_id": TEXT, "generation": U32},
    "conclave/contact": REMEMBERED,
    "conclave/filed-contact": FILED | {"sig": SIGNATURE},
    "conclave/filed-contact-signed": FILED,
    "conclave/device-shown": {"device_id": TEXT, "name": MAYBE_TEXT, "version": U32}
    | {"device_type": WORD, "state": WORD, "added": U32, "came": WORD, "revoked": U32}
    | {"went": Width("text", 0, 16), "review": WORD, "new": WORD},
    "conclave/identifier-shown": {"sequence_number": U32, "identifier": MAYBE_TEXT},
    "conclave/chain-notice": {"sequence_number": U32, "notice": LINK_TYPE}
    | {"about": MAYBE_TEXT, "made": WORD},
    "conclave/address-user": {"sequence_number": U32, "user_id": MAYBE_TEXT}
    | {"user_chain_sequence_number": U32},
    "conclave/sealed-for-user": SEALED_FOR_USER | {"sig": SIGNATURE},
    "conclave/sealed-for-user-signed": SEALED_FOR_USER,
    "conclave/user-box-meta": {
        "author": TEXT,
        "device_id": TEXT,
        "user_id": TEXT,
        "generation": U32,
    },
    "conclave/chain-tail": {
        "sigchain_type": WORD,
        "last_sequence_number": U32,
        "last_link_hash": KEY,
    },
    "conclave/fingerprint": {
        "user_tail": Width("bytes", 0, 128),
        "account_tail": Width("bytes", 0, 128),
    },
    "conclave/stored-key": {"commitment": KEY, "ciphertext": Width("bytes", 0, 4224)},
    "conclave/stored-secret": CONTEXT | SECRET,
    "conclave/stored-data": CONTEXT | {"commitment": KEY},
    "conclave/stored-plaintext": {"opening": KEY} | SECRET,
    "conclave/attestation-signed": ATTESTED,
    "conclave/identity-snapshot": {"ivk": KEY},
    "conclave/identity-sharing": SHARING,
    "conclave/binding-with-tails": WHERE | PEOPLE | {"ivk": KEY, "pk": PK} | TAILS,
    "conclave/statement-with-tails": {"meeting_uuid": UUID} | PEOPLE | {"ivk": KEY} | TAILS,
    "conclave/snapshot-with-tails": {"ivk": KEY} | TAILS,
    "conclave/tree-name": {"sigchain_type": WORD, "subject": TEXT},
    "conclave/tree-commitment": {"cloud_name": TEXT} | ROOTED,
    "conclave/tree-audit": {"auditor": KEY}
    | ROOTED
    | {"server_signature": SIGNATURE, "signature": SIGNATURE},
    "conclave/tree-path": {"hash": KEY, "steps": STEPS},
    "conclave/tree-absence": {
        f"{side}_{name}": width
        for side in ("left", "right")
        for name, width in (("label", LABEL), ("hash", KEY))
    }
    | {"steps": STEPS},
    "conclave/tree-node": {"label": LABEL, "hash": KEY},
    "conclave/tree-marker": PROVED,
    "conclave/tree-lookup": VALUED
    | PROVED
    | {"markers": MANY, "stale_vrf_proof": VRF_PROOF, "absence": WAY},
    "conclave/tree-update": VALUED
    | PROVED
    | {"stale_vrf_proof": Width("bytes", 0, 80), "stale_path": WAY},
    "conclave/tree-missing": {"vrf_proof": VRF_PROOF, "absence": WAY},
    "conclave/tree-history": {"updates": MANY, "absences": MANY},
    "conclave/tree-growth": {"unchanged": MANY, "inserted": MANY},
    "conclave/escrow-chain": {"user_id": TEXT, "links": MANY, "openings": MANY},
    "conclave/escrow-meta": {"user_id": TEXT, "device_id": TEXT, "device_ed25519": KEY}
    | {"escrow_user_id": TEXT}
    | ESCROW_TAIL,
    "conclave/escrow-keys": {
        "ephemeral": KEY,
        "user_x25519": KEY,
        "user_kyber768": MAYBE_KEM_KEY,
    },
    "conclave/escrow-secrets": {
        "ed25519_seed": KEY,
        "x25519_secret": KEY,
        "kyber768_seed": Width("bytes", 0, 64),
    },
    "conclave/escrow-box-signed": {"meta": Width("bytes", 0, 2048)} | ESCROW_SEALED,
    "conclave/escrow-box": ESCROW_TAIL | ESCROW_SEALED | {"sig": SIGNATURE},
}


# Fields that are there only while a rule is in force, by layout.
FIELD_RULES: dict[str, dict[str, str]] = {
    "conclave/meeting-key": {"mk_seq": "ROT-03"},
    "conclave/stream-key": {"hardware_id": "MED-10"},
    "conclave/heartbeat-signed": {"prev": "HBT-07", "timestamp_ms": "HBT-08"},
    "conclave/heartbeat": {"prev": "HBT-07", "timestamp_ms": "HBT-08"},
}
# What holds in formulas, which belong to no profile.
FORMULA_RULES = frozenset({"ROT-03", "HBT-07", "HBT-08"})


def fields_of(tag: str, rules: Set[str] = FORMULA_RULES) -> dict[str, Width]:
    """The fields in force."""
    needed = FIELD_RULES.get(tag, {})
    return {n: w for n, w in LAYOUTS[tag].items() if n not in needed or needed[n] in rules}


def prefixed(raw: bytes) -> bytes:
    """`u32(len(raw)) || raw`."""
    return len(raw).to_bytes(4, "big") + raw


def encode(tag: str, values: Values, rules: Set[str] = FORMULA_RULES) -> bytes:
    """The canonical encoding (docs/formulas.md, Encoding) of values that fit."""
    fields = fields_of(tag, rules)
    parts = [prefixed(width.encode(values[name])) for name, width in fields.items()]
    return prefixed(tag.encode()) + b"".join(parts)


def split(raw: bytes) -> list[bytes]:
    """Values behind their lengths, one after the other. Raises `Refusal`."""
    parts, at = [], 0
    while at < len(raw):
        start = at + 4
        at = start + int.from_bytes(raw[at:start], "big")
        parts.append(raw[start:at])
    if at != len(raw):
        raise Refusal("DEV-10", "a length that leads beyond the end")
    return parts


def decode(tag: str, raw: bytes, rules: Set[str] = FORMULA_RULES) -> dict[str, Value]:
    """The values of exactly the bytes that `encode` produces. Raises `Refusal`."""
    fields, parts = fields_of(tag, rules), split(raw)
    if len(parts) != len(fields) + 1 or parts[0] != tag.encode():
        raise Refusal("DEV-10", f"not a {tag}")
    try:
        return {name: fields[name].decode(part) for name, part in zip(fields, parts[1:])}
    except ValueError as error:
        raise Refusal("DEV-10", str(error)) from error


def read_fields(fields: Mapping[str, Width], texts: Mapping[str, str]) -> dict[str, Value]:
    """The values of exactly these fields. Raises `BadRequest`."""
    if texts.keys() != fields.keys():
        raise BadRequest(f"the fields are {', '.join(fields)}")
    return {name: width.read(texts[name]) for name, width in fields.items()}


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


def verify(ivk: bytes, context: str, message: bytes, signature: bytes, code: str) -> None:
    """Checks a signature (3.5.1). Raises `Refusal` with this code.

    By libsodium, not OpenSSL: OpenSSL accepts keys and commitments of small order.
    """
    if len(signature) != 64:
        raise Refusal(code, "a signature has 64 bytes")
    try:
        sodium.crypto_sign_open(signature + two_hashes(context, message), ivk)
    except CryptoError as error:
        raise Refusal(code, "signature") from error


def verify_any(
    ivks: Sequence[bytes], context: str, message: bytes, signature: bytes, code: str
) -> None:
    """Checks a signature that one of several keys made. Raises `Refusal` with this code."""
    for ivk in ivks:
        try:
            return verify(ivk, context, message, signature, code)
        except Refusal:
            continue
    raise Refusal(code, "a signature under none of the keys")


def x25519_public(secret: bytes) -> bytes:
    """The public key of an X25519 secret."""
    return sodium.crypto_scalarmult_base(secret)


def agree(secret: bytes, public: bytes) -> bytes:
    """`dh` of the classic box. Raises `Refusal` for a wrong width or an all-zero X25519 result."""
    if len(public) != 32:
        raise Refusal("ROT-09", "width of the key")
    try:
        return sodium.crypto_box_beforenm(public, secret)
    except CryptoError as error:
        raise Refusal("ROT-09", "all-zero agreement") from error


def classic_key(shared: bytes, context: str = KEY_SEED_DERIVATION) -> bytes:
    """`K` of the classic box (3.5.2), for a meeting key or another use."""
    return hkdf(shared, b"", context.encode(), 32)


def associated(context: str, meta: bytes, liveness: bytes) -> bytes:
    """What a box is bound to; with a liveness nonce of the recipient, to that as well."""
    return two_hashes(context, meta) + (sha256(liveness).digest() if liveness else b"")


def seal(
    key: bytes,
    meta: bytes,
    nonce: bytes,
    plaintext: bytes,
    liveness: bytes = b"",
    context: str = KEY_SEED_CIPHER,
) -> bytes:
    """`C'`: the plaintext and 16 bytes of tag (3.5.2)."""
    data = associated(context, meta, liveness)
    return sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, data, nonce, key)


def unseal(
    key: bytes,
    meta: bytes,
    nonce: bytes,
    ciphertext: bytes,
    liveness: bytes = b"",
    context: str = KEY_SEED_CIPHER,
) -> bytes:
    """Opens `C'`. Raises `Refusal`."""
    if len(nonce) != 24 or len(ciphertext) < TAG_BYTES:
        raise Refusal("ROT-01", "too short, or a nonce of another length")
    data = associated(context, meta, liveness)
    try:
        return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(ciphertext, data, nonce, key)
    except CryptoError as error:
        raise Refusal("ROT-01", "the box does not open") from error


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


def kem_decapsulate(secret: bytes, ciphertext: bytes) -> bytes:
    """`K_kyber`. A wrong ciphertext of the right length gives another key, not an error."""
    if len(ciphertext) != KEM_CIPHERTEXT_BYTES:
        raise Refusal("ROT-01", "length of the encapsulation")
    return kyber().decaps(secret, ciphertext)


def hybrid_key(
    shared: bytes,
    kem_shared: bytes,
    parties: Values,
    meta: bytes,
    context: str = KEY_SEED_DERIVATION,
) -> bytes:
    """`K` of the hybrid box (4.6, subsubsec:meetingcrypto), for a meeting key or another use."""
    combined = sha3_256(encode("conclave/combination", parties)).digest()
    info = context.encode()
    secret = sha3_256(info + kem_shared + shared + combined).digest()
    return hkdf(secret, meta, info, 32)


def stream_key(meeting_key: bytes, names: Values, rules: Set[str] = FORMULA_RULES) -> bytes:
    """The key of one stream of one sender (3.7.5, last paragraph; 3.9)."""
    info = prefixed(STREAM_KEY.encode()) + encode("conclave/stream-key", names, rules)
    return hkdf(meeting_key, b"", info, 32)


def packet_header(mk_seq: int, counter: int) -> bytes:
    """Sixteen bytes before the ciphertext; the last twelve are the nonce (3.9)."""
    return mk_seq.to_bytes(4, "big") + counter.to_bytes(COUNTER_BYTES, "big")


def seal_packet(key: bytes, mk_seq: int, counter: int, plaintext: bytes) -> bytes:
    """A media packet (3.9)."""
    header = packet_header(mk_seq, counter)
    return header + AESGCM(key).encrypt(header[4:], plaintext, header)


def split_packet(packet: bytes) -> tuple[int, int, bytes]:
    """Number of the meeting key, counter and body. Raises `Refusal` when too short."""
    if len(packet) < HEADER_BYTES + TAG_BYTES:
        raise Refusal("MED-01", "packet too short")
    counter = int.from_bytes(packet[4:HEADER_BYTES], "big")
    if counter >= 1 << 64:
        raise Refusal("MED-01", "a counter beyond 8 bytes")
    return int.from_bytes(packet[:4], "big"), counter, packet[HEADER_BYTES:]


def open_packet(key: bytes, packet: bytes) -> bytes:
    """The plaintext of a packet that is long enough. Raises `Refusal`."""
    header, body = packet[:HEADER_BYTES], packet[HEADER_BYTES:]
    try:
        return AESGCM(key).decrypt(header[4:], body, header)
    except InvalidTag as error:
        raise Refusal("MED-01", "packet tag") from error


def security_code(ivk: bytes) -> str:
    """39 decimal digits (3.8)."""
    number = int.from_bytes(sha256(two_hashes(SECURITY_CODE, ivk)).digest(), "big")
    return f"{number % 10**39:039d}"
