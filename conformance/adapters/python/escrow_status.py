"""What a member's client has to do about escrow (docs/escrow.md)."""

from __future__ import annotations

from dataclasses import dataclass, field

import identity
from administrators import Administrators, asked, check_chains, read_chains, tail_in, terms_now
from displayed import read_tail
from escrow import MemberChain
from escrow_box import is_behind, read_box
from family import Device
from formulas import BadRequest, Refusal
from sigchain import AccountChain, Fields, Tail, ensure, list_of, served

ACKNOWLEDGED_BYTES = (0, 32)
LINKS = ("revoke", "review", "add", "rotate")  # what a link does, or begins with one
NOBODY: Fields = {"user_id": "", "escrow_admin_chain_sequence_number": 0}


def known_tail(kind: str, raw: bytes) -> Tail:
    """A tail that the client knows, or none. Raises `BadRequest`."""
    try:
        return read_tail(kind, raw)
    except Refusal as refusal:
        raise BadRequest("not a tail that a client knows") from refusal


@dataclass
class Known:
    """What the client knows of the three chains."""

    user: Tail
    account: Tail
    escrow: Tail


@dataclass
class Seen:
    """What the client has looked at so far."""

    member: MemberChain
    own: Device
    box: bytes
    acknowledged: bytes
    account: Tail = field(default_factory=Tail)
    administrators: Tail = field(default_factory=Tail)

    def has_to(self, action: str, fingerprint: bytes = b"", escrow: bytes = b"") -> Fields:
        """The outputs. In lockdown who cannot make the link waits (ESC-39)."""
        if action in LINKS and self.member.lockdown and not self.is_confirmed():
            return self.has_to("wait")
        tails = [
            identity.encoded_tail("User", self.member.tail),
            identity.encoded_tail("Account", self.account),
            identity.encoded_tail("User", self.administrators),
        ]
        outputs = {"action": action, "fingerprint": fingerprint, "escrow": escrow}
        return outputs | {"tails": list_of(tails)}

    def is_confirmed(self) -> bool:
        """Whether the own device is of the oldest class."""
        return self.member.is_oldest(self.own.device_id)

    def of_own_class(self, device: Device) -> bool:
        """Whether a device is of the class of the client's own."""
        return device.device_id in self.member.classes[self.own.device_id]

    def eldest_added(self, device: Device) -> int:
        """When the oldest device of a class was added."""
        return self.member.devices[self.member.eldest(device.device_id)].added


# Whom the account names


def account_of(member: MemberChain) -> str:
    """Step 2: the account of the member, or an empty text [ESC-10]."""
    if not member.account_changed:
        return ""
    if member.account_change is None:
        raise Refusal("ESC-10", "the account is not disclosed")
    account_id: str = member.account_change["account_id"]
    return account_id


def administrators_of(account: AccountChain) -> Fields:
    """Step 4: whom the account's chain names, disclosed [ESC-11]."""
    number, disclosed = account.admin_change
    if not number:
        return NOBODY
    if disclosed is None:
        raise Refusal("ESC-11", "the administrators are not disclosed")
    return disclosed


def is_left_over(member: MemberChain, device: Device, user_id: str) -> bool:
    """Step 6: whether an escrow device is of other administrators or another account."""
    of_others = member.terms[device.device_id]["user_id"] != user_id  # ESC-20
    return of_others or member.account_changed > device.added  # ESC-21


def check_administrators(
    chain: Administrators, named: Fields, account_id: str, known: Tail
) -> None:
    """Step 7, 2 to 7, of the chain that the account names."""
    ensure(not known.number or chain.has(known), "SIG-09", "a tail that was known is not there")
    reached = chain.tail.number >= named["escrow_admin_chain_sequence_number"]
    ensure(reached, "ESC-13", "shorter than the account's chain says")
    ensure(not chain.email_change[0], "ESC-14", "administrators with an address")
    if chain.account_change:
        ours = chain.account_change["account_id"] in ("", account_id)
        ensure(ours, "ESC-15", "administrators of another account")
    ensure(chain.lockdown, "ESC-16", "no lockdown")
    trusted = chain.are_one_class(chain.keeper, chain.maker)
    ensure(trusted, "ESC-17", "keys by a device that the keeper does not trust")


