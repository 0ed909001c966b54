"""Links, what is disclosed of them, and what a client checks of every chain (docs/sigchains.md).

The chains of an address, an account and its members are here too: nobody signs them.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Self

import formulas as f
from formulas import Refusal, Values

Fields = dict[str, Any]

ZERO = bytes(32)
COMMITMENT_BYTES = 32
MODES = ("on", "off")

# The layout of the body, by chain and type (Bytes).
USER_TYPES = {
    "UserRoot": "conclave/user-root",
    "EmailChange": "conclave/email-change",
    "AccountChange": "conclave/account-change",
    "DeviceAdd": "conclave/device-add",
    "DeviceRename": "conclave/device-rename",
    "DeviceRevoke": "conclave/device-revoke",
    "DeviceKeyRotate": "conclave/device-key-rotate",
    "BatchApprove": "conclave/batch-approve",
    "DeviceAddAndApprove": "conclave/device-add-and-approve",
    "PerUserKeyRotate": "conclave/per-user-key-rotate",
    "LockdownMode": "conclave/lockdown-mode",
}
EMAIL_TYPES = {"UserIDChange": "conclave/user-id-change"}
ACCOUNT_TYPES = {"IDPUpdate": "conclave/idp-update", "EscrowAdmin": "conclave/escrow-admin"}
MEMBERSHIP_TYPES = {"ChangeMembers": "conclave/change-members"}

# The layout of what a commitment is to, by field; `email` and members are told apart below.
COMMITTED = {
    "device_name": "conclave/device-name-opened",
    "email_change": "conclave/email-change-opened",
    "account_change": "conclave/account-change-opened",
    "user_id_change": "conclave/user-id-opened",
    "escrow_admin": "conclave/escrow-admin-opened",
}
MEMBERS = ("added", "removed")
MEMBER = "conclave/user-id-opened"


@contextmanager
def refused_as(code: str) -> Iterator[None]:
    """What is refused inside is refused by this rule."""
    try:
        yield
    except Refusal as refusal:
        raise Refusal(code, str(refusal)) from refusal


def asked(holds: bool, detail: str) -> None:
    """Raises `BadRequest` where an input is not as the page has it."""
    if not holds:
        raise f.BadRequest(detail)


def ensure(holds: bool, code: str, detail: str) -> None:
    """Raises `Refusal` with this code where something does not hold."""
    if not holds:
        raise Refusal(code, detail)


def elements(layout: str, raw: bytes) -> list[Fields]:
    """The elements of a canonical list. Raises `Refusal`."""
    return [f.decode(layout, item) for item in f.split(raw)]


def signatures_of(raw: bytes) -> list[bytes]:
    """The signatures of a link, a canonical list [SIG-02]."""
    with refused_as("SIG-02"):
        return [item["sig"] for item in elements("conclave/chain-signature", raw)]


def list_of(encoded: Sequence[bytes]) -> bytes:
    """A list: each element behind its length."""
    return b"".join(map(f.prefixed, encoded))


def commit(key: bytes, value: bytes) -> bytes:
    """`COMMIT(value)`."""
    return hmac.digest(key, value, "sha256")


def open_commitment(commitment: bytes, key: bytes, value: bytes) -> None:
    """Checks what is disclosed [SIG-22]."""
    ensure(len(key) == 32, "SIG-22", "length of the key of a commitment")
    ensure(hmac.compare_digest(commit(key, value), commitment), "SIG-22", "commitment")


# Bodies [SIG-02]


def fits(holds: bool, detail: str) -> None:
    """Raises `Refusal` where a body is not one of its type."""
    ensure(holds, "SIG-02", detail)


def check_kyber(keys: Sequence[bytes]) -> None:
    """Kyber keys, of which all are there or none."""
    lengths = {len(key) for key in keys}
    fits(lengths in ({0}, {f.KEM_PUBLIC_BYTES}), "length of a Kyber key")


def read_user_keys(raw: bytes) -> Fields:
    """A set of per-user keys; nothing where there is none."""
    if not raw:
        return {}
    keys: Fields = f.decode("conclave/per-user-keys", raw)
    check_kyber([key for name, key in keys.items() if "kyber" in name])
    return keys


def read_body(kind: str, layout: str, raw: bytes) -> Fields:
    """What a link of a type carries: lists as lists, per-user keys by name. Raises `Refusal`."""
    with refused_as("SIG-02"):
        body: Fields = f.decode(layout, raw)
        if "device_kyber768" in body:
            check_kyber([body["device_kyber768"]])
        for name in body.keys() & {"email_change", "account_change"}:
            fits(len(body[name]) in (0, COMMITMENT_BYTES), "length of a commitment")
        if "user_keys" in body:
            body["published"] = body["user_keys"]
            body["user_keys"] = read_user_keys(body["published"])
        if "revoke_device_ids" in body:
            named = elements("conclave/device-id", body["revoke_device_ids"])
            body["revoke_device_ids"] = [item["device_id"] for item in named]
        for name in body.keys() & set(MEMBERS):
            members = elements("conclave/commitment", body[name])
            body[name] = [item["commitment"] for item in members]
        if body.get("escrow"):
            f.decode("conclave/escrow", body["escrow"])
        fits(body.get("mode", "on") in MODES, "a mode of another name")
        fits(kind != "DeviceRevoke" or bool(body["revoke_device_ids"]), "revokes nobody")
    return body


# Links


@dataclass(frozen=True)
class Link:
    """A link whose place in the chain was checked."""

    number: int
    kind: str
    subject: bytes
    body: Fields
    signatures: bytes
    signed: bytes
    opened: dict[str, Any] = field(default_factory=dict)  # by field

    def commitments(self) -> dict[str, bytes]:
        """Every commitment of the link, by the field an opening names."""
        found = {name: self.body[name] for name in COMMITTED if self.body.get(name)}
        for name in MEMBERS:
            for at, member in enumerate(self.body.get(name, [])):
                found[f"{name}/{at}"] = member
        if self.kind in EMAIL_TYPES:
            found["email"] = self.subject
        return found


def link_signed(link: Values) -> bytes:
    """What the signatures are over."""
    return f.encode("conclave/chain-link-signed", link)


def link_hash(link: Values) -> bytes:
    """The hash that the next link carries."""
    return sha256(f.encode("conclave/chain-link-hashed", link)).digest()


def read_disclosed(name: str, value: bytes) -> Any:
    """The value of a commitment: a text for `email`, else fields. Raises `Refusal`."""
    if name == "email":
        try:
            return value.decode()
        except ValueError as error:
            raise Refusal("SIG-22", "not an address") from error
    with refused_as("SIG-22"):
        return f.decode(COMMITTED.get(name, MEMBER), value)


def disclose(link: Link, openings: Sequence[Fields]) -> None:
    """Takes what is disclosed of a link (Every chain, 5) [SIG-22]."""
    commitments = link.commitments()
    for opening in openings:
        name, value = opening["field"], opening["value"]
        ensure(name in commitments, "SIG-22", "the link has no such commitment")
        open_commitment(commitments[name], opening["key"], value)
        link.opened[name] = read_disclosed(name, value)


@dataclass(frozen=True)
class Tail:
    """The last number of a chain and the hash of its link; 0 and nothing where there is none."""

    number: int = 0
    hash: bytes = b""


def tail(number: int, digest: bytes) -> Tail:
    """A tail as an input says it. Raises `BadRequest`."""
    if len(digest) != (32 if number else 0):
        raise f.BadRequest("a tail is a number from 1 with 32 bytes, or 0 with none")
    return Tail(number, digest)


@dataclass(frozen=True)
class Served:
    """What a server says of a chain: links in their bytes, and what is disclosed of them."""

    links: list[bytes]
    openings: list[Fields]


def served(links: bytes, openings: bytes) -> Served:
    """Two lists as inputs have them [DEV-10]."""
    return Served(f.split(links), elements("conclave/opening", openings))


class Chain:
    """A chain as far as it was checked. A subclass says what its type asks for besides."""

    type = ""
    links: dict[str, str] = {}  # layouts by type of link

    def __init__(self, cloud_name: str, subject: str) -> None:
        self.cloud_name = cloud_name
        self.subject = subject
        self.tail = Tail()
        self.hashes: list[bytes] = []  # of every link
        self.history: list[Link] = []

    def is_subject(self, raw: bytes) -> bool:
        """Whether a link is about whom the chain is about [SIG-07]."""
        return raw == self.subject.encode()

    def take(self, link: Link) -> None:
        """The checks of the chain's type, and what the link does."""
        raise NotImplementedError

    def finish(self, last: Link | None) -> None:
        """What must hold of the chain as a whole."""

    def check(self, served: Served, known: Tail = Tail()) -> Self:
        """Checks a served chain, link by link (Every chain). Raises `Refusal`."""
        last = None
        for raw in served.links:
            last = self.check_link(raw, served.openings)
            if self.tail.number == known.number:
                ensure(self.tail == known, "SIG-09", "another link than the one that was known")
        ensure(self.tail.number >= known.number, "SIG-09", "shorter than it was")
        for opening in served.openings:
            there = 1 <= opening["sequence_number"] <= self.tail.number
            ensure(there, "SIG-22", "disclosed of a link that is not there")
        self.finish(last)
        return self

    def check_link(self, raw: bytes, openings: Sequence[Fields]) -> Link:
        """Steps 1 to 6 for the next link."""
        fields: Fields = f.decode("conclave/chain-link", raw)
        self.check_place(fields)
        kind, number = fields["link_type"], fields["sequence_number"]
        ensure(kind in self.links, "SIG-01", "the chain has no such type")
        body = read_body(kind, self.links[kind], fields["body"])
        signed = link_signed(fields)
        link = Link(number, kind, fields["subject"], body, fields["signatures"], signed)
        disclose(link, [opening for opening in openings if opening["sequence_number"] == number])
        self.take(link)
        self.tail = Tail(number, link_hash(fields))
        self.hashes.append(self.tail.hash)
        self.history.append(link)
        return link

    def check_place(self, fields: Fields) -> None:
        """That a link stands where it says: steps 2 and 3."""
        ensure(fields["sigchain_type"] == self.type, "SIG-05", "type of the chain")
        ensure(fields["cloud_name"] == self.cloud_name, "SIG-06", "cloud")
        ensure(self.is_subject(fields["subject"]), "SIG-07", "subject")
        ensure(fields["sequence_number"] == self.tail.number + 1, "SIG-04", "number")
        ensure(fields["prev"] == (self.tail.hash or ZERO), "SIG-03", "hash of the link before")


