"""Chains of administrators: keepers, tails, whom a member trusts there (docs/escrow.md)."""

from __future__ import annotations

import formulas as f
from family import ESCROW, Device, signer_of
from formulas import BadRequest
from seeds import Watched, maker_of
from sigchain import Fields, Link, Served, Tail, elements, ensure, served

ServedChains = list[tuple[str, Served]]  # each with its user ID


class Administrators(Watched):
    """The chain of an account's administrators, with what it said after each link."""

    def __init__(self, cloud_name: str, subject: str) -> None:
        super().__init__(cloud_name, subject)
        self.keeper = ""  # who began the lockdown that is on
        self.keepers: list[str] = []  # after each link
        self.generations: list[int] = []  # after each link
        self.maker = ""  # of the newest per-user keys

    def apply(self, link: Link) -> None:
        was_locked = self.lockdown
        super().apply(link)
        if not self.lockdown:
            self.keeper = ""
        elif not was_locked:
            self.keeper = signer_of(link)
        if link.body.get("user_keys"):
            self.maker = maker_of(link)
        self.keepers.append(self.keeper)
        self.generations.append(self.generation)

    def has(self, tail: Tail) -> bool:
        """Whether a tail lies on the chain."""
        number = tail.number
        return 1 <= number <= len(self.hashes) and self.hashes[number - 1] == tail.hash

    def keeper_at(self, tail: Tail) -> str:
        """The keeper at a tail; an empty text without one, or where the tail is not there."""
        return self.keepers[tail.number - 1] if self.has(tail) else ""

    def generation_at(self, tail: Tail) -> int:
        """How many sets of per-user keys there were at a tail that lies on the chain."""
        return self.generations[tail.number - 1]

    def are_one_class(self, one: str, other: str) -> bool:
        """Whether two devices are of one class at the end of the chain."""
        return other in self.classes[one]

    def trusted_since(self, tail: Tail) -> list[Device]:
        """The devices that are trusted since a tail (ESC-05, ESC-06)."""
        keeper = self.keeper_at(tail)
        if not keeper:
            return []
        trusted = [it for it in self.devices.values() if self.are_one_class(keeper, it.device_id)]
        return [device for device in trusted if not 0 < device.revoked <= tail.number]

    def keys_since(self, tail: Tail) -> list[bytes]:
        """Every signing key that a device has or had that is trusted since a tail."""
        return [key for device in self.trusted_since(tail) for key in device.signing_keys]


def tail_in(fields: Fields) -> Tail:
    """The tail that terms or a box name."""
    return Tail(fields["last_sequence_number"], fields["last_link_hash"])


def terms_now(chain: Administrators) -> bytes:
    """The `conclave/escrow` of a chain as it is served."""
    terms: Fields = {"user_id": chain.subject, "generation": chain.generation}
    terms |= {"last_sequence_number": chain.tail.number, "last_link_hash": chain.tail.hash}
    return f.encode("conclave/escrow", terms)


# As a server says it


def read_chains(raw: bytes) -> ServedChains:
    """Chains of administrators by user ID, all their lists included [DEV-10]."""
    chains = elements("conclave/escrow-chain", raw)
    return [(it["user_id"], served(it["links"], it["openings"])) for it in chains]


def check_chains(cloud_name: str, chains: ServedChains) -> dict[str, Administrators]:
    """All chains hold [ESC-37], in their order; of several with one user ID the first counts."""
    checked: dict[str, Administrators] = {}
    for user_id, links in chains:
        chain = Administrators(cloud_name, user_id).check(links)
        escrow = any(device.device_type == ESCROW for device in chain.devices.values())
        ensure(not escrow, "ESC-37", "an escrow device of administrators")
        checked.setdefault(user_id, chain)
    return checked


def asked(holds: bool, detail: str) -> None:
    """Raises `BadRequest` where an input is not as the page has it."""
    if not holds:
        raise BadRequest(detail)
