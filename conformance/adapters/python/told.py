"""What a client is told in a meeting (docs/meeting-identity.md, Events), and what it displays.

Ordered field lists by tag, as those in `formulas.py` (docs/generated/layouts.md).
"""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import formulas as f
from formulas import KEY, MANY, MAYBE_TEXT, PEOPLE, PK, TEXT, U64, WORD, BadRequest, Width
from sigchain import Fields, elements, ensure

SUBJECT = PEOPLE | {"ivk": KEY}
SIGNATURE = {"signature": Width("bytes", 0, 128)}
SIGNED = {"tails": Width("bytes", 0, 1024)} | SIGNATURE
CHAIN_NAME = {"sigchain_type": WORD, "subject": TEXT}
ANSWER = Width("text", 0, 1 << 16)
SERVED = {
    f"{side}_{what}": MANY
    for side in ("user", "email", "account")
    for what in ("links", "openings")
}
IDENTIFIERS = ("device_id", "email", "account_id", "adn", "provider")

LAYOUTS: dict[str, dict[str, Width]] = {
    "conclave/key-statement": SUBJECT,
    "conclave/known-chain": {"subject": TEXT, "tail": Width("bytes", 0, 128)},
    "conclave/meeting-event": {"at_s": U64, "kind": WORD, "body": Width("bytes", 0, 1 << 22)},
    "conclave/meeting-listed": SUBJECT | {"pk": PK},
    "conclave/meeting-left": PEOPLE,
    "conclave/meeting-binding": SUBJECT | {"pk": PK} | SIGNED,
    "conclave/meeting-statement": SUBJECT | SIGNED,
    "conclave/meeting-chains": SUBJECT | {"email": MAYBE_TEXT, "account_id": MAYBE_TEXT} | SERVED,
    "conclave/meeting-attestation": SUBJECT
    | {"attestation": f.ATTESTED["attestation"], "adn": MAYBE_TEXT}
    | SIGNATURE
    | {"served_adn": MAYBE_TEXT, "served_provider": MAYBE_TEXT}
    | {"records": ANSWER, "key_set": ANSWER},
    "conclave/meeting-growth": CHAIN_NAME | {"links": MANY, "openings": MANY},
    "conclave/meeting-tree": f.ROOTED | SIGNATURE | {"audits": MANY},
    "conclave/meeting-lookup": CHAIN_NAME | {"epoch": U64, "proof": MANY},
    "conclave/meeting-display": SUBJECT
    | {"state": WORD, "reason": Width("text", 0, 16)}
    | dict.fromkeys(IDENTIFIERS, MAYBE_TEXT)
    | {"keys": WORD},
}
f.LAYOUTS.update(LAYOUTS)

TIME = "time"
# What is kept of a participant, by user ID, hardware ID and identity key.
KEPT = ("statement", "chains", "attestation")
KINDS = ("listed", "left", "binding", *KEPT, "growth", "tree", "lookup", TIME)


class Event(NamedTuple):
    """One thing that a client is told."""

    at_s: int
    kind: str
    body: Fields


def read_event(fields: Fields) -> Event:
    """An event with its body [DEV-10]."""
    at_s, kind, body = fields["at_s"], fields["kind"], fields["body"]
    ensure(kind in KINDS, "DEV-10", "no such event")
    if kind == TIME:
        ensure(not body, "DEV-10", "time has no body")
        return Event(at_s, kind, {})
    return Event(at_s, kind, f.decode(f"conclave/meeting-{kind}", body))


def read_events(raw: bytes) -> list[Event]:
    """All events, in whose times nothing falls [DEV-10]. Raises `BadRequest` for those."""
    events = [read_event(fields) for fields in elements("conclave/meeting-event", raw)]
    if any(before.at_s > after.at_s for before, after in pairwise(events)):
        raise BadRequest("a time that falls")
    return events
