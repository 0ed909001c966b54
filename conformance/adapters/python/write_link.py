"""The links that a device writes (docs/devices.md, Writing links)."""

from __future__ import annotations

import formulas as f
import seeds
import sigchain
import user_keys
from family import APPROVES
from formulas import BadRequest
from seeds import Watched
from sigchain import MODES, USER_TYPES, ZERO, Fields, Link, asked, elements, ensure, list_of
from taken_over import Hands

# Which inputs a link takes, by its type.
BY = {"signer", "ed25519_seed"}
DEVICE = {"device_id", "device_type"}
NAME = {"name", "name_key"}
KEYS = {"new_ed25519_seed", "new_x25519_secret", "new_kyber768_seed"}
TAKES: dict[str, set[str]] = {
    "UserRoot": DEVICE | NAME | KEYS,
    "DeviceAdd": DEVICE | NAME | KEYS | {"revoke"},
    "DeviceAddAndApprove": BY | DEVICE | NAME | KEYS | {"revoke"},
    "DeviceRename": BY | NAME,
    "DeviceRevoke": BY | {"revoke"},
    "DeviceKeyRotate": BY | KEYS,
    "BatchApprove": BY | {"revoke"},
    "PerUserKeyRotate": BY,
    "LockdownMode": BY | {"mode"},
}
ALL = BY | DEVICE | NAME | KEYS | {"revoke", "mode"}
MAY_LACK = {"revoke", "new_kyber768_seed"}
WIDTHS = {"ed25519_seed": 32, "new_ed25519_seed": 32, "new_x25519_secret": 32, "name_key": 32}
WIDTHS |= {"new_kyber768_seed": 64}
# Links that trust the devices that are there, or approve them.
TRUSTS = APPROVES | {"DeviceAdd"}
SEED_BYTES = 32
MAX_VERSION = (1 << 32) - 1


class Begun(Watched):
    """A chain that may have no link yet."""

    def finish(self, last: Link | None) -> None:
        """Whether it may be empty hangs on the link that is written."""


def check_inputs(v: Fields) -> None:
    """That the inputs are those of the type, in their widths. Raises `BadRequest`."""
    asked(v["link_type"] in TAKES, "a type that no device writes")
    takes = TAKES[v["link_type"]]
    for name in sorted(ALL):
        asked(name in takes or not v[name], f"{name} is for other types")
        asked(name not in takes - MAY_LACK or bool(v[name]), f"{name} lacks")
    for name, size in WIDTHS.items():
        asked(len(v[name]) in (0, size), f"width of {name}")
    asked(v["mode"] in ("", *MODES), "a mode of another name")


def public_keys(v: Fields) -> Fields:
    """The public keys of the secrets that a device draws."""
    seed = v["new_kyber768_seed"]
    return {
        "device_ed25519": f.ed25519_public(v["new_ed25519_seed"]),
        "device_x25519": f.x25519_public(v["new_x25519_secret"]),
        "device_kyber768": f.kem_keys(seed)[0] if seed else b"",
    }


def oldest_first(chain: Begun, revoke: list[str]) -> list[str]:
    """Devices by age; those that are none of the chain last, as they were given."""
    ages = {device_id: at for at, device_id in enumerate(chain.devices)}
    return sorted(revoke, key=lambda device_id: ages.get(device_id, len(ages)))


def opened_name(chain: Begun, name: str) -> bytes:
    """A name with its next version (FAM-66). Raises `BadRequest`."""
    version = max((was for known, was in chain.names if known == name), default=0) + 1
    asked(version <= MAX_VERSION, "a name without a next version")
    return f.encode("conclave/device-name-opened", {"name": name, "version": version})


def body_of(chain: Begun, v: Fields, revoke: list[str], name: bytes) -> Fields:
    """The fields of the body of any type, less per-user keys."""
    kind = v["link_type"]
    itself = v["signer"] if kind in ("DeviceRename", "DeviceKeyRotate") else v["device_id"]
    body: Fields = {"signer": v["signer"], "device_id": itself, "device_type": v["device_type"]}
    body |= {"mode": v["mode"], "user_keys": b"", "escrow": b""}
    body |= {"email_change": b"", "account_change": b""}
    named = [{"device_id": device_id} for device_id in oldest_first(chain, revoke)]
    body["revoke_device_ids"] = list_of([f.encode("conclave/device-id", it) for it in named])
    if "name" in TAKES[kind]:
        body["device_name"] = sigchain.commit(v["name_key"], name)
    if "new_ed25519_seed" in TAKES[kind]:
        body |= public_keys(v)
    return body