# Chains that nobody signs


class UnsignedChain(Chain):
    """A chain that the server writes."""

    def take(self, link: Link) -> None:
        ensure(not signatures_of(link.signatures), "SIG-14", "nobody signs this chain")
        self.apply(link)

    def apply(self, link: Link) -> None:
        """What a link does."""
        raise NotImplementedError


class EmailChain(UnsignedChain):
    """Whose an address is."""

    type = "Email"
    links = EMAIL_TYPES
    holder: Fields | None = None  # of the last link, where it is disclosed

    def is_subject(self, raw: bytes) -> bool:
        return len(raw) == COMMITMENT_BYTES

    def apply(self, link: Link) -> None:
        ensure(link.opened.get("email", self.subject) == self.subject, "SIG-07", "another address")
        self.holder = link.opened.get("user_id_change")

    def finish(self, last: Link | None) -> None:
        ensure(last is None or "email" in last.opened, "SIG-07", "the address is not disclosed")


class AccountChain(UnsignedChain):
    """The domain of an account, and who administers its escrow."""

    type = "Account"
    links = ACCOUNT_TYPES
    idp_domain = ""
    escrow_admin = ""
    admin_change: tuple[int, Fields | None] = 0, None  # the link, what it disclosed

    def apply(self, link: Link) -> None:
        if link.kind == "IDPUpdate":
            self.idp_domain = link.body["idp_domain"]
        else:
            self.admin_change = link.number, link.opened.get("escrow_admin")
            self.escrow_admin = (self.admin_change[1] or {}).get("user_id", "")


class MembershipChain(UnsignedChain):
    """Who joins and leaves an account."""

    type = "Membership"
    links = MEMBERSHIP_TYPES
    added = 0
    removed = 0

    def apply(self, link: Link) -> None:
        self.added += len(link.body["added"])
        self.removed += len(link.body["removed"])
