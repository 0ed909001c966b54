"""Per-user keys from their seed (docs/sigchains.md, Per-user keys)."""

from __future__ import annotations

import formulas as f
from formulas import Values

# The X25519 and the Kyber key of each use, by the context strings that give them.
PAIRS = {
    "user": (f.PER_USER_X25519, f.PER_USER_KYBER768),
    "user_email": (f.PER_USER_EMAIL_X25519, f.PER_USER_EMAIL_KYBER768),
    "user_voicemail": (f.PER_USER_VOICEMAIL_X25519, f.PER_USER_VOICEMAIL_KYBER768),
}
SEEDS = {"user_email": f.PER_USER_EMAIL_SEED, "user_voicemail": f.PER_USER_VOICEMAIL_SEED}


def sub(seed: bytes, label: str, size: int) -> bytes:
    """What a context string makes of a seed (FAM-15)."""
    return f.hkdf(seed, b"", label.encode(), size)


def public_keys(seed: bytes) -> dict[str, bytes]:
    """The six public keys of a generation."""
    found = {}
    for use, (x25519, kyber768) in PAIRS.items():
        own = sub(seed, SEEDS[use], 32) if use in SEEDS else seed
        found[f"{use}_x25519"] = f.x25519_public(sub(own, x25519, 32))
        found[f"{use}_kyber768"] = f.kem_keys(sub(own, kyber768, 64))[0]
    return found


def per_user_keys(seed: bytes) -> dict[str, bytes]:
    """All that a seed gives: six public keys and the symmetric one."""
    return public_keys(seed) | {"symmetric": sub(seed, f.PER_USER_SYMMETRIC_KEY, 32)}


def classic(keys: Values) -> Values:
    """The same keys with three empty ones of Kyber."""
    return {name: b"" if "kyber" in name else key for name, key in keys.items()}


def verify_per_user_keys(seed: bytes, user_keys: bytes) -> None:
    """Compares published keys with those of a seed [FAM-16]. Raises `Refusal`."""
    published = f.decode("conclave/per-user-keys", user_keys)
    derived = public_keys(seed)
    if published not in (derived, classic(derived)):
        raise f.Refusal("FAM-16", "keys of another seed")