def user_keys_of(chain: Begun, draft: Link, seed: bytes) -> bytes:
    """The per-user keys that a link brings, or nothing. Raises `BadRequest`."""
    if chain.duty(draft)[0] != "must":
        return b""
    asked(len(seed) == SEED_BYTES, "width of the seed")
    keys = user_keys.public_keys(seed)
    hybrid = chain.all_kyber(draft)
    return f.encode("conclave/per-user-keys", keys if hybrid else user_keys.classic(keys))


def signed_link(chain: Begun, v: Fields, body: bytes) -> bytes:
    """A link behind the tail of a chain."""
    fields: Fields = {"sigchain_type": chain.type, "link_type": v["link_type"], "body": body}
    fields |= {"sequence_number": chain.tail.number + 1, "prev": chain.tail.hash or ZERO}
    fields |= {"cloud_name": chain.cloud_name, "subject": chain.subject.encode()}
    message = sigchain.link_signed(fields)
    by = [seed for seed in (v["ed25519_seed"], v["new_ed25519_seed"]) if seed]
    made = [{"sig": f.sign(seed, f.SIGCHAIN_LINK, message)} for seed in by]
    signatures = list_of([f.encode("conclave/chain-signature", it) for it in made])
    return f.encode("conclave/chain-link", fields | {"signatures": signatures})


def make_link(chain: Begun, v: Fields, revoke: list[str], name: bytes) -> bytes:
    """Step 3. Raises `Refusal`, `BadRequest`."""
    kind, layout = v["link_type"], USER_TYPES[v["link_type"]]
    body = body_of(chain, v, revoke, name)
    carried = sigchain.read_body(kind, layout, f.encode(layout, body))
    draft = Link(chain.tail.number + 1, kind, chain.subject.encode(), carried, b"", b"")
    body["user_keys"] = user_keys_of(chain, draft, v["seed"])
    return signed_link(chain, v, f.encode(layout, body))


def opening_of(chain: Begun, v: Fields, name: bytes) -> Fields:
    """What discloses the name in the next link."""
    disclosed: Fields = {"sequence_number": chain.tail.number + 1, "field": "device_name"}
    return disclosed | {"key": v["name_key"], "value": name}


def check_shown(chain: Begun, v: Fields) -> None:
    """Step 2: nobody is trusted whom the user was not shown [FAM-65, FAM-76]."""
    shown: int = v["shown_sequence_number"]
    if v["link_type"] not in TRUSTS:
        return
    unseen = [it for it in chain.devices.values() if it.added > shown]
    ensure(not unseen, "FAM-65", "devices that were not shown")
    taken = [number for number in Hands(chain).by_link if number > shown]
    ensure(not taken, "FAM-76", "devices that were taken over unseen")


def write_link(v: Fields) -> Fields:
    """A link that a device writes: steps 1 to 4. Raises `Refusal`, `BadRequest`."""
    check_inputs(v)
    known_tail = sigchain.tail(v["known_sequence_number"], v["known_hash"])
    revoke = [item["device_id"] for item in elements("conclave/device-id", v["revoke"])]
    known = seeds.read_known(v["known"])
    served = sigchain.served(v["links"], v["openings"])
    chain = Begun(v["cloud_name"], v["subject"]).check(served, known_tail)
    ensure(chain.tail.number > 0 or v["link_type"] == "UserRoot", "SIG-08", "no link at all")
    seeds.check_known(chain, known)
    asked(v["shown_sequence_number"] <= chain.tail.number, "shown beyond the tail")
    check_shown(chain, v)
    name = opened_name(chain, v["name"]) if v["name"] else b""
    try:
        link = make_link(chain, v, revoke, name)
    except ValueError as error:
        raise BadRequest("more than a link holds") from error
    openings = [opening_of(chain, v, name)] if name else []
    chain.check_link(link, openings)  # FAM-64
    encoded = [f.encode("conclave/opening", it) for it in openings]
    due = seeds.due_with_last(chain, known)
    return {"link": link, "opening": b"".join(encoded), "due": due}
