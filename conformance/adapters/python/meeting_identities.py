"""Who participants are while a meeting goes on (docs/meeting-identity.md, The meeting)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import attestation
import displayed
import formulas as f
import looked_up
import seen
import sigchain
import told
import transparency
from displayed import SIDES, Checked, Values
from family import UserChain
from formulas import BadRequest, Refusal
from looked_up import Name
from seen import Longest, Remembered, Seen
from sigchain import AccountChain, Chain, EmailChain, Fields, Tail, ensure, list_of
from told import Event

TAKEN = "-"
FLAGS = {"yes": True, "no": False}
SHOWN = ("attested", "looked_up")  # the states in which identifiers are displayed
CHAIN_TYPES: dict[str, type[Chain]] = {
    "User": UserChain,
    "Email": EmailChain,
    "Account": AccountChain,
}

Who = tuple[str, str]  # user ID and hardware ID


def flag(text: str) -> bool:
    """`yes` or `no`. Raises `BadRequest`."""
    if text not in FLAGS:
        raise BadRequest("yes or no")
    return FLAGS[text]


@dataclass(frozen=True)
class Own:
    """What a client goes by."""

    inputs: Fields
    known: Remembered
    by_chains: bool
    looks_up: bool
    host_checks: bool


def read_own(v: Values) -> Own:
    """The client's own. Raises `BadRequest`."""
    own = Own(
        {name: v[name] for name in ("cloud_name", "server_key", "auditors", *f.WHERE)},
        seen.read_known(v["known"]),
        *(flag(v[name]) for name in ("by_chains", "looks_up", "host_checks")),
    )
    if own.looks_up and not own.by_chains:
        raise BadRequest("the tree without chains")
    transparency.read_auditors(v["auditors"])
    return own


@dataclass(frozen=True)
class Verdict:
    """How a check ended, or that it waits. `evidence` is there while it goes on with others."""

    state: str
    reason: str = ""
    shown: Fields = field(default_factory=dict)
    evidence: Fields | None = None
    checked: Checked | None = None


WAITING = Verdict("waiting")


def subject_of(body: Fields) -> tuple[str, str, bytes]:
    """Under whom evidence is kept."""
    return body["user_id"], body["hardware_id"], body["ivk"]


def name_of(body: Fields) -> Name:
    """Whose chain it is."""
    return body["sigchain_type"], body["subject"]


def chains_with_links(v: Values, checked: Checked) -> dict[Name, Longest]:
    """The chains that were looked at and have links, in the order of the sides."""
    names = looked_up.names(v)
    return {
        names[side]: Longest(checked.served[side].links, checked.chains[side])
        for side in SIDES
        if side in checked.chains and checked.chains[side].tail.number
    }


