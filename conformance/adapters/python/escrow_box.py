"""The box of an escrow device's secret keys (docs/escrow.md, The box)."""

from __future__ import annotations

from hashlib import sha3_256, sha256

import content
import formulas as f
import user_keys
from administrators import Administrators, asked, check_chains, read_chains, tail_in
from escrow import ADMINISTRATORS, MemberChain, check_stands
from family import Device
from formulas import BadRequest, Refusal
from sigchain import Fields, Served, ensure, refused_as

SECRETS = "conclave/escrow-secrets"
KEPT = ("last_sequence_number", "last_link_hash", "generation")
KYBER_SEED_BYTES = (0, 64)


# Bytes


def hybrid_key(shared: bytes, kem_shared: bytes, keys: Fields, meta: bytes) -> bytes:
    """The key of a hybrid box."""
    info = f.ESCROW_BOX_DERIVATION.encode()
    bound = sha256(f.encode("conclave/escrow-keys", keys)).digest()
    return f.hkdf(sha3_256(info + kem_shared + shared + bound).digest(), meta, info, 32)


def signed_part(meta: bytes, box: Fields) -> bytes:
    """What the maker of the keys signs."""
    return f.encode("conclave/escrow-box-signed", box | {"meta": meta})


def seal_escrow(v: Fields) -> Fields:
    """An escrow device's secrets, sealed for administrators. Raises `Refusal`, `BadRequest`."""
    published: Fields = f.decode("conclave/per-user-keys", v["user_keys"])
    asked(len(v["kyber768_seed"]) in KYBER_SEED_BYTES, "length of the seed of a Kyber key")
    meta = f.encode("conclave/escrow-meta", v)
    box = {name: v[name] for name in KEPT}
    box |= {"ephemeral": f.x25519_public(v["ephemeral"]), "nonce": v["nonce"]}
    try:
        key, box["kem"] = sealing_key(v, published, box["ephemeral"], meta)
    except (Refusal, ValueError) as error:
        raise BadRequest("keys for which nothing is sealed") from error
    secrets = f.encode(SECRETS, v)
    box["ciphertext"] = f.seal(key, meta, v["nonce"], secrets, context=f.ESCROW_BOX_CIPHER)
    box["sig"] = f.sign(v["maker_seed"], f.ESCROW_BOX, signed_part(meta, box))
    return {"box": f.encode("conclave/escrow-box", box)}


def sealing_key(v: Fields, published: Fields, ephemeral: bytes, meta: bytes) -> tuple[bytes, bytes]:
    """The key of a box, and its encapsulation. Raises `Refusal`, `ValueError`."""
    shared = f.agree(v["ephemeral"], published["user_x25519"])
    if not published["user_kyber768"]:
        return f.classic_key(shared, f.ESCROW_BOX_DERIVATION), b""
    kem_shared, kem = f.kem_encapsulate(published["user_kyber768"], v["coins"])
    return hybrid_key(shared, kem_shared, published | {"ephemeral": ephemeral}, meta), kem


def opening_key(seed: bytes, box: Fields, meta: bytes) -> bytes:
    """The key of a box that came, from the seed of its generation. Raises `Refusal`."""
    secret = user_keys.sub(seed, f.PER_USER_X25519, 32)
    shared = f.agree(secret, box["ephemeral"])
    if not box["kem"]:
        return f.classic_key(shared, f.ESCROW_BOX_DERIVATION)
    public, kem_secret = f.kem_keys(user_keys.sub(seed, f.PER_USER_KYBER768, 64))
    kem_shared = f.kem_decapsulate(kem_secret, box["kem"])
    keys = {"ephemeral": box["ephemeral"], "user_x25519": f.x25519_public(secret)}
    return hybrid_key(shared, kem_shared, keys | {"user_kyber768": public}, meta)


# What is checked of a box


