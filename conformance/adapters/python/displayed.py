"""Who a participant is, by its chains and an attestation over their tails (docs/identity.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import attestation
import formulas as f
import identity
import sigchain
from family import Device, UserChain
from formulas import BadRequest, Refusal
from sigchain import AccountChain, Chain, EmailChain, Tail, ensure

Values = Mapping[str, Any]
Chains = dict[str, Chain]

SIDES = ("user", "email", "account")
TYPES = {"user": "User", "email": "Email", "account": "Account"}
# How the inputs about an attestation are called where it stands alone.
ALONE = {"signature": "attestation_signature", "served_email": "email"}


class Guest(UserChain):
    """The chain of a user who may have none."""

    def finish(self, last: sigchain.Link | None) -> None:
        """Not even a root is asked for."""


# Lists of tails


def read_tails(raw: bytes) -> dict[str, bytes]:
    """A list of three [DEV-10]."""
    parts = f.split(raw)
    ensure(len(parts) == len(SIDES), "DEV-10", "not three tails")
    return dict(zip(SIDES, parts))


def read_known(raw: bytes) -> dict[str, Tail]:
    """What the client remembers. Raises `BadRequest`."""
    try:
        return {side: read_tail(side, part) for side, part in read_tails(raw).items()}
    except Refusal as refusal:
        raise BadRequest("not what a client remembers") from refusal


def read_tail(side: str, raw: bytes) -> Tail:
    """An encoded tail of this chain, or none for nothing. Raises `Refusal`."""
    if not raw:
        return Tail()
    fields: dict[str, Any] = f.decode("conclave/chain-tail", raw)
    tail = Tail(fields["last_sequence_number"], fields["last_link_hash"])
    ensure(fields["sigchain_type"] == TYPES[side] and tail.number > 0, "DEV-10", "another tail")
    return tail


# The steps


def check_signed(v: Values, layout: str, tails: Values, by: tuple[bytes, str, bytes, str]) -> None:
    """What somebody signed, with tails [DEV-01, DEV-12]."""
    key, context, signature, code = by
    try:
        signed = f.encode(layout, dict(v) | {f"{side}_tail": tails[side] for side in SIDES})
    except ValueError as error:
        raise Refusal(code, "nothing that could be signed") from error
    f.verify(key, context, signed, signature, code)


def check_chains(v: Values, known: Mapping[str, Tail], served: dict[str, Any]) -> Chains:
    """The chains of which there is something, by side [SIG, FAM]."""
    kind = UserChain if served["user"].links else Guest
    chains: Chains = {"user": kind(v["cloud_name"], v["user_id"])}
    if v["email"]:
        chains["email"] = EmailChain(v["cloud_name"], v["email"])
    if v["account_id"]:
        chains["account"] = AccountChain(v["cloud_name"], v["account_id"])
    for side, chain in chains.items():
        chain.check(served[side], known[side])
    return chains


def tails_of(chains: Chains) -> dict[str, bytes]:
    """Where the chains end, encoded."""
    ends = {side: chains[side].tail if side in chains else Tail() for side in SIDES}
    return {side: identity.encoded_tail(TYPES[side], end) for side, end in ends.items()}


def device_in_use(user: UserChain, ivk: bytes) -> Device:
    """The device that joined [IDN-06, IDN-15, IDN-07]."""
    devices = user.devices.values()
    device = next((it for it in devices if ivk in (it.ivk, *it.replaced)), None)
    if device is None:
        raise Refusal("IDN-06", "no device of the user")
    ensure(device.ivk == ivk, "IDN-15", "a key that was replaced")
    ensure(not device.revoked, "IDN-07", "a revoked device")
    return device


def check_address(user: UserChain, chains: Chains) -> None:
    """Whose the address is [SIG-25, SIG-24], or that there is none [IDN-09]."""
    address = chains.get("email")
    if isinstance(address, EmailChain):
        identity.check_identity(user, address)
    else:
        ensure(not user.email_change[0], "IDN-09", "an address was left out")


def check_account(user: UserChain, account_id: str) -> None:
    """Whose the account is [IDN-08], or that there is none [IDN-09]."""
    disclosed = user.account_change["account_id"] if user.account_change else None
    if account_id:
        ensure(disclosed == account_id, "IDN-08", "another account, or not disclosed")
    else:
        none = not user.account_changed or disclosed == ""
        ensure(none, "IDN-09", "an account was left out")


# Attestations


def check_attested(v: Values, user: UserChain, chains: Chains, device: Device) -> None:
    """An attestation over tails, of today or of earlier days [ATT, IDN-11 to IDN-14]."""
    alone = dict(v) | {name: v[here] for name, here in ALONE.items()}
    claims = attestation.check_attestation(alone)
    snapshot = read_snapshot(claims.get("zoom-identity-snapshot"))
    keys = {key for d in user.devices.values() for key in (d.ivk, *d.replaced)}
    ensure(snapshot["ivk"] in keys, "IDN-13", "the key of nobody")
    with sigchain.refused_as("IDN-11"):
        then = {side: read_tail(side, snapshot[f"{side}_tail"]) for side in SIDES}
    for side, tail in then.items():
        hashes = chains[side].hashes if side in chains else []
        lies_there = not tail.number or hashes[tail.number - 1 : tail.number] == [tail.hash]
        ensure(lies_there, "IDN-11", f"not on the chain of the {side}")
    changed = max(user.email_change[0], user.account_changed)
    ensure(changed <= then["user"].number, "IDN-12", "changed since")
    last = chains["email"].tail.number if "email" in chains else 0
    ensure(then["email"].number == last, "IDN-12", "the address went on since")
    eldest = user.devices[user.eldest(device.device_id)]
    ensure(eldest.added <= then["user"].number, "IDN-14", "a device that nobody approved since")


def read_snapshot(text: Any) -> Values:
    """A snapshot, letter for letter [IDN-13]."""
    with sigchain.refused_as("IDN-13"):
        try:
            raw = bytes.fromhex(text)
        except (TypeError, ValueError) as error:
            raise Refusal("IDN-13", "no hexadecimal") from error
        ensure(raw.hex() == text, "IDN-13", "written otherwise")
        return f.decode("conclave/snapshot-with-tails", raw)


# The whole


@dataclass(frozen=True)
class Checked:
    """A participant of whom all that is here was checked."""

    served: dict[str, sigchain.Served]  # by side, whether the chain was looked at or not
    chains: Chains
    tails: dict[str, bytes]
    device: Device | None  # that joined; a guest has none
    attested: bool

    @property
    def user(self) -> UserChain | None:
        """The chain of the user, unless it is a guest."""
        user = self.chains["user"]
        return user if isinstance(user, UserChain) and user.tail.number else None


def check(v: Values, known: Mapping[str, Tail]) -> Checked:
    """What may be displayed of a participant: steps 1 to 9. Raises `Refusal`."""
    bound, stated = read_tails(v["binding_tails"]), read_tails(v["statement_tails"])
    served = {s: sigchain.served(v[f"{s}_links"], v[f"{s}_openings"]) for s in SIDES}
    by_it = v["ivk"], f.ANNOUNCEMENT, v["binding_signature"], "DEV-01"
    check_signed(v, "conclave/binding-with-tails", bound, by_it)
    by_server = v["server_key"], f.SERVER_STATEMENT, v["statement_signature"], "DEV-12"
    check_signed(v, "conclave/statement-with-tails", stated, by_server)
    chains = check_chains(v, known, served)
    tails = tails_of(chains)
    ensure(tails == stated, "IDN-04", "not what the server signed")
    ensure(tails == bound, "IDN-05", "not what the participant signed")
    checked = Checked(served, chains, tails, None, bool(v["attestation"]))
    user = checked.user
    if user is None:
        nameless = not (v["email"] or v["account_id"] or v["attestation"])
        ensure(nameless, "IDN-10", "a guest with a name")
        return checked
    device = device_in_use(user, v["ivk"])
    check_address(user, chains)
    check_account(user, v["account_id"])
    if v["attestation"]:
        check_attested(v, user, chains, device)
    return replace(checked, device=device)


def shown(v: Values, checked: Checked) -> dict[str, str]:
    """What is displayed of a participant who was checked."""
    found = dict.fromkeys(("device_id", "device_type", "email", "account_id"), "")
    found |= {"adn": "", "provider": ""}
    if checked.device:
        found |= {name: getattr(checked.device, name) for name in ("device_id", "device_type")}
        found |= {"email": v["email"], "account_id": v["account_id"]}
    if checked.attested:
        found |= {"adn": v["adn"], "provider": v["served_provider"]}
    return found


def tails_to_remember(checked: Checked) -> bytes:
    """A list of three."""
    return sigchain.list_of([checked.tails[side] for side in SIDES])


def participant_identity(v: Values) -> dict[str, Any]:
    """What may be displayed of a participant, and what is to be remembered. Raises `Refusal`."""
    checked = check(v, read_known(v["known_tails"]))
    return shown(v, checked) | {"tails": tails_to_remember(checked)}
