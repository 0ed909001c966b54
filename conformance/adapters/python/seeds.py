"""The boxes by which seeds of per-user keys travel (docs/sigchains.md, Seeds between devices)."""

from __future__ import annotations

from collections.abc import Iterable

import formulas as f
import user_keys
from family import APPROVES, UserChain, signer_of
from formulas import Refusal
from sigchain import Fields, Link, Served, elements, ensure, list_of, refused_as

SEED_BYTES = 32
CONTEXTS = (f.SEED_BOX_DERIVATION, f.SEED_BOX_CIPHER)


# The box


def parties(sender: Fields, recipient: Fields) -> Fields:
    """The six public keys of a hybrid box."""
    sides = {"sender": sender, "recipient": recipient}
    names = {"ivk": "device_ed25519", "box_pk": "device_x25519", "kem_pk": "device_kyber768"}
    return {f"{side}_{ours}": d[name] for side, d in sides.items() for ours, name in names.items()}


def have_kyber(*devices: Fields) -> bool:
    """Whether each of these devices has a Kyber key."""
    return all(device["device_kyber768"] for device in devices)


def meta(user_id: str, sender: str, recipient: str, generation: int) -> bytes:
    """What a box is bound to (FAM-33 to FAM-36)."""
    names = {"user_id": user_id, "sender": sender, "recipient": recipient}
    return f.encode("conclave/seed-meta", names | {"generation": generation})


def listed(devices: Iterable[Fields]) -> dict[str, Fields]:
    """Devices by identifier; of several entries with one the first counts."""
    named: dict[str, Fields] = {}
    for device in devices:
        named.setdefault(device["device_id"], device)
    return named


def one_of(devices: dict[str, Fields], device_id: str) -> Fields:
    """A device of the user. Raises `BadRequest`."""
    if device_id not in devices:
        raise f.BadRequest("no device of the user")
    return devices[device_id]


def seal_seed(v: Fields) -> Fields:
    """A seed, sealed for another device. Raises `BadRequest` where it cannot be."""
    devices = listed(elements("conclave/device-state", v["devices"]))
    sender, recipient = one_of(devices, v["sender"]), one_of(devices, v["recipient"])
    bound = meta(v["user_id"], v["sender"], v["recipient"], v["generation"])
    kem = b""
    try:
        shared = f.agree(v["x25519_secret"], recipient["device_x25519"])
        if have_kyber(sender, recipient):
            kem_shared, kem = f.kem_encapsulate(recipient["device_kyber768"], v["coins"])
            keys = parties(sender, recipient)
            key = f.hybrid_key(shared, kem_shared, keys, bound, CONTEXTS[0])
        else:
            key = f.classic_key(shared, CONTEXTS[0])
    except (Refusal, ValueError) as error:
        raise f.BadRequest("keys that seal nothing") from error
    sealed = f.seal(key, bound, v["nonce"], v["seed"], context=CONTEXTS[1])
    box = {"sender": v["sender"], "generation": v["generation"], "nonce": v["nonce"]}
    return {"box": f.encode("conclave/seed-box", box | {"kem": kem, "ciphertext": sealed})}


def box_key(v: Fields, box: Fields, sender: Fields, own: Fields, bound: bytes) -> bytes:
    """The key of a box that came. Raises `Refusal`, `ValueError`."""
    shared = f.agree(v["x25519_secret"], sender["device_x25519"])
    if have_kyber(sender, own) and box["kem"]:
        ensure(bool(v["kyber768_seed"]), "FAM-29", "no Kyber key of one's own")
        kem_shared = f.kem_decapsulate(f.kem_keys(v["kyber768_seed"])[1], box["kem"])
        return f.hybrid_key(shared, kem_shared, parties(sender, own), bound, CONTEXTS[0])
    ensure(not box["kem"], "FAM-29", "an encapsulation in a classic box")
    return f.classic_key(shared, CONTEXTS[0])


