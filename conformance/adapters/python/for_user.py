"""What somebody seals for a user under its per-user keys (docs/devices.md, For another user)."""

from __future__ import annotations

import formulas as f
import sigchain
from content import held
from family import Device, UserChain
from formulas import BadRequest, Refusal
from sigchain import ZERO, Fields, Served, ensure, refused_as
from user_keys import sub

SIGNED = "conclave/sealed-for-user-signed"


def checked(v: Fields, subject: str, links: list[bytes]) -> UserChain:
    """The chain of the recipient or the author. Raises `Refusal`, `BadRequest`."""
    known = sigchain.tail(v["known_sequence_number"], v["known_hash"])
    return UserChain(v["cloud_name"], subject).check(Served(links, []), known)


def meta(author: str, device_id: str, user_id: str, generation: int) -> bytes:
    """What a box is bound to (FAM-69, FAM-78, FAM-70)."""
    names: Fields = {"author": author, "device_id": device_id, "user_id": user_id}
    names["generation"] = generation
    return f.encode("conclave/user-box-meta", names)


def parties(ivk: bytes, box: Fields, x25519: bytes, kyber768: bytes) -> Fields:
    """The six public keys of a hybrid box; the recipient has no signing key."""
    sender = {"sender_ivk": ivk, "sender_box_pk": box["x25519"], "sender_kem_pk": box["kyber768"]}
    recipient = {"recipient_box_pk": x25519, "recipient_kem_pk": kyber768}
    return sender | recipient | {"recipient_ivk": ZERO}


# To seal


def sealing_key(v: Fields, box: Fields, keys: Fields, bound: bytes) -> bytes:
    """The key of a new box; a hybrid one gets its Kyber key and encapsulation (FAM-71)."""
    shared = f.agree(v["x25519_secret"], keys["user_x25519"])
    kyber768 = keys["user_kyber768"]
    if not kyber768:
        return f.classic_key(shared, f.USER_BOX_DERIVATION)
    box["kyber768"] = f.kem_keys(v["kyber768_seed"])[0]
    kem_shared, box["kem"] = f.kem_encapsulate(kyber768, v["coins"])
    six = parties(f.ed25519_public(v["ed25519_seed"]), box, keys["user_x25519"], kyber768)
    return f.hybrid_key(shared, kem_shared, six, bound, f.USER_BOX_DERIVATION)


def sealed_under(v: Fields, chain: UserChain) -> bytes:
    """A box under the newest keys of a chain, signed. Raises `Refusal`, `ValueError`."""
    keys = f.decode("conclave/per-user-keys", chain.user_keys)
    bound = meta(v["author"], v["device_id"], v["user_id"], chain.generation)
    box: Fields = {"device_id": v["device_id"], "generation": chain.generation}
    box |= {"x25519": f.x25519_public(v["x25519_secret"]), "nonce": v["nonce"]}
    box |= {"kyber768": b"", "kem": b""}
    key = sealing_key(v, box, keys, bound)
    sealed = f.seal(key, bound, v["nonce"], v["plaintext"], context=f.USER_BOX_CIPHER)
    box["ciphertext"] = sealed
    box["sig"] = f.sign(v["ed25519_seed"], f.USER_BOX_SIGNATURE, f.encode(SIGNED, box))
    return f.encode("conclave/sealed-for-user", box)


def seal_for_user(v: Fields) -> Fields:
    """Something for another user: steps 1 to 3. Raises `Refusal`, `BadRequest`."""
    chain = checked(v, v["user_id"], f.split(v["links"]))
    ensure(not chain.stale, "FAM-72", "stale keys")
    try:
        return {"sealed": sealed_under(v, chain)}
    except (Refusal, ValueError) as error:
        raise BadRequest("a key or a text that seals nothing") from error


# To read


def signing_key(device: Device, box: Fields) -> bytes:
    """The key of a device, present or replaced, that signed a box [FAM-68]."""
    signed = f.encode(SIGNED, box)
    for ivk in (device.ivk, *device.replaced):
        try:
            f.verify(ivk, f.USER_BOX_SIGNATURE, signed, box["sig"], "FAM-68")
        except Refusal:
            continue
        return ivk
    raise Refusal("FAM-68", "signature")


def opening_key(box: Fields, ivk: bytes, seed: bytes, bound: bytes) -> bytes:
    """The key of a box that came. Raises `Refusal`, `ValueError`."""
    secret = sub(seed, f.PER_USER_X25519, 32)
    shared = f.agree(secret, box["x25519"])
    hybrid = bool(box["kem"])
    ensure(hybrid == bool(box["kyber768"]), "FAM-67", "half of a hybrid box")
    if not hybrid:
        return f.classic_key(shared, f.USER_BOX_DERIVATION)
    public, kem_secret = f.kem_keys(sub(seed, f.PER_USER_KYBER768, 64))
    kem_shared = f.kem_decapsulate(kem_secret, box["kem"])
    six = parties(ivk, box, f.x25519_public(secret), public)
    return f.hybrid_key(shared, kem_shared, six, bound, f.USER_BOX_DERIVATION)


def opened(box: Fields, ivk: bytes, seed: bytes, bound: bytes) -> bytes:
    """What was sealed [FAM-67]."""
    with refused_as("FAM-67"):
        try:
            key = opening_key(box, ivk, seed, bound)
        except ValueError as error:
            raise Refusal("FAM-67", str(error)) from error
        return f.unseal(key, bound, box["nonce"], box["ciphertext"], context=f.USER_BOX_CIPHER)


def state_of(device: Device, ivk: bytes) -> str:
    """What a reader is shown of who signed (FAM-73)."""
    if device.revoked:
        return "revoked"
    return "active" if ivk == device.ivk else "replaced"


def open_for_user(v: Fields) -> Fields:
    """What somebody sealed for this user: steps 1 to 4. Raises `Refusal`, `BadRequest`."""
    seeds, links = held(v["seeds"]), f.split(v["links"])
    box: Fields = f.decode("conclave/sealed-for-user", v["sealed"])
    chain = checked(v, v["author"], links)
    ensure(box["device_id"] in chain.devices, "FAM-68", "not a device of the author")
    device = chain.devices[box["device_id"]]
    ivk = signing_key(device, box)
    ensure(box["generation"] in seeds, "FAM-67", "a seed that is not held")
    bound = meta(v["author"], box["device_id"], v["user_id"], box["generation"])
    plaintext = opened(box, ivk, seeds[box["generation"]], bound)
    return {"plaintext": plaintext, "device_id": device.device_id, "signer": state_of(device, ivk)}