def must_ask(seen: Seen, device: Device | None, chain: Administrators) -> bool:
    """Step 8: whether the user has to acknowledge the administrators."""
    if device is None:
        return True
    if seen.eldest_added(device) > seen.eldest_added(seen.own):
        return True  # ESC-22
    then = chain.keeper_at(tail_in(seen.member.terms[device.device_id]))
    return not then or not chain.are_one_class(then, chain.keeper)  # ESC-19


def waits_for_review(seen: Seen, escrow: Device | None) -> bool:
    """Step 8: whether a younger device would be approved unseen (ESC-34)."""
    younger = [it for it in seen.member.active() if it.added > seen.own.added and it is not escrow]
    return any(not seen.of_own_class(it) for it in younger)


def set_up(seen: Seen, device: Device | None, chain: Administrators) -> Fields:
    """Step 8, where the user has to be asked or was."""
    shown = identity.fingerprint(chain.tail, seen.account)
    if seen.acknowledged != shown:
        return seen.has_to("acknowledge", shown)  # ESC-18
    if waits_for_review(seen, device):
        return seen.has_to("review", shown)
    return seen.has_to("add", shown, terms_now(chain))


def keep_up(seen: Seen, device: Device, chain: Administrators) -> Fields:
    """Steps 9 and 10: the box, and whether the keys are to be rotated."""
    box, signer = read_box(seen.box, seen.member, device, chain)
    newer = chain.generation > box["generation"]  # ESC-23
    outlived = bool(signer.revoked)  # ESC-24, ESC-35
    if not newer and not outlived and not is_behind(box, chain):  # ESC-38
        return seen.has_to("none")
    if not seen.of_own_class(device):
        return seen.has_to("wait")  # ESC-07
    return seen.has_to("rotate", escrow=terms_now(chain))


# The whole


def escrow_status(v: Fields) -> Fields:
    """What the client has to do. Raises `Refusal`, `BadRequest`."""
    asked(len(v["acknowledged"]) in ACKNOWLEDGED_BYTES, "length of a fingerprint")
    known = Known(
        known_tail("user", v["known_user"]),
        known_tail("account", v["known_account"]),
        known_tail("user", v["known_escrow"]),
    )
    links = served(v["user_links"], v["user_openings"])
    of_account = served(v["account_links"], v["account_openings"])
    chains = check_chains(v["cloud_name"], read_chains(v["escrow_chains"]))
    member = MemberChain(v["cloud_name"], v["user_id"], chains).check(links, known.user)
    own = member.is_active(v["device_id"]) and not member.is_escrow(v["device_id"])
    asked(own, "not an active device of the user's")
    seen = Seen(member, member.devices[v["device_id"]], v["box"], v["acknowledged"])
    account_id, named = account_of(member), NOBODY
    if account_id:
        account = AccountChain(v["cloud_name"], account_id).check(of_account, known.account)
        seen.account, named = account.tail, administrators_of(account)
    return with_account(seen, chains, named, account_id, known.escrow)


def with_account(
    seen: Seen, chains: dict[str, Administrators], named: Fields, account_id: str, known: Tail
) -> Fields:
    """Steps 5 to 10."""
    user_id, device = named["user_id"], seen.member.escrow_device()
    if not user_id:
        return seen.has_to("revoke" if device else "none")
    if device and is_left_over(seen.member, device, user_id):
        return seen.has_to("revoke")
    chain = chains.get(user_id)
    if chain is None:
        raise Refusal("ESC-12", "not the chain of the administrators")
    check_administrators(chain, named, account_id, known)
    seen.administrators = chain.tail
    if device is None or must_ask(seen, device, chain):
        return set_up(seen, device, chain)
    return keep_up(seen, device, chain)
