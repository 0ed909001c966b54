"""What a user's devices seal for themselves (docs/sigchains.md, Content under per-user keys and
Contact records on the server)."""

from __future__ import annotations

import hmac

import formulas as f
from seeds import listed
from sigchain import Fields, elements, ensure, refused_as
from user_keys import sub

CONTENT = (f.CONTENT_DERIVATION, f.CONTENT_CIPHER)
CONTACT = (f.CONTACT_DERIVATION, f.CONTACT_CIPHER)
REMEMBERED = ("last_sequence_number", "last_link_hash", "first_met_s", "meetings")


def held(raw: bytes) -> dict[int, bytes]:
    """Seeds by generation; of several for one the first counts [DEV-10]. Raises `Refusal`."""
    seeds: dict[int, bytes] = {}
    for item in elements("conclave/held-seed", raw):
        seeds.setdefault(item["generation"], item["seed"])
    return seeds


def symmetric(seed: bytes) -> bytes:
    """The symmetric key of a seed."""
    return sub(seed, f.PER_USER_SYMMETRIC_KEY, 32)


def bound(user_id: str, generation: int) -> bytes:
    """What is bound beside the contexts (FAM-46, FAM-47)."""
    return f.encode("conclave/content-meta", {"user_id": user_id, "generation": generation})


def seed_for_sealing(v: Fields) -> bytes:
    """The newest seed [FAM-45, FAM-44]. Raises `Refusal`, `BadRequest`."""
    if v["stale"] not in ("yes", "no"):
        raise f.BadRequest("stale is yes or no")
    seeds = held(v["seeds"])
    ensure(v["stale"] == "no", "FAM-45", "stale keys")
    ensure(v["generation"] in seeds, "FAM-44", "the newest seed is not held")
    return seeds[v["generation"]]


def sealed(v: Fields, seed: bytes, contexts: tuple[str, str], plaintext: bytes) -> bytes:
    """The encoding of `conclave/sealed-content` (FAM-48)."""
    key = f.classic_key(symmetric(seed), contexts[0])
    meta = bound(v["user_id"], v["generation"])
    ciphertext = f.seal(key, meta, v["nonce"], plaintext, context=contexts[1])
    fields = {"generation": v["generation"], "nonce": v["nonce"], "ciphertext": ciphertext}
    return f.encode("conclave/sealed-content", fields)


def opened(user_id: str, box: Fields, seed: bytes, contexts: tuple[str, str]) -> bytes:
    """What was sealed [FAM-43]. Raises `Refusal`."""
    key = f.classic_key(symmetric(seed), contexts[0])
    meta = bound(user_id, box["generation"])
    with refused_as("FAM-43"):
        return f.unseal(key, meta, box["nonce"], box["ciphertext"], context=contexts[1])


def seed_of(seeds: dict[int, bytes], box: Fields) -> bytes:
    """The seed of a generation [FAM-43]. Raises `Refusal`."""
    ensure(box["generation"] in seeds, "FAM-43", "a seed that is not held")
    return seeds[box["generation"]]


def seal_content(v: Fields) -> Fields:
    """Content under the newest key."""
    return {"sealed": sealed(v, seed_for_sealing(v), CONTENT, v["plaintext"])}


def open_content(v: Fields) -> Fields:
    """Content, new or old."""
    seeds = held(v["seeds"])
    box: Fields = f.decode("conclave/sealed-content", v["sealed"])
    return {"plaintext": opened(v["user_id"], box, seed_of(seeds, box), CONTENT)}


def tag(seed: bytes, contact: str) -> bytes:
    """Under what a record is filed beside its device (FAM-54)."""
    key = sub(symmetric(seed), f.CONTACT_TAG, 32)
    return hmac.digest(key, contact.encode(), "sha256")


def seal_contact(v: Fields) -> Fields:
    """A record of another user, as it is filed."""
    seed = seed_for_sealing(v)
    plaintext = f.encode("conclave/contact", {name: v[name] for name in REMEMBERED})
    filed = {"device_id": v["device_id"], "tag": tag(seed, v["contact"])}
    filed["record"] = sealed(v, seed, CONTACT, plaintext)
    signed = f.encode("conclave/filed-contact-signed", filed)
    filed["sig"] = f.sign(v["ed25519_seed"], f.CONTACT_RECORD, signed)
    return {"filed": f.encode("conclave/filed-contact", filed)}


def open_contact(v: Fields) -> Fields:
    """A record that the server brought: steps 1 to 4. Raises `Refusal`."""
    devices = listed(elements("conclave/device-state", v["devices"]))
    seeds = held(v["seeds"])
    filed: Fields = f.decode("conclave/filed-contact", v["filed"])
    signer = filed["device_id"]
    ensure(signer in devices, "FAM-49", "none of the own devices")
    signed = f.encode("conclave/filed-contact-signed", filed)
    ivk = devices[signer]["device_ed25519"]
    f.verify(ivk, f.CONTACT_RECORD, signed, filed["sig"], "FAM-49")
    box: Fields = f.decode("conclave/sealed-content", filed["record"])
    seed = seed_of(seeds, box)
    ensure(hmac.compare_digest(filed["tag"], tag(seed, v["contact"])), "FAM-53", "another tag")
    plaintext = opened(v["user_id"], box, seed, CONTACT)
    with refused_as("FAM-43"):
        return {"signer": signer} | f.decode("conclave/contact", plaintext)
