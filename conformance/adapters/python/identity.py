"""Whose an address is, and fingerprints (docs/sigchains.md, A user and an address; Formulas)."""

from __future__ import annotations

import hmac
from hashlib import sha256

import formulas as f
from family import UserChain
from formulas import Refusal
from sigchain import EmailChain, Tail, ensure


def check_identity(user: UserChain, address: EmailChain) -> None:
    """That two chains that were checked name each other [SIG-25, SIG-24]."""
    changed_at, change = user.email_change
    holder = address.holder
    if change is None or change["email"] != address.subject:
        raise Refusal("SIG-25", "the last address of the user is another, or not disclosed")
    if holder is None or holder["user_id"] != user.subject:
        raise Refusal("SIG-25", "the address is somebody else's, or not disclosed")
    agree = change["email_chain_sequence_number"] == address.tail.number
    ensure(agree, "SIG-24", "another link of the address")
    ensure(holder["user_chain_sequence_number"] == changed_at, "SIG-24", "another link of the user")


def encoded_tail(kind: str, tail: Tail) -> bytes:
    """A tail, or nothing where there is no chain."""
    if not tail.number:
        return b""
    fields = {"last_sequence_number": tail.number, "last_link_hash": tail.hash}
    return f.encode("conclave/chain-tail", {"sigchain_type": kind} | fields)


def fingerprint(user: Tail, account: Tail) -> bytes:
    """What people compare (4.6, subsec:fingerprints)."""
    tails = {"user_tail": encoded_tail("User", user)}
    tails["account_tail"] = encoded_tail("Account", account)
    return sha256(f.encode("conclave/fingerprint", tails)).digest()


def verify_fingerprint(user: Tail, account: Tail, shown: bytes) -> None:
    """Compares a fingerprint with the chains that are known [SIG-28]."""
    ensure(hmac.compare_digest(fingerprint(user, account), shown), "SIG-28", "other chains")
