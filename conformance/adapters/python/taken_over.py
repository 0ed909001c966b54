"""Devices to which another one gave keys (docs/devices.md, What is taken over)."""

from __future__ import annotations

from family import ADDS, APPROVES, UserChain, signer_of
from sigchain import Link


class Hands:
    """In whose hands devices are: which are taken over, and the classes by what others approved."""

    def __init__(self, chain: UserChain) -> None:
        """Goes through the links of a chain."""
        self.order = list(chain.devices)
        self.revoked: set[str] = set()
        self.classes: dict[str, set[str]] = {}  # by device
        self.since: dict[str, int] = {}  # the devices that are taken over, and by which link
        self.by_link: dict[int, str] = {}  # the device that a link took over
        for link in chain.history:
            self.go_on(link)

    def go_on(self, link: Link) -> None:
        """What a link does to classes and keys."""
        body, signer = link.body, signer_of(link)
        self.revoked |= set(body.get("revoke_device_ids", []))
        if link.kind in ADDS:
            self.classes[body["device_id"]] = {body["device_id"]}
        if link.kind in APPROVES:
            self.approve(signer)
        if link.kind == "DeviceKeyRotate" and signer != body["device_id"]:
            self.give_keys(link.number, signer, body["device_id"])

    def approve(self, signer: str) -> None:
        """An approval, which nobody makes that is taken over."""
        if signer in self.revoked or signer in self.since:
            return
        later = self.order[self.order.index(signer) + 1 :]
        covered = [it for it in later if it in self.classes and it not in self.revoked]
        joined = self.classes[signer].union(*(self.classes[it] for it in covered))
        self.classes |= dict.fromkeys(joined, joined)
        for device_id in covered:
            self.since.pop(device_id, None)

    def give_keys(self, number: int, signer: str, device_id: str) -> None:
        """Keys of a device that another one set."""
        if signer in self.classes[device_id] and signer not in self.since:
            self.since.pop(device_id, None)
            return
        self.since[device_id] = number
        self.by_link[number] = device_id

    def is_taken(self, device_id: str, added: int) -> bool:
        """Whether a device is taken over by a link behind the one with this number."""
        return self.since.get(device_id, 0) > added