def meta_of(member: MemberChain, device: Device, box: Fields) -> bytes:
    """What the box of an escrow device is bound to."""
    fields: Fields = {"user_id": member.subject, "device_id": device.device_id}
    fields |= {"device_ed25519": device.ivk} | {name: box[name] for name in KEPT}
    fields["escrow_user_id"] = member.terms[device.device_id]["user_id"]
    return f.encode("conclave/escrow-meta", fields)


def may_sign(
    member: MemberChain, device: Device, chain: Administrators, box: Fields
) -> tuple[list[Device], int]:
    """Whose box it may be, and by which link its key must not have been replaced (ESC-36)."""
    maker = member.makers[device.device_id]
    if maker == ADMINISTRATORS:
        trusted = chain.trusted_since(tail_in(member.terms[device.device_id]))
        return trusted, tail_in(box).number
    return [member.devices[maker]], member.since[device.device_id]


def read_box(
    raw: bytes, member: MemberChain, device: Device, chain: Administrators
) -> tuple[Fields, Device]:
    """A box that counts, and who signed it [ESC-25, DEV-10, ESC-08, ESC-09]. Raises `Refusal`."""
    ensure(bool(raw), "ESC-25", "no box")
    box: Fields = f.decode("conclave/escrow-box", raw)
    signed = signed_part(meta_of(member, device, box), box)
    signers, number = may_sign(member, device, chain, box)
    for signer in signers:
        try:
            f.verify_any(signer.keys_since(number), f.ESCROW_BOX, signed, box["sig"], "ESC-25")
        except Refusal:
            continue
        check_stands(chain, box)
        return box, signer
    raise Refusal("ESC-25", "signed by nobody who made these keys")


def is_behind(box: Fields, chain: Administrators) -> bool:
    """Whether a box is classic though the keys of its generation are hybrid."""
    return chain.hybrid[box["generation"]] and not box["kem"]


def open_box(seed: bytes, box: Fields, meta: bytes) -> Fields:
    """The secrets in a box [ESC-31]. Raises `Refusal`."""
    with refused_as("ESC-31"):
        try:
            key = opening_key(seed, box, meta)
        except ValueError as error:
            raise Refusal("ESC-31", str(error)) from error
        sealed, nonce = box["ciphertext"], box["nonce"]
        plaintext = f.unseal(key, meta, nonce, sealed, context=f.ESCROW_BOX_CIPHER)
        secrets: Fields = f.decode(SECRETS, plaintext)
    return secrets


def check_secrets(secrets: Fields, device: Device) -> None:
    """That secrets are those of a device's public keys [ESC-32]."""
    kyber_seed = secrets["kyber768_seed"]
    ensure(len(kyber_seed) in KYBER_SEED_BYTES, "ESC-32", "length of the seed of a Kyber key")
    keys = {
        "device_ed25519": f.ed25519_public(secrets["ed25519_seed"]),
        "device_x25519": f.x25519_public(secrets["x25519_secret"]),
        "device_kyber768": f.kem_keys(kyber_seed)[0] if kyber_seed else b"",
    }
    ensure(keys == device.keys, "ESC-32", "secrets of other keys")


def open_escrow(v: Fields) -> Fields:
    """An administrator opens the box of a member: steps 1 to 5. Raises `Refusal`."""
    links, seeds = f.split(v["links"]), content.held(v["seeds"])
    served = read_chains(v["escrow_chains"])
    chains = check_chains(v["cloud_name"], served)
    member = MemberChain(v["cloud_name"], v["user_id"], chains).check(Served(links, []))
    device = member.escrow_device()
    chain = chains.get(member.terms[device.device_id]["user_id"]) if device else None
    if device is None or chain is None:
        raise Refusal("ESC-12", "no escrow device, or not the chain of its administrators")
    box, _ = read_box(v["box"], member, device, chain)
    generation = box["generation"]
    ensure(not is_behind(box, chain), "ESC-33", "a classic box")
    ensure(generation in seeds, "ESC-31", "a seed that is not held")
    secrets = open_box(seeds[generation], box, meta_of(member, device, box))
    check_secrets(secrets, device)
    return {"device_id": device.device_id, "generation": generation} | secrets