def open_seed(v: Fields) -> Fields:
    """A seed that another device sealed: steps 1 to 7. Raises `Refusal`."""
    devices = listed(elements("conclave/device-state", v["devices"]))
    generations = elements("conclave/generation", v["generations"])
    own = one_of(devices, v["device_id"])
    if len(v["kyber768_seed"]) not in (0, 64):
        raise f.BadRequest("length of the seed of a Kyber key")
    box: Fields = f.decode("conclave/seed-box", v["box"])
    number = box["generation"]
    ensure(1 <= number <= len(generations), "FAM-16", "no such generation")
    generation = generations[number - 1]
    ensure(box["sender"] in devices, "FAM-30", "not a device of the user")
    sender = devices[box["sender"]]
    gone = sender["revoked"]
    ensure(not gone or gone > generation["sequence_number"], "FAM-30", "revoked by then")
    ensure(bool(box["kem"]) or not have_kyber(sender, own), "FAM-31", "a classic box")
    published = f.decode("conclave/per-user-keys", generation["user_keys"])
    hybrid = all(key for name, key in published.items() if "kyber" in name)
    ensure(bool(box["kem"]) or not hybrid, "FAM-32", "a hybrid seed in a classic box")
    bound = meta(v["user_id"], box["sender"], v["device_id"], number)
    with refused_as("FAM-29"):
        try:
            key = box_key(v, box, sender, own, bound)
        except ValueError as error:
            raise Refusal("FAM-29", str(error)) from error
        seed = f.unseal(key, bound, box["nonce"], box["ciphertext"], context=CONTEXTS[1])
        ensure(len(seed) == SEED_BYTES, "FAM-29", "length of the seed")
    derived = user_keys.public_keys(seed)
    ensure(published == (derived if hybrid else user_keys.classic(derived)), "FAM-16", "other keys")
    return {"generation": number, "seed": seed}


# For whom


class Watched(UserChain):
    """A chain that remembers its last link, and which generations are hybrid."""

    def __init__(self, cloud_name: str, subject: str) -> None:
        super().__init__(cloud_name, subject)
        self.last: Link | None = None
        self.hybrid: dict[int, bool] = {}

    def apply(self, link: Link) -> None:
        super().apply(link)
        self.last = link
        if keys := link.body.get("user_keys"):
            self.hybrid[self.generation] = bool(keys["user_kyber768"])


def maker_of(link: Link) -> str:
    """The device that makes a link; an empty text for the server."""
    new = link.body["device_id"] if link.kind in ("UserRoot", "DeviceAdd") else ""
    return signer_of(link) or new


def seeds_for(chain: Watched, device_id: str, known: set[int]) -> set[int]:
    """The generations whose seeds the maker of the last link seals for a device."""
    link = chain.last
    if link is None or not chain.is_active(device_id):
        return set()  # FAM-39
    maker, order = maker_of(link), list(chain.devices)
    if not maker or (chain.lockdown and not chain.is_oldest(device_id)):
        return set()  # FAM-41
    new = {chain.generation} if link.body.get("user_keys") else set()
    found: set[int] = set()
    if device_id != maker:
        found |= new  # FAM-38
    younger = chain.is_active(maker) and order.index(device_id) > order.index(maker)
    rotated = link.kind == "DeviceKeyRotate" and link.body["device_id"] == device_id
    of_class = device_id in chain.classes[maker]  # FAM-55
    if (rotated and of_class) or (link.kind in APPROVES and younger):
        found |= new | known  # FAM-40, FAM-42
    kyber = all(chain.devices[it].keys["device_kyber768"] for it in (device_id, maker))
    return {number for number in found if kyber or not chain.hybrid[number]}  # FAM-56


def read_known(raw: bytes) -> set[int]:
    """The generations whose seeds a device knows [DEV-10]."""
    return {item["generation"] for item in elements("conclave/known-seed", raw)}


def check_known(chain: Watched, known: set[int]) -> None:
    """That the chain has these generations. Raises `BadRequest`."""
    if not known <= chain.hybrid.keys():
        raise f.BadRequest("a generation that the chain does not have")


def due_with_last(chain: Watched, known: set[int]) -> bytes:
    """A list of `conclave/seed-due`: what the maker of the last link seals with it."""
    due = [
        f.encode("conclave/seed-due", {"device_id": device_id, "generation": number})
        for device_id in chain.devices
        for number in sorted(seeds_for(chain, device_id, known))
    ]
    return list_of(due)


def seeds_due(v: Fields) -> Fields:
    """Which seeds are sealed with the last link, and for whom. Raises `Refusal`, `BadRequest`."""
    links, known = f.split(v["links"]), read_known(v["known"])
    return due_after(Watched(v["cloud_name"], v["user_id"]).check(Served(links, [])), known)


def due_after(chain: Watched, known: set[int]) -> Fields:
    """The same of a chain that was checked. Raises `BadRequest`."""
    check_known(chain, known)
    return {"due": due_with_last(chain, known)}