class Identities:
    """What a client keeps of a meeting."""

    def __init__(self, own: Own) -> None:
        self.own = own
        self.roster: dict[Who, Fields] = {}
        self.bindings: dict[tuple[str, str, bytes, bytes], Fields] = {}
        self.evidence: dict[str, dict[tuple[str, str, bytes], Fields]] = {
            kind: {} for kind in told.KEPT
        }
        self.lookups: dict[Name, Fields] = {}
        self.commitment: Fields = {}
        self.level = "none"
        self.seen = Seen()

    # Events

    def play(self, event: Event) -> str:
        """Takes an event, or says which rule refuses it."""
        try:
            self.take(event.kind, event.body)
        except Refusal as refusal:
            return refusal.code
        return TAKEN

    def take(self, kind: str, body: Fields) -> None:
        """Takes an event. Raises `Refusal`."""
        if kind in self.evidence:
            self.evidence[kind][subject_of(body)] = body
        elif kind == "binding":
            self.take_binding(body)
        elif kind == "listed":
            self.roster[body["user_id"], body["hardware_id"]] = body
        elif kind == "left":
            self.roster.pop((body["user_id"], body["hardware_id"]), None)
        elif kind == "lookup":
            self.lookups[name_of(body)] = body
        elif kind == "tree":
            self.take_commitment(body)
        elif kind == "growth":
            self.take_growth(body)

    def take_binding(self, body: Fields) -> None:
        """A binding; one that is not signed replaces none (IDN-32)."""
        under = *subject_of(body), body["pk"]
        if under not in self.bindings or self.is_bound(body):
            self.bindings[under] = body

    def is_bound(self, body: Fields) -> bool:
        """Whether the key of a binding signed it."""
        v = self.own.inputs | body
        try:
            if self.own.by_chains:
                by_it = v["ivk"], f.ANNOUNCEMENT, v["signature"], "DEV-01"
                tails = displayed.read_tails(v["tails"])
                displayed.check_signed(v, "conclave/binding-with-tails", tails, by_it)
            else:
                check_plain(v, v["signature"])
        except Refusal:
            return False
        return True

    def take_commitment(self, body: Fields) -> None:
        """A commitment that goes on from the newest one [KTR, DEV-10]."""
        nothing = {"epoch": 0, "root": b"", "vrf_key": b""}
        known = {f"known_{name}": it for name, it in (self.commitment or nothing).items()}
        self.level = transparency.verify_commitment(self.own.inputs | body | known)["level"]
        self.commitment = transparency.rooted_in(body)

    def take_growth(self, body: Fields) -> None:
        """A chain that holds and is seen [SIG, FAM, DEV-10, IDN-26]."""
        name = name_of(body)
        ensure(name[0] in CHAIN_TYPES, "DEV-10", "a chain of another type")
        served = sigchain.served(body["links"], body["openings"])
        chain = CHAIN_TYPES[name[0]](self.own.inputs["cloud_name"], name[1])
        chain.check(served, self.own.known.get(name, Tail()))
        if served.links:
            ensure(self.seen.see(name, served.links, chain), "IDN-26", "a fork")

    # A participant alone

    def alone(self, listed: Fields, now_s: int) -> Verdict:
        """The check of a participant by itself: steps 1 and 2."""
        v = self.evidence_of(listed)
        if v is None:
            return WAITING
        v["now_s"] = now_s
        try:
            return self.with_chains(v) if self.own.by_chains else without_chains(v)
        except Refusal as refusal:
            return Verdict("failed", refusal.code)

    def evidence_of(self, listed: Fields) -> Fields | None:
        """All there is of a participant as inputs of `participant_identity`; or none yet."""
        subject = subject_of(listed)
        binding = self.bindings.get((*subject, listed["pk"]))
        statement, chains, attested = (self.evidence[kind].get(subject) for kind in told.KEPT)
        if binding is None or statement is None or chains is None:
            return None
        v = self.own.inputs | chains | {"pk": binding["pk"], "attestation": ""}
        v |= {f"binding_{name}": binding[name] for name in ("tails", "signature")}
        v |= {f"statement_{name}": statement[name] for name in ("tails", "signature")}
        if attested:
            v |= attested | {"attestation_signature": attested["signature"]}
        return v

    def with_chains(self, v: Fields) -> Verdict:
        """All that `participant_identity` has (docs/identity.md). Raises `Refusal`."""
        names = looked_up.names(v)
        known = {side: self.own.known.get(names[side], Tail()) for side in SIDES}
        checked = displayed.check(v, known)
        state, shown = looked_up.shown_by(checked, self.own.looks_up), displayed.shown(v, checked)
        if checked.user is None:
            return Verdict(state)
        return Verdict(state, "", shown, v, checked)

    # A participant among the others

    def among(self, verdict: Verdict) -> Verdict:
        """The check of a participant beside all chains that were seen: steps 3 to 7."""
        v, checked = verdict.evidence, verdict.checked
        if v is None or checked is None:
            return verdict
        try:
            self.check_seen(v, checked)
            if self.own.looks_up:
                if not self.in_tree(chains_with_links(v, checked)):
                    return WAITING
                if checked.attested:
                    looked_up.check_provider(v, checked)
        except Refusal as refusal:
            return Verdict("failed", refusal.code)
        if verdict.state in SHOWN:
            self.seen.show(chains_with_links(v, checked))
        return verdict

    def check_seen(self, v: Fields, checked: Checked) -> None:
        """What the longest chains say: steps 3 to 5 [IDN-26, IDN-27, IDN-28]."""
        names = looked_up.names(v)
        forked = self.seen.forked & chains_with_links(v, checked).keys()
        ensure(not forked, "IDN-26", "a chain that is forked")
        user = self.seen.longest[names["user"]].chain
        assert isinstance(user, UserChain)
        with sigchain.refused_as("IDN-27"):
            displayed.device_in_use(user, v["ivk"])
        changed = max(user.email_change[0], user.account_changed)
        ensure(changed <= checked.chains["user"].tail.number, "IDN-28", "changed since")
        if address := checked.chains.get("email"):
            longest = self.seen.longest[names["email"]].chain
            same = longest.tail.number <= address.tail.number
            ensure(same, "IDN-28", "the address went on since")

    def in_tree(self, names: dict[Name, Longest]) -> bool:
        """Whether the tree has all these tails, or a proof is not there yet: step 6 [KTR]."""
        for name in names:
            lookup = self.lookups.get(name)
            if not self.commitment or lookup is None:
                return False
            if lookup["epoch"] != self.commitment["epoch"]:
                return False
            looked_up.look_up(self.commitment, name, self.seen.tail(name), lookup["proof"])
        return True

    # What is displayed

    def displayed(self, now_s: int) -> bytes:
        """A list of `conclave/meeting-display`, after an event."""
        listed = sorted(self.roster.values(), key=place)
        verdicts = [self.alone(body, now_s) for body in listed]
        for verdict in verdicts:
            if verdict.evidence is not None and verdict.checked is not None:
                found = chains_with_links(verdict.evidence, verdict.checked)
                for name, (links, chain) in found.items():
                    self.seen.see(name, links, chain)
        shown = [self.display(body, self.among(it)) for body, it in zip(listed, verdicts)]
        return list_of(shown)

    def display(self, listed: Fields, verdict: Verdict) -> bytes:
        """What is displayed of a participant, and whether a host gives keys."""
        is_shown = verdict.state in SHOWN
        shown = verdict.shown if is_shown else {}
        fields: Fields = {name: shown.get(name, "") for name in told.IDENTIFIERS}
        fields |= {"state": verdict.state, "reason": verdict.reason}
        is_named = verdict.state == "attested" or fields["email"] or fields["account_id"]
        checked = is_shown and is_named
        fields["keys"] = "yes" if checked or not self.own.host_checks else "no"
        return f.encode("conclave/meeting-display", listed | fields)


