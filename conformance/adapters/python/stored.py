"""Secret keys at rest: committing encryption (docs/sigchains.md, Keys at rest)."""

from __future__ import annotations

import hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

import formulas as f
from formulas import Refusal

NONCE = bytes(12)
CONTEXT = {"context": f.SECRET_STORE}


def commitment(opening: bytes, secret: bytes) -> bytes:
    """What the stored bytes commit to."""
    committed = f.encode("conclave/stored-secret", CONTEXT | {"secret": secret})
    return hmac.digest(opening, committed, "sha256")


def associated(committed: bytes) -> bytes:
    """The associated data (DEV-23)."""
    return f.encode("conclave/stored-data", CONTEXT | {"commitment": committed})


def store_key(wrapping_key: bytes, opening: bytes, secret: bytes) -> bytes:
    """What is stored of a secret."""
    committed = commitment(opening, secret)
    plaintext = f.encode("conclave/stored-plaintext", {"opening": opening, "secret": secret})
    sealed = ChaCha20Poly1305(wrapping_key).encrypt(NONCE, plaintext, associated(committed))
    return f.encode("conclave/stored-key", {"commitment": committed, "ciphertext": sealed})


def load_key(wrapping_key: bytes, stored: bytes) -> bytes:
    """The secret of what was stored. Raises `Refusal` [DEV-10, DEV-21, DEV-22]."""
    parts = f.decode("conclave/stored-key", stored)
    data = associated(parts["commitment"])
    try:
        plaintext = ChaCha20Poly1305(wrapping_key).decrypt(NONCE, parts["ciphertext"], data)
        inner = f.decode("conclave/stored-plaintext", plaintext)
    except (InvalidTag, Refusal) as error:
        raise Refusal("DEV-21", "does not decrypt") from error
    if not hmac.compare_digest(commitment(inner["opening"], inner["secret"]), parts["commitment"]):
        raise Refusal("DEV-22", "another secret than it commits to")
    return inner["secret"]
