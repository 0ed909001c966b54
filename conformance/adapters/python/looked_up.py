"""Who a participant is, with the tree of tails (docs/meeting-identity.md, With the tree)."""

from __future__ import annotations

from typing import Any

import displayed
import formulas as f
import transparency
from displayed import SIDES, TYPES, Checked, Values
from sigchain import AccountChain, Fields, ensure

Name = tuple[str, str]  # type and subject of a chain


def names(v: Values) -> dict[str, Name]:
    """Whose chains are those of a participant, by side."""
    subjects = v["user_id"], v["email"], v["account_id"]
    return {side: (TYPES[side], subject) for side, subject in zip(SIDES, subjects)}


def look_up(commitment: Fields, name: Name, tail: bytes, proof: bytes) -> None:
    """That a tail is the newest of its chain [DEV-10, KTR-13 to KTR-19]."""
    kind, subject = name
    asked = {"sigchain_type": kind, "subject": subject, "tail": tail, "proof": proof}
    transparency.verify_lookup(commitment | asked)


def check_provider(v: Values, checked: Checked) -> None:
    """That the provider which vouches is the one that the account's chain names [IDN-20]."""
    account = checked.chains.get("account")
    named = account.idp_domain if isinstance(account, AccountChain) else ""
    ensure(bool(named), "IDN-20", "no account, or its chain names no provider")
    ensure(named == v["served_provider"], "IDN-20", "not the provider in the chain")


def shown_by(checked: Checked, looks_up: bool) -> str:
    """What there is that identifiers may be displayed for, of one who is no guest."""
    if checked.user is None:
        return "none"
    return "attested" if checked.attested else "looked_up" if looks_up else "none"


def read_lookups(raw: bytes) -> dict[str, bytes]:
    """A proof for each side, or nothing where the client does not look into the tree [DEV-10]."""
    if not raw:
        return {}
    proofs = f.split(raw)
    ensure(len(proofs) == len(SIDES), "DEV-10", "not three proofs")
    return dict(zip(SIDES, proofs))


def looked_up_identity(v: Values) -> dict[str, Any]:
    """What may be displayed of a participant, and for what. Raises `Refusal`, `BadRequest`."""
    known, proofs = displayed.read_known(v["known_tails"]), read_lookups(v["lookups"])
    checked = displayed.check(v, known)
    if proofs and checked.user is not None:
        commitment = {name: v[name] for name in f.ROOTED}
        for side, name in names(v).items():
            if checked.tails[side]:
                look_up(commitment, name, checked.tails[side], proofs[side])
        if checked.attested:
            check_provider(v, checked)
    by = shown_by(checked, bool(proofs))
    shown = displayed.shown(v, checked)
    if by == "none":
        shown = dict.fromkeys(shown, "")
    return shown | {"tails": displayed.tails_to_remember(checked), "shown_by": by}
