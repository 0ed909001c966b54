"""The chain of a user: devices, who approved whom, per-user keys, lockdown (docs/sigchains.md).

A class is a set that its devices share; an approval is a union of such sets.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import formulas as f
from sigchain import USER_TYPES, Chain, Fields, Link, ensure, list_of, signatures_of

ADDS = {"UserRoot", "DeviceAdd", "DeviceAddAndApprove"}
APPROVES = {"BatchApprove", "DeviceAddAndApprove"}
KEY_NAMES = ("device_ed25519", "device_x25519", "device_kyber768")
ESCROW = "ESCROW"

# Signatures in their order: the keys that one of may verify it, and the rule it stands for.
Expected = list[tuple[list[bytes], str]]


@dataclass
class Device:
    """A device of the chain, with its present keys."""

    device_id: str
    device_type: str
    keys: dict[str, bytes]
    added: int
    revoked: int = 0
    replaced: dict[bytes, int] = field(default_factory=dict)  # keys before, and until which link

    @property
    def ivk(self) -> bytes:
        """What its signatures verify under."""
        return self.keys["device_ed25519"]

    @property
    def signing_keys(self) -> list[bytes]:
        """What its signatures verify under, or did."""
        return self.keys_since(0)

    def keys_since(self, number: int) -> list[bytes]:
        """The same, less those that were replaced up to a link."""
        return [self.ivk, *(key for key, until in self.replaced.items() if until > number)]


def keys_of(body: Fields) -> dict[str, bytes]:
    """The keys of a device that a link brings."""
    return {name: body[name] for name in KEY_NAMES}


def signer_of(link: Link) -> str:
    """The device that authorizes a link, or an empty text where none does."""
    return link.body["device_id"] if link.kind == "DeviceRename" else link.body.get("signer", "")


def filled(keys: Iterable[bytes]) -> set[bytes]:
    """Keys, less those that are empty."""
    return {key for key in keys if key}


class UserChain(Chain):
    """What a client knows of a user."""

    type = "User"
    links = USER_TYPES

    def __init__(self, cloud_name: str, subject: str) -> None:
        super().__init__(cloud_name, subject)
        self.devices: dict[str, Device] = {}  # oldest first
        self.classes: dict[str, set[str]] = {}  # by device
        self.device_keys: set[bytes] = set()  # all there ever were
        self.old_user_keys: set[bytes] = set()
        self.names: set[tuple[str, int]] = set()
        self.user_keys = b""
        self.generation = 0
        self.stale = False
        self.lockdown = False
        self.email_change: tuple[int, Fields | None] = 0, None  # the link, what it disclosed
        self.account_change: Fields | None = None
        self.account_changed = 0  # the link

    # Devices and classes

    def active(self) -> list[Device]:
        """The devices that are not revoked, oldest first."""
        return [device for device in self.devices.values() if not device.revoked]

    def is_active(self, device_id: str) -> bool:
        """Whether this is a device of the chain that is not revoked."""
        return device_id in self.devices and not self.devices[device_id].revoked

    def is_oldest(self, device_id: str) -> bool:
        """Whether a device is of the class of the oldest active one."""
        active = self.active()
        return bool(active) and device_id in self.classes[active[0].device_id]

    def eldest(self, device_id: str) -> str:
        """The oldest device of a class, revoked or not."""
        return next(name for name in self.devices if name in self.classes[device_id])

    # Checks

    def finish(self, last: Link | None) -> None:
        ensure(last is not None, "SIG-08", "no link at all")

    def take(self, link: Link) -> None:
        ensure((link.kind == "UserRoot") == (link.number == 1), "SIG-08", "a root is the first")
        self.check_signer(link)
        self.check_signatures(link)
        self.check_new(link)
        self.check_revoked(link)
        self.check_lockdown(link)
        self.check_brings(link)
        self.check_user_keys(link)
        self.check_name(link)
        self.apply(link)

    def check_signer(self, link: Link) -> None:
        """Who authorizes a link [SIG-13, SIG-12]."""
        signer = signer_of(link)
        ensure(not signer or self.is_active(signer), "SIG-13", "not an active device")
        if link.kind != "DeviceKeyRotate":
            return
        rotated = link.body["device_id"]
        ensure(rotated in self.devices, "SIG-13", "not a device of the chain")
        escrow = self.devices[rotated].device_type == ESCROW and self.is_active(rotated)
        ensure(signer == rotated or escrow, "SIG-12", "not the device itself")

    def expected(self, link: Link) -> Expected:
        """The signatures that a link must have, in their order."""
        signer = signer_of(link)
        itself = link.kind == "DeviceKeyRotate" and signer == link.body["device_id"]
        found: Expected = []
        if signer:
            found.append(([self.devices[signer].ivk], "SIG-12" if itself else "SIG-10"))
        if "device_ed25519" in link.body:
            found.append(([link.body["device_ed25519"]], "SIG-11"))
        return found

    def check_signatures(self, link: Link) -> None:
        """Those that must be there and no others [SIG-02, SIG-14, SIG-10 to SIG-12]."""
        given, expected = signatures_of(link.signatures), self.expected(link)
        ensure(len(given) <= len(expected), "SIG-14", "more signatures than there must be")
        for at, (ivks, code) in enumerate(expected):
            ensure(at < len(given), code, "a signature that is missing")
            f.verify_any(ivks, f.SIGCHAIN_LINK, link.signed, given[at], code)

    def check_new(self, link: Link) -> None:
        """What is admissible, 1: identifier [FAM-01] and keys [FAM-02] were never there."""
        if link.kind in ADDS:
            ensure(link.body["device_id"] not in self.devices, "FAM-01", "identifier of a device")
        if "device_ed25519" in link.body:
            new = filled(keys_of(link.body).values())
            ensure(not new & self.device_keys, "FAM-02", "a key that a device had")

    def check_revoked(self, link: Link) -> None:
        """What is admissible, 2: who is revoked is active and named once [FAM-04]."""
        revoked = link.body.get("revoke_device_ids", [])
        ensure(all(map(self.is_active, revoked)), "FAM-04", "not an active device")
        ensure(len(set(revoked)) == len(revoked), "FAM-04", "named twice")

    def check_lockdown(self, link: Link) -> None:
        """What is admissible, 3 and 4: who switches lockdown, and who approves in it."""
        oldest = self.is_oldest(signer_of(link))
        if link.kind == "LockdownMode":
            ensure(oldest, "FAM-17", "not of the oldest class")
            one_class = all(self.is_oldest(device.device_id) for device in self.active())
            begins = link.body["mode"] == "on" and not self.lockdown
            ensure(one_class or not begins, "FAM-18", "more than one class")
        if self.lockdown and link.kind == "PerUserKeyRotate":
            ensure(oldest, "FAM-19", "not of the oldest class")
        if self.lockdown and link.kind in APPROVES:
            ensure(oldest, "FAM-20", "not of the oldest class")

    def check_brings(self, link: Link) -> None:
        """What is admissible, 5: whether the link brings per-user keys. The first row that fits."""
        brings = bool(link.body.get("user_keys"))
        duty, code = self.duty(link)
        ensure(duty != "must" or brings, code, "must bring per-user keys")
        ensure(duty != "must not" or not brings, code, "must not bring per-user keys")

    def duty(self, link: Link) -> tuple[str, str]:
        """`must`, `must not` or `may`, and the rule."""
        signer, revoked = signer_of(link), link.body.get("revoke_device_ids", [])
        by_server = link.kind == "DeviceRevoke" and not signer
        if self.lockdown and not by_server and not self.is_oldest(signer):
            return "must not", "FAM-19"
        if signer in revoked:
            return "must not", "FAM-11"
        if link.kind in ("UserRoot", "DeviceAdd"):
            return "must", "FAM-07"
        if link.kind == "DeviceAddAndApprove" and not self.lockdown:
            return "must", "FAM-07"
        if link.kind in ("DeviceKeyRotate", "PerUserKeyRotate"):
            return "must", "FAM-09"
        if by_server:
            return "must not", "FAM-10"
        if revoked:
            knew = not self.lockdown or any(map(self.is_oldest, revoked))
            return "must" if knew else "may", "FAM-08"
        return "may", ""

    def check_user_keys(self, link: Link) -> None:
        """What is admissible, 6: new [FAM-12], and hybrid when they must [FAM-13, FAM-14]."""
        keys = link.body.get("user_keys")
        if not keys:
            return
        ensure(not filled(keys.values()) & self.old_user_keys, "FAM-12", "keys that were there")
        hybrid, can = bool(keys["user_kyber768"]), self.all_kyber(link)
        ensure(can or not hybrid, "FAM-13", "hybrid, and a device has no Kyber key")
        ensure(hybrid or not can, "FAM-14", "not hybrid, and every device has a Kyber key")

    def all_kyber(self, link: Link) -> bool:
        """Whether every device that is active after a link has a Kyber key."""
        revoked = link.body.get("revoke_device_ids", [])
        kyber = {d.device_id: d.keys["device_kyber768"] for d in self.active()}
        kyber = {name: key for name, key in kyber.items() if name not in revoked}
        if "device_kyber768" in link.body:
            kyber[link.body["device_id"]] = link.body["device_kyber768"]
        return all(kyber.values())

    def check_name(self, link: Link) -> None:
        """What is admissible, 7: a name that is disclosed is new, with its version [FAM-03]."""
        if opened := link.opened.get("device_name"):
            ensure((opened["name"], opened["version"]) not in self.names, "FAM-03", "name")

    # What a link does

    def apply(self, link: Link) -> None:
        """Takes a link that was checked."""
        body = link.body
        for device_id in body.get("revoke_device_ids", []):
            self.devices[device_id].revoked = link.number
            self.stale = True
        if "device_ed25519" in body:
            self.set_keys(link)
        if link.kind in APPROVES:
            self.approve(signer_of(link))
        if body.get("user_keys"):
            self.user_keys = body["published"]
            self.old_user_keys |= filled(body["user_keys"].values())
            self.generation += 1
            self.stale = False
        if link.kind == "LockdownMode":
            self.lockdown = body["mode"] == "on"
        if opened := link.opened.get("device_name"):
            self.names.add((opened["name"], opened["version"]))
        if body.get("email_change"):
            self.email_change = link.number, link.opened.get("email_change")
        if body.get("account_change"):
            self.account_change = link.opened.get("account_change")
            self.account_changed = link.number

    def set_keys(self, link: Link) -> None:
        """Adds a device, or gives one that is there its new keys."""
        body, keys = link.body, keys_of(link.body)
        self.device_keys |= filled(keys.values())
        if link.kind in ADDS:
            added = Device(body["device_id"], body["device_type"], keys, link.number)
            self.devices[added.device_id] = added
            self.classes[added.device_id] = {added.device_id}
        else:
            device = self.devices[body["device_id"]]
            device.replaced[device.ivk] = link.number
            device.keys = keys

    def approve(self, signer: str) -> None:
        """Joins the signer and every younger active device (FAM-06), unless it is revoked."""
        if not self.is_active(signer):
            return
        order = list(self.devices)
        younger = filter(self.is_active, order[order.index(signer) + 1 :])
        joined = self.classes[signer].union(*(self.classes[device] for device in younger))
        self.classes |= dict.fromkeys(joined, joined)

    # What is known then

    def states(self) -> bytes:
        """A list of `conclave/device-state`, oldest first."""
        found = []
        for device in self.devices.values():
            state: Fields = {"device_id": device.device_id, "device_type": device.device_type}
            state |= {"added": device.added, "revoked": device.revoked} | device.keys
            state["class"] = self.eldest(device.device_id)
            found.append(f.encode("conclave/device-state", state))
        return list_of(found)
