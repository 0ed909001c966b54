"""The chain of a member whose account has escrow (docs/escrow.md, The chain of a member)."""

from __future__ import annotations

from collections.abc import Mapping

import formulas as f
import seeds
from administrators import Administrators, check_chains, read_chains, tail_in
from family import ADDS, ESCROW, Device, Expected, signer_of
from seeds import Watched
from sigchain import Fields, Link, Served, ensure

ADMINISTRATORS = ""  # as the maker of an escrow device's keys


class MemberChain(Watched):
    """The chain of a user, with what is checked of escrow devices beside it."""

    def __init__(
        self, cloud_name: str, subject: str, administrators: Mapping[str, Administrators]
    ) -> None:
        super().__init__(cloud_name, subject)
        self.administrators = administrators  # by user ID
        self.terms: dict[str, Fields] = {}  # by escrow device
        self.makers: dict[str, str] = {}  # of its present keys, by escrow device
        self.since: dict[str, int] = {}  # the link that brought them, by escrow device

    def is_escrow(self, device_id: str) -> bool:
        """Whether this is an escrow device of the chain, revoked or not."""
        return device_id in self.devices and self.devices[device_id].device_type == ESCROW

    def escrow_device(self) -> Device | None:
        """`E`: the escrow device that is active, the youngest of several."""
        found = [device for device in self.active() if device.device_type == ESCROW]
        return found[-1] if found else None

    # Checks

    def check_signer(self, link: Link) -> None:
        super().check_signer(link)
        self.check_added(link)
        self.check_escrow_signs(link)
        self.check_rotated(link)

    def check_added(self, link: Link) -> None:
        """Whether an escrow device comes, and for whom [ESC-01, ESC-02, ESC-08, ESC-09]."""
        adds = link.kind in ADDS and link.body["device_type"] == ESCROW
        ensure(adds == bool(link.body.get("escrow")), "ESC-01", "an escrow device and its terms")
        if not adds:
            return
        revoked = link.body["revoke_device_ids"]
        others = [it.device_id for it in self.active() if it.device_type == ESCROW]
        ensure(all(it in revoked for it in others), "ESC-02", "a second escrow device")
        terms = terms_of(link)
        if chain := self.administrators.get(terms["user_id"]):
            check_stands(chain, terms)

    def check_escrow_signs(self, link: Link) -> None:
        """What an escrow device may sign [ESC-03]."""
        signer = signer_of(link)
        if not self.is_escrow(signer):
            return
        rotates = link.kind == "DeviceKeyRotate" and link.body["device_id"] == signer
        ensure(rotates or link.kind == "BatchApprove", "ESC-03", "signed by an escrow device")

    def check_rotated(self, link: Link) -> None:
        """Who else rotates an escrow device [ESC-07]."""
        if link.kind != "DeviceKeyRotate" or not self.is_escrow(link.body["device_id"]):
            return
        of_class = link.body["device_id"] in self.classes[signer_of(link)]
        ensure(of_class, "ESC-07", "a device of another class rotates the escrow device")

    def expected(self, link: Link) -> Expected:
        """The signatures of any link, and of an administrator where an escrow device signs."""
        found, signer = super().expected(link), signer_of(link)
        if self.is_escrow(signer):
            terms = self.terms[signer]
            chain = self.administrators.get(terms["user_id"])
            keys = chain.keys_since(tail_in(terms)) if chain else []
            found.append((keys, "ESC-04"))
        return found

    # What a link does

    def apply(self, link: Link) -> None:
        super().apply(link)
        if "device_ed25519" not in link.body or not self.is_escrow(link.body["device_id"]):
            return
        device_id, signer = link.body["device_id"], signer_of(link)
        if link.kind in ADDS:
            self.terms[device_id] = terms_of(link)
        self.makers[device_id] = ADMINISTRATORS if signer == device_id else signer
        self.since[device_id] = link.number


def terms_of(link: Link) -> Fields:
    """The terms of the escrow device that a link adds."""
    fields: Fields = f.decode("conclave/escrow", link.body["escrow"])
    return fields


def check_stands(chain: Administrators, fields: Fields) -> None:
    """Tail and generation of terms or a box, in the chain that they name [ESC-08, ESC-09]."""
    tail = tail_in(fields)
    ensure(chain.has(tail), "ESC-08", "a tail that does not lie on the chain")
    generation = chain.generation_at(tail)
    ensure(fields["generation"] == generation, "ESC-09", "not the generation at that tail")


# Formulas


def escrowed_seeds_due(v: Fields) -> Fields:
    """`seeds_due` of a member. Raises `Refusal`, `BadRequest`."""
    links, known = f.split(v["links"]), seeds.read_known(v["known"])
    served = read_chains(v["escrow_chains"])
    chains = check_chains(v["cloud_name"], served)
    chain = MemberChain(v["cloud_name"], v["user_id"], chains).check(Served(links, []))
    return seeds.due_after(chain, known)