def place(listed: Fields) -> tuple[bytes, bytes]:
    """Where a participant stands: by user ID, then hardware ID, byte for byte."""
    return listed["user_id"].encode(), listed["hardware_id"].encode()


def check_plain(v: Fields, signature: bytes) -> None:
    """A binding without tails [DEV-01]."""
    signed = f.encode("conclave/binding", v)
    f.verify(v["ivk"], f.ANNOUNCEMENT, signed, signature, "DEV-01")


def without_chains(v: Fields) -> Verdict:
    """The check as meetings are today, without chains [DEV-01, DEV-12, ATT]. Raises `Refusal`."""
    check_plain(v, v["binding_signature"])
    stated = f.encode("conclave/statement", v)
    f.verify(v["server_key"], f.SERVER_STATEMENT, stated, v["statement_signature"], "DEV-12")
    if not v["attestation"]:
        return Verdict("none")
    alone = v | {name: v[here] for name, here in displayed.ALONE.items()}
    return Verdict("attested", "", attestation.attestation(alone))


def meeting_identities(v: Values) -> dict[str, Any]:
    """What is displayed after each event. Raises `Refusal`, `BadRequest`."""
    here = Identities(read_own(v))
    displays, refused = [], []
    for event in told.read_events(v["events"]):
        refused.append(here.play(event))
        displays.append(here.displayed(event.at_s))
    return {
        "displays": list_of(displays),
        "refused": ",".join(refused),
        "level": here.level,
        "remembered": here.seen.remembered(here.own.known, here.own.looks_up),
    }
